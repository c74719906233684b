"""/walls: the screens that show walls. Admins pair a screen with the code that it shows, rename and unpair it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.guard import current_person
from display.access.names import valid_name
from display.access.pairing import WaitingScreen
from display.access.permissions import requires
from display.access.services import access
from display.formatting import format_duration
from display.pages.access.forms import never_store
from display.pages.context import page_context
from display.pages.health_line import current_health
from display.pages.walls.rows import PairedRow, paired_rows
from monitor.errors import PeopleError
from monitor.model.people import Role

NO_SUCH_CODE = "No wall is showing this code. It may have changed; check the wall again."
TASK = "pair walls"

blueprint = Blueprint("walls", __name__, url_prefix="/walls")
blueprint.after_request(never_store)


@dataclass(frozen=True, slots=True)
class PairingForm:
    """What the page for pairing a screen shows."""

    typed: str = ""
    found: WaitingScreen | None = None
    name: str = ""
    problem: str = ""


@blueprint.get("")
def listing() -> str:
    """The page."""
    return _listing_page()


@blueprint.route("/pair", methods=["GET", "POST"])
@requires(Role.ADMIN, TASK)
def pair() -> str | AnyResponse | tuple[str, int]:
    """Type the code of a screen, look at what asks, and pair it. The code is never in a URL."""
    if request.method != "POST":
        return _pairing_page(PairingForm())
    typed, decision = request.form.get("code", ""), request.form.get("decision", "")
    found = access().pairing.find(typed)
    if found is None:
        return _pairing_page(PairingForm(typed, problem=NO_SUCH_CODE), 404)
    if decision == "reject":
        access().pairing.take(typed)
        return redirect(url_for("walls.pair"), 303)
    name = request.form.get("name", "")
    if decision != "pair":
        return _pairing_page(PairingForm(typed, found))
    try:
        _pair(typed, valid_name(name, "name of the wall"))
    except PeopleError as error:
        return _pairing_page(PairingForm(typed, found, name, str(error)), 400)
    return redirect(url_for("walls.listing"), 303)


@blueprint.post("/<int:id>/rename")
@requires(Role.ADMIN, "rename walls")
def rename(id: int) -> AnyResponse | tuple[str, int]:
    """Call a paired screen something else, and choose the wall that it shows."""
    people, actor, now = access().people, current_person().name, page_context().clock.now()
    try:
        people.rename_wall(id, valid_name(request.form.get("name", ""), "name of the wall"), now, actor)
        shown = request.form.get("wall")
        if shown is not None and shown in page_context().states.names:
            people.set_shown_wall(id, shown, now, actor)
    except PeopleError as error:
        return _listing_page(str(error)), 400
    return redirect(url_for("walls.listing"), 303)


@blueprint.post("/<int:id>/unpair")
@requires(Role.ADMIN, "unpair walls")
def unpair(id: int) -> AnyResponse:
    """Unpair a screen: it shows a code again at once."""
    access().people.remove_wall(id, page_context().clock.now(), current_person().name)
    return redirect(url_for("walls.listing"), 303)


def current_rows() -> list[PairedRow]:
    """The paired screens now."""
    context = page_context()
    return paired_rows(
        access().people.walls(),
        context.screens.paired_screens(),
        access().identities.last_uses.walls(),
        context.clock.machine_time(),
        context.config.timezone,
    )


def _pair(typed: str, name: str) -> None:
    """Make the screen with this code a wall. Raises PeopleError; then its code stays valid."""
    found = access().pairing.find(typed)
    if found is None:
        raise PeopleError(NO_SUCH_CODE)
    names = page_context().states.names
    shown = request.form.get("wall", found.wall)
    access().people.add_wall(
        name,
        shown if shown in names else names[0],
        found.token_hash,
        page_context().clock.now(),
        current_person().name,
        address=found.address,
        size=found.size,
        browser=found.browser,
    )
    access().pairing.take(typed)


def _listing_page(problem: str = "") -> str:
    context = page_context()
    return render_template(
        "walls/page.html",
        tab="walls",
        health=current_health(context, context.clock.now()),
        rows=current_rows(),
        names=context.states.names,
        problem=problem,
    )


def _pairing_page(form: PairingForm, status: int = 200) -> tuple[str, int]:
    context = page_context()
    asked = context.clock.machine_time() - form.found.asked_at if form.found else None
    page = render_template(
        "walls/pair.html",
        tab="walls",
        health=current_health(context, context.clock.now()),
        form=form,
        asked=format_duration(asked) if asked else "",
        names=context.states.names,
    )
    return page, status
