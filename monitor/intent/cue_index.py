"""Which rules of one language may match a text, by words without which they cannot match.

A text has a few words, and a language almost 200 cues: to search a tweet for all of them takes 800 µs, and to find and
search for those that the index leaves 50 µs. The words come from the cues themselves (``Cue.keys``), so the index never
hides a match: ``tests/test_intents.py`` compares both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple, Protocol

from monitor.intent.pattern import Keys
from monitor.intent.rules import Cue, IntentRules
from monitor.query.folding import fold, words_of
from monitor.query.hashtags import hashtags

MAX_WORDS = 40_000
"""Words whose keys are known, some 4 MB. When there are more, all are dropped: that costs less than choosing some."""


class CandidateIndex(Protocol):
    """The interface of ``CueIndex``."""

    def candidates(self, body: str) -> list[tuple[IntentRules, Cue]]:
        """The cues that may match ``body``, in the order of the rules."""
        ...


class CueIndex:
    """The cues of rules of one language. Each ``Keys`` of a cue is a bit, so that a text is compared as one number."""

    def __init__(self, rules: Sequence[IntentRules]) -> None:
        self._cues = [(one, cue) for one in rules for cue in one.cues]
        self._words = _WordKeys([cue for _, cue in self._cues])

    def candidates(self, body: str) -> list[tuple[IntentRules, Cue]]:
        """The cues that may match ``body``, in the order of the rules."""
        known = list(filter(None, map(self._words.__getitem__, _words(body))))
        found = 0
        for word in known:
            found |= word.keys
        numbers = {number for word in known for number, needed in word.cues if needed & found == needed}
        is_question = "?" in body
        cues = [self._cues[number] for number in sorted(numbers)]
        return [(rules, cue) for rules, cue in cues if is_question or not rules.question]


class _WordKey(NamedTuple):
    """What a word says about cues."""

    keys: int
    """The bits of the keys that it satisfies."""
    cues: tuple[tuple[int, int], ...]
    """The cues whose first keys it satisfies, which are the rarest: their numbers, and the bits of all their keys."""


class _WordKeys(dict[str, _WordKey | None]):
    """Word -> what it says about cues; None, as for most words: nothing. Threads may share one."""

    def __init__(self, cues: Sequence[Cue]) -> None:
        super().__init__()
        distinct = dict.fromkeys(keys for cue in cues for keys in cue.keys)
        self._bits = {keys: 1 << n for n, keys in enumerate(distinct)}
        self._cues: defaultdict[Keys, list[tuple[int, int]]] = defaultdict(list)
        self._by_word: defaultdict[str, list[Keys]] = defaultdict(list)
        self._by_prefix: defaultdict[str, list[Keys]] = defaultdict(list)
        for number, cue in enumerate(cues):
            self._cues[cue.keys[0]].append((number, reduce(or_, map(self._bits.__getitem__, cue.keys))))
        for keys in distinct:
            for index, words in ((self._by_word, keys.words), (self._by_prefix, keys.prefixes)):
                for word in words:
                    index[word].append(keys)
        self._prefix_lengths = sorted(set(map(len, self._by_prefix)))

    def __missing__(self, word: str) -> _WordKey | None:
        if len(self) >= MAX_WORDS:
            self.clear()
        keys = list(self._by_word.get(word, ()))
        for length in self._prefix_lengths:
            keys += self._by_prefix.get(word[:length], ())
        bits = reduce(or_, map(self._bits.__getitem__, keys), 0)
        cues = tuple(cue for one in dict.fromkeys(keys) for cue in self._cues.get(one, ()))
        found = self[word] = _WordKey(bits, cues) if keys else None
        return found


def _words(body: str) -> list[str]:
    """The words of a text, with those inside its hashtags, which rules find too."""
    folded = fold(body)
    words = words_of(folded)
    for tag in hashtags(folded, body) if "#" in folded else ():
        words.append(tag.whole.text)
        words += [word.text for reading in tag.readings for word in reading]
    return words
