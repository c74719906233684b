"""Patterns of ``intents.toml``: words in this order, within one sentence.

    thinking of leaving      these words           (leave|quit)      one of them
    (really)? bad            or without it         cancel*           a word that begins like this
    switched .. from         up to five words between
    ^ so long                at the start of a sentence, or $ at its end

BRAND stands for a name of the brand, OTHER for that of another brand of the post.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import NamedTuple, TypeAlias

from monitor.query.folding import fold, words_of

BRAND_WORD, OTHER_WORD = "brandqqz", "otherqqz"
"""Written into a text in place of names. No language has these words."""
MAX_GAP_WORDS = 5
MAX_PAIR = 2_000
"""Combinations of words of a pair. Longer lists of words are compared one by one, to bound the memory."""

_PART = re.compile(r"[()|?^$]|\.\.|[^\s()|?^$]+")
# The classes of ``query.folding`` are exact in scripts without spaces, but with them compiling takes a minute.
_SENTENCE_END = r".!?\n"
_BETWEEN = rf"[^\w{_SENTENCE_END}]"
"""A character between two words of a sentence."""
_GAP = rf"(?:{_BETWEEN}+\w+){{0,{MAX_GAP_WORDS}}}"
_SENTENCE_START = rf"(?:\A|[{_SENTENCE_END}])\W*"
_SENTENCE_STOP = rf"(?={_BETWEEN}*(?:[{_SENTENCE_END}]|\Z))"


class PatternError(ValueError):
    """A pattern that cannot be read."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Of these words, a text must contain one. ``prefixes`` are beginnings of words."""

    words: frozenset[str] = frozenset()
    prefixes: frozenset[str] = frozenset()

    @property
    def length(self) -> int:
        """Letters of the shortest; 0 if there are none."""
        return min(map(len, self.words | self.prefixes), default=0)

    def includes(self, other: Keys) -> bool:
        """Whether a text that contains one of ``other`` contains one of these."""
        return other.words <= self.words and other.prefixes <= self.prefixes

    def __or__(self, other: Keys) -> Keys:
        return Keys(self.words | other.words, self.prefixes | other.prefixes)


Pair: TypeAlias = tuple[Keys, Keys]
"""A text must contain a word of the first directly before one of the second; neither has prefixes. A word is here what
``\\w+`` finds."""


@dataclass(frozen=True)
class Pattern:
    """A pattern as written, as a regular expression, and words that it needs."""

    text: str
    expression: str
    keys: tuple[Keys, ...]
    """A text must contain one of each. The first has the longest words, which are the rarest."""
    pairs: tuple[Pair, ...]
    """A text must contain one of each."""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Finds it in folded text in which names are replaced. Compiled on first use: all take half a second."""
        return re.compile(self.expression)


def parse_pattern(text: str) -> Pattern:
    """Raises PatternError."""
    parser = _Parser(_PART.findall(text))
    found = parser.alternatives()
    if parser.peek():
        raise PatternError(f"`{text}` has a `)` without `(`.")
    if not found.keys:
        raise PatternError(f"`{text}` needs a word besides BRAND that always occurs.")
    return Pattern(text, found.expression, found.keys, found.pairs)


class _Part(NamedTuple):
    """A regular expression and what a text in which it matches contains."""

    expression: str
    keys: tuple[Keys, ...] = ()
    """Those with the longest words first."""
    pairs: tuple[Pair, ...] = ()
    first: Keys | None = None
    """Of which its first word is one; None if it may be any word, or any with a prefix."""
    last: Keys | None = None
    """The same for its last word."""
    is_optional: bool = False


class _Parser:
    """Each method returns what it read."""

    def __init__(self, parts: list[str]) -> None:
        self._parts = parts
        self._next = 0

    def peek(self) -> str:
        return self._parts[self._next] if self._next < len(self._parts) else ""

    def _take(self) -> str:
        part = self.peek()
        self._next += 1
        return part

    def alternatives(self) -> _Part:
        """Sequences with ``|`` between them, up to a bracket or the end."""
        found = [self._sequence()]
        while self.peek() == "|":
            self._take()
            found.append(self._sequence())
        if len(found) == 1:
            return found[0]
        keys = found[0].keys
        for one in found[1:]:
            keys = either(keys, one.keys)
        firsts, lasts = [one.first for one in found], [one.last for one in found]
        return _Part(f"(?:{'|'.join(one.expression for one in found)})", keys, (), _any_of(firsts), _any_of(lasts))

    def _sequence(self) -> _Part:
        expression, has_words = "", False
        parts: list[_Part] = []
        while self.peek() and self.peek() not in "|)":
            part = self._take()
            if part == "^":
                expression += _SENTENCE_START
            elif part == "$":
                expression += _SENTENCE_STOP
            elif part == "..":
                expression += _GAP
                parts.append(_Part(_GAP))
            else:
                element = self._element(part)
                element = element._replace(is_optional=self.peek() == "?")
                expression += self._joined(element, has_words=has_words)
                has_words = has_words or not element.is_optional
                parts.append(element)
        if not expression:
            raise PatternError("A pattern, or one of its alternatives, is empty.")
        return _in_order(expression, parts)

    def _joined(self, element: _Part, *, has_words: bool) -> str:
        if not element.is_optional:
            return f"{_BETWEEN}+{element.expression}" if has_words else element.expression
        self._take()
        return f"(?:{_BETWEEN}+{element.expression})?" if has_words else f"(?:{element.expression}{_BETWEEN}+)?"

    def _element(self, part: str) -> _Part:
        if part == "(":
            found = self.alternatives()
            if self._take() != ")":
                raise PatternError("A `(` has no `)`.")
            return found
        if part == "?":
            raise PatternError("A `?` stands after the word or the group that may be missing.")
        return _word(part)


def _in_order(expression: str, parts: Sequence[_Part]) -> _Part:
    """A sequence of ``parts``, of which gaps have neither a first nor a last word."""
    required = [part for part in parts if not part.is_optional]
    keys = sorted((one for part in required for one in part.keys), key=lambda one: -one.length)
    pairs = [pair for part in required for pair in part.pairs]
    for n, part in enumerate(parts):
        follower = _edge((other.first, other.is_optional) for other in parts[n + 1 :])
        if part.last is None or follower is None or part.is_optional:
            continue
        if len(part.last.words) * len(follower.words) <= MAX_PAIR:
            pairs.append((part.last, follower))
    first = _edge((part.first, part.is_optional) for part in parts)
    last = _edge((part.last, part.is_optional) for part in reversed(parts))
    return _Part(expression, tuple(keys), tuple(pairs), first, last)


def _edge(parts: Iterable[tuple[Keys | None, bool]]) -> Keys | None:
    """The words at the edge of (words, may they be missing): those up to the first ones that may not."""
    found: Keys | None = Keys()
    for words, is_optional in parts:
        found = _any_of((found, words))
        if not is_optional:
            return found
    return None


def _any_of(several: Iterable[Keys | None]) -> Keys | None:
    found = Keys()
    for one in several:
        if one is None:
            return None
        found |= one
    return found


def either(one: tuple[Keys, ...], other: tuple[Keys, ...]) -> tuple[Keys, ...]:
    """The keys of "one or other", of which a text contains one of each if it contains those of either."""
    if not one or not other:
        return ()
    pairs = zip_longest(one, other)
    return tuple((left or one[0]) | (right or other[0]) for left, right in pairs)


def _word(part: str) -> _Part:
    """One word, or several that are written together: "don't", which also finds "dont"."""
    if part in ("BRAND", "OTHER"):
        word = BRAND_WORD if part == "BRAND" else OTHER_WORD
        own = Keys(frozenset((word,)))
        return _Part(rf"{_start(word)}\b", (), (), own, own)
    is_prefix = part.endswith("*")
    words = words_of(fold(part.rstrip("*")))
    if not words:
        raise PatternError(f"`{part}` has no letters.")
    body = _start(words[0]) + "".join(rf"\W*{re.escape(word)}" for word in words[1:])
    end = r"\w*" if is_prefix else r"\b"
    keys = (_keys_of_joined(words, is_prefix=is_prefix),)
    firsts = frozenset("".join(words[:stop]) for stop in range(1, len(words) + 1))
    lasts = frozenset("".join(words[start:]) for start in range(len(words)))
    if is_prefix:
        return _Part(f"{body}{end}", keys)
    return _Part(f"{body}{end}", keys, (), Keys(firsts), Keys(lasts))


def _keys_of_joined(words: Sequence[str], *, is_prefix: bool) -> Keys:
    """The longest of ``words``, alone and with its neighbours, as a text may write them together."""
    n = max(range(len(words)), key=lambda i: len(words[i]))
    with_last = ["".join(words[start:]) for start in range(n + 1)]
    others = ["".join(words[start:end]) for start in range(n + 1) for end in range(n + 1, len(words))]
    if is_prefix:
        return Keys(frozenset(others), frozenset(with_last))
    return Keys(frozenset(others + with_last))


def _start(word: str) -> str:
    r"""``word`` at its beginning: as ``\b`` before it, but a regex engine can skip to the literal that comes first."""
    literal = re.escape(word)
    return rf"{literal}(?<!\w{literal})"
