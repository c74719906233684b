"""``wallflower user``: add, change, list and remove the people who can sign in.

Changes apply at once to a Wallflower that is running: sessions end, and live connections close within seconds.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from display.access.names import valid_name
from display.access.passwords import Passwords, check_password, one_time_password
from display.cli.dependencies import config_option, load_config, open_config_store
from monitor.clock import Clock
from monitor.errors import PeopleError
from monitor.model.people import PERSON_ROLES, Account, NewAccount, Role
from monitor.store import Store

ACTOR = "command line"
ROLES = click.Choice([role.label for role in PERSON_ROLES])
one_time_option = click.option(
    "--one-time", is_flag=True, help="Print a random password, which the person replaces after signing in with it."
)


@click.group()
def user() -> None:
    """Add, change, list and remove people who can sign in."""


@user.command()
@config_option
@click.argument("name")
@click.option("--role", type=ROLES, help="Default: viewer; for the first person: admin.")
@click.option("--full-name", metavar="NAME", help="What others see. Default: NAME.")
@one_time_option
def add(config_path: Path | None, name: str, role: str | None, full_name: str | None, one_time: bool) -> None:
    """Add a person, who signs in as NAME.

    Asks for the password, or reads it as one line from stdin. From the first person on, everybody has to sign in.
    """
    name, full_name = valid_name(name), valid_name(full_name or name, "full name")
    with open_config_store(load_config(config_path)) as store:
        first = not store.people.has_accounts()
        chosen = Role.parse(role) if role else Role.ADMIN if first else Role.VIEWER
        if not first and store.people.account(name):
            raise PeopleError(f'There is already a person with the name "{name}".')
        password = _new_password(one_time, name, full_name)
        new = NewAccount(name, full_name, chosen, Passwords().hash(password), one_time)
        store.people.add_account(new, Clock().now(), ACTOR)
    click.echo(f"{full_name} can now sign in as {name}, as {chosen.label}.")
    if first:
        click.echo("From now on, everybody has to sign in, also on this machine.")
    _show(password, one_time)


@user.command()
@config_option
@click.argument("name")
@one_time_option
def passwd(config_path: Path | None, name: str, one_time: bool) -> None:
    """Set the password of NAME, who is signed out everywhere.

    Asks for the password, or reads it as one line from stdin.
    """
    with open_config_store(load_config(config_path)) as store:
        account = _account(store, name)
        password = _new_password(one_time, account.name, account.full_name)
        new_hash = Passwords().hash(password)
        store.people.set_password(account.id, new_hash, Clock().now(), ACTOR, must_change=one_time)
    click.echo(f"The password of {account.name} is changed, and {account.full_name} is signed out everywhere.")
    _show(password, one_time)


@user.command("role")
@config_option
@click.argument("name")
@click.argument("role", type=ROLES)
def set_role(config_path: Path | None, name: str, role: str) -> None:
    """Set the role of NAME, who is signed out everywhere if it changes."""
    with open_config_store(load_config(config_path)) as store:
        account = _account(store, name)
        store.people.set_role(account.id, Role.parse(role), Clock().now(), ACTOR)
    unchanged = account.role.label == role
    click.echo(f"{account.name} is {'already' if unchanged else 'now'} {role}.")


@user.command()
@config_option
@click.argument("name")
def remove(config_path: Path | None, name: str) -> None:
    """Remove NAME, who is signed out everywhere. The API tokens of NAME end too."""
    with open_config_store(load_config(config_path)) as store:
        account = _account(store, name)
        store.people.remove_account(account.id, Clock().now(), ACTOR)
    click.echo(f"{account.full_name} can no longer sign in as {account.name}.")


@user.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array, with times in UTC.")
def list_users(config_path: Path | None, as_json: bool) -> None:
    """List the people who can sign in."""
    with open_config_store(load_config(config_path)) as store:
        accounts, now = store.people.accounts(), Clock().now()
        sessions = [session.account.id for session in store.people.sessions(now)]
    counts = {account.id: sessions.count(account.id) for account in accounts}
    if as_json:
        rows = [_json(account, counts[account.id]) for account in accounts]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif not accounts:
        click.echo("Nobody has an account yet. Add the first admin with `wallflower user add NAME`.")
    else:
        _print_table(accounts, counts)


def _account(store: Store, name: str) -> Account:
    account = store.people.account(name)
    if account is None:
        known = ", ".join(account.name for account in store.people.accounts()) or "nobody"
        raise PeopleError(f'There is no person with the name "{name}". Known: {known}.')
    return account


def _new_password(one_time: bool, *names: str) -> str:
    """A random password, the one typed twice at the prompt, or the first line of stdin. Raises PeopleError."""
    if one_time:
        return one_time_password()
    if sys.stdin.isatty():
        password: str = click.prompt("Password", hide_input=True, confirmation_prompt="Again", err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    check_password(password, *names)
    return password


def _show(password: str, one_time: bool) -> None:
    if one_time:
        click.echo(f"One-time password, not shown again: {password}")


def _print_table(accounts: list[Account], sessions: dict[int, int]) -> None:
    table = Table("Name", "Full name", "Role", "Last seen", "Signed in on", box=None, pad_edge=False)
    for account in accounts:
        seen = account.seen_at.astimezone().strftime("%Y-%m-%d %H:%M") if account.seen_at else "never"
        browsers = sessions[account.id]
        cells = (
            account.name,
            account.full_name,
            account.role.label,
            seen,
            f"{browsers} browser{'s' * (browsers != 1)}",
        )
        table.add_row(*map(Text, cells))
    console = Console()
    console.print(table, soft_wrap=not console.is_terminal)


def _json(account: Account, sessions: int) -> dict[str, object]:
    return {
        "name": account.name,
        "full_name": account.full_name,
        "role": account.role.label,
        "has_password": account.has_password,
        "must_change_password": account.must_change_password,
        "created_at": _time(account.created_at),
        "seen_at": _time(account.seen_at),
        "sessions": sessions,
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")
