"""/rules: the rules of brands and topics. Everybody may look and preview; admins save.

typed text --preview--> what it would find among stored posts --save--> config.toml, reload, matched again
"""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from display.access.permissions import requires
from display.pages.caching import always_revalidate
from display.pages.context import page_context
from display.pages.errors import error_page
from display.pages.health_line import current_health
from display.pages.mentions.filters import RANGES
from display.pages.mentions.views import template_values
from display.pages.rules.breadth import posts_read
from display.pages.rules.editor import DEFAULT_RANGE, TASK, Editor, editor_page, history_values, sent_editor
from display.pages.rules.help import answer_for
from display.pages.rules.listing import brand_rows, topic_rows
from display.pages.rules.looking import look_there
from display.pages.rules.preview import one_line
from display.pages.rules.saving import add_topic, save_rule, stored_rule
from display.pages.rules.subject import Subject
from display.pages.setup.saving import Refusal
from display.server.abandoned_requests import cancel_abandoned_queries
from display.setup.service import CannotTry
from monitor.config.changes import ConfigStatus
from monitor.errors import QueryError
from monitor.model import Brand
from monitor.model.people import Role

MAX_ANSWERED_CHARS = 20_000

blueprint = Blueprint("rules", __name__)
blueprint.after_request(always_revalidate)
blueprint.context_processor(template_values)
cancel_abandoned_queries(blueprint)


@blueprint.get("/rules")
def listing() -> str:
    """The brands and topics, and their rules."""
    context = page_context()
    health = current_health(context, context.clock.now())
    return render_template(
        "rules/list.html",
        tab="rules",
        health=health,
        rows=brand_rows(context, posts_read(context.config)),
        topics=topic_rows(context),
        topic_posts_left=context.store.named_topics.posts_to_review(),
    )


@blueprint.get("/rules/<path:brand>")
def editor(brand: str) -> str | tuple[str, int]:
    """The editor, with the rule in use or the one in ``text``."""
    return _opened(Subject.of_brand(_brand(brand)))


@blueprint.get("/topics/<path:topic>")
def topic_editor(topic: str) -> str | tuple[str, int]:
    """The same for a topic of the config."""
    return _opened(_topic(topic))


@blueprint.get("/topics")
@requires(Role.ADMIN, TASK)
def new_topic_editor() -> str | tuple[str, int]:
    """The same for a topic that is being added."""
    return _opened(Subject("", ""))


@blueprint.post("/rules/<path:brand>/preview")
@requires(Role.VIEWER)
def show_preview(brand: str) -> str | tuple[str, int]:
    """The editor with a text of any length. It changes nothing."""
    return editor_page(sent_editor(Subject.of_brand(_brand(brand))))


@blueprint.post("/topics/<path:topic>/preview")
@requires(Role.VIEWER)
def topic_show_preview(topic: str) -> str | tuple[str, int]:
    """The same for a topic."""
    return editor_page(sent_editor(_topic(topic)))


@blueprint.post("/topics/")
@requires(Role.ADMIN, TASK)
def new_topic_show_preview() -> str | tuple[str, int]:
    """The same for a topic that is being added. No topic can have this address, as its name is not empty."""
    return editor_page(sent_editor(Subject("", "")))


@blueprint.post("/rules/<path:brand>/look")
@requires(Role.MEMBER, "search sources")
def look(brand: str) -> str | tuple[str, int]:
    """Search the sources for what the typed rule would find now. Nothing is stored."""
    found = _brand(brand)
    sent = sent_editor(Subject.of_brand(found))
    try:
        return editor_page(sent, trials=look_there(page_context(), found, sent.line))
    except (CannotTry, QueryError) as error:
        return editor_page(sent, trial_problem=str(error))


@blueprint.post("/rules/<path:brand>")
@requires(Role.ADMIN, TASK)
def save(brand: str) -> str | tuple[str, int] | AnyResponse:
    """Save the typed rule. If somebody else saved another one meanwhile, both are shown."""
    return _saved(sent_editor(Subject.of_brand(_brand(brand))))


@blueprint.post("/topics/<path:topic>")
@requires(Role.ADMIN, TASK)
def topic_save(topic: str) -> str | tuple[str, int] | AnyResponse:
    """The same for a topic."""
    return _saved(sent_editor(_topic(topic)))


@blueprint.post("/topics")
@requires(Role.ADMIN, TASK)
def new_topic_save() -> str | tuple[str, int] | AnyResponse:
    """Add a topic to the config."""
    sent = sent_editor(Subject("", ""))
    if sent.error is not None:
        return editor_page(sent)
    if not sent.line:
        return editor_page(sent, refusal=Refusal("A topic needs a rule."))
    return _answer(sent, Subject(sent.name, ""), add_topic(page_context(), sent.name, sent.stored, sent.line))


@blueprint.get("/rules/<path:brand>/progress")
def progress(brand: str) -> str:
    """The history column, for a page that is already open."""
    return _history(Subject.of_brand(_brand(brand)))


@blueprint.get("/topics/<path:topic>/progress")
def topic_progress(topic: str) -> str:
    """The same for a topic."""
    return _history(_topic(topic))


def _opened(subject: Subject) -> str | tuple[str, int]:
    context, text = page_context(), request.args.get("text", "")
    range_name = request.args.get("range", DEFAULT_RANGE)
    if range_name not in RANGES:
        return error_page(400, "This address is not valid.", "range must be one of 24h, 7d, 30d and all.")
    asked, rule = request.args.get("post", "")[:MAX_ANSWERED_CHARS], one_line(text) or subject.rule
    stored = stored_rule(subject)
    return editor_page(
        Editor(
            subject,
            stored,
            text or subject.rule,
            request.args.get("reason", ""),
            stored.base,
            range_name,
            request.args.get("all") == "1",
            request.args.get("name", ""),
            answer=answer_for(context, subject, asked, rule),
        )
    )


def _saved(sent: Editor) -> str | tuple[str, int] | AnyResponse:
    if sent.error is not None:
        return editor_page(sent)
    if sent.base != sent.stored.base and sent.stored.position >= 0:
        return editor_page(sent, conflict=True, base=sent.stored.base)
    return _answer(sent, sent.subject, save_rule(page_context(), sent.subject, sent.stored, sent.line))


def _answer(sent: Editor, saved: Subject, result: Refusal | ConfigStatus) -> str | tuple[str, int] | AnyResponse:
    """What came of saving."""
    if isinstance(result, Refusal):
        return editor_page(sent, refusal=result, conflict=result.changed, base=stored_rule(sent.subject).base)
    if result.problems:
        return editor_page(sent, refusal=Refusal("It was saved, but the file cannot be used.", result.problems))
    return redirect(saved.url(), 303)


def _history(subject: Subject) -> str:
    return render_template("rules/history.html", **history_values(page_context(), subject), editor=None, preview=None)


def _brand(name: str) -> Brand:
    """The brand of the config with this name; 404 if there is none."""
    found = next((brand for brand in page_context().config.brands if brand.name == name), None)
    return found if found is not None else abort(404)


def _topic(name: str) -> Subject:
    """The topic of the config with this name; 404 if there is none."""
    found = next((topic for topic in page_context().config.topics if topic.name == name), None)
    return Subject.of_topic(found) if found is not None else abort(404)
