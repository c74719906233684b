"""People: accounts, their sessions and API tokens, paired walls, and the audit log.

Secrets are never in these objects. Passwords are stored as argon2id hashes, and tokens of sessions, of the API and of
walls as SHA-256: they are random, so a slow hash would add nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from monitor.model.posts import Json

SESSION_IDLE = timedelta(days=30)
"""A session ends when it was not used for this long."""
SESSION_LIFETIME = timedelta(days=365)
"""A session ends after this long, however often it is used."""
TRY_WINDOW = timedelta(minutes=15)
"""How long wrong passwords count, and how long to wait after too many of them."""


class Role(IntEnum):
    """What a person or a wall may do. Each role may do what the lower ones may."""

    WALL = 0
    """A paired screen: sees walls."""
    VIEWER = 1
    """Reads everything."""
    MEMBER = 2
    """Also claims, adds notes, hides and corrects."""
    ADMIN = 3
    """Also manages rules, people, walls and sources."""

    @property
    def label(self) -> str:
        """Its name in lower case, as it is stored and typed: "admin"."""
        return self.name.lower()

    @classmethod
    def parse(cls, label: str) -> Role:
        """The role that an account can have with this label. Raises ValueError for any other text."""
        role = next((role for role in PERSON_ROLES if role.label == label), None)
        if role is None:
            raise ValueError(f"There is no role {label!r}. Roles: {', '.join(r.label for r in PERSON_ROLES)}.")
        return role


PERSON_ROLES = (Role.VIEWER, Role.MEMBER, Role.ADMIN)
"""The roles of accounts."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person who can sign in."""

    id: int
    name: str
    """What the person types to sign in. Unique regardless of case."""
    full_name: str
    """What others see: "Dana Kim"."""
    role: Role
    created_at: datetime
    has_password: bool = True
    """False: signs in through single sign-on only."""
    must_change_password: bool = False
    """The password was chosen by somebody else: after signing in, the person has to choose another one first."""
    identity: str | None = None
    """Who the person is in single sign-on: the issuer and its subject, as one text."""
    seen_at: datetime | None = None
    """When any of its sessions was last used; None: never signed in."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be added."""

    name: str
    full_name: str
    role: Role
    password_hash: str | None = field(default=None, repr=False)
    must_change_password: bool = False
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which a person is signed in."""

    id: int
    account: Account
    created_at: datetime
    seen_at: datetime
    address: str
    """The IP address from which it was last used."""
    browser: str
    """"Firefox on Windows"."""
    method: str
    """How the person signed in: "password", or the name of a single sign-on."""

    @property
    def expires_at(self) -> datetime:
        """When it ends if it is not used again."""
        return min(self.created_at + SESSION_LIFETIME, self.seen_at + SESSION_IDLE)


class TokenScope(StrEnum):
    """What a program may do with an API token."""

    READ = "read"
    ACT = "act"
    """Also claim, correct, hide and note, as far as its person may."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token with which a program reads, or also acts, on behalf of a person."""

    id: int
    account: Account
    name: str
    hint: str
    """Its last characters, by which people recognise it."""
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    used_address: str = ""
    scope: TokenScope = TokenScope.READ


@dataclass(frozen=True, slots=True)
class PairedWall:
    """A screen that was paired once and shows a wall."""

    id: int
    name: str
    """What people call it: "CEO desk". Unique regardless of case."""
    wall: str
    """The name of the wall in the config that it shows; empty for the first one."""
    paired_by: str
    """The name of an account."""
    paired_at: datetime
    seen_at: datetime | None = None
    address: str = ""
    size: str = ""
    """"1920 x 1080" with a multiplication sign; empty if unknown."""
    version: str = ""
    """The version of the page that it shows."""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Tries:
    """What is left of the tries of a key, such as an account or an address."""

    left: int
    """Tries before the wait."""
    wait_until: datetime | None = None
    """When the next try is allowed; None: now."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, and when."""

    id: int
    at: datetime
    actor: str
    """The name of an account, "command line" or "Wallflower"."""
    action: str
    """What was done, as a past participle and an object: "changed role"."""
    target: str
    """To whom or what; empty if that is clear from the action."""
    details: Mapping[str, Json] = field(default_factory=dict)
