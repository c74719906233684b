"""The score of a mention, from its words and from the opinion of the language model.

English: the rules are better at who is meant and at comparisons, the model at everything without a word of the lexicon.
Both are added; where the rules found a comparison, or a question without an opinion, they decide alone. Other languages
have only the model. A post for which it finds positive and negative both likely stays unscored, because there the sign
is often wrong.
"""

from __future__ import annotations

from dataclasses import replace

from monitor.judging.policy import LanguagePolicy
from monitor.learning import WORDS_SHARE, adjustment, score_parts
from monitor.model import (
    NEUTRAL_BELOW,
    Evidence,
    JudgedMention,
    MentionToJudge,
    Offset,
    Opinion,
    PostToJudge,
    Trust,
)
from monitor.sentiment import counts_by_words
from monitor.text.language_codes import language_name

OPINION_SHARE = 0.275
"""How much of a score in English is the balance of the opinion; WORDS_SHARE is that of its words."""
POLITENESS = 0.03
"""Taken from such a score: the model takes polite complaints for praise more often than praise for complaints.

All three were chosen on the half of the airline tweets that chose the rules."""
NEUTRAL_FACTOR = 0.29
"""Brings the balance of an opinion that is most likely neutral, which is at most 0.5, below NEUTRAL_BELOW."""
UNCLEAR = "unclear"


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


def adjust_mention(
    judged: JudgedMention, mention: MentionToJudge, post: PostToJudge, offset: Offset | None
) -> JudgedMention:
    """``judged`` with what people's answers taught."""
    parts = score_parts(judged.score, mention.brand, mention.evidence, post.body, post.lang, judged.opinion)
    if offset is None or parts is None:
        return judged
    added = adjustment(offset, parts)
    return replace(judged, score=parts.plain + added, adjustment=added)


def english_score(words: float | None, opinion: Opinion, evidence: Evidence) -> float | None:
    """The words and the opinion together; None stays unscored."""
    if words is None or counts_by_words(evidence):
        return words
    return WORDS_SHARE * words + OPINION_SHARE * opinion.balance - POLITENESS


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
