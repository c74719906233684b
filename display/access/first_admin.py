"""The one-time code with which the first admin is created from another machine.

The log shows it, so only somebody who can read the log can use it. It is the only secret that is ever logged.
"""

from __future__ import annotations

import hmac
import logging
import secrets
import threading
from datetime import datetime, timedelta

from monitor.clock import Clock

FIRST_ADMIN_PATH = "/first-admin"
CODE_LIFETIME = timedelta(minutes=30)
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 characters, without 0, 1, I and O."""
GROUPS, GROUP_CHARS = 3, 4

log = logging.getLogger("wallflower.access")


class FirstAdminCode:
    """A code of 60 bits that is valid for CODE_LIFETIME, and renewed when it is needed after that. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._code = ""
        self._expires_at: datetime | None = None

    def announce(self, page: str) -> None:
        """Log a new code, and the address of ``page`` where it is entered, unless the last one is still valid."""
        with self._lock:
            now = self._clock.now()
            if self._expires_at and now < self._expires_at:
                return
            groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_CHARS)) for _ in range(GROUPS))
            self._code, self._expires_at = "-".join(groups), now + CODE_LIFETIME
            log.warning(
                "There is no account yet. To create the first admin, open %s and enter the code %s, which is valid for"
                " 30 minutes; or run `wallflower user add NAME --role admin`.",
                page,
                self._code,
            )

    def matches(self, typed: str) -> bool:
        """Whether ``typed`` is the valid code, regardless of case, spaces and dashes."""
        with self._lock:
            is_valid = self._expires_at is not None and self._clock.now() < self._expires_at
            return is_valid and hmac.compare_digest(_plain(typed).encode(), _plain(self._code).encode())

    def use_up(self) -> None:
        """Make the code invalid, once the first admin exists."""
        with self._lock:
            self._expires_at = None


def _plain(code: str) -> str:
    return "".join(filter(str.isalnum, code.upper()))
