"""``wallflower user``: what it prints, what it refuses, and that no password is an argument."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from display.cli import user as module
from display.cli.main import cli
from monitor.model.people import Role
from monitor.store import open_store
from monitor.store.people import PeopleStore
from tests.access_setup import PASSWORD
from tests.fake_site import CHEAP_PASSWORDS
from tests.fakes import NOON

CONFIG = '[wallflower]\ndata = "data"\n[[brands]]\nname = "Acme"\nours = true\nrule = "acme"\n'
Run = Callable[..., Result]


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``wallflower user`` with a database."""
    monkeypatch.setattr(module, "Passwords", lambda: CHEAP_PASSWORDS)
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)
    open_store(f"sqlite:///{tmp_path / 'data' / 'wallflower.db'}").close()

    def run(command: str, *arguments: str, input: str = f"{PASSWORD}\n") -> Result:
        return CliRunner().invoke(cli, ["user", command, "--config", str(config), *arguments], input=input)

    return run


@pytest.fixture
def people(tmp_path: Path, user: Run) -> Iterator[PeopleStore]:
    """The people in that database, with the admin priya."""
    assert user("add", "priya", "--full-name", "Priya Nair").exit_code == 0
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'wallflower.db'}")
    yield store.people
    store.close()


def test_the_first_person_is_an_admin(user: Run) -> None:
    refused = user("add", "dana", "--role", "member")
    assert (refused.exit_code, "Leave --role out" in refused.stderr) == (1, True)
    added = user("add", "priya")
    assert added.exit_code == 0
    assert added.stdout == (
        "priya can now sign in as priya, as admin.\nFrom now on, everybody has to sign in, also on this machine.\n"
    )
    assert user("add", "dana").stdout == "dana can now sign in as dana, as viewer.\n"


def test_a_password_comes_from_stdin_and_is_checked(user: Run, people: PeopleStore) -> None:
    assert CHEAP_PASSWORDS.verify(people.password_hash("priya"), PASSWORD)
    for text, problem in (("short\n", "at least 12 characters"), ("", "at least 12"), ("priya-nair-2026\n", "a name")):
        result = user("passwd", "priya", input=text)
        assert (result.exit_code, problem in result.stderr) == (1, True)
    assert CHEAP_PASSWORDS.verify(people.password_hash("priya"), PASSWORD)


def test_no_option_or_argument_takes_a_password() -> None:
    group = cli.commands["user"]
    assert isinstance(group, click.Group)
    names = {param.name for command in group.commands.values() for param in command.params}
    assert names == {"config_path", "name", "role", "full_name", "one_time", "as_json"}


def test_a_new_password_ends_the_sessions(user: Run, people: PeopleStore) -> None:
    account = people.account("priya")
    assert account is not None
    people.add_session(account.id, b"t", NOON, address="", browser="", method="password")
    changed = user("passwd", "PRIYA", input="another walrus sings\r\n")
    assert changed.stdout == "The password of priya is changed, and Priya Nair is signed out everywhere.\n"
    assert people.session(b"t", NOON) is None
    assert CHEAP_PASSWORDS.verify(people.password_hash("priya"), "another walrus sings")


def test_a_one_time_password_is_printed_and_has_to_be_changed(user: Run, people: PeopleStore) -> None:
    result = user("add", "dana", "--one-time", input="")
    password = result.stdout.rstrip().rpartition(" ")[2]
    assert CHEAP_PASSWORDS.verify(people.password_hash("dana"), password)
    account = people.account("dana")
    assert account is not None
    assert account.must_change_password
    assert user("passwd", "dana").exit_code == 0
    account = people.account("dana")
    assert account is not None
    assert not account.must_change_password


def test_roles_and_removal(user: Run, people: PeopleStore) -> None:
    user("add", "dana", "--role", "member")
    for command in (("role", "priya", "viewer"), ("remove", "priya")):
        result = user(*command)
        assert result.exit_code == 1
        assert result.stderr == "There must be at least one admin. Make someone else an admin first.\n"
    assert user("role", "dana", "admin").stdout == "dana is now admin.\n"
    assert user("role", "dana", "admin").stdout == "dana is already admin.\n"
    assert user("remove", "priya").stdout == "Priya Nair can no longer sign in as priya.\n"
    assert [(account.name, account.role) for account in people.accounts()] == [("dana", Role.ADMIN)]
    assert [entry.actor for entry in people.audit_log(limit=3)] == ["command line"] * 3
    assert user("role", "dana", "boss").exit_code == 2


def test_unknown_and_taken_names(user: Run, people: PeopleStore) -> None:
    assert 'There is no person with the name "eve". Known: priya.' in user("passwd", "eve").stderr
    taken = user("add", "Priya")
    assert (taken.exit_code, taken.stderr) == (1, 'There is already a person with the name "Priya".\n')
    assert "is reserved" in user("add", "Wallflower").stderr


def test_the_list(user: Run, people: PeopleStore) -> None:
    user("add", "dana", "--full-name", "Dana Kim")
    listed = user("list").stdout
    assert "Priya Nair" in listed
    assert "0 browsers" in listed
    rows = json.loads(user("list", "--json").stdout)
    assert [(row["name"], row["full_name"], row["role"], row["sessions"]) for row in rows] == [
        ("dana", "Dana Kim", "viewer", 0),
        ("priya", "Priya Nair", "admin", 0),
    ]
    assert "hash" not in json.dumps(rows)


def test_an_empty_list_says_how_to_begin(user: Run) -> None:
    assert "wallflower user add NAME" in user("list").stdout
    assert user("list", "--json").stdout == "[]\n"


def test_no_database_is_created(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)
    result = CliRunner().invoke(cli, ["user", "list", "--config", str(config)])
    assert result.exit_code != 0
    assert "wallflower.db" in result.stderr
    assert not (tmp_path / "data").exists()
