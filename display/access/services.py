"""What pages need to let people in, in one object: ``access()``."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app

from display.access.authentication import Authenticator
from display.access.external_accounts import ExternalAccounts
from display.access.first_admin import FIRST_ADMIN_PATH, FirstAdminCode
from display.access.guard import Guard
from display.access.header_people import HeaderPeople
from display.access.identity import Identities
from display.access.pairing import Pairing
from display.access.passwords import Passwords
from monitor.clock import Clock

if TYPE_CHECKING:
    from display.access.oidc import OidcProvider
    from monitor.config import Config
    from monitor.config.sign_in import Oidc
    from monitor.config.tables import Server
    from monitor.store.people import PeopleStore


@dataclass(frozen=True, slots=True)
class Access:
    """Built by ``create_app``; views get it from ``access()``."""

    people: PeopleStore
    identities: Identities
    guard: Guard
    passwords: Passwords
    authenticator: Authenticator
    first_admin_code: FirstAdminCode
    pairing: Pairing
    external_accounts: ExternalAccounts
    oidc: OidcProvider | None
    passwords_allowed: bool
    """Whether people may sign in with a password."""

    @classmethod
    def build(cls, config: Config, people: PeopleStore, clock: Clock, passwords: Passwords) -> Access:
        """The services for one app."""
        settings = config.sign_in
        accounts = ExternalAccounts(people, settings.roles, clock)
        header_people = HeaderPeople(settings.header, accounts) if settings.header else None
        identities = Identities(config, people, clock, header_people)
        return cls(
            people=people,
            identities=identities,
            guard=Guard(identities, people),
            passwords=passwords,
            authenticator=Authenticator(people, passwords, clock),
            first_admin_code=FirstAdminCode(clock),
            pairing=Pairing(clock),
            external_accounts=accounts,
            oidc=_oidc_provider(settings.oidc) if settings.oidc else None,
            passwords_allowed=settings.passwords,
        )

    def announce(self, server: Server) -> None:
        """Log the code for the first admin if there is no account and other machines can reach ``server``."""
        if not self.identities.is_private and not self.identities.has_accounts():
            self.first_admin_code.announce(f"{public_address(server)}{FIRST_ADMIN_PATH}")


def _oidc_provider(options: Oidc) -> OidcProvider:
    provider: OidcProvider = importlib.import_module("display.access.oidc").OidcProvider(options)
    return provider


def public_address(server: Server) -> str:
    """The address at which people open the pages, as far as the config says it.

    A proxy gives them a name in ``hosts``, usually with TLS and at the usual port; its path is not known.
    """
    if server.url:
        return server.url.rstrip("/")
    if server.hosts and server.proxies:
        return f"https://{server.hosts[0]}"
    name = server.hosts[0] if server.hosts else server.host
    if name in ("0.0.0.0", "::"):
        name = "<this machine>"
    return f"http://[{name}]:{server.port}" if ":" in name else f"http://{name}:{server.port}"


def access() -> Access:
    """The services of the app that serves the current request."""
    return cast("Access", current_app.extensions["access"])
