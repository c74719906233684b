"""The OpenAPI document. To add an operation, add an entry to OPERATIONS."""

from __future__ import annotations

from typing import Any, TypeAlias

from display.access.cookies import SESSION_COOKIE, WALL_COOKIE
from display.access.tokens import API_TOKEN_PREFIX
from display.openapi.api_operations import READERS, api_operations
from display.openapi.basic import TEXT, array_of, reference
from display.openapi.parameters import filter_parameters
from display.openapi.responses import JSON, PLAIN, RESPONSES, answer, ok, responses
from display.openapi.schemas import schemas
from display.pages.webhook import SIGNATURE_HEADER
from display.server.security import SIGNED_PATH

Json: TypeAlias = dict[str, Any]

DESCRIPTION = """\
What programs can read from this Wallflower and send to it. Times are in UTC unless they say otherwise. API tokens are
created on `/account`; a session or the cookie of a paired wall opens the same addresses in a browser. Any address
answers 400 to a Host header that is not one of this server's.\
"""
SECURITY_SCHEMES: Json = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": f"{API_TOKEN_PREFIX}...",
        "description": "A person's API token. It reads; one that was made to act can also use `/api/v1/actions`.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": SESSION_COOKIE,
        "description": "A person who signed in. Over https the name begins with `__Host-`, below a path `__Secure-`.",
    },
    "wall": {
        "type": "apiKey",
        "in": "cookie",
        "name": WALL_COOKIE,
        "description": "A paired screen. The name gets the same prefixes.",
    },
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": SIGNATURE_HEADER,
        "description": "`sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the secret of the source.",
    },
}
ANYBODY: list[Json] = []
WALLS: list[Json] = [*READERS, {"wall": []}]
SENDERS: list[Json] = [{"signature": []}]
_BOM = "1: begin with a byte order mark, without which Excel does not read UTF-8."
_FEED = (
    "Whoever knows the address reads the feed: its secret is all that protects it. JSON is a JSON Feed 1.1; CSV has the"
    " newest 1,000."
)
_METRICS = "In the text format of Prometheus, or of OpenMetrics if `Accept` prefers it. A session needs an admin."
_DELIVERY = (
    "Stores posts: one, an array, or an object with `posts`; at most 1,000 and 1 MiB. A known id updates its post, and"
    " `deleted` removes it. Send it again after 503."
)


def document(version: str, root: str) -> Json:
    """The document of a Wallflower that is reached at the path ``root``."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Wallflower", "version": version, "description": DESCRIPTION},
        "servers": [{"url": root or "/"}],
        "paths": operations(),
        "components": {"schemas": schemas(), "responses": RESPONSES, "securitySchemes": SECURITY_SCHEMES},
    }


def operations() -> Json:
    """Path -> method -> operation."""
    return {
        "/mentions.json": {"get": _export("mentionsJson", JSON, array_of(reference("Mention")))},
        "/mentions.csv": {"get": _csv_export()},
        "/mentions/new": {"get": _new_mentions()},
        "/check/answers.json": {"get": _answers("answersJson", JSON, array_of(reference("CheckAnswer")))},
        "/check/answers.csv": {"get": _answers("answersCsv", "text/csv", TEXT)},
        "/feeds/{token}.atom": {"get": _feed("feedAtom", "application/atom+xml", TEXT)},
        "/feeds/{token}.json": {"get": _feed("feedJson", "application/feed+json", {"type": "object"})},
        "/feeds/{token}.csv": {"get": _feed("feedCsv", "text/csv", TEXT)},
        "/wall/state.json": {"get": _wall_state("wallState", "The state of the first wall.")},
        "/wall/{name}/state.json": {
            "get": _wall_state("namedWallState", "The state of a wall.")
            | {"parameters": [_path("name", "The name of a wall.")]}
        },
        f"{SIGNED_PATH}{{name}}": {"post": _delivery()},
        "/healthz": {"get": _health()},
        "/readyz": {"get": _readiness()},
        "/metrics": {"get": _metrics()},
        "/mcp": {"post": _assistants()},
        "/openapi.json": {"get": _description()},
        **api_operations(),
    }


def _operation(id_: str, summary: str, security: list[Json], answers: Json, description: str = "") -> Json:
    described = {"description": description} if description else {}
    return {"operationId": id_, "summary": summary, **described, "security": security, "responses": answers}


def _path(name: str, description: str) -> Json:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": {"type": "string"}}


def _export(id_: str, content_type: str, schema: Json) -> Json:
    answers = responses("400", "401", "403", "503", success=ok("Every mention, streamed.", content_type, schema))
    summary = "Every mention of a list, as the Mentions page filters it."
    return _operation(id_, summary, READERS, answers) | {"parameters": filter_parameters()}


def _csv_export() -> Json:
    found = _export("mentionsCsv", "text/csv", TEXT)
    bom = {"name": "bom", "in": "query", "description": _BOM, "schema": {"enum": ["", "1"]}}
    return found | {"parameters": [*found["parameters"], bom]}


def _answers(id_: str, content_type: str, schema: Json) -> Json:
    answers = responses("401", "403", "503", success=ok("Every answer, the oldest first.", content_type, schema))
    summary = "What people answered about mentions that were drawn at random, beside what Wallflower said."
    return _operation(id_, summary, READERS, answers)


def _new_mentions() -> Json:
    number = {"type": "string", "pattern": "^[0-9]+$"}
    answers = responses("400", "401", "403", "503", success=ok("A number.", PLAIN, number))
    summary = "How many mentions a list has gained since the id `upto`."
    return _operation("newMentions", summary, READERS, answers) | {"parameters": filter_parameters("upto")}


def _feed(id_: str, content_type: str, schema: Json) -> Json:
    unchanged = {"304": {"description": "Nothing changed since the `ETag` that was sent."}}
    missing = {"404": answer("The address was revoked, or its view finds nothing.", PLAIN, TEXT)}
    newest = ok("The newest 100 mentions.", content_type, schema)
    answers = responses("503", success=newest | unchanged | missing)
    found = _operation(id_, "The newest mentions of a saved view.", ANYBODY, answers, _FEED)
    return found | {"parameters": [_path("token", "The secret of the feed, which the menu of the view makes.")]}


def _wall_state(id_: str, summary: str) -> Json:
    moved = {"303": {"description": "A paired screen is sent to its own wall."}}
    answers = responses("401", "403", "404", "503", success=ok("What it shows.", JSON, reference("WallState")) | moved)
    note = "What the wall page draws. The format may change in any version."
    return _operation(id_, summary, WALLS, answers, note)


def _delivery() -> Json:
    stored = {"202": answer("All of it is stored.", JSON, reference("Receipt"))}
    answers = responses("400", "413", "503", success=stored, _401="Unsigned")
    body = {"required": True, "content": {JSON: {"schema": reference("Delivery")}}}
    found = _operation("deliver", "Deliver posts to a webhook.", SENDERS, answers, _DELIVERY)
    return found | {"parameters": [_path("name", "The name of a source of the kind `webhook`.")], "requestBody": body}


def _health() -> Json:
    stopped = {"503": answer("At least one part has stopped.", JSON, reference("Parts"))}
    answers = responses(success=ok("Every part is running.", JSON, reference("Parts")) | stopped)
    return _operation("health", "Liveness: whether each part is running.", ANYBODY, answers)


def _readiness() -> Json:
    not_ready = {"503": answer("Not ready; `reasons` say why.", JSON, reference("Readiness"))}
    answers = responses(success=ok("Ready.", JSON, reference("Readiness")) | not_ready)
    return _operation("readiness", "Readiness, with the evidence.", ANYBODY, answers)


def _assistants() -> Json:
    body = {"required": True, "content": {JSON: {"schema": {"type": "object"}}}}
    answers = responses("400", "401", "403", "404", "413", "503", success=ok("A result.", JSON, {"type": "object"}))
    busy = {"429": answer("The token has sent too many requests.", JSON, reference("Error"))}
    accepted = {"202": {"description": "A notification was received."}}
    summary = "One message of the Model Context Protocol, if the config has `mcp = true`."
    return _operation("mcp", summary, READERS, answers | busy | accepted) | {"requestBody": body}


def _metrics() -> Json:
    formats = {kind: {"schema": TEXT} for kind in (PLAIN, "application/openmetrics-text")}
    answers = responses("401", "403", "503", success={"200": {"description": "Metrics.", "content": formats}})
    return _operation("metrics", "Metrics for Prometheus.", READERS, answers, _METRICS)


def _description() -> Json:
    answers = responses("401", "403", "503", success=ok("This document.", JSON, {"type": "object"}))
    return _operation("openapi", "This document.", READERS, answers)
