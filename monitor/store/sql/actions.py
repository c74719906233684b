"""What people do with mentions: see ``monitor.store.actions``. ``action_log`` undoes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from monitor.errors import NoteError, PeopleError
from monitor.model import Json, State
from monitor.model.actions import (
    ActionKind,
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
from monitor.model.people import Role
from monitor.store.sql import accounts, action_log, audit, blocks, changes, claims, notes, relevance
from monitor.store.sql.aspects import save_correction
from monitor.store.sql.connection import Connection
from monitor.store.sql.selection import Selection
from monitor.store.sql.signatures import signature, signed
from monitor.store.sql.store_part import StorePart
from monitor.store.sql.units import to_ms

AUDITED: Mapping[ActionKind, str] = MappingProxyType(
    {
        ActionKind.CORRECT: "corrected score",
        ActionKind.RESTORE: "restored score",
        ActionKind.HIDE: "hid mention",
        ActionKind.UNHIDE: "showed mention",
        ActionKind.IRRELEVANT: "marked mention as not relevant",
        ActionKind.RELEVANT: "marked mention as relevant",
        ActionKind.UNMARK: "took back relevance of mention",
        ActionKind.BLOCK: "blocked",
        ActionKind.UNBLOCK: "unblocked",
    }
)
"""What gets an entry of the audit log. Claims and notes say themselves whose they are."""
_MARKS = frozenset({ActionKind.IRRELEVANT, ActionKind.RELEVANT, ActionKind.UNMARK})
_MARKABLE = (State.UNCLAIMED, State.CLAIMED, State.IRRELEVANT)
_CORRECTION = """
    SELECT correction.account, person, at, full_name FROM correction
    LEFT JOIN account ON account.id = correction.account WHERE mention = ?"""


class SqlActions(StorePart):
    """ActionStore over the connections of a store."""

    # Claims

    def claim(self, mentions: Sequence[int], actor: Actor, now: datetime) -> ActionResult:
        account, person, at = signed(actor, to_ms(now))

        def choose(db: Connection, chosen: Selection) -> list[int]:
            free = chosen.free(_counted(chosen), lambda claim: claim.claimant.account != actor.account)
            return [mention for mention in free if claims.row(db, mention) is None]

        return self._set_claims(ActionKind.CLAIM, mentions, choose, (account, person, "", at), actor, now)

    def unclaim(self, mentions: Sequence[int], actor: Actor, now: datetime) -> ActionResult:
        def choose(db: Connection, chosen: Selection) -> list[int]:
            return chosen.free(chosen.existing, lambda claim: claim.claimant.account != actor.account)

        return self._set_claims(ActionKind.UNCLAIM, mentions, choose, None, actor, now)

    def assign(
        self, mentions: Sequence[int], to: int | None, actor: Actor, now: datetime, seen: datetime | None = None
    ) -> ActionResult:
        def is_taken(claim: Claim) -> bool:
            return seen is not None and claim.claimant.at > seen and claim.claimant.account not in (to, actor.account)

        def choose(db: Connection, chosen: Selection) -> list[int]:
            free = chosen.free(_counted(chosen), is_taken)
            return [mention for mention in free if not _is_claimed_by(db, mention, to)]

        person = self._read(lambda db: _assignable(db, to, actor))
        by = "" if to == actor.account else actor.full_name or actor.login
        return self._set_claims(ActionKind.ASSIGN, mentions, choose, (to, person, by, to_ms(now)), actor, now)

    def claim_on(self, mention: int) -> Claim | None:
        return self._read(lambda db: claims.claim_on(db, mention))

    # Judgements

    def correct(self, mentions: Sequence[int], score: float | None, actor: Actor, now: datetime) -> ActionResult:
        def correct(db: Connection, mention: int) -> None:
            if changes.correct_score(db, mention, score, to_ms(now)):
                save_correction(db, mention, *signed(actor, to_ms(now)))

        return self._judge(ActionKind.CORRECT, mentions, correct, actor, now, {"score": score})

    def restore(self, mentions: Sequence[int], actor: Actor, now: datetime) -> ActionResult:
        return self._judge(
            ActionKind.RESTORE, mentions, lambda db, id_: changes.restore_score(db, id_, to_ms(now)), actor, now
        )

    def hide(self, mentions: Sequence[int], hidden: bool, actor: Actor, now: datetime) -> ActionResult:
        kind = ActionKind.HIDE if hidden else ActionKind.UNHIDE
        return self._judge(kind, mentions, lambda db, id_: changes.set_hidden(db, id_, hidden, to_ms(now)), actor, now)

    def mark(self, mentions: Sequence[int], relevant: bool | None, actor: Actor, now: datetime) -> ActionResult:
        def mark(db: Connection, mention: int) -> object:
            if relevant is None:
                return relevance.undo_click(db, mention, to_ms(now))
            return relevance.click(db, mention, relevant, actor.login, to_ms(now))

        kind = {None: ActionKind.UNMARK, True: ActionKind.RELEVANT, False: ActionKind.IRRELEVANT}[relevant]
        return self._judge(kind, mentions, mark, actor, now)

    def correction_of(self, mention: int) -> Signature | None:
        found = self._read(lambda db: db.execute(_CORRECTION, (mention,)).fetchone())
        return signature(*found) if found else None

    # Notes

    def notes(self, mention: int) -> list[Note]:
        return self._read(lambda db: notes.of_mention(db, mention))

    def add_note(self, mention: int, text: str, actor: Actor, now: datetime) -> ActionResult:
        def job(db: Connection) -> ActionResult:
            chosen, at = Selection(db, [mention]), to_ms(now)
            done = action_log.perform(
                db, ActionKind.ADD_NOTE, chosen.existing, actor, at, lambda id_: notes.add(db, id_, text, actor, at)
            )
            return chosen.result(*done)

        return self._write(job)

    def edit_note(self, note: int, text: str, actor: Actor, now: datetime) -> ActionResult:
        return self._write(lambda db: _edit_note(db, note, text, actor, to_ms(now)))

    # Blocks

    def would_hide(self, target: BlockTarget, now: datetime) -> int:
        return self._read(lambda db: blocks.would_hide(db, target, to_ms(now)))

    def block(self, target: BlockTarget, actor: Actor, now: datetime) -> ActionResult:
        def job(db: Connection) -> tuple[int, int | None]:
            known = blocks.find(db, target)
            if known is not None:
                return known, None
            block = blocks.add(db, target, actor, to_ms(now))
            return block, _record_block(db, ActionKind.BLOCK, block, actor, to_ms(now))

        block, action = self._write(job)
        self._settle(block, now)
        return ActionResult(action)

    def unblock(self, block: int, actor: Actor, now: datetime) -> ActionResult:
        def job(db: Connection) -> int | None:
            is_ended = blocks.end(db, block)
            return _record_block(db, ActionKind.UNBLOCK, block, actor, to_ms(now)) if is_ended else None

        action = self._write(job)
        self._settle(block, now)
        return ActionResult(action)

    def blocks(self) -> list[Block]:
        return self._read(blocks.all_blocks)

    # Undoing

    def last_action(self, actor: Actor, now: datetime) -> LoggedAction | None:
        return self._read(lambda db: action_log.last(db, actor, to_ms(now)))

    def undo(self, actor: Actor, now: datetime, action: int | None = None) -> UndoResult:
        def job(db: Connection) -> tuple[UndoResult, int | None]:
            result, block = action_log.undo(db, actor, to_ms(now), action)
            if result.problem is None and result.kind is not None and result.kind in AUDITED:
                targets = [_block_name(block)] if block else [str(mention) for mention in result.undone]
                for target in targets:
                    audit.record(db, actor.login, f"undid: {AUDITED[result.kind]}", target, {}, to_ms(now))
            return result, block

        result, block = self._write(job)
        if block is not None:
            self._settle(block, now)
        return result

    def _set_claims(
        self, kind: ActionKind, mentions: Sequence[int], choose: Callable[[Connection, Selection], list[int]],
        claim: claims.Row | None, actor: Actor, now: datetime,
    ) -> ActionResult:  # fmt: skip
        """``choose`` returns the mentions whose claim becomes ``claim``."""

        def job(db: Connection) -> ActionResult:
            chosen, at = Selection(db, mentions), to_ms(now)
            put = lambda mention: claims.put(db, mention, claim, at)  # noqa: E731
            return chosen.result(*action_log.perform(db, kind, choose(db, chosen), actor, at, put))

        return self._write(job)

    def _judge(
        self, kind: ActionKind, mentions: Sequence[int], change: Callable[[Connection, int], object], actor: Actor,
        now: datetime, details: Mapping[str, Json] = MappingProxyType({}),
    ) -> ActionResult:  # fmt: skip
        def job(db: Connection) -> ActionResult:
            chosen, at = Selection(db, mentions), to_ms(now)
            ids = chosen.in_states(*_MARKABLE) if kind in _MARKS else chosen.existing
            action, changed = action_log.perform(db, kind, ids, actor, at, lambda mention: change(db, mention))
            for mention in changed:
                audit.record(db, actor.login, AUDITED[kind], str(mention), details, at)
            return chosen.result(action, changed)

        return self._write(job)

    def _settle(self, block: int, now: datetime) -> None:
        """Hide what a block hides, or show what it hid if it has ended."""
        is_active = self._read(lambda db: blocks.is_active(db, block))
        step = blocks.hide_some if is_active else blocks.show_some
        while self._write(lambda db: step(db, block, to_ms(now))):
            pass


def _edit_note(db: Connection, note: int, text: str, actor: Actor, now: int) -> ActionResult:
    mention = notes.mention_of(db, note)
    if mention is None:
        raise NoteError("This note was deleted.")
    row = notes.edited(db, note, text, actor, now)
    if row == notes.row(db, note):
        return ActionResult()
    kind = ActionKind.DELETE_NOTE if row is None else ActionKind.EDIT_NOTE
    return ActionResult(
        *action_log.perform(db, kind, [mention], actor, now, lambda id_: notes.put(db, id_, note, row, now), note)
    )


def _counted(chosen: Selection) -> list[int]:
    return chosen.in_states(State.UNCLAIMED, State.CLAIMED)


def _is_claimed_by(db: Connection, mention: int, account: int | None) -> bool:
    claim = claims.row(db, mention)
    return claim is not None and claim[0] == account


def _assignable(db: Connection, account: int | None, actor: Actor) -> str:
    """The full name of an account that may claim. Raises PeopleError."""
    if account is None:
        if actor.account is not None:
            raise PeopleError("Choose the person to assign it to.")
        return actor.full_name or actor.login
    found = accounts.require_account(db, account)
    if found.role < Role.MEMBER:
        raise PeopleError(f"{found.full_name} is a viewer, and viewers cannot claim.")
    return found.full_name


def _record_block(db: Connection, kind: ActionKind, block: int, actor: Actor, now: int) -> int:
    """Log a block or its end. The audit log outlives erased authors, so it does not name them."""
    audit.record(db, actor.login, AUDITED[kind], _block_name(block), {}, now)
    return action_log.record(db, kind, actor, now, block)


def _block_name(block: int) -> str:
    return f"block {block}"
