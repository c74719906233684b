"""Who a request or a socket comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.wrappers import Request

from display.access.cookies import session_token, wall_token
from display.access.header_people import HeaderPeople
from display.access.last_uses import LastUses
from display.access.tokens import API_TOKEN_PREFIX, token_hash
from display.server.proxies import FORWARDED
from display.server.security import LOOPBACK_NAMES, host_name
from monitor.clock import Clock
from monitor.model.actions import Actor
from monitor.model.people import Account, ApiToken, PairedWall, Role, TokenScope

if TYPE_CHECKING:
    from collections.abc import Collection

    from _typeshed.wsgi import WSGIEnvironment

    from monitor.config import Config
    from monitor.store.people import PeopleStore

LOCAL_NAME = "local"
"""The name of everybody on this machine while there is no account."""


LOCAL_FULL_NAME = "this computer"
"""What others see of what was done under that name."""


class AuthMethod(Enum):
    """How a person was recognised."""

    SESSION = "session"
    TOKEN = "token"
    WALL = "wall"
    LOCAL = "local"
    HEADER = "header"
    """A reverse proxy has signed the person in."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who a request comes from: a person who signed in, a program with an API token, a paired wall, or "local"."""

    name: str
    role: Role
    method: AuthMethod
    full_name: str = ""
    account: Account | None = None
    session: int = 0
    """The id of the session, or 0."""
    wall: PairedWall | None = None
    token: ApiToken | None = None
    """The API token of a program."""

    @property
    def actor(self) -> Actor:
        """The person as the store signs what was done."""
        if self.account is None:
            return Actor(self.name, LOCAL_FULL_NAME)
        return Actor(self.name, self.account.full_name, self.account.id)

    @property
    def key(self) -> tuple[AuthMethod, int]:
        """What its access depends on, and the id of that."""
        account = self.account.id if self.account and self.method is AuthMethod.HEADER else 0
        return self.method, self.session or account or (self.wall.id if self.wall else 0)


class Identities:
    """Recognises people by the cookie of their session, an API token, the cookie of a wall, or as local."""

    def __init__(
        self, config: Config, people: PeopleStore, clock: Clock, header_people: HeaderPeople | None = None
    ) -> None:
        self.is_private = is_loopback(config.server.host) and not config.server.hosts
        """Whether only this machine is meant to reach Wallflower."""
        self._people, self._clock, self._header_people = people, clock, header_people
        self.last_uses = LastUses(people, clock)
        self._has_accounts = False

    def has_accounts(self) -> bool:
        """Whether there is any account. There always is one after the first: the last admin cannot be removed."""
        self._has_accounts = self._has_accounts or self._people.has_accounts()
        return self._has_accounts

    def identify(self, environ: WSGIEnvironment) -> Person | None:
        """Who sent this request; None for a stranger. An API token rules out everything else.

        Other Authorization headers do not count: a proxy that asks for a password passes its own on.
        """
        request = Request(environ)
        if api_token := bearer_token(request):
            return self._by_api_token(request, api_token)
        return (
            self._by_session(request) or self._by_header(environ) or self._as_local(environ) or self._by_wall(request)
        )

    def is_local(self, environ: WSGIEnvironment) -> bool:
        """Whether a request comes from this machine, and Wallflower is not meant for other machines."""
        # A WSGI server always sets REMOTE_ADDR; it is empty for a Unix socket, which only a proxy uses.
        is_near = is_loopback(environ.get("REMOTE_ADDR", "127.0.0.1"))
        host = host_name(environ.get("HTTP_HOST", ""))
        return self.is_private and is_near and host in LOOPBACK_NAMES and not _is_proxied(environ)

    def still_allowed(self, keys: Collection[tuple[AuthMethod, int]]) -> set[tuple[AuthMethod, int]]:
        """Those of ``keys`` (``Person.key``) whose access has not ended."""
        sessions = {id_ for method, id_ in keys if method is AuthMethod.SESSION}
        walls = {id_ for method, id_ in keys if method is AuthMethod.WALL}
        allowed = {(AuthMethod.SESSION, id_) for id_ in self._people.open_sessions(sessions, self._clock.now())}
        allowed |= {(AuthMethod.WALL, id_) for id_ in self._people.open_walls(walls)}
        if any(method is AuthMethod.HEADER for method, _ in keys):
            allowed |= {(AuthMethod.HEADER, account.id) for account in self._people.accounts()}
        return allowed if self.has_accounts() else allowed | {(AuthMethod.LOCAL, 0)}

    def access_version(self) -> int:
        """A number that changes whenever somebody's access may have ended."""
        return self._people.access_version()

    def _by_session(self, request: Request) -> Person | None:
        hashed = token_hash(session_token(request))
        session = self._people.session(hashed, self._clock.now()) if hashed else None
        if session is None:
            return None
        self.last_uses.used_session(session.id, request.remote_addr or "")
        account = session.account
        return Person(account.name, account.role, AuthMethod.SESSION, account.full_name, account, session.id)

    def _by_api_token(self, request: Request, api_token: str) -> Person | None:
        hashed = token_hash(api_token)
        token = self._people.token(hashed, self._clock.now()) if hashed else None
        if token is None:
            return None
        self.last_uses.used_token(token.id, request.remote_addr or "")
        account, highest = token.account, Role.MEMBER if token.scope is TokenScope.ACT else Role.VIEWER
        role = min(account.role, highest)
        return Person(account.name, role, AuthMethod.TOKEN, account.full_name, account, token=token)

    def _by_header(self, environ: WSGIEnvironment) -> Person | None:
        account = self._header_people.account(environ) if self._header_people else None
        return Person(account.name, account.role, AuthMethod.HEADER, account.full_name, account) if account else None

    def _by_wall(self, request: Request) -> Person | None:
        hashed = token_hash(wall_token(request))
        wall = self._people.wall(hashed) if hashed else None
        return Person(wall.name, Role.WALL, AuthMethod.WALL, wall.name, wall=wall) if wall else None

    def _as_local(self, environ: WSGIEnvironment) -> Person | None:
        if not self.is_local(environ) or self.has_accounts():
            return None
        return Person(LOCAL_NAME, Role.ADMIN, AuthMethod.LOCAL, "You")


def _is_proxied(environ: WSGIEnvironment) -> bool:
    """Whether a request seems to come through a proxy, so that its client may be anywhere.

    One line of nginx, ``proxy_pass http://127.0.0.1:8750``, forwards everybody without a header that says so, as from
    this machine and for this host. What remains is HTTP/1.0, which no browser sends, and the site of the page that sent
    a form.
    """
    origin = environ.get("HTTP_ORIGIN", "")
    is_elsewhere = origin.startswith("http") and urlsplit(origin).hostname not in LOOPBACK_NAMES
    return bool(environ.get(FORWARDED)) or environ.get("SERVER_PROTOCOL") == "HTTP/1.0" or is_elsewhere


def bearer_token(request: Request) -> str:
    """The API token that a request carries, valid or not; empty if it carries none."""
    authorization = request.authorization
    token = authorization.token if authorization is not None and authorization.type == "bearer" else None
    return token if token and token.startswith(API_TOKEN_PREFIX) else ""


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine: "localhost" or an address of its loopback network."""
    try:
        return host.lower() == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
