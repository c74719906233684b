"""``wallflower fetch``: one pass of one source, told in full.

stored:   the pass of the daemon, collector.poll, with what came noted on its way to the store
asked:    the same by the Wallflower that runs, and what that stored
dry run:  the same fetch from the same cursor, judged, and then forgotten
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from display.cli import explanations as reasons
from display.cli.fetch_request import NotNow, ask, brought, must_not_be_paused, status_of
from display.cli.wiring import judge_of, load_config, open_http, opened_store, source_named, with_config
from display.pages.sources.rows import search_coverages
from display.server.startup_checks import AlreadyRunning, single_instance
from monitor.clock import Clock
from monitor.collector import (
    ConfiguredSource,
    Judging,
    PassContext,
    cursor_after_rule_change,
    poll,
    resume_source,
    resume_status,
    rules_digest,
    timing,
)
from monitor.collector.scheduler import configured_source
from monitor.config import Config
from monitor.config.source_tables import SourceConfig
from monitor.errors import ConfigError, SourceError
from monitor.http import Traffic
from monitor.model import Batch, ChangeKind, Health, Json, Judged, Post, SourceStatus, Term
from monitor.query.matcher import Matcher
from monitor.sources import Source
from monitor.store import Store

OTHERS = 5
"""Posts without a mention that are shown."""


@dataclass(slots=True)
class Noted:
    """What a pass brought, noted by the two below while it goes on as ever."""

    batch: Batch | None = None
    judged: list[Judged] = field(default_factory=list)
    by_another: bool = False
    """The Wallflower that runs made the pass; of what came only the mentions are known."""
    traffic: Traffic = field(default_factory=Traffic)
    """What went over the wire for it."""


class _NotingSource:
    def __init__(self, source: Source, noted: Noted) -> None:
        self._source, self._noted = source, noted

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        self._noted.batch = self._source.fetch(terms, cursor, now)
        return self._noted.batch


class _NotingJudge:
    def __init__(self, judge: Judging, noted: Noted) -> None:
        self._judge, self._noted = judge, noted

    def judge(self, posts: Sequence[Post], now: datetime) -> list[Judged]:
        found = self._judge.judge(posts, now)
        self._noted.judged += found
        return found


@click.command()
@with_config
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Look and tell, but store nothing and move nothing on.")
@click.option("--afresh", is_flag=True, help="With --dry-run: as if the source had never been read.")
@click.option("--show", type=click.IntRange(min=0), default=20, show_default=True, help="Mentions to print at most.")
def fetch(config_path: Path | None, name: str, dry_run: bool, afresh: bool, show: int) -> None:
    """Read the source NAME once: tell what came, what mentions a brand and why, and when it is read next.

    What comes is stored, as `wallflower run` would do it. While that runs, it is asked to read the source now.
    """
    if afresh and not dry_run:
        raise click.UsageError("--afresh goes with --dry-run: what is stored is never read again from the beginning.")
    config = load_config(config_path)
    source = _source(config, name)
    console = Console(highlight=False)
    with closing(open_http(config)) as http:
        watched = configured_source(source, http)
        with (
            _dry_run(config, source, watched, afresh) if dry_run else _stored(config, watched) as (
                before,
                after,
                noted,
                stored,
            )
        ):
            noted.traffic = http.traffic
            _tell(console, config, before, after, noted, show)
            console.print(Text(f"Stored: {stored}." if stored else "Nothing was stored: this was a dry run."))
    if after.failures or (noted.batch is None and not noted.by_another):
        raise SourceError(f"{name} could not be read.")


_Look = Iterator[tuple[SourceStatus, SourceStatus, Noted, str]]
"""The status before and after, what came, and what was stored of it; empty for nothing."""


@contextmanager
def _stored(config: Config, watched: ConfiguredSource) -> _Look:
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(single_instance(config))
        except AlreadyRunning:
            look = _asked(config, watched)
        else:
            look = _pass(config, watched)
        yield stack.enter_context(look)


@contextmanager
def _asked(config: Config, watched: ConfiguredSource) -> _Look:
    clock, noted = Clock(), Noted(by_another=True)
    with opened_store(config) as store:
        before = status_of(store, watched.name) or SourceStatus(watched.name, watched.kind)
        _must_not_wait(before, config, clock.now())
        seen = store.last_change_id()
        click.echo("Wallflower is running, so it is asked to read it now. That may take some seconds.", err=True)
        after = ask(store, watched.name, clock)
        noted.judged, new, edited = brought(store, watched.name, seen)
        yield before, after, noted, _counted({ChangeKind.SAVED: new, ChangeKind.EDITED: edited})


@contextmanager
def _pass(config: Config, watched: ConfiguredSource) -> _Look:
    clock, noted = Clock(), Noted()
    with opened_store(config, create=True) as store:
        matcher = Matcher(config.brands)
        judge, mark = _NotingJudge(judge_of(config.brands), noted), rules_digest(config.brands)
        desk = PassContext(judge, store, matcher.terms(), clock.now, rules=mark)
        must_not_be_paused(store, watched.name)
        before = resume_source(watched, status_of(store, watched.name), desk)
        _must_not_wait(before, config, clock.now())
        seen = store.last_change_id()
        after = poll(replace(watched, source=_NotingSource(watched.source, noted)), before, desk)
        yield before, after, noted, _changed(store, seen)


@contextmanager
def _dry_run(config: Config, source: SourceConfig, watched: ConfiguredSource, afresh: bool) -> _Look:
    if hasattr(source.options, "budget"):
        raise NotNow("This source costs money by the post, and a dry run would not count it. Leave out --dry-run.")
    clock, noted = Clock(), Noted()
    before, cursor = _left(config, watched, clock.now())
    _must_not_wait(before, config, clock.now())
    now = clock.now()
    try:
        noted.batch = batch = watched.source.fetch(Matcher(config.brands).terms(), None if afresh else cursor, now)
    except SourceError as error:
        yield before, timing.pass_failed(before, error, clock.now(), 0.0), noted, ""
        return
    noted.judged = judge_of(config.brands).judge(batch.posts, now)
    yield before, timing.pass_succeeded(before, batch, watched.pace, clock.now(), 0.0), noted, ""


def _source(config: Config, name: str) -> SourceConfig:
    """Raises ConfigError where there is none of that name, or its table has a problem."""
    found = source_named(config, name)
    if found.problems:
        raise ConfigError(config.path, list(map(str, found.problems)))
    return found


def _left(config: Config, watched: ConfiguredSource, now: datetime) -> tuple[SourceStatus, Json]:
    """The status and the cursor that the last pass left; nothing is changed, nor made where there is no database."""
    if not config.database.exists():
        return timing.initial_status(watched.name, watched.kind, watched.pace, sample=watched.sample), None
    with opened_store(config) as store:
        status, known = resume_status(watched, status_of(store, watched.name), now)
        cursor = store.cursor(watched.name) if known else None
        return status, cursor_after_rule_change(watched, status, cursor, rules_digest(config.brands))


def _must_not_wait(status: SourceStatus, config: Config, now: datetime) -> None:
    """Raise NotNow where the site asked us to wait, or money is used up."""
    due = status.next_check
    if status.health in (Health.LIMITED, Health.SPENT) and due is not None and due > now:
        until = due.astimezone(config.timezone).strftime("%Y-%m-%d %H:%M")
        raise NotNow(f"{status.source} is {status.health} until {until}, so nothing was asked. {status.reason}")


def _changed(store: Store, seen: int) -> str:
    counts: dict[ChangeKind, int] = {}
    while changes := store.changes(seen):
        for change in changes:
            counts[change.kind] = counts.get(change.kind, 0) + 1
        seen = changes[-1].id
    return _counted(counts)


def _counted(counts: Mapping[ChangeKind, int]) -> str:
    """ "3 new, 1 edited mentions"."""
    named = [(ChangeKind.SAVED, "new"), (ChangeKind.EDITED, "edited"), (ChangeKind.DELETED, "deleted")]
    words = [f"{counts[kind]:,} {word}" for kind, word in named if counts.get(kind)]
    return f"{', '.join(words)} mention{'' if sum(counts.values()) == 1 else 's'}" if words else "no new mention"


def _tell(console: Console, config: Config, before: SourceStatus, after: SourceStatus, noted: Noted, most: int) -> None:
    """Print what came and what it means."""
    plain = not console.is_terminal
    for line in (_opening(before, config), *_came(noted)):
        console.print(Text(line, style="" if plain else "bold"), soft_wrap=True)
    mentions = [judged for judged in noted.judged if judged.findings]
    for judged in list(reversed(mentions))[:most]:
        console.print()
        for shown in reasons.told(judged, config.timezone, plain=plain):
            console.print(shown, soft_wrap=True)
    console.print()
    for line in (*_rest(noted, len(mentions) - most, config), *_limits(after, noted, config)):
        console.print(Text(line), soft_wrap=True)


def _opening(before: SourceStatus, config: Config) -> str:
    last = _time(before.last_success, config)
    return f"{before.source} ({before.kind}), " + (f"read last at {last}" if last else "never read before")


def _came(noted: Noted) -> Iterator[str]:
    batch = noted.batch
    if batch is None:
        return
    some = sum(bool(judged.findings) for judged in noted.judged)
    came = f"{len(batch.posts):,} {'post' if len(batch.posts) == 1 else 'posts'} came"
    yield f"{came}, {some:,} of them {'mentions' if some == 1 else 'mention'} a brand"
    if batch.deleted:
        yield f"{len(batch.deleted):,} posts are gone at the source"


def _rest(noted: Noted, more: int, config: Config) -> Iterator[str]:
    if more > 0:
        yield f"… and {more:,} older ones (--show tells how many are printed)"
    others = [judged.post for judged in noted.judged if not judged.findings]
    if others:
        yield f"{len(others):,} without a mention, such as:"
    for post in others[-OTHERS:]:
        text, _ = reasons.excerpt(" ".join(post.body.split())[:120], ())
        yield f"  {reasons.headline(post, config.timezone)}  {text}"


def _limits(after: SourceStatus, noted: Noted, config: Config) -> Iterator[str]:
    batch = noted.batch
    yield f"Health: {after.health}." + (f" {after.reason}" if after.reason else "")
    if batch is not None and batch.note and batch.note not in after.reason:
        yield f"Note: {batch.note}"
    if searches := search_coverages(config)[after.source].summary():
        yield f"Search: {searches}"
    if batch is not None and batch.set_aside:
        yield f"Set aside: {batch.set_aside:,} that could not be read."
    yield from _allowances(noted, config)
    if batch is not None and batch.spend is not None:
        spent, budget = batch.spend.spent, batch.spend.budget
        yield f"Spent: ${spent:,.2f} of ${budget:,.10g} in {batch.spend.month}."
    if batch is not None and batch.not_before is not None:
        yield f"The site asks us to come back not before {_time(batch.not_before, config)}."
    if batch is not None and batch.more:
        yield "There is more to read: the next pass goes on at once."
    else:
        due = _time(after.next_check, config)
        yield (
            f"Next check: {due}." if due else "Next check: none, until the config changes and Wallflower is restarted."
        )


def _allowances(noted: Noted, config: Config) -> Iterator[str]:
    """What sites said of their limits; that they said nothing where they did not."""
    if not noted.traffic.requests:
        return
    made = f"{noted.traffic.requests:,} request{'' if noted.traffic.requests == 1 else 's'}"
    if not noted.traffic.rate_limits:
        yield f"Limits: none was told in {made}."
    for site, left in noted.traffic.rate_limits.items():
        until = f" until {_time(left.resets_at, config)}" if left.resets_at else ""
        yield f"Limits: after {made}, {site} lets {left} through{until}."


def _time(at: datetime | None, config: Config) -> str:
    return at.astimezone(config.timezone).strftime("%Y-%m-%d %H:%M") if at else ""
