"""The wall: one screen beside a desk. The page is a program that draws what it is told here and by ``live``."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template

from display.site import site

blueprint = Blueprint("wall", __name__)


@blueprint.get("/wall")
def wall() -> Response:
    """The page; it loads its state by itself."""
    response = Response(render_template("wall.html", version=site().version))
    response.cache_control.no_store = True
    return response


@blueprint.get("/wall/state.json")
def state() -> Response:
    """The state by itself, for the first picture and for walls that no socket is free for."""
    response = jsonify(site().states.get())
    response.cache_control.no_store = True
    return response
