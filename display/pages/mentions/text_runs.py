"""A mention's text cut into runs of equal style, and the excerpt that a row of the list shows.

Templates escape ``TextRun.text``; nothing here produces markup.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.model import Mention

MATCH_WITHIN_CHARS = 120
"""Two lines of a row, or three on a phone, always show this many characters: the first match lies within them."""
EXCERPT_CHARS = 420
"""More than the lines of a row can show on a screen of any width."""

_TOKEN = re.compile(r"(?<!\S)\S+")
_SENTENCE_END = re.compile(r"[.!?…]\S{0,3}\s+\Z")
_WORD = re.compile(r"\w+")
_RULE_WORD = re.compile(r"\w+\*?")
_RULE_PART = re.compile(r'"[^"]*"|\w+\*?')


@dataclass(frozen=True, slots=True)
class TextRun:
    """Consecutive characters with the same styles.

    "title" is the title, "quote" a line that quotes somebody else; "hit" matched the rule, "found" matched the search;
    "pos" and "neg" counted for the score, "sign" is a weak sign of a complaint, and "off" did not count.
    """

    text: str
    styles: tuple[str, ...] = ()


def text_runs(
    text: str, styles: Mapping[str, Iterable[tuple[int, int]]], start: int = 0, end: int | None = None
) -> list[TextRun]:
    """``text[start:end]``, cut wherever a style begins or ends. Spans may overlap and may reach beyond the text."""
    end = len(text) if end is None else min(end, len(text))
    changes: dict[int, Counter[str]] = defaultdict(Counter, {start: Counter(), end: Counter()})
    for style, spans in styles.items():
        for a, b in spans:
            if (a := max(a, start)) < (b := min(b, end)):
                changes[a][style] += 1
                changes[b][style] -= 1
    active: Counter[str] = Counter()
    runs = []
    for here, there in pairwise(sorted(changes)):
        active.update(changes[here])
        runs.append(TextRun(text[here:there], tuple(style for style in styles if active[style] > 0)))
    return runs


def excerpt(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Where to cut ``text`` so that a row shows its first match; the cut begins at a sentence or a word if possible."""
    first_match = min(spans, default=(0, 0))
    start = 0
    if first_match[1] > MATCH_WITHIN_CHARS:
        earliest = max(0, first_match[0] - MATCH_WITHIN_CHARS // 2)
        words = [word.start() for word in _TOKEN.finditer(text, earliest, first_match[0])]
        sentences = (word for word in words if _SENTENCE_END.search(text[max(0, word - 5) : word]))
        start = next(sentences, words[0] if words else earliest)
    return start, min(len(text), start + EXCERPT_CHARS)


def outside(spans: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """The parts of ``length`` characters that lie in none of ``spans``."""
    uncovered, here = [], 0
    for start, end in sorted(spans):
        if start > here:
            uncovered.append((here, start))
        here = max(here, end)
    return [*uncovered, (here, length)] if here < length else uncovered


def rule_runs(mention: Mention) -> list[TextRun]:
    """The text of the rule, with the words and whole phrases marked "hit" that are among the matched words."""
    body = mention.post.body
    matched = {word.casefold() for a, b in mention.spans for word in _WORD.findall(body[a:b])}
    parts = _RULE_PART.finditer(mention.rule)
    return text_runs(mention.rule, {"hit": [part.span() for part in parts if _matches(part.group(), matched)]})


def _matches(part: str, matched: Collection[str]) -> bool:
    """Whether every word of a part of a rule is among ``matched``, or all of them as one hashtag.

    A word that ends in ``*`` is a prefix.
    """
    words = _RULE_WORD.findall(part.casefold())
    if len(words) > 1 and "".join(words) in matched:
        return True
    prefixes = (word[:-1] for word in words if word.endswith("*"))
    whole = all(word in matched for word in words if not word.endswith("*"))
    return bool(words) and whole and all(any(m.startswith(prefix) for m in matched) for prefix in prefixes)
