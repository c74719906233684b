"""/audit: who did what and when. For admins, who can also export it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from flask import Blueprint, Response, abort, render_template, request, url_for

from display.access.identity import LOCAL_NAME
from display.access.permissions import requires
from display.access.services import access
from display.audit_log import fields, newest_first
from display.csv_format import csv_line
from display.formatting import clock_time
from display.pages.access.forms import never_store
from display.pages.context import page_context
from display.pages.health_line import current_health
from display.server.capacity import EXPORTS, limited
from monitor.model import Json
from monitor.model.people import AuditEntry, Role

TASK = "see the audit log"
PAGE_SIZE = 100
COLUMNS = ("id", "at", "actor", "action", "target", "details")
NOT_PEOPLE = {
    "command line": "Command line",
    "Wallflower": "Wallflower itself",
    LOCAL_NAME: "This machine, without an account",
}
"""Actor that is no account -> how it is shown."""

blueprint = Blueprint("audit", __name__)
blueprint.after_request(never_store)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted; empty: all."""

    who: str
    what: str

    @classmethod
    def from_request(cls) -> Filter:
        """The filter in the URL."""
        return cls(request.args.get("who", ""), request.args.get("what", ""))

    def url(self, endpoint: str, before: int | None = None) -> str:
        """The URL of ``endpoint`` with this filter, of the entries older than ``before``."""
        return url_for(endpoint, who=self.who or None, what=self.what or None, before=before)


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as the page shows it."""

    when: str
    exact: str
    """For machines, to the second, with the offset of the zone."""
    who: str
    what: str
    """"Changed role"."""
    target: str
    """Empty if it is who did it."""
    details: str
    """"from viewer, to member"."""


@blueprint.get("/audit")
@requires(Role.ADMIN, TASK)
def page() -> str:
    """The page."""
    context, people, wanted = page_context(), access().people, Filter.from_request()
    before = _position()
    found = people.audit_log(before=before, limit=PAGE_SIZE + 1, actor=wanted.who, action=wanted.what)
    entries, now = found[:PAGE_SIZE], context.clock.now()
    names = {account.name: account.full_name for account in people.accounts()}
    return render_template(
        "access/audit.html",
        tab="audit",
        health=current_health(context, now),
        rows=[_row(entry, names, now, context.config.timezone) for entry in entries],
        wanted=wanted,
        actors=[(name, _shown_name(name, names)) for name in people.audit_actors()],
        actions=people.audit_actions(),
        older=wanted.url("audit.page", entries[-1].id) if len(found) > PAGE_SIZE else "",
        newest=wanted.url("audit.page") if before else "",
        export=wanted.url("audit.export_csv"),
    )


@blueprint.get("/audit.csv")
@limited(EXPORTS)
@requires(Role.ADMIN, TASK)
def export_csv() -> Response:
    """All entries of the filter as CSV, the newest first, streamed. Times are UTC; details are a JSON object."""
    wanted, today = Filter.from_request(), page_context().clock.now()
    headers = {"Content-Disposition": f'attachment; filename="audit-{today:%Y-%m-%d}.csv"'}
    entries = newest_first(access().people, actor=wanted.who, action=wanted.what)
    return Response(_csv_lines(entries), mimetype="text/csv", headers=headers)


def _csv_lines(entries: Iterator[AuditEntry]) -> Iterator[str]:
    yield csv_line(COLUMNS)
    for entry in entries:
        values = fields(entry)
        values["details"] = json.dumps(values["details"], ensure_ascii=False)
        yield csv_line(values[column] for column in COLUMNS)


def _position() -> int | None:
    """The id of the entry that the page begins after; 400 if the URL has something else there."""
    text = request.args.get("before", "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 19):
        abort(400)
    return int(text) if text else None


def _row(entry: AuditEntry, names: Mapping[str, str], now: datetime, zone: tzinfo) -> Row:
    return Row(
        when=clock_time(entry.at, now, zone),
        exact=entry.at.astimezone(zone).isoformat(timespec="seconds"),
        who=_shown_name(entry.actor, names),
        what=entry.action[:1].upper() + entry.action[1:],
        target="" if entry.target == entry.actor else names.get(entry.target, entry.target),
        details=", ".join(f"{key} {_shown(value)}" for key, value in entry.details.items() if value not in ("", None)),
    )


def _shown_name(actor: str, names: Mapping[str, str]) -> str:
    return names.get(actor) or NOT_PEOPLE.get(actor, actor)


def _shown(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(one)}" for key, one in value.items())
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
