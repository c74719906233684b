"""Judges stored mentions as new ones would be judged now, without asking the language model again.

The words are scored again, intents are found again, and the stored opinion and people's answers are added as before. A
language that is not scored by its words keeps its score: only its intents are found again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from monitor.intent import IntentFinder, with_intents
from monitor.judging.policy import LanguagePolicy
from monitor.judging.scoring import adjust_mention, judge_mention
from monitor.model import MentionToJudge, Offset, PostToJudge, RejudgedMention, Score, StoredMention, StoredPost
from monitor.sentiment import RULES_VERSION, Scorer


class Rejudger:
    """The judge of stored mentions."""

    def __init__(
        self,
        scorer: Scorer,
        finder: IntentFinder,
        policy: LanguagePolicy | None = None,
        offset: Callable[[datetime], Offset | None] = lambda _: None,
    ) -> None:
        """``scorer``, ``finder``, ``offset``: those of new posts. ``policy``: that of the language model."""
        self._scorer, self._finder, self._offset = scorer, finder, offset
        self._policy = policy or LanguagePolicy()
        self.digest = f"{RULES_VERSION}:{finder.digest}"
        """Changes with the rules of scores and of intents."""

    def judge(self, post: StoredPost, now: datetime) -> list[RejudgedMention]:
        """What the current rules make of the mentions of ``post``."""
        spans = {one.brand: one.spans for one in post.mentions}
        scores = {one.brand: one.score for one in post.mentions}
        is_scored = post.lang is None or post.lang[:2] == "en"
        if is_scored:
            scores = self._scorer.score(post.body, list(spans), post.lang, spans)
        found = self._finder.find(post.body, post.text_start, post.lang, spans, scores)
        offset = self._offset(now)
        judged = []
        for one in post.mentions:
            intents = found.get(one.brand, ())
            score, result = one.score, one.result
            if is_scored:
                score, result = self._combined(post, one, with_intents(scores[one.brand], intents), offset)
            judged.append(RejudgedMention(one.mention, score, result, intents))
        return judged

    def _combined(
        self, post: StoredPost, stored: StoredMention, words: Score, offset: Offset | None
    ) -> tuple[Score, float | None]:
        """The score of the words, and the program's: both with the stored opinion and people's answers."""
        mention = MentionToJudge(
            stored.mention, stored.brand, stored.spans, words.value, words.evidence, stored.opinion
        )
        whole = PostToJudge(0, None, post.body, post.lang, (mention,))
        judged = judge_mention(mention, post.lang, stored.opinion, self._policy)
        judged = adjust_mention(judged, mention, whole, offset)
        evidence = replace(words.evidence, reason=judged.reason, adjustment=judged.adjustment)
        return Score(words.value, evidence), judged.score
