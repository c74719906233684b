"""Hashes of passwords, and which passwords may be chosen."""

from __future__ import annotations

import threading

import pytest
from argon2 import PasswordHasher

from display.access.passwords import (
    MAX_COMPUTING,
    MAX_WAITING,
    Passwords,
    TooManySignIns,
    check_password,
    one_time_password,
)
from monitor.errors import PeopleError
from tests.fake_site import CHEAP_PASSWORDS


def test_a_hash_is_argon2id_and_only_the_password_matches() -> None:
    hashed = CHEAP_PASSWORDS.hash("a walrus sings")
    assert hashed.startswith("$argon2id$")
    assert CHEAP_PASSWORDS.verify(hashed, "a walrus sings")
    assert not CHEAP_PASSWORDS.verify(hashed, "a walrus sing")
    assert not CHEAP_PASSWORDS.verify("not a hash", "a walrus sings")
    assert CHEAP_PASSWORDS.hash("a walrus sings") != hashed


def test_real_hashes_cost_memory() -> None:
    assert "$m=65536,t=3,p=1$" in Passwords().hash("a walrus sings")


class CountingHasher(PasswordHasher):
    """Counts what it verifies."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        """Count and verify."""
        self.verified.append(str(hash))
        return super().verify(hash, password)


def test_a_name_that_does_not_exist_costs_a_hash_too() -> None:
    hasher = CountingHasher()
    passwords = Passwords(hasher)
    assert not passwords.verify(None, "a walrus sings")
    assert [hashed.split("$")[3] for hashed in hasher.verified] == ["m=8,t=1,p=1"]


def test_hashes_with_old_parameters_are_outdated() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash("a walrus sings")
    assert CHEAP_PASSWORDS.is_outdated(old)
    assert not CHEAP_PASSWORDS.is_outdated(CHEAP_PASSWORDS.hash("a walrus sings"))


class BlockedHasher(PasswordHasher):
    """Hashes when it is released, and records how many threads hash at the same time."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.release, self.started = threading.Event(), threading.Semaphore(0)
        self.now = self.most = 0
        self._lock = threading.Lock()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        """Wait, then return a constant."""
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.started.release()
        self.release.wait(30)
        with self._lock:
            self.now -= 1
        return "hash"


def test_few_hashes_are_computed_at_once_and_a_flood_is_refused() -> None:
    hasher = BlockedHasher()
    passwords = Passwords(hasher)
    refused = threading.Semaphore(0)

    def one() -> None:
        try:
            passwords.hash("a walrus sings")
        except TooManySignIns:
            refused.release()

    threads = [threading.Thread(target=one) for _ in range(MAX_COMPUTING + MAX_WAITING + 5)]
    for thread in threads:
        thread.start()
    assert all(hasher.started.acquire(timeout=30) for _ in range(MAX_COMPUTING))
    assert all(refused.acquire(timeout=30) for _ in range(5))
    hasher.release.set()
    for thread in threads:
        thread.join(30)
    assert hasher.most == MAX_COMPUTING
    assert not refused.acquire(blocking=False)


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("elevenchars", "at least 12 characters"),
        ("", "at least 12 characters"),
        ("x" * 1001, "at most 1,000"),
        ("ababababababab", "repeats the same"),
        ("PriyaNair2026", "little more than a name"),
        ("priya.priya.priya!", "little more than a name"),
        ("Wallflower-123", "little more than a name"),
    ],
)
def test_weak_passwords_are_refused(password: str, problem: str) -> None:
    with pytest.raises(PeopleError, match=problem):
        check_password(password, "priya", "Priya Nair")


@pytest.mark.parametrize("password", ["correct horse battery", "twelve chars", "пароль из слов", "priya likes maps"])
def test_any_other_password_is_accepted(password: str) -> None:
    check_password(password, "priya", "Priya Nair")


def test_one_time_passwords_differ_and_may_be_chosen() -> None:
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_password(password, "priya")
