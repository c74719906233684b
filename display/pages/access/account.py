"""/account: a person's own password, sessions and API tokens."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.guard import current_person
from display.access.identity import Person
from display.access.names import valid_name
from display.access.passwords import TooManySignIns
from display.access.permissions import requires
from display.access.services import access
from display.access.tokens import HINT_CHARS, new_api_token, token_hash
from display.pages.access.forms import ROLES_TEXT, chosen_password, never_store, refusal_texts
from display.pages.access.rows import session_rows, token_rows
from display.pages.context import page_context
from display.pages.health_line import current_health
from monitor.errors import PeopleError
from monitor.model.people import Account, ApiToken, Role, TokenScope

TOKEN_DAYS = (30, 90, 365)
"""How long an API token may be valid."""
WRONG_PASSWORD = "This is not your password."
MAX_TOKENS = 50


blueprint = Blueprint("account", __name__, url_prefix="/account")
blueprint.after_request(never_store)


@blueprint.get("")
def page() -> str | AnyResponse:
    """The page."""
    return account_page()


@blueprint.route("/password", methods=["GET", "POST"])
@requires(Role.VIEWER, "change a password")
def password() -> AnyResponse | tuple[str, int] | str:
    """Choose another password. A one-time password has to be replaced here before anything else."""
    person, account = own_account()
    if request.method != "POST":
        return _password_page(account)
    try:
        result = access().authenticator.check(
            account.name, request.form.get("password", ""), request.remote_addr or "", task="password change"
        )
        if result.account is None:
            return _password_page(
                account, *refusal_texts(result, WRONG_PASSWORD), status=429 if result.wait_until else 400
            )
        new_hash = chosen_password(account.name, account.full_name)
    except PeopleError as error:
        return _password_page(account, str(error), status=503 if isinstance(error, TooManySignIns) else 400)
    now = page_context().clock.now()
    access().people.set_password(account.id, new_hash, now, person.name, keep_session=person.session)
    return redirect(url_for("account.page", password_changed=1), 303)


@blueprint.post("/sessions/<int:id>/end")
@requires(Role.VIEWER, "sign out a browser")
def end_session(id: int) -> AnyResponse:
    """Sign out one browser."""
    person, account = own_account()
    access().people.end_session(id, account.id, page_context().clock.now(), person.name)
    return redirect(url_for("account.page", _anchor="sessions"), 303)


@blueprint.post("/sessions/end-others")
@requires(Role.VIEWER, "sign out other browsers")
def end_other_sessions() -> AnyResponse:
    """Sign out everywhere except here."""
    person, account = own_account()
    access().people.end_sessions(account.id, page_context().clock.now(), person.name, keep=person.session)
    return redirect(url_for("account.page", _anchor="sessions"), 303)


@blueprint.post("/tokens")
@requires(Role.VIEWER, "create an API token")
def add_token() -> str | tuple[str, int]:
    """Create an API token, and show it once: no redirect, because it must be neither in a URL nor stored."""
    person, account = own_account()
    try:
        token, created = _new_token(account, person)
    except PeopleError as error:
        return account_page(token_problem=str(error)), 400
    return account_page(new_token=token, created=created)


@blueprint.post("/tokens/<int:id>/revoke")
@requires(Role.VIEWER, "revoke an API token")
def revoke_token(id: int) -> AnyResponse:
    """Revoke an API token."""
    person, account = own_account()
    access().people.revoke_token(id, account.id, page_context().clock.now(), person.name)
    return redirect(url_for("account.page", _anchor="tokens"), 303)


def own_account() -> tuple[Person, Account]:
    """The person of this request and its account. A local person without one is sent to create the first account."""
    person = current_person()
    if person.account is None:
        abort(redirect(url_for("access.first_admin"), 303))
    return person, person.account


def account_page(new_token: str = "", created: ApiToken | None = None, token_problem: str = "") -> str:
    """The page; ``new_token`` is shown only here and now."""
    person, account = own_account()
    context, now = page_context(), page_context().clock.now()
    return render_template(
        "access/account.html",
        tab="account",
        health=current_health(context, now),
        account=account,
        sessions=session_rows(account, now, person.session),
        tokens=token_rows(account, now),
        token_days=TOKEN_DAYS,
        new_token=new_token,
        created=created,
        token_problem=token_problem,
        roles=ROLES_TEXT,
        password_changed="password_changed" in request.args,
    )


def _new_token(account: Account, person: Person) -> tuple[str, ApiToken]:
    days = request.form.get("days", type=int)
    if days not in TOKEN_DAYS:
        raise PeopleError(f"A token is valid for {', '.join(map(str, TOKEN_DAYS))} days: choose one of these.")
    if len(access().people.tokens(account.id)) >= MAX_TOKENS:
        raise PeopleError(f"You have {MAX_TOKENS} tokens, which is the most there can be. Revoke one that is not used.")
    wanted = request.form.get("scope", TokenScope.READ.value)
    if wanted not in list(TokenScope):
        raise PeopleError("Choose whether the token only reads or also acts.")
    scope = TokenScope(wanted)
    if scope is TokenScope.ACT and account.role < Role.MEMBER:
        raise PeopleError("A viewer cannot claim, correct or hide, so neither can a token of yours. Let it only read.")
    name = valid_name(request.form.get("token_name", ""))
    token, now = new_api_token(), page_context().clock.now()
    hashed = token_hash(token)
    assert hashed is not None
    expires_at = now + timedelta(days=days)
    hint = token[-HINT_CHARS:]
    created = access().people.add_token(account.id, name, hint, hashed, expires_at, now, person.name, scope)
    return token, created


def _password_page(account: Account, problem: str = "", detail: str = "", *, status: int = 200) -> tuple[str, int]:
    return render_template("access/password.html", account=account, problem=problem, detail=detail), status
