"""What people do with mentions: claims, notes, corrections, blocks, and what can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

NOTE_CHARS = 2_000
"""Characters of a note, at most."""
NOTE_EDIT_TIME = timedelta(minutes=15)
"""How long people may change their own notes."""
UNDO_TIME = timedelta(minutes=10)
"""How long people may undo what they did."""
BLOCK_REACH = timedelta(days=30)
"""A block also hides stored mentions that were published this long before it."""
MAX_SELECTED = 500
"""Mentions that one action may change."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts."""

    login: str
    """The name of the account, "local" or "command line", as the audit log has it."""
    full_name: str = ""
    """What others see."""
    account: int | None = None
    """The id of the account; None: somebody at this computer."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who did something, and when."""

    name: str
    """The full name. It is kept when the account is removed."""
    account: int | None
    """The id of the account; None: somebody at this computer."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody takes care of a mention."""

    claimant: Signature
    assigned_by: str = ""
    """The full name of who assigned it; empty if the claimant claimed it."""


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about a mention: plain text."""

    id: int
    mention: int
    author: Signature
    text: str
    edited_at: datetime | None = None


class BlockKind(StrEnum):
    """What a block hides the mentions of."""

    AUTHOR = "author"
    """An account in one source."""
    SITE = "site"
    """A site and those below it, in every source."""


@dataclass(frozen=True, slots=True)
class BlockTarget:
    """Whose mentions are hidden."""

    kind: BlockKind
    value: str
    """The author, or the site."""
    source: str = ""
    """The source of an author; empty for a site."""


@dataclass(frozen=True, slots=True)
class Block:
    """An author or a site whose mentions are hidden, and still counted."""

    id: int
    target: BlockTarget
    by: Signature
    hidden: int = 0
    """Mentions that it hides now."""


class ActionKind(StrEnum):
    """What somebody did with mentions."""

    CLAIM = "claim"
    UNCLAIM = "unclaim"
    ASSIGN = "assign"
    CORRECT = "correct"
    RESTORE = "restore"
    """Took back a correction."""
    HIDE = "hide"
    UNHIDE = "unhide"
    IRRELEVANT = "irrelevant"
    RELEVANT = "relevant"
    UNMARK = "unmark"
    """Took back what was said about relevance."""
    ADD_NOTE = "add_note"
    EDIT_NOTE = "edit_note"
    DELETE_NOTE = "delete_note"
    BLOCK = "block"
    UNBLOCK = "unblock"


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What an action came to. A mention on which it changed nothing is in none of the fields."""

    action: int | None = None
    """The id by which it can be undone; None if nothing changed."""
    changed: tuple[int, ...] = ()
    taken: Mapping[int, Claim] = field(default_factory=dict)
    """Mention -> the claim of somebody else, because of which nothing was changed."""
    missing: tuple[int, ...] = ()
    """Mentions that do not exist any more."""
    uncounted: tuple[int, ...] = ()
    """Mentions that are not relevant or no longer match, so that nobody can claim or mark them."""


@dataclass(frozen=True, slots=True)
class LoggedAction:
    """Something that a person did and may undo."""

    id: int
    kind: ActionKind
    at: datetime
    mentions: tuple[int, ...] = ()
    """Those that still exist."""


class UndoProblem(StrEnum):
    """Why an action was not undone."""

    NOTHING = "nothing"
    """There is no such action of this person, or it was too long ago."""
    DONE = "done"
    """It is undone already."""
    CHANGED = "changed"
    """Everything that it changed was changed again since, or is gone."""


@dataclass(frozen=True, slots=True)
class UndoResult:
    """What an undo came to."""

    problem: UndoProblem | None = None
    kind: ActionKind | None = None
    """What was undone, or would have been."""
    undone: tuple[int, ...] = ()
    """Mentions that are as before the action."""
    changed_since: tuple[int, ...] = ()
    """Mentions that were left, because they were changed since."""
