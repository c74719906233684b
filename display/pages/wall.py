"""The walls: screens beside a desk. The page is a program that draws what it is told here and by ``live``."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, make_response, render_template

from display.pages import errors
from display.pages.context import page_context
from display.wall_state.speech import LANGUAGES

blueprint = Blueprint("wall", __name__)


# Who types the address of a screen may end it with a slash.
@blueprint.get("/wall", defaults={"name": ""}, strict_slashes=False)
@blueprint.get("/wall/<name>", strict_slashes=False)
def wall(name: str) -> Response | tuple[str, int, dict[str, str]]:
    """The page of a wall, of the first where none is named; it loads its state by itself."""
    states = page_context().states
    if not states.known(name):
        there = ", ".join(f"/wall/{known}" for known in states.names if known) or "/wall"
        # A screen on which nobody presses a key looks again by itself: the config may be put right.
        return *errors.page(404, "There is no such wall.", f"There is {there}."), {"Refresh": "60"}
    language = states.language(name)
    page = render_template("wall.html", version=page_context().version, language=language, say=LANGUAGES[language])
    response = make_response(page)
    response.cache_control.no_store = True
    return response


@blueprint.get("/wall/state.json", defaults={"name": ""})
@blueprint.get("/wall/<name>/state.json")
def state(name: str) -> Response:
    """The state by itself, for the first picture and for walls that no socket is free for."""
    if not page_context().states.known(name):
        abort(404)
    state = page_context().states.get(name)
    page_context().screens.state_requested(state)
    response = jsonify(state)
    response.cache_control.no_store = True
    return response
