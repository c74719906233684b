"""Which rules of one language may match a text, by words without which they cannot match.

A text has a few words, and English 400 cues, of which the index leaves one or two: to search a tweet for all of them
takes thirty times as long. The words come from the cues themselves (``Cue.keys`` and ``Cue.pairs``), so the index never
hides a match: ``tests/test_intents.py`` compares both.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, reduce
from itertools import chain, pairwise, product
from operator import or_
from typing import Final, NamedTuple, Protocol, TypeAlias

from monitor.intent.pattern import Keys, Pair
from monitor.intent.rules import Cue, IntentRules
from monitor.query.folded_text import FoldedText
from monitor.query.folding import words_of
from monitor.query.hashtags import words_in_hashtags

MAX_WORDS = 40_000
"""Words of texts that are kept, some 4 MB. When there are more, all are dropped: that costs less than choosing some."""
MAX_INDEXES = 32
"""Of languages and files of rules, as long as anybody may still use them."""
_RUN = re.compile(r"\w+")


class Fact:
    """What is known of a text besides its words, as bits of an int."""

    QUESTION: Final = 1
    """It has a question mark."""
    BRAND: Final = 2
    """It names the brand."""
    OTHER: Final = 4
    """It names another one."""
    NOT_NEGATIVE: Final = 8
    NOT_POSITIVE: Final = 16
    COUNT: Final = 5


class CandidateIndex(Protocol):
    """The interface of ``CueIndex``."""

    def candidates(self, text: FoldedText, facts: int) -> Candidates:
        """The cues that may match ``text``, of which ``facts`` are known."""
        ...


class Candidate(NamedTuple):
    """A cue that may match a text."""

    rules: IntentRules
    cue: Cue
    exceptions: Sequence[tuple[Cue, int]]
    """The rules' exceptions, each with the bit of what a text in which it occurs satisfies."""

    def exceptions_in(self, satisfied: int) -> list[Cue]:
        """The exceptions that may occur in a text."""
        return [cue for cue, bit in self.exceptions if bit & satisfied]


Candidates: TypeAlias = tuple[Sequence[Candidate], int]
"""The cues that may match a text, in the order of the rules, and the bits of what the text satisfies."""


class _Satisfied(NamedTuple):
    """What a word, or two adjacent words, satisfies."""

    requirements: int
    """A bit for each requirement."""
    cues: tuple[tuple[int, int], ...]
    """The cues whose first requirement it satisfies: their numbers, and the bits of their other requirements."""


class CueIndex:
    """The cues of rules of one language. Threads may share one.

    A cue is looked at if the text satisfies its first requirement, which is the rarest. Each of the others is a bit, so
    that they are compared as one number.
    """

    def __init__(self, rules: Sequence[IntentRules]) -> None:
        required = [_required(cue) for one in rules for cue in one.cues]
        exceptions = {cue: _required(cue)[0] for one in rules for cue in one.unless}
        compared = dict.fromkeys(chain(exceptions.values(), *(others for _, *others in required)))
        bits = {one: 1 << n for n, one in enumerate(compared, Fact.COUNT)}
        first: defaultdict[Keys | Pair, list[tuple[int, int]]] = defaultdict(list)
        cues = [(one, cue) for one in rules for cue in one.cues]
        for number, ((one, cue), (rarest, *others)) in enumerate(zip(cues, required, strict=True)):
            first[rarest].append((number, reduce(or_, map(bits.__getitem__, others), _needed_facts(one, cue))))
        satisfied = {one: _Satisfied(bits.get(one, 0), tuple(first[one])) for one in (*compared, *first)}
        self._words = _Words({one: found for one, found in satisfied.items() if isinstance(one, Keys)})
        self._pairs = _pairs_of_words((one, found) for one, found in satisfied.items() if not isinstance(one, Keys))
        unless = [[(cue, bits[exceptions[cue]]) for cue in one.unless] for one in rules]
        self._cues = [Candidate(one, cue, own) for one, own in zip(rules, unless, strict=True) for cue in one.cues]

    def candidates(self, text: FoldedText, facts: int) -> Candidates:
        """The cues that may match ``text``, of which ``facts`` are known."""
        words, others = _words(text)
        found = list(filter(None, map(self._words.__getitem__, words + others)))
        found += filter(None, map(self._pairs.get, pairwise(words)))
        satisfied = facts | Fact.QUESTION if "?" in text.body else facts
        for requirements, _ in found:
            satisfied |= requirements
        numbers = {n for _, cues in found for n, needed in cues if needed & satisfied == needed}
        return [self._cues[n] for n in sorted(numbers)] if numbers else (), satisfied


@lru_cache(MAX_INDEXES)
def shared_index(rules: tuple[IntentRules, ...]) -> CueIndex:
    """The index of ``rules``, which all finders share: one of a few hundred cues takes a fifth of a second."""
    return CueIndex(rules)


def _needed_facts(rules: IntentRules, cue: Cue) -> int:
    facts = Fact.QUESTION if rules.question else 0
    facts |= Fact.BRAND if "BRAND" in cue.names else 0
    facts |= Fact.OTHER if "OTHER" in cue.names else 0
    if rules.score == "not negative":
        return facts | Fact.NOT_NEGATIVE
    return facts | (Fact.NOT_POSITIVE if rules.score else 0)


def _required(cue: Cue) -> tuple[Keys | Pair, ...]:
    """What a text must contain, the rarest first: a pair, or the key with the longest words."""
    pairs = sorted(cue.pairs, key=lambda pair: -pair[0].length - pair[1].length)
    return (*pairs, *(keys for keys in cue.keys if not any(keys.includes(one) for pair in pairs for one in pair)))


def _merged(several: Iterable[_Satisfied]) -> _Satisfied | None:
    """What satisfies all of these; None for none."""
    found = list(several)
    cues = tuple(dict.fromkeys(cue for one in found for cue in one.cues))
    return _Satisfied(reduce(or_, (one.requirements for one in found)), cues) if found else None


def _pairs_of_words(pairs: Iterable[tuple[Pair, _Satisfied]]) -> dict[tuple[str, str], _Satisfied | None]:
    """Two words -> the pairs that they satisfy."""
    found: defaultdict[tuple[str, str], list[_Satisfied]] = defaultdict(list)
    for (first, second), satisfied in pairs:
        for words in product(first.words, second.words):
            found[words].append(satisfied)
    return {words: _merged(several) for words, several in found.items()}


class _Words(dict[str, _Satisfied | None]):
    """Word -> the keys that it satisfies; None, as for most words: none."""

    def __init__(self, satisfied: Mapping[Keys, _Satisfied]) -> None:
        super().__init__()
        self._by_word: defaultdict[str, list[_Satisfied]] = defaultdict(list)
        self._by_prefix: defaultdict[str, list[_Satisfied]] = defaultdict(list)
        for keys, found in satisfied.items():
            for index, words in ((self._by_word, keys.words), (self._by_prefix, keys.prefixes)):
                for word in words:
                    index[word].append(found)
        self._prefix_lengths = sorted(set(map(len, self._by_prefix)))

    def __missing__(self, word: str) -> _Satisfied | None:
        if len(self) >= MAX_WORDS:
            self.clear()
        prefixed = [one for length in self._prefix_lengths for one in self._by_prefix.get(word[:length], ())]
        found = self[word] = _merged([*self._by_word.get(word, ()), *prefixed])
        return found


def _words(text: FoldedText) -> tuple[list[str], list[str]]:
    """The words of a text, in order, as patterns see them, and more words that rules find in it."""
    folded = text.folded
    if folded.isascii() and "_" not in folded:
        words, others = words_of(folded), []
    else:
        words, others = _RUN.findall(folded), words_of(folded)
    if "#" in folded:
        others = others + words_in_hashtags(folded, text.body)
    return words, others
