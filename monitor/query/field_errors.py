"""Errors in fields: those of other search tools, and values that a field does not take."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from lark import Token

from monitor.errors import QueryFix
from monitor.query.document import FIELDS
from monitor.query.syntax_errors import ErrorCode, QuerySyntaxError, token_start

_SAME_AS = {
    "author": "by from user username account handle screenname",
    "site": "url inurl domain host hostname link links website http https publication",
    "lang": "language languages locale",
    "source": "provider platform network medium media",
}
_FIELDS_BY_OTHER_NAME = {other: name for name, others in _SAME_AS.items() for other in others.split()}
_TEXT = {"title", "intitle", "allintitle", "headline", "text", "intext", "allintext", "content", "body"}
_TIME = {"since", "until", "before", "after", "date", "published", "year", "month", "day", "when"}
_MENTION = {"to", "mention", "mentions"}
_HASHTAG = {"hashtag", "hashtags", "tag", "tags"}
_NEAR = re.compile(r"(?i:o?near|adj|within)")

_FIELD_LIKE = re.compile(r"[A-Za-z][A-Za-z_.-]*(?=:\S)")
_STARS = (
    (re.compile(r"\*\."), "Leave it out: `site:example.com` finds its subdomains, too.", True),
    (re.compile(r"\*"), "Write the whole value, as in `author:bob`.", False),
)
"""A star in a value, the suggestion, and whether leaving the star out is a correction."""
_MAX_EXAMPLE_CHARS = 120
_MIN_SIMILARITY = 0.75
"""Of a misspelt name: `sorce` is like `source`, but `score` is not, nor is `filter` like `site`."""


def unknown_field_error(token: Token) -> QuerySyntaxError:
    """The error for a field with an unknown name."""
    name, _, value = token.partition(":")
    suggestion, replacement = _advice(name.lower(), value)
    start = token_start(token)
    fix = None if replacement is None else QueryFix(start, start + len(token), replacement)
    return QuerySyntaxError(start, ErrorCode.BAD_FIELD, f"`{name}:` is not a field.", suggestion, fix)


def _advice(name: str, value: str) -> tuple[str, str | None]:
    """The suggestion, and what to write instead of the field, if that is known."""
    word = value.strip('"').lstrip("@#")
    if name in _TEXT:
        return "Title and text are both searched: write the words alone.", value or None
    if name in _TIME:
        return "A rule cannot contain a time. In the list of mentions, choose the time range instead.", None
    if name in _MENTION:
        return f"Write the handle: `@{word or 'acme'}`.", f"@{word}" if word else None
    if name in _HASHTAG:
        return f"Write the hashtag: `#{word or 'acme'}`.", f"#{word}" if word else None
    if name == "subreddit":
        return f"Write `site:r/{word or 'acme'}`.", f"site:r/{word}" if word else None
    if _NEAR.fullmatch(name):
        return "For words near each other write `acme NEAR/5 late`.", f"NEAR/{value}" if value.isdigit() else None
    similar = difflib.get_close_matches(name, FIELDS, n=1, cutoff=_MIN_SIMILARITY)
    close = _FIELDS_BY_OTHER_NAME.get(name) or next(iter(similar), None)
    if close is None:
        fields = "The fields are author:, site:, lang: and source:."
        return f"{fields} To search for it in the text, put it in quotes.", None
    value = f"//{value.lstrip('/')}" if name in {"http", "https"} else value
    written = f"{close}:{name}:{value}" if name in {"http", "https"} else f"{close}:{value}"
    return f"Did you mean `{close}:`? To search for it in the text, put it in quotes.", written if value else None


def field_value_error(text: str, tokens: Sequence[Token], index: int) -> QuerySyntaxError | None:
    """A list or a star in the value of a field, unless the value is in quotes."""
    token = tokens[index]
    name, _, value = token.partition(":")
    if value.startswith('"') or name.lower() not in FIELDS:
        return None
    if error := _several_values(text, token):
        return error
    for pattern, suggestion, is_superfluous in _STARS:
        if match := pattern.search(value):
            start = token_start(token) + len(name) + 1 + match.start()
            fix = QueryFix(start, start + len(match[0]), "") if is_superfluous else None
            return QuerySyntaxError(start, ErrorCode.BAD_FIELD, "A star has no meaning in a field.", suggestion, fix)
    return None


def _several_values(text: str, token: Token) -> QuerySyntaxError | None:
    """``lang:en,de``, ``lang:en|de``, ``lang:(en OR de)``."""
    name, _, value = token.partition(":")
    start, end = token_start(token), token.end_pos or 0
    values = [part for part in re.split(r"[|,;]+", value) if part]
    if not value and (group := re.match(r"\(([^()\"]*)\)", text[end:])):
        values = [part for part in group[1].split() if part != "OR"]
        sign, end = start, end + len(group[0])
    elif (sign := start + len(name) + 1 + len(value.partition("|")[0].partition(",")[0].partition(";")[0])) == end:
        return None
    example = f"({' OR '.join(f'{name}:{part}' for part in values)})"
    is_short = values and len(example) <= _MAX_EXAMPLE_CHARS
    return QuerySyntaxError(
        sign,
        ErrorCode.BAD_FIELD,
        "A field takes one value.",
        f"Write each value with its field: `{example if is_short else f'({name}:a OR {name}:b)'}`.",
        QueryFix(start, end, example) if values else None,
    )


def field_like_error(text: str, tokens: Sequence[Token], index: int) -> QuerySyntaxError | None:
    """``min_faves:10``: like a field, with a sign in its name."""
    match = _FIELD_LIKE.match(tokens[index])
    if match is None:
        return None
    return QuerySyntaxError(
        token_start(tokens[index]),
        ErrorCode.BAD_FIELD,
        f"`{match[0]}:` is not a field.",
        "The fields are author:, site:, lang: and source:. To search for it in the text, put it in quotes.",
    )
