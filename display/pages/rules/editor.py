"""The editor of a rule, for a brand or a topic: what a request sent, and the page that answers it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from flask import render_template, request

from display.access.guard import current_person
from display.access.permissions import refusal
from display.pages.context import PageContext, page_context
from display.pages.health_line import current_health
from display.pages.mentions.filters import RANGES
from display.pages.mentions.query_fix import fixed_query
from display.pages.relevance.rule_exclusions import rule_proposal
from display.pages.rules.breadth import posts_read
from display.pages.rules.help import Answer
from display.pages.rules.history import changed_parts, shown_versions
from display.pages.rules.listing import brand_rows, topic_rows
from display.pages.rules.looking import searchable
from display.pages.rules.preview import one_line, preview
from display.pages.rules.saving import StoredRule, stored_rule
from display.pages.rules.subject import Subject
from display.pages.setup.rule_errors import rule_error
from display.pages.setup.saving import Refusal
from display.pages.setup.trial_view import ShownTrial
from monitor.errors import QueryError
from monitor.model.people import Role
from monitor.query import parse
from monitor.query.examples import EXAMPLES, FIELD_EXAMPLES

TASK = "change rules"
DEFAULT_RANGE = "7d"
SHOWN, ALL_SHOWN = 5, 200
"""Posts of each side of a preview: at first, and after "Show all"."""


@dataclass(frozen=True, slots=True)
class Editor:
    """What one response of the editor is about."""

    subject: Subject
    stored: StoredRule
    text: str
    """As typed."""
    reason: str = ""
    base: str = ""
    range: str = DEFAULT_RANGE
    show_all: bool = False
    name: str = ""
    """Of a topic that is being added, as typed."""
    refusal: Refusal | None = None
    conflict: bool = False
    trials: list[ShownTrial] = field(default_factory=list)
    trial_problem: str = ""
    answer: Answer | None = None

    @property
    def line(self) -> str:
        """The text as it would be saved."""
        return one_line(self.text)

    @property
    def error(self) -> QueryError | None:
        """What is wrong with the text. A topic that is being added may have none yet."""
        if self.subject.is_new and not self.line:
            return None
        try:
            parse(self.line)
        except QueryError as error:
            return error
        return None


def sent_editor(subject: Subject) -> Editor:
    """The form as it was sent."""
    range_name = (request.form.getlist("range") or [DEFAULT_RANGE])[-1]  # of the button, after that of the form
    return Editor(
        subject,
        stored_rule(subject),
        request.form.get("text", ""),
        request.form.get("reason", ""),
        request.form.get("base", ""),
        range_name if range_name in RANGES else DEFAULT_RANGE,
        name=one_line(request.form.get("name", "")),
    )


def editor_page(editor: Editor, **changes: Any) -> str | tuple[str, int]:
    """The page of ``editor`` with ``changes``, and its status."""
    context, shown = page_context(), replace(editor, **changes)
    health, subject, error = current_health(context, context.clock.now()), shown.subject, shown.error
    found, is_admin = None, current_person().role >= Role.ADMIN
    if error is None and shown.line:
        n = ALL_SHOWN if shown.show_all else SHOWN
        found = preview(context, health, subject, shown.line, shown.range, shown=n)
    text = render_template(
        "rules/editor.html",
        tab="rules",
        health=health,
        rows=brand_rows(context, posts_read(context.config)),
        topics=topic_rows(context),
        editor=shown,
        preview=found,
        error=rule_error(shown.line) if error else None,
        correction=error and fixed_query(error),
        parts=[] if subject.is_new else changed_parts(subject.rule, shown.line),
        ranges=RANGES,
        is_admin=is_admin,
        refused="" if is_admin else refusal(Role.ADMIN, TASK, context.store.people.accounts()),
        proposal=rule_proposal(context.store, subject.brand) if subject.brand else None,
        examples=(*EXAMPLES, *FIELD_EXAMPLES.values()),
        can_search=searchable(context) if subject.brand else [],
        config_path=context.config.path,
        **history_values(context, subject),
    )
    return text, 409 if shown.conflict else 400 if error or shown.refusal else 200


def history_values(context: PageContext, subject: Subject) -> dict[str, Any]:
    """What the template of the history column shows."""
    now, zone = context.clock.now(), context.config.timezone
    versions = subject.versions(context.store)
    chosen = [request.args.get("version", ""), request.args.get("with", "")]
    texts = {str(one.version): one.text for one in versions}
    compared = changed_parts(texts[chosen[0]], texts[chosen[1]]) if set(chosen) <= texts.keys() else None
    return {
        "subject": subject,
        "versions": shown_versions(versions, now, zone),
        "unfinished": bool(versions and versions[0].rematch and versions[0].rematch.finished_at is None),
        "compared": compared,
        "chosen": chosen,
    }
