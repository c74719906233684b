"""The figures of a week and of the four weeks before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

from display.error_figures import error_figures
from display.intervals import merge_intervals
from display.source_health import gaps_outside_imports
from display.wall_state.board import mood_of
from display.wall_state.document import Mood
from monitor.model import Brand, Choice, Gap, Incident, Mention, MentionFilter, Order, Sentiment, Story, Tally
from monitor.rules import incomparable_spans, judgements_are_comparable, overlap

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store import Store

WEEK = timedelta(days=7)
WEEKS_BEFORE = 4
MAX_STORIES = 3
MAX_SPOILT = WEEK / 10
"""How long a rule that found less may have been used in a week that is compared."""
MIN_STORY_POSTS = 3
LEAVING = Choice(("switching_from", "cancels"))
ASKING = Choice(("question",))


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one week."""

    start: datetime
    end: datetime
    tallies: tuple[Tally, ...]
    """One per brand of the config, in its order."""
    leaving: int
    """Mentions of people who leave a competitor."""
    asking: int
    """Questions to us."""


@dataclass(frozen=True, slots=True)
class TopStory:
    """A story, and the mention that stands for it."""

    story: Story
    mention: Mention


@dataclass(frozen=True, slots=True)
class Unread:
    """A source that was not read for a part of the week."""

    source: str
    hours: float
    lasts: bool
    """Whether it was still not read at the end of the week."""


@dataclass(frozen=True, slots=True)
class WeekData:
    """Everything that the report of a week is made from."""

    ours: Brand
    """The first brand of the config that is ours, or its first one."""
    week: Figures
    before: tuple[Figures, ...]
    """Earlier weeks, the last one first. One in which the first mention was published would be only a part."""
    mood_mark: Sentiment
    mood: Mood | None
    """Ours; None if it says nothing."""
    mood_before: Mood | None
    incidents: tuple[Incident, ...]
    """Those of the week, ours first, then by their peak."""
    stories: tuple[TopStory, ...]
    unread: tuple[Unread, ...]
    unclaimed_leaving: int
    unclaimed_asking: int
    rule_changed: datetime | None = None
    """When a rule changed so that this week cannot be compared with those before; None if it can."""
    is_being_judged: bool = False
    """Whether stored posts are being judged again by newer rules, so that no week can be compared with another."""
    is_before_start: bool = False
    """Whether nothing was read yet: no source was set up, and no mention is as old."""


def without_topics(data: WeekData) -> WeekData:
    """Without what incidents are about: a topic may be words of posts."""
    return replace(data, incidents=tuple(replace(one, topic="") for one in data.incidents))


def bounds(monday: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """The start and the end of the week of ``monday``, from midnight to midnight of the local clock."""
    start, end = (datetime.combine(day, time(), zone) for day in (monday, monday + WEEK))
    return start, end


def week_data(config: Config, store: Store, monday: date, now: datetime) -> WeekData:
    """Read the figures of the week that begins on ``monday``. Raises StoreError."""
    zone = config.timezone
    ours = next((brand for brand in config.brands if brand.ours), config.brands[0])
    weeks = [_figures(store, ours, *bounds(monday - n * WEEK, zone)) for n in range(WEEKS_BEFORE + 1)]
    first = store.page(MentionFilter(order=Order.OLD), limit=1)
    begun = first[0].post.published_at if first else now
    names = [brand.name for brand in config.brands]
    changed = incomparable_spans(store, names, weeks[-1].start, min(now, weeks[0].end))
    week, before = weeks[0], tuple(one for one in weeks[1:] if one.start >= begun and not _is_spoilt(one, changed))
    is_being_judged = not judgements_are_comparable(store)
    if is_being_judged or _is_spoilt(week, changed):
        before = ()
    model = error_figures(store).mood_model(ours.name)
    moods = [mood_of(tally_of(one, ours.name).stories, model) for one in (week, *before[:1])]
    incidents = sorted(store.incidents(week.start, week.end), key=lambda one: (one.brand != ours.name, -one.peak))
    unclaimed = Choice(("unclaimed",))
    return WeekData(
        ours=ours,
        week=week,
        before=before,
        mood_mark=moods[0][0],
        mood=moods[0][1],
        mood_before=moods[1][1] if len(moods) > 1 else None,
        incidents=tuple(incidents),
        stories=_stories(store, week),
        unread=_unread(store, week, now),
        unclaimed_leaving=store.count(replace(leaving(ours, week), state=unclaimed)).n,
        unclaimed_asking=store.count(replace(asking(ours, week), state=unclaimed)).n,
        rule_changed=changed[-1][1] if changed and not before else None,
        is_being_judged=is_being_judged,
        is_before_start=begun >= week.end and _sources_begin_after(store, week.end),
    )


def _is_spoilt(week: Figures, changed: Sequence[tuple[datetime, datetime]]) -> bool:
    """Whether a rule that found less was used for much of a week."""
    return overlap(changed, week.start, week.end) > MAX_SPOILT


def _sources_begin_after(store: Store, end: datetime) -> bool:
    return all(status.first_seen is not None and status.first_seen >= end for status in store.statuses())


def tally_of(week: Figures, brand: str) -> Tally:
    """The figures of one brand."""
    return next((tally for tally in week.tallies if tally.brand == brand), Tally(brand, 0))


def leaving(ours: Brand, week: Figures) -> MentionFilter:
    """Mentions of people who leave a competitor."""
    return MentionFilter(brand=Choice(exclude=(ours.name,)), intent=LEAVING, since=week.start, until=week.end)


def asking(ours: Brand, week: Figures) -> MentionFilter:
    """Questions to us."""
    return MentionFilter(brand=Choice((ours.name,)), intent=ASKING, since=week.start, until=week.end)


def _figures(store: Store, ours: Brand, start: datetime, end: datetime) -> Figures:
    week = Figures(start, end, tuple(store.tallies(start, end)), 0, 0)
    counts = [store.count(chosen(ours, week)).n for chosen in (leaving, asking)]
    return replace(week, leaving=counts[0], asking=counts[1])


def _stories(store: Store, week: Figures) -> tuple[TopStory, ...]:
    found = [one for one in store.largest_stories(week.start, week.end, MAX_STORIES) if one.posts >= MIN_STORY_POSTS]
    mentions = store.mentions([one.mention for one in found])
    return tuple(TopStory(one, mentions[one.mention]) for one in found if one.mention in mentions)


def _unread(store: Store, week: Figures, now: datetime) -> tuple[Unread, ...]:
    """The sources that were not read, those that still are not first, then by time."""
    until = min(week.end, now)
    by_source: dict[str, list[Gap]] = {}
    for gap in gaps_outside_imports(store.gaps(week.start, until), store.imported_periods(), now):
        by_source.setdefault(gap.source, []).append(gap)
    found = [Unread(source, _hours(gaps, week.start, until), _lasts(gaps, until)) for source, gaps in by_source.items()]
    return tuple(sorted(found, key=lambda one: (not one.lasts, -one.hours)))


def _hours(gaps: Sequence[Gap], start: datetime, until: datetime) -> float:
    spans = merge_intervals((max(gap.since, start), min(gap.until or until, until)) for gap in gaps)
    return sum(((b - a).total_seconds() for a, b in spans), 0.0) / 3600


def _lasts(gaps: Sequence[Gap], until: datetime) -> bool:
    return any(gap.until is None or gap.until >= until for gap in gaps)
