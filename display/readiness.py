"""``/readyz``: whether Wallflower does its work, by evidence, with reasons in plain words.

It is public, so it reveals no path and no version.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify

from display.formatting import format_duration
from display.pages.context import PageContext, page_context
from display.pages.sources.system_status import PARTS
from monitor.errors import StoreError
from monitor.model import Backup, StoreHealth
from monitor.store import database_files

if TYPE_CHECKING:
    from display.server.health_watch import ClockJump

LOW_SPACE_BYTES = 256 << 20
"""A disk with less free space is about to be full."""
OLD_BACKUP = timedelta(hours=48)
"""A daily backup that is older was missed."""
REPORT_JUMP_SECONDS = 3600.0
"""How long a jump of the clock is reported."""


def readyz() -> tuple[Response, int]:
    """200 if everything works, else 503, with the evidence as JSON."""
    document = readiness(page_context())
    return jsonify(document), 200 if document["ready"] else 503


def readiness(context: PageContext) -> dict[str, Any]:
    """The document. ``reasons`` make it not ready; ``warnings`` do not, but a person should act on them."""
    parts, store, now = dict(context.health()), context.store.health(), context.clock.machine_time()
    reasons = [*store.reasons, *(f"{PARTS[name].stopped}." for name, alive in parts.items() if _stopped(name, alive))]
    backup, jump = _newest_backup(context), _recent_jump(context)
    needs_backup = not (context.config.is_sample or context.config.postgres_url)
    return {
        "ready": not reasons,
        "reasons": reasons,
        "warnings": list(_warnings(store, backup, jump, now, needs_backup=needs_backup)),
        "parts": parts,
        "store": _store_evidence(store),
        "backup": {"age_seconds": round((now - backup.made_at).total_seconds()) if backup else None},
        "clock": {
            "jumped_seconds": round(jump.seconds, 1) if jump else 0.0,
            "doubted_seconds": round(context.clock.doubted.total_seconds(), 1),
        },
    }


def _stopped(name: str, alive: bool) -> bool:
    return not alive and name != "writer"  # the store itself says that its writer has ended


def _store_evidence(store: StoreHealth) -> dict[str, Any]:
    fault, age = store.fault, store.last_commit_seconds
    return {
        "fault": {"kind": fault.kind.value, "since": fault.since.isoformat(timespec="seconds")} if fault else None,
        "erasing": store.pause is not None,
        "last_commit_seconds": None if age is None else round(age, 1),
        "oldest_queued_seconds": round(store.oldest_queued_seconds, 1),
        "waiting": store.waiting,
        "checking": store.checking,
        "free_bytes": store.free_bytes,
    }


def _newest_backup(context: PageContext) -> Backup | None:
    try:
        found = database_files(context.config.database_url).backups(context.config.backups)
    except StoreError:
        return None
    return found[0] if found else None


def _recent_jump(context: PageContext) -> ClockJump | None:
    jump = context.clock_jump()
    return jump if jump and context.clock.monotonic() - jump.at < REPORT_JUMP_SECONDS else None


def _warnings(
    store: StoreHealth, backup: Backup | None, jump: ClockJump | None, now: datetime, *, needs_backup: bool
) -> Iterator[str]:
    if store.free_bytes is not None and store.free_bytes < LOW_SPACE_BYTES:
        yield f"Only {store.free_bytes / 1e6:,.0f} MB are free on the disk of the database."
    if backup and now - backup.made_at > OLD_BACKUP:
        yield f"The newest backup is {format_duration(now - backup.made_at)} old."
    elif needs_backup and not backup:
        yield "There is no backup."
    if jump:
        direction = "ahead" if jump.seconds > 0 else "back"
        yield f"The system clock was set {direction} by {format_duration(timedelta(seconds=abs(jump.seconds)))}."
