"""Lets a request or a socket through, or refuses it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Flask, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.cookies import theme
from display.access.identity import AuthMethod, Identities, Person
from display.access.permissions import (
    BEFORE_FIRST_ADMIN,
    PUBLIC,
    SAFE_METHODS,
    WITH_ONE_TIME_PASSWORD,
    WITHOUT_PERSON,
    refusal,
    required_role,
    token_may_act,
    token_may_read,
)
from display.formatting import initials
from display.pages import errors
from monitor.errors import StoreError
from monitor.model.people import Account, Role, TokenScope

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from monitor.store.people import PeopleStore

PERSON = "wallflower.person"
"""WSGI environment: the Person whose socket it is."""
WALL_REFUSAL = "A wall is read-only: it sees what is shown on walls and cannot change anything."
TOKEN_REFUSAL = "An API token only reads data, which /openapi.json lists."
READ_ONLY_TOKEN = (
    "This API token only reads. To claim, correct, hide or note, create one with the scope “Read and act” on /account."
)
NOT_ALLOWED = "You cannot do this."


class Guard:
    """``check`` runs before every request, and sets ``flask.g.person``, the Person, or None for a stranger."""

    def __init__(self, identities: Identities, people: PeopleStore) -> None:
        self._identities, self._people = identities, people

    def check(self) -> AnyResponse | tuple[str, int] | None:
        """None if the request may go on, else the answer."""
        g.person = None
        endpoint = errors.requested_endpoint()
        if endpoint in WITHOUT_PERSON:
            return None
        person = g.person = self._identities.identify(request.environ)
        if person is None and not self._identities.has_accounts():
            return None if endpoint in BEFORE_FIRST_ADMIN else self._to_first_admin()
        if endpoint in PUBLIC:
            return None
        if person is None:
            return self._refuse_stranger()
        if person.account and person.account.must_change_password and person.method is AuthMethod.SESSION:
            return None if endpoint in WITH_ONE_TIME_PASSWORD else _to_new_password()
        return self._refuse_role(person)

    def _refuse_role(self, person: Person) -> AnyResponse | tuple[str, int] | None:
        if request.endpoint is None:
            return None  # a page that does not exist, or not with this method
        view = current_app.view_functions[request.endpoint]
        role = required_role(view, request.method)
        if person.method is AuthMethod.TOKEN:
            if token_may_read(view, request.path, request.method):
                return None
            if not token_may_act(view):
                return _json_error(TOKEN_REFUSAL, 403)
            if person.token is None or person.token.scope is not TokenScope.ACT:
                return _json_error(READ_ONLY_TOKEN, 403)
        if role is not None and person.role >= role:
            return None
        if person.role is Role.WALL:
            return _error_page_or_json(WALL_REFUSAL)
        task = getattr(view, "task", "")
        return _error_page_or_json(refusal(role or Role.ADMIN, task, self._people.accounts()))

    def _refuse_stranger(self) -> AnyResponse:
        if errors.wants_data():
            return _json_error("Sign in, or send an API token that has not expired.", 401)
        view = current_app.view_functions.get(request.endpoint or "")
        if request.method in SAFE_METHODS and required_role(view, "GET") is Role.WALL:
            name = (request.view_args or {}).get("name")
            return redirect(url_for("pairing.screen", wall=name or None), 303)
        here = request.full_path.rstrip("?") if request.method in SAFE_METHODS else ""
        query = f"?{urlencode({'next': here})}" if here not in ("", "/") else ""
        return redirect(url_for("access.sign_in") + query, 303)

    def _to_first_admin(self) -> AnyResponse:
        if errors.wants_data():
            return _json_error("Wallflower has no admin yet. Open it in a browser.", 401)
        return redirect(url_for("access.first_admin"), 303)


class SocketGate:
    """WSGI middleware: refuses sockets of strangers before Socket.IO sees them."""

    def __init__(self, app: WSGIApplication, identities: Identities) -> None:
        self._app, self._identities = app, identities

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith("/socket.io"):
            try:
                person = self._identities.identify(environ)
            except StoreError:
                return _plain(start_response, "503 Service Unavailable", "The database cannot be read.")
            if not may_open_socket(person):
                return _plain(start_response, "401 Unauthorized", "Sign in first.")
            environ[PERSON] = person
        return self._app(environ, start_response)


def may_open_socket(person: Person | None) -> bool:
    """Whether this person may receive live updates."""
    if person is None or person.method is AuthMethod.TOKEN:
        return False
    return not (person.account and person.account.must_change_password)


def current_person() -> Person:
    """The person of the current request, in a view that is not public."""
    person: Person | None = g.get("person")
    assert person is not None, "only views that the guard protects know their person"
    return person


def current_account() -> Account | None:
    """The account of the person of the current request; None while there are no accounts."""
    return current_person().account


def current_account_id() -> int | None:
    """The id of that account."""
    account = current_account()
    return None if account is None else account.id


def protect(app: Flask, guard: Guard) -> None:
    """Check every request to ``app``, and let templates know the person."""
    app.before_request(guard.check)
    app.context_processor(_template_values)
    app.jinja_env.filters["initials"] = initials


def _template_values() -> dict[str, object]:
    person: Person | None = g.get("person")
    role = person.role if person else Role.WALL
    return {
        "person": person,
        "is_member": role >= Role.MEMBER,
        "is_admin": role >= Role.ADMIN,
        "theme": theme(request),
    }


def _to_new_password() -> AnyResponse:
    if errors.wants_data():
        return _json_error("First open Wallflower in a browser and choose a password.", 403)
    return redirect(url_for("account.password"), 303)


def _error_page_or_json(text: str) -> tuple[str, int] | AnyResponse:
    if errors.wants_data():
        return _json_error(text, 403)
    return errors.error_page(403, NOT_ALLOWED, text)


def _json_error(text: str, status: int) -> AnyResponse:
    response = errors.error_json(status, text)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Wallflower"'
    return response


def _plain(start_response: StartResponse, status: str, text: str) -> list[bytes]:
    body = f"{text}\n".encode()
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
