"""Clicks on mentions, "Not relevant" and "It is about Acme", and /relevance: what follows from them for each brand.

    POST /mentions/<id>/irrelevant --> Store.relevance.click --> the worker learns --> mentions are set aside

The forms keep the filters of the list in their URL, for the way back.
"""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.guard import current_person
from display.access.permissions import requires
from display.pages.actions.answers import Answer, answer
from display.pages.actions.outcomes import action_outcome
from display.pages.caching import always_revalidate
from display.pages.context import PageContext, page_context
from display.pages.health_line import current_health
from display.pages.mentions.views import template_values
from display.pages.relevance.brand_rows import brand_rows
from display.pages.relevance.rule_exclusions import RuleProposal, rule_proposal
from monitor.judging import HOW_TO_INSTALL
from monitor.model import Json
from monitor.model.actions import ActionKind
from monitor.model.people import Role

TASK = "mark mentions"

blueprint = Blueprint("relevance", __name__)
blueprint.after_request(always_revalidate)
blueprint.context_processor(template_values)


@blueprint.post("/mentions/<int:number>/irrelevant")
@requires(Role.MEMBER, TASK)
def mark_irrelevant(number: int) -> Answer:
    """Say that a mention is not relevant: it leaves all lists and figures."""
    return _marked(number, ActionKind.IRRELEVANT, relevant=False)


@blueprint.post("/mentions/<int:number>/relevant")
@requires(Role.MEMBER, TASK)
def mark_relevant(number: int) -> Answer:
    """Say that a mention is about its brand, which brings it back if it was set aside."""
    return _marked(number, ActionKind.RELEVANT, relevant=True)


@blueprint.post("/mentions/<int:number>/undo-relevance")
@requires(Role.MEMBER, TASK)
def undo(number: int) -> Answer:
    """Take back what was said about a mention."""
    return _marked(number, ActionKind.UNMARK, relevant=None)


@blueprint.get("/relevance")
def page() -> str:
    """What people said about each brand, what the program does with it, and how to undo it."""
    context = page_context()
    health = current_health(context, context.clock.now())
    return render_template(
        "relevance/page.html",
        tab="relevance",
        health=health,
        rows=brand_rows(context.store.relevance.brands(), context.relevance()),
        proposals=rule_proposals(context),
        status=context.relevance(),
        how_to_install=HOW_TO_INSTALL,
        format_number=lambda n: f"{n:,}",
    )


@blueprint.post("/relevance/bring-back")
@requires(Role.MEMBER, TASK)
def bring_back() -> AnyResponse:
    """Bring back all mentions of a brand that are set aside, for good."""
    context, brand = page_context(), _brand()
    if moved := context.store.relevance.bring_back(brand, context.clock.now()):
        _record(context, "brought back all mentions set aside", brand, mentions=moved)
    return redirect(url_for("relevance.page"), 303)


@blueprint.post("/relevance/judge-again")
@requires(Role.MEMBER, TASK)
def judge_again() -> AnyResponse:
    """Let the program decide again about mentions that were brought back."""
    context, brand = page_context(), _brand()
    if moved := context.store.relevance.judge_again(brand):
        _record(context, "let mentions be set aside again", brand, mentions=moved)
    return redirect(url_for("relevance.page"), 303)


@blueprint.post("/relevance/switch")
@requires(Role.MEMBER, TASK)
def switch() -> AnyResponse:
    """Switch setting aside on or off for a brand; off brings all back."""
    context, brand, on = page_context(), _brand(), request.form.get("on") == "1"
    moved = context.store.relevance.switch(brand, on, context.clock.now())
    action = "switched on setting aside" if on else "switched off setting aside"
    _record(context, action, brand, **({"mentions": moved} if moved else {}))
    return redirect(url_for("relevance.page"), 303)


def rule_proposals(context: PageContext) -> dict[str, RuleProposal]:
    """Brand -> what its rule could exclude, for the brands of the config."""
    found = {brand.name: rule_proposal(context.store, brand) for brand in context.config.brands}
    return {name: proposal for name, proposal in found.items() if proposal is not None}


def _marked(number: int, kind: ActionKind, *, relevant: bool | None) -> Answer:
    context, actor = page_context(), current_person().actor
    now = context.clock.now()
    return answer(
        [number], action_outcome(kind, context.store.actions.mark([number], relevant, actor, now), now), "relevance"
    )


def _brand() -> str:
    """The brand that the form names; 404 if the config has none of that name."""
    name = request.form.get("brand", "")
    if name not in {brand.name for brand in page_context().config.brands}:
        abort(404)
    return name


def _record(context: PageContext, action: str, target: str, **details: Json) -> None:
    context.store.people.record(current_person().name, action, target, details, context.clock.now())
