"""The operations of /api/v1. ``tests/test_openapi.py`` compares them with the routes."""

from __future__ import annotations

from typing import Any, TypeAlias

from display.api.answers import DEFAULT_DAYS, DEFAULT_LIMIT, MAX_DAYS, MAX_LIMIT
from display.api.rule_preview import DEFAULT_SHOWN, MAX_SHOWN
from display.api.streams import NDJSON
from display.openapi.basic import TEXT, reference
from display.openapi.parameters import filter_parameters
from display.openapi.responses import JSON, api_responses, ok
from display.problems import API_PATH
from monitor.query.grammar import MAX_QUERY_CHARS

Json: TypeAlias = dict[str, Any]

READERS: list[Json] = [{"token": []}, {"session": []}]
_STREAM = (
    "One mention a line, by time. The last line has the key `end`, with the count, `as_of`, `upto` and `coverage`; or"
    " the key `problem`, if the stream is not complete, for example because the token was revoked meanwhile."
)
_ACT = "For sessions of members, and for tokens that may act: those that were made with “Read and act”."
_PREVIEW = (
    "Nothing is saved. Posts that no rule found were not kept, so a broader rule may find more than this. If `exact` is"
    " false, the numbers are estimates from an even sample."
)
_ETAG = {"304": {"description": "The same figures as those with the `ETag` that was sent, whenever computed."}}


def api_operations() -> Json:
    """Path -> method -> operation."""
    found = {
        "/mentions": _mentions(),
        "/mentions.ndjson": _stream(),
        "/mentions/{number}": _mention(),
        "/counts": _figures("counts", "Counts", "How many mentions and stories a filter finds."),
        "/facets": _figures("facets", "Facets", "How many mentions each value of each facet has."),
        "/histogram": _figures("histogram", "Histogram", "The bars of the chart."),
        "/topics": _figures("topics", "Topics", "What the mentions are about, compared with similar ones."),
        "/compare": _compare(),
        "/sources": _days("sources", "Sources", "The sources, whether they are read, and when they were not."),
        "/incidents": _days("incidents", "Incidents", "The incidents of the last days, the latest first."),
        "/walls": _plain("walls", "Walls", "What each wall shows. The format of `state` may change in any version."),
        "/walls/{name}": _wall(),
        "/rules": _plain("rules", "Rules", "The rule of each brand."),
        "/rules/{name}/preview": _rule_preview(),
        "/views": _plain("views", "Views", "The saved views that the person sees."),
    }
    paths: Json = {f"{API_PATH}{path}": {"get": operation} for path, operation in found.items()}
    paths[f"{API_PATH}/actions"] = {"post": _action("act", "Action", "Outcome", "Do something with mentions.")}
    paths[f"{API_PATH}/undo"] = {"post": _action("undo", "Undo", "Undone", "Undo an action, for ten minutes.")}
    return paths


def _operation(id_: str, summary: str, schema: str, *statuses: str) -> Json:
    success = ok(summary, JSON, reference(schema)) | _ETAG
    answers = api_responses("400", "401", "403", "404", "429", "500", "503", *statuses, success=success)
    return {"operationId": id_, "summary": summary, "tags": ["api"], "security": READERS, "responses": answers}


def _plain(id_: str, schema: str, summary: str) -> Json:
    return _operation(id_, summary, schema)


def _figures(id_: str, schema: str, summary: str) -> Json:
    return _operation(id_, summary, schema) | {"parameters": _filters()}


def _filters() -> list[Json]:
    """Those of the page, except its place in the list, which a cursor says here."""
    return [parameter for parameter in filter_parameters() if parameter["name"] != "before"]


def _mentions() -> Json:
    cursor = {"type": "string", "maxLength": 200}
    own = [
        _number("limit", "Mentions on a page.", DEFAULT_LIMIT, MAX_LIMIT),
        {"name": "cursor", "in": "query", "description": "`next` of the page before.", "schema": cursor},
    ]
    found = _figures("mentions", "MentionPage", "A page of the mentions that a filter finds, as figures count them.")
    found["responses"]["200"]["content"][NDJSON] = {"schema": TEXT}
    found["description"] = f"With `Accept: {NDJSON}` the answer is that of `/mentions.ndjson`."
    return found | {"parameters": [*own, *found["parameters"]]}


def _stream() -> Json:
    found = _figures("allMentions", "MentionPage", "Every mention that a filter finds.")
    answers = api_responses(
        "400", "401", "403", "429", "500", "503", success=ok("Every mention, streamed.", NDJSON, TEXT)
    )
    return found | {"description": _STREAM, "responses": answers}


def _mention() -> Json:
    number = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
    parameter = {"name": "number", "in": "path", "required": True, "description": "Its id.", "schema": number}
    found = _operation("mention", "One mention with the evidence of its score.", "OneMention")
    return found | {"parameters": [parameter]}


def _compare() -> Json:
    brand = {"type": "array", "items": {"type": "string"}}
    description = "Repeated: two to five brands. One: it is compared with an earlier time. None: ours and another one."
    parameters: list[Json] = [
        {"name": "brand", "in": "query", "description": description, "schema": brand, "style": "form", "explode": True}
    ]
    parameters += [one for one in filter_parameters() if one["name"] in ("range", "since", "until")]
    for name, words in (("against_since", "begins"), ("against_until", "ends")):
        text = f"With one brand: when the time {words} with which it is compared. By default the time before."
        parameters.append({"name": name, "in": "query", "description": text, "schema": {"type": "string"}})
    summary = "Brands side by side, or one brand at two times, with a sentence to say aloud."
    return _operation("compare", summary, "Comparison") | {"parameters": parameters}


def _rule_preview() -> Json:
    name = {"name": "name", "in": "path", "required": True, "description": "The brand.", "schema": {"type": "string"}}
    rule = {"type": "string", "maxLength": MAX_QUERY_CHARS}
    parameters: list[Json] = [
        name,
        {"name": "text", "in": "query", "description": "The rule. Without it: the rule in use.", "schema": rule},
        *(one for one in filter_parameters() if one["name"] == "range"),
        _number("limit", "Posts of each side.", DEFAULT_SHOWN, MAX_SHOWN),
    ]
    found = _operation("rulePreview", "What another rule would find among stored posts.", "RulePreview")
    return found | {"description": _PREVIEW, "parameters": parameters}


def _wall() -> Json:
    name = {"name": "name", "in": "path", "required": True, "description": "Its name.", "schema": {"type": "string"}}
    return _operation("wall", "What one wall shows.", "Wall") | {"parameters": [name]}


def _days(id_: str, schema: str, summary: str) -> Json:
    days = _number("days", "How far back from now.", DEFAULT_DAYS, MAX_DAYS)
    return _operation(id_, summary, schema) | {"parameters": [days]}


def _number(name: str, description: str, default: int, highest: int) -> Json:
    schema = {"type": "integer", "minimum": 1, "maximum": highest, "default": default}
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _action(id_: str, body: str, schema: str, summary: str) -> Json:
    found = _operation(id_, summary, schema, "409", "413", "415")
    content = {"required": True, "content": {JSON: {"schema": reference(body)}}}
    return found | {"description": _ACT, "requestBody": content}
