"""From what a text says to what it says about one brand: whose clause is it, and how near does it stand?

What stands behind the brand matters most, what stands before it less, another brand's clause belongs to that brand.
The factors were measured on texts with a named target; each is on a broad plateau, so none is tuned to the last digit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from monitor.model import Evidence, Score, Span, Word
from monitor.sentiment import roles
from monitor.sentiment.naming import Named
from monitor.sentiment.reading import Reading
from monitor.sentiment.sides import sides

BEHIND = 1.0
BEFORE = 0.6
NEXT = 0.25
"""The two clauses after the brand's own."""
UNNAMED = 0.6
"""The brand is not named in the text."""
ADDRESSED = 0.8
"""Other clauses of a text that speaks to the brand: its handle opens or closes it."""
NEGATIVE = 1.7
"""What is bad weighs more than what is good."""
ASKED = 0.5
LINKED = 0.6
"""A text with a link is news or marketing more often than a feeling."""
ALPHA = 15
"""Of VADER's normalisation: the sum at which a score reaches 0.25 is one."""

_ELSEWHERE = -1
"""Stands for every clause that has no factor of its own."""


def score_of(weights: Sequence[float]) -> float:
    """The score that the ``weights`` of the words that counted add up to: x / sqrt(x^2 + 15), in -1..1."""
    x = sum(weights)
    return x / math.sqrt(x * x + ALPHA)


def judge(readings: Sequence[tuple[Reading, Sequence[Named]]], brand: str) -> Score:
    """What the ``readings`` (of one post, each with every naming in it) say about ``brand``."""
    counted: list[Word] = []
    judged: list[Span] = []
    for reading, named in readings:
        mine = [naming for naming in named if naming.brand == brand]
        clauses = _Clauses(reading, mine, [naming for naming in named if naming.brand != brand])
        counted += clauses.words()
        judged += clauses.judged()
    return Score(score_of([word.weight for word in counted]), Evidence(tuple(judged), tuple(counted)))


class _Clauses:
    """The clauses of one reading and how much each counts towards one brand."""

    def __init__(self, reading: Reading, mine: Sequence[Named], rivals: Sequence[Named]) -> None:
        self._reading = reading
        self._mine = mine
        self._own: dict[int, int] = {}
        """Clause -> token of its first naming of the brand."""
        for naming in mine:
            self._own.setdefault(reading.clause(naming.start), naming.start)
        self._theirs = {reading.clause(naming.start) for naming in rivals} - self._own.keys()
        self._factors = self._all_factors()
        """Clause -> factor of its words; the brand's own clauses have two, see ``_place``."""
        self._used: set[int] = set(self._own)

    def _all_factors(self) -> dict[int, float]:
        factors = {_ELSEWHERE: UNNAMED if not self._mine else ADDRESSED if self._addressed() else 0.0}
        for clause in self._own:
            for following in (clause + 1, clause + 2):
                if following in self._theirs:
                    break
                factors[following] = max(NEXT, factors[_ELSEWHERE])
        factors.update(dict.fromkeys(self._theirs, 0.0))
        return factors

    def _addressed(self) -> bool:
        """Whether the text speaks to the brand: its handle opens or closes it, or it is called by name."""
        entries = self._reading.entries
        for _, start, end in () if self._reading.excerpt else self._mine:
            if entries[start].handle and start == 0:
                return True
            if end == len(entries) and (entries[start].handle or self._called(start)):
                return True
        return False

    def _called(self, start: int) -> bool:
        """Whether the naming at ``start`` follows a comma and is no item of a list of names: "not bad, Acme"."""
        before = self._reading.tokens[start - 1] if start else ""
        return before[-1:] == "," and before[:1].islower()

    def words(self) -> list[Word]:
        """The words that counted, in the order of the text, with their weights."""
        reading = self._reading
        linked = LINKED if reading.kinds & roles.LINK else 1.0
        counted = []
        for weighed, sided in ((reading.weighed, False), (sides(reading, self._mine), True)):
            for first, last, valence in weighed:
                clause = reading.clause(last)
                weight = valence * (1.0 if sided else self._place(last, clause)) * linked
                if weight < 0:
                    weight *= NEGATIVE
                if weight and reading.in_question(last):
                    weight *= ASKED
                if weight := round(weight, 3):
                    self._used.add(clause)
                    counted.append(Word(*reading.span(first, last), weight))
        return sorted(counted)

    def _place(self, i: int, clause: int) -> float:
        """How much the word at token ``i`` counts for where it stands."""
        first = self._own.get(clause)
        if first is None:
            return self._factors.get(clause, self._factors[_ELSEWHERE])
        for _, start, end in self._mine:
            if start <= i < end:
                return 0.0
        return BEHIND if i > first else BEFORE

    def judged(self) -> list[Span]:
        """The clauses that counted, those that touch joined; the whole text where no word weighed anything."""
        reading = self._reading
        if not reading.weighed and not self._own:
            return [reading.whole]
        used = sorted(self._used)
        firsts = [clause for clause in used if clause - 1 not in self._used]
        lasts = [clause for clause in used if clause + 1 not in self._used]
        return list(map(reading.clauses_span, firsts, lasts)) or [reading.whole]
