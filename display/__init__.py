"""The pages people see and the live connection behind them. ``create_app`` registers; it starts nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify, redirect, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from display.pages import errors, wall, webhook
from display.pages.assets import STATIC, Assets
from display.pages.context import PageContext, page_context
from display.pages.mentions import views as mentions
from display.pages.sources import views as sources
from display.server.live import Live
from display.server.security import Gate
from display.wall_state import WallStates
from monitor.clock import Clock

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store import Store

MOST_FORM_BYTES = 1 << 20
YEAR = 365 * 24 * 3600


def create_app(
    config: Config,
    store: Store,
    clock: Clock,
    *,
    health: Callable[[], Mapping[str, bool]],
    version: str,
    accept: webhook.Accept = webhook.refuse,
) -> Flask:
    """The WSGI app. ``health`` tells whether writer, scheduler and web live, by these names. ``accept`` stores what
    other programs bring.

    ``app.extensions["socketio"]`` is the Socket.IO server, ``app.extensions["live"]`` the Live that its caller starts
    before serving and stops after.
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_FORM_BYTES
    states = WallStates(config, store, clock, health=health, version=version)
    live = Live(app, store, clock, states, version=version)
    context = PageContext(config, store, clock, version, health, states, live.screens, started=clock.now())
    app.extensions |= {"accept": accept, "wallflower": context, "live": live}
    add_static(app)
    add_pages(app)
    errors.register(app)
    gate = Gate(app.wsgi_app, hosts=[config.server.host], sockets=live.sockets, most_sockets=live.most_sockets)
    app.wsgi_app = gate  # type: ignore[method-assign]
    return app


def add_static(app: Flask) -> None:
    """Serve the built files, and give templates ``asset``, ``styles`` and ``scripts`` to find them."""
    assets = Assets()
    app.jinja_env.globals.update(asset=assets.asset, styles=assets.styles, scripts=assets.scripts)
    app.add_url_rule("/static/<path:name>", "static", static)


def add_pages(app: Flask) -> None:
    """Register one blueprint per page."""
    app.add_url_rule("/", "home", home)
    app.add_url_rule("/favicon.ico", "no_icon", no_icon)
    app.add_url_rule("/healthz", "healthz", healthz)
    app.register_blueprint(wall.blueprint)
    app.register_blueprint(mentions.blueprint)
    app.register_blueprint(sources.blueprint)
    app.register_blueprint(webhook.blueprint)


def no_icon() -> tuple[str, int]:
    """Every browser asks for one; an error in its console would hide those that matter."""
    return "", 204


def home() -> AnyResponse:
    """The page to begin with."""
    return redirect("/mentions")


def static(name: str) -> Response:
    """A built file. Its name holds a hash of its content, so a browser need never ask for it again."""
    response = send_from_directory(STATIC / "assets", name.removeprefix("assets/"), max_age=YEAR)
    response.cache_control.public = True
    response.cache_control.immutable = True
    return response


def healthz() -> tuple[Response, int]:
    """Whether every part lives: 200 if so, else 503, with each part by its name."""
    parts = dict(page_context().health())
    return jsonify(parts), 200 if all(parts.values()) else 503
