"""The addresses of /api/v1 that read."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import blake2b
from typing import TypeVar, cast

from flask import Blueprint, Response, current_app, request

from display.access.guard import current_account, current_person
from display.access.permissions import opens_to_tokens
from display.access.services import access
from display.api.answers import Answers, Parameters
from display.api.cursors import CursorError
from display.api.documents import Json
from display.api.rate_limit import TokenRates
from display.api.streams import NDJSON, mention_lines
from display.pages.caching import always_revalidate
from display.pages.context import page_context
from display.pages.errors import error_json
from display.problems import API_PATH
from display.server.abandoned_requests import cancel_abandoned_queries
from display.server.capacity import EXPORTS, PREVIEWS, limited
from display.wall_state import UnknownWall
from monitor.errors import FilterError, QueryError

View = TypeVar("View", bound=Callable[..., Response])

blueprint = Blueprint("api", __name__, url_prefix=API_PATH)
blueprint.after_request(always_revalidate)
cancel_abandoned_queries(blueprint)


def count_request() -> Response | None:
    """Refuse a token that sends too many requests."""
    token = current_person().token
    if token is None:
        return None
    rates = cast("TokenRates", current_app.extensions["token_rates"])
    seconds = rates.seconds_to_wait(token.id)
    if not seconds:
        return None
    response = error_json(429, f"This token has sent too many requests. Wait {seconds} s, then send it again.")
    response.headers["Retry-After"] = str(seconds)
    return response


blueprint.before_request(count_request)


@blueprint.errorhandler(FilterError)
def invalid_parameter(error: FilterError) -> Response:
    """400 that names the parameter."""
    return error_json(400, str(error), parameter=error.parameter)


@blueprint.errorhandler(QueryError)
def invalid_search(error: QueryError) -> Response:
    """400 that names the column."""
    return error_json(400, f"q: {error}", parameter="q", column=error.column)


@blueprint.errorhandler(CursorError)
def invalid_cursor(error: CursorError) -> Response:
    """400 that says what to do."""
    return error_json(400, f"cursor: {error}", parameter="cursor")


@blueprint.get("/mentions")
@opens_to_tokens
def mentions() -> Response:
    """A page of mentions, or all of them as NDJSON if the client prefers that."""
    response = all_mentions() if prefers_ndjson() else answer(answers().mentions(parameters()))
    response.headers["Vary"] = "Accept"
    return response


@blueprint.get("/mentions.ndjson")
@opens_to_tokens
@limited(EXPORTS)
def all_mentions() -> Response:
    """Every mention, streamed."""
    found, summary = answers().stream(parameters())
    lines = mention_lines(found, summary, still_allowed(), page_context().clock)
    return Response(lines, mimetype=NDJSON)


@blueprint.get("/mentions/<int:number>")
@opens_to_tokens
def mention(number: int) -> Response:
    """One mention with its evidence."""
    found = answers().mention(number)
    if found is None:
        return error_json(404, f"There is no mention {number}: it was deleted, or never existed.")
    return answer(found)


@blueprint.get("/counts")
@opens_to_tokens
def counts() -> Response:
    """Counts."""
    return answer(answers().counts(parameters()))


@blueprint.get("/facets")
@opens_to_tokens
def facets() -> Response:
    """Facets."""
    return answer(answers().facets(parameters()))


@blueprint.get("/histogram")
@opens_to_tokens
def histogram() -> Response:
    """The chart."""
    return answer(answers().histogram(parameters()))


@blueprint.get("/topics")
@opens_to_tokens
def topics() -> Response:
    """Topics."""
    return answer(answers().topics(parameters()))


@blueprint.get("/compare")
@opens_to_tokens
def compare() -> Response:
    """Brands side by side."""
    return answer(answers().compare(parameters()))


@blueprint.get("/sources")
@opens_to_tokens
def sources() -> Response:
    """Sources with their gaps."""
    return answer(answers().sources(parameters()))


@blueprint.get("/incidents")
@opens_to_tokens
def incidents() -> Response:
    """Incidents."""
    return answer(answers().incidents(parameters()))


@blueprint.get("/walls")
@opens_to_tokens
def walls() -> Response:
    """What each wall shows."""
    return answer(answers().walls(parameters()))


@blueprint.get("/walls/<name>")
@opens_to_tokens
def wall(name: str) -> Response:
    """What one wall shows."""
    try:
        return answer(answers().wall(name))
    except UnknownWall:
        known = ", ".join(filter(None, page_context().states.names)) or "none has a name"
        return error_json(404, f"There is no wall of this name. Walls: {known}.")


@blueprint.get("/rules")
@opens_to_tokens
def rules() -> Response:
    """The rules."""
    return answer(answers().rules(parameters()))


@blueprint.get("/rules/<path:name>/preview")
@opens_to_tokens
@limited(PREVIEWS)
def rule_preview(name: str) -> Response:
    """What another rule would find."""
    try:
        found = answers().rule_preview(name, parameters())
    except QueryError as error:
        return error_json(400, f"text: {error}", parameter="text", column=error.column)
    if found is None:
        known = ", ".join(brand.name for brand in page_context().config.brands)
        return error_json(404, f"There is no brand of this name. Brands: {known}.")
    return answer(found)


@blueprint.get("/views")
@opens_to_tokens
def views() -> Response:
    """Saved views."""
    return answer(answers().views(parameters()))


def answers() -> Answers:
    """What answers this request."""
    context = page_context()
    return Answers(context, current_account(), context.clock.now())


def parameters() -> Parameters:
    """The parameters of this request."""
    return request.args.to_dict(flat=False)


def prefers_ndjson() -> bool:
    """Whether the client asks for NDJSON rather than JSON."""
    return request.accept_mimetypes.best_match(["application/json", NDJSON]) == NDJSON


def still_allowed() -> Callable[[], bool]:
    """Whether this request would still be let in, for an answer that takes long."""
    person, identities, environ = current_person(), access().identities, request.environ
    if person.token is None:
        return lambda: True
    return lambda: identities.identify(environ) is not None


def answer(document: Json) -> Response:
    """A document, or 304 if the client has the same figures already, whenever they were computed."""
    response = Response(json.dumps(document, ensure_ascii=False) + "\n", mimetype="application/json")
    response.set_etag(content_tag(document), weak=True)
    response.make_conditional(request)
    return response


def content_tag(document: Json) -> str:
    """Equal for documents with the same figures."""
    figures = {name: value for name, value in document.items() if name not in ("as_of", "next")}
    if "coverage" in figures:
        figures["coverage"] = {**figures["coverage"], "since": None, "until": None}
    return blake2b(json.dumps(figures).encode(), digest_size=12).hexdigest()
