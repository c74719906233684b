"""/sources: how every place that we read is, and what to do about it. Pause, resume and check now are forms.

    statuses, gaps, volumes --source_rows.rows--> sources.html
    screens --wall_rows--> "Walls", health and database --itself--> "Wallflower itself"
    POST /sources/<name>/pause --> Store.pause_source --> the source's worker looks --> the next status

An action writes what a person wants into the store and nothing else; the worker notices within a second or two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.pages.caching import always_revalidate
from display.pages.context import PageContext, page_context
from display.pages.health_line import current_health
from display.pages.sources import system_status as itself
from display.pages.sources.rows import SPARK_BIN, SPARK_BINS, WEEK, Moment, SourceRow, rows, search_coverages
from display.pages.sources.walls import WallRow, wall_rows
from display.source_health import unrecorded_gaps
from monitor.model import Health, MentionFilter

WIDTH, HEIGHT = 168.0, 26.0
"""Of a sparkline, px: 3 for each bin."""

blueprint = Blueprint("sources", __name__)
blueprint.after_request(always_revalidate)


@dataclass(frozen=True, slots=True)
class Spark:
    """A sparkline: x, y and height of its bars, and x and width of what was not read. px."""

    bars: tuple[tuple[float, float, float], ...]
    hatches: tuple[tuple[float, float], ...]
    words: str
    """The same as a sentence."""


@blueprint.get("/sources")
def listing() -> str:
    """The page."""
    here = page_context()
    now, zone = here.clock.now(), here.config.timezone
    health = current_health(here, now)
    stored = here.store.gaps(now - WEEK, now + timedelta(seconds=1))
    gaps = [*stored, *unrecorded_gaps(health.unread, stored)]
    volumes = here.store.source_volumes(now - WEEK, SPARK_BIN, SPARK_BINS)
    found = rows(health.health.statuses, gaps, volumes, Moment(now, zone, here.started), search_coverages(here.config))
    return render_template(
        "sources/page.html",
        tab="sources",
        health=health,
        rows=found,
        sparks={row.name: spark(row) for row in found},
        title=health.title,
        sentence=sentence(found),
        month=f"{now:%B}",
        paid=any(row.spend for row in found),
        as_of=f"{now.astimezone(zone):%H:%M:%S}",
        number={source.name: n for n, source in enumerate(here.config.sources)},
        walls=walls(here),
        itself=itself.report(facts(here, sum(map(sum, volumes.values()))), here.health()),
        version=here.version,
    )


def walls(here: PageContext) -> list[WallRow]:
    """How each wall is, by the machine's own time."""
    up, real = uptime(here), here.clock.real()
    return wall_rows(here.states.names, here.screens, real, real - up, here.config.timezone)


def facts(here: PageContext, lately: int) -> itself.Facts:
    """What there is to know of the program and its database; ``lately``: mentions of the last 7 days."""
    store = here.store
    mentions = store.count(MentionFilter()).n
    return itself.Facts(here.version, uptime(here), store.database_status(), mentions, lately, store.pending_writes())


def uptime(here: PageContext) -> timedelta:
    """Since the program began; what passes in a replay is not it."""
    return (here.clock.now() - here.started) / here.clock.pace


@blueprint.post("/sources/<path:name>/pause")
def pause(name: str) -> AnyResponse:
    """Have a source left alone."""
    here = known(name)
    here.store.pause_source(name, here.clock.now())
    return back(here, name)


@blueprint.post("/sources/<path:name>/resume")
def resume(name: str) -> AnyResponse:
    """Have it read again."""
    here = known(name)
    here.store.resume_source(name, here.clock.now())
    return back(here, name)


@blueprint.post("/sources/<path:name>/try")
def check_now(name: str) -> AnyResponse:
    """Have it read at once, as far as its site allows."""
    here = known(name)
    here.store.request_check(name, here.clock.now())
    return back(here, name)


def known(name: str) -> PageContext:
    """The site, whose config has a source of that name; 404 where it has not."""
    here = page_context()
    if name not in {source.name for source in here.config.sources}:
        abort(404)
    return here


def back(here: PageContext, name: str) -> AnyResponse:
    """To the row of the source, by its place in the config: a name may hold what no anchor can."""
    number = next(n for n, source in enumerate(here.config.sources) if source.name == name)
    return redirect(url_for("sources.listing", _anchor=f"source-{number}"), 303)


def sentence(found: Sequence[SourceRow]) -> str:
    """Whom that is up to: "Forum needs you. Reddit goes on by itself. Ledger is paused, and does not count."."""
    trouble = [row.name for row in found if row.trouble]
    limited = [row.name for row in found if row.status.health is Health.LIMITED]
    paused = [row.name for row in found if row.status.health is Health.PAUSED]
    said = [
        _said(trouble, "needs you.", "need you."),
        _said(limited, "goes on by itself.", "go on by themselves."),
        _said(paused, "is paused, and does not count.", "are paused, and do not count."),
    ]
    return " ".join(filter(None, said))


def _said(names: Sequence[str], one: str, many: str) -> str:
    if not names:
        return ""
    if len(names) > 3:
        return f"{len(names)} {many}"
    *first, last = names
    return f"{', '.join(first)} and {last} {many}" if first else f"{last} {one}"


def spark(row: SourceRow) -> Spark:
    """The week of ``row``, scaled to its own peak."""
    peak, step = max(row.volume, default=0), WIDTH / SPARK_BINS
    bars = ((n, count * (HEIGHT - 1) / peak) for n, count in enumerate(row.volume) if count)
    begun = row.at.now - WEEK
    spans = [(begun, row.at.now)] if row.never_read else row.unread_spans
    unread = (((a - begun) / SPARK_BIN * step, (b - begun) / SPARK_BIN * step) for a, b in spans)
    words = f"{row.mentions:,} mentions in 7 days, at most {peak:,} in 3 hours. Not read: {row.not_read}."
    return Spark(
        tuple((round(n * step + 0.5, 2), round(HEIGHT - max(1.0, h), 2), round(max(1.0, h), 2)) for n, h in bars),
        tuple((round(min(a, WIDTH - 1.5), 2), round(max(1.5, b - a), 2)) for a, b in unread),
        words,
    )
