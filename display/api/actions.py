"""POST /api/v1/actions and /api/v1/undo: what members do with mentions, for tokens that may act, and for sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from flask import Blueprint, Response, request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictInt, ValidationError

from display.access.guard import current_person
from display.access.permissions import opens_to_acting_tokens, requires
from display.api.documents import Json, claim_document
from display.api.views import answer, count_request
from display.pages.actions.by_name import ACTIONS
from display.pages.actions.outcomes import GONE, Outcome, action_outcome, undo_outcome
from display.pages.actions.shown import SCORES, block_targets
from display.pages.actions.views import TASK
from display.pages.caching import always_revalidate
from display.pages.context import page_context
from display.pages.errors import error_json
from display.problems import API_PATH
from monitor.errors import NoteError, PeopleError, WallflowerError
from monitor.model.actions import MAX_SELECTED, ActionKind, ActionResult, Actor
from monitor.model.people import Role
from monitor.store import Store

Id = Annotated[StrictInt, Field(ge=1, lt=2**63)]
Body = TypeVar("Body", bound=BaseModel)

blueprint = Blueprint("api_actions", __name__, url_prefix=API_PATH)
blueprint.before_request(count_request)
blueprint.after_request(always_revalidate)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class ActionRequest(_Strict):
    """What to do with which mentions."""

    action: Literal[
        "claim", "unclaim", "assign", "correct", "restore", "hide", "unhide", "irrelevant", "relevant", "unmark",
        "note", "edit_note", "block",
    ]  # fmt: skip
    """``restore`` takes back a correction, ``unmark`` what was said about relevance."""
    mentions: Annotated[list[Id], Field(min_length=1, max_length=MAX_SELECTED)]
    """Their ids; for ``note``, ``edit_note`` and ``block`` exactly one."""
    sentiment: Literal["positive", "neutral", "negative", "unscored"] | None = None
    """For ``correct``."""
    person: str | None = None
    """For ``assign``: the name with which the person signs in."""
    seen: AwareDatetime | None = None
    """For ``assign``: claims that others made after this time stay."""
    text: str | None = None
    """For ``note`` and ``edit_note``: plain text. An empty one deletes the note."""
    note: Id | None = None
    """For ``edit_note``: the id of the note."""
    block: Literal["author", "site"] | None = None
    """For ``block``: hides the mentions of the author of the mention, or of its site."""


class UndoRequest(_Strict):
    """What to undo."""

    action: Id | None = None
    """The number of an action, as its answer had it; by default one's last one."""


class ActionError(WallflowerError):
    """A body that does not say all that the action needs."""


@blueprint.post("/actions")
@requires(Role.MEMBER, TASK)
@opens_to_acting_tokens
def act() -> Response:
    """Do something with mentions. 409: nothing was done, because somebody else was faster or it is not allowed."""
    wanted = sent_body(ActionRequest)
    if isinstance(wanted, Response):
        return wanted
    context = page_context()
    now = context.clock.now()
    try:
        kind, result = perform(wanted, context.store, current_person().actor, now)
    except ActionError as error:
        return error_json(400, str(error))
    except (PeopleError, NoteError) as error:
        return error_json(409, str(error))
    return answer_action(action_outcome(kind, result, now), result)


@blueprint.post("/undo")
@requires(Role.MEMBER, TASK)
@opens_to_acting_tokens
def undo() -> Response:
    """Undo an action of the same person, for ten minutes. 409: it cannot be undone."""
    wanted = sent_body(UndoRequest)
    if isinstance(wanted, Response):
        return wanted
    context = page_context()
    result = context.store.actions.undo(current_person().actor, context.clock.now(), wanted.action)
    outcome = undo_outcome(result)
    if outcome.is_problem:
        return error_json(outcome.status, outcome.text)
    return answer({"text": outcome.text, "changed": list(result.undone), "left": list(result.changed_since)})


def perform(wanted: ActionRequest, store: Store, actor: Actor, now: datetime) -> tuple[ActionKind, ActionResult]:
    """Do it. Raises ActionError, PeopleError and NoteError, with a message for people."""
    if wanted.action in ACTIONS:
        kind, act_on = ACTIONS[wanted.action]
        return kind, act_on(store.actions, wanted.mentions, actor, now)
    kind, run = _WITH_MORE[wanted.action]
    return kind, run(wanted, store, actor, now)


def answer_action(outcome: Outcome, result: ActionResult) -> Response:
    """What an action came to."""
    if outcome.is_problem:
        return error_json(outcome.status, outcome.text)
    document: Json = {
        "text": outcome.text or "Nothing changed: it was done already.",
        "action": result.action,
        "changed": list(result.changed),
        "taken": {str(id_): claim_document(claim) for id_, claim in result.taken.items()},
        "missing": list(result.missing),
        "uncounted": list(result.uncounted),
    }
    return answer(document)


def sent_body(kind: type[Body]) -> Body | Response:
    """The body of this request, or what is wrong with it."""
    if not request.is_json:
        return error_json(415, "Send a JSON object with the header Content-Type: application/json.")
    try:
        return kind.model_validate_json(request.get_data(cache=False))
    except ValidationError as error:
        problems = [_problem_of(one) for one in error.errors(include_url=False, include_input=False)[:10]]
        return error_json(400, "The body is not valid. " + "; ".join(problems) + ".")


def _problem_of(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"])
    return f"{place}: {error['msg']}" if place else str(error["msg"])


def _assign(wanted: ActionRequest, store: Store, actor: Actor, now: datetime) -> ActionResult:
    account = store.people.account(_needed(wanted, "person"))
    if account is None:
        raise ActionError("person: nobody signs in with this name.")
    return store.actions.assign(wanted.mentions, account.id, actor, now, wanted.seen)


def _correct(wanted: ActionRequest, store: Store, actor: Actor, now: datetime) -> ActionResult:
    return store.actions.correct(wanted.mentions, SCORES[_needed(wanted, "sentiment")], actor, now)


def _note(wanted: ActionRequest, store: Store, actor: Actor, now: datetime) -> ActionResult:
    return store.actions.add_note(_single(wanted), _needed(wanted, "text"), actor, now)


def _edit_note(wanted: ActionRequest, store: Store, actor: Actor, now: datetime) -> ActionResult:
    _single(wanted)
    return store.actions.edit_note(_needed(wanted, "note"), _needed(wanted, "text"), actor, now)


def _block(wanted: ActionRequest, store: Store, actor: Actor, now: datetime) -> ActionResult:
    number, kind = _single(wanted), _needed(wanted, "block")
    mention = store.mention(number)
    if mention is None:
        raise PeopleError(GONE)
    target = next((one for one in block_targets(mention) if one.kind.value == kind), None)
    if target is None:
        raise ActionError(f"block: the mention {number} has no {kind}.")
    return store.actions.block(target, actor, now)


def _single(wanted: ActionRequest) -> int:
    if len(wanted.mentions) != 1:
        raise ActionError(f"mentions: {wanted.action} needs exactly one.")
    return wanted.mentions[0]


def _needed(wanted: ActionRequest, name: str) -> Any:
    value = getattr(wanted, name)
    if value is None:
        raise ActionError(f"{name}: {wanted.action} needs it.")
    return value


_Perform = Callable[[ActionRequest, Store, Actor, datetime], ActionResult]
_WITH_MORE: dict[str, tuple[ActionKind, _Perform]] = {
    "assign": (ActionKind.ASSIGN, _assign),
    "correct": (ActionKind.CORRECT, _correct),
    "restore": (ActionKind.RESTORE, lambda wanted, store, *by: store.actions.restore(wanted.mentions, *by)),
    "unmark": (ActionKind.UNMARK, lambda wanted, store, *by: store.actions.mark(wanted.mentions, None, *by)),
    "note": (ActionKind.ADD_NOTE, _note),
    "edit_note": (ActionKind.EDIT_NOTE, _edit_note),
    "block": (ActionKind.BLOCK, _block),
}
