"""Words that are never among those that differ, because they only say which brand, rule or source it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from monitor.analysis.topics import blocked_words
from monitor.analysis.topics.phrases import is_usable, stem
from monitor.errors import QueryError
from monitor.model import Brand
from monitor.query import parse
from monitor.query.folding import WORD, fold
from monitor.query.tree import And, Near, Node, Or, Phrase


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is left out, folded."""

    words: frozenset[str] = frozenset()
    """Words and stems."""
    beginnings: tuple[str, ...] = ()
    """Every word that begins so: the rules have them with ``*``."""

    @property
    def unspaced(self) -> re.Pattern[str] | None:
        """Finds those of its words that are written without spaces, the longest first."""
        found = sorted((word for word in self.words if not word.isascii()), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, found))) if found else None

    def has(self, word: str) -> bool:
        """Whether a word is left out."""
        return word in self.words or stem(word) in self.words or word.startswith(self.beginnings)


class UsableWords(dict[str, bool]):
    """Word -> whether it may be a term, or a part of one, in every language."""

    def __init__(self, left_out: LeftOut) -> None:
        super().__init__()
        self._left_out = left_out

    def __missing__(self, word: str) -> bool:
        usable = self[word] = len(word) > 1 and not self._left_out.has(word) and is_usable(word)
        return usable


def left_out_words(compared: Sequence[str], brands: Sequence[Brand], sources: Collection[str] = ()) -> LeftOut:
    """The names of all brands, the words of the rules of those that are compared, and names of sources of one word."""
    rules = [brand for brand in brands if brand.name in compared] or brands[:1]
    phrases = [phrase for brand in rules for phrase in _phrases(brand.rule)]
    words = {word for phrase in phrases for word in WORD.findall(fold(phrase.text)) if len(word) > 1}
    words |= {"".join(WORD.findall(fold(phrase.text))) for phrase in phrases}
    words |= {name for name in map(fold, sources) if WORD.fullmatch(name)}
    words |= {stem(word) for word in words}
    beginnings = {phrase.words[-1] for phrase in phrases if phrase.is_prefix and len(phrase.words) == 1}
    names = frozenset[str]().union(*(blocked_words(brand, brands) for brand in rules))
    return LeftOut(names | words, tuple(sorted(beginnings)))


def _phrases(rule: str) -> list[Phrase]:
    """Those that a post of a rule may contain."""
    try:
        return list(_phrases_of(parse(rule).tree))
    except QueryError:  # one that cannot be parsed finds no mentions either
        return []


def _phrases_of(node: Node) -> Iterator[Phrase]:
    if isinstance(node, Phrase):
        yield node
    elif isinstance(node, (And, Or)):
        for child in node.children:
            yield from _phrases_of(child)
    elif isinstance(node, Near):
        yield from (*node.left, *node.right)
