"""Signing in with a name and a password, with limits per account and per address.

The limits are stored, so that neither a restart nor a second process resets them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from display.access.passwords import Passwords, TooManySignIns
from display.access.tokens import new_token, token_hash
from monitor.clock import Clock
from monitor.model.people import TRY_WINDOW, Account, Tries

if TYPE_CHECKING:
    from monitor.store.people import PeopleStore

TRIES_PER_ACCOUNT = 5
TRIES_PER_ADDRESS = 20
"""More than for an account: all people behind one router or proxy may have the same address."""
TRIES_PER_ADDRESS_FOR_CODE = 5
MAX_BROWSER_CHARS = 60


@dataclass(frozen=True, slots=True)
class SignIn:
    """The result of an attempt."""

    account: Account | None = None
    """None: the name and the password do not match, or there were too many tries."""
    tries_left: int = 0
    wait_until: datetime | None = None
    """Too many tries: when the next one is allowed."""


class Authenticator:
    """Checks passwords, and opens sessions."""

    def __init__(self, people: PeopleStore, passwords: Passwords, clock: Clock) -> None:
        self._people, self._passwords, self._clock = people, passwords, clock

    def check(self, name: str, password: str, address: str, *, task: str = "sign-in") -> SignIn:
        """Count an attempt, then check the password. Takes equally long for names that do not exist.

        ``task``: what is refused if they do not match, for the audit log.

        Raises TooManySignIns and StoreError.
        """
        now = self._clock.now()
        account_key, address_key = _account_key(name), f"address:{network_of(address)}"
        tries = self._people.count_try({account_key: TRIES_PER_ACCOUNT, address_key: TRIES_PER_ADDRESS}, now)
        if tries.wait_until:
            return SignIn(wait_until=tries.wait_until)
        account, stored_hash = self._people.account(name), self._people.password_hash(name)
        try:
            matches = self._passwords.verify(stored_hash, password)
        except TooManySignIns:
            self._people.take_back_try(account_key)
            self._people.take_back_try(address_key)
            raise
        if not matches or account is None or stored_hash is None:
            return self._failed(account, address, tries, task)
        self._people.forget_tries(account_key)
        self._people.take_back_try(address_key)
        if self._passwords.is_outdated(stored_hash):
            self._people.replace_hash(account.id, stored_hash, self._passwords.hash(password))
        return SignIn(account, tries.left)

    def open_session(self, account: Account, address: str, browser: str, method: str = "password") -> str:
        """A new session; returns its token, for the cookie."""
        token = new_token()
        hashed = token_hash(token)
        assert hashed is not None
        self._people.add_session(
            account.id, hashed, self._clock.now(), address=address, browser=browser[:MAX_BROWSER_CHARS], method=method
        )
        return token

    def count_code(self, address: str) -> Tries:
        """Count an attempt to enter the code for the first admin."""
        return self._people.count_try({f"code:{network_of(address)}": TRIES_PER_ADDRESS_FOR_CODE}, self._clock.now())

    def _failed(self, account: Account | None, address: str, tries: Tries, task: str) -> SignIn:
        # People sometimes type their password as their name, so only names of accounts are recorded.
        target = account.name if account else "unknown name"
        self._people.record("Wallflower", f"refused {task}", target, {"address": address}, self._clock.now())
        return SignIn(tries_left=tries.left, wait_until=None if tries.left else self._clock.now() + TRY_WINDOW)


def network_of(address: str) -> str:
    """What one person can hold: an IPv4 address, or a /64 of IPv6, from which a machine can choose any address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(mapped) if mapped.version == 4 else str(ip_network((int(mapped) >> 64 << 64, 64)))


def _account_key(name: str) -> str:
    """The key of a name that may not exist. Hashed, because it may be a password that was typed in the wrong field."""
    return "account:" + hashlib.sha256(name.strip().casefold().encode()).hexdigest()
