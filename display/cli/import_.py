"""``wallflower import``: store posts from a file, with progress and a report of the rejected rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from display.cli.dependencies import config_option, create_judge, load_config, open_config_store
from display.formatting import pluralize
from monitor.clock import Clock
from monitor.collector.importing import ImportPlan, Summary, run_import
from monitor.config import Config
from monitor.model import Choice, MentionFilter
from monitor.store import Store

MAX_PRINTED_ROWS = 20
"""Rejected rows that are printed; the file of rejected rows has all of them."""
PROGRESS_SECONDS = 10.0
"""How often progress is printed if there is no terminal."""

ProgressCallback = Callable[[Summary], None]


@click.command("import")
@config_option
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, readable=True))
@click.option("--map", "mapping", default="", metavar="FIELD=COLUMN,...", help=(
    "Columns of the fields text, id, author, published, title, url, site and lang. Common names are recognised."
))  # fmt: skip
@click.option(
    "--source", metavar="NAME", help="Source name for the posts. Default: the name of the file without its ending."
)
@click.option("--encoding", default="", metavar="NAME", help="Encoding of the file, such as utf-8. Default: detected.")
@click.option("--dry-run", is_flag=True, help="Read, match and score everything, but store nothing.")
def import_(
    config_path: Path | None, file: Path, mapping: str, source: str | None, encoding: str, dry_run: bool
) -> None:
    """Import posts from a CSV or JSON Lines file.

    CSV may be separated by commas, semicolons or tabs, and either format may be gzipped. You can interrupt an import
    and run it again: a post is stored only once. Rejected rows are written to FILE.rejected.jsonl.
    """
    config = load_config(config_path)
    plan = _plan(config, file, mapping, source, encoding)
    with ExitStack() as stack:
        store = None if dry_run else stack.enter_context(open_config_store(config, create=True))
        progress = stack.enter_context(_progress())
        summary = run_import(plan, create_judge(config.brands), store, Clock(), progress)
        stored = None if store is None else _stored_mentions(store, plan.source)
    for line in _report(summary, plan, config, stored):
        click.echo(line)


def _plan(config: Config, file: Path, mapping: str, source: str | None, encoding: str) -> ImportPlan:
    name = (source or "").strip() or file.name.split(".")[0] or "Import"
    is_polled = name.casefold() in {s.name.casefold() for s in config.sources}
    rules = "\n".join(repr(brand) for brand in config.brands)
    return ImportPlan(file, name, mapping, config.timezone, rules, encoding, stores_position=not is_polled)


@contextmanager
def _progress() -> Iterator[ProgressCallback]:
    """A progress bar on a terminal, else lines of text."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _ProgressLines()
        return
    columns = (
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %  {task.fields[rows]:,} rows  {task.fields[rate]:,.0f} rows/s"),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=1.0, rows=0, rate=0.0)
        yield lambda now: progress.update(task, completed=now.fraction, rows=now.rows, rate=_rows_per_second(now))


class _ProgressLines:
    """Prints a line of progress every PROGRESS_SECONDS, for logs."""

    def __init__(self) -> None:
        self._printed_at = 0.0

    def __call__(self, now: Summary) -> None:
        if now.seconds - self._printed_at >= PROGRESS_SECONDS:
            self._printed_at = now.seconds
            left = now.seconds * (1 - now.fraction) / max(now.fraction, 1e-6)
            rate = _rows_per_second(now)
            click.echo(f"{now.fraction:4.0%}  {now.rows:,} rows  {rate:,.0f} rows/s  {left:.0f} s left", err=True)


def _rows_per_second(now: Summary) -> float:
    return now.rows / max(now.seconds, 1e-6)


def _stored_mentions(store: Store, source: str) -> Mapping[str, int]:
    """Brand -> stored mentions from the source."""
    return {value.value: value.n for value in store.facets(MentionFilter(source=Choice((source,)))).get("brand", ())}


def _report(summary: Summary, plan: ImportPlan, config: Config, stored: Mapping[str, int] | None) -> Iterator[str]:
    """The result in lines. ``stored`` is None after a dry run."""
    yield f"Format: {summary.file_format}"
    yield from summary.notes
    yield f"Columns: {', '.join(f'{field} = {column}' for field, column in summary.columns.by_field.items())}"
    if "published" not in summary.columns.by_field:
        yield "No column has the publication time, so all posts got the file's time. Use --map published=COLUMN."
    yield f"{pluralize(summary.rows, 'row')} in {summary.seconds:.1f} s, {_rows_per_second(summary):,.0f} rows/s"
    yield f"  {pluralize(summary.posts, 'post')} for the source {plan.source!r}"
    if summary.repeated:
        yield f"  {pluralize(summary.repeated, 'row')} skipped: an earlier row has the same id"
    if summary.skipped:
        yield f"  {pluralize(summary.skipped, 'post')} already imported by an earlier run"
    if summary.posts > summary.skipped:
        verb = "mentions" if summary.matched == 1 else "mention"
        yield f"  {summary.matched:,} of the posts judged in this run {verb} a brand"
    if stored is None:
        yield "Nothing was stored: this was a dry run. Mentions found:"
    else:
        new, edited = pluralize(summary.new, "new mention"), pluralize(summary.edited, "edited post")
        yield f"{new}, {edited}. Mentions of this source in the database:"
    for brand in config.brands:
        yield f"  {brand.name}: {(summary.per_brand if stored is None else stored).get(brand.name, 0):,}"
    yield from _rejected_rows(summary, plan, dry_run=stored is None)


def _rejected_rows(summary: Summary, plan: ImportPlan, *, dry_run: bool) -> Iterator[str]:
    rejected = summary.rejected
    if not rejected.count:
        return
    where = "" if dry_run else f", written to {plan.rejected_file}"
    yield f"{pluralize(rejected.count, 'row')} rejected{where}:"
    for row in rejected.first[:MAX_PRINTED_ROWS]:
        yield f"  line {row.line}: {row.reason}"
    if rejected.count > MAX_PRINTED_ROWS:
        yield f"  and {rejected.count - MAX_PRINTED_ROWS:,} more"
