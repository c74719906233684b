"""SqlPeople: PeopleStore over a connection of any engine. ``monitor.store.people`` documents the methods."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from monitor.model import Json
from monitor.model.people import (
    Account,
    ApiToken,
    AuditEntry,
    NewAccount,
    PairedWall,
    Role,
    Session,
    TokenScope,
    Tries,
)
from monitor.store.sql import accounts, audit, paired_walls, sessions
from monitor.store.sql.connection import Connection
from monitor.store.sql.units import to_ms

T = TypeVar("T")


class Run(Protocol):
    """Runs a function in a read or a write transaction."""

    def __call__(self, job: Callable[[Connection], T], /) -> T:
        """The result of ``job``."""


class SqlPeople:
    """The people in the database of a store."""

    def __init__(self, read: Run, write: Run) -> None:
        self._read, self._write = read, write

    # Accounts

    def has_accounts(self) -> bool:
        return self._read(accounts.has_accounts)

    def accounts(self) -> list[Account]:
        return self._read(accounts.accounts)

    def account(self, name: str) -> Account | None:
        return self._read(lambda db: accounts.account_where(db, "name_key = ?", accounts.name_key(name)))

    def account_by_identity(self, identity: str) -> Account | None:
        return self._read(lambda db: accounts.account_where(db, "identity = ?", identity))

    def password_hash(self, name: str) -> str | None:
        return self._read(lambda db: accounts.password_hash(db, name))

    def add_account(self, new: NewAccount, now: datetime, actor: str, *, only_first: bool = False) -> Account:
        return self._write(lambda db: accounts.add(db, new, to_ms(now), actor, only_first))

    def set_password(
        self,
        account: int,
        password_hash: str,
        now: datetime,
        actor: str,
        *,
        must_change: bool = False,
        keep_session: int | None = None,
    ) -> None:
        def job(db: Connection) -> None:
            accounts.set_password(db, account, password_hash, to_ms(now), actor, must_change, keep_session)

        self._write(job)

    def replace_hash(self, account: int, old_hash: str, new_hash: str) -> None:
        self._write(lambda db: accounts.replace_hash(db, account, old_hash, new_hash))

    def set_role(self, account: int, role: Role, now: datetime, actor: str) -> None:
        self._write(lambda db: accounts.set_role(db, account, role, to_ms(now), actor))

    def set_identity(self, account: int, identity: str, full_name: str) -> None:
        self._write(lambda db: accounts.set_identity(db, account, identity, full_name))

    def remove_account(self, account: int, now: datetime, actor: str) -> None:
        self._write(lambda db: accounts.remove(db, account, to_ms(now), actor))

    # Sessions

    def add_session(
        self, account: int, token_hash: bytes, now: datetime, *, address: str, browser: str, method: str
    ) -> Session:
        return self._write(
            lambda db: sessions.add_session(db, account, token_hash, to_ms(now), address, browser, method)
        )

    def session(self, token_hash: bytes, now: datetime) -> Session | None:
        return self._read(lambda db: sessions.session(db, token_hash, to_ms(now)))

    def sessions(self, now: datetime, account: int | None = None) -> list[Session]:
        return self._read(lambda db: sessions.sessions(db, to_ms(now), account))

    def end_session(self, session: int, account: int, now: datetime, actor: str) -> bool:
        return self._write(lambda db: sessions.end_session(db, session, account, to_ms(now), actor))

    def end_sessions(self, account: int, now: datetime, actor: str, keep: int | None = None) -> int:
        return self._write(lambda db: sessions.end_sessions(db, account, to_ms(now), actor, keep))

    def record_use(self, used: Mapping[int, tuple[datetime, str]], tokens: Mapping[int, tuple[datetime, str]]) -> None:
        self._write(lambda db: sessions.record_use(db, used, tokens))

    def access_version(self) -> int:
        return self._read(sessions.access_version)

    def open_sessions(self, ids: Collection[int], now: datetime) -> set[int]:
        return self._read(lambda db: sessions.open_sessions(db, ids, to_ms(now)))

    # API tokens

    def add_token(
        self, account: int, name: str, hint: str, token_hash: bytes, expires_at: datetime, now: datetime, actor: str,
        scope: TokenScope = TokenScope.READ,
    ) -> ApiToken:  # fmt: skip
        times = to_ms(expires_at), to_ms(now)
        return self._write(lambda db: sessions.add_token(db, account, name, hint, token_hash, *times, actor, scope))

    def token(self, token_hash: bytes, now: datetime) -> ApiToken | None:
        return self._read(lambda db: sessions.token(db, token_hash, to_ms(now)))

    def tokens(self, account: int) -> list[ApiToken]:
        return self._read(lambda db: sessions.tokens(db, account))

    def revoke_token(self, token: int, account: int, now: datetime, actor: str) -> bool:
        return self._write(lambda db: sessions.revoke_token(db, token, account, to_ms(now), actor))

    # Paired walls

    def add_wall(
        self, name: str, wall: str, token_hash: bytes, now: datetime, actor: str, *, address: str = "",
        size: str = "", browser: str = "",
    ) -> PairedWall:  # fmt: skip
        def job(db: Connection) -> PairedWall:
            return paired_walls.add(db, name, wall, token_hash, to_ms(now), actor, address, size, browser)

        return self._write(job)

    def wall(self, token_hash: bytes) -> PairedWall | None:
        return self._read(lambda db: paired_walls.by_token(db, token_hash))

    def walls(self) -> list[PairedWall]:
        return self._read(paired_walls.all_walls)

    def open_walls(self, ids: Collection[int]) -> set[int]:
        return self._read(lambda db: paired_walls.still_paired(db, ids))

    def rename_wall(self, wall: int, name: str, now: datetime, actor: str) -> None:
        self._write(lambda db: paired_walls.rename(db, wall, name, to_ms(now), actor))

    def set_shown_wall(self, wall: int, shown: str, now: datetime, actor: str) -> None:
        self._write(lambda db: paired_walls.set_shown(db, wall, shown, to_ms(now), actor))

    def remove_wall(self, wall: int, now: datetime, actor: str) -> bool:
        return self._write(lambda db: paired_walls.remove(db, wall, to_ms(now), actor))

    def record_wall(self, wall: int, seen_at: datetime, *, address: str, size: str, version: str) -> None:
        self._write(lambda db: paired_walls.record_seen(db, wall, to_ms(seen_at), address, size, version))

    # Limits on tries

    def count_try(self, limits: Mapping[str, int], now: datetime) -> Tries:
        return self._write(lambda db: audit.count_try(db, limits, to_ms(now)))

    def forget_tries(self, key: str) -> None:
        self._write(lambda db: audit.forget_tries(db, key))

    def take_back_try(self, key: str) -> None:
        self._write(lambda db: audit.take_back_try(db, key))

    # The audit log

    def record(self, actor: str, action: str, target: str, details: Mapping[str, Json], now: datetime) -> None:
        self._write(lambda db: audit.record(db, actor, action, target, details, to_ms(now)))

    def audit_log(
        self, *, before: int | None = None, limit: int = 100, actor: str = "", action: str = ""
    ) -> Sequence[AuditEntry]:
        return self._read(lambda db: audit.entries(db, before, limit, actor, action))

    def audit_actors(self) -> list[str]:
        return self._read(audit.actors)

    def audit_actions(self) -> list[str]:
        return self._read(audit.actions)
