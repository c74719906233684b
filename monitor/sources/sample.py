"""Sample: generated posts about the fictional brands Acme, Globex and Initech, for trying Wallflower out."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar, NamedTuple

from pydantic import Field

from monitor.http import Http
from monitor.model import Batch, Json, Post, Sentiment, Term
from monitor.sources import SourceOptions
from monitor.sources._sample_texts import Headline, SampleIncident, SampleTexts, load_texts
from monitor.sources._sample_writer import Draft, Moment, SampleWriter

MAX_POSTS = 1_000
"""A pass ends after the minute in which it reaches this many posts."""
_ACTIVITY_BY_HOUR = (2, 1, 1, 1, 2, 3, 6, 9, 11, 11, 10, 10, 12, 11, 10, 10, 11, 12, 13, 14, 14, 12, 8, 4)
_WEEKEND_FACTOR = 0.72
_STORY_BLOCK_SECONDS, _MAX_STORY_DELAY_SECONDS, _MEAN_STORY_DELAY_SECONDS = 6 * 3600, 5 * 3600, 2400
_STORY_CHANCE = 0.6
"""A headline returns after as many blocks as there are headlines."""
_INCIDENT_BLOCK_SECONDS = 12 * 3600
_INCIDENT_CHANCE = 0.13
_INCIDENT_RISE_SECONDS = 900
_NEWS_DELAY_SECONDS = 1500
"""How long after the start of an incident the news report it."""
_INCIDENT_WEIGHTS = {"Acme": 1, "Globex": 5, "Initech": 2}
_MAX_POISSON_MEAN = 30.0


class Options(SourceOptions):
    """Keys of the sample stream in config.toml."""

    seed: int = 1
    """A different seed results in different posts."""
    rate: float = Field(default=60.0, gt=0, le=20_000)
    """Posts per hour, on average over a week without incidents."""
    history: float = Field(default=14.0, ge=0, le=365)
    """Days of history before the first pass for which posts are generated."""
    speed: float = Field(default=1.0, gt=0, le=1_000)
    """How many times faster than real time days, stories and incidents pass. The rate stays the same."""

    default_every: ClassVar[str] = "5s"
    sample: ClassVar[bool] = True


class Source:
    """A stream of posts. The posts of a minute depend only on the seed and that minute, so it never repeats itself."""

    def __init__(self, options: Options, http: Http) -> None:
        self._options, self._texts = options, load_texts()

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """The posts since the last pass. Makes no requests."""
        end = int(now.timestamp())
        earliest = end - int(self._options.history * 86_400)
        stored = cursor.get("until") if isinstance(cursor, dict) else None
        since = max(stored, earliest) if isinstance(stored, int) else earliest
        posts: list[Post] = []
        timeline = _Timeline(self._options, self._texts)
        until = max(since, end)
        for minute in range(since // 60, end // 60 + 1):
            posts += [one.post for one in timeline.posts(minute) if since < one.post.published_at.timestamp() <= end]
            if len(posts) >= MAX_POSTS:
                until = min(end, minute * 60 + 59)
                break
        return Batch(
            posts=tuple(sorted(posts, key=lambda p: p.published_at)),
            cursor={"until": until},
            more=until < end,
            complete_since=datetime.fromtimestamp(since, UTC),
        )


class TruePost(NamedTuple):
    """A post, and what a person who reads it would say."""

    post: Post
    truths: Mapping[str, Sentiment]
    """Brand that it names -> its sentiment towards that brand."""


def true_posts(seed: int, since: datetime, until: datetime) -> Iterator[TruePost]:
    """The posts of a seed in [since, until) at the usual rate, with their truths."""
    timeline = _Timeline(Options(name="Sample", seed=seed), load_texts())
    for minute in range(int(since.timestamp()) // 60, int(until.timestamp()) // 60):
        yield from timeline.posts(minute)


def seed_with_incident(
    brand: str, since: datetime, until: datetime, *, min_intensity: float = 4.0, first_seed: int = 1
) -> int:
    """The first seed whose only incident that day is about ``brand``, starts between these times and is intense.

    Seeds below ``first_seed`` are left out.
    """
    midnight = since.replace(hour=0, minute=0, second=0, microsecond=0)
    first_block = int(midnight.timestamp() // _INCIDENT_BLOCK_SECONDS)
    texts = load_texts()
    for seed in range(first_seed, first_seed + 100_000):
        timeline = _Timeline(Options(name="any", seed=seed), texts)
        blocks = range(first_block - 1, first_block + 2)
        incidents = [incident for block in blocks if (incident := timeline.incident(block))]
        if [(i.brand, i.intensity >= min_intensity) for i in incidents] != [(brand, True)]:
            continue
        if since.timestamp() <= incidents[0].start < until.timestamp():
            return seed
    raise LookupError("no seed has such a day")


class _Incident(NamedTuple):
    brand: str
    content: SampleIncident
    start: float
    """Seconds of sample time."""
    decay_seconds: float
    intensity: float
    """Posts at its peak, in multiples of the usual rate."""

    def intensity_at(self, at: float) -> float:
        """Its intensity at a sample time: it rises within minutes and then decays."""
        elapsed = at - self.start
        if not 0 <= elapsed <= 3 * self.decay_seconds:
            return 0.0
        return self.intensity * min(1.0, elapsed / _INCIDENT_RISE_SECONDS) * math.exp(-elapsed / self.decay_seconds)


class _StoryPost(NamedTuple):
    at: float
    """Seconds of sample time."""
    id: str
    draft: Draft


class _Timeline:
    """All posts of a seed. Sample time is real time multiplied by ``speed``, in seconds since 1970.

    It is divided into blocks with their own random numbers, so that any minute can be computed independently.
    """

    def __init__(self, options: Options, texts: SampleTexts) -> None:
        self._options, self._texts = options, texts
        self._stories: dict[int, list[_StoryPost]] = {}
        self._incidents: dict[int, _Incident | None] = {}

    def posts(self, minute: int) -> Iterator[TruePost]:
        """The posts of a minute since 1970, not sorted."""
        at, published = minute * 60 * self._options.speed, datetime.fromtimestamp(minute * 60, UTC)
        rng = self._rng("minute", minute)
        writer = SampleWriter(self._texts, rng)
        rate = self._options.rate / 60
        incidents = self._incidents_at(at)
        troubled = frozenset(incident.brand for _, incident in incidents)
        for number in range(_poisson(rate * _activity(at), rng)):
            draft = writer.post(writer.brand(), Moment(published, troubled))
            yield self._post(draft, minute, rng.random(), f"{minute}-{number}")
        for block, incident in incidents:
            moment = Moment(published, troubled, (at - incident.start) / 60)
            for number in range(_poisson(rate * incident.intensity_at(at), rng)):
                draft = writer.incident_post(incident.brand, incident.content, moment)
                yield self._post(draft, minute, rng.random(), f"{minute}-x{block}-{number}")
        for story_post in self._story_posts_at(at):
            share = (story_post.at - at) / (60 * self._options.speed)
            yield self._post(story_post.draft, minute, share, story_post.id)

    def incident(self, block: int) -> _Incident | None:
        """The incident that starts in a block of 12 hours, if there is one."""
        if block not in self._incidents:
            rng = self._rng("incident", block)
            writer = SampleWriter(self._texts, rng)
            happens = writer.chance(_INCIDENT_CHANCE)
            start = (block + rng.random()) * _INCIDENT_BLOCK_SECONDS
            decay_seconds, intensity = 3600 * (1 + 2 * rng.random()), 2 + 4 * rng.random()
            brand, content = writer.pick_weighted(_INCIDENT_WEIGHTS), writer.pick(self._texts.incidents)
            incident = _Incident(brand, content, start, decay_seconds, intensity)
            self._incidents[block] = incident if happens else None
        return self._incidents[block]

    def _post(self, draft: Draft, minute: int, minute_share: float, id_: str) -> TruePost:
        post = Post(
            source=self._options.name,
            external_id=id_,
            text=draft.text,
            published_at=datetime.fromtimestamp(minute * 60 + int(minute_share * 60), UTC),
            author=draft.author,
            title=draft.title,
            url=f"https://{draft.site.host}/{id_}",
            site=draft.site.name,
            lang=draft.lang,
        )
        return TruePost(post, draft.truths)

    def _rng(self, *key: object) -> random.Random:
        return random.Random(f"{self._options.seed}/{'/'.join(map(str, key))}")

    def _incidents_at(self, at: float) -> list[tuple[int, _Incident]]:
        """(number of its block, incident) of all incidents in progress."""
        block = int(at // _INCIDENT_BLOCK_SECONDS)
        found = [(number, self.incident(number)) for number in (block - 2, block - 1, block)]
        return [(number, incident) for number, incident in found if incident and incident.intensity_at(at) > 0]

    def _story_posts_at(self, at: float) -> list[_StoryPost]:
        """The posts of stories in the minute that starts at ``at``."""
        block, end = int(at // _STORY_BLOCK_SECONDS), at + 60 * self._options.speed
        return [post for number in (block - 1, block) for post in self._story_posts(number) if at <= post.at < end]

    def _story_posts(self, block: int) -> list[_StoryPost]:
        """The posts of all stories that start in a block of 6 hours."""
        if block not in self._stories:
            rng = self._rng("story", block)
            writer = SampleWriter(self._texts, rng)
            posts = []
            if writer.chance(_STORY_CHANCE):
                headline = self._texts.headlines[(block + self._options.seed) % len(self._texts.headlines)]
                posts += self._spread(headline, (block + rng.random()) * _STORY_BLOCK_SECONDS, f"s{block}-0", rng)
            incident = self.incident(int(block * _STORY_BLOCK_SECONDS // _INCIDENT_BLOCK_SECONDS))
            if incident and incident.start // _STORY_BLOCK_SECONDS == block:
                start = incident.start + _NEWS_DELAY_SECONDS
                headline = incident.content.headline_for(incident.brand)
                posts += self._spread(headline, start, f"s{block}-x", rng)
            self._stories[block] = posts
        return self._stories[block]

    def _spread(self, headline: Headline, start: float, id_prefix: str, rng: random.Random) -> list[_StoryPost]:
        """An article, and the articles and posts that repeat its headline."""
        writer = SampleWriter(self._texts, rng)
        posts = []
        for number in range(5 + int(rng.random() * 14)):
            delay = min(_MAX_STORY_DELAY_SECONDS, -math.log(1 - rng.random()) * _MEAN_STORY_DELAY_SECONDS)
            is_article = number == 0 or writer.chance(0.3)
            draft = writer.article(headline) if is_article else writer.shared_headline(headline)
            posts.append(_StoryPost(start + (delay if number else 0), f"{id_prefix}-{number}", draft))
        return posts


def _activity(at: float) -> float:
    """How busy a sample time is: 1.0 on average over a week, interpolated between hours."""
    when = datetime.fromtimestamp(at, UTC)
    this_hour, next_hour = _ACTIVITY_BY_HOUR[when.hour], _ACTIVITY_BY_HOUR[(when.hour + 1) % 24]
    busy = this_hour + (next_hour - this_hour) * when.minute / 60
    day = _WEEKEND_FACTOR if when.weekday() >= 5 else 1.0
    return busy / (sum(_ACTIVITY_BY_HOUR) / 24) * day / ((5 + 2 * _WEEKEND_FACTOR) / 7)


def _poisson(mean: float, rng: random.Random) -> int:
    """A Poisson-distributed number (Knuth's algorithm; large means are split, as exp(-mean) would be too small)."""
    count = 0
    while mean > 0:
        part = min(mean, _MAX_POISSON_MEAN)
        limit, product = math.exp(-part), rng.random()
        while product > limit:
            count += 1
            product *= rng.random()
        mean -= part
    return count
