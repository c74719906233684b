"""The pages of the walls. A script in the page draws the state, which it gets from here and from ``live``."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, make_response, render_template

from display.access.rules import requires
from display.pages import errors
from display.pages.context import page_context
from display.wall_state import UnknownWall
from display.wall_state.i18n import catalogue, page_phrases
from monitor.model.people import Role

blueprint = Blueprint("wall", __name__)


# People who type the address of a wall may end it with a slash.
@blueprint.get("/wall", defaults={"name": ""}, strict_slashes=False)
@blueprint.get("/wall/<name>", strict_slashes=False)
@requires(Role.WALL)
def wall(name: str) -> Response | tuple[str, int, dict[str, str]]:
    """The page of a wall, or of the first wall without a name. It loads its state itself."""
    states = page_context().states
    if not states.has_wall(name):
        available = ", ".join(f"/wall/{known}" for known in states.names if known) or "/wall"
        # A television has no keyboard, so the page reloads until the config is corrected.
        return *errors.error_page(404, "There is no such wall.", f"Available: {available}."), {"Refresh": "60"}
    language = states.language(name)
    page = render_template(
        "wall.html",
        version=page_context().version,
        language=language,
        phrases=catalogue()[language],
        page_phrases=page_phrases(),
    )
    response = make_response(page)
    response.cache_control.no_store = True
    return response


@blueprint.get("/wall/state.json", defaults={"name": ""})
@blueprint.get("/wall/<name>/state.json")
@requires(Role.WALL)
def state(name: str) -> Response:
    """The state of a wall, for its first rendering and while it has no socket."""
    try:
        state = page_context().states.get(name)
    except UnknownWall:
        abort(404)
    page_context().screens.state_requested(state)
    response = jsonify(state)
    response.cache_control.no_store = True
    return response
