"""Accounts, and the entries of the audit log about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.errors import PeopleError
from monitor.model import Json
from monitor.model.people import Account, NewAccount, Role
from monitor.store.sql import audit
from monitor.store.sql.connection import Connection, inserted_id
from monitor.store.sql.units import from_ms, optional_time

ACCOUNT_COLUMNS = (
    "account.id, account.name, account.full_name, account.role, account.created_at, "
    "account.password_hash IS NOT NULL, account.must_change_password, account.identity, account.seen_at"
)
"""What ``account_of_row`` takes."""
N_ACCOUNT_COLUMNS = 9
LAST_ADMIN = "There must be at least one admin. Make someone else an admin first."


def name_key(name: str) -> str:
    """``name`` as names are compared."""
    return name.strip().casefold()


def account_of_row(row: tuple[Any, ...]) -> Account:
    """The account in a row of ACCOUNT_COLUMNS."""
    id_, name, full_name, role, created_at, has_password, must_change, identity, seen_at = row
    return Account(
        id_, name, full_name, Role[role.upper()], from_ms(created_at), bool(has_password), bool(must_change), identity,
        optional_time(seen_at),
    )  # fmt: skip


def has_accounts(db: Connection) -> bool:
    """Whether there is any account."""
    return db.execute("SELECT 1 FROM account LIMIT 1").fetchone() is not None


def accounts(db: Connection) -> list[Account]:
    """All accounts, by full name."""
    found = [account_of_row(row) for row in db.execute(f"SELECT {ACCOUNT_COLUMNS} FROM account")]
    return sorted(found, key=lambda account: (account.full_name.casefold(), account.id))


def account_where(db: Connection, condition: str, value: object) -> Account | None:
    """The account that satisfies a condition with one parameter."""
    row = db.execute(f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE {condition}", (value,)).fetchone()
    return None if row is None else account_of_row(row)


def require_account(db: Connection, id_: int) -> Account:
    """The account with this id. Raises PeopleError."""
    account = account_where(db, "id = ?", id_)
    if account is None:
        raise PeopleError("This person has been removed.")
    return account


def password_hash(db: Connection, name: str) -> str | None:
    """The password hash of an account."""
    row = db.execute("SELECT password_hash FROM account WHERE name_key = ?", (name_key(name),)).fetchone()
    return None if row is None else row[0]


def add(db: Connection, new: NewAccount, now: int, actor: str, only_first: bool) -> Account:
    """Add an account."""
    if only_first and has_accounts(db):
        raise PeopleError("There is an admin already. Sign in, or ask that person for an account.")
    if new.role is not Role.ADMIN and not has_accounts(db):
        raise PeopleError("The first person has to be an admin, who can add the others. Leave --role out.")
    if account_where(db, "name_key = ?", name_key(new.name)) is not None:
        raise PeopleError(f'There is already a person with the name "{new.name}".')
    values = {
        "name": new.name,
        "name_key": name_key(new.name),
        "full_name": new.full_name,
        "role": new.role.label,
        "password_hash": new.password_hash,
        "must_change_password": new.must_change_password,
        "identity": new.identity,
        "created_at": now,
    }
    id_ = insert(db, "account", values)
    change_version(db)
    audit.record(db, actor, "added person", new.name, {"role": new.role.label}, now)
    return require_account(db, id_)


def set_password(
    db: Connection, id_: int, password: str, now: int, actor: str, must_change: bool, keep_session: int | None
) -> None:
    """Set a password hash, and end the sessions."""
    account = require_account(db, id_)
    update = "UPDATE account SET password_hash = ?, must_change_password = ? WHERE id = ?"
    db.execute(update, (password, must_change, id_))
    delete_sessions(db, id_, keep_session)
    audit.record(db, actor, "changed password", account.name, {}, now)


def replace_hash(db: Connection, id_: int, old_hash: str, new_hash: str) -> None:
    """Store another hash of the same password."""
    update = "UPDATE account SET password_hash = ? WHERE id = ? AND password_hash = ?"
    db.execute(update, (new_hash, id_, old_hash))


def set_role(db: Connection, id_: int, role: Role, now: int, actor: str) -> None:
    """Set a role, and end the sessions."""
    account = require_account(db, id_)
    if account.role is role:
        return
    if role is not Role.ADMIN:
        _require_other_admin(db, account)
    db.execute("UPDATE account SET role = ? WHERE id = ?", (role.label, id_))
    delete_sessions(db, id_)
    details: Mapping[str, Json] = {"from": account.role.label, "to": role.label}
    audit.record(db, actor, "changed role", account.name, details, now)


def set_identity(db: Connection, id_: int, identity: str, full_name: str) -> None:
    """Set the identity in single sign-on."""
    require_account(db, id_)
    db.execute("UPDATE account SET identity = ?, full_name = ? WHERE id = ?", (identity, full_name, id_))


def remove(db: Connection, id_: int, now: int, actor: str) -> None:
    """Delete an account; its sessions and tokens are deleted by the foreign keys."""
    account = require_account(db, id_)
    _require_other_admin(db, account)
    db.execute("DELETE FROM saved_view WHERE owner = ? AND shared = 0", (id_,))
    db.execute("DELETE FROM account WHERE id = ?", (id_,))
    change_version(db)
    audit.record(db, actor, "removed person", account.name, {"role": account.role.label}, now)


def delete_sessions(db: Connection, account: int, keep: int | None = None) -> int:
    """Delete the sessions of an account except ``keep``; return how many there were."""
    change_version(db)
    return db.execute("DELETE FROM session WHERE account = ? AND id <> ?", (account, keep or 0)).rowcount


def change_version(db: Connection) -> None:
    """Let every process check which sessions are still open."""
    db.execute("UPDATE access_version SET n = n + 1")


def insert(db: Connection, table: str, values: Mapping[str, object]) -> int:
    """Insert a row; return its id. ``table`` and the keys are our own names."""
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    return inserted_id(db, f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values()))


def _require_other_admin(db: Connection, account: Account) -> None:
    others = db.execute("SELECT 1 FROM account WHERE role = 'admin' AND id <> ? LIMIT 1", (account.id,)).fetchone()
    if account.role is Role.ADMIN and others is None:
        raise PeopleError(LAST_ADMIN)
