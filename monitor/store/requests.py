"""Applies people's requests about sources to the statuses that passes saved. Shared by all engines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from monitor.model import PAUSED_REASON, Health, SourceRequest, SourceStatus


def with_requests(statuses: Iterable[SourceStatus], requests: Mapping[str, SourceRequest]) -> list[SourceStatus]:
    """``statuses`` by name: PAUSED where a person paused the source, due earlier where a person asked for a check.

    A source that was paused before its first pass is added, without a kind.
    """
    by_name = {status.source: status for status in statuses}
    for name, request in requests.items():
        if request.paused_at and name not in by_name:
            by_name[name] = SourceStatus(name, "")
    return [_with_request(status, requests.get(name, SourceRequest())) for name, status in sorted(by_name.items())]


def _with_request(status: SourceStatus, request: SourceRequest) -> SourceStatus:
    if request.paused_at:
        return replace(status, health=Health.PAUSED, reason=PAUSED_REASON, next_check=None, since=request.paused_at)
    requested = request.check_requested_at
    if requested and status.health is not Health.LIMITED and (not status.last_try or requested > status.last_try):
        return replace(status, next_check=requested)
    return status
