"""Sessions and API tokens."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from monitor.errors import PeopleError
from monitor.model.people import SESSION_IDLE, SESSION_LIFETIME, ApiToken, Session, TokenScope
from monitor.store.sql import audit
from monitor.store.sql.accounts import (
    ACCOUNT_COLUMNS,
    N_ACCOUNT_COLUMNS,
    account_of_row,
    change_version,
    delete_sessions,
    insert,
    require_account,
)
from monitor.store.sql.connection import Connection
from monitor.store.sql.units import MILLISECOND, from_ms, optional_time, to_ms

_OPEN = f"session.created_at > ?1 - {SESSION_LIFETIME // MILLISECOND} AND session.seen_at > ?1 - {SESSION_IDLE // MILLISECOND}"  # noqa: E501
_SESSIONS = f"""SELECT {ACCOUNT_COLUMNS}, session.id, session.created_at, session.seen_at, session.address,
    session.browser, session.method
    FROM session JOIN account ON account.id = session.account WHERE {_OPEN}"""
_USED = "UPDATE session SET seen_at = CASE WHEN seen_at > ?1 THEN seen_at ELSE ?1 END, address = ?2 WHERE id = ?3"
_SEEN = "UPDATE account SET seen_at = ?1 WHERE coalesce(seen_at, 0) < ?1"
_TOKENS = f"""SELECT {ACCOUNT_COLUMNS}, api_token.id, api_token.name, api_token.hint, api_token.created_at,
    api_token.expires_at, api_token.used_at, api_token.used_address, api_token.scope
    FROM api_token JOIN account ON account.id = api_token.account"""


def add_session(
    db: Connection, account: int, token_hash: bytes, now: int, address: str, browser: str, method: str
) -> Session:
    """Add a session, and delete the expired ones of everybody."""
    person = require_account(db, account)
    db.execute(f"DELETE FROM session WHERE NOT ({_OPEN})", (now,))
    values = {
        "token_hash": token_hash,
        "account": account,
        "created_at": now,
        "seen_at": now,
        "address": address,
        "browser": browser,
        "method": method,
    }
    id_ = insert(db, "session", values)
    db.execute(f"{_SEEN} AND id = ?2", (now, account))
    details = {"address": address, "browser": browser, "method": method}
    audit.record(db, person.name, "signed in", person.name, details, now)
    return Session(id_, require_account(db, account), from_ms(now), from_ms(now), address, browser, method)


def session(db: Connection, token_hash: bytes, now: int) -> Session | None:
    """The open session with this token."""
    row = db.execute(f"{_SESSIONS} AND token_hash = ?2", (now, token_hash)).fetchone()
    return None if row is None else _session(row)


def sessions(db: Connection, now: int, account: int | None) -> list[Session]:
    """The open sessions of an account or of everybody, the last used first."""
    of_account, params = ("", (now,)) if account is None else (" AND session.account = ?2", (now, account))
    select = f"{_SESSIONS}{of_account} ORDER BY session.seen_at DESC, session.id DESC"
    return [_session(row) for row in db.execute(select, params)]


def end_session(db: Connection, id_: int, account: int, now: int, actor: str) -> bool:
    """End one session of an account."""
    person = require_account(db, account)
    if not db.execute("DELETE FROM session WHERE id = ? AND account = ?", (id_, account)).rowcount:
        return False
    change_version(db)
    audit.record(db, actor, "signed out", person.name, {}, now)
    return True


def end_sessions(db: Connection, account: int, now: int, actor: str, keep: int | None) -> int:
    """End all sessions of an account except ``keep``."""
    person = require_account(db, account)
    ended = delete_sessions(db, account, keep)
    audit.record(db, actor, "signed out everywhere", person.name, {"sessions": ended}, now)
    return ended


def record_use(
    db: Connection, used: Mapping[int, tuple[datetime, str]], used_tokens: Mapping[int, tuple[datetime, str]]
) -> None:
    """Store when sessions and API tokens were last used."""
    for id_, (at, address) in used.items():
        db.execute(_USED, (to_ms(at), address, id_))
        db.execute(f"{_SEEN} AND id = (SELECT account FROM session WHERE id = ?2)", (to_ms(at), id_))
    for id_, (at, address) in used_tokens.items():
        db.execute("UPDATE api_token SET used_at = ?, used_address = ? WHERE id = ?", (to_ms(at), address, id_))


def access_version(db: Connection) -> int:
    """See the interface."""
    return int(db.execute("SELECT n FROM access_version").fetchone()[0])


def open_sessions(db: Connection, ids: Collection[int], now: int) -> set[int]:
    """The open ones of these sessions."""
    select = f"SELECT id FROM session WHERE {_OPEN} AND id IN (SELECT value FROM json_each(?2))"
    return {id_ for (id_,) in db.execute(select, (now, json.dumps(list(ids))))}


def add_token(
    db: Connection, account: int, name: str, hint: str, token_hash: bytes, expires_at: int, now: int, actor: str,
    scope: TokenScope,
) -> ApiToken:  # fmt: skip
    """Add an API token."""
    person = require_account(db, account)
    if db.execute("SELECT 1 FROM api_token WHERE account = ? AND name = ?", (account, name)).fetchone():
        raise PeopleError(f'There is already a token with the name "{name}".')
    values = {
        "token_hash": token_hash,
        "account": account,
        "name": name,
        "hint": hint,
        "created_at": now,
        "expires_at": expires_at,
        "scope": scope.value,
    }
    id_ = insert(db, "api_token", values)
    details = {"token": name, "scope": scope.value, "expires": from_ms(expires_at).isoformat()}
    audit.record(db, actor, "created API token", person.name, details, now)
    return ApiToken(id_, person, name, hint, from_ms(now), from_ms(expires_at), scope=scope)


def token(db: Connection, token_hash: bytes, now: int) -> ApiToken | None:
    """The API token with this hash, unless it has expired."""
    row = db.execute(f"{_TOKENS} WHERE token_hash = ? AND expires_at > ?", (token_hash, now)).fetchone()
    return None if row is None else _token(row)


def tokens(db: Connection, account: int) -> list[ApiToken]:
    """The API tokens of an account, the newest first."""
    select = f"{_TOKENS} WHERE api_token.account = ? ORDER BY api_token.id DESC"
    return [_token(row) for row in db.execute(select, (account,))]


def revoke_token(db: Connection, id_: int, account: int, now: int, actor: str) -> bool:
    """Delete an API token of an account."""
    person = require_account(db, account)
    row = db.execute("DELETE FROM api_token WHERE id = ? AND account = ? RETURNING name", (id_, account)).fetchone()
    if row is None:
        return False
    audit.record(db, actor, "revoked API token", person.name, {"token": row[0]}, now)
    return True


def _session(row: tuple[Any, ...]) -> Session:
    id_, created_at, seen_at, *rest = row[N_ACCOUNT_COLUMNS:]
    return Session(id_, account_of_row(row[:N_ACCOUNT_COLUMNS]), from_ms(created_at), from_ms(seen_at), *rest)


def _token(row: tuple[Any, ...]) -> ApiToken:
    id_, name, hint, created_at, expires_at, used_at, used_address, scope = row[N_ACCOUNT_COLUMNS:]
    account = account_of_row(row[:N_ACCOUNT_COLUMNS])
    times = (from_ms(created_at), from_ms(expires_at), optional_time(used_at))
    return ApiToken(id_, account, name, hint, *times, used_address, TokenScope(scope))
