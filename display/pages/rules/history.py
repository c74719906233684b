"""The versions of a rule as the editor lists them: who changed what, when, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from difflib import SequenceMatcher

from display.formatting import clock_time, pluralize
from monitor.model.rules import Rematch, RuleVersion

_PARTS = re.compile(r'-?\w+:"[^"]*"|"[^"]*"|[()]|[^\s()]+')
MAX_PART_CHARS = 200


@dataclass(frozen=True, slots=True)
class RulePart:
    """A part of a rule that was added ("+") or removed ("-")."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version, and what changed with it."""

    version: int
    text: str
    when: str
    iso: str
    person: str
    reason: str
    parts: Sequence[RulePart]
    result: str
    """"9 entered, 40 left"; empty for the first version."""
    before: str | None
    """The text of the version before."""


def shown_versions(versions: Sequence[RuleVersion], now: datetime, zone: tzinfo) -> list[ShownVersion]:
    """``versions``, the newest first, each with what differs from the one before."""
    older: list[RuleVersion | None] = [*versions, None][1:]
    return [_shown(one, before, now, zone) for one, before in zip(versions, older, strict=True)]


def changed_parts(before: str, after: str) -> list[RulePart]:
    """What to remove from a rule and to add to it, in the order of the rule."""
    old, new = _PARTS.findall(before), _PARTS.findall(after)
    found = list[RulePart]()
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag in ("delete", "replace"):
            found.append(RulePart("-", _joined(old[a:b])))
        if tag in ("insert", "replace"):
            found.append(RulePart("+", _joined(new[c:d])))
    return found


def progress_text(rematch: Rematch) -> str:
    """How far stored posts are matched again: "43 % done. 3 entered and 12 left so far."."""
    return f"{rematch.done:.0%} done".replace("%", " %") + f". {_counts(rematch)} so far."


def _shown(one: RuleVersion, before: RuleVersion | None, now: datetime, zone: tzinfo) -> ShownVersion:
    return ShownVersion(
        version=one.version,
        text=one.text,
        when=clock_time(one.since, now, zone),
        iso=one.since.astimezone(zone).isoformat(timespec="minutes"),
        person=one.person,
        reason=one.reason,
        parts=changed_parts(before.text, one.text) if before else [],
        result=_result(one.rematch) if before else "First rule",
        before=before.text if before else None,
    )


def _result(rematch: Rematch | None) -> str:
    if rematch is None:
        return "Stored posts were not matched again."
    if rematch.finished_at is None:
        return f"Stored posts are being matched again: {progress_text(rematch)}"
    if rematch.superseded:
        return f"{_counts(rematch)}, until the rule changed again."
    return _counts(rematch) if rematch.entered or rematch.left else "No stored mention entered or left."


def _counts(rematch: Rematch) -> str:
    return f"{pluralize(rematch.entered, 'mention')} entered, {rematch.left:,} left"


def _joined(parts: Sequence[str]) -> str:
    text = re.sub(r"\( | \)", lambda found: found[0].strip(), " ".join(parts))
    return text if len(text) <= MAX_PART_CHARS else f"{text[:MAX_PART_CHARS]}…"
