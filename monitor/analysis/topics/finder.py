"""The topics of a brand, updated every minute."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
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
from monitor.model import Brand, FoundTopic, Sentiment, Text, Texts, Topic, Topics
from monitor.query import parse
from monitor.query.folding import WORD, fold

# A G² of 12 occurs by chance once in 1,900 phrases, and few phrases reach a quarter of an hour's mentions. One of 15
# occurs once in 9,300, and some hundred phrases reach 3 % of a day's.
HOUR_THRESHOLD = Threshold(share=0.25, mentions=5, voices=3, g2=12.0)
DAY_THRESHOLD = Threshold(share=0.03, mentions=5, voices=4, g2=15.0, single_word_factor=SINGLE_WORD_FACTOR)
INCIDENT_THRESHOLD = Threshold(share=0.08, mentions=6, voices=5, g2=25.0, single_word_factor=1.8)
"""A lower share than for an hour: it is known that something happened, and people describe it in many ways."""
INCIDENT_PHRASE_THRESHOLD = Threshold(share=0.06, mentions=5, voices=4, g2=20.0)
CONFIGURED_DAY_THRESHOLD = Threshold(share=0.0, mentions=3, voices=1, g2=0.0)
"""Low, because somebody has asked to see the configured topics."""
MAX_INCIDENT_PHRASES = 3
MAX_DAY_TOPICS = 5
TITLE_ADVANTAGE = 2.0
"""A phrase needs this multiple of the mentions of an incident's title to replace it: a title that changes confuses."""
CONFIGURED_ADVANTAGE = 1.5
"""A phrase needs this multiple of a configured topic's mentions to replace it as the main topic."""
MOST = 0.5
"""A configured topic that more of the mentions are about is the main topic, whatever phrases they have."""
_CAMEL_CASE_PART = re.compile(r"(?:(?<=[a-z])|\b(?=[A-Z][a-z]+[A-Z]))[A-Z][a-z]+")
"""The parts of a name such as JetBlue, which some people write separately."""
_QUOTED = re.compile('"([^"]+)"')


class IncidentTopics(NamedTuple):
    """The topic and the unusual phrases of an incident."""

    topic: str
    """Empty if nothing is significant."""
    phrases: tuple[str, ...]
    """Unusual phrases, heaviest first."""


class TopicFinder:
    """Finds the topics of one brand. It caches extracted phrases; the cache never changes a result."""

    def __init__(
        self,
        brand: Brand,
        brands: Sequence[Brand],
        configured: Sequence[Topic] = (),
        also_blocked: AbstractSet[str] = frozenset(),
    ) -> None:
        """``also_blocked``: more words that are never part of a topic, as ``blocked_words`` returns them."""
        self._brand = brand.name
        self._configured = tuple(configured)
        self._extractor = PhraseExtractor(blocked_words(brand, brands) | also_blocked, configured)

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
        without_topic = day.total if day.rows else 0
        without_topic -= round(len(covered) * day.scale)
        return Topics(self._brand, now, top, tuple(rows), max(0, without_topic))

    def topics_of(self, texts: Texts, background: Background) -> tuple[FoundTopic, ...]:
        """The topics of any texts, largest first, without a usual number."""
        found, _ = self._day_topics(self._window(texts, self._extractor.extract(texts.rows)), background, ())
        return tuple(replace(topic, baseline=None) for topic in found)

    def incident_topics(
        self, texts: Texts, background: Background, before: str = "", phrases_before: Sequence[str] = ()
    ) -> IncidentTopics:
        """What the texts since the start of an incident are about.

        ``before``, ``phrases_before``: the topic and the phrases of the previous result.
        """
        window = self._window(texts, self._extractor.extract(texts.rows))
        configured = self._configured_topics(window, HOUR_THRESHOLD, {before})
        key, key_before = self._extractor.key, self._extractor.key(before)
        phrases = self._phrase_topics(window, background, INCIDENT_THRESHOLD, {hash(key_before)}, 1)
        top = _headline_topic(configured, phrases, before, len(window.texts))
        spellings = {key(phrase): phrase for phrase in (*phrases_before, before)}
        known = {hash(key(phrase)) for phrase in phrases_before}
        new = self._phrase_topics(window, background, INCIDENT_PHRASE_THRESHOLD, known, MAX_INCIDENT_PHRASES)
        names = [spellings.get(key(phrase.name), phrase.name) for phrase in new]
        topic = spellings.get(key(top.name), top.name) if top else ""
        if top and _keeps_title(top, key_before, len(window.phrases.texts_with(hash(key_before)))):
            topic = before
        return IncidentTopics(topic, tuple(names))

    def _day_topics(
        self, window: TextWindow, background: Background, before: Sequence[FoundTopic]
    ) -> tuple[list[FoundTopic], frozenset[int]]:
        """The topics, largest first, and the numbers of the texts they cover."""
        configured = self._configured_topics(window, CONFIGURED_DAY_THRESHOLD, ())[:MAX_DAY_TOPICS]
        limit = MAX_DAY_TOPICS - len(configured)
        taken = [topic.texts for topic in configured]
        phrases = self._phrase_topics(window, background, DAY_THRESHOLD, _phrase_hashes(before), limit, taken)
        topics = sorted([*configured, *phrases], key=lambda topic: (-len(topic.texts), topic.name))
        covered = frozenset[int]().union(*(topic.texts for topic in topics))
        return [self._found_topic(topic, window, background, None) for topic in topics], covered

    def _hour_topic(
        self, window: TextWindow, background: Background, before: FoundTopic | None, now: datetime
    ) -> FoundTopic | None:
        configured = self._configured_topics(window, HOUR_THRESHOLD, {before.name} if before else ())
        phrases = self._phrase_topics(window, background, HOUR_THRESHOLD, _phrase_hashes([before] if before else ()), 1)
        top = _headline_topic(configured, phrases, before.name if before else "", len(window.texts))
        return self._found_topic(top, window, background, now) if top else None

    def _window(self, texts: Texts, extracted: Sequence[TextPhrases]) -> TextWindow:
        numbers = voices(texts.rows)
        topic_bits = [phrases.topic_bits for phrases in extracted]
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
        return distinct_topics(window, weighted, self._extractor, threshold, limit, taken, before)

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
        return sorted(topics, key=lambda topic: -len(topic.texts))

    def _found_topic(
        self, candidate: Candidate, window: TextWindow, background: Background, now: datetime | None
    ) -> FoundTopic:
        configured = not candidate.key
        usual_of = background.usual_of_topic if configured else background.usual
        stories = story_sentiments([window.texts[n] for n in candidate.texts])
        return FoundTopic(
            name=candidate.name,
            rule=candidate.rule,
            is_configured=configured,
            n=round(len(candidate.texts) * window.scale),
            authors=candidate.voices,
            baseline=usual_of(candidate.hash, None if now is None else now - timedelta(minutes=30)),
            negative=stories[Sentiment.NEGATIVE],
            neutral=stories[Sentiment.NEUTRAL],
            positive=stories[Sentiment.POSITIVE],
        )


def blocked_words(brand: Brand, brands: Sequence[Brand]) -> frozenset[str]:
    """Folded words and stems that are never topics of ``brand``: names of brands, and the terms of its rule."""
    names = [name for each_brand in brands for name in (each_brand.name, *each_brand.aliases)]
    names += [part for name in names for part in _CAMEL_CASE_PART.findall(name)]
    return _words_and_stems(names) | query_words(brand.rule)


def query_words(query: str) -> frozenset[str]:
    """Folded words and stems of the terms of a rule or a search. Every text that it finds contains some of them."""
    try:
        terms = [term.text for term in parse(query).terms()]
    except QueryError:  # one that cannot be parsed finds no mentions either
        return frozenset()
    return _words_and_stems([*terms, *(part for term in terms for part in _CAMEL_CASE_PART.findall(term))])


def _words_and_stems(names: Sequence[str]) -> frozenset[str]:
    words = {word for name in names for word in WORD.findall(fold(name)) if len(word) > 1}
    words |= {"".join(WORD.findall(fold(name))) for name in names}
    return frozenset(words | {stem(word) for word in words})


def _headline_topic(
    configured: Sequence[Candidate], phrases: Sequence[Candidate], before: str, total: int
) -> Candidate | None:
    """The configured topic, unless a phrase has far more of the ``total`` texts. The previous topic has an advantage.

    A configured topic of most texts has no rival: somebody named what they are about.
    """
    if not configured or not phrases:
        return next(iter((*configured, *phrases)), None)
    incumbent = next((topic for topic in configured if topic.name == before), None)
    first = incumbent or configured[0]
    if len(first.texts) > MOST * (HYSTERESIS if incumbent else 1) * total:
        return first
    factor = 1 / HYSTERESIS if incumbent else HYSTERESIS if phrases[0].name == before else 1
    return phrases[0] if len(phrases[0].texts) >= CONFIGURED_ADVANTAGE * factor * len(first.texts) else first


def _keeps_title(top: Candidate, key_before: str, n_before: int) -> bool:
    """Whether an incident keeps its title, which has ``n_before`` mentions; a longer phrase around it is better."""
    key, new = f" {key_before} ", f" {top.key} "
    if not top.key or not key.strip():
        return False
    return new in key or (key not in new and len(top.texts) < TITLE_ADVANTAGE * n_before)


def _phrase_hashes(topics: Iterable[FoundTopic]) -> set[int]:
    """Hashes of the phrases of earlier topics."""
    quoted = (_QUOTED.search(topic.rule) for topic in topics if not topic.is_configured)
    return {hash(phrase_key(match[1])) for match in quoted if match}


def story_sentiments(texts: Iterable[Text]) -> Counter[Sentiment]:
    """The scored texts by sentiment. A story counts once, by its mean score."""
    by_story: dict[tuple[bool, int], list[float]] = {}
    for text in texts:
        if text.score is not None:
            key = (True, text.mention) if text.story is None else (False, text.story)
            by_story.setdefault(key, []).append(text.score)
    return Counter(Sentiment.of(sum(scores) / len(scores)) for scores in by_story.values())
