"""Turn words as people write them in a rule into a ``Phrase`` with a pattern that finds them in folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.query.folding import (
    HANDLE_CHARACTER,
    HANDLE_OR_TAG,
    SEPARATORS,
    TAG_CHARACTER,
    UNSPACED,
    WORD,
    WORD_CHARACTER,
    fold,
)
from monitor.query.proclitics import start_pattern, with_proclitics
from monitor.query.syntax_errors import ErrorCode, QuerySyntaxError
from monitor.query.text_index import index_word
from monitor.query.tree import Phrase, letters_and_digits

MIN_PREFIX_LETTERS = 3
"""Letters before a star. Shorter prefixes match most of an index: ``a*`` took 3.3 s over ten million posts."""
MAX_PHRASE_WORDS = 100
"""In a script without spaces, every character counts as a word."""

MAX_TAG_WORDS = 5
"""Words of a phrase that is also looked for as one hashtag; hashtags of more words are rare."""

_EDGE_PUNCTUATION = " \t\r\n.,;:?/'_"
"""Punctuation that is ignored at the start and end of a phrase, except the dot of a name such as .NET."""
_LEADING_DOT = re.compile(r"=?[ \t\r\n]*\.(?=\w)")
_EXACT_SIGNS = ("&", ".")
"""Signs that a text must contain as written if they are all there is between two words."""
_EMOJI_CHARACTERS = "\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_EMOJI = re.compile(rf"(?:[{_EMOJI_CHARACTERS}]|.\ufe0f?\u20e3)[{_EMOJI_CHARACTERS}\u200d\ufe0f]*")
"""Emoji, flags and keycaps. Neither our indexes nor the searches of most sites contain them."""
_UNSPACED_WORD = re.compile(f"[{UNSPACED}]")
_GAP = re.compile(r"(?P<after>[+!#]*)(?P<between>.*?)(?P<before>[@#$]|(?<=\s)\.|)", re.DOTALL)
"""The text between two words: signs of the word before it, separators, a sign of the word after it."""
_NOT_BEFORE = {
    "@": (HANDLE_CHARACTER,),
    "#": (HANDLE_CHARACTER, "&"),
    "$": (WORD_CHARACTER, r"\$"),
    ".": (WORD_CHARACTER, r"\."),
    "": (WORD_CHARACTER,),
}
"""For the sign before a word, or none: what must not precede it."""


def emoji_error(text: str, position: int) -> QuerySyntaxError | None:
    """The error if ``text``, a word or phrase at ``position``, contains an emoji."""
    emoji = _EMOJI.search(text)
    if emoji is None:
        return None
    has_words = WORD.search(fold(_EMOJI.sub(" ", text)))
    return QuerySyntaxError(
        position + emoji.start(),
        ErrorCode.EMOJI,
        f"An emoji, such as `{emoji[0]}`, cannot be searched for.",
        "Leave it out: the words match with and without it." if has_words else "Search for words instead.",
    )


def parse_phrase(raw: str, position: int) -> Phrase:
    """Parse a word, or the inside of quotes, with ``=`` before it and ``*`` after it. Raises QuerySyntaxError."""
    text = raw.lstrip("=").rstrip("*").strip(_EDGE_PUNCTUATION)
    text = f".{text}" if _LEADING_DOT.match(raw) else text
    is_prefix, is_exact = raw.endswith("*"), raw.startswith("=")
    folded = fold(text)
    found = list(WORD.finditer(folded))
    words = tuple(word[0] for word in found)
    if not words or "*" in text or len(words) > MAX_PHRASE_WORDS:
        raise _phrase_error(text, raw, position, words)
    is_prefix = is_prefix and not _UNSPACED_WORD.match(words[-1])  # a phrase in an unspaced script never ends a word
    if is_prefix and len(words[-1]) < MIN_PREFIX_LETTERS:
        raise _prefix_too_short(raw, position)
    letters = letters_and_digits(text) if is_exact else ""
    if match := HANDLE_OR_TAG.fullmatch(folded):
        pattern = _pattern_of_handle_or_tag(match[0], is_prefix)
        return Phrase(text, position, words, pattern, is_prefix, letters, "" if is_exact else index_word(match[0]))
    gaps = list(_gaps(folded, found))
    has_signs = any(gap["after"] or gap["before"] or gap["between"] in _EXACT_SIGNS for gap in gaps)
    in_hashtags = not has_signs and not all(map(_UNSPACED_WORD.match, words))
    return Phrase(
        text,
        position,
        words,
        _pattern(words, gaps, is_prefix),
        is_prefix,
        letters,
        has_signs=has_signs,
        in_hashtags=in_hashtags,
        tag=_tag(words, gaps) if in_hashtags else "",
        other_starts=() if gaps[0]["before"] else with_proclitics(words[0]),
    )


def _tag(words: tuple[str, ...], gaps: list[re.Match[str]]) -> str:
    """The name of the hashtag that ``words`` form together; empty if none is written like it."""
    is_phrase = 1 < len(words) <= MAX_TAG_WORDS and any(gap[0] for gap in gaps[1:-1])
    return "" if not is_phrase or (tag := "".join(words)).isdigit() else tag


def _gaps(folded: str, found: list[re.Match[str]]) -> Iterator[re.Match[str]]:
    """The text before, between and after the words."""
    edges = [0, *(edge for word in found for edge in word.span()), len(folded)]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if match := _GAP.fullmatch(folded, start, end):
            yield match


def _pattern(words: tuple[str, ...], gaps: list[re.Match[str]], is_prefix: bool) -> str:
    """A pattern for ``words`` in folded text, with their signs as written and any separators elsewhere."""
    unspaced = [_UNSPACED_WORD.match(word) is not None for word in words]
    sign = gaps[0]["before"] or ("." if gaps[0][0] == "." else "")
    parts = [sign + words[0] if unspaced[0] and not sign else _start_pattern(sign, words[0])]
    for i in range(1, len(words)):
        parts += [_gap_pattern(gaps[i], unspaced[i - 1] or unspaced[i]), re.escape(words[i])]
    after = re.escape(gaps[-1]["after"])
    parts.append(after or ("" if unspaced[-1] else _end_pattern(WORD_CHARACTER, is_prefix)))
    return "".join(parts)


def _gap_pattern(gap: re.Match[str], unspaced: bool) -> str:
    after, between, before = gap.group("after", "between", "before")
    if between in _EXACT_SIGNS:
        between = re.escape(between)
    elif between or not (after or before):
        between = f"[{SEPARATORS}]" + ("*" if unspaced or after or before else "+")
    return re.escape(after) + between + re.escape(before)


def _pattern_of_handle_or_tag(handle_or_tag: str, is_prefix: bool) -> str:
    """A pattern for the whole handle or tag: ``@acme`` does not match in "@acme_help"."""
    sign, name = handle_or_tag[0], handle_or_tag[1:]
    handle_character = f"[{UNSPACED}]" if _UNSPACED_WORD.match(name) else HANDLE_CHARACTER
    character = handle_character if sign == "@" else TAG_CHARACTER
    return _start_pattern(sign, name) + _end_pattern(character, is_prefix)


def _start_pattern(sign: str, word: str) -> str:
    """``word`` at its beginning. The literal precedes its lookbehinds, so that the regex engine can skip to it."""
    if not sign and with_proclitics(word):
        return start_pattern(word)
    literal = re.escape(sign + word)
    return literal + "".join(f"(?<!{before}{literal})" for before in _NOT_BEFORE[sign])


def _end_pattern(character: str, is_prefix: bool) -> str:
    return f"{character}*" if is_prefix else f"(?!{character})"


def _prefix_too_short(raw: str, position: int) -> QuerySyntaxError:
    return QuerySyntaxError(
        position,
        ErrorCode.BAD_STAR,
        f"`{raw}` is too short: a star needs at least {MIN_PREFIX_LETTERS} letters before it.",
        "Write more of the word, as in `refund*`, or remove the star.",
    )


def _phrase_error(text: str, raw: str, position: int, words: tuple[str, ...]) -> QuerySyntaxError:
    if len(words) > MAX_PHRASE_WORDS:
        reason = f"A phrase may have at most {MAX_PHRASE_WORDS} words; this one has {len(words)}."
        return QuerySyntaxError(position, ErrorCode.TOO_MANY_WORDS, reason, "Shorten the phrase.")
    if words:
        reason = "A star is only allowed at the end of a word."
        suggestion = "Write the beginning of the word and a star, as in `refund*`."
        return QuerySyntaxError(position, ErrorCode.BAD_STAR, reason, suggestion)
    if not text:
        reason = "`{}` contains no word.".format(raw or '""')
        suggestion = 'Write a word, or a phrase in quotes, as in `"money back"`.'
        return QuerySyntaxError(position, ErrorCode.NO_WORD, reason, suggestion)
    reason = f"`{text}` contains no letter or digit, so it cannot be searched for."
    return QuerySyntaxError(position, ErrorCode.NO_WORD, reason, "Write a word, or leave it out.")
