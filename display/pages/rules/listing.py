"""The brands and topics beside the editor, and on /rules: what each rule finds, its last change, what looks wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from display.formatting import day_and_month
from display.pages.context import PageContext
from display.pages.mentions.cards import BRAND_COLOURS
from display.pages.rules.breadth import breadth_warning, share_of_read
from monitor.model import Brand, MentionFilter, Topic
from monitor.model.rules import RuleVersion

SHOWN_SPAN, QUIET_SPAN = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class BrandRow:
    """A brand and its rule."""

    brand: Brand
    colour_number: int
    n: int
    """Mentions in the last 7 days."""
    change: str
    """"changed Mon 16 Nov"."""
    warning: str
    progress: float | None
    """How far stored posts are matched again; None if they are."""


def brand_rows(context: PageContext, read: int) -> list[BrandRow]:
    """One row for each brand of the config. ``read``: see ``posts_read``."""
    now, zone, store = context.clock.now(), context.config.timezone, context.store
    week = {tally.brand: tally.n for tally in store.tallies(now - SHOWN_SPAN, now)}
    month = {tally.brand: tally.n for tally in store.tallies(now - QUIET_SPAN, now)}
    rows = []
    for number, brand in enumerate(context.config.brands):
        versions = store.rules.versions(brand.name)
        rows.append(
            BrandRow(
                brand,
                number % BRAND_COLOURS + 1,
                week.get(brand.name, 0),
                _change(versions, now, zone),
                warning(month.get(brand.name, 0), _age(versions, now), share_of_read(context, brand, read)),
                _progress(versions),
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic of the config."""

    topic: Topic
    n: int
    """Listed mentions of the last 7 days."""
    change: str
    warning: str
    progress: float | None


def topic_rows(context: PageContext) -> list[TopicRow]:
    """One row for each topic of the config."""
    if not context.config.topics:
        return []
    now, zone, store = context.clock.now(), context.config.timezone, context.store.named_topics
    week, month = (
        {one.value: one.n for one in store.counts(MentionFilter(since=now - span))} for span in (SHOWN_SPAN, QUIET_SPAN)
    )
    rows = []
    for topic in context.config.topics:
        versions = store.versions(topic.name)
        rows.append(
            TopicRow(
                topic,
                week.get(topic.name, 0),
                _change(versions, now, zone),
                warning(month.get(topic.name, 0), _age(versions, now), None),
                _progress(versions),
            )
        )
    return rows


def warning(in_month: int, age: timedelta, share: float | None) -> str:
    """What looks wrong with a rule of that age that finds ``share`` of all posts; empty if nothing does."""
    if not in_month and age >= QUIET_SPAN:
        return "Found nothing in the last 30 days."
    return breadth_warning(share)


def _progress(versions: Sequence[RuleVersion]) -> float | None:
    rematch = versions[0].rematch if versions else None
    return rematch.done if rematch and rematch.finished_at is None else None


def _age(versions: Sequence[RuleVersion], now: datetime) -> timedelta:
    return now - versions[0].since if versions else timedelta(0)


def _change(versions: Sequence[RuleVersion], now: datetime, zone: tzinfo) -> str:
    if not versions:
        return ""
    local = versions[0].since.astimezone(zone)
    day = day_and_month(local, now.astimezone(zone))
    return f"changed {local:%a} {day}" if len(versions) > 1 else f"unchanged since {day}"
