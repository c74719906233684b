"""Turn what a text says into a score towards one brand, by clause and distance.

Words after the brand's name count most, words before it less. A clause about another brand counts for that brand only.
The factors were measured on texts with a named target. Each lies on a broad plateau, so none needs fine tuning.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import itemgetter

from monitor.model import Cue, CueKind, Evidence, Score, Span, WordWeight
from monitor.sentiment import token_flags
from monitor.sentiment.brand_names import NameMatch
from monitor.sentiment.comparisons import comparison_valences
from monitor.sentiment.lexicon import people
from monitor.sentiment.lexicon.comparisons import MAKING_VERBS
from monitor.sentiment.roles import others_tokens, speech_spans
from monitor.sentiment.rules.hints import HINT_VALENCES, hinted_complaint
from monitor.sentiment.tokenized_text import TokenCue, TokenizedText

AFTER_BRAND_FACTOR = 1.0
BEFORE_BRAND_FACTOR = 0.6
ADDRESSED_PRAISE_FACTOR = 0.85
"""For praise in such a text: people are polite to those they write to."""
PRONOUN_CLAUSE_FACTOR = 0.7
"""For the next clause if it begins with a pronoun: "we had Acme, they were rude"."""
NEXT_CLAUSES_FACTOR = 0.25
"""For the two clauses after the brand's own."""
UNNAMED_BRAND_FACTOR = 0.8
"""For a text that does not name the brand."""
ADDRESSED_BRAND_FACTOR = 0.8
"""For the other clauses of a text that addresses the brand: its handle opens or closes the text."""
NEGATIVE_FACTOR = 1.7
"""Negative words count more than positive ones."""
LINK_FACTOR = 0.6
"""A text with a link is more often news or marketing than an opinion."""
NORMALIZATION_ALPHA = 15
"""VADER's constant: weights that add up to 1 give a score of 0.25."""

SIGN_WEIGHTS = (
    round(min(HINT_VALENCES.values()) * NEGATIVE_FACTOR, 3),
    round(max(HINT_VALENCES.values()) * NEGATIVE_FACTOR * LINK_FACTOR, 3),
)
"""The lowest and highest weight that one sign of a complaint can have."""

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
    cues: list[Cue] = []
    for text, names in parts:
        own = [name for name in names if name.brand == brand]
        clauses = _WeightedClauses(text, own, [name for name in names if name.brand != brand])
        counted += clauses.counted_words()
        judged_clauses += clauses.judged_spans()
        cues += clauses.cues()
    value = score_from_weights([word.weight for word in counted])
    return Score(value, Evidence(tuple(judged_clauses), tuple(counted), "", tuple(cues)))


class _WeightedClauses:
    """The clauses of one text and how much each counts towards one brand."""

    def __init__(self, text: TokenizedText, own: Sequence[NameMatch], rivals: Sequence[NameMatch]) -> None:
        self._text = text
        self._own_names = own
        self._rivals = rivals
        self._own_clauses: dict[int, int] = {}
        """Clause -> token of its first name of the brand."""
        for name in own:
            self._own_clauses.setdefault(text.clause_of(name.start), name.start)
        others = [name.start for name in rivals]
        if text.handles and own:
            named = {name.start for name in own}
            others += [i for i in text.handles if i not in named]
        self._others = others
        self._rival_clauses = self._clauses_about(others) - self._own_clauses.keys() if others else set()
        self._addressed = self._is_addressed()
        link_factor = LINK_FACTOR if text.flags & token_flags.LINK else 1.0
        self._blame_factor = NEGATIVE_FACTOR * link_factor
        self._praise_factor = link_factor * (ADDRESSED_PRAISE_FACTOR if self._addressed else 1.0)
        self._factors = self._clause_factors()
        """Clause -> factor of its words. The brand's own clauses have two factors; see ``_position_factor``."""
        self._used: set[int] = set(self._own_clauses)
        self._cues: list[TokenCue] = []

    def _clauses_about(self, others: Sequence[int]) -> set[int]:
        """The clauses of the tokens ``others``, each with the next one if a pronoun begins it: "they are great"."""
        text = self._text
        clauses = {text.clause_of(start) for start in others}
        for clause in sorted(clauses):
            if self._begins_with_pronoun(clause + 1) and not self._is_last_named(clause):
                clauses.add(clause + 1)
        return clauses

    def _is_last_named(self, clause: int) -> bool:
        """Whether the brand is the last one that ``clause`` names, which a pronoun after it means."""
        clause_of = self._text.clause_of
        own = max((name.start for name in self._own_names if clause_of(name.start) == clause), default=-1)
        return own >= 0 and not any(start > own and clause_of(start) == clause for start in self._others)

    def _begins_with_pronoun(self, clause: int) -> bool:
        text = self._text
        if not text.flags & token_flags.PRONOUN or clause >= len(text.clause_starts):
            return False
        start = text.clause_starts[clause]
        return not people.PRONOUNS.isdisjoint(text.words[start : start + 2])

    def _clause_factors(self) -> dict[int, float]:
        factor_if_named = ADDRESSED_BRAND_FACTOR if self._addressed else 0.0
        elsewhere = factor_if_named if self._own_names else UNNAMED_BRAND_FACTOR
        factors = {_ELSEWHERE: elsewhere}
        # Where the text addresses the brand, all clauses count more than the next ones would otherwise.
        for clause in self._own_clauses if elsewhere < PRONOUN_CLAUSE_FACTOR else ():
            for following in (clause + 1, clause + 2):
                if following in self._rival_clauses:
                    break
                is_about_brand = (
                    following == clause + 1 and self._begins_with_pronoun(following) and self._is_last_named(clause)
                )
                near = PRONOUN_CLAUSE_FACTOR if is_about_brand else NEXT_CLAUSES_FACTOR
                factors[following] = max(near, elsewhere)
        factors.update(dict.fromkeys(self._rival_clauses, 0.0))
        return factors

    def _is_addressed(self) -> bool:
        """Whether the text addresses the brand: its handle opens or closes the text, or its name closes a sentence."""
        entries = self._text.entries
        for _, start, end in () if self._text.is_excerpt else self._own_names:
            if entries[start].is_handle and start == 0:
                return True
            if end == len(entries) and entries[start].is_handle:
                return True
            is_last = end == len(entries) or entries[end - 1].flags & token_flags.SENTENCE_END
            if is_last and self._is_vocative(start):
                return True
        return False

    def _is_vocative(self, start: int) -> bool:
        """Whether the name at ``start`` follows a comma and is not an item of a list of names: "not bad, Acme"."""
        before = self._text.tokens[start - 1] if start else ""
        return before[-1:] == "," and before[:1].islower()

    def counted_words(self) -> list[WordWeight]:
        """The words that count, in the order of the text, with their weights."""
        text = self._text
        counted: list[WordWeight] = []
        others = others_tokens(text, self._own_names) if text.flags & token_flags.OTHERS else {}
        speech = speech_spans(text, self._own_names) if text.flags & token_flags.REPORTING else []
        comparisons, cues = comparison_valences(text, self._own_names, self._rivals)
        # "makes me appreciate RIVAL" is one comparison, so the praise in it is not praise of the brand as well
        compared = [(one.first, one.last) for one in comparisons if text.words[one.first] in MAKING_VERBS]
        for first, last, valence in text.valences:
            if compared and any(start <= first <= end for start, end in compared):
                continue
            clause = text.clause_of(last)
            weight = valence * self._position_factor(last, clause)
            if weight and (others or speech):
                weight *= self._role_factor(last, others, speech)
            if weight:
                self._count(counted, first, last, clause, weight)
        self._cues += cues
        for first, last, valence in comparisons:
            self._count(counted, first, last, text.clause_of(last), valence)
        self._count_hints(counted)
        return sorted(counted)

    def _count(self, counted: list[WordWeight], first: int, last: int, clause: int, weight: float) -> None:
        weight = round(weight * (self._praise_factor if weight > 0 else self._blame_factor), 3)
        if weight:
            self._used.add(clause)
            counted.append(WordWeight(*self._text.bounds(first, last), weight))

    def _role_factor(self, i: int, others: dict[int, int], speech: Sequence[tuple[int, int, int]]) -> float:
        """What is left of the word at ``i`` if it is about somebody else, or said by the brand."""
        factor = 1.0
        if i in others:
            self._cues.append(TokenCue(others[i], others[i], CueKind.OTHERS))
            factor = people.OTHERS_FACTOR
        for verb, first, last in speech:
            if first <= i <= last:
                self._cues.append(TokenCue(verb, verb, CueKind.OTHERS))
                factor *= people.REPORTING_FACTOR if i > verb else 0.0
        return factor

    def _count_hints(self, counted: list[WordWeight]) -> None:
        """Count hints of a complaint, which have no place in the text: the more there are, the more likely is one."""
        if not self._own_names or not self._text.hints:
            return
        valence, hints = hinted_complaint(self._text, is_addressed=self._addressed)
        for first, last in hints:
            self._cues.append(TokenCue(first, last, CueKind.HINTS))
            self._count(counted, last, last, self._text.clause_of(last), valence / len(hints))

    def cues(self) -> list[Cue]:
        """What changed how words count. Call it after ``counted_words``."""
        text = self._text
        if not text.cues and not self._cues:
            return []
        found = [(*text.bounds(first, last), kind) for first, last, kind in (*text.cues, *self._cues)]
        found.sort(key=itemgetter(0, 1))
        return [Cue(*one) for n, one in enumerate(found) if not n or one != found[n - 1]]

    def _position_factor(self, i: int, clause: int) -> float:
        """How much the word at token ``i`` counts because of its position."""
        first_name = self._own_clauses.get(clause)
        if first_name is None:
            return self._factors.get(clause, self._factors[_ELSEWHERE])
        for _, start, end in self._own_names:
            if start <= i < end:
                return 0.0
        if self._rivals and self._belongs_to_rival(i):
            return 0.0
        return AFTER_BRAND_FACTOR if i > first_name else BEFORE_BRAND_FACTOR

    def _belongs_to_rival(self, i: int) -> bool:
        """Whether a rival follows the word at ``i`` as in "a bad year with RIVAL"."""
        words = self._text.words
        return any(
            i < rival.start <= i + 4 and words[rival.start - 1] in ("with", "at", "from", "by", "of")
            for rival in self._rivals
        )

    def judged_spans(self) -> list[Span]:
        """The clauses that counted, adjacent ones merged; the whole text if no word has a valence.

        Call it after ``counted_words``, which records these clauses.
        """
        text = self._text
        if not text.valences and not self._own_clauses:
            return [text.text_span]
        used = sorted(self._used)
        if len(used) < 2:
            return [text.clauses_span(used[0], used[0])] if used else [text.text_span]
        firsts = [clause for clause in used if clause - 1 not in self._used]
        lasts = [clause for clause in used if clause + 1 not in self._used]
        return list(map(text.clauses_span, firsts, lasts))
