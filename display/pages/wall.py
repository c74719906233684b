"""The pages of the walls. A script in the page draws the state, which it gets from here and from ``live``."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.cookies import set_wall_cookie, wall_token
from display.access.guard import current_person
from display.access.permissions import requires
from display.access.services import access
from display.pages import errors
from display.pages.context import page_context
from display.wall_state import UnknownWall
from display.wall_state.i18n import catalogue, page_phrases
from monitor.model.people import Role

blueprint = Blueprint("wall", __name__)


# People who type the address of a wall may end it with a slash.
@blueprint.get("/wall", defaults={"name": ""})
@blueprint.get("/wall/<name>")
@requires(Role.WALL)
def wall(name: str) -> Response | AnyResponse | tuple[str, int, dict[str, str]]:
    """The page of a wall, or of the first wall without a name. It loads its state itself."""
    states = page_context().states
    if elsewhere := _other_wall(name, "wall.wall"):
        return elsewhere
    if not states.has_wall(name):
        available = ", ".join(f"/wall/{known}" for known in states.names if known) or "/wall"
        # A television has no keyboard, so the page reloads until the config is corrected.
        return *errors.error_page(404, "There is no such wall.", f"Available: {available}."), {"Refresh": "60"}
    response = make_response(wall_page(states.language(name)))
    response.cache_control.no_store = True
    if current_person().wall:
        set_wall_cookie(request, response, wall_token(request))  # for another WALL_LIFETIME
    return response


def wall_page(language: str) -> str:
    """The page that draws a wall."""
    return render_template(
        "wall.html",
        version=page_context().version,
        language=language,
        phrases=catalogue()[language],
        page_phrases=page_phrases(),
    )


def _other_wall(name: str, endpoint: str) -> AnyResponse | None:
    """Where a paired screen is sent that asks for another wall than its own; None for its own, and for people."""
    paired = current_person().wall
    return redirect(url_for(endpoint, name=paired.wall or None), 303) if paired and paired.wall != name else None


@blueprint.get("/wall/state.json", defaults={"name": ""})
@blueprint.get("/wall/<name>/state.json")
@requires(Role.WALL)
def state(name: str) -> Response | AnyResponse:
    """The state of a wall, for its first rendering and while it has no socket."""
    if elsewhere := _other_wall(name, "wall.state"):
        return elsewhere
    try:
        state = page_context().states.get(name)
    except UnknownWall:
        abort(404)
    page_context().screens.state_requested(state)
    if paired := current_person().wall:
        access().identities.last_uses.used_wall(paired.id, request.remote_addr or "")
    response = jsonify(state)
    response.cache_control.no_store = True
    return response
