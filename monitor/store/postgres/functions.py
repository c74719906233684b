"""The functions of the schema: those of SQLite that shared SQL uses, and the cutting of words.

Functions for lists are written so that PostgreSQL reads them as part of the query that calls them.
"""

from __future__ import annotations

from monitor.store.postgres.search import LATER, LONG, MAX_WORD_CHARS, MORE

_SEPARATORS = "".join(chr(n) for n in range(1, 128) if not chr(n).isalnum())
"""What SQLite's tokenizer ``ascii`` splits at; see ``query.text_index``."""
_QUOTED_SEPARATORS = _SEPARATORS.replace("'", "''")
TITLE_GAP = 300
"""Positions between title and text, so that no phrase and no NEAR reaches from one into the other."""
_NOWHERE = 16_383
"""The last position that PostgreSQL knows. Words whose own position is too high are there; nothing is beside it."""
_LAST_POSITION = 16_381
_HALF = 16_000
"""After this position, words are also in the second half of the text. A phrase has at most 100 words."""
_POSITIONS_OF_WORD = 250
"""PostgreSQL keeps 256."""
_SHORT_CHARS = 500
"""A text with no more characters has no more than 250 words."""

_WORDS = f"""part AS (
            SELECT 1 AS part, lower(title COLLATE "C") AS words UNION ALL SELECT 2, lower(body COLLATE "C")
        ), word AS (
            SELECT left(item, {MAX_WORD_CHARS}) AS word,
                (part - 1) * {TITLE_GAP} + row_number() OVER (ORDER BY part, place) AS position
            FROM part, string_to_table(
                translate(words, '{_QUOTED_SEPARATORS}', '{" " * len(_SEPARATORS)}'), ' '
            ) WITH ORDINALITY AS items (item, place) WHERE item <> ''
        )"""
"""The words of a title and a text that ``index_text`` wrote."""

FUNCTIONS = (
    """
    CREATE FUNCTION json_each(list text) RETURNS TABLE (value bigint) LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
    AS $$ SELECT CAST(item AS bigint) FROM json_array_elements_text(CAST(list AS json)) AS items (item) $$""",
    """
    CREATE FUNCTION json_each(list text, path text) RETURNS TABLE (value text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
    AS $$ SELECT item COLLATE "C" FROM json_array_elements_text(CAST(list AS json)) AS items (item) $$""",
    """
    CREATE FUNCTION iif(condition boolean, a anycompatible, b anycompatible) RETURNS anycompatible
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE WHEN condition THEN a ELSE b END $$""",
    """
    CREATE FUNCTION max(a bigint, b bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN greatest(a, b) END $$""",
    """
    CREATE FUNCTION min(a bigint, b bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN least(a, b) END $$""",
    """
    CREATE FUNCTION ids_as_json(ids bigint[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CAST(array_to_json(ids) AS text) $$""",
    """
    CREATE AGGREGATE json_group_array(bigint) (
        SFUNC = array_append, STYPE = bigint[], INITCOND = '{}', FINALFUNC = ids_as_json
    )""",
    # Words with positions, as ``search`` says.
    f"""
    CREATE FUNCTION words_of_long_text(title text, body text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        WITH {_WORDS}, numbered AS (
            SELECT word, position, (row_number() OVER (PARTITION BY word ORDER BY position) - 1) / {_POSITIONS_OF_WORD}
                AS several FROM word
        ), entry AS (
            SELECT word || CASE WHEN several > 0 THEN '{MORE}' || several ELSE '' END AS word, position
                FROM numbered WHERE position <= {_LAST_POSITION}
            UNION ALL SELECT '{LATER}' || word || CASE WHEN several > 0 THEN '{MORE}' || several ELSE '' END,
                position - {_HALF} FROM numbered WHERE position > {_HALF} AND position <= {_HALF + _LAST_POSITION}
            UNION ALL SELECT DISTINCT word, {_NOWHERE} FROM numbered WHERE position > {_LAST_POSITION}
            UNION ALL SELECT '{LONG}', {_NOWHERE} FROM numbered
                HAVING max(several) > 0 OR max(position) > {_LAST_POSITION}
        )
        SELECT CAST(coalesce(string_agg('''' || word || ''':' || position, ' '), '') AS tsvector) FROM entry
    $$""",
    f"""
    CREATE FUNCTION text_words(title text, body text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN length(title) + length(body) > {_SHORT_CHARS} THEN words_of_long_text(title, body) ELSE (
            WITH {_WORDS}
            SELECT CAST(coalesce(string_agg('''' || word || ''':' || position, ' '), '') AS tsvector) FROM word
        ) END
    $$""",
    # The filter tokens of a mention, which have no position.
    """
    CREATE FUNCTION tag_words(tags text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT array_to_tsvector(string_to_array(tags, ' ')) $$""",
)
