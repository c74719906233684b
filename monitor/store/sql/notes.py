"""Notes about mentions. ``mention.noted`` says whether there are any, for index and filters."""

from __future__ import annotations

from typing import Any

from monitor.errors import NoteError
from monitor.model import ChangeKind
from monitor.model.actions import NOTE_CHARS, NOTE_EDIT_TIME, Actor, Note
from monitor.store.sql.changes import update_all
from monitor.store.sql.connection import Connection, inserted_id
from monitor.store.sql.signatures import signature, signed
from monitor.store.sql.units import MILLISECOND, optional_time

Row = tuple[Any, ...]
"""The columns of a note but its mention: id, account, person, text, at, edited_at."""

_COLUMNS = "note.id, note.account, note.person, note.text, note.at, note.edited_at"
_OF_MENTION = f"""
    SELECT {_COLUMNS}, account.full_name FROM note LEFT JOIN account ON account.id = note.account
    WHERE note.mention = ? ORDER BY note.at, note.id"""
_EDIT_MS = NOTE_EDIT_TIME // MILLISECOND


def of_mention(db: Connection, mention: int) -> list[Note]:
    """The notes about a mention, the oldest first."""
    return [
        Note(id_, mention, signature(account, person, at, full_name), text, optional_time(edited_at))
        for id_, account, person, text, at, edited_at, full_name in db.execute(_OF_MENTION, (mention,))
    ]


def row(db: Connection, note: int) -> Row | None:
    """A note as it is stored."""
    found: Row | None = db.execute(f"SELECT {_COLUMNS} FROM note WHERE id = ?", (note,)).fetchone()
    return found


def mention_of(db: Connection, note: int) -> int | None:
    """The mention that a note is about."""
    found = db.execute("SELECT mention FROM note WHERE id = ?", (note,)).fetchone()
    return found[0] if found else None


def add(db: Connection, mention: int, text: str, actor: Actor, now: int) -> int:
    """Add a note; return its id. Raises NoteError."""
    text = checked(text)
    if not text:
        raise NoteError("The note is empty.")
    account, person, at = signed(actor, now)
    insert = "INSERT INTO note (mention, account, person, text, at) VALUES (?, ?, ?, ?, ?)"
    note = inserted_id(db, insert, (mention, account, person, text, at))
    _show(db, mention, now)
    return note


def put(db: Connection, mention: int, note: int, stored: Row | None, now: int) -> None:
    """Make ``stored`` the note with this id."""
    db.execute("DELETE FROM note WHERE id = ?", (note,))
    if stored is not None:
        insert = "INSERT INTO note (mention, id, account, person, text, at, edited_at)"
        db.execute(f"{insert} VALUES (?, ?, ?, ?, ?, ?, ?)", (mention, *stored))
    _show(db, mention, now)


def edited(db: Connection, note: int, text: str, actor: Actor, now: int) -> Row | None:
    """What a note becomes; None if it is to be deleted. Raises NoteError if it may not be changed."""
    stored = row(db, note)
    if stored is None:
        raise NoteError("This note was deleted.")
    id_, account, person, before, at, _ = stored
    if account != actor.account:
        raise NoteError(f"Only {person} can change this note.")
    if now - at > _EDIT_MS:
        raise NoteError("A note can be changed for 15 minutes, and these are over. Add another one.")
    text = checked(text)
    if not text:
        return None
    return stored if text == before else (id_, account, person, text, at, now)


def checked(text: str) -> str:
    """A note as it is stored. Raises NoteError if it is too long."""
    text = "\n".join(text.replace("\x00", "").strip().splitlines())
    text = text.encode("utf-8", "ignore").decode()
    if len(text) > NOTE_CHARS:
        raise NoteError(f"A note has at most {NOTE_CHARS:,} characters. This one has {len(text):,}.")
    return text


def _show(db: Connection, mention: int, now: int) -> None:
    """Bring ``mention.noted`` up to date, and tell the screens."""
    exists = "EXISTS (SELECT 1 FROM note WHERE note.mention = mention.id)"
    update_all(db, [mention], ChangeKind.NOTED, now, f"noted = iif({exists}, 1, 0)")
