"""Patterns of ``intents.toml``: words in this order, within one sentence.

    thinking of leaving      these words           (leave|quit)      one of them
    (really)? bad            or without it         cancel*           a word that begins like this
    switched .. from         up to five words between
    ^ so long                at the start of a sentence, or $ at its end

BRAND stands for a name of the brand, OTHER for that of another brand of the post.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest

from monitor.query.folding import fold, words_of

BRAND_WORD, OTHER_WORD = "brandqqz", "otherqqz"
"""Written into a text in place of names. No language has these words."""
MAX_GAP_WORDS = 5

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

    def __or__(self, other: Keys) -> Keys:
        return Keys(self.words | other.words, self.prefixes | other.prefixes)


@dataclass(frozen=True)
class Pattern:
    """A pattern as written, as a regular expression, and words that it needs."""

    text: str
    expression: str
    keys: tuple[Keys, ...]
    """A text must contain one of each. The first has the longest words, which are the rarest."""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Finds it in folded text in which names are replaced. Compiled on first use: all take half a second."""
        return re.compile(self.expression)


def parse_pattern(text: str) -> Pattern:
    """Raises PatternError."""
    parser = _Parser(_PART.findall(text))
    alternatives, keys = parser.alternatives()
    if parser.peek():
        raise PatternError(f"`{text}` has a `)` without `(`.")
    if not keys:
        raise PatternError(f"`{text}` needs a word besides BRAND that always occurs.")
    return Pattern(text, alternatives, keys)


class _Parser:
    """Each method returns a regular expression and the keys of what it read; those with the longest words first."""

    def __init__(self, parts: list[str]) -> None:
        self._parts = parts
        self._next = 0

    def peek(self) -> str:
        return self._parts[self._next] if self._next < len(self._parts) else ""

    def _take(self) -> str:
        part = self.peek()
        self._next += 1
        return part

    def alternatives(self) -> tuple[str, tuple[Keys, ...]]:
        expression, keys = self._sequence()
        found = [expression]
        while self.peek() == "|":
            self._take()
            expression, other = self._sequence()
            found.append(expression)
            keys = either(keys, other)
        return (found[0] if len(found) == 1 else f"(?:{'|'.join(found)})"), keys

    def _sequence(self) -> tuple[str, tuple[Keys, ...]]:
        expression, has_words = "", False
        keys: list[Keys] = []
        while self.peek() and self.peek() not in "|)":
            part = self._take()
            if part == "^":
                expression += _SENTENCE_START
            elif part == "$":
                expression += _SENTENCE_STOP
            elif part == "..":
                expression += _GAP
            else:
                element, own_keys = self._element(part)
                is_optional = self.peek() == "?"
                expression += self._joined(element, has_words=has_words, is_optional=is_optional)
                keys += () if is_optional else own_keys
                has_words = has_words or not is_optional
        if not expression:
            raise PatternError("A pattern, or one of its alternatives, is empty.")
        return expression, tuple(sorted(keys, key=lambda one: -one.length))

    def _joined(self, element: str, *, has_words: bool, is_optional: bool) -> str:
        if not is_optional:
            return f"{_BETWEEN}+{element}" if has_words else element
        self._take()
        return f"(?:{_BETWEEN}+{element})?" if has_words else f"(?:{element}{_BETWEEN}+)?"

    def _element(self, part: str) -> tuple[str, tuple[Keys, ...]]:
        if part == "(":
            found = self.alternatives()
            if self._take() != ")":
                raise PatternError("A `(` has no `)`.")
            return found
        if part == "?":
            raise PatternError("A `?` stands after the word or the group that may be missing.")
        return _word(part)


def either(one: tuple[Keys, ...], other: tuple[Keys, ...]) -> tuple[Keys, ...]:
    """The keys of "one or other", of which a text contains one of each if it contains those of either."""
    if not one or not other:
        return ()
    pairs = zip_longest(one, other)
    return tuple((left or one[0]) | (right or other[0]) for left, right in pairs)


def _word(part: str) -> tuple[str, tuple[Keys, ...]]:
    """One word, or several that are written together: "don't", which also finds "dont"."""
    if part in ("BRAND", "OTHER"):
        word = BRAND_WORD if part == "BRAND" else OTHER_WORD
        return rf"{_start(word)}\b", ()
    is_prefix = part.endswith("*")
    words = words_of(fold(part.rstrip("*")))
    if not words:
        raise PatternError(f"`{part}` has no letters.")
    body = _start(words[0]) + "".join(rf"\W*{re.escape(word)}" for word in words[1:])
    end = r"\w*" if is_prefix else r"\b"
    return f"{body}{end}", (_keys_of_joined(words, is_prefix=is_prefix),)


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
