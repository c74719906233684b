"""``wallflower fetch``: one pass of one source, reported in detail.

stored:     a pass as the daemon makes it (collector.poll), with the results recorded before they are stored
requested:  a pass made by the running Wallflower, and what it stored
dry run:    the same fetch from the same cursor; the results are judged but not stored
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console

from display.cli.dependencies import config_option, create_judge, find_source, load_config, open_config_store, open_http
from display.cli.fetch_report import FetchResult, local_time, print_report
from display.cli.fetch_request import CannotFetchNow, last_status, posts_since, request_fetch, require_not_paused
from display.server.startup_checks import AlreadyRunning, require_database, single_instance
from monitor.clock import Clock
from monitor.collector import (
    ConfiguredSource,
    PassContext,
    PostJudge,
    cursor_after_rule_change,
    poll,
    restore_source,
    resume_status,
    rules_digest,
    timing,
)
from monitor.collector.scheduler import configured_source
from monitor.config import Config
from monitor.config.source_tables import SourceConfig
from monitor.errors import ConfigError, DatabaseMissing, SourceError
from monitor.model import Batch, ChangeKind, Health, Json, JudgedPost, Post, SourceStatus, Term
from monitor.query.matcher import Matcher
from monitor.sources import Source
from monitor.store import Store

_WAIT_WORDS = {Health.LIMITED: "rate-limited", Health.SPENT: "out of budget"}


@dataclass(slots=True)
class _Recording:
    """What a pass fetched and judged."""

    batch: Batch | None = None
    judged_posts: list[JudgedPost] = field(default_factory=list)


class _RecordingSource:
    """Records the batch of a source."""

    def __init__(self, source: Source, recording: _Recording) -> None:
        self._source, self._recording = source, recording

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        self._recording.batch = self._source.fetch(terms, cursor, now)
        return self._recording.batch


class _RecordingJudge:
    """Records the judged posts of a judge."""

    def __init__(self, judge: PostJudge, recording: _Recording) -> None:
        self._judge, self._recording = judge, recording

    def judge(self, posts: Sequence[Post], now: datetime) -> list[JudgedPost]:
        judged_posts = self._judge.judge(posts, now)
        self._recording.judged_posts += judged_posts
        return judged_posts


@click.command()
@config_option
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Store nothing. The next check returns the same posts again.")
@click.option("--from-start", is_flag=True, help="With --dry-run: read as if the source had never been read.")
@click.option(
    "--show", type=click.IntRange(min=0), default=20, show_default=True, help="Maximum number of mentions to print."
)
def fetch(config_path: Path | None, name: str, dry_run: bool, from_start: bool, show: int) -> None:
    """Read a source once and report the result.

    The report lists what the source NAME returned, which posts mention a brand and why, and when the next check is due.
    The posts are stored as `wallflower run` would store them. If Wallflower is running, the command asks it to read the
    source.
    """
    if from_start and not dry_run:
        raise click.UsageError(
            "--from-start requires --dry-run: without it, a pass always continues where the last one ended."
        )
    config = load_config(config_path)
    source = _valid_source(config, name)
    with closing(open_http(config)) as http:
        configured = configured_source(source, http)
        if dry_run:
            result = _dry_run(config, source, configured, from_start=from_start)
        else:
            result = _stored_pass(config, configured)
        result.traffic = http.traffic
        print_report(Console(highlight=False), config, result, max_mentions=show)
    if not result.succeeded:
        raise SourceError(f"{name} could not be read.")


def _stored_pass(config: Config, source: ConfiguredSource) -> FetchResult:
    require_database(config)
    try:
        with single_instance(config):
            return _own_pass(config, source)
    except AlreadyRunning:
        return _requested_pass(config, source)


def _requested_pass(config: Config, source: ConfiguredSource) -> FetchResult:
    clock = Clock()
    with open_config_store(config) as store:
        before = last_status(store, source.name) or SourceStatus(source.name, source.kind)
        _require_no_wait(before, config, clock.now())
        last_change = store.last_change_id()
        click.echo("Wallflower is running; asking it to read the source. This may take some seconds.", err=True)
        after = request_fetch(store, source.name, clock)
        judged_posts, new, edited = posts_since(store, source.name, last_change)
        stored = _counts_text({ChangeKind.SAVED: new, ChangeKind.EDITED: edited})
    return FetchResult(before, after, judged_posts=judged_posts, stored=stored, by_running_program=True)


def _own_pass(config: Config, source: ConfiguredSource) -> FetchResult:
    clock, recording = Clock(), _Recording()
    with open_config_store(config, collects=True) as store:
        judge = _RecordingJudge(create_judge(config.brands, store, config.intents, config.topics), recording)
        terms, digest = Matcher(config.brands).terms(), rules_digest(config.brands)
        context = PassContext(judge, store, terms, clock.now, rules_digest=digest)
        require_not_paused(store, source.name)
        before = restore_source(source, last_status(store, source.name), context)
        _require_no_wait(before, config, clock.now())
        last_change = store.last_change_id()
        after = poll(replace(source, source=_RecordingSource(source.source, recording)), before, context)
        stored = _stored_since(store, last_change)
    return FetchResult(before, after, recording.batch, recording.judged_posts, stored)


def _dry_run(config: Config, source: SourceConfig, configured: ConfiguredSource, *, from_start: bool) -> FetchResult:
    if hasattr(source.options, "budget"):
        raise CannotFetchNow(
            "This source charges per post, and a dry run would not count against its budget. Leave out --dry-run."
        )
    clock = Clock()
    before, cursor = _saved_position(config, configured, clock.now())
    _require_no_wait(before, config, clock.now())
    now = clock.now()
    try:
        batch = configured.source.fetch(Matcher(config.brands).terms(), None if from_start else cursor, now)
    except SourceError as error:
        return FetchResult(before, timing.pass_failed(before, error, clock.now(), 0.0))
    judged_posts = create_judge(config.brands, intents=config.intents).judge(batch.posts, now)
    after = timing.pass_succeeded(before, batch, configured.polling, clock.now(), 0.0)
    return FetchResult(before, after, batch, judged_posts)


def _valid_source(config: Config, name: str) -> SourceConfig:
    """The source called ``name``. Raises ConfigError if there is none, or if its table has problems."""
    source = find_source(config, name)
    if source.problems:
        raise ConfigError(config.path, list(map(str, source.problems)))
    return source


def _saved_position(config: Config, source: ConfiguredSource, now: datetime) -> tuple[SourceStatus, Json]:
    """The status and cursor after the last pass. Writes nothing, and creates no database."""
    try:
        with open_config_store(config) as store:
            status, is_same_kind = resume_status(source, last_status(store, source.name), now)
            cursor = store.cursor(source.name) if is_same_kind else None
            return status, cursor_after_rule_change(source, status, cursor, rules_digest(config.brands))
    except DatabaseMissing:
        return timing.initial_status(source.name, source.kind, source.polling, sample=source.sample), None


def _require_no_wait(status: SourceStatus, config: Config, now: datetime) -> None:
    """Raise CannotFetchNow if the site asked us to wait or the budget is spent."""
    due = status.next_check
    if status.health in _WAIT_WORDS and due is not None and due > now:
        until = local_time(due, config)
        raise CannotFetchNow(
            f"{status.source} was not read, because it is {_WAIT_WORDS[status.health]} until {until}. {status.reason}"
        )


def _stored_since(store: Store, last_change: int) -> str:
    """The changes after ``last_change`` as text."""
    counts: dict[ChangeKind, int] = {}
    while changes := store.changes(last_change):
        for change in changes:
            counts[change.kind] = counts.get(change.kind, 0) + 1
        last_change = changes[-1].id
    return _counts_text(counts)


def _counts_text(counts: Mapping[ChangeKind, int]) -> str:
    """ "3 new, 1 edited mentions"."""
    words = ((ChangeKind.SAVED, "new"), (ChangeKind.EDITED, "edited"), (ChangeKind.DELETED, "deleted"))
    parts = [f"{counts[kind]:,} {word}" for kind, word in words if counts.get(kind)]
    return f"{', '.join(parts)} mention{'' if sum(counts.values()) == 1 else 's'}" if parts else "no new mentions"
