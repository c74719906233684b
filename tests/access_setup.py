"""An app with an admin, a member and a viewer, and clients that are signed in as each of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from display.access.cookies import SESSION_COOKIE
from display.access.services import Access
from display.access.tokens import new_token, token_hash
from monitor.config import Config, Server
from monitor.model.people import Account, NewAccount, Role
from monitor.store import Store, open_store
from tests.fake_site import CHEAP_PASSWORDS, app_for, config
from tests.fakes import FakeClock

PASSWORD = "a walrus sings at noon"
PEOPLE = {"priya": ("Priya Nair", Role.ADMIN), "dana": ("Dana Kim", Role.MEMBER), "bo": ("Bo Lund", Role.VIEWER)}
"""Name -> full name and role. Everybody has PASSWORD."""


def public_config(folder: Path) -> Config:
    """A config that listens on every address."""
    return replace(config(folder), server=Server(host="0.0.0.0"))


class Site:
    """An installation with PEOPLE, or with nobody, and a clock that the test moves."""

    def __init__(self, settings: Config, *, people: bool = True, database: str = "") -> None:
        """``database``: the URL of its database, if it is not in the folder of the config."""
        self.clock = FakeClock()
        self.config = settings
        self.store: Store = open_store(database or settings.database_url)
        self.store.register_brands(settings.brands, self.clock.now())
        self.app: Flask = app_for(settings, self.store, self.clock)
        self.access: Access = self.app.extensions["access"]
        if people:
            add_people(self.store, self.clock)

    def client(self) -> FlaskClient:
        """A browser of a stranger."""
        return self.app.test_client()

    def signed_in(self, name: str, *, https: bool = False) -> FlaskClient:
        """A browser in which ``name`` is signed in."""
        client = self.client()
        answer = sign_in(client, name, base_url="https://localhost" if https else "http://localhost")
        assert answer.status_code == 303, answer.text
        return client

    def account(self, name: str) -> Account:
        """The account of this name."""
        account = self.store.people.account(name)
        assert account is not None
        return account

    def close(self) -> None:
        """Close the database."""
        self.store.close()


def add_people(store: Store, clock: FakeClock) -> None:
    """Add PEOPLE."""
    hashed = CHEAP_PASSWORDS.hash(PASSWORD)
    for name, (full_name, role) in PEOPLE.items():
        store.people.add_account(NewAccount(name, full_name, role, hashed), clock.now(), "command line")


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD, **options: object):  # type: ignore[no-untyped-def]
    """Send the sign-in form."""
    return client.post("/login", data={"name": name, "password": password}, **options)  # type: ignore[arg-type]


def client_behind_any_proxy(app: Flask, store: Store, clock: FakeClock) -> FlaskClient:
    """A client in which priya is signed in, under whatever scheme, host and path a proxy makes of its requests."""
    add_people(store, clock)
    token = new_token()
    hashed = token_hash(token)
    account = store.people.account("priya")
    assert hashed is not None
    assert account is not None
    store.people.add_session(account.id, hashed, clock.now(), address="", browser="", method="password")
    client = app.test_client(use_cookies=False)
    cookies = (f"{prefix}{SESSION_COOKIE}={token}" for prefix in ("", "__Host-", "__Secure-"))
    client.environ_base["HTTP_COOKIE"] = "; ".join(cookies)
    return client
