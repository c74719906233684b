"""``wallflower audit``: who did what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import click

from display.cli.dependencies import config_option, load_config, open_config_store
from monitor.model.people import AuditEntry
from monitor.store import Store

PAGE_SIZE = 1_000


@click.command()
@config_option
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the last N entries. Default: all.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def audit(config_path: Path | None, last: int | None, as_json: bool) -> None:
    """List who did what, the oldest first: sign-ins and accounts, changed mentions, backups, erasures and so on."""
    with open_config_store(load_config(config_path)) as store:
        entries = list(_newest_first(store, last))[::-1]
    for entry in entries:
        click.echo(_json_line(entry) if as_json else _line(entry))
    if not entries and not as_json:
        click.echo("The audit log is empty.")


def _newest_first(store: Store, most: int | None) -> Iterator[AuditEntry]:
    before, left = None, most
    while page := store.people.audit_log(before=before, limit=PAGE_SIZE if left is None else min(left, PAGE_SIZE)):
        yield from page
        before = page[-1].id
        left = None if left is None else left - len(page)
        if left == 0:
            return


def _json_line(entry: AuditEntry) -> str:
    fields = {
        "id": entry.id,
        "at": entry.at.astimezone(UTC).isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "target": entry.target,
        "details": dict(entry.details),
    }
    return json.dumps(fields, ensure_ascii=False)


def _line(entry: AuditEntry) -> str:
    """One line: names may contain anything, so characters that would move the cursor of a terminal are escaped."""
    details = ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in entry.details.items())
    text = f"{entry.at:%Y-%m-%d %H:%M:%S} UTC  {entry.actor}  {entry.action} {entry.target}".rstrip()
    text = f"{text} ({details})" if details else text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
