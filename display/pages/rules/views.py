"""/rules: the rules of the brands. Everybody may look and preview; admins save.

typed text --preview--> what it would find among stored posts --save--> config.toml, reload, matched again
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.guard import current_person
from display.access.permissions import refusal, requires
from display.pages.caching import always_revalidate
from display.pages.context import PageContext, page_context
from display.pages.errors import error_page
from display.pages.health_line import current_health
from display.pages.mentions.filters import RANGES
from display.pages.mentions.query_fix import fixed_query
from display.pages.mentions.views import template_values
from display.pages.relevance.rule_exclusions import rule_proposal
from display.pages.rules.help import Answer, answer_for, examples
from display.pages.rules.history import changed_parts, shown_versions
from display.pages.rules.listing import brand_rows, topic_rows
from display.pages.rules.looking import look_there, searchable
from display.pages.rules.preview import one_line, preview
from display.pages.rules.saving import StoredRule, save_rule, stored_rule
from display.pages.setup.rule_errors import rule_error
from display.pages.setup.saving import Refusal
from display.pages.setup.trial_view import ShownTrial
from display.server.abandoned_requests import cancel_abandoned_queries
from display.setup.service import CannotTry
from monitor.activity import Activity, total
from monitor.errors import QueryError
from monitor.model import Brand
from monitor.model.people import Role
from monitor.query import parse

TASK = "change rules"
DEFAULT_RANGE = "7d"
MAX_ANSWERED_CHARS = 20_000
SHOWN, ALL_SHOWN = 5, 200
"""Posts of each side of a preview: at first, and after "Show all"."""

blueprint = Blueprint("rules", __name__)
blueprint.after_request(always_revalidate)
blueprint.context_processor(template_values)
cancel_abandoned_queries(blueprint)


@dataclass(frozen=True, slots=True)
class Editor:
    """What one response of the editor is about."""

    brand: Brand
    stored: StoredRule
    text: str
    """As typed."""
    reason: str = ""
    base: str = ""
    range: str = DEFAULT_RANGE
    show_all: bool = False
    refusal: Refusal | None = None
    conflict: bool = False
    trials: list[ShownTrial] = field(default_factory=list)
    trial_problem: str = ""
    answer: Answer | None = None

    @property
    def line(self) -> str:
        """The text as it would be saved."""
        return one_line(self.text)


@blueprint.get("/rules")
def listing() -> str:
    """The brands and their rules."""
    context = page_context()
    health = current_health(context, context.clock.now())
    return render_template(
        "rules/list.html",
        tab="rules",
        health=health,
        rows=brand_rows(context, _posts_read()),
        topics=topic_rows(context),
        topic_posts_left=context.store.named_topics.posts_to_review(),
    )


@blueprint.get("/rules/<path:brand>")
def editor(brand: str) -> str | tuple[str, int]:
    """The editor, with the rule in use or the one in ``text``."""
    context, found = page_context(), _brand(brand)
    text = request.args.get("text", "")
    answer = answer_for(context, found, request.args.get("post", "")[:MAX_ANSWERED_CHARS], one_line(text) or found.rule)
    range_name = request.args.get("range", DEFAULT_RANGE)
    if range_name not in RANGES:
        return error_page(400, "This address is not valid.", "range must be one of 24h, 7d, 30d and all.")
    stored = stored_rule(found)
    return _page(
        Editor(
            found,
            stored,
            text or found.rule,
            request.args.get("reason", ""),
            stored.base,
            range_name,
            request.args.get("all") == "1",
            answer=answer,
        )
    )


@blueprint.post("/rules/<path:brand>/preview")
@requires(Role.VIEWER)
def show_preview(brand: str) -> str | tuple[str, int]:
    """The same for a text of any length. It changes nothing."""
    return _page(_sent(_brand(brand)))


@blueprint.post("/rules/<path:brand>/look")
@requires(Role.MEMBER, "search sources")
def look(brand: str) -> str | tuple[str, int]:
    """Search the sources for what the typed rule would find now. Nothing is stored."""
    sent = _sent(_brand(brand))
    try:
        return _page(sent, trials=look_there(page_context(), sent.brand, sent.line))
    except (CannotTry, QueryError) as error:
        return _page(sent, trial_problem=str(error))


@blueprint.post("/rules/<path:brand>")
@requires(Role.ADMIN, TASK)
def save(brand: str) -> str | tuple[str, int] | AnyResponse:
    """Save the typed rule. If somebody else saved another one meanwhile, both are shown."""
    context, sent = page_context(), _sent(_brand(brand))
    try:
        parse(sent.line)
    except QueryError:
        return _page(sent)
    if sent.base != sent.stored.base and sent.stored.file is not None:
        return _page(sent, conflict=True, base=sent.stored.base)
    result = save_rule(context, sent.brand, sent.stored, sent.line)
    if isinstance(result, Refusal):
        return _page(sent, refusal=result, conflict=result.changed, base=stored_rule(sent.brand).base)
    if result.problems:
        return _page(sent, refusal=Refusal("It was saved, but the file cannot be used.", result.problems))
    return redirect(url_for("rules.editor", brand=sent.brand.name), 303)


@blueprint.get("/rules/<path:brand>/progress")
def progress(brand: str) -> str:
    """The history column, for a page that is already open."""
    context, found = page_context(), _brand(brand)
    return render_template("rules/history.html", **_history(context, found), editor=None, preview=None)


def _posts_read() -> int:
    """Posts that were read since the program started, whether they mention a brand or not."""
    activity: Activity = current_app.extensions["activity"]
    return total(activity.counts().values()).posts


def _sent(brand: Brand) -> Editor:
    """The form as it was sent."""
    range_name = (request.form.getlist("range") or [DEFAULT_RANGE])[-1]  # of the button, after that of the form
    return Editor(
        brand,
        stored_rule(brand),
        request.form.get("text", ""),
        request.form.get("reason", ""),
        request.form.get("base", ""),
        range_name if range_name in RANGES else DEFAULT_RANGE,
    )


def _brand(name: str) -> Brand:
    """The brand of the config with this name; 404 if there is none."""
    found = next((brand for brand in page_context().config.brands if brand.name == name), None)
    return found if found is not None else abort(404)


def _page(sent: Editor, **changes: Any) -> str | tuple[str, int]:
    context, shown = page_context(), replace(sent, **changes)
    health = current_health(context, context.clock.now())
    error = _error(shown.line)
    found = None
    if error is None:
        n = ALL_SHOWN if shown.show_all else SHOWN
        found = preview(context, health, shown.brand, shown.line, shown.range, shown=n)
    is_admin = current_person().role >= Role.ADMIN
    text = render_template(
        "rules/editor.html",
        tab="rules",
        health=health,
        rows=brand_rows(context, _posts_read()),
        editor=shown,
        preview=found,
        error=rule_error(shown.line) if error else None,
        correction=error and fixed_query(error),
        parts=changed_parts(shown.brand.rule, shown.line),
        ranges=RANGES,
        is_admin=is_admin,
        refused="" if is_admin else refusal(Role.ADMIN, TASK, context.store.people.accounts()),
        proposal=rule_proposal(context.store, shown.brand),
        examples=examples(),
        can_search=searchable(context),
        **_history(context, shown.brand),
    )
    return text, _status(shown, error)


def _status(shown: Editor, error: QueryError | None) -> int:
    return 409 if shown.conflict else 400 if error or shown.refusal else 200


def _error(text: str) -> QueryError | None:
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


def _history(context: PageContext, brand: Brand) -> dict[str, Any]:
    now, zone = context.clock.now(), context.config.timezone
    versions = context.store.rules.versions(brand.name)
    unfinished = bool(versions and versions[0].rematch and versions[0].rematch.finished_at is None)
    chosen = [request.args.get("version", ""), request.args.get("with", "")]
    texts = {str(one.version): one.text for one in versions}
    compared = changed_parts(texts[chosen[0]], texts[chosen[1]]) if set(chosen) <= texts.keys() else None
    return {
        "brand": brand,
        "versions": shown_versions(versions, now, zone),
        "unfinished": unfinished,
        "compared": compared,
        "chosen": chosen,
    }
