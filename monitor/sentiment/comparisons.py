"""Where a text ranks the brand above or below another: comparisons, switching, choices, thanks."""

from __future__ import annotations

import math
from collections.abc import Sequence

from monitor.sentiment import token_flags
from monitor.sentiment.brand_lexicon import (
    BETTER,
    CHOOSING_VERBS,
    LEAVING_VERBS,
    LOSING_VERBS,
    SWITCHING_VERBS,
    THANKING_WORDS,
    WINNING_VERBS,
    WORSE,
    word_set,
)
from monitor.sentiment.brand_names import NameMatch
from monitor.sentiment.tokenized_text import TokenizedText, TokenValence

COMPARISON_VALENCE = 3.0
"""Valence of each comparison, before the factors that apply to the whole text."""
_MAX_WORDS_TO_COMPARATIVE = 12
"""Maximum number of words between the brand and "is better than"."""

_ARTICLES = word_set("the a an my our your their his her this that these those any all old new")
_AUXILIARIES = word_set("is are was were has have just still really clearly totally definitely always can could will")
"""Words that may come between the brand and a verb such as "beats"."""
_PREFER_OR_CHOOSE = word_set("prefer prefers preferred chose choose")
_PREFERRED_TO = word_set("superior prefer preferred preferable")
_INSTEAD_OR_RID = frozenset(("instead", "rid"))


def comparison_valences(text: TokenizedText, names: Sequence[NameMatch]) -> list[TokenValence]:
    """The valences of words around the brand's ``names`` that favour it (+) or rank it below another brand (-)."""
    if not text.flags & (token_flags.COMPARISON | token_flags.THAN):
        return []
    words = [entry.word for entry in text.entries]
    found: list[TokenValence] = []
    for _, start, end in names:
        found += _before_name(text, words, start)
        after = end
        while after < len(words) and words[after] in _AUXILIARIES:
            after += 1
        if after < len(words) and words[after] in WINNING_VERBS:
            found.append(TokenValence(after, after, COMPARISON_VALENCE))
    if text.flags & token_flags.THAN:
        found += _than_valences(text, words, names)
    return found


def _before_name(text: TokenizedText, words: Sequence[str], start: int) -> list[TokenValence]:
    """The valence of what precedes the name, apart from articles: "switched from my old Acme"."""
    i = start - 1
    while i > 0 and words[i] in _ARTICLES:
        i -= 1
    if i < 0 or text.ends_sentence(i):
        return []
    valence = _preceding_valence(text, words, i)
    return [TokenValence(i, i, valence)] if valence else []


def _preceding_valence(text: TokenizedText, words: Sequence[str], i: int) -> float:
    """The valence for a brand whose name follows the word at ``i``."""
    word = words[i]
    if word in LEAVING_VERBS:
        return COMPARISON_VALENCE if _is_negated(text, i) else -COMPARISON_VALENCE
    if word in WINNING_VERBS or word == "unlike":
        return -COMPARISON_VALENCE
    if word in THANKING_WORDS or word in _PREFER_OR_CHOOSE:
        return COMPARISON_VALENCE
    if word == "to":
        return _valence_after_to(words, i)
    if word == "from":
        return -COMPARISON_VALENCE if _has_before(words, i, 8, SWITCHING_VERBS) else 0.0
    if word == "over":
        return -COMPARISON_VALENCE if _has_before(words, i, 6, CHOOSING_VERBS) else 0.0
    return -COMPARISON_VALENCE if word == "of" and _has_before(words, i, 1, _INSTEAD_OR_RID) else 0.0


def _valence_after_to(words: Sequence[str], i: int) -> float:
    """The valence of "... to BRAND". "thanks to BRAND" has none, because it blames as often as it thanks."""
    if words[i - 1] in THANKING_WORDS:
        return 0.0 if words[i - 1] in ("thanks", "thank") else COMPARISON_VALENCE
    if _has_before(words, i, 4, _PREFERRED_TO):
        return -COMPARISON_VALENCE
    if _has_before(words, i, 8, SWITCHING_VERBS) or _has_before(words, i, 2, LOSING_VERBS | {"inferior"}):
        return COMPARISON_VALENCE
    return 0.0


def _has_before(words: Sequence[str], i: int, distance: int, wanted: frozenset[str]) -> bool:
    """Whether any of the ``distance`` words before ``i`` is one of ``wanted``."""
    return not wanted.isdisjoint(words[max(0, i - distance) : i])


def _is_negated(text: TokenizedText, i: int) -> bool:
    """Whether one of the three words before ``i`` is a negation."""
    return any(entry.negates for entry in text.entries[max(0, i - 3) : i])


def _than_valences(text: TokenizedText, words: Sequence[str], names: Sequence[NameMatch]) -> list[TokenValence]:
    """ "BRAND ... better than" is in favour of the brand, "better than BRAND" against it."""
    found = []
    for than, entry in enumerate(text.entries):
        if not entry.flags & token_flags.THAN:
            continue
        comparative, sign = _comparative(text, words, than)
        for _, start, end in names if sign else ():
            if than < start <= than + 4:
                found.append(TokenValence(comparative, than, -sign * COMPARISON_VALENCE))
            elif comparative - _MAX_WORDS_TO_COMPARATIVE < end <= comparative and text.same_sentence(end, comparative):
                found.append(TokenValence(comparative, than, sign * COMPARISON_VALENCE))
    return found


def _comparative(text: TokenizedText, words: Sequence[str], than: int) -> tuple[int, float]:
    """The token of the comparative before ``than`` and its sign, 0 if it ranks neither brand higher."""
    for i in range(than - 1, max(-1, than - 7), -1):
        word = words[i]
        if word in BETTER or word in WORSE:
            return i, 1.0 if (word in BETTER) != _is_negated(text, i) else -1.0
        if word in ("more", "less"):
            valence = sum(entry.valence for entry in text.entries[i + 1 : than])
            sign = math.copysign(1.0, valence) if valence else 0.0
            return i, sign if word == "more" else -sign
    return than, 0.0
