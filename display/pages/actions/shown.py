"""What the page of a mention shows of what people did with it and can do. Imports neither Flask nor the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from types import MappingProxyType

from display.formatting import FormattedTime, format_score, format_time, initials
from monitor.model import Mention, Sentiment
from monitor.model.actions import (
    NOTE_CHARS,
    NOTE_EDIT_TIME,
    ActionKind,
    Actor,
    BlockKind,
    BlockTarget,
    Claim,
    LoggedAction,
    Note,
)
from monitor.model.people import Account, Role
from monitor.query import Document

SCORES: Mapping[str, float | None] = MappingProxyType(
    {
        Sentiment.POSITIVE.value: 0.5,
        Sentiment.NEUTRAL.value: 0.0,
        Sentiment.NEGATIVE.value: -0.5,
        Sentiment.UNSCORED.value: None,
    }
)
"""What people correct a sentiment to -> the score that stands for it, in the order of the buttons."""
DONE: Mapping[ActionKind, str] = MappingProxyType(
    {
        ActionKind.CLAIM: "claimed",
        ActionKind.UNCLAIM: "unclaimed",
        ActionKind.ASSIGN: "assigned",
        ActionKind.CORRECT: "corrected",
        ActionKind.RESTORE: "restored",
        ActionKind.HIDE: "hidden",
        ActionKind.UNHIDE: "shown again",
        ActionKind.IRRELEVANT: "not relevant",
        ActionKind.RELEVANT: "relevant",
        ActionKind.UNMARK: "taken back",
        ActionKind.ADD_NOTE: "note saved",
        ActionKind.EDIT_NOTE: "note changed",
        ActionKind.DELETE_NOTE: "note deleted",
        ActionKind.BLOCK: "blocked",
        ActionKind.UNBLOCK: "unblocked",
    }
)
"""What was done, in a word or two."""


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """Who takes care of a mention."""

    name: str
    """"you", or a full name."""
    is_mine: bool
    when: FormattedTime
    assigned_by: str

    @property
    def text(self) -> str:
        """ "Claimed by you", "Assigned to Jonas Ott by Dana Kim"."""
        return f"Assigned to {self.name} by {self.assigned_by}" if self.assigned_by else f"Claimed by {self.name}"


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A note."""

    note: Note
    name: str
    initials: str
    when: FormattedTime
    edited: FormattedTime | None
    can_change: bool


@dataclass(frozen=True, slots=True)
class ShownActions:
    """What people did with a mention, and who can be asked to take care of it."""

    claim: ShownClaim | None
    notes: Sequence[ShownNote]
    correction: str
    """"Corrected by Dana Kim, was -0.75"; empty if nobody corrected it."""
    people: Sequence[Account]
    """Those who can be assigned."""
    targets: Sequence[BlockTarget]
    undo: LoggedAction | None
    """What the person did last, if it was with this mention."""
    seen: int
    """When this was shown, in milliseconds: what others claim later is not overwritten."""
    scores: Sequence[str] = tuple(SCORES)
    note_chars: int = NOTE_CHARS

    @property
    def undo_text(self) -> str:
        """What would be undone."""
        return DONE[self.undo.kind].capitalize() if self.undo else ""


def shown_actions(
    mention: Mention, notes: Sequence[Note], accounts: Sequence[Account], last: LoggedAction | None, actor: Actor,
    now: datetime, zone: tzinfo,
) -> ShownActions:  # fmt: skip
    """What the page of ``mention`` shows to ``actor``, whose last action is ``last``."""
    return ShownActions(
        claim=shown_claim(mention.claim, actor, now, zone),
        notes=[_shown_note(note, actor, now, zone) for note in notes],
        correction=correction_text(mention, actor),
        people=[account for account in accounts if account.role >= Role.MEMBER],
        targets=block_targets(mention),
        undo=last if last and mention.id in last.mentions else None,
        seen=int(now.timestamp() * 1000),
    )


def shown_claim(claim: Claim | None, actor: Actor, now: datetime, zone: tzinfo) -> ShownClaim | None:
    """A claim as ``actor`` sees it."""
    if claim is None:
        return None
    is_mine = claim.claimant.account == actor.account
    name = "you" if is_mine else claim.claimant.name or "somebody"
    by = "you" if claim.assigned_by == (actor.full_name or actor.login) else claim.assigned_by
    return ShownClaim(name, is_mine, format_time(claim.claimant.at, now, zone), by)


def correction_text(mention: Mention, actor: Actor | None = None) -> str:
    """ "Corrected by Dana Kim, was -0.75"; empty if nobody corrected the score."""
    if not mention.corrected:
        return ""
    by = mention.correction
    name = by and ("you" if actor is not None and by.account == actor.account else by.name)
    return f"Corrected{f' by {name}' if name else ''}, was {before_correction(mention)}"


def before_correction(mention: Mention) -> str:
    """The program's own score: "-0.75", "unscored"."""
    return "unscored" if mention.program_score is None else format_score(mention.program_score)


def block_targets(mention: Mention) -> list[BlockTarget]:
    """What can be blocked because of a mention: its author in its source, and its site."""
    document, post = Document.of(mention.post), mention.post
    author = [BlockTarget(BlockKind.AUTHOR, post.author, post.source)] if post.author.strip() else []
    return author + ([BlockTarget(BlockKind.SITE, document.site)] if document.site else [])


def block_effect(n: int) -> str:
    """ "Hides 41 mentions from the last 30 days and all future ones."."""
    if not n:
        return "Hides no mention from the last 30 days, and all future ones."
    return f"Hides {n:,} mention{'' if n == 1 else 's'} from the last 30 days and all future ones."


def taken_text(claim: Claim, now: datetime) -> str:
    """ "Jonas Ott claimed this 1 min ago."."""
    name = claim.claimant.name or "Somebody"
    minutes = int((now - claim.claimant.at).total_seconds() // 60)
    if minutes < 1:
        when = "just now"
    elif minutes < 60:
        when = f"{minutes} min ago"
    else:
        when = f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // 1440} days ago"
    verb = f"was assigned this {when} by {claim.assigned_by}" if claim.assigned_by else f"claimed this {when}"
    return f"{name} {verb}."


def _shown_note(note: Note, actor: Actor, now: datetime, zone: tzinfo) -> ShownNote:
    is_mine = note.author.account == actor.account
    edited = None if note.edited_at is None else format_time(note.edited_at, now, zone)
    name = note.author.name or "Somebody"
    can_change = is_mine and now - note.author.at <= NOTE_EDIT_TIME
    shown = "You" if is_mine else name
    return ShownNote(note, shown, initials(name) or "?", format_time(note.author.at, now, zone), edited, can_change)
