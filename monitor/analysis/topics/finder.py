"""The topics of a brand, updated every minute."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.analysis.topics.background import Background, DaySample
from monitor.analysis.topics.phrase_index import PhraseExtractor, PhraseIndex, TextPhrases, voices
from monitor.analysis.topics.phrases import phrase_key, stem
from monitor.analysis.topics.significance import (
    HYSTERESIS,
    SINGLE_WORD_FACTOR,
    Candidate,
    TextWindow,
    Threshold,
    distinct_topics,
    significant_phrases,
)
from monitor.errors import QueryError
from monitor.model import Brand, FoundTopic, Text, Texts, Topic, Topics
from monitor.query import parse
from monitor.query.folding import WORD, fold

# A G² of 12 occurs by chance once in 1,900 phrases, and few phrases reach a quarter of an hour's mentions. One of 15
# occurs once in 9,300, and some hundred phrases reach 3 % of a day's.
HOUR = Threshold(share=0.25, mentions=5, voices=3, g2=12.0)
DAY = Threshold(share=0.03, mentions=5, voices=4, g2=15.0, single_word_factor=SINGLE_WORD_FACTOR)
INCIDENT = Threshold(share=0.15, mentions=8, voices=5, g2=40.0)
"""By then it is known that something happened, and people may describe it in many ways."""
INCIDENT_PHRASE = Threshold(share=0.06, mentions=5, voices=4, g2=20.0)
CONFIGURED_DAY = Threshold(share=0.0, mentions=3, voices=1, g2=0.0)
"""A configured topic is one that somebody wants to see."""
MAX_INCIDENT_PHRASES = 3
MAX_DAY_TOPICS = 5
CONFIGURED_FIRST = 1.5
"""A phrase needs this multiple of a configured topic's mentions to be the hour's topic in its place."""
_CAMEL_CASE_PART = re.compile(r"(?:(?<=[a-z])|\b(?=[A-Z][a-z]+[A-Z]))[A-Z][a-z]+")
"""The parts of a name such as JetBlue, which some people write separately."""
_QUOTED = re.compile('"([^"]+)"')


class IncidentTopics(NamedTuple):
    """What is new in an incident."""

    topic: str
    """Empty if nothing is significant."""
    words: tuple[str, ...]
    """Unusual phrases, heaviest first."""


class TopicFinder:
    """Finds the topics of one brand. It caches extracted phrases, and nothing that would change a result."""

    def __init__(self, brand: Brand, brands: Sequence[Brand], configured: Sequence[Topic] = ()) -> None:
        self._brand = brand.name
        self._configured = tuple(configured)
        self._extractor = PhraseExtractor(blocked_words(brand, brands), configured)

    def background(self, texts: Texts, until: datetime) -> Background:
        """The background of the 28 days before ``until``, from their texts."""
        return Background.of([self.sample(texts)], until)

    def sample(self, texts: Texts) -> DaySample:
        """The phrases of one day's texts, for ``Background.of``."""
        return DaySample.of(texts, self._extractor)

    def topics(self, day: Texts, hour: Texts, background: Background, before: Topics | None, now: datetime) -> Topics:
        """The topics of the last 24 hours and of the last hour. ``before``: the previous result."""
        extracted = self._extractor.extract((*day.rows, *hour.rows), cache="window")
        day_window = self._window(day, extracted[: len(day.rows)])
        hour_window = self._window(hour, extracted[len(day.rows) :])
        rows, covered = self._day_topics(day_window, background, before.day if before else ())
        top = self._hour_topic(hour_window, background, before.hour if before else None, now)
        unsorted = day.total if day.rows else 0
        unsorted -= round(len(covered) * day.scale)
        return Topics(self._brand, now, top, tuple(rows), max(0, unsorted))

    def incident_topics(
        self, texts: Texts, background: Background, before: str = "", words: Sequence[str] = ()
    ) -> IncidentTopics:
        """What the texts since the start of an incident are about. ``before``, ``words``: the previous result."""
        window = self._window(texts, self._extractor.extract(texts.rows))
        configured = self._configured_topics(window, HOUR, {before})
        phrases = self._phrase_topics(window, background, INCIDENT, {hash(phrase_key(before))}, 1)
        top = _headline_topic(configured, phrases, before)
        spellings = {phrase_key(word): word for word in (*words, before)}
        known = {hash(phrase_key(word)) for word in words}
        new = self._phrase_topics(window, background, INCIDENT_PHRASE, known, MAX_INCIDENT_PHRASES)
        names = [spellings.get(phrase_key(one.name), one.name) for one in new]
        return IncidentTopics(spellings.get(phrase_key(top.name), top.name) if top else "", tuple(names))

    def _day_topics(
        self, window: TextWindow, background: Background, before: Sequence[FoundTopic]
    ) -> tuple[list[FoundTopic], frozenset[int]]:
        """The topics, largest first, and the numbers of the texts they cover."""
        configured = self._configured_topics(window, CONFIGURED_DAY, ())[:MAX_DAY_TOPICS]
        limit = MAX_DAY_TOPICS - len(configured)
        taken = [topic.texts for topic in configured]
        phrases = self._phrase_topics(window, background, DAY, _phrase_hashes(before), limit, taken)
        topics = sorted([*configured, *phrases], key=lambda one: (-len(one.texts), one.name))
        covered = frozenset[int]().union(*(one.texts for one in topics))
        return [self._found_topic(one, window, background, None) for one in topics], covered

    def _hour_topic(
        self, window: TextWindow, background: Background, before: FoundTopic | None, now: datetime
    ) -> FoundTopic | None:
        configured = self._configured_topics(window, HOUR, {before.name} if before else ())
        phrases = self._phrase_topics(window, background, HOUR, _phrase_hashes([before] if before else ()), 1)
        top = _headline_topic(configured, phrases, before.name if before else "")
        return self._found_topic(top, window, background, now) if top else None

    def _window(self, texts: Texts, extracted: Sequence[TextPhrases]) -> TextWindow:
        numbers = voices(texts.rows)
        topic_bits = [one.topic_bits for one in extracted]
        return TextWindow(texts.rows, PhraseIndex.of(extracted, numbers), texts.scale, topic_bits, numbers)

    def _phrase_topics(
        self,
        window: TextWindow,
        background: Background,
        threshold: Threshold,
        before: Collection[int],
        limit: int,
        taken: Sequence[frozenset[int]] = (),
    ) -> list[Candidate]:
        if not background.is_large_enough or not window.texts or not limit:
            return []
        weighted = significant_phrases(window, background, threshold, before)
        return distinct_topics(window, weighted, self._extractor, threshold, limit, taken)

    def _configured_topics(self, window: TextWindow, threshold: Threshold, before: Collection[str]) -> list[Candidate]:
        """The configured topics that reach the threshold, largest first."""
        topics = []
        for bit, topic in enumerate(self._configured):
            texts = frozenset(n for n, bits in enumerate(window.topic_bits) if bits >> bit & 1)
            voice_count = len({window.voices[n] for n in texts})
            share = threshold.share * (HYSTERESIS if topic.name in before else 1)
            if (
                len(texts) * window.scale >= threshold.mentions
                and voice_count >= threshold.voices
                and len(texts) >= share * len(window.texts)
            ):
                topics.append(Candidate(bit, "", 0.0, voice_count, texts, topic.name, topic.rule))
        return sorted(topics, key=lambda one: -len(one.texts))

    def _found_topic(
        self, one: Candidate, window: TextWindow, background: Background, now: datetime | None
    ) -> FoundTopic:
        configured = not one.key
        usual_of = background.usual_of_topic if configured else background.usual
        mean, half_width, scored = _mood([window.texts[n] for n in one.texts])
        return FoundTopic(
            name=one.name,
            rule=one.rule,
            named=configured,
            n=round(len(one.texts) * window.scale),
            authors=one.voices,
            usual=usual_of(one.hash, None if now is None else now - timedelta(minutes=30)),
            mean=mean,
            half_width=half_width,
            scored=scored,
        )


def blocked_words(brand: Brand, brands: Sequence[Brand]) -> frozenset[str]:
    """Folded words and stems that are never topics of ``brand``: names of brands, and the terms of its rule."""
    names = [name for one in brands for name in (one.name, *one.aliases)]
    with suppress(QueryError):  # a rule that cannot be parsed finds no mentions either
        names += [term.text for term in parse(brand.rule).terms()]
    names += [part for name in names for part in _CAMEL_CASE_PART.findall(name)]
    words = {word for name in names for word in WORD.findall(fold(name)) if len(word) > 1}
    words |= {"".join(WORD.findall(fold(name))) for name in names}
    return frozenset(words | {stem(word) for word in words})


def _headline_topic(configured: Sequence[Candidate], phrases: Sequence[Candidate], before: str) -> Candidate | None:
    """The configured topic, unless a phrase has far more mentions; the topic that was there before has an advantage."""
    if not configured or not phrases:
        return next(iter((*configured, *phrases)), None)
    incumbent = next((one for one in configured if one.name == before), None)
    first = incumbent or configured[0]
    factor = 1 / HYSTERESIS if incumbent else HYSTERESIS if phrases[0].name == before else 1
    return phrases[0] if len(phrases[0].texts) >= CONFIGURED_FIRST * factor * len(first.texts) else first


def _phrase_hashes(topics: Iterable[FoundTopic]) -> set[int]:
    """Hashes of the phrases of earlier topics."""
    quoted = (_QUOTED.search(topic.rule) for topic in topics if not topic.named)
    return {hash(phrase_key(match[1])) for match in quoted if match}


def _mood(texts: Iterable[Text]) -> tuple[float | None, float | None, int]:
    """Mean score, half the width of its 95 % interval, and how many were scored. A story counts once."""
    by_story: dict[tuple[bool, int], list[float]] = {}
    for text in texts:
        if text.score is not None:
            key = (True, text.mention) if text.story is None else (False, text.story)
            by_story.setdefault(key, []).append(text.score)
    scores = [sum(some) / len(some) for some in by_story.values()]
    n = len(scores)
    if n < 2:
        return (scores[0] if scores else None), None, n
    mean = sum(scores) / n
    variance = sum((score - mean) ** 2 for score in scores) / (n - 1)
    return mean, 1.96 * math.sqrt(variance / n), n
