"""The score of a mention, from its words and from the opinion of the language model.

English: the rules are better at who is meant and at comparisons, the model at everything without a word of the lexicon.
Both are added; where the rules found a comparison, or a question without an opinion, they decide alone. Other languages
have only the model. A post for which it finds positive and negative both likely stays unscored, because there the sign
is often wrong.
"""

from __future__ import annotations

from monitor.judging.policy import LanguagePolicy
from monitor.model import NEUTRAL_BELOW, CueKind, Evidence, JudgedMention, MentionToJudge, Opinion, Trust
from monitor.sentiment import score_from_weights
from monitor.text.language_codes import language_name

OPINION_FACTOR = 0.7
"""How much the opinion counts beside the words, in English."""
NEUTRAL_FACTOR = 0.29
"""Brings the balance of an opinion that is most likely neutral, which is at most 0.5, below NEUTRAL_BELOW."""
UNCLEAR = "unclear"
_NO_OPINION = frozenset((CueKind.QUESTION, CueKind.WISH, CueKind.PLAN, CueKind.CONDITION))


def judge_mention(
    mention: MentionToJudge, lang: str | None, opinion: Opinion | None, policy: LanguagePolicy
) -> JudgedMention:
    """The opinion about a mention with the score that follows. Without an opinion, the score is that of the words."""
    trust = policy.trust_in(lang)
    if opinion is None or trust is Trust.OFF:
        reason = "" if mention.words_score is not None else _words_reason(mention, lang)
        return JudgedMention(mention.id, opinion, mention.words_score, reason)
    if lang == "en":
        score = english_score(mention.words_score, opinion, mention.evidence)
        return JudgedMention(mention.id, opinion, score, mention.evidence.reason if score is None else "")
    score = opinion_score(opinion)
    return JudgedMention(mention.id, opinion, score, UNCLEAR if score is None else "")


def english_score(words: float | None, opinion: Opinion, evidence: Evidence) -> float | None:
    """The words and the opinion together, halved so that the neutral band stays as it is; None stays unscored."""
    if words is None or counts_by_words(evidence):
        return words
    return (words + OPINION_FACTOR * opinion.balance) / 2


def counts_by_words(evidence: Evidence) -> bool:
    """Whether the rules decide alone: they found a comparison, or only a question, wish, plan or condition."""
    words = score_from_weights([word.weight for word in evidence.words])
    return evidence.has_comparison or (
        abs(words) < NEUTRAL_BELOW and any(cue.kind in _NO_OPINION for cue in evidence.cues)
    )


def opinion_score(opinion: Opinion) -> float | None:
    """The opinion alone, whose category is the likeliest one; None if it is unclear."""
    if opinion.is_unclear:
        return None
    if opinion.neutral >= max(opinion.negative, opinion.positive):
        return opinion.balance * NEUTRAL_FACTOR
    return max(abs(opinion.balance), NEUTRAL_BELOW) * (1 if opinion.balance > 0 else -1)


def _words_reason(mention: MentionToJudge, lang: str | None) -> str:
    reason = mention.evidence.reason
    return language_name(lang) if reason in ("", UNCLEAR) else reason
