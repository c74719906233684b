"""Where a text ranks the brand above or below another: comparatives, switching, choosing, leaving, winning.

What a question, a wish or a plan compares does not count, and neither does what only looks like a comparison:
"better than I expected", "we went to Acme", "Beats by". Costs are noted with the words in ``lexicon.comparisons``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from monitor.model import CueKind
from monitor.sentiment import token_flags
from monitor.sentiment.brand_names import NameMatch
from monitor.sentiment.idioms import ranked_by_idioms
from monitor.sentiment.lexicon import comparisons as cues
from monitor.sentiment.tokenized_text import TokenCue, TokenizedText, TokenValence

COMPARISON_VALENCE = 3.0
"""Valence of each comparison, before the factors that apply to the whole text."""
_MAX_WORDS_TO_COMPARATIVE = 12
"""Maximum number of words between the brand and "is better than"."""
_MAX_WORDS_AFTER_THAN = 4
_FAVOURED_TO = frozenset(("superior", "prefer", "preferred", "preferable", "inferior"))


def comparison_valences(
    text: TokenizedText, own: Sequence[NameMatch], rivals: Sequence[NameMatch]
) -> tuple[list[TokenValence], list[TokenCue]]:
    """The valences of words around the brand's names ``own`` that favour it (+) or rank it below another brand (-).

    The cues are the comparisons, and the questions, wishes and plans that keep others from counting.
    """
    if not text.flags & (token_flags.COMPARISON | token_flags.THAN):
        return [], []
    counted, cues_found = [], []
    for one in _Comparisons(text, own, rivals).find():
        if one.first in text.replaced and text.words[one.first] not in cues.MISSING_VERBS:
            continue
        unreal = text.unreal_at(one.last)
        cues_found.append(unreal or TokenCue(one.first, one.last, CueKind.COMPARISON))
        if unreal is None:
            counted.append(one)
    return counted, cues_found


class _Comparisons:
    def __init__(self, text: TokenizedText, own: Sequence[NameMatch], rivals: Sequence[NameMatch]) -> None:
        self._text = text
        self._words = text.words
        self._own = own
        self._rivals = rivals

    def find(self) -> Iterator[TokenValence]:
        for name in self._own:
            yield from self._before_name(name)
            yield from self._after_name(name)
        if self._text.flags & token_flags.THAN:
            yield from self._than_valences()
        for first, last, sign in ranked_by_idioms(self._text, self._own, self._rivals):
            yield TokenValence(first, last, sign * COMPARISON_VALENCE)

    def _before_name(self, name: NameMatch) -> Iterator[TokenValence]:
        """The valence of what precedes the name, apart from articles: "switched from my old Acme"."""
        i = name.start - 1
        while i > 0 and self._words[i] in cues.ARTICLES:
            i -= 1
        if i < 0 or self._text.entries[i].flags & (token_flags.SENTENCE_END | token_flags.CLAUSE_END):
            return
        if valence := self._preceding_valence(i, name):
            yield TokenValence(i, i, valence)

    def _preceding_valence(self, i: int, name: NameMatch) -> float:
        """The valence for a brand whose name follows the word at ``i``."""
        word = self._words[i]
        negated = -1.0 if self._is_negated(i) else 1.0
        if self._rivals and (word in cues.LEAVING_VERBS or word in cues.PARTING_VERBS) and self._is_regretted(i):
            return COMPARISON_VALENCE
        if word in cues.LEAVING_VERBS:
            return -negated * COMPARISON_VALENCE
        if word in cues.PARTING_VERBS:
            return self._parting_valence(i, name)
        if word in cues.WINNING_VERBS:
            return COMPARISON_VALENCE if self._has_before(i, 2, cues.UNBEATABLE_BEFORE) else -COMPARISON_VALENCE
        if word == "unlike":
            return -COMPARISON_VALENCE
        if word in cues.PREFERRING_VERBS:
            return negated * COMPARISON_VALENCE
        return self._valence_of_preposition(i, name, negated)

    def _valence_of_preposition(self, i: int, name: NameMatch, negated: float) -> float:
        word = self._words[i]
        if word == "to":
            return self._valence_after_to(i, negated)
        if word == "with" and self._has_before(i, 2, cues.STAYING_VERBS | cues.REGRETTED):
            if self._has_before(i, 5, cues.REGRET):
                return COMPARISON_VALENCE
            return negated * COMPARISON_VALENCE / 2 if self._has_before(i, 2, cues.STAYING_VERBS - {"stuck"}) else 0.0
        if word in cues.REGRETTED and self._has_before(i, 3, cues.REGRET):
            return COMPARISON_VALENCE
        if word == "from":
            return -negated * COMPARISON_VALENCE if self._is_switching(i, "to", name) else 0.0
        if word == "over":
            return -COMPARISON_VALENCE if self._has_before(i, 6, cues.CHOOSING_VERBS) or self._is_any_day(name) else 0.0
        if word == "than":
            return -COMPARISON_VALENCE if self._has_before(i, 1, frozenset(("rather",))) else 0.0
        if word == "for":
            if self._is_left_for(i):
                return -COMPARISON_VALENCE if self._is_regretted(i) else COMPARISON_VALENCE
            return COMPARISON_VALENCE if self._has_before(i, 1, frozenset(("match",))) else 0.0
        if word == "of":
            return -COMPARISON_VALENCE if self._has_before(i, 1, frozenset(("instead", "rid", "ahead"))) else 0.0
        if word == "with" and negated < 0 and self._has_before(i, 1, frozenset(("compete", "compare"))):
            return COMPARISON_VALENCE
        return self._valence_after_as(i) if word == "as" else 0.0

    def _is_left_for(self, i: int) -> bool:
        """ "ditched RIVAL for BRAND"."""
        follows_rival = any(rival.end == i for rival in self._rivals)
        return follows_rival and self._has_before(i, 6, cues.LEAVING_VERBS | cues.PARTING_VERBS)

    def _is_regretted(self, i: int) -> bool:
        """ "why did I ever leave BRAND": the author would undo it."""
        words = self._words[max(0, i - 8, self._text.sentence_of(i)[0]) : i]
        return any(pair in cues.REGRETTING for pair in pairwise(words)) or not cues.REGRETTED_NOUNS.isdisjoint(words)

    def _valence_after_as(self, i: int) -> float:
        """ "not as good as BRAND" is in its favour, "not as bad as BRAND" against it; without a negation neither."""
        if (
            i < 2
            or self._words[i - 2] not in ("as", "so")
            or (not self._is_negated(i - 2) and not self._is_nowhere_near(i - 2))
        ):
            return 0.0
        return math.copysign(COMPARISON_VALENCE, valence) if (valence := self._text.entries[i - 1].valence) else 0.0

    def _is_nowhere_near(self, i: int) -> bool:
        return self._words[max(0, i - 2) : i] in (["nowhere", "near"], ["not", "nearly"], ["not", "quite"])

    def _parting_valence(self, i: int, name: NameMatch) -> float:
        """ "left Acme for Globex" and "never leaving Acme"; "left Acme at five" is nothing."""
        if self._is_negated(i):
            return COMPARISON_VALENCE
        following = self._words[name.end : name.end + 4]
        return -COMPARISON_VALENCE if self._rivals and not cues.PARTING_SIGNS.isdisjoint(following) else 0.0

    def _valence_after_to(self, i: int, negated: float) -> float:
        if self._has_before(i, 4, _FAVOURED_TO):
            return COMPARISON_VALENCE if self._has_before(i, 4, frozenset(("inferior",))) else -COMPARISON_VALENCE
        if self._has_before(i, 8, cues.SWITCHING_VERBS) or self._has_before(i, 2, cues.LOSING_VERBS):
            return negated * COMPARISON_VALENCE
        moves = self._has_before(i, 8, cues.MOVING_VERBS)
        return negated * COMPARISON_VALENCE if moves and self._has_rival_in_sentence(i) else 0.0

    def _is_switching(self, i: int, direction: str, name: NameMatch) -> bool:
        """Whether "from" at ``i`` belongs to a switch: by its verb, or by a verb of moving beside another brand."""
        if self._has_before(i, 8, cues.SWITCHING_VERBS):
            return True
        goes_on = direction in self._words[name.end : name.end + 6] or self._has_rival_in_sentence(i)
        return goes_on and self._has_before(i, 8, cues.MOVING_VERBS)

    def _is_any_day(self, name: NameMatch) -> bool:
        """ "Globex over Acme any day"."""
        return " ".join(self._words[name.end : name.end + 2]) in ("any day", "every time", "any time", "all day")

    def _has_rival_in_sentence(self, i: int) -> bool:
        return any(self._text.same_sentence(min(i, rival.start), max(i, rival.start)) for rival in self._rivals)

    def _has_before(self, i: int, distance: int, wanted: frozenset[str]) -> bool:
        """Whether any of the ``distance`` words before ``i``, in its sentence, is one of ``wanted``."""
        first = max(0, i - distance, self._text.sentence_of(i)[0])
        return not wanted.isdisjoint(self._words[first:i])

    def _is_negated(self, i: int) -> bool:
        """Whether one of the four words before ``i``, in its sentence, is a negation."""
        first = max(0, i - 4, self._text.sentence_of(i)[0])
        return any(entry.negates for entry in self._text.entries[first:i])

    def _after_name(self, name: NameMatch) -> Iterator[TokenValence]:
        """ "BRAND beats RIVAL", "BRAND over RIVAL", "BRAND is no match for RIVAL"."""
        words, after = self._words, name.end
        if self._text.entries[name.end - 1].flags & (token_flags.CLAUSE_END | token_flags.SENTENCE_END):
            return
        while after < len(words) and words[after] in cues.VERB_AUXILIARIES:
            after += 1
        if after + 1 >= len(words):
            return
        rival_starts = {rival.start: rival for rival in self._rivals}
        if words[after] in cues.WINNING_VERBS:
            follows = {after + 1, after + 2}
            if not follows.isdisjoint(rival_starts) or not cues.BEATEN.isdisjoint(words[after + 1 : after + 3]):
                yield TokenValence(after, after, COMPARISON_VALENCE)
        elif words[after : after + 2] in (["ahead", "of"], ["way", "ahead"], ["instead", "of"], ["rather", "than"]):
            if any(start in rival_starts for start in (after + 2, after + 3)):
                yield TokenValence(after, after + 1, COMPARISON_VALENCE)
        elif (words[after] == "behind" and after + 1 in rival_starts) or (
            words[after] in ("compete", "can't", "cannot") and "compete" in words[after : after + 2]
        ):
            yield TokenValence(after, after, -COMPARISON_VALENCE)
        elif words[after] == "over" and (rival := rival_starts.get(after + 1)):
            if self._is_any_day(rival) or self._has_before(name.start, 4, cues.CHOOSING_VERBS):
                yield TokenValence(after, after, COMPARISON_VALENCE)
        elif words[after : after + 3] == ["no", "match", "for"]:
            yield TokenValence(after, after + 2, -COMPARISON_VALENCE)

    def _than_valences(self) -> Iterator[TokenValence]:
        """ "BRAND ... better than" is in favour of the brand, "better than BRAND" against it."""
        text, words = self._text, self._words
        for than, entry in enumerate(text.entries):
            if not entry.flags & token_flags.THAN or than + 1 >= len(words):
                continue
            comparative, sign = self._comparative(than)
            if not sign or words[than + 1] in cues.NOT_A_RIVAL or entry.flags & token_flags.SENTENCE_END:
                continue
            for _, start, end in self._own:
                if than < start <= than + _MAX_WORDS_AFTER_THAN and self._is_compared(than, start):
                    yield TokenValence(comparative, than, -sign * COMPARISON_VALENCE)
                elif self._is_subject(end, comparative):
                    yield TokenValence(comparative, than, sign * COMPARISON_VALENCE)

    def _is_compared(self, than: int, start: int) -> bool:
        """Whether the name that begins at ``start`` is what follows "than", and not only near it."""
        return not any(
            self._text.entries[k].flags & (token_flags.CLAUSE_END | token_flags.SENTENCE_END) or self._words[k] == "and"
            for k in range(than + 1, start)
        )

    def _is_subject(self, end: int, comparative: int) -> bool:
        """Whether a name that ends before ``end`` is the subject of the comparative: no rival is nearer to it."""
        if not comparative - _MAX_WORDS_TO_COMPARATIVE < end <= comparative:
            return False
        if not self._text.same_sentence(end, comparative):
            return False
        return not any(end <= rival.start < comparative for rival in self._rivals)

    def _comparative(self, than: int) -> tuple[int, float]:
        """The token of the comparative before ``than`` and its sign, 0 if it ranks neither brand higher."""
        words, entries = self._words, self._text.entries
        for i in range(than - 1, max(-1, than - 7), -1):
            word = words[i]
            if word in cues.BETTER or word in cues.WORSE:
                return i, 1.0 if (word in cues.BETTER) != self._is_negated(i) else -1.0
            if word in ("more", "less"):
                valence = sum(entry.valence for entry in entries[i + 1 : than])
                sign = math.copysign(1.0, valence) if valence else 0.0
                if self._is_negated(i):
                    sign = -sign
                return i, sign if word == "more" else -sign
        return than, 0.0
