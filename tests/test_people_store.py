"""The contract of Store.people, on every storage engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import PeopleError
from monitor.model.people import SESSION_IDLE, SESSION_LIFETIME, TRY_WINDOW, NewAccount, Role, TokenScope
from monitor.store import Store, open_store
from monitor.store.people import PeopleStore
from tests.fakes import NOON

MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = open_store(store_url)
    yield store
    store.close()


@pytest.fixture
def people(store: Store) -> PeopleStore:
    """Priya Nair, an admin, and Dana Kim, a member."""
    store.people.add_account(NewAccount("priya", "Priya Nair", Role.ADMIN, "hash-p"), NOON, "command line")
    store.people.add_account(NewAccount("dana", "Dana Kim", Role.MEMBER, "hash-d"), NOON, "priya")
    return store.people


def id_of(people: PeopleStore, name: str) -> int:
    account = people.account(name)
    assert account is not None
    return account.id


def sign_in(people: PeopleStore, name: str, token: bytes, now: datetime = NOON) -> int:
    found = people.add_session(
        id_of(people, name), token, now, address="10.0.0.7", browser="Firefox on Windows", method="password"
    )
    return found.id


def test_a_new_database_has_nobody(store: Store) -> None:
    assert not store.people.has_accounts()
    assert store.people.accounts() == []
    assert store.people.account("priya") is None
    assert store.people.password_hash("priya") is None


def test_accounts_are_found_regardless_of_case(people: PeopleStore) -> None:
    assert [account.full_name for account in people.accounts()] == ["Dana Kim", "Priya Nair"]
    found = people.account(" PRIYA ")
    assert found is not None
    assert (found.name, found.role, found.created_at, found.seen_at) == ("priya", Role.ADMIN, NOON, None)
    assert people.password_hash("Dana") == "hash-d"
    with pytest.raises(PeopleError, match='already a person with the name "PRIYA"'):
        people.add_account(NewAccount("PRIYA", "Another", Role.VIEWER), NOON, "priya")


def test_the_first_admin_is_added_only_once(store: Store) -> None:
    first = NewAccount("priya", "Priya Nair", Role.ADMIN, "hash")
    store.people.add_account(first, NOON, "Wallflower", only_first=True)
    with pytest.raises(PeopleError, match="There is an admin already"):
        store.people.add_account(NewAccount("eve", "Eve", Role.ADMIN, "h"), NOON, "Wallflower", only_first=True)
    assert [account.name for account in store.people.accounts()] == ["priya"]


def test_there_is_always_an_admin(people: PeopleStore) -> None:
    priya, dana = id_of(people, "priya"), id_of(people, "dana")
    with pytest.raises(PeopleError, match=r"There must be at least one admin\. Make someone else an admin first\."):
        people.set_role(priya, Role.MEMBER, NOON, "priya")
    with pytest.raises(PeopleError, match="at least one admin"):
        people.remove_account(priya, NOON, "priya")
    people.set_role(dana, Role.ADMIN, NOON, "priya")
    people.remove_account(priya, NOON, "dana")
    assert [account.name for account in people.accounts()] == ["dana"]
    with pytest.raises(PeopleError, match="has been removed"):
        people.set_role(priya, Role.VIEWER, NOON, "dana")


def test_a_session_ends_when_it_is_not_used_or_old(people: PeopleStore) -> None:
    sign_in(people, "dana", b"t")
    found = people.session(b"t", NOON + SESSION_IDLE - MINUTE)
    assert found is not None
    assert (found.account.name, found.address, found.browser) == ("dana", "10.0.0.7", "Firefox on Windows")
    assert found.expires_at == NOON + SESSION_IDLE
    assert people.session(b"t", NOON + SESSION_IDLE) is None
    assert people.session(b"another", NOON) is None
    for days in range(20, 365, 20):
        people.record_use({found.id: (NOON + timedelta(days=days), "10.0.0.8")}, {})
    used = people.session(b"t", NOON + SESSION_LIFETIME - MINUTE)
    assert used is not None
    assert (used.address, used.account.seen_at) == ("10.0.0.8", NOON + timedelta(days=360))
    assert used.expires_at == NOON + SESSION_LIFETIME
    assert people.session(b"t", NOON + SESSION_LIFETIME) is None
    assert people.open_sessions([found.id], NOON + SESSION_LIFETIME - MINUTE) == {found.id}
    assert people.open_sessions([found.id], NOON + SESSION_LIFETIME) == set()


@pytest.mark.parametrize("change", ["password", "role", "removed", "everywhere", "one"])
def test_sessions_end_with_what_they_were_opened_for(people: PeopleStore, change: str) -> None:
    dana = id_of(people, "dana")
    session, other = sign_in(people, "dana", b"t"), sign_in(people, "priya", b"p")
    version = people.access_version()
    if change == "password":
        people.set_password(dana, "new", NOON, "dana")
    elif change == "role":
        people.set_role(dana, Role.VIEWER, NOON, "priya")
    elif change == "removed":
        people.remove_account(dana, NOON, "priya")
    elif change == "everywhere":
        assert people.end_sessions(dana, NOON, "priya") == 1
    else:
        assert people.end_session(session, dana, NOON, "dana")
    assert people.access_version() > version
    assert people.session(b"t", NOON) is None
    assert people.open_sessions([session, other], NOON) == {other}
    assert people.session(b"p", NOON) is not None


def test_the_session_that_changes_a_password_goes_on(people: PeopleStore) -> None:
    keep = sign_in(people, "dana", b"keep")
    sign_in(people, "dana", b"other")
    people.set_password(id_of(people, "dana"), "new", NOON, "dana", keep_session=keep)
    assert [one.id for one in people.sessions(NOON, id_of(people, "dana"))] == [keep]
    assert people.password_hash("dana") == "new"


def test_a_role_that_stays_and_a_new_hash_end_no_session(people: PeopleStore) -> None:
    dana = id_of(people, "dana")
    sign_in(people, "dana", b"t")
    people.set_role(dana, Role.MEMBER, NOON, "priya")
    people.replace_hash(dana, "hash-d", "better")
    people.replace_hash(dana, "hash-d", "from a slow login, after a change")
    assert people.password_hash("dana") == "better"
    assert people.session(b"t", NOON) is not None


def test_nobody_ends_the_session_or_token_of_another_account(people: PeopleStore) -> None:
    session = sign_in(people, "dana", b"t")
    token = people.add_token(id_of(people, "dana"), "Excel", "wxyz", b"a", NOON + MINUTE, NOON, "dana")
    assert not people.end_session(session, id_of(people, "priya"), NOON, "priya")
    assert not people.revoke_token(token.id, id_of(people, "priya"), NOON, "priya")
    assert people.session(b"t", NOON) is not None
    assert people.token(b"a", NOON) is not None


def test_an_api_token_expires_and_can_be_revoked(people: PeopleStore) -> None:
    dana = id_of(people, "dana")
    token = people.add_token(dana, "Excel", "wxyz", b"a", NOON + MINUTE, NOON, "dana")
    with pytest.raises(PeopleError, match='already a token with the name "Excel"'):
        people.add_token(dana, "Excel", "abcd", b"b", NOON + MINUTE, NOON, "dana")
    people.record_use({}, {token.id: (NOON, "10.0.0.9")})
    used = people.token(b"a", NOON)
    assert used is not None
    assert (used.name, used.hint, used.used_at, used.used_address) == ("Excel", "wxyz", NOON, "10.0.0.9")
    assert people.token(b"a", NOON + MINUTE) is None
    assert [one.id for one in people.tokens(dana)] == [token.id]
    assert people.revoke_token(token.id, dana, NOON, "dana")
    assert people.token(b"a", NOON) is None
    assert not people.revoke_token(token.id, dana, NOON, "dana")


def test_an_api_token_reads_unless_it_was_made_to_act(people: PeopleStore) -> None:
    dana = id_of(people, "dana")
    people.add_token(dana, "Excel", "wxyz", b"a", NOON + MINUTE, NOON, "dana")
    people.add_token(dana, "Helpdesk", "abcd", b"b", NOON + MINUTE, NOON, "dana", TokenScope.ACT)
    scopes = {token.name: token.scope for token in people.tokens(dana)}
    assert scopes == {"Excel": TokenScope.READ, "Helpdesk": TokenScope.ACT}
    assert people.audit_log(limit=1)[0].details["scope"] == "act"


def test_a_paired_wall_can_be_renamed_and_unpaired(people: PeopleStore) -> None:
    wall = people.add_wall("CEO desk", "", b"w", NOON, "priya", address="10.0.0.3", size="1920 x 1080")
    with pytest.raises(PeopleError, match="already a wall"):
        people.add_wall("ceo DESK", "", b"x", NOON, "priya")
    with pytest.raises(PeopleError, match='just been paired as "CEO desk"'):
        people.add_wall("Lobby", "", b"w", NOON, "dana")
    people.record_wall(wall.id, NOON + MINUTE, address="10.0.0.4", size="", version="2")
    people.rename_wall(wall.id, "Lobby", NOON, "priya")
    people.set_shown_wall(wall.id, "lobby", NOON, "priya")
    found = people.wall(b"w")
    assert found is not None
    assert (found.name, found.wall, found.size, found.version) == ("Lobby", "lobby", "1920 x 1080", "2")
    assert (found.paired_by, found.seen_at, found.address) == ("priya", NOON + MINUTE, "10.0.0.4")
    version = people.access_version()
    assert people.open_walls([wall.id, 99]) == {wall.id}
    assert people.remove_wall(wall.id, NOON, "priya")
    assert (people.wall(b"w"), people.walls(), people.open_walls([wall.id])) == (None, [], set())
    assert people.access_version() > version
    with pytest.raises(PeopleError, match="has been unpaired"):
        people.rename_wall(wall.id, "Lobby", NOON, "priya")


def test_tries_run_out_and_come_back(people: PeopleStore) -> None:
    limits = {"account:dana": 3, "address:10.0.0.7": 10}
    assert [people.count_try(limits, NOON).left for _ in range(3)] == [2, 1, 0]
    waiting = people.count_try(limits, NOON + MINUTE)
    assert waiting.wait_until == NOON + TRY_WINDOW
    # Tries during the wait do not count, and another account on this address is not affected.
    assert people.count_try({"account:priya": 3, "address:10.0.0.7": 10}, NOON).left == 2
    assert people.count_try(limits, NOON + TRY_WINDOW).left == 2


def test_a_successful_try_is_forgotten(people: PeopleStore) -> None:
    limits = {"account:dana": 3, "address:a": 3}
    people.count_try(limits, NOON)
    people.count_try(limits, NOON)
    people.forget_tries("account:dana")
    people.take_back_try("address:a")
    assert people.count_try({"account:dana": 3}, NOON).left == 2
    assert people.count_try({"address:a": 3}, NOON).left == 1


def test_a_clock_that_is_set_back_does_not_prolong_the_wait(people: PeopleStore) -> None:
    people.count_try({"k": 1}, NOON)
    assert people.count_try({"k": 1}, NOON - timedelta(days=3)).wait_until == NOON - timedelta(days=3) + TRY_WINDOW


def test_a_restart_does_not_reset_the_limits(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    for expected in (1, 0, 0):
        store = open_store(url)
        assert store.people.count_try({"k": 2}, NOON).left == expected
        store.close()


def test_every_change_is_in_the_audit_log(people: PeopleStore) -> None:
    dana = id_of(people, "dana")
    sign_in(people, "dana", b"t")
    people.set_role(dana, Role.VIEWER, NOON + MINUTE, "priya")
    people.record("priya", "hid mention", "17", {"reason": "spam"}, NOON + 2 * MINUTE)
    newest = people.audit_log(limit=2)
    assert [(e.actor, e.action, e.target, dict(e.details)) for e in newest] == [
        ("priya", "hid mention", "17", {"reason": "spam"}),
        ("priya", "changed role", "dana", {"from": "member", "to": "viewer"}),
    ]
    older = people.audit_log(before=newest[-1].id)
    assert [(e.action, e.target) for e in older] == [
        ("signed in", "dana"),
        ("added person", "dana"),
        ("added person", "priya"),
    ]
    assert newest[0].at == NOON + 2 * MINUTE


def test_no_secret_is_shown_when_an_object_is_printed(people: PeopleStore) -> None:
    assert "hash-p" not in repr(people.accounts()) + repr(NewAccount("a", "A", Role.VIEWER, "hash-p"))
