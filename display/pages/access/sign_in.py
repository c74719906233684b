"""/login, /logout, and /first-admin, where the first account is created."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.authentication import SignIn
from display.access.browser_names import browser_name
from display.access.cookies import SESSION_COOKIE, delete_cookie, set_session_cookie, set_theme_cookie
from display.access.first_admin import FIRST_ADMIN_PATH
from display.access.guard import current_person
from display.access.identity import AuthMethod
from display.access.names import valid_name
from display.access.passwords import TooManySignIns
from display.access.permissions import requires
from display.access.services import access
from display.pages.access.forms import WAIT, chosen_password, local_time, never_store, refusal_texts
from display.pages.access.own_paths import own_path
from display.pages.context import page_context
from monitor.errors import PeopleError
from monitor.model.people import Account, NewAccount, Role

NO_PASSWORDS = "Nobody signs in with a password here."
SIGNED_OUT = "signed_out"
"""Parameter of the sign-in page after somebody has signed out."""
NO_MATCH = "Name and password do not match."
WRONG_CODE = "This code is not valid. The newest one is in Wallflower's log."

blueprint = Blueprint("access", __name__)
blueprint.after_request(never_store)


@blueprint.route("/login", methods=["GET", "POST"])
def sign_in() -> AnyResponse | tuple[str, int]:
    """The page where people sign in."""
    target = own_path(request.values.get("next", "/"))
    if request.method != "POST":
        known = access().identities.identify(request.environ)
        if known is not None and known.role is not Role.WALL:
            return redirect(request.root_path + target, 303)
        return sign_in_page(target)
    name, password = request.form.get("name", ""), request.form.get("password", "")
    if not access().passwords_allowed:
        return sign_in_page(target, problem=NO_PASSWORDS, status=403)
    try:
        result = access().authenticator.check(name, password, request.remote_addr or "")
    except TooManySignIns as error:
        return sign_in_page(target, name, str(error), status=503)
    if result.account is None:
        return _refused_page(target, name, result)
    return signed_in(result.account, target)


@blueprint.post("/logout")
@requires(Role.VIEWER, "sign out")
def sign_out() -> AnyResponse:
    """End the session of this browser."""
    person = current_person()
    if person.account:
        access().people.end_session(person.session, person.account.id, page_context().clock.now(), person.name)
    response = redirect(url_for("access.sign_in") + (f"?{SIGNED_OUT}=1" if access().oidc else ""), 303)
    delete_cookie(request, response, SESSION_COOKIE)
    return response


@blueprint.post("/theme")
@requires(Role.VIEWER)
def set_theme() -> AnyResponse:
    """Show pages light or dark in this browser, or as its system prefers."""
    response = redirect(request.root_path + own_path(request.form.get("next", "/")), 303)
    set_theme_cookie(request, response, request.form.get("theme", ""))
    return response


@blueprint.route(FIRST_ADMIN_PATH, methods=["GET", "POST"])
def first_admin() -> AnyResponse | tuple[str, int]:
    """The page where the first admin is created: without a code on this machine, else with the one in the log."""
    if access().identities.has_accounts():
        return redirect(url_for("access.sign_in"), 303)
    needs_code = not access().identities.is_local(request.environ)
    if needs_code:
        access().first_admin_code.announce(request.host_url.rstrip("/") + url_for("access.first_admin"))
    if request.method != "POST":
        return _first_admin_page(needs_code)
    if needs_code:
        tries = access().authenticator.count_code(request.remote_addr or "")
        if tries.wait_until:
            return _first_admin_page(needs_code, WAIT.format(time=local_time(tries.wait_until)), 429)
        if not access().first_admin_code.matches(request.form.get("code", "")):
            return _first_admin_page(needs_code, WRONG_CODE, 403)
    try:
        account = _add_first_admin()
    except PeopleError as error:
        return _first_admin_page(needs_code, str(error), 400)
    access().first_admin_code.use_up()
    return signed_in(account, "/")


def _add_first_admin() -> Account:
    name = valid_name(request.form.get("name", ""))
    full_name = valid_name(request.form.get("full_name", "") or name, "full name")
    new = NewAccount(name, full_name, Role.ADMIN, chosen_password(name, full_name))
    return access().people.add_account(new, page_context().clock.now(), "Wallflower", only_first=True)


def signed_in(account: Account, target: str, *, method: str = "password") -> AnyResponse:
    """Open a new session, end the one that this browser had, and go to ``target``, one of our own paths."""
    _end_old_session()
    browser = browser_name(request.user_agent.string)
    token = access().authenticator.open_session(account, request.remote_addr or "", browser, method)
    response = redirect(request.root_path + target, 303)
    set_session_cookie(request, response, token)
    return response


def _end_old_session() -> None:
    old = access().identities.identify(request.environ)
    if old and old.method is AuthMethod.SESSION and old.account:
        access().people.end_session(old.session, old.account.id, page_context().clock.now(), old.name)


def _refused_page(target: str, name: str, result: SignIn) -> tuple[str, int]:
    return sign_in_page(target, name, *refusal_texts(result, NO_MATCH), status=429 if result.wait_until else 403)


def sign_in_page(
    target: str, name: str = "", problem: str = "", detail: str = "", *, status: int = 200
) -> tuple[str, int]:
    """The page where people sign in, as a Flask response."""
    page = render_template(
        "access/sign_in.html",
        target=target,
        name=name,
        problem=problem,
        detail=detail,
        passwords=access().passwords_allowed,
        oidc=access().oidc,
        sign_out_url=_sign_out_url(),
    )
    return page, status


def _sign_out_url() -> str | None:
    """Where somebody who has just signed out can sign out of the single sign-on, too."""
    oidc = access().oidc
    if oidc is None or SIGNED_OUT not in request.args:
        return None
    return oidc.sign_out_url(url_for("access.sign_in", _external=True))


def _first_admin_page(needs_code: bool, problem: str = "", status: int = 200) -> tuple[str, int]:
    return render_template(
        "access/first_admin.html", needs_code=needs_code, problem=problem, form=request.form, oidc=access().oidc
    ), status
