"""How an action is answered: for scripts with the parts of the page that changed, else with the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.pages.actions.outcomes import GONE, Outcome
from display.pages.context import PageContext, page_context
from display.pages.health_line import current_health
from display.pages.mentions.cards import Card, Cards
from display.pages.mentions.detail import detail_values, what_would_have_kept_out
from display.pages.mentions.filters import MentionsView
from display.pages.mentions.requested import valid_view
from display.pages.relevance.rule_exclusions import ShownExclusion
from display.pages.relevance.words import row_reason
from monitor.model import Mention, MentionFilter, State
from monitor.model.actions import MAX_SELECTED

Answer: TypeAlias = "tuple[str, int] | AnyResponse"

OWN_PARAMETERS = ("mention", "open")
"""Those of the address of parts that are no filter: the mentions whose rows are shown, and the one that is open."""
_LEFT_TEXTS = {
    "hidden": "Hidden.",
    "set_aside": "Set aside.",
    "irrelevant": "Not relevant.",
    "left": "No longer matches.",
}
_LISTED = frozenset({"unclaimed", "claimed"})


@dataclass(frozen=True, slots=True)
class RowPart:
    """A row of the list as it is now."""

    id: int
    card: Card | None
    """None: the list does not have it any more."""
    text: str = ""
    """Then: why, in a word or two."""
    kept_out: ShownExclusion | None = None
    """What would have kept it out, if it is the only one that was marked as not relevant."""


def wants_parts() -> bool:
    """Whether a script sent this request, which replaces the parts that changed."""
    return request.headers.get("X-Requested-With") == "fetch"


def answer(mentions: Sequence[int], outcome: Outcome, anchor: str = "actions", typed: str = "") -> Answer:
    """The answer to an action on ``mentions``.

    ``anchor``: the part of a mention to return to. ``typed``: what must not be lost if there is a problem.
    """
    if wants_parts():
        return parts(mentions, outcome), outcome.status
    if outcome.is_problem:
        context = page_context()
        health = current_health(context, context.clock.now())
        way_back = _way_back(mentions, anchor)
        page = render_template("actions/problem.html", outcome=outcome, way_back=way_back, typed=typed, health=health)
        return page, outcome.status
    return redirect(_way_back(mentions, anchor), 303)


def parts(mentions: Sequence[int], outcome: Outcome | None = None) -> str:
    """Rows of ``mentions`` and, if one of them is open, what its drawer shows of actions."""
    context, now = page_context(), page_context().clock.now()
    view = valid_view(context, now, without=OWN_PARAMETERS)
    change = context.store.last_change_id()  # before what is read, so that the parts have at least this change
    found = context.store.mentions(mentions)
    is_alone = outcome is not None and len(mentions) == 1
    rows = [row_part(context, view, found.get(id_), id_, now, is_alone=is_alone) for id_ in mentions]
    opened = found.get(_open_mention(mentions))
    values = detail_values(context, view, opened, now) if opened else {"view": view}
    return render_template("actions/parts.html", rows=rows, outcome=outcome, change=change, **values)


def row_part(
    context: PageContext, view: MentionsView, mention: Mention | None, id_: int, now: datetime, *, is_alone: bool
) -> RowPart:
    """A row of the list ``view``. ``is_alone``: whether a person acted on only this mention."""
    if mention is None:
        return RowPart(id_, None, GONE)
    if text := left_text(mention, view.filter):
        kept_out = what_would_have_kept_out(context, mention) if is_alone else None
        return RowPart(id_, None, text, kept_out)
    query, reason = view.search(), ""
    if mention.set_aside and (found := context.store.relevance.reasons([id_]).get(id_)):
        reason = row_reason(found, context.store.mentions(found.similar))
    cards = Cards(context.config.brands, context.config.timezone, context.opinions())
    return RowPart(id_, cards.row(mention, now, query.spans(mention.post.body) if query else (), reason))


def left_text(mention: Mention, f: MentionFilter) -> str:
    """Why a mention is no longer in the list ``f``, because of what somebody did; empty if it still is.

    One that was claimed, corrected or noted stays where it is, though a reload may leave it out.
    """
    chosen = (frozenset(f.state.include) or _LISTED) - frozenset(f.state.exclude)
    state = mention.state.name.lower()
    if mention.state < State.IRRELEVANT:
        state = "hidden" if mention.hidden else "set_aside" if mention.set_aside else state
    if state in chosen or (state in _LISTED and not chosen.isdisjoint({*_LISTED, "mine", "noted"})):
        return ""
    return _LEFT_TEXTS.get(state, "Shown again.")


def chosen_mentions() -> list[int]:
    """The mentions that a form or an address names."""
    ids = request.values.getlist("mention", type=_row_id)
    return list(dict.fromkeys(ids))[:MAX_SELECTED]


def _row_id(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise ValueError(text)
    return int(text)


def _open_mention(mentions: Sequence[int]) -> int:
    """The mention that is open in the drawer: by default the only one."""
    named = request.values.get("open", type=_row_id)
    return named if named is not None else mentions[0] if len(mentions) == 1 else 0


def _way_back(mentions: Sequence[int], anchor: str) -> str:
    """To the list if the form asks for it, else to the mention, with the filters that the address has.

    In the list, the row that the form names as the next one gets the focus.
    """
    to_list = request.form.get("to") == "list" or len(mentions) != 1
    path = url_for("mentions.listing") if to_list else url_for("mentions.mention", number=mentions[0])
    query = urlencode([pair for pair in request.args.items(multi=True) if pair[0] not in OWN_PARAMETERS])
    following = request.form.get("next", type=_row_id)
    place = f"mention-{following}" if following else "" if to_list else anchor
    return (f"{path}?{query}" if query else path) + (f"#{place}" if place else "")
