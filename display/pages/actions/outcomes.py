"""What to say about the outcome of an action or an undo. Imports neither Flask nor the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from display.formatting import join_with_and, pluralize
from display.pages.actions.shown import DONE, taken_text
from monitor.model.actions import ActionKind, ActionResult, UndoProblem, UndoResult

GONE = "This post was deleted at its source."
NOT_COUNTED = "This mention is not relevant or no longer matches its rule, so it cannot be claimed or marked."
UNDONE: Mapping[ActionKind, str] = MappingProxyType(
    {
        ActionKind.CLAIM: "claiming",
        ActionKind.UNCLAIM: "unclaiming",
        ActionKind.ASSIGN: "assigning",
        ActionKind.CORRECT: "correcting",
        ActionKind.RESTORE: "taking back a correction",
        ActionKind.HIDE: "hiding",
        ActionKind.UNHIDE: "showing again",
        ActionKind.IRRELEVANT: "marking as not relevant",
        ActionKind.RELEVANT: "marking as relevant",
        ActionKind.UNMARK: "taking back what was said about relevance",
        ActionKind.ADD_NOTE: "adding a note",
        ActionKind.EDIT_NOTE: "changing a note",
        ActionKind.DELETE_NOTE: "deleting a note",
        ActionKind.BLOCK: "blocking",
        ActionKind.UNBLOCK: "ending a block",
    }
)
"""After "Undone:"."""
UNDO_PROBLEMS = {
    UndoProblem.NOTHING: "There is nothing to undo: an action can be undone for 10 minutes, by the person who did it.",
    UndoProblem.DONE: "This is undone already.",
    UndoProblem.CHANGED: "This cannot be undone, because it was changed again since.",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an action."""

    text: str
    """A sentence; empty if there is nothing to say."""
    status: int = 200
    """Of HTTP: 409 if somebody else was faster, 404 if the post is gone."""
    action: int | None = None
    """What can be undone."""

    @property
    def is_problem(self) -> bool:
        """Whether nothing was done."""
        return self.status >= 400


def action_outcome(kind: ActionKind, result: ActionResult, now: datetime) -> Outcome:
    """The result of an action on one mention or several."""
    n = len(result.changed)
    problems = _problems(result, now, is_alone=n == 0)
    done = DONE[kind].capitalize() if n <= 1 else f"{n:,} {DONE[kind]}"
    if n or result.action is not None:
        return Outcome(" ".join([f"{done}.", *problems]), action=result.action)
    if problems:
        return Outcome(" ".join(problems), 404 if result.missing and not result.taken else 409)
    return Outcome("")


def undo_outcome(result: UndoResult) -> Outcome:
    """The result of an undo."""
    if result.problem is not None:
        return Outcome(UNDO_PROBLEMS[result.problem], 409)
    what = UNDONE[result.kind] if result.kind else "nothing"
    count = f" ({pluralize(len(result.undone), 'mention')})" if len(result.undone) > 1 else ""
    since = len(result.changed_since)
    left = f" {since:,} {'was' if since == 1 else 'were'} changed again since, and left." if since else ""
    return Outcome(f"Undone: {what}{count}.{left}")


def _problems(result: ActionResult, now: datetime, *, is_alone: bool) -> list[str]:
    """Why mentions were left out."""
    texts = []
    if is_alone and len(result.taken) == 1:
        texts += [taken_text(claim, now) for claim in result.taken.values()]
    elif result.taken:
        names = sorted({claim.claimant.name or "Somebody" for claim in result.taken.values()})
        texts.append(f"{join_with_and(names)} claimed {len(result.taken):,} of them.")
    if result.missing:
        texts.append(GONE if is_alone and len(result.missing) == 1 else f"{len(result.missing):,} were deleted.")
    if result.uncounted:
        n = len(result.uncounted)
        texts.append(NOT_COUNTED if is_alone and n == 1 else f"{n:,} are not relevant or no longer match.")
    return texts
