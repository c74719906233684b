"""Turn what a text says into a score towards one brand, by clause and distance.

Words after the brand's name count most, words before it less. A clause about another brand counts for that brand only.
The factors were measured on texts with a named target. Each lies on a broad plateau, so none needs fine tuning.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from monitor.model import Evidence, Score, Span, WordWeight
from monitor.sentiment import token_flags
from monitor.sentiment.brand_names import NameMatch
from monitor.sentiment.comparisons import comparison_valences
from monitor.sentiment.tokenized_text import TokenizedText

AFTER_BRAND_FACTOR = 1.0
BEFORE_BRAND_FACTOR = 0.6
NEXT_CLAUSES_FACTOR = 0.25
"""For the two clauses after the brand's own."""
UNNAMED_BRAND_FACTOR = 0.6
"""For a text that does not name the brand."""
ADDRESSED_BRAND_FACTOR = 0.8
"""For the other clauses of a text that addresses the brand: its handle opens or closes the text."""
NEGATIVE_FACTOR = 1.7
"""Negative words count more than positive ones."""
QUESTION_FACTOR = 0.5
LINK_FACTOR = 0.6
"""A text with a link is more often news or marketing than an opinion."""
NORMALIZATION_ALPHA = 15
"""VADER's constant: weights that add up to 1 give a score of 0.25."""

_ELSEWHERE = -1
"""Key of the factor for all clauses that are not listed."""


def score_from_weights(weights: Sequence[float]) -> float:
    """Normalise the sum of the words' weights to -1..1, as VADER does: x / sqrt(x^2 + 15)."""
    x = sum(weights)
    return x / math.sqrt(x * x + NORMALIZATION_ALPHA)


def targeted_score(parts: Sequence[tuple[TokenizedText, Sequence[NameMatch]]], brand: str) -> Score:
    """Score ``brand`` in the ``parts`` of one post. Each part comes with all brand names in it."""
    counted: list[WordWeight] = []
    judged_clauses: list[Span] = []
    for text, names in parts:
        own = [name for name in names if name.brand == brand]
        clauses = _WeightedClauses(text, own, [name for name in names if name.brand != brand])
        counted += clauses.counted_words()
        judged_clauses += clauses.judged_spans()
    return Score(score_from_weights([word.weight for word in counted]), Evidence(tuple(judged_clauses), tuple(counted)))


class _WeightedClauses:
    """The clauses of one text and how much each counts towards one brand."""

    def __init__(self, text: TokenizedText, own: Sequence[NameMatch], rivals: Sequence[NameMatch]) -> None:
        self._text = text
        self._own_names = own
        self._own_clauses: dict[int, int] = {}
        """Clause -> token of its first name of the brand."""
        for name in own:
            self._own_clauses.setdefault(text.clause_of(name.start), name.start)
        self._rival_clauses = {text.clause_of(name.start) for name in rivals} - self._own_clauses.keys()
        self._factors = self._clause_factors()
        """Clause -> factor of its words. The brand's own clauses have two factors; see ``_position_factor``."""
        self._used: set[int] = set(self._own_clauses)

    def _clause_factors(self) -> dict[int, float]:
        if not self._own_names:
            elsewhere = UNNAMED_BRAND_FACTOR
        else:
            elsewhere = ADDRESSED_BRAND_FACTOR if self._is_addressed() else 0.0
        factors = {_ELSEWHERE: elsewhere}
        for clause in self._own_clauses:
            for following in (clause + 1, clause + 2):
                if following in self._rival_clauses:
                    break
                factors[following] = max(NEXT_CLAUSES_FACTOR, elsewhere)
        factors.update(dict.fromkeys(self._rival_clauses, 0.0))
        return factors

    def _is_addressed(self) -> bool:
        """Whether the text addresses the brand: its handle opens or closes the text, or its name closes it."""
        entries = self._text.entries
        for _, start, end in () if self._text.is_excerpt else self._own_names:
            if entries[start].is_handle and start == 0:
                return True
            if end == len(entries) and (entries[start].is_handle or self._is_vocative(start)):
                return True
        return False

    def _is_vocative(self, start: int) -> bool:
        """Whether the name at ``start`` follows a comma and is not an item of a list of names: "not bad, Acme"."""
        before = self._text.tokens[start - 1] if start else ""
        return before[-1:] == "," and before[:1].islower()

    def counted_words(self) -> list[WordWeight]:
        """The words that count, in the order of the text, with their weights."""
        text = self._text
        link_factor = LINK_FACTOR if text.flags & token_flags.LINK else 1.0
        counted = []
        comparisons = comparison_valences(text, self._own_names)
        for valences, is_comparison in ((text.valences, False), (comparisons, True)):
            for first, last, valence in valences:
                clause = text.clause_of(last)
                weight = valence * (1.0 if is_comparison else self._position_factor(last, clause)) * link_factor
                if weight < 0:
                    weight *= NEGATIVE_FACTOR
                if weight and text.in_question(last):
                    weight *= QUESTION_FACTOR
                if weight := round(weight, 3):
                    self._used.add(clause)
                    counted.append(WordWeight(*text.span(first, last), weight))
        return sorted(counted)

    def _position_factor(self, i: int, clause: int) -> float:
        """How much the word at token ``i`` counts because of its position."""
        first_name = self._own_clauses.get(clause)
        if first_name is None:
            return self._factors.get(clause, self._factors[_ELSEWHERE])
        for _, start, end in self._own_names:
            if start <= i < end:
                return 0.0
        return AFTER_BRAND_FACTOR if i > first_name else BEFORE_BRAND_FACTOR

    def judged_spans(self) -> list[Span]:
        """The clauses that counted, adjacent ones merged; the whole text if no word has a valence.

        Call it after ``counted_words``, which records these clauses.
        """
        text = self._text
        if not text.valences and not self._own_clauses:
            return [text.text_span]
        used = sorted(self._used)
        firsts = [clause for clause in used if clause - 1 not in self._used]
        lasts = [clause for clause in used if clause + 1 not in self._used]
        return list(map(text.clauses_span, firsts, lasts)) or [text.text_span]
