"""The functions of the schema: those of SQLite that shared SQL uses, and the cutting of words.

Functions for lists are written so that PostgreSQL reads them as part of the query that calls them.
"""

from __future__ import annotations

from monitor.store.postgres.search import MAX_WORD_CHARS

_SEPARATORS = "".join(chr(n) for n in range(1, 128) if not chr(n).isalnum())
"""What SQLite's tokenizer ``ascii`` splits at; see ``query.text_index``."""
_QUOTED_SEPARATORS = _SEPARATORS.replace("'", "''")
TITLE_GAP = 300
"""Positions between title and text, so that no phrase and no NEAR reaches from one into the other."""
_LAST_POSITION = 16_383
"""PostgreSQL knows no later one."""

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
    # The words of a title and a text that ``index_text`` wrote, with their positions.
    f"""
    CREATE FUNCTION text_words(title text, body text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        WITH part AS (
            SELECT 1 AS part, lower(title COLLATE "C") AS words UNION ALL SELECT 2, lower(body COLLATE "C")
        ), word AS (
            SELECT part, item, row_number() OVER (ORDER BY part, place) AS n
            FROM part, string_to_table(
                translate(words, '{_QUOTED_SEPARATORS}', '{" " * len(_SEPARATORS)}'), ' '
            ) WITH ORDINALITY AS items (item, place) WHERE item <> ''
        )
        SELECT CAST(coalesce(string_agg(
            '''' || left(item, {MAX_WORD_CHARS}) || ''':' || least(n + (part - 1) * {TITLE_GAP}, {_LAST_POSITION}), ' '
        ), '') AS tsvector) FROM word
    $$""",
    # The filter tokens of a mention, which have no position.
    """
    CREATE FUNCTION tag_words(tags text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT array_to_tsvector(string_to_array(tags, ' ')) $$""",
)
