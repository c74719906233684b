"""The part of the Store protocol about people: accounts, sessions, API tokens, paired walls and the audit log."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from monitor.model import Json
from monitor.model.people import Account, ApiToken, AuditEntry, NewAccount, PairedWall, Role, Session, TokenScope, Tries


class PeopleStore(Protocol):
    """``Store.people``. Errors and times are those of ``Store``.

    Methods that change something take ``actor``, the name of the account that does it, "command line" or "Wallflower",
    and write an entry of the audit log in the same transaction. They raise PeopleError if the change is not allowed or
    what they should change does not exist. Names are compared regardless of case.

    ``token_hash`` is the SHA-256 of a token; the store never receives the token itself.
    """

    # Accounts

    def has_accounts(self) -> bool:
        """Whether there is any account."""

    def accounts(self) -> list[Account]:
        """All accounts, by full name."""

    def account(self, name: str) -> Account | None:
        """The account with this name."""

    def account_by_identity(self, identity: str) -> Account | None:
        """The account with this identity in single sign-on."""

    def password_hash(self, name: str) -> str | None:
        """The password hash of an account; None if there is no such account or it has no password."""

    def add_account(self, new: NewAccount, now: datetime, actor: str, *, only_first: bool = False) -> Account:
        """Add an account; the first one has to be an admin.

        With ``only_first``, raises PeopleError if there is any account already.
        """

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
        """Set a password, and end the account's sessions, except ``keep_session``."""

    def replace_hash(self, account: int, old_hash: str, new_hash: str) -> None:
        """Store another hash of the same password, unless the password was changed. Sessions go on."""

    def set_role(self, account: int, role: Role, now: datetime, actor: str) -> None:
        """Set a role, and end the account's sessions if it changed. Raises PeopleError for the last admin."""

    def set_identity(self, account: int, identity: str, full_name: str) -> None:
        """Set the identity in single sign-on, and the full name."""

    def remove_account(self, account: int, now: datetime, actor: str) -> None:
        """Delete an account with its sessions and API tokens. Raises PeopleError for the last admin."""

    # Sessions

    def add_session(
        self, account: int, token_hash: bytes, now: datetime, *, address: str, browser: str, method: str
    ) -> Session:
        """Record that a person signed in."""

    def session(self, token_hash: bytes, now: datetime) -> Session | None:
        """The session with this token, unless it has ended or expired."""

    def sessions(self, now: datetime, account: int | None = None) -> list[Session]:
        """The sessions of an account, or of everybody, the last used first."""

    def end_session(self, session: int, account: int, now: datetime, actor: str) -> bool:
        """End one session of an account; return whether it existed."""

    def end_sessions(self, account: int, now: datetime, actor: str, keep: int | None = None) -> int:
        """End all sessions of an account except ``keep``; return how many there were."""

    def record_use(
        self, sessions: Mapping[int, tuple[datetime, str]], tokens: Mapping[int, tuple[datetime, str]]
    ) -> None:
        """Store when and from which address sessions and API tokens were last used, by their ids."""

    def access_version(self) -> int:
        """A number that grows whenever a session ends, an account is added or changes, or a wall is unpaired."""

    def open_sessions(self, ids: Collection[int], now: datetime) -> set[int]:
        """Those of ``ids`` whose sessions have neither ended nor expired."""

    # API tokens

    def add_token(self, account: int, name: str, hint: str, token_hash: bytes, expires_at: datetime, now: datetime,
                  actor: str, scope: TokenScope = TokenScope.READ) -> ApiToken:  # fmt: skip
        """Add an API token. Raises PeopleError if the account has one of this name."""

    def token(self, token_hash: bytes, now: datetime) -> ApiToken | None:
        """The API token, unless it was revoked or has expired."""

    def tokens(self, account: int) -> list[ApiToken]:
        """The API tokens of an account, also expired ones, the newest first."""

    def revoke_token(self, token: int, account: int, now: datetime, actor: str) -> bool:
        """Revoke an API token of an account; return whether it existed."""

    # Paired walls

    def add_wall(
        self, name: str, wall: str, token_hash: bytes, now: datetime, actor: str, *, address: str = "",
        size: str = "", browser: str = "",
    ) -> PairedWall:  # fmt: skip
        """Pair a screen. Raises PeopleError if another one has this name, or if somebody else has just paired it."""

    def wall(self, token_hash: bytes) -> PairedWall | None:
        """The paired screen with this token."""

    def walls(self) -> list[PairedWall]:
        """All paired screens, by name."""

    def open_walls(self, ids: Collection[int]) -> set[int]:
        """Those of ``ids`` that are still paired."""

    def rename_wall(self, wall: int, name: str, now: datetime, actor: str) -> None:
        """Rename a paired screen."""

    def set_shown_wall(self, wall: int, shown: str, now: datetime, actor: str) -> None:
        """Set which wall of the config a paired screen shows."""

    def remove_wall(self, wall: int, now: datetime, actor: str) -> bool:
        """Unpair a screen; return whether it was paired."""

    def record_wall(self, wall: int, seen_at: datetime, *, address: str, size: str, version: str) -> None:
        """Store when a paired screen was last seen, and what is known about it."""

    # Limits on tries

    def count_try(self, limits: Mapping[str, int], now: datetime) -> Tries:
        """Count a try towards each key of ``limits`` (key -> how many are allowed), unless one has to wait.

        The try is counted before its outcome is known, so that parallel tries cannot exceed the limit. Returns what is
        left of the key with the fewest tries left. A key is forgotten TRY_WINDOW after its last counted try.
        """

    def forget_tries(self, key: str) -> None:
        """Forget all tries of a key, after a successful one."""

    def take_back_try(self, key: str) -> None:
        """Do not count the last try of a key, because it was successful."""

    # The audit log

    def record(self, actor: str, action: str, target: str, details: Mapping[str, Json], now: datetime) -> None:
        """Add an entry."""

    def audit_log(
        self, *, before: int | None = None, limit: int = 100, actor: str = "", action: str = ""
    ) -> Sequence[AuditEntry]:
        """At most ``limit`` entries, the newest first; those with an id below ``before``.

        With ``actor`` or ``action``, only those that have exactly this one.
        """

    def audit_actors(self) -> list[str]:
        """Everybody who did something that is in the audit log, in alphabetical order."""

    def audit_actions(self) -> list[str]:
        """Every action that is in the audit log, in alphabetical order."""
