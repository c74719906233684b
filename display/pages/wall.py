"""The pages of the walls. A page is a program that draws the state it gets from here and from ``live``."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, make_response, render_template

from display.pages import errors
from display.pages.context import page_context
from display.wall_state.i18n import catalogue, page_phrases

blueprint = Blueprint("wall", __name__)


# People who type the address of a wall may end it with a slash.
@blueprint.get("/wall", defaults={"name": ""}, strict_slashes=False)
@blueprint.get("/wall/<name>", strict_slashes=False)
def wall(name: str) -> Response | tuple[str, int, dict[str, str]]:
    """The page of a wall, or of the first wall without a name. It loads its state itself."""
    states = page_context().states
    if not states.known(name):
        there = ", ".join(f"/wall/{known}" for known in states.names if known) or "/wall"
        # Nobody presses a key on a television: it reloads by itself until the config is corrected.
        return *errors.page(404, "There is no such wall.", f"There is {there}."), {"Refresh": "60"}
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
def state(name: str) -> Response:
    """The state of a wall, for its first picture and while it has no socket."""
    if not page_context().states.known(name):
        abort(404)
    state = page_context().states.get(name)
    page_context().screens.state_requested(state)
    response = jsonify(state)
    response.cache_control.no_store = True
    return response
