"""``wallflower import``: store posts from a file, with progress and a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from display.cli.dependencies import config_option, create_judge, create_option, load_config, open_config_store
from display.cli.import_report import report, rows_per_second
from monitor.clock import Clock
from monitor.collector.importing import ImportPlan, Summary, named_zones, run_import
from monitor.config import Config
from monitor.model import Choice, MentionFilter
from monitor.store import Store

PROGRESS_SECONDS = 10.0
"""How often progress is printed if there is no terminal."""

ProgressCallback = Callable[[Summary], None]


@click.command("import")
@config_option
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, readable=True))
@click.option("--map", "mapping", default="", metavar="FIELD=COLUMN,...", help=(
    "Columns of the fields text, id, author, published, title, url, site, lang, stars, reply_to and repost. Common "
    "names and the layouts of many tools are recognised. published=Date+Time joins two columns."
))  # fmt: skip
@click.option("--layout", default="", metavar="NAME", help=(
    "Read the file as the export of this tool, or of none. Default: recognised by its columns."
))  # fmt: skip
@click.option("--date-format", default="", metavar="FORMAT", help=(
    'day-first, month-first, or the format of all times, such as "DD/MM/YYYY HH:mm". Default: recognised.'
))  # fmt: skip
@click.option("--timezone", "zones", multiple=True, metavar="ZONE|NAME=ZONE", help=(
    "Time zone of times that state none, such as Europe/Berlin (default: the one in the config), or what a name of a "
    "time zone in the file means, as in IST=Asia/Kolkata."
))  # fmt: skip
@click.option("--undated", is_flag=True, help=(
    "Import rows without a time that can be read too. They are found by searching, and are on no chart."
))  # fmt: skip
@click.option(
    "--source", metavar="NAME", help="Source name for the posts. Default: the name of the file without its ending."
)
@click.option("--encoding", default="", metavar="NAME", help="Encoding of the file, such as utf-8. Default: detected.")
@click.option("--dry-run", is_flag=True, help=(
    "Read, match and score everything, and show the first posts, but store nothing."
))  # fmt: skip
@create_option
def import_(
    config_path: Path | None, file: Path, source: str | None, dry_run: bool, create: bool, **reading: Any
) -> None:
    """Import posts from the export of another tool: CSV, JSON, Excel, or a zip or gzip file of these.

    You can interrupt an import and run it again: a post is stored only once. Rows that are not stored because they are
    refused or repeated are written to FILE.rejected.jsonl.
    """
    config = load_config(config_path)
    plan = _plan(config, file, source, reading)
    with ExitStack() as stack:
        store = None if dry_run else stack.enter_context(open_config_store(config, create=create, collects=True))
        progress = stack.enter_context(_progress())
        judge = create_judge(config.brands, store, config.intents, config.topics)
        summary = run_import(plan, judge, store, Clock(), progress)
        stored = None if store is None else _stored_mentions(store, plan.source)
    for line in report(summary, plan, config, stored):
        click.echo(line)


def _plan(config: Config, file: Path, source: str | None, reading: Mapping[str, Any]) -> ImportPlan:
    """The plan; ``reading`` has the options that say how to read the file."""
    zone, zone_names = named_zones(reading["zones"])
    name = (source or "").strip() or file.name.split(".")[0] or "Import"
    is_polled = name.casefold() in {s.name.casefold() for s in config.sources}
    return ImportPlan(
        file,
        name,
        mapping=reading["mapping"],
        zone=zone or config.timezone,
        rules="\n".join(repr(brand) for brand in config.brands),
        encoding=reading["encoding"],
        layout=reading["layout"],
        undated=reading["undated"],
        date_format=reading["date_format"],
        zone_names=zone_names,
        zone_is_given=zone is not None,
        stores_position=not is_polled,
    )


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
        yield lambda now: progress.update(task, completed=now.fraction, rows=now.rows, rate=rows_per_second(now))


class _ProgressLines:
    """Prints a line of progress every PROGRESS_SECONDS, for logs."""

    def __init__(self) -> None:
        self._printed_at = 0.0

    def __call__(self, now: Summary) -> None:
        if now.seconds - self._printed_at >= PROGRESS_SECONDS:
            self._printed_at = now.seconds
            left = now.seconds * (1 - now.fraction) / max(now.fraction, 1e-6)
            rate = rows_per_second(now)
            click.echo(f"{now.fraction:4.0%}  {now.rows:,} rows  {rate:,.0f} rows/s  {left:.0f} s left", err=True)


def _stored_mentions(store: Store, source: str) -> Mapping[str, int]:
    """Brand -> stored mentions from the source."""
    return {value.value: value.n for value in store.facets(MentionFilter(source=Choice((source,)))).get("brand", ())}
