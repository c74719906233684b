"""Sample: generated posts about the fictional brands Acme, Globex and Initech, for trying Wallflower out."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import ClassVar, NamedTuple

from pydantic import Field

from monitor.http import Http
from monitor.model import Batch, Json, Post, Term
from monitor.sources import SourceOptions
from monitor.sources import _sample_news as news
from monitor.sources._sample_writer import BRANDS, Draft, Writer

_MOST = 1_000
"""Posts of one pass; there is more at once then."""
_BY_HOUR = (2, 1, 1, 1, 2, 3, 6, 9, 11, 11, 10, 10, 12, 11, 10, 10, 11, 12, 13, 14, 14, 12, 8, 4)
_WEEKEND = 0.72
_STORY_BLOCK, _STORY_TAIL = 6 * 3600, 5 * 3600
_INCIDENT_BLOCK = 12 * 3600
_INCIDENT_CHANCE = 0.13
_HAPPENS_TO = {"Acme": 1, "Globex": 5, "Initech": 2}


class Options(SourceOptions):
    """Keys of the sample stream in config.toml."""

    seed: int = 1
    """Another number makes other posts."""
    rate: float = Field(default=60.0, gt=0, le=20_000)
    """Posts an hour, on average over a week without incidents."""
    history: float = Field(default=14.0, ge=0, le=365)
    """Days before the first pass for which there are posts too."""
    speed: float = Field(default=1.0, gt=0, le=1_000)
    """How many times faster than life days, stories and incidents pass; the rate stays."""

    default_every: ClassVar[str] = "5s"
    sample: ClassVar[bool] = True


class Source:
    """A stream in which the posts of a minute depend on the seed and that minute alone, so that it never repeats."""

    def __init__(self, options: Options, http: Http) -> None:
        self._options = options

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """The posts since the last pass, at most a thousand or so at once; never reads anything outside."""
        end = int(now.timestamp())
        earliest = end - int(self._options.history * 86_400)
        known = cursor.get("until") if isinstance(cursor, dict) else None
        since = max(known, earliest) if isinstance(known, int) else earliest
        posts: list[Post] = []
        timeline = _Timeline(self._options)
        until = max(since, end)
        for minute in range(since // 60, end // 60 + 1):
            posts += [p for p in timeline.posts(minute) if since < p.published_at.timestamp() <= end]
            if len(posts) >= _MOST:
                until = min(end, minute * 60 + 59)
                break
        return Batch(
            posts=tuple(sorted(posts, key=lambda p: p.published_at)),
            cursor={"until": until},
            more=until < end,
            complete_since=datetime.fromtimestamp(since, UTC),
        )


def seed_with_incident(brand: str, since: datetime, until: datetime, *, force: float = 4.0) -> int:
    """The first seed under which something of at least ``force`` happens to ``brand`` between two times of one day,
    and nothing else that day."""
    day = int(since.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() // _INCIDENT_BLOCK)
    for seed in range(1, 100_000):
        timeline = _Timeline(Options(name="any", seed=seed))
        found = [incident for block in range(day - 1, day + 2) if (incident := timeline.incident(block))]
        if [(i.brand, i.force >= force) for i in found] != [(brand, True)]:
            continue
        if since.timestamp() <= found[0].start < until.timestamp():
            return seed
    raise LookupError("no seed makes such a day")


class _Incident(NamedTuple):
    brand: str
    what: news.Incident
    start: float
    """Seconds of sample time."""
    lasts: float
    force: float

    def share(self, at: float) -> float:
        """How loud it is: rises within minutes, then fades."""
        gone = at - self.start
        if not 0 <= gone <= 3 * self.lasts:
            return 0.0
        return self.force * min(1.0, gone / 900) * math.exp(-gone / self.lasts)


class _Timeline:
    """All that is said when. Sample time is real time times ``speed``, in seconds since 1970."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._stories: dict[int, list[tuple[float, str, Draft]]] = {}
        self._incidents: dict[int, _Incident | None] = {}

    def posts(self, minute: int) -> Iterator[Post]:
        """The posts of a minute (since 1970), in no order."""
        at = minute * 60 * self._options.speed
        rng = self._rng("minute", minute)
        writer = Writer(rng)
        usual = self._options.rate / 60 * _rhythm(at)
        for number in range(_poisson(usual, rng)):
            yield self._post(writer.post(writer.weigh(BRANDS)), minute, rng.random(), f"{minute}-{number}")
        for which, incident in self._incidents_at(at):
            loud = self._options.rate / 60 * incident.share(at)
            for number in range(_poisson(loud, rng)):
                draft = writer.outcry(incident.brand, incident.what)
                yield self._post(draft, minute, rng.random(), f"{minute}-x{which}-{number}")
        for when, name, draft in self._told_at(at):
            yield self._post(draft, minute, (when - at) / (60 * self._options.speed), name)

    def _post(self, draft: Draft, minute: int, part: float, name: str) -> Post:
        return Post(
            source=self._options.name,
            external_id=name,
            text=draft.text,
            published_at=datetime.fromtimestamp(minute * 60 + int(part * 60), UTC),
            author=draft.author,
            title=draft.title,
            url=f"https://{draft.site.host}/{name}",
            site=draft.site.name,
            lang=draft.lang,
        )

    def _rng(self, *of: object) -> random.Random:
        return random.Random(f"{self._options.seed}/{'/'.join(map(str, of))}")

    def _incidents_at(self, at: float) -> list[tuple[int, _Incident]]:
        """(number of its block, incident) of all that are under way."""
        block = int(at // _INCIDENT_BLOCK)
        found = [(number, self.incident(number)) for number in (block - 2, block - 1, block)]
        return [(number, incident) for number, incident in found if incident and incident.share(at) > 0]

    def incident(self, block: int) -> _Incident | None:
        """What happens in a block of 12 hours of sample time, if anything does."""
        if block not in self._incidents:
            writer = Writer(rng := self._rng("incident", block))
            happens = writer.chance(_INCIDENT_CHANCE)
            start = (block + rng.random()) * _INCIDENT_BLOCK
            lasts, force = 3600 * (1 + 2 * rng.random()), 2 + 4 * rng.random()
            drawn = _Incident(writer.weigh(_HAPPENS_TO), writer.pick(news.INCIDENTS), start, lasts, force)
            self._incidents[block] = drawn if happens else None
        return self._incidents[block]

    def _told_at(self, at: float) -> list[tuple[float, str, Draft]]:
        """What is passed on in the minute that starts ``at``."""
        block, end = int(at // _STORY_BLOCK), at + 60 * self._options.speed
        return [told for number in (block - 1, block) for told in self._story(number) if at <= told[0] < end]

    def _story(self, block: int) -> list[tuple[float, str, Draft]]:
        """The stories that begin in a block of sample time, with everybody who repeats them: (when, id, draft)."""
        if block not in self._stories:
            writer = Writer(rng := self._rng("story", block))
            told = []
            for number in range(int(rng.random() * 3)):
                brand = writer.weigh(BRANDS)
                start = (block + rng.random()) * _STORY_BLOCK
                told += self._spread(writer.fill(writer.pick(news.HEADLINES), brand), start, f"s{block}-{number}", rng)
            incident = self.incident(int(block * _STORY_BLOCK // _INCIDENT_BLOCK))
            if incident and incident.start // _STORY_BLOCK == block:
                headline = writer.fill(incident.what.headline, incident.brand)
                told += self._spread(headline, incident.start + 600, f"s{block}-x", rng)
            self._stories[block] = told
        return self._stories[block]

    def _spread(self, headline: str, start: float, name: str, rng: random.Random) -> list[tuple[float, str, Draft]]:
        writer = Writer(rng)
        told = []
        for number in range(5 + int(rng.random() * 14)):
            delay = min(_STORY_TAIL, -math.log(1 - rng.random()) * 2400)
            draft = writer.article(headline) if number == 0 or writer.chance(0.3) else writer.repeat(headline)
            told.append((start + (delay if number else 0), f"{name}-{number}", draft))
        return told


def _rhythm(at: float) -> float:
    """How busy it is, 1.0 on average over a week; smooth over the hours."""
    when = datetime.fromtimestamp(at, UTC)
    here, after = _BY_HOUR[when.hour], _BY_HOUR[(when.hour + 1) % 24]
    busy = here + (after - here) * when.minute / 60
    day = _WEEKEND if when.weekday() >= 5 else 1.0
    return busy / (sum(_BY_HOUR) / 24) * day / ((5 + 2 * _WEEKEND) / 7)


def _poisson(mean: float, rng: random.Random) -> int:
    """A number of independent events of which ``mean`` are expected (Knuth's way; in parts, for large means)."""
    count = 0
    while mean > 0:
        part = min(mean, 30.0)
        limit, product = math.exp(-part), rng.random()
        while product > limit:
            count += 1
            product *= rng.random()
        mean -= part
    return count
