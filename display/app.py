"""The Flask app: pages and live updates. ``create_app`` builds it without starting anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify, redirect, send_from_directory, url_for
from werkzeug.wrappers import Response as AnyResponse

from display import readiness
from display.access.guard import SocketGate, protect
from display.access.identity import is_loopback
from display.access.passwords import Passwords
from display.access.services import Access
from display.api import actions as api_actions
from display.api import reference as api_reference
from display.api import views as api
from display.api.rate_limit import TokenRates
from display.mcp_server import endpoint as mcp_endpoint
from display.metrics.exposition import Exposition
from display.metrics.families import Measured
from display.metrics.requests import ResponseCounts
from display.pages import errors, metrics, openapi, wall, webhook
from display.pages.access import account, audit, people, sign_in, single_sign_on
from display.pages.actions import blocks
from display.pages.actions import views as actions
from display.pages.assets import STATIC, Assets
from display.pages.check import views as check
from display.pages.compare import views as compare
from display.pages.context import ConfigFile, PageContext, page_context
from display.pages.events import views as event_pages
from display.pages.mentions import topics_page as mention_topics
from display.pages.mentions import views as mentions
from display.pages.mentions.export import record
from display.pages.navigation import page_links
from display.pages.notifications import channels as channel_pages
from display.pages.notifications import views as notification_pages
from display.pages.query_help import views as query_help
from display.pages.relevance import views as relevance_pages
from display.pages.row_ids import RowIdConverter
from display.pages.rules import views as rules
from display.pages.saved_views import feeds as view_feeds
from display.pages.saved_views import views as saved_views
from display.pages.setup import views as setup_pages
from display.pages.setup.views import redirect_to_setup
from display.pages.sources import views as sources
from display.pages.sources.backups import BackupTask
from display.pages.walls import screen
from display.pages.walls import views as walls
from display.pages.weekly import views as weekly
from display.server.capacity import Capacity
from display.server.descriptors import current_limit, max_connections
from display.server.live import MAX_SOCKETS, Live
from display.server.notification_inputs import create_notifications
from display.server.proxies import ProxyMiddleware
from display.server.request_reader import MAX_BODY_BYTES
from display.server.security import SecurityMiddleware
from display.setup.service import Setup, Trials
from display.wall_state import WallStates
from display.weekly.sending import ReportComposer
from monitor.activity import Activity
from monitor.clock import Clock
from monitor.config.changes import ConfigStatus
from monitor.http import Http
from monitor.judging import OpinionStatus, RelevanceStatus

if TYPE_CHECKING:
    from display.server.health_watch import ClockJump
    from monitor.config import Config
    from monitor.model import RateLimit
    from monitor.store import Store

YEAR_SECONDS = 365 * 24 * 3600


def create_app(
    config: Config,
    store: Store,
    clock: Clock,
    *,
    health: Callable[[], Mapping[str, bool]],
    version: str,
    accept: webhook.Accept = webhook.refuse,
    config_file: ConfigFile | None = None,
    passwords: Passwords | None = None,
    activity: Activity | None = None,
    rate_limits: Mapping[str, RateLimit] = MappingProxyType({}),
    clock_jump: Callable[[], ClockJump | None] = lambda: None,
    setup: Setup | None = None,
    opinions: Callable[[], OpinionStatus] = OpinionStatus,
    relevance: Callable[[], RelevanceStatus] = RelevanceStatus,
) -> Flask:
    """The WSGI app.

    ``health`` returns whether each part of the program is alive, by its name; ``accept`` stores posts that other
    programs deliver; ``activity`` and ``rate_limits`` are reported as metrics; ``config_file`` reloads the config,
    through ``prepare_config``; ``clock_jump`` returns the last jump of the system clock; ``passwords`` is for tests,
    with cheaper hashes; ``setup`` tries sources for the set-up pages; ``opinions`` returns what
    the language model is doing, ``relevance`` how relevance is judged. ``app.extensions["socketio"]`` is the Socket.IO
    server. ``app.extensions["live"]`` is the Live, which the caller starts before serving and stops afterwards.
    """
    app = Flask("display", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.url_map.converters["int"] = RowIdConverter
    app.url_map.strict_slashes = False  # people type addresses
    states = WallStates(config, store, clock, health=health, version=version)
    access = Access.build(config, store.people, clock, passwords or Passwords())
    max_sockets = min(MAX_SOCKETS, max_connections(current_limit()))
    live = Live(app, store, clock, states, access.identities, version=version, max_sockets=max_sockets)
    started = clock.now()
    reloadable = config_file or UnchangedFile(ConfigStatus(started))
    context = PageContext(
        config,
        store,
        clock,
        version,
        health,
        states,
        live.screens,
        started,
        reloadable,
        clock_jump,
        opinions,
        relevance,
    )
    app.extensions |= {"accept": accept, "wallflower": context, "live": live, "access": access}
    app.extensions |= {"capacity": Capacity(), "token_rates": TokenRates(clock), "backup": BackupTask()}
    app.extensions |= {"activity": activity or Activity(), "setup": setup or _default_setup(config, clock)}
    app.extensions["notifications"] = notifications = create_notifications(app)
    notifications.events.describe = record
    notifications.sender.compose_report = ReportComposer(app.jinja_env, lambda: app.extensions["wallflower"])
    protect(app, access.guard)
    redirect_to_setup(app)
    responses = ResponseCounts()
    app.extensions["metrics"] = Exposition(
        Measured(
            lambda: app.extensions["wallflower"],
            live,
            app.extensions["activity"],
            responses,
            access.identities.last_uses.walls,
            notifications.counts,
            rate_limits,
        )
    )
    add_static(app)
    add_pages(app)
    errors.register(app)
    responses.register(app)
    add_middleware(app, config, access, live)
    return app


def _default_setup(config: Config, clock: Clock) -> Setup:
    return Setup(Trials(Http(clock, config.allow_hosts), clock))


def add_middleware(app: Flask, config: Config, access: Access, live: Live) -> None:
    """Check each request before Flask and Socket.IO see it."""
    hosts = [config.server.host, *config.server.hosts]
    gated = SocketGate(app.wsgi_app, access.identities)
    any_address = not is_loopback(config.server.host)
    guarded = SecurityMiddleware(gated, hosts, sockets_full=live.is_full, any_address=any_address)
    app.extensions["proxy"] = app.wsgi_app = ProxyMiddleware(guarded, config.server.proxies)  # type: ignore[method-assign]


def prepare_config(app: Flask, config: Config) -> Callable[[], None]:
    """What makes ``app`` use ``config``: for all requests that begin from then on, and for the walls."""
    context: PageContext = app.extensions["wallflower"]
    use_walls = context.states.prepare(config)

    def use() -> None:
        use_walls()
        app.extensions["wallflower"] = replace(context, config=config)
        app.extensions["live"].config_changed()

    return use


@dataclass(frozen=True, slots=True)
class UnchangedFile:
    """The ConfigFile of an app whose config does not come from a file."""

    in_use: ConfigStatus

    def status(self) -> ConfigStatus:
        """That the config is in use."""
        return self.in_use

    def reload(self) -> ConfigStatus:
        """Change nothing."""
        return self.in_use


def add_static(app: Flask) -> None:
    """Serve the built front end, and let templates find its files with ``asset``, ``styles`` and ``scripts``."""
    assets = Assets(url=lambda name: url_for("static", name=name))
    app.jinja_env.globals.update(
        asset=assets.asset, styles=assets.styles, scripts=assets.scripts, page_links=page_links
    )
    app.add_url_rule("/static/<path:name>", "static", static)


def add_pages(app: Flask) -> None:
    """Register a blueprint for each page."""
    app.add_url_rule("/", "home", home)
    app.add_url_rule("/favicon.ico", "favicon", favicon)
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readiness.readyz)
    app.register_blueprint(sign_in.blueprint)
    app.register_blueprint(single_sign_on.blueprint)
    app.register_blueprint(account.blueprint)
    app.register_blueprint(screen.blueprint)
    app.register_blueprint(people.blueprint)
    app.register_blueprint(compare.blueprint)
    app.register_blueprint(audit.blueprint)
    app.register_blueprint(wall.blueprint)
    app.register_blueprint(walls.blueprint)
    app.register_blueprint(mentions.blueprint)
    app.register_blueprint(actions.blueprint)
    app.register_blueprint(blocks.blueprint)
    app.register_blueprint(mention_topics.blueprint)
    app.register_blueprint(weekly.blueprint)
    app.register_blueprint(saved_views.blueprint)
    app.register_blueprint(view_feeds.blueprint)
    app.register_blueprint(check.blueprint)
    app.register_blueprint(relevance_pages.blueprint)
    app.register_blueprint(rules.blueprint)
    app.register_blueprint(query_help.blueprint)
    app.register_blueprint(notification_pages.blueprint)
    app.register_blueprint(channel_pages.blueprint)
    app.register_blueprint(event_pages.blueprint)
    app.register_blueprint(sources.blueprint)
    app.register_blueprint(setup_pages.blueprint)
    app.register_blueprint(webhook.blueprint)
    app.register_blueprint(metrics.blueprint)
    app.register_blueprint(openapi.blueprint)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(api_actions.blueprint)
    app.register_blueprint(api_reference.blueprint)
    app.register_blueprint(mcp_endpoint.blueprint)


def favicon() -> tuple[str, int]:
    """An empty answer: browsers request an icon, and a 404 would be an error in their console."""
    return "", 204


def home() -> AnyResponse:
    """Redirect to the mentions."""
    return redirect(url_for("mentions.listing"))


def static(name: str) -> Response:
    """A built file. Browsers may cache it forever, because its name contains a hash of its content."""
    response = send_from_directory(STATIC / "assets", name.removeprefix("assets/"), max_age=YEAR_SECONDS)
    response.cache_control.public = True
    response.cache_control.immutable = True
    return response


def healthz() -> tuple[Response, int]:
    """Whether each part of the program is alive, by its name: 200 if all are, else 503."""
    parts = dict(page_context().health())
    return jsonify(parts), 200 if all(parts.values()) else 503
