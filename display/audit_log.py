"""The audit log as the command line prints it and as the page exports it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from typing import TYPE_CHECKING

from monitor.model import Json
from monitor.model.people import AuditEntry

if TYPE_CHECKING:
    from monitor.store.people import PeopleStore

BATCH = 1_000


def newest_first(
    people: PeopleStore, *, limit: int | None = None, actor: str = "", action: str = ""
) -> Iterator[AuditEntry]:
    """At most ``limit`` entries, read in batches; see ``PeopleStore.audit_log``."""
    before, left = None, limit
    while page := people.audit_log(
        before=before, limit=BATCH if left is None else min(left, BATCH), actor=actor, action=action
    ):
        yield from page
        before = page[-1].id
        left = None if left is None else left - len(page)
        if left == 0:
            return


def fields(entry: AuditEntry) -> dict[str, Json]:
    """An entry as plain values. The time is ISO 8601 in UTC."""
    return {
        "id": entry.id,
        "at": entry.at.astimezone(UTC).isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "target": entry.target,
        "details": dict(entry.details),
    }


def details_text(entry: AuditEntry) -> str:
    """The details on one line: ``role: "viewer", sessions: 2``."""
    return ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in entry.details.items())
