"""Requests to the running Wallflower, through the database, to read a source now."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.clock import Clock
from monitor.collector import timing
from monitor.errors import WallflowerError
from monitor.model import Change, ChangeKind, Finding, JudgedPost, Match, Mention, SourceStatus
from monitor.store import Store

TIMEOUT_SECONDS = 180.0
"""Passes end much earlier, unless the source is catching up or hangs."""
POLL_SECONDS = 0.5
_KINDS = frozenset({ChangeKind.SAVED, ChangeKind.EDITED})


class CannotFetchNow(WallflowerError):
    """A source cannot be read now."""


def request_fetch(store: Store, name: str, clock: Clock) -> SourceStatus:
    """Request a pass of the source ``name`` and wait for it. Returns the status after it.

    Raises CannotFetchNow if the source is paused, and after TIMEOUT_SECONDS.
    """
    now = clock.now()
    requested_at = now.replace(microsecond=now.microsecond // 1000 * 1000)  # the store's precision
    require_not_paused(store, name)
    store.request_check(name, requested_at)
    deadline = clock.monotonic() + TIMEOUT_SECONDS
    while clock.monotonic() < deadline:
        status = last_status(store, name)
        if status and status.last_try and status.last_try >= requested_at and not _is_in_progress(status):
            return status
        clock.wait(POLL_SECONDS)
    raise CannotFetchNow(
        f"The running Wallflower was asked to read {name} but has not finished within {TIMEOUT_SECONDS:.0f} seconds. "
        "`wallflower sources` shows its progress. If the config has changed, reload it."
    )


def require_not_paused(store: Store, name: str) -> None:
    """Raise CannotFetchNow if a person has paused the source."""
    if store.source_request(name).paused_at:
        raise CannotFetchNow(f"{name} is paused. Resume it first with `wallflower resume` or on the Sources page.")


def last_status(store: Store, name: str) -> SourceStatus | None:
    """The status after the last pass of the source; None if it was never read."""
    return next((status for status in store.recorded_statuses() if status.source == name), None)


def posts_since(store: Store, name: str, last_change: int) -> tuple[list[JudgedPost], int, int]:
    """The posts of the source that were saved or edited after the change with the id ``last_change``.

    Returns the posts, the number of new mentions and the number of edited mentions.
    """
    kinds = {change.mention: change.kind for change in _changes(store, last_change) if change.kind in _KINDS}
    mentions = [mention for mention in store.mentions(list(kinds)).values() if mention.post.source == name]
    new = sum(kinds[mention.id] is ChangeKind.SAVED for mention in mentions)
    posts: dict[str, JudgedPost] = {}
    for mention in mentions:
        id_ = mention.post.external_id
        findings = posts[id_].findings if id_ in posts else ()
        posts[id_] = JudgedPost(mention.post, (*findings, _finding(mention)))
    return list(posts.values()), new, len(mentions) - new


def _changes(store: Store, after: int) -> Iterator[Change]:
    while changes := store.changes(after):
        yield from changes
        after = changes[-1].id


def _finding(mention: Mention) -> Finding:
    return Finding(Match(mention.brand, mention.rule, mention.spans), mention.score, mention.intents)


def _is_in_progress(status: SourceStatus) -> bool:
    """Whether a pass has started and not ended: then the status is exactly what is stored before a fetch."""
    return status.last_try is not None and timing.pass_started(status, status.last_try) == status
