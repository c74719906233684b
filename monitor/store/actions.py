"""The part of the Store protocol for what people do with mentions, and for undoing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from monitor.model.actions import (
    ActionResult,
    Actor,
    Block,
    BlockTarget,
    Claim,
    LoggedAction,
    Note,
    Signature,
    UndoResult,
)


class ActionStore(Protocol):
    """``Store.actions``. Errors and times are those of ``Store``.

    Each action is one transaction, changes nothing if it was done already, and can be undone by the same person for
    UNDO_TIME. What hides, corrects or marks a mention, and every block, gets an entry of the audit log.
    """

    # Claims

    def claim(self, mentions: Sequence[int], actor: Actor, now: datetime) -> ActionResult:
        """Claim mentions for ``actor``, except those that somebody else has claimed."""

    def unclaim(self, mentions: Sequence[int], actor: Actor, now: datetime) -> ActionResult:
        """Take back claims of ``actor``; those of others stay."""

    def assign(
        self, mentions: Sequence[int], to: int | None, actor: Actor, now: datetime, seen: datetime | None = None
    ) -> ActionResult:
        """Let the account ``to``, or the local user, claim mentions, whoever has claimed them.

        Claims that others have made since ``seen``, when ``actor`` looked, stay. Raises PeopleError if there is no such
        account, or if it may not claim.
        """

    def claim_on(self, mention: int) -> Claim | None:
        """Who has claimed a mention."""

    # Judgements

    def correct(self, mentions: Sequence[int], score: float | None, actor: Actor, now: datetime) -> ActionResult:
        """Replace the scores of mentions (None: unscored)."""

    def restore(self, mentions: Sequence[int], actor: Actor, now: datetime) -> ActionResult:
        """Restore the program's own scores."""

    def hide(self, mentions: Sequence[int], hidden: bool, actor: Actor, now: datetime) -> ActionResult:
        """Remove mentions from lists and walls, or put them back. Figures count them either way."""

    def mark(self, mentions: Sequence[int], relevant: bool | None, actor: Actor, now: datetime) -> ActionResult:
        """Mark mentions as relevant or not, or take that back (None); see ``RelevanceStore.click``."""

    def correction_of(self, mention: int) -> Signature | None:
        """Who corrected the score of a mention; None if nobody did or it is not known."""

    # Notes

    def notes(self, mention: int) -> list[Note]:
        """The notes about a mention, the oldest first."""

    def add_note(self, mention: int, text: str, actor: Actor, now: datetime) -> ActionResult:
        """Add a note. Raises NoteError if it is empty or too long."""

    def edit_note(self, note: int, text: str, actor: Actor, now: datetime) -> ActionResult:
        """Change a note. An empty text deletes it.

        Raises NoteError if it is too long, is not by ``actor``, is older than NOTE_EDIT_TIME, or does not exist.
        """

    # Blocks

    def would_hide(self, target: BlockTarget, now: datetime) -> int:
        """How many stored mentions a block would hide."""

    def block(self, target: BlockTarget, actor: Actor, now: datetime) -> ActionResult:
        """Hide the mentions of an author or a site that were published within BLOCK_REACH, and all new ones.

        Nothing changes if there is such a block already.
        """

    def unblock(self, block: int, actor: Actor, now: datetime) -> ActionResult:
        """End a block. What it hid is shown again, unless another block hides it too."""

    def blocks(self) -> list[Block]:
        """All blocks, the newest first."""

    # Undoing

    def last_action(self, actor: Actor, now: datetime) -> LoggedAction | None:
        """What ``actor`` did last and may still undo."""

    def undo(self, actor: Actor, now: datetime, action: int | None = None) -> UndoResult:
        """Undo an action of ``actor``, by default the last one. Mentions that were changed since are left as they are.

        An undo cannot be undone.
        """
