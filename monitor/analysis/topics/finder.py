"""The topics of a brand, from minute to minute."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.analysis.topics.background import Background, Day
from monitor.analysis.topics.finding import ALONE, HYSTERESIS, Floor, Phrase, Window, distinct, standing_out
from monitor.analysis.topics.heard import Ear, Heard, Said, voices
from monitor.analysis.topics.reading import key_of, stem
from monitor.errors import QueryError
from monitor.model import Brand, FoundTopic, Text, Texts, Topic, Topics
from monitor.query import parse
from monitor.query.reading import WORD, fold

HOUR = Floor(share=0.25, mentions=5, voices=3, g2=12.0)
DAY = Floor(share=0.03, mentions=5, voices=4, g2=15.0, alone=ALONE)
INCIDENT = Floor(share=0.15, mentions=8, voices=5, g2=40.0)
"""That something happened is known by then, and what it is called may be said in many ways."""
WORDS = Floor(share=0.06, mentions=5, voices=4, g2=20.0)
MOST_WORDS = 3
"""By chance a G² of 12 is one in 1,900, and few phrases are in a quarter of an hour's mentions; one of 15 is one in
9,300, and some hundred are in 3 % of a day's."""
MOST_OF_A_DAY = 5
_NAMED_DAY = Floor(share=0.0, mentions=3, voices=1, g2=0.0)
"""A topic of the config is what somebody wants to see."""
NAMED_FIRST = 1.5
"""So many times the mentions must a phrase have to be the hour's topic before one that the config names."""
_HUMPS = re.compile(r"(?:(?<=[a-z])|\b(?=[A-Z][a-z]+[A-Z]))[A-Z][a-z]+")
"""The parts of a name such as JetBlue, which some write apart."""
_QUOTED = re.compile('"([^"]+)"')


class News(NamedTuple):
    """What is new in an incident."""

    topic: str
    """Empty: nothing stands out."""
    words: tuple[str, ...]
    """Phrases that are not usually said, weightiest first."""


class Finder:
    """Finds the topics of one brand. It remembers what it read, and nothing that would change an answer."""

    def __init__(self, brand: Brand, brands: Sequence[Brand], named: Sequence[Topic] = ()) -> None:
        self._brand = brand.name
        self._named = tuple(named)
        self._ear = Ear(never_topics(brand, brands), named)

    def background(self, texts: Texts, until: datetime) -> Background:
        """What is usual, from the texts of the 28 days before ``until``."""
        return Background.of([self.hear(texts)], until)

    def hear(self, texts: Texts) -> Day:
        """What a day's texts say; from such days ``Background.of`` tells what is usual."""
        return Day.of(texts, self._ear)

    def look(self, day: Texts, hour: Texts, background: Background, before: Topics | None, now: datetime) -> Topics:
        """The topics of the last 24 hours and of the last one. ``before``: what the last look found."""
        heard = self._ear.hear((*day.rows, *hour.rows), kept_as="window")
        of_day = self._window(day, heard[: len(day.rows)])
        of_hour = self._window(hour, heard[len(day.rows) :])
        rows, sorted_ = self._day(of_day, background, before.day if before else ())
        top = self._hour(of_hour, background, before.hour if before else None, now)
        unsorted = day.total if day.rows else 0
        unsorted -= round(len(sorted_) * day.scale)
        return Topics(self._brand, now, top, tuple(rows), max(0, unsorted))

    def incident(self, texts: Texts, background: Background, before: str = "", words: Sequence[str] = ()) -> News:
        """What the texts since an incident began are about. ``before``, ``words``: what the last look found."""
        window = self._window(texts, self._ear.hear(texts.rows))
        named = self._named_topics(window, HOUR, {before})
        phrases = self._phrases(window, background, INCIDENT, {hash(key_of(before))}, 1)
        top = _top(named, phrases, before)
        called = {key_of(word): word for word in (*words, before)}
        known = {hash(key_of(word)) for word in words}
        new = self._phrases(window, background, WORDS, known, MOST_WORDS)
        names = [called.get(key_of(one.name), one.name) for one in new]
        return News(called.get(key_of(top.name), top.name) if top else "", tuple(names))

    def _day(
        self, window: Window, background: Background, before: Sequence[FoundTopic]
    ) -> tuple[list[FoundTopic], frozenset[int]]:
        names = self._named_topics(window, _NAMED_DAY, ())[:MOST_OF_A_DAY]
        room = MOST_OF_A_DAY - len(names)
        phrases = self._phrases(window, background, DAY, _keys(before), room, [name.places for name in names])
        found = [*names, *phrases]
        found.sort(key=lambda one: (-len(one.places), one.name))
        covered = frozenset[int]().union(*(one.places for one in found))
        return [self._found(one, window, background, None) for one in found], covered

    def _hour(
        self, window: Window, background: Background, before: FoundTopic | None, now: datetime
    ) -> FoundTopic | None:
        named = self._named_topics(window, HOUR, {before.name} if before else ())
        phrases = self._phrases(window, background, HOUR, _keys([before] if before else ()), 1)
        top = _top(named, phrases, before.name if before else "")
        return self._found(top, window, background, now) if top else None

    def _window(self, texts: Texts, heard: Sequence[Heard]) -> Window:
        named = [one.named for one in heard]
        return Window(texts.rows, Said.of(heard, voices(texts.rows)), texts.scale, named, voices(texts.rows))

    def _phrases(
        self,
        window: Window,
        background: Background,
        floor: Floor,
        before: Collection[int],
        most: int,
        taken: Sequence[frozenset[int]] = (),
    ) -> list[Phrase]:
        if not background.tells or not window.texts or not most:
            return []
        weighed = standing_out(window, background, floor, before)
        return distinct(window, weighed, self._ear, floor, most, taken)

    def _named_topics(self, window: Window, floor: Floor, before: Collection[str]) -> list[Phrase]:
        """The topics of the config that reach the floor, largest first."""
        found = []
        for bit, topic in enumerate(self._named):
            places = frozenset(place for place, named in enumerate(window.named) if named >> bit & 1)
            spoken = len({window.voices[place] for place in places})
            share = floor.share * (HYSTERESIS if topic.name in before else 1)
            if (
                len(places) * window.scale >= floor.mentions
                and spoken >= floor.voices
                and len(places) >= share * len(window.texts)
            ):
                found.append(Phrase(bit, "", 0.0, spoken, places, topic.name, topic.rule))
        return sorted(found, key=lambda one: -len(one.places))

    def _found(self, one: Phrase, window: Window, background: Background, now: datetime | None) -> FoundTopic:
        named = not one.key
        usual_of = background.usual_named if named else background.usual
        mean, half_width, scored = _mood([window.texts[place] for place in one.places])
        return FoundTopic(
            name=one.name,
            rule=one.rule,
            named=named,
            n=round(len(one.places) * window.scale),
            authors=one.voices,
            usual=usual_of(one.hash, None if now is None else now - timedelta(minutes=30)),
            mean=mean,
            half_width=half_width,
            scored=scored,
        )


def never_topics(brand: Brand, brands: Sequence[Brand]) -> frozenset[str]:
    """Words, folded and as stems, that are no topic of ``brand``: names of brands, and what its rule looks for."""
    names = [name for one in brands for name in (one.name, *one.aliases)]
    with suppress(QueryError):  # a rule that cannot be read finds no mentions either
        names += [term.text for term in parse(brand.rule).terms()]
    names += [part for name in names for part in _HUMPS.findall(name)]
    words = {word for name in names for word in WORD.findall(fold(name)) if len(word) > 1}
    words |= {"".join(WORD.findall(fold(name))) for name in names}
    return frozenset(words | {stem(word) for word in words})


def _top(named: Sequence[Phrase], phrases: Sequence[Phrase], before: str) -> Phrase | None:
    """The one for a headline: of the config, unless a phrase has far more, to the advantage of what was there."""
    if not named or not phrases:
        return next(iter((*named, *phrases)), None)
    stays = next((one for one in named if one.name == before), None)
    first = stays or named[0]
    needed = NAMED_FIRST * (1 / HYSTERESIS if stays else HYSTERESIS if phrases[0].name == before else 1)
    return phrases[0] if len(phrases[0].places) >= needed * len(first.places) else first


def _keys(topics: Iterable[FoundTopic]) -> set[int]:
    """Hashes of the phrases that earlier topics stand for."""
    ways = (_QUOTED.search(topic.rule) for topic in topics if not topic.named)
    return {hash(key_of(way[1])) for way in ways if way}


def _mood(texts: Iterable[Text]) -> tuple[float | None, float | None, int]:
    """Mean score, half the width of its 95 % interval, how many were scored; a story counts once."""
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
