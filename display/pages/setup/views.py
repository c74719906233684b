"""/setup: what the config says, and where it is changed. For admins.

While there is no config at all, or only sample data, it asks for an organisation instead; see ``first_run``.
"""

from __future__ import annotations

from babel import Locale
from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.permissions import WITHOUT_PERSON, requires
from display.pages.caching import always_revalidate
from display.pages.context import page_context
from display.pages.errors import error_page
from display.pages.health_line import current_health
from display.pages.setup import editing, first_run
from display.pages.setup.editing import TASK
from display.pages.setup.saving import Change, config_file, record, single_table, tables
from display.pages.setup.trials import setup_service
from display.pages.sources.config_notice import config_notices
from display.setup.config_file import is_writable
from display.setup.kinds import all_kinds
from monitor.errors import ConfigError
from monitor.model.people import Role

BEFORE_SETUP = frozenset({"setup", "access", "account", "people"})
"""Blueprints whose pages are served while there is no config."""

blueprint = Blueprint("setup", __name__, url_prefix="/setup")
blueprint.after_request(always_revalidate)
editing.register(blueprint)
first_run.register(blueprint)


@blueprint.errorhandler(ConfigError)
def unreadable(error: ConfigError) -> tuple[str, int]:
    """The page for a file that cannot be read, or is not TOML at all."""
    return error_page(409, f"{error.path.name} has to be corrected in an editor first.", " ".join(error.problems))


@blueprint.get("")
@requires(Role.ADMIN, TASK)
def overview() -> str | AnyResponse:
    """The page."""
    context = page_context()
    if first_run.is_due(context.config):
        return redirect(url_for("setup.begin"), 303)
    file, now = config_file(), context.clock.now()
    return render_template(
        "setup/overview.html",
        tab="setup",
        health=current_health(context, now),
        file=file.path,
        writable=is_writable(file.path),
        brands=tables(file, "brands"),
        sources=tables(file, "sources"),
        topics=tables(file, "topics"),
        walls=tables(file, "walls"),
        general=single_table(file, "wallflower"),
        backup=single_table(file, "backup"),
        server=single_table(file, "server"),
        in_use=context.config.server,
        kinds={kind.name: kind.title for kind in all_kinds()},
        languages=Locale("en").languages,
        can_restart=setup_service().restart is not None,
        paused={name for name, at in _paused().items() if at},
        known=set(_paused()),
        notices=config_notices(context.config_file.status(), context.config.path, now, context.config.timezone),
    )


@blueprint.get("/sources/new")
@requires(Role.ADMIN, TASK)
def kinds() -> str:
    """The kinds of source, to choose one."""
    context = page_context()
    health = current_health(context, context.clock.now())
    return render_template("setup/kinds.html", tab="setup", health=health, kinds=all_kinds())


@blueprint.post("/restart")
@requires(Role.ADMIN, "restart Wallflower")
def restart() -> str | tuple[str, int]:
    """Start the program again, with the config as it is now."""
    begin, context = setup_service().restart, page_context()
    if begin is None:
        return error_page(409, "Wallflower cannot restart itself here.", "Restart Wallflower where it was started.")
    record(context, Change(lambda text: text, "restarted Wallflower", ""))
    begin()
    return render_template("setup/restarting.html", seconds=first_run.RESTART_SECONDS)


def redirect_to_setup(app: Flask) -> None:
    """Lead every page to the set-up page while there is no config."""

    def lead() -> AnyResponse | None:
        if page_context().config.brands or request.endpoint in (None, *WITHOUT_PERSON):
            return None
        return None if request.blueprint in BEFORE_SETUP else redirect(url_for("setup.begin"), 303)

    app.before_request(lead)


def _paused() -> dict[str, object]:
    context = page_context()
    return {source.name: context.store.source_request(source.name).paused_at for source in context.config.sources}
