"""Passwords: argon2id hashes, and which passwords may be chosen."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from monitor.errors import PeopleError

MIN_PASSWORD_CHARS = 12
MAX_PASSWORD_CHARS = 1000
TIME_COST, MEMORY_KIB = 3, 64 * 1024
"""RFC 9106's second recommended option, with one lane: about 0.2 s, and 64 MiB while it is computed."""
MAX_COMPUTING = 2
MAX_WAITING = 10
"""Hashes that wait to be computed; more are refused, so that sign-ins cannot take the threads of all pages."""
WORDS_OF_ONE_TIME_PASSWORD = 4
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without characters that look alike: a one-time password is read out or copied by hand."""


class TooManySignIns(PeopleError):
    """More people sign in at this moment than hashes can be computed."""


class Passwords:
    """Computes and checks hashes, a bounded number at the same time."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """``hasher`` is replaced by a cheaper one in tests."""
        self._hasher = hasher or PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=1)
        self._dummy_hash = ""
        self._computing = threading.BoundedSemaphore(MAX_COMPUTING)
        self._accepted = threading.BoundedSemaphore(MAX_COMPUTING + MAX_WAITING)

    def hash(self, password: str) -> str:
        """The hash of ``password``. Raises TooManySignIns."""
        with self._turn():
            return self._hasher.hash(password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether ``password`` has this hash. Takes equally long if there is no hash. Raises TooManySignIns."""
        with self._turn():
            self._dummy_hash = self._dummy_hash or self._hasher.hash(secrets.token_urlsafe())
            try:
                matches = self._hasher.verify(password_hash or self._dummy_hash, password[:MAX_PASSWORD_CHARS])
            except (VerificationError, InvalidHashError):
                return False
            return matches and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was computed with other parameters than new ones."""
        return self._hasher.check_needs_rehash(password_hash)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._accepted.acquire(blocking=False):
            raise TooManySignIns("Too many people are signing in at this moment. Try again in a few seconds.")
        try:
            with self._computing:
                yield
        finally:
            self._accepted.release()


def check_password(password: str, *names: str) -> None:
    """Raise PeopleError if ``password`` may not be chosen by the person with these ``names``."""
    if len(password) < MIN_PASSWORD_CHARS:
        raise PeopleError(f"A password needs at least {MIN_PASSWORD_CHARS} characters. A few unrelated words are good.")
    if len(password) > MAX_PASSWORD_CHARS:
        raise PeopleError(f"A password may have at most {MAX_PASSWORD_CHARS:,} characters.")
    if len(set(password)) < 4:
        raise PeopleError("This password repeats the same characters. Choose another one.")
    letters = _letters(password)
    known = {_letters(name) for name in (*names, "wallflower")} | {_letters(w) for name in names for w in name.split()}
    for name in sorted(filter(None, known), key=len, reverse=True):
        letters = letters.replace(name, "") if len(name) > 2 else letters
    if len(letters) < MIN_PASSWORD_CHARS // 2:
        raise PeopleError("This password is little more than a name. Choose another one.")


def one_time_password() -> str:
    """A random password of 79 bits: "k7mq-x2hd-9fzr-tw4b"."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(WORDS_OF_ONE_TIME_PASSWORD))
    return "-".join(groups)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
