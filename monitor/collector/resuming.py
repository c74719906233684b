"""Resume a source after a restart of the program, where the last run stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol, runtime_checkable

from monitor.collector import timing
from monitor.collector.context import ConfiguredSource, PassContext
from monitor.model import Brand, Json, SourceStatus


@runtime_checkable
class Rereadable(Protocol):
    """A source that can read posts again that the old rules did not match, because new rules may."""

    def reset_cursor(self, cursor: Json) -> Json:
        """``cursor`` at the same position, but without the record of what was seen."""
        ...


def rules_digest(brands: Sequence[Brand]) -> str:
    """A short digest that changes with the rules of ``brands``."""
    rules = sorted((brand.name, brand.rule) for brand in brands)
    return hashlib.blake2b(json.dumps(rules).encode(), digest_size=6).hexdigest()


def resume_status(source: ConfiguredSource, stored: SourceStatus | None, now: datetime) -> tuple[SourceStatus, bool]:
    """The status to resume from, and whether the stored cursor belongs to this source.

    It does not if no source of this name was ever read, or if that was of another kind. A typo in the config's ``kind``
    must not cost the cursor, so a source that is not ready keeps what is stored.
    """
    if stored is not None and (stored.kind == source.kind or not source.ready):
        sample = source.sample if source.ready else stored.sample
        return timing.restarted(stored, stored.kind, source.polling, now, sample=sample), True
    status = timing.initial_status(source.name, source.kind, source.polling, sample=source.sample, first_seen=now)
    if stored is not None:
        status = replace(status, last_success=stored.last_success, first_seen=stored.first_seen)
    return status, False


def restore_source(source: ConfiguredSource, stored: SourceStatus | None, context: PassContext) -> SourceStatus:
    """The status to resume from. Stores a new source or kind without a cursor, and resets the cursor if rules changed.

    Raises StoreError.
    """
    now = context.now()
    status, has_cursor = resume_status(source, stored, now)
    if status.first_seen is None:
        status = replace(status, first_seen=context.store.source_start_times().get(source.name, now))
    if not has_cursor:
        status = replace(status, rules_digest=context.rules_digest)
        context.store.save(source.name, (), now=now, cursor=None, status=status)
        return status
    return adopt_rules(source, status, context)


def adopt_rules(source: ConfiguredSource, status: SourceStatus, context: PassContext) -> SourceStatus:
    """``status`` with the rules of ``context``. If they changed, stores it and resets the cursor. Raises StoreError."""
    if not source.ready or not context.rules_digest or status.rules_digest == context.rules_digest:
        return status
    cursor = cursor_after_rule_change(source, status, context.store.cursor(source.name), context.rules_digest)
    status = replace(status, rules_digest=context.rules_digest)
    context.store.save(source.name, (), now=context.now(), cursor=cursor, status=status)
    return status


def cursor_after_rule_change(source: ConfiguredSource, status: SourceStatus, cursor: Json, digest: str) -> Json:
    """The cursor to resume from: reset if ``digest``, that of the rules, is no longer that of ``status``."""
    changed = bool(status.rules_digest) and status.rules_digest != digest
    return source.source.reset_cursor(cursor) if changed and isinstance(source.source, Rereadable) else cursor
