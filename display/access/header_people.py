"""People whom a reverse proxy has signed in, and names in a header of each request."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from display.access.external_accounts import ExternalAccounts, ExternalPerson
from display.server.proxies import PEER
from monitor.config.sign_in import TrustedHeader
from monitor.errors import PeopleError
from monitor.model.people import Account

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class HeaderPeople:
    """Believes the header from the configured addresses only; from anybody else it means nothing."""

    def __init__(self, options: TrustedHeader, accounts: ExternalAccounts) -> None:
        self._options, self._accounts = options, accounts

    def account(self, environ: WSGIEnvironment) -> Account | None:
        """The account of the person in the header; None without one, or if the person may not use Wallflower."""
        name = _value(environ, self._options.name)
        if not name or not self._is_trusted(str(environ.get(PEER, environ.get("REMOTE_ADDR", "")))):
            return None
        groups = _value(environ, self._options.groups).split(",")
        person = ExternalPerson(
            f"header {name.casefold()}",
            name,
            _value(environ, self._options.full_name),
            frozenset(filter(None, map(str.strip, groups))),
        )
        try:
            return self._accounts.account(person)
        except PeopleError:
            return None

    def _is_trusted(self, peer: str) -> bool:
        try:
            parsed = ip_address(peer)
        except ValueError:
            return False
        # A socket that listens on IPv6 shows an IPv4 peer as ::ffff:10.0.0.7.
        parsed = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(parsed in network for network in self._options.addresses)


def _value(environ: WSGIEnvironment, header: str | None) -> str:
    """The value of a header as text; WSGI servers decode headers as Latin-1."""
    if header is None:
        return ""
    raw = str(environ.get("HTTP_" + header.upper().replace("-", "_"), ""))
    return raw.encode("latin-1", "replace").decode("utf-8", "replace").strip()
