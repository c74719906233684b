"""Resume a source at a start of the program, where the last run left it."""

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
class Rereading(Protocol):
    """A source that can read again what it has passed over, because new rules may match something there."""

    def reset_cursor(self, cursor: Json) -> Json:
        """``cursor`` without the record of what was seen: its position stays."""
        ...


def rules_digest(brands: Sequence[Brand]) -> str:
    """A short digest that changes with the rules of ``brands``."""
    rules = sorted((brand.name, brand.rule) for brand in brands)
    return hashlib.blake2b(json.dumps(rules).encode(), digest_size=6).hexdigest()


def resume_status(source: ConfiguredSource, stored: SourceStatus | None, now: datetime) -> tuple[SourceStatus, bool]:
    """The status to resume from, and whether the stored cursor belongs to this source.

    It does not if nothing was ever read under its name, or if it was of another kind. A typo in the config's ``kind``
    must not cost the cursor, so a source that is not ready keeps what is stored.
    """
    if stored is not None and (stored.kind == source.kind or not source.ready):
        sample = source.sample if source.ready else stored.sample
        return timing.restarted(stored, stored.kind, source.pace, now, sample=sample), True
    status = timing.initial_status(source.name, source.kind, source.pace, sample=source.sample)
    return replace(status, last_success=stored.last_success if stored else None), False


def resume_source(source: ConfiguredSource, stored: SourceStatus | None, context: PassContext) -> SourceStatus:
    """The status to resume from. A new kind starts without a cursor, and changed rules reset it: both are stored.

    Raises StoreError.
    """
    now = context.now()
    status, has_cursor = resume_status(source, stored, now)
    if not has_cursor:
        status = replace(status, rules_digest=context.rules)
        context.store.save(source.name, (), now=now, cursor=None, status=status)
    elif source.ready and context.rules and status.rules_digest != context.rules:
        cursor = cursor_after_rule_change(source, status, context.store.cursor(source.name), context.rules)
        status = replace(status, rules_digest=context.rules)
        context.store.save(source.name, (), now=now, cursor=cursor, status=status)
    return status


def cursor_after_rule_change(source: ConfiguredSource, status: SourceStatus, cursor: Json, rules: str) -> Json:
    """The cursor to resume from: reset if the digest of the rules is no longer that of ``status``."""
    changed = bool(status.rules_digest) and status.rules_digest != rules
    return source.source.reset_cursor(cursor) if changed and isinstance(source.source, Rereading) else cursor
