"""Asking the Wallflower that runs to read a source now, and waiting until it did."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.clock import Clock
from monitor.collector import timing
from monitor.errors import WallflowerError
from monitor.model import Change, ChangeKind, Finding, Judged, Match, Mention, SourceStatus
from monitor.store import Store

PATIENCE = 180.0
"""Seconds; a pass ends long before, unless the source is catching up or hangs."""
LOOK_EVERY = 0.5
_KINDS = frozenset({ChangeKind.SAVED, ChangeKind.EDITED})


class NotNow(WallflowerError):
    """A source that may not be read at this moment."""


def ask(store: Store, name: str, clock: Clock) -> SourceStatus:
    """Have the source read; its status when it was. Raises NotNow for a paused one, and when nobody reads it."""
    now = clock.now()
    asked = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as the store keeps it
    must_not_be_paused(store, name)
    store.request_check(name, asked)
    deadline = clock.monotonic() + PATIENCE
    while clock.monotonic() < deadline:
        status = status_of(store, name)
        if status is not None and status.last_try and status.last_try >= asked and not _is_under_way(status):
            return status
        clock.wait(LOOK_EVERY)
    raise NotNow(
        f"The Wallflower that runs was asked to read {name}, and has not ended that within {PATIENCE:.0f} seconds. "
        "`wallflower sources` tells how it goes on; restart Wallflower if its config was changed."
    )


def must_not_be_paused(store: Store, name: str) -> None:
    """Raise NotNow for a source that a person paused."""
    if store.source_request(name).paused:
        raise NotNow(f"{name} is paused. Resume it first, with `wallflower resume` or on the page /sources.")


def status_of(store: Store, name: str) -> SourceStatus | None:
    """The status that the last pass of the source left."""
    return next((status for status in store.recorded_statuses() if status.source == name), None)


def brought(store: Store, name: str, seen: int) -> tuple[list[Judged], int, int]:
    """The new and edited posts of the source in changes above ``seen``; how many mentions are new, and edited."""
    kinds = {change.mention: change.kind for change in _changes(store, seen) if change.kind in _KINDS}
    found = [mention for mention in store.mentions(list(kinds)).values() if mention.post.source == name]
    new = sum(kinds[mention.id] is ChangeKind.SAVED for mention in found)
    posts: dict[str, Judged] = {}
    for mention in found:
        id_ = mention.post.external_id
        findings = posts[id_].findings if id_ in posts else ()
        posts[id_] = Judged(mention.post, (*findings, _finding(mention)))
    return list(posts.values()), new, len(found) - new


def _changes(store: Store, seen: int) -> Iterator[Change]:
    while changes := store.changes(seen):
        yield from changes
        seen = changes[-1].id


def _finding(mention: Mention) -> Finding:
    return Finding(Match(mention.brand, mention.rule, mention.spans), mention.score, mention.intent)


def _is_under_way(status: SourceStatus) -> bool:
    """Whether the pass began and has not ended: that is just what is stored before a fetch."""
    return status.last_try is not None and timing.pass_started(status, status.last_try) == status
