"""Saved views: see ``monitor.store.views``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.errors import SavedViewError
from monitor.model import MentionFilter
from monitor.model.filter_json import FilterJsonError, filter_from_json, filter_to_json
from monitor.model.saved_views import (
    MAX_NAME_LENGTH,
    MAX_VIEWS_PER_PERSON,
    RANGE_LENGTHS,
    BrandGroup,
    LastLook,
    NewView,
    SavedView,
    ViewFeed,
)
from monitor.store.sql import queries, story_counts, view_feeds
from monitor.store.sql.connection import Connection
from monitor.store.sql.plan import plan
from monitor.store.sql.store_part import StorePart
from monitor.store.sql.units import from_ms, to_ms

_COLUMNS = "saved_view.id, owner, name, filter, brand_group, range, shared, created_at"
_IS_VISIBLE = "(shared <> 0 OR owner IS NULL OR owner = ?1)"
_VISIBLE = f"""
    SELECT {_COLUMNS} FROM saved_view
    LEFT JOIN saved_view_person person ON person.view = saved_view.id AND coalesce(person.account, 0) = ?1
    WHERE {_IS_VISIBLE} ORDER BY position IS NULL, position, saved_view.id"""
_OF_PERSON = "view = ?1 AND coalesce(account, 0) = ?2"
_ADD_PERSON = """
    INSERT INTO saved_view_person (view, account) SELECT id, CAST(?2 AS BIGINT) FROM saved_view WHERE id = ?1
    ON CONFLICT DO NOTHING"""
_LOOK = f"""
    UPDATE saved_view_person SET mention = ?3, at = ?4
    WHERE {_OF_PERSON} AND (mention IS NULL OR mention < ?3 OR (mention = ?3 AND at < ?4))"""
_PLACE = f"UPDATE saved_view_person SET position = ?3 WHERE {_OF_PERSON}"
_NEWER_VERSION = "A newer version of Wallflower saved it."


class SqlViews(StorePart):
    """ViewStore over the connections of a store, except what searches mentions."""

    def visible(self, account: int | None) -> list[SavedView]:
        return self._read(lambda db: [_view(row) for row in db.execute(_VISIBLE, (account or 0,))])

    def get(self, id: int, account: int | None) -> SavedView | None:
        return self._read(lambda db: _get(db, id, account))

    def everyones(self) -> list[SavedView]:
        select = f"SELECT {_COLUMNS} FROM saved_view ORDER BY id"
        return self._read(lambda db: [_view(row) for row in db.execute(select)])

    def add(self, new: NewView, account: int | None, now: datetime) -> SavedView:
        return self._write(lambda db: _add(db, new, account, to_ms(now)))

    def rename(self, id: int, name: str) -> bool:
        return self._write(lambda db: _rename(db, id, name))

    def replace_filter(self, id: int, f: MentionFilter, range: str, brand_group: BrandGroup | None = None) -> bool:
        update = "UPDATE saved_view SET filter = ?, range = ?, brand_group = ? WHERE id = ?"
        values = (*_definition(f, range, brand_group), id)
        return self._write(lambda db: db.execute(update, values).rowcount > 0)

    def set_shared(self, id: int, shared: bool) -> bool:
        update = "UPDATE saved_view SET shared = ?1 WHERE id = ?2 AND shared <> ?1 AND owner IS NOT NULL"
        return self._write(lambda db: db.execute(update, (shared, id)).rowcount > 0)

    def delete(self, id: int) -> bool:
        return self._write(lambda db: db.execute("DELETE FROM saved_view WHERE id = ?", (id,)).rowcount > 0)

    def arrange(self, account: int | None, ids: Sequence[int]) -> None:
        rows = [(id_, account or 0, position) for position, id_ in enumerate(ids)]

        def job(db: Connection) -> None:
            clear = "UPDATE saved_view_person SET position = NULL WHERE coalesce(account, 0) = ?"
            db.execute(clear, (account or 0,))
            db.executemany(_ADD_PERSON, [(id_, account) for id_ in ids])
            db.executemany(_PLACE, rows)

        self._write(job)

    def last_looks(self, account: int | None) -> Mapping[int, LastLook]:
        select = """
            SELECT view, mention, at FROM saved_view_person
            WHERE coalesce(account, 0) = ? AND mention IS NOT NULL"""
        rows = self._read(lambda db: db.execute(select, (account or 0,)).fetchall())
        return {view: LastLook(mention, from_ms(at)) for view, mention, at in rows}

    def look(self, id: int, account: int | None, mention: int, now: datetime) -> bool:
        def job(db: Connection) -> bool:
            db.execute(_ADD_PERSON, (id, account))
            return db.execute(_LOOK, (id, account or 0, mention, to_ms(now))).rowcount > 0

        return self._write(job)

    def feed(self, id: int, account: int | None) -> ViewFeed | None:
        return self._read(lambda db: view_feeds.get(db, id, account))

    def set_feed(self, id: int, account: int | None, token_hash: bytes, now: datetime) -> bool:
        return self._write(lambda db: view_feeds.replace(db, id, account, token_hash, to_ms(now)))

    def revoke_feed(self, id: int, account: int | None) -> bool:
        return self._write(lambda db: view_feeds.revoke(db, id, account))

    def followed(self, token_hash: bytes) -> tuple[SavedView, int | None] | None:
        def read(db: Connection) -> tuple[SavedView, int | None] | None:
            found = view_feeds.followed(db, token_hash)
            view = None if found is None else _get(db, *found)
            return None if found is None or view is None else (view, found[1])

        return self._read(read)

    def record_feed_use(self, token_hash: bytes, now: datetime) -> None:
        self._write(lambda db: view_feeds.record_use(db, token_hash, to_ms(now)))

    def count_new(self, filters: Sequence[tuple[MentionFilter, int]], limit: int = 1_000) -> list[int]:
        return self._read(lambda db: [queries.count_new(db, plan(db, f), after, limit) for f, after in filters])

    def count_new_stories(self, filters: Sequence[tuple[MentionFilter, int]], limit: int = 1_000) -> list[int]:
        def read(db: Connection) -> list[int]:
            return [story_counts.count_new_stories(db, plan(db, f), after, limit) for f, after in filters]

        return self._read(read)


def _get(db: Connection, id_: int, account: int | None) -> SavedView | None:
    select = f"SELECT {_COLUMNS} FROM saved_view WHERE {_IS_VISIBLE} AND id = ?2"
    row = db.execute(select, (account or 0, id_)).fetchone()
    return None if row is None else _view(row)


def _add(db: Connection, new: NewView, account: int | None, now: int) -> SavedView:
    (count,) = db.execute("SELECT count(*) FROM saved_view WHERE coalesce(owner, 0) = ?", (account or 0,)).fetchone()
    if count >= MAX_VIEWS_PER_PERSON:
        raise SavedViewError(f"You have {count} saved views. Delete one that you no longer need.")
    insert = """
        INSERT INTO saved_view (owner, name, filter, range, brand_group, shared, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)"""
    definition = _definition(new.filter, new.range, new.brand_group)
    shared = new.shared or account is None
    values = (account, _free_name(db, new.name, account, 0), *definition, shared, now)
    row = db.execute(f"{insert} RETURNING {_COLUMNS.replace('saved_view.', '')}", values).fetchone()
    return _view(row)


def _rename(db: Connection, id_: int, name: str) -> bool:
    found = db.execute("SELECT owner FROM saved_view WHERE id = ?", (id_,)).fetchone()
    if found is None:
        return False
    db.execute("UPDATE saved_view SET name = ? WHERE id = ?", (_free_name(db, name, found[0], id_), id_))
    return True


def _free_name(db: Connection, name: str, owner: int | None, id_: int) -> str:
    """``name`` as it is stored, if no other view that its owner sees has it."""
    cleaned = " ".join(name.split())
    if not cleaned:
        raise SavedViewError("Give the view a name.")
    if len(cleaned) > MAX_NAME_LENGTH:
        raise SavedViewError(f"A name may have at most {MAX_NAME_LENGTH} characters; this one has {len(cleaned)}.")
    rows = db.execute(f"SELECT name FROM saved_view WHERE {_IS_VISIBLE} AND id <> ?2", (owner or 0, id_))
    if cleaned.casefold() in {taken.casefold() for (taken,) in rows}:
        raise SavedViewError(f"There is already a view called “{cleaned}”.")
    return cleaned


def _definition(f: MentionFilter, range_: str, brand_group: BrandGroup | None) -> tuple[str, str, str]:
    return filter_to_json(f), range_, "" if brand_group is None else brand_group.value


def _view(row: Sequence[Any]) -> SavedView:
    id_, owner, name, filter_text, brand_group, range_, shared, created_at = row
    found, problem = MentionFilter(), ""
    try:
        found = filter_from_json(filter_text)
    except FilterJsonError as error:
        problem = f"{_NEWER_VERSION} {error}"
    group = next((group for group in BrandGroup if group.value == brand_group), None)
    if (range_ and range_ not in RANGE_LENGTHS) or (brand_group and group is None):
        problem = problem or _NEWER_VERSION
    return SavedView(id_, owner, name, found, range_, bool(shared), from_ms(created_at), group, problem)
