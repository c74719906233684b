"""/sources: the state of each source, of the walls and of the program. Pause, resume and check now are forms.

    statuses, gaps, volumes --rows.source_rows--> the table of sources
    screens --walls.wall_rows--> "Walls"; health and database --system_status.status_lines--> "System status"
    POST /sources/<name>/pause --> Store.pause_source --> the worker of the source reads the request --> the next status

An action only stores what a person requested; the worker of the source notices it within a second or two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, abort, current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.guard import current_person
from display.access.permissions import requires
from display.formatting import day_and_month, join_with_and
from display.learning import learning_sentence
from display.pages.caching import always_revalidate
from display.pages.context import PageContext, page_context
from display.pages.health_line import current_health
from display.pages.notifications.status import channel_status
from display.pages.sources.backups import BackupTask, backup_line
from display.pages.sources.config_notice import config_notices
from display.pages.sources.rows import (
    SPARK_BIN,
    SPARK_BINS,
    WEEK,
    RowContext,
    SourceRow,
    search_coverages,
    source_rows,
)
from display.pages.sources.sparkline import sparkline
from display.pages.sources.system_status import SystemFacts, status_lines
from display.pages.sources.walls import WallRow, wall_rows
from display.source_health import outage_gaps, unrecorded_gaps
from monitor.model import Health, MentionFilter, StoreFault, StorePause
from monitor.model.people import Role

MAX_NAMED_SOURCES = 3
"""Sources that the summary names; it counts more."""

blueprint = Blueprint("sources", __name__)
blueprint.after_request(always_revalidate)


@blueprint.get("/sources")
def listing() -> str:
    """The page."""
    context = page_context()
    config, store, now = context.config, context.store, context.clock.now()
    health, for_admin = current_health(context, now), current_person().role >= Role.ADMIN
    stored_gaps = store.gaps(now - WEEK, now + timedelta(seconds=1))
    gaps = [*stored_gaps, *unrecorded_gaps(health.unread, stored_gaps), *outage_gaps(health.sources)]
    volumes = store.source_volumes(now - WEEK, SPARK_BIN, SPARK_BINS)
    outage = health.sources.fault or health.sources.pause
    row_context = RowContext(now, config.timezone, context.started, outage)
    rows = source_rows(health.sources.statuses, gaps, volumes, row_context, search_coverages(config))
    return render_template(
        "sources/page.html",
        tab="sources",
        health=health,
        rows=rows,
        sparklines={row.name: sparkline(row) for row in rows},
        title=health.title,
        summary=summary(rows, outage),
        month=f"{now:%B}",
        paid=any(row.spend for row in rows),
        as_of=f"{now.astimezone(config.timezone):%H:%M:%S}",
        number={source.name: n for n, source in enumerate(config.sources)},
        imported=imported_sources(context),
        walls=current_walls(context),
        system=[
            *status_lines(
                system_facts(context, sum(map(sum, volumes.values()))), context.health(), for_admin=for_admin
            ),
            *channel_status(store.notifications.channels(), now, config.timezone),
        ],
        backup=backup_line(context, backup_task().state, can_start=for_admin),
        can_back_up=for_admin and config.postgres_url is None and backup_task().state.running_since is None,
        version=context.version,
        is_sample=config.is_sample,
        notices=config_notices(context.config_file.status(), config.path, now, config.timezone),
    )


@dataclass(frozen=True, slots=True)
class ImportedSource:
    """What was imported as one source. Unlike a configured one it is complete, and nothing reads it again."""

    name: str
    mentions: int
    """All mentions of the source, also those that were collected."""
    period: str
    """"5 Jan 2013 to 19 Nov 2016"; "no dates" if none of its posts has one."""


def imported_sources(context: PageContext) -> list[ImportedSource]:
    """Every source with imported posts, the newest first; last those with nothing but posts without a date."""
    counts = {value.value: value.n for value in context.store.facets(MentionFilter()).get("source", ())}
    periods = sorted(context.store.imported_periods().items(), key=lambda item: item[1], reverse=True)
    zone, today = context.config.timezone, context.clock.now().astimezone(context.config.timezone)
    found = []
    for name, (first, last) in periods:
        days = (day_and_month(first.astimezone(zone), today), day_and_month(last.astimezone(zone), today))
        found.append(ImportedSource(name, counts.get(name, 0), " to ".join(dict.fromkeys(days))))
    # what has no status was never read by a pass
    polled = {status.source for status in context.store.statuses()} | {s.name for s in context.config.sources}
    undated = sorted(counts.keys() - polled - {one.name for one in found})
    return found + [ImportedSource(name, counts[name], "no dates") for name in undated]


def current_walls(context: PageContext) -> list[WallRow]:
    """The walls, by the machine's own clock."""
    up, real = uptime(context), context.clock.machine_time()
    return wall_rows(context.states.names, context.screens, real, real - up, context.config.timezone)


def system_facts(context: PageContext, mentions_last_week: int) -> SystemFacts:
    """What the status of the program is computed from."""
    store, config = context.store, context.config
    learns, now = config.learn_from_answers, context.clock.now()
    return SystemFacts(
        version=context.version,
        uptime=uptime(context),
        database=store.database_status(),
        mentions=store.count(MentionFilter()).n,
        mentions_last_week=mentions_last_week,
        waiting_writes=store.health().waiting,
        fault=store.health().outage,
        zone=config.timezone,
        opinions=context.opinions(),
        waiting_posts=store.opinions.waiting(),
        posts_to_rejudge=store.intents.posts_to_review(),
        learning=learning_sentence(store.learning.result(), now, config.timezone, is_on=learns),
        learns=learns,
    )


def uptime(context: PageContext) -> timedelta:
    """How long the program has run, in real time even in a replay."""
    return (context.clock.now() - context.started) / context.clock.speed


@blueprint.post("/sources/<path:name>/pause")
@requires(Role.ADMIN, "manage sources")
def pause(name: str) -> AnyResponse:
    """Stop reading a source until it is resumed."""
    context = context_of_source(name)
    if context.store.pause_source(name, context.clock.now()):
        record(context, "paused source", name)
    return back_to_row(context, name)


@blueprint.post("/sources/<path:name>/resume")
@requires(Role.ADMIN, "manage sources")
def resume(name: str) -> AnyResponse:
    """Read a paused source again."""
    context = context_of_source(name)
    if context.store.resume_source(name, context.clock.now()):
        record(context, "resumed source", name)
    return back_to_row(context, name)


@blueprint.post("/sources/<path:name>/try")
@requires(Role.ADMIN, "manage sources")
def check_now(name: str) -> AnyResponse:
    """Read a source now, unless its site asked us to wait."""
    context = context_of_source(name)
    context.store.request_check(name, context.clock.now())
    return back_to_row(context, name)


@blueprint.post("/sources/backup")
@requires(Role.ADMIN, "make backups")
def back_up() -> AnyResponse:
    """Make a backup in the background; the page shows its state."""
    if page_context().config.postgres_url is None:  # the page has no such button then
        backup_task().start(page_context(), current_person().name)
    return redirect(url_for("sources.listing", _anchor="backup"), 303)


def record(context: PageContext, action: str, target: str) -> None:
    """Add what the person of this request did to the audit log."""
    context.store.people.record(current_person().name, action, target, {}, context.clock.now())


def backup_task() -> BackupTask:
    """The task of the app that serves the current request."""
    task: BackupTask = current_app.extensions["backup"]
    return task


def context_of_source(name: str) -> PageContext:
    """The page context; 404 if its config has no source of that name."""
    context = page_context()
    if name not in {source.name for source in context.config.sources}:
        abort(404)
    return context


def back_to_row(context: PageContext, name: str) -> AnyResponse:
    """A redirect to the row of the source. Its anchor is its position in the config: any name is allowed."""
    number = next(n for n, source in enumerate(context.config.sources) if source.name == name)
    return redirect(url_for("sources.listing", _anchor=f"source-{number}"), 303)


def summary(rows: Sequence[SourceRow], fault: StoreFault | StorePause | None = None) -> str:
    """ "Forum needs attention. Reddit resumes automatically. Ledger is paused and not counted."."""
    if fault:
        return f"No source is read meanwhile. {fault.advice}"
    trouble = [row.name for row in rows if row.trouble]
    limited = [row.name for row in rows if row.status.health is Health.LIMITED]
    paused = [row.name for row in rows if row.status.health is Health.PAUSED]
    sentences = [
        _sentence(trouble, "needs attention.", "need attention."),
        _sentence(limited, "resumes automatically.", "resume automatically."),
        _sentence(paused, "is paused and not counted.", "are paused and not counted."),
    ]
    return " ".join(filter(None, sentences))


def _sentence(names: Sequence[str], singular: str, plural: str) -> str:
    if not names:
        return ""
    if len(names) > MAX_NAMED_SOURCES:
        return f"{len(names)} {plural}"
    return f"{join_with_and(names)} {singular if len(names) == 1 else plural}"
