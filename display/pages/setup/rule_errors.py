"""Where a typed rule is wrong, for the marker below it."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.errors import QueryError
from monitor.query import parse


@dataclass(frozen=True, slots=True)
class RuleError:
    """A rule cut where it is wrong, and the reason."""

    before: str
    wrong: str
    after: str
    reason: str
    suggestion: str


def rule_error(rule: str) -> RuleError | None:
    """The first error of ``rule``; None if there is none, or if it is empty."""
    try:
        if rule:
            parse(rule)
    except QueryError as error:
        start = error.column - 1
        end = next((n for n in range(start + 1, len(rule)) if rule[n].isspace()), len(rule))
        reason = f"Column {error.column}: {error.reason}"
        return RuleError(rule[:start], rule[start:end] or " ", rule[end:], reason, error.suggestion or "")
    return None
