"""Judge posts: clean them, detect their language, match every brand's rule, and score them towards each match."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import compress
from typing import Protocol, TypeAlias

from monitor.collector.fair_lock import FairLock
from monitor.intent import IntentFinder, ScoredText, with_intents
from monitor.learning import adjust
from monitor.logs import FaultLog, bug
from monitor.model import Finding, IntentPhrase, JudgedPost, Match, Offset, Post, Score, Span
from monitor.query.matcher import Matcher
from monitor.query.topic_matcher import TopicMatcher
from monitor.sentiment import Scorer
from monitor.text.cleaning import clean
from monitor.text.language import LanguageDetector
from monitor.text.near_duplicates import signatures
from monitor.text.quotes import own_text
from monitor.text.stated_language import contradicts_script
from monitor.text.story_keys import story_keys, story_text
from monitor.text.usual_language import UsualLanguages

NOT_JUDGED = "Posts are skipped, because a bug in Wallflower keeps them from being judged"
JUDGED = "No more posts are skipped because of a bug in Wallflower"
QUIET_SECONDS = 3600.0
"""Such a bug concerns some posts and not others, so it is over when it has not hit any for this long."""

Spans: TypeAlias = Mapping[str, tuple[Span, ...]]
"""Brand -> where its rule matches a post."""


class PostJudge(Protocol):
    """The interface of ``Judge``, so that callers can wrap one."""

    def judge(self, posts: Sequence[Post], now: datetime) -> list[JudgedPost]:
        """One JudgedPost for each post, in the same order."""
        ...


class Judge:
    """The pure steps between a fetched post and a stored mention.

    Threads may share one. It admits them one at a time, in order of arrival, which also bounds memory.
    """

    def __init__(
        self,
        matcher: Matcher,
        scorer: Scorer,
        detector: LanguageDetector | None = None,
        usual: Callable[[datetime], UsualLanguages] = lambda _: UsualLanguages(),
        intents: IntentFinder | None = None,
        offset: Callable[[datetime], Offset | None] = lambda _: None,
        topics: TopicMatcher | None = None,
    ) -> None:
        """``usual``: the languages to assume, at a time, of texts too short to show theirs.

        ``offset``: what people's answers taught about scores, at a time.

        Without ``intents`` or ``topics``, none are found.
        """
        self._matcher, self._scorer, self._detector = matcher, scorer, detector or LanguageDetector()
        self._usual, self._intents, self._offset = usual, intents, offset
        self._topics = topics or TopicMatcher()
        self._lock = FairLock()

    def judge(self, posts: Sequence[Post], now: datetime) -> list[JudgedPost]:
        """One JudgedPost for each post, in the same order; without findings if no rule matches."""
        with self._lock:
            cleaned = prepare_posts(posts, now, self._detector)
            matches_by_post = self._matcher.match(cleaned)
            self._assume_languages(cleaned, matches_by_post, self._usual(now))
            return self._judge_matched(cleaned, matches_by_post, now)

    def judge_stored(self, posts: Sequence[Post], now: datetime) -> list[JudgedPost]:
        """Like ``judge``, for posts that were judged before: their texts are clean, and their languages are decided."""
        with self._lock:
            return self._judge_matched(posts, self._matcher.match(posts), now)

    def _judge_matched(
        self, posts: Sequence[Post], matches_by_post: Sequence[tuple[Match, ...]], now: datetime
    ) -> list[JudgedPost]:
        matched = [n for n, matches in enumerate(matches_by_post) if matches]
        judged = iter(self._judge_mentioning([posts[n] for n in matched], [matches_by_post[n] for n in matched], now))
        return [
            next(judged) if matches else JudgedPost(post) for post, matches in zip(posts, matches_by_post, strict=True)
        ]

    def _assume_languages(self, posts: list[Post], matches: list[tuple[Match, ...]], usual: UsualLanguages) -> None:
        """Give posts without a language the usual one of their source and brands, if nothing in them is against it.

        This changes the elements of both lists: rules may name languages, so the changed posts are matched again.
        """
        undecided = [n for n, post in enumerate(posts) if post.lang is None] if usual else []
        assumed = [usual.of(posts[n].source, [match.brand for match in matches[n]]) for n in undecided]
        if not any(assumed):
            return
        found = self._detector.detect([own_text(posts[n].body) for n in undecided], assumed)
        changed = {n: _with_lang(posts[n], lang) for n, lang in zip(undecided, found, strict=True) if lang}
        for (n, post), new_matches in zip(changed.items(), self._matcher.match(list(changed.values())), strict=True):
            posts[n], matches[n] = post, new_matches

    def _judge_mentioning(
        self, posts: Sequence[Post], matches_by_post: Sequence[tuple[Match, ...]], now: datetime
    ) -> list[JudgedPost]:
        """Judge posts that mention a brand: one step for all posts, and then the next.

        That takes a sixth less time than all steps for one post, and then for the next: each step has code and tables
        of its own, which stay in the processor's cache.
        """
        spans = [{match.brand: match.spans for match in matches} for matches in matches_by_post]
        scores = self._scorer.score_batch([post.body for post in posts], [post.lang for post in posts], spans)
        intents = self._find_intents(posts, spans, scores)
        scores = [_agreeing(scored, found) for scored, found in zip(scores, intents, strict=True)]
        if (offset := self._offset(now)) is not None:
            scores = [_adjusted(post, scored, offset) for post, scored in zip(posts, scores, strict=True)]
        findings = [
            tuple([Finding(match, scored[match.brand], found.get(match.brand, ())) for match in matches])
            for matches, scored, found in zip(matches_by_post, scores, intents, strict=True)
        ]
        signed = signatures([story_text(post) for post in posts])
        keys = [story_keys(post) for post in posts]
        return list(map(JudgedPost, posts, findings, signed, keys, map(self._topics.fit, posts)))

    def _find_intents(
        self, posts: Sequence[Post], spans: Sequence[Spans], scores: Sequence[Mapping[str, Score]]
    ) -> list[dict[str, tuple[IntentPhrase, ...]]]:
        if self._intents is None:
            return [{} for _ in posts]
        return self._intents.find_batch(
            [
                ScoredText(post.body, post.text_start, post.lang, own, scored)
                for post, own, scored in zip(posts, spans, scores, strict=True)
            ]
        )


def _agreeing(scores: dict[str, Score], intents: Mapping[str, tuple[IntentPhrase, ...]]) -> dict[str, Score]:
    if not intents:  # as for half of all posts
        return scores
    return {**scores, **{brand: with_intents(scores[brand], found) for brand, found in intents.items()}}


def _adjusted(post: Post, scores: Mapping[str, Score], offset: Offset) -> dict[str, Score]:
    return {brand: adjust(one, offset, brand, post.body, post.lang) for brand, one in scores.items()}


def prepare_posts(posts: Sequence[Post], now: datetime, detector: LanguageDetector) -> list[Post]:
    """The posts as rules see them: cleaned, and with a detected language if the site stated none, or a wrong one."""
    cleaned = [clean(post, now) for post in posts]
    stated = [n for n, post in enumerate(cleaned) if post.lang is not None]
    texts = [own_text(cleaned[n].body) for n in stated]
    refuted = set(compress(stated, detector.refuted(texts, [cleaned[n].lang or "" for n in stated])))
    unknown = [
        n
        for n, post in enumerate(cleaned)
        if post.lang is None or n in refuted or contradicts_script(post.lang, post.body)
    ]
    for n, lang in zip(unknown, detector.detect([own_text(cleaned[n].body) for n in unknown]), strict=True):
        if lang != cleaned[n].lang:
            cleaned[n] = _with_lang(cleaned[n], lang)
    return cleaned


def _with_lang(post: Post, lang: str | None) -> Post:
    """Like ``dataclasses.replace``, but three times as fast."""
    return Post(
        post.source,
        post.external_id,
        post.text,
        post.published_at,
        post.author,
        post.title,
        post.url,
        post.site,
        lang,
        post.stars,
        post.reply_to,
        post.repost,
        post.link,
    )


def judge_or_skip(posts: Sequence[Post], now: datetime, judge: PostJudge, faults: FaultLog) -> list[JudgedPost]:
    """Judge ``posts``, leaving out those on which ``judge`` fails: one such post must not stop a source.

    Such a failure is a bug in Wallflower, so ``faults`` logs it with its traceback, once for all the posts that it
    hits. If every post fails, the cause is not in the posts: the exception of ``judge`` is raised, and no post is
    skipped.
    """
    if not posts:
        return []
    try:
        judged_posts = judge.judge(posts, now)
    except Exception as error:
        cause = error
    else:
        faults.clear(NOT_JUDGED, JUDGED, after_seconds=QUIET_SECONDS)
        return judged_posts
    judged_posts, failed = _judge_each(posts, now, judge)
    if not judged_posts:
        raise cause
    for post, failure in failed:
        example = f"first: post {post.external_id} of {post.source}"
        faults.report(NOT_JUDGED, bug(failure), example=example, exc_info=failure)
    return judged_posts


def _judge_each(
    posts: Sequence[Post], now: datetime, judge: PostJudge
) -> tuple[list[JudgedPost], list[tuple[Post, Exception]]]:
    """The posts that could be judged one by one, and the others with their errors."""
    judged_posts, failed = list[JudgedPost](), list[tuple[Post, Exception]]()
    for post in posts:
        try:
            judged_posts += judge.judge([post], now)
        except Exception as error:
            failed.append((post, error))
    return judged_posts, failed
