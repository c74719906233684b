"""The database: whether it is intact, the version of its engine, and the age of the newest backup."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from display.cli.diagnosis.findings import QUICK_SECONDS, DoctorContext, Finding, Level
from display.formatting import format_duration, pluralize
from display.pages.sources.system_status import concurrent_writes_advice, format_bytes
from monitor.errors import StoreError
from monitor.model import Examination
from monitor.store import database_files

MAX_LOG_BYTES = 256 << 20
MAX_BACKUP_AGE = timedelta(days=2)
_RESTORE = "Stop Wallflower, then run `wallflower restore FILE` with the newest backup."


def database(context: DoctorContext) -> Iterator[Finding]:
    """Whether the database is whole and of this version."""
    found, path = context.examination, context.database
    if context.is_on_server:
        yield from _server(context, found)
        return
    if not found.exists:
        text = f"There is no database at {path}."
        advice = "If there was one before, a disk or volume is not mounted. Otherwise run `wallflower run --create`."
        yield Finding("database", Level.WARNING, text, advice)
        return
    if found.forbidden:
        yield Finding("database", Level.UNKNOWN, found.forbidden, "Run this as the user of the service, or as root.")
        return
    if found.unusable:
        needs_advice = "damaged" in found.unusable and "restore" not in found.unusable
        yield Finding("database", Level.PROBLEM, found.unusable, _RESTORE if needs_advice else "")
        return
    if found.newer:
        yield Finding("database", Level.PROBLEM, found.newer)
    elif found.older:
        text = "The database is of an older version. It is migrated at the next start."
        yield Finding("database", Level.OK, text, "Make a backup before: `wallflower backup`.")
    if found.damage:
        yield Finding("database", Level.PROBLEM, f"{path} is damaged: {found.damage[0]}", _RESTORE)
    elif not found.is_complete:
        text = f"No damage was found within {QUICK_SECONDS:.0f} s, but not all of {path} was read."
        yield Finding("database", Level.UNKNOWN, text, "Run `wallflower doctor --full`, which may take minutes.")
    else:
        how = "and its indexes match its tables" if context.full else "as far as a quick check can tell"
        yield Finding("database", Level.OK, f"{path} is intact, {how}.")
    if found.log_bytes > MAX_LOG_BYTES:
        text = f"The write-ahead log of the database has grown to {format_bytes(found.log_bytes)}."
        advice = "A program has read the database for long: end it, or restart Wallflower."
        yield Finding("database", Level.WARNING, text, advice)


def _server(context: DoctorContext, found: Examination) -> Iterator[Finding]:
    """Whether the database on a server can be used. Whether it is whole, only its server can say."""
    name = context.config.database_name if context.config else ""
    if not found.exists:
        advice = "In a new installation, create them with `wallflower run --create`."
        yield Finding("database", Level.WARNING, f"{name} has no tables of Wallflower.", advice)
    elif found.unusable or found.newer:
        yield Finding("database", Level.PROBLEM, found.unusable or found.newer)
    elif problem := _other_installation(context, found):
        yield Finding("database", Level.PROBLEM, f"{name} {problem}", "See docs/scale.md.")
    elif found.older:
        text = f"{name} is of an older version. It is migrated at the next start."
        yield Finding("database", Level.OK, text, "Make a backup before, with pg_dump.")
    else:
        text = f"{name} answers, has the tables of this version, and can be written. Damage is not looked for."
        yield Finding("database", Level.OK, text)


def _other_installation(context: DoctorContext, found: Examination) -> str:
    """Why Wallflower would refuse a database that is another installation's; empty if it is this one's."""
    if context.config is None:
        return ""
    file = context.config.installation
    known = file.read_text(encoding="ascii").strip() if file.exists() else ""
    if known == found.installation:
        return ""
    return (
        f"belongs to the installation {found.installation}, but {file} {'has another id' if known else 'is missing'}."
    )


def engine(context: DoctorContext) -> Iterator[Finding]:
    """The version of SQLite or PostgreSQL."""
    if context.examination.forbidden or (context.is_on_server and context.examination.unusable):
        return
    status = database_files(context.database_url).status()
    name = f"{status.engine} {status.version}"
    if context.is_on_server:
        yield Finding("postgresql", Level.OK, f"{name}, {format_bytes(status.used_bytes)} used by the database.")
        return
    if advice := concurrent_writes_advice(status):
        yield Finding("sqlite", Level.WARNING, f"{name} {advice}")
    else:
        yield Finding("sqlite", Level.OK, f"{name} is safe for writes by several programs.")


def backup(context: DoctorContext) -> Iterator[Finding]:
    """The age of the newest backup."""
    if context.config is not None and context.config.is_sample:
        yield Finding("backup", Level.OK, "Made-up posts need no backup.")
        return
    if context.is_on_server:
        text = "Wallflower does not see the backups of PostgreSQL."
        yield Finding(
            "backup", Level.UNKNOWN, text, "Make them with its own tools, such as pg_dump: see docs/scale.md."
        )
        return
    advice = "Run `wallflower backup` each night: `wallflower install-service` installs a timer for it."
    try:
        backups = database_files(context.database_url).backups(context.backups)
    except StoreError as error:
        yield Finding("backup", Level.UNKNOWN, str(error))
        return
    if not backups:
        yield Finding("backup", Level.WARNING, f"There is no backup in {context.backups}.", advice)
        return
    age = context.now - backups[0].made_at
    text = f"The newest of {pluralize(len(backups), 'backup')} in {context.backups} is {format_duration(age)} old."
    late = age > MAX_BACKUP_AGE
    yield Finding("backup", Level.WARNING if late else Level.OK, text, advice if late else "")
