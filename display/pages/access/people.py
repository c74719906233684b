"""/people: admins add people, set roles and passwords, sign people out and remove them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.browser_names import is_phone
from display.access.guard import current_person
from display.access.identity import AuthMethod
from display.access.names import valid_name
from display.access.passwords import check_password, one_time_password
from display.access.permissions import requires
from display.access.services import access
from display.formatting import FormattedTime, format_time, initials, pluralize
from display.pages.access.forms import ROLES_TEXT, never_store
from display.pages.access.rows import session_rows, token_rows
from display.pages.context import page_context
from display.pages.health_line import current_health
from display.pages.walls.views import current_rows
from monitor.errors import PeopleError
from monitor.model.people import PERSON_ROLES, Account, NewAccount, Role, Session

TASK = "manage people"

blueprint = Blueprint("people", __name__, url_prefix="/people")
blueprint.after_request(never_store)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as the page shows it."""

    account: Account
    initials: str
    is_you: bool
    seen: FormattedTime | None
    """None: never signed in."""
    signed_in_on: str
    """"1 browser, 1 phone"; empty if nowhere."""


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A one-time password, which is shown once."""

    account: Account
    password: str


@blueprint.get("")
@requires(Role.ADMIN, TASK)
def page() -> str | AnyResponse:
    """The page. While there is no account, it leads to the page where the first one is created."""
    if current_person().method is AuthMethod.LOCAL:
        return redirect(url_for("access.first_admin"), 303)
    return people_page()


@blueprint.route("/add", methods=["GET", "POST"])
@requires(Role.ADMIN, TASK)
def add() -> str | tuple[str, int] | AnyResponse:
    """Add a person, with a chosen password or with a random one that is shown once."""
    if current_person().method is AuthMethod.LOCAL:
        return redirect(url_for("access.first_admin"), 303)
    if request.method != "POST":
        return _add_page()
    try:
        name = valid_name(request.form.get("name", ""))
        full_name = valid_name(request.form.get("full_name", "") or name, "full name")
        chosen = request.form.get("new_password", "")
        if chosen:
            check_password(chosen, name, full_name)
        password = chosen or one_time_password()
        new = NewAccount(name, full_name, _role(), access().passwords.hash(password), must_change_password=True)
        account = access().people.add_account(new, page_context().clock.now(), current_person().name)
    except PeopleError as error:
        return _add_page(str(error)), 400
    return people_page(new_password=NewPassword(account, password if not chosen else ""), added=True)


@blueprint.get("/<int:id>")
@requires(Role.ADMIN, TASK)
def person(id: int) -> str:
    """The browsers and API tokens of one person."""
    account, context = _account(id), page_context()
    now = context.clock.now()
    return render_template(
        "access/person.html",
        tab="people",
        health=current_health(context, now),
        account=account,
        sessions=session_rows(account, now, current_person().session),
        tokens=token_rows(account, now),
    )


@blueprint.post("/<int:id>/sessions/<int:session>/end")
@requires(Role.ADMIN, TASK)
def end_session(id: int, session: int) -> AnyResponse:
    """Sign a person out of one browser."""
    access().people.end_session(session, _account(id).id, page_context().clock.now(), current_person().name)
    return redirect(url_for("people.person", id=id), 303)


@blueprint.post("/<int:id>/tokens/<int:token>/revoke")
@requires(Role.ADMIN, TASK)
def revoke_token(id: int, token: int) -> AnyResponse:
    """Revoke an API token of a person."""
    access().people.revoke_token(token, _account(id).id, page_context().clock.now(), current_person().name)
    return redirect(url_for("people.person", id=id), 303)


@blueprint.post("/<int:id>/role")
@requires(Role.ADMIN, TASK)
def set_role(id: int) -> str | tuple[str, int] | AnyResponse:
    """Set a person's role."""
    try:
        access().people.set_role(id, _role(), page_context().clock.now(), current_person().name)
    except PeopleError as error:
        return people_page(problem=str(error)), 400
    return _back(id)


@blueprint.post("/<int:id>/password")
@requires(Role.ADMIN, TASK)
def new_password(id: int) -> str | tuple[str, int] | AnyResponse:
    """Replace a person's password by a random one, and show it once: it is neither in a URL nor stored."""
    account, password = _account(id), one_time_password()
    if account == current_person().account:
        return redirect(url_for("account.password"), 303)
    try:
        access().people.set_password(
            id, access().passwords.hash(password), page_context().clock.now(), current_person().name, must_change=True
        )
    except PeopleError as error:
        return people_page(problem=str(error)), 400
    return people_page(new_password=NewPassword(account, password))


@blueprint.post("/<int:id>/sign-out")
@requires(Role.ADMIN, TASK)
def sign_out(id: int) -> AnyResponse:
    """End all sessions of a person."""
    access().people.end_sessions(_account(id).id, page_context().clock.now(), current_person().name)
    return _back(id)


@blueprint.post("/<int:id>/remove")
@requires(Role.ADMIN, TASK)
def remove(id: int) -> str | tuple[str, int] | AnyResponse:
    """Remove a person."""
    try:
        access().people.remove_account(id, page_context().clock.now(), current_person().name)
    except PeopleError as error:
        return people_page(problem=str(error)), 400
    return redirect(url_for("people.page"), 303)


def people_page(problem: str = "", new_password: NewPassword | None = None, added: bool = False) -> str:
    """The page; ``new_password`` is shown only here and now."""
    context, now = page_context(), page_context().clock.now()
    return render_template(
        "access/people.html",
        tab="people",
        health=current_health(context, now),
        rows=person_rows(now),
        walls=current_rows(),
        roles=PERSON_ROLES,
        roles_text=ROLES_TEXT,
        problem=problem,
        new_password=new_password,
        added=added,
    )


def person_rows(now: datetime) -> list[PersonRow]:
    """A row for each person, the one who looks at the page first."""
    people, zone = access().people, page_context().config.timezone
    newest = access().identities.last_uses.sessions()
    sessions: dict[int, list[Session]] = {}
    for session in people.sessions(now):
        sessions.setdefault(session.account.id, []).append(session)
    rows = []
    for account in people.accounts():
        own = sessions.get(account.id, [])
        used = [at for session in own for at, _ in [newest.get(session.id, (session.seen_at, ""))]]
        seen_at = max([*used, *filter(None, [account.seen_at])], default=None)
        seen = None if seen_at is None else format_time(seen_at, now, zone)
        is_you = current_person().account is not None and current_person().name == account.name
        rows.append(PersonRow(account, initials(account.full_name) or "?", is_you, seen, signed_in_on(own)))
    return sorted(rows, key=lambda row: not row.is_you)


def signed_in_on(sessions: list[Session]) -> str:
    """ "1 browser, 1 phone"; empty if there is no session."""
    counts = Counter("phone" if is_phone(session.browser) else "browser" for session in sessions)
    return ", ".join(pluralize(counts[kind], kind) for kind in ("browser", "phone") if counts[kind])


def _account(id: int) -> Account:
    account = next((account for account in access().people.accounts() if account.id == id), None)
    if account is None:
        abort(404)
    return account


def _role() -> Role:
    try:
        return Role.parse(request.form.get("role", ""))
    except ValueError as error:
        raise PeopleError(str(error)) from error


def _add_page(problem: str = "") -> str:
    context = page_context()
    return render_template(
        "access/add_person.html",
        tab="people",
        health=current_health(context, context.clock.now()),
        roles=PERSON_ROLES,
        roles_text=ROLES_TEXT,
        problem=problem,
        form=request.form,
    )


def _back(id: int) -> AnyResponse:
    return redirect(url_for("people.page", _anchor=f"person-{id}"), 303)
