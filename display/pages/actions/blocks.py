"""Blocks of authors and sites: what one would do, for members, and /blocks, on which admins end them."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.guard import current_person
from display.access.permissions import requires
from display.formatting import format_time
from display.pages.actions.answers import Answer, answer, chosen_mentions, wants_parts
from display.pages.actions.outcomes import GONE, Outcome, action_outcome
from display.pages.actions.shown import block_effect, block_targets
from display.pages.caching import always_revalidate
from display.pages.context import page_context
from display.pages.health_line import current_health
from display.pages.mentions.requested import valid_view
from display.pages.mentions.views import template_values
from monitor.model.actions import ActionKind, BlockKind
from monitor.model.people import Role

blueprint = Blueprint("blocks", __name__)
blueprint.after_request(always_revalidate)
blueprint.context_processor(template_values)


@blueprint.get("/mentions/<int:number>/block")
@requires(Role.MEMBER, "block authors and sites")
def preview(number: int) -> Answer:
    """What blocking the author or the site of a mention would do, with buttons to do it."""
    context, now = page_context(), page_context().clock.now()
    mention = context.store.mention(number)
    if mention is None:
        return answer([number], Outcome(GONE, 404))
    options = [
        (target, block_effect(context.store.actions.would_hide(target, now))) for target in block_targets(mention)
    ]
    template = "actions/block_options.html" if wants_parts() else "actions/block.html"
    health, view = current_health(context, now), valid_view(context, now)
    return render_template(template, mention=mention, options=options, view=view, health=health), 200


@blueprint.post("/blocks")
@requires(Role.MEMBER, "block authors and sites")
def block() -> Answer:
    """Block the author or the site of the mention that the form names."""
    context, now, chosen = page_context(), page_context().clock.now(), chosen_mentions()
    if len(chosen) != 1:
        abort(400)
    mention = context.store.mention(chosen[0])
    if mention is None:
        return answer(chosen, Outcome(GONE, 404))
    wanted = request.form.get("kind", "")
    target = next((one for one in block_targets(mention) if one.kind.value == wanted), None)
    if target is None:
        abort(400)
    result = context.store.actions.block(target, current_person().actor, now)
    return answer(chosen, action_outcome(ActionKind.BLOCK, result, now))


@blueprint.get("/blocks")
@requires(Role.ADMIN, "see and end blocks")
def page() -> str:
    """Every block, with a button that ends it."""
    context, now = page_context(), page_context().clock.now()
    rows = [(one, format_time(one.by.at, now, context.config.timezone)) for one in context.store.actions.blocks()]
    return render_template(
        "actions/blocks.html", tab="blocks", health=current_health(context, now), rows=rows, kinds=BlockKind
    )


@blueprint.post("/blocks/<int:number>/unblock")
@requires(Role.ADMIN, "see and end blocks")
def unblock(number: int) -> AnyResponse:
    """End a block: what it hid is shown again."""
    context = page_context()
    context.store.actions.unblock(number, current_person().actor, context.clock.now())
    return redirect(url_for("blocks.page"), 303)
