"""``wallflower audit``: who did what."""

from __future__ import annotations

import json
from pathlib import Path

import click

from display.audit_log import details_text, fields, newest_first
from display.cli.dependencies import config_option, load_config, open_config_store
from monitor.model.people import AuditEntry


@click.command()
@config_option
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the last N entries. Default: all.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def audit(config_path: Path | None, last: int | None, as_json: bool) -> None:
    """List who did what, oldest first: sign-ins, changed mentions, backups, erasures and so on."""
    with open_config_store(load_config(config_path)) as store:
        entries = list(newest_first(store.people, limit=last))[::-1]
    for entry in entries:
        click.echo(json.dumps(fields(entry), ensure_ascii=False) if as_json else _line(entry))
    if not entries and not as_json:
        click.echo("The audit log is empty.")


def _line(entry: AuditEntry) -> str:
    """One line: names may contain anything, so characters that would move the cursor of a terminal are escaped."""
    details = details_text(entry)
    text = f"{entry.at:%Y-%m-%d %H:%M:%S} UTC  {entry.actor}  {entry.action} {entry.target}".rstrip()
    text = f"{text} ({details})" if details else text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
