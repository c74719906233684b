"""``wallflower import``: posts from a file into the store, with progress and an account of every row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from display.cli.wiring import judge_of, load_config, opened_store, with_config
from monitor.clock import Clock
from monitor.collector.importing import ImportPlan, Summary, run_import
from monitor.config import Config
from monitor.model import Choice, MentionFilter
from monitor.store import Store

SHOWN = 20
"""Refused lines that are printed; all are kept in the file."""
PLAIN_EVERY = 10.0
"""Seconds between lines of progress where there is no terminal."""

Told = Callable[[Summary], None]


@click.command("import")
@with_config
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, readable=True))
@click.option("--map", "mapping", default="", metavar="FIELD=COLUMN,...", help=(
    "Which column is what: text, id, author, published, title, url, site, lang. Columns with usual names are found."
))  # fmt: skip
@click.option("--source", metavar="NAME", help="Name of the source that the posts get; else the file's name.")
@click.option("--dry-run", is_flag=True, help="Read and judge all of it, but store nothing.")
def import_(config_path: Path | None, file: Path, mapping: str, source: str | None, dry_run: bool) -> None:
    """Import posts from FILE: CSV (comma, semicolon or tab) or JSON Lines, either also gzipped.

    It can be broken off and run again; a second run changes nothing. Refused rows are kept in FILE.rejected.jsonl.
    """
    config = load_config(config_path)
    plan = _plan(config, file, mapping, source)
    with ExitStack() as stack:
        store = None if dry_run else stack.enter_context(opened_store(config, create=True))
        told = stack.enter_context(_progress())
        summary = run_import(plan, judge_of(config.brands), store, Clock(), told)
        stored = None if store is None else _stored(store, plan.source)
    for line in _account(summary, plan, config, stored):
        click.echo(line)


def _plan(config: Config, file: Path, mapping: str, source: str | None) -> ImportPlan:
    name = (source or "").strip() or file.name.split(".")[0] or "Import"
    polled = name.casefold() in {s.name.casefold() for s in config.sources}
    judging = "\n".join(repr(brand) for brand in config.brands)
    return ImportPlan(file, name, mapping, config.timezone, judging, stores_position=not polled)


@contextmanager
def _progress() -> Iterator[Told]:
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _PlainProgress()
        return
    columns = (
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %  {task.fields[rows]:,} rows  {task.fields[rate]:,.0f} rows/s"),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=1.0, rows=0, rate=0.0)
        yield lambda now: progress.update(task, completed=now.fraction, rows=now.rows, rate=_rate(now))


class _PlainProgress:
    """A line of progress now and then, for logs."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, now: Summary) -> None:
        if now.seconds - self._last >= PLAIN_EVERY:
            self._last = now.seconds
            left = now.seconds * (1 - now.fraction) / max(now.fraction, 1e-6)
            click.echo(f"{now.fraction:4.0%}  {now.rows:,} rows  {_rate(now):,.0f} rows/s  {left:.0f} s left", err=True)


def _rate(now: Summary) -> float:
    return now.rows / max(now.seconds, 1e-6)


def _stored(store: Store, source: str) -> Mapping[str, int]:
    """Brand -> mentions of it that the source has in the store now."""
    return {value.value: value.n for value in store.facets(MentionFilter(source=Choice((source,)))).get("brand", ())}


def _account(summary: Summary, plan: ImportPlan, config: Config, stored: Mapping[str, int] | None) -> Iterator[str]:
    """The lines that tell what came of it; ``stored`` is None after a dry run."""
    yield f"Columns: {', '.join(f'{field} = {column}' for field, column in summary.columns.by_field.items())}"
    if "published" not in summary.columns.by_field:
        yield "No column tells when posts were published: all got the file's time. See --map published=COLUMN."
    yield f"{summary.rows:,} rows in {summary.seconds:.1f} s, {_rate(summary):,.0f} rows/s"
    yield f"  {summary.posts:,} posts for the source {plan.source!r}"
    if summary.repeated:
        yield f"  {summary.repeated:,} rows repeat the id of an earlier row and were left out"
    if summary.skipped:
        yield f"  {summary.skipped:,} posts were imported by an earlier run"
    if summary.posts > summary.skipped:
        yield f"  {summary.matched:,} of the posts judged now mention a brand"
    if stored is None:
        yield "Nothing was stored: this was a dry run. Mentions found:"
    else:
        yield f"{summary.new:,} new mentions, {summary.edited:,} edited posts. Mentions of this source stored by now:"
    for brand in config.brands:
        yield f"  {brand.name}: {(summary.per_brand if stored is None else stored).get(brand.name, 0):,}"
    yield from _refused(summary, plan, dry_run=stored is None)


def _refused(summary: Summary, plan: ImportPlan, *, dry_run: bool) -> Iterator[str]:
    refused = summary.rejected
    if not refused.count:
        return
    kept = "" if dry_run else f", kept in {plan.rejected_file}"
    yield f"{refused.count:,} {'row was' if refused.count == 1 else 'rows were'} refused{kept}:"
    for refusal in refused.first[:SHOWN]:
        yield f"  line {refusal.line}: {refusal.reason}"
    if refused.count > SHOWN:
        yield f"  and {refused.count - SHOWN:,} more"
