"""``wallflower sources``: the state of each source, one line each, worded as on the Sources page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from display.cli.dependencies import config_option, load_config, open_config_store
from display.pages.sources.rows import SPARK_BIN, SPARK_BINS, WEEK, RowContext, SourceRow, search_coverages, source_rows
from display.source_health import configured_statuses
from monitor.clock import Clock
from monitor.config import Config
from monitor.store import Store

COLUMNS = (
    "source",
    "state",
    "since",
    "last read",
    "next check",
    "posts per hour",
    "not read, 7 days",
    "spent",
    "to do",
)


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array, with times in UTC.")
def sources(config_path: Path | None, as_json: bool) -> None:
    """Show the state of each source and what to do about it.

    For each source: its state and since when, its last and next check, posts per hour, gaps, costs and what to do.
    """
    config = load_config(config_path)
    with open_config_store(config) as store:
        found, removed = _rows(config, store), _removed_sources(config, store)
    if as_json:
        click.echo(json.dumps([_json(row) for row in found], ensure_ascii=False, indent=2))
        return
    lines = [_cells(row) for row in found]
    empty = [""] * (len(COLUMNS) - 3)
    lines += [(name, "not in the config", *empty, "Nothing. It is no longer read.") for name in removed]
    _print_table(lines)


def _rows(config: Config, store: Store) -> list[SourceRow]:
    now = Clock().now()
    gaps = store.gaps(now - WEEK, now + timedelta(seconds=1))
    volumes = store.source_volumes(now - WEEK, SPARK_BIN, SPARK_BINS)
    statuses = configured_statuses(config, store.statuses())
    # This command does not know since when Wallflower has been running, so every source that is long overdue is late.
    return source_rows(statuses, gaps, volumes, RowContext(now, config.timezone, now - WEEK), search_coverages(config))


def _removed_sources(config: Config, store: Store) -> list[str]:
    """Sources in the store that are no longer in the config."""
    return [s.source for s in store.statuses() if s.source not in {source.name for source in config.sources}]


def _print_table(lines: Sequence[Sequence[str]]) -> None:
    """Print a table on a terminal, else lines separated by tabs."""
    console = Console(markup=False)
    if not console.is_terminal:
        for line in lines:
            click.echo("\t".join(line))
        return
    table = Table(*COLUMNS, box=None, pad_edge=False)
    for line in lines:
        table.add_row(*line)
    console.print(table)


def _cells(row: SourceRow) -> tuple[str, ...]:
    since = row.context.clock_time(row.since) if row.since else ""
    return (
        row.name,
        row.state,
        since,
        row.last_read,
        row.next_check,
        row.posts_per_hour,
        _not_read(row),
        row.spent,
        row.to_do,
    )


def _not_read(row: SourceRow) -> str:
    """ "none", or "7.0 h in 2 gaps, open since 11:40"."""
    if row.never_read:
        return "all of it"
    if not row.gaps:
        return "none"
    gaps = f"{row.unread_hours:.1f} h in {len(row.gaps)} gap{'' if len(row.gaps) == 1 else 's'}"
    return f"{gaps}, open since {row.context.clock_time(row.open_gap.since)}" if row.open_gap else gaps


def _json(row: SourceRow) -> dict[str, Any]:
    """One source for scripts. The keys are a public interface."""
    status, spend = row.status, row.spend
    return {
        "source": row.name,
        "kind": status.kind,
        "state": row.mark,
        "since": _time(row.since),
        "trouble": row.trouble,
        "reason": status.reason,
        "note": status.note,
        "to_do": row.to_do,
        "search": row.search_note,
        "last_success": _time(status.last_success),
        "last_try": _time(status.last_try),
        "next_check": _time(status.next_check),
        "failures": status.failures,
        "set_aside": status.skipped,
        "posts_per_hour": round(status.posts_per_hour, 3),
        "mentions_7_days": row.mentions,
        "gap_hours_7_days": round(row.unread_hours, 2),
        "gaps": [{"since": _time(gap.since), "until": _time(gap.until), "reason": gap.reason} for gap in row.gaps],
        "spend": {"month": spend.month, "usd": spend.spent, "budget_usd": spend.budget} if spend else None,
        "sample": status.sample,
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
