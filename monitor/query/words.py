"""From words as a person writes them in a rule to the leaf that finds them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.query.mistakes import Mistake
from monitor.query.reading import (
    IN_HANDLE,
    IN_TAG,
    IN_WORD,
    MARKED,
    SEPARATOR,
    UNSPACED,
    WORD,
    fold,
    mark,
)
from monitor.query.tree import Words, letters_of

SHORTEST_PREFIX = 3
"""Letters before a star. Shorter ones open up most of an index: ``a*`` took 3.3 s over ten million posts."""
MOST_WORDS = 100
"""Of one phrase. In an unspaced script every character counts."""

_EMPTY = '""'
_EDGES = " \t\r\n.,;:?/'_"
"""Never part of what is looked for at the edges of words, however it was typed."""
_PICTURES = "\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_PICTURE = re.compile(rf"(?:[{_PICTURES}]|.\ufe0f?\u20e3)[{_PICTURES}\u200d\ufe0f]*")
"""Emoji, flags and keys. No index of ours knows them, nor do the searches of most sites."""
_UNSPACED_WORD = re.compile(f"[{UNSPACED}]")
_GAP = re.compile(r"(?P<after>[+!#]*)(?P<between>.*?)(?P<before>[@#$]?)", re.DOTALL)
"""What stands between two words: signs that belong to the word before, what separates, a sign of the word after."""
_NOT_BEFORE = {"@": (IN_HANDLE,), "#": (IN_HANDLE, "&"), "$": (IN_WORD, r"\$"), "": (IN_WORD,)}
"""What must not stand before a word with this sign, or none."""


def pictured(written: str, at: int) -> Mistake | None:
    """What is wrong with ``written``, a word or a phrase that begins at ``at``, where it holds an emoji."""
    found = _PICTURE.search(written)
    if found is None:
        return None
    words = WORD.search(fold(_PICTURE.sub(" ", written)))
    instead = "Leave it out: the words are found with and without it." if words else "Look for words in its place."
    return Mistake(at + found.start(), f"An emoji, such as `{found[0]}`, cannot be looked for.", instead)


def words_of(raw: str, at: int) -> Words:
    """The leaf for ``raw``: a word, or the inside of quotes, with ``=`` before and ``*`` behind it. Raises Mistake."""
    text = raw.lstrip("=").rstrip("*").strip(_EDGES)
    prefix, case = raw.endswith("*"), raw.startswith("=")
    folded = fold(text)
    found = list(WORD.finditer(folded))
    words = tuple(word[0] for word in found)
    if not words or "*" in text or len(words) > MOST_WORDS:
        raise _mistake(text, raw, at, words)
    prefix = prefix and not _UNSPACED_WORD.match(words[-1])  # in an unspaced script a word may always go on
    if prefix and len(words[-1]) < SHORTEST_PREFIX:
        raise _too_short(raw, at)
    exact = letters_of(text) if case else ""
    if marked := MARKED.fullmatch(folded):
        return Words(text, at, words, _mark_pattern(marked, prefix), prefix, exact, "" if case else mark(marked[0]))
    gaps = list(_gaps(folded, found))
    signs = any(gap["after"] or gap["before"] or gap["between"] == "&" for gap in gaps)
    return Words(text, at, words, _pattern(words, gaps, prefix), prefix, exact, signs=signs)


def _gaps(folded: str, found: list[re.Match[str]]) -> Iterator[re.Match[str]]:
    """What stands before, between and behind the words."""
    edges = [0, *(edge for word in found for edge in word.span()), len(folded)]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if match := _GAP.fullmatch(folded, start, end):
            yield match


def _pattern(words: tuple[str, ...], gaps: list[re.Match[str]], prefix: bool) -> re.Pattern[str]:
    """Finds ``words`` in folded text, their signs as written, anything that separates elsewhere."""
    unspaced = [_UNSPACED_WORD.match(word) is not None for word in words]
    sign = gaps[0]["before"]
    parts = [sign + words[0] if unspaced[0] and not sign else _beginning(sign, words[0])]
    for i in range(1, len(words)):
        parts += [_between(gaps[i], unspaced[i - 1] or unspaced[i]), re.escape(words[i])]
    after = re.escape(gaps[-1]["after"])
    parts.append(after or ("" if unspaced[-1] else _ending(IN_WORD, prefix)))
    return re.compile("".join(parts))


def _between(gap: re.Match[str], unspaced: bool) -> str:
    after, between, before = gap.group("after", "between", "before")
    if between == "&":
        between = "&"
    elif between or not (after or before):
        between = f"[{SEPARATOR}]" + ("*" if unspaced or after or before else "+")
    return re.escape(after) + between + re.escape(before)


def _mark_pattern(marked: re.Match[str], prefix: bool) -> re.Pattern[str]:
    """Finds a handle or a tag as a whole: ``@acme`` is not in "@acme_help"."""
    handle = marked[0][0] == "@"
    inside = IN_TAG if not handle else f"[{UNSPACED}]" if _UNSPACED_WORD.match(marked[0][1:]) else IN_HANDLE
    return re.compile(_beginning(marked[0][0], marked[0][1:]) + _ending(inside, prefix))


def _beginning(sign: str, word: str) -> str:
    """``word`` where it begins. The literal stands before the looks behind, so that the engine can skip to it."""
    literal = re.escape(sign + word)
    return literal + "".join(f"(?<!{before}{literal})" for before in _NOT_BEFORE[sign])


def _ending(inside: str, prefix: bool) -> str:
    return f"{inside}*" if prefix else f"(?!{inside})"


def _too_short(raw: str, at: int) -> Mistake:
    return Mistake(
        at,
        f"`{raw}` is too short: the part before a star needs at least {SHORTEST_PREFIX} letters.",
        "Write more of the word, as in `refund*`, or leave the star out.",
    )


def _mistake(text: str, raw: str, at: int, words: tuple[str, ...]) -> Mistake:
    if len(words) > MOST_WORDS:
        return Mistake(at, f"These are {len(words)} words in a row.", f"Write at most {MOST_WORDS} in one phrase.")
    if words:
        return Mistake(at, "A star can only stand at the end of a word.", "Write the beginning and a star: `refund*`.")
    if not text:
        return Mistake(at, f"There is no word in `{raw or _EMPTY}`.", 'Write a word, or two in quotes: `"money back"`.')
    instead = {
        "-": "Write the minus right before a word, as in `-jobs`.",
        "&&": "Leave it out: words that stand side by side must all be there.",
        "&": 'Put words that belong together in quotes, as in `"ben & jerry"`.',
        "||": "Write OR.",
        "|": "Write OR.",
    }
    reason = f"There is no letter or digit in `{text}`, so it cannot be looked for."
    return Mistake(at, reason, instead.get(text, "Write a word, or leave it out."))
