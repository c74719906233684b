"""What a member does with one mention, with several that are selected, or undoes.

    POST /mentions/<id>/claim --> Store.actions --> change log --> every open page asks for the parts that changed

The forms keep the filters of the list in their address, for the way back and for the row that is drawn again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, abort, request

from display.access.guard import current_person
from display.access.permissions import requires
from display.pages.actions.answers import Answer, answer, chosen_mentions, parts
from display.pages.actions.by_name import ACTIONS
from display.pages.actions.outcomes import Outcome, action_outcome, undo_outcome
from display.pages.actions.shown import SCORES
from display.pages.caching import always_revalidate
from display.pages.context import page_context
from display.pages.mentions.views import template_values
from monitor.errors import NoteError, PeopleError
from monitor.model.actions import ActionKind, ActionResult, Actor
from monitor.model.people import Role
from monitor.store.actions import ActionStore

TASK = "claim, correct, hide and add notes"
MAX_PARTS = 100
"""Rows that one request may ask for."""

blueprint = Blueprint("actions", __name__)
blueprint.after_request(always_revalidate)
blueprint.context_processor(template_values)


@blueprint.get("/mentions/parts")
def changed_parts() -> str:
    """Rows as they are now, and the drawer of the open one, for a page on which somebody else's action arrives."""
    return parts(chosen_mentions()[:MAX_PARTS])


@blueprint.post("/mentions/<int:number>/claim")
@requires(Role.MEMBER, TASK)
def claim(number: int) -> Answer:
    """Claim a mention."""
    return _act(ActionKind.CLAIM, [number], lambda store, actor, now: store.claim([number], actor, now))


@blueprint.post("/mentions/<int:number>/unclaim")
@requires(Role.MEMBER, TASK)
def unclaim(number: int) -> Answer:
    """Take back one's claim."""
    return _act(ActionKind.UNCLAIM, [number], lambda store, actor, now: store.unclaim([number], actor, now))


@blueprint.post("/mentions/<int:number>/assign")
@requires(Role.MEMBER, TASK)
def assign(number: int) -> Answer:
    """Let somebody claim a mention."""
    return _assign([number], request.form.get("person", ""))


@blueprint.post("/mentions/<int:number>/sentiment")
@requires(Role.MEMBER, TASK)
def correct(number: int) -> Answer:
    """Correct the sentiment, or restore the program's own score."""
    wanted = request.form.get("sentiment", "")
    if wanted == "program":
        kind, anchor = ActionKind.RESTORE, "sentiment"
        return _act(kind, [number], lambda store, actor, now: store.restore([number], actor, now), anchor)
    return _correct([number], wanted)


@blueprint.post("/mentions/<int:number>/hide")
@requires(Role.MEMBER, TASK)
def hide(number: int) -> Answer:
    """Hide a mention: lists and walls leave it out, figures do not."""
    return _act(ActionKind.HIDE, [number], lambda store, actor, now: store.hide([number], True, actor, now))


@blueprint.post("/mentions/<int:number>/unhide")
@requires(Role.MEMBER, TASK)
def unhide(number: int) -> Answer:
    """Show a mention again."""
    return _act(ActionKind.UNHIDE, [number], lambda store, actor, now: store.hide([number], False, actor, now))


@blueprint.post("/mentions/<int:number>/notes")
@requires(Role.MEMBER, TASK)
def add_note(number: int) -> Answer:
    """Add a note."""
    text = request.form.get("text", "")
    return _write_note(number, lambda store, actor, now: store.add_note(number, text, actor, now), text)


@blueprint.post("/mentions/<int:number>/notes/<int:note>")
@requires(Role.MEMBER, TASK)
def edit_note(number: int, note: int) -> Answer:
    """Change one's note, or delete it."""
    text = "" if "delete" in request.form else request.form.get("text", "")
    return _write_note(number, lambda store, actor, now: store.edit_note(note, text, actor, now), text)


@blueprint.post("/mentions/<int:number>/undo")
@requires(Role.MEMBER, TASK)
def undo(number: int) -> Answer:
    """Undo the action that the form names, by default one's last one."""
    return _undo([number])


@blueprint.post("/mentions/undo")
@requires(Role.MEMBER, TASK)
def undo_last() -> Answer:
    """Undo one's last action, from any page."""
    return _undo([])


@blueprint.post("/mentions/selected")
@requires(Role.MEMBER, TASK)
def act_on_selected() -> Answer:
    """Do what the button says with the mentions that are selected."""
    chosen, name = chosen_mentions(), request.form.get("do", "")
    if not chosen:
        return answer([], Outcome("Select at least one mention first.", 409))
    if name in ACTIONS:
        kind, act = ACTIONS[name]
        return _act(kind, chosen, lambda store, actor, now: act(store, chosen, actor, now))
    verb, _, person = name.partition("-")
    return _assign(chosen, person) if verb == "assign" else _correct(chosen, name)


def _act(
    kind: ActionKind,
    mentions: list[int],
    act: Callable[[ActionStore, Actor, datetime], ActionResult],
    anchor: str = "actions",
) -> Answer:
    context = page_context()
    now = context.clock.now()
    try:
        outcome = action_outcome(kind, act(context.store.actions, current_person().actor, now), now)
    except PeopleError as error:
        outcome = Outcome(str(error), 409)
    return answer(mentions, outcome, anchor)


def _correct(mentions: list[int], wanted: str) -> Answer:
    if wanted not in SCORES:
        abort(400)
    score = SCORES[wanted]
    return _act(
        ActionKind.CORRECT, mentions, lambda store, actor, now: store.correct(mentions, score, actor, now), "sentiment"
    )


def _assign(mentions: list[int], to: str) -> Answer:
    """To an account; claims that others made after the page was drawn stay."""
    milliseconds = request.form.get("seen", type=int)
    if to and not (to.isascii() and to.isdecimal() and len(to) <= 18):
        return answer(mentions, Outcome("This person has been removed.", 409))
    seen = None
    if milliseconds is not None and 0 <= milliseconds < 10**14:
        seen = datetime.fromtimestamp(milliseconds / 1000, UTC)
    account = int(to) if to else None
    return _act(
        ActionKind.ASSIGN, mentions, lambda store, actor, now: store.assign(mentions, account, actor, now, seen)
    )


def _write_note(number: int, write: Callable[[ActionStore, Actor, datetime], ActionResult], text: str) -> Answer:
    context = page_context()
    now = context.clock.now()
    try:
        outcome = action_outcome(ActionKind.ADD_NOTE, write(context.store.actions, current_person().actor, now), now)
    except NoteError as error:
        outcome = Outcome(str(error), 409)
    return answer([number], outcome, "notes", text)


def _undo(mentions: list[int]) -> Answer:
    context, actor = page_context(), current_person().actor
    now, action = context.clock.now(), request.form.get("action", type=int)
    last = context.store.actions.last_action(actor, now)
    result = context.store.actions.undo(actor, now, action if action is None or action < 2**63 else 0)
    others = last.mentions if last and (action is None or last.id == action) else result.undone
    return answer(list(dict.fromkeys([*mentions, *others])), undo_outcome(result))
