"""Responses that several operations share."""

from __future__ import annotations

from typing import Any, TypeAlias

from display.openapi.basic import TEXT, reference
from display.problems import PROBLEM_TYPE, TYPES

Json: TypeAlias = dict[str, Any]

JSON, PLAIN = "application/json", "text/plain"
_ERROR = {JSON: {"schema": reference("Error")}}
_LINE = {PLAIN: {"schema": TEXT}}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}
_CHALLENGE = {"WWW-Authenticate": {"description": "`Bearer`", "schema": TEXT}}

RESPONSES: Json = {
    "Host": {"description": "The Host header is not one of this server, or this is not HTTP.", "content": _LINE},
    "BadRequest": {
        "description": "A parameter, the body or the Host header is not valid: the text says which, and what is.",
        "content": {**_ERROR, **_LINE},
    },
    "Unauthorized": {"description": "No valid credentials.", "content": _ERROR, "headers": _CHALLENGE},
    "Unsigned": {"description": "Not signed with the secret of a webhook of this name.", "content": _ERROR},
    "Forbidden": {"description": "These credentials do not allow this.", "content": _ERROR},
    "NotFound": {"description": "There is nothing at this address.", "content": _ERROR},
    "TooLarge": {"description": "The body is larger than 1 MiB.", "content": {**_ERROR, **_LINE}},
    "LongAddress": {"description": "The address is longer than 64 KiB.", "content": _LINE},
    "LargeHead": {"description": "The headers are larger than 64 KiB.", "content": _LINE},
    "Unavailable": {
        "description": "Too many requests at once, or the database cannot be used: send it again later.",
        "content": _ERROR,
        "headers": _RETRY_AFTER,
    },
}
"""Components, by name."""
_PROBLEM = {PROBLEM_TYPE: {"schema": reference("Problem")}}
RESPONSES |= {
    f"Problem{status}": {
        "description": title,
        "content": _PROBLEM if status < 414 or status in (415, 429, 500, 503) else {**_PROBLEM, **_LINE},
        **({"headers": _RETRY_AFTER} if status in (429, 503) else {"headers": _CHALLENGE} if status == 401 else {}),
    }
    for status, (_, title) in TYPES.items()
}
_NAMES = {
    "400": "BadRequest",
    "401": "Unauthorized",
    "403": "Forbidden",
    "404": "NotFound",
    "413": "TooLarge",
    "503": "Unavailable",
}
_ALWAYS = {"400": "Host", "414": "LongAddress", "431": "LargeHead"}


def responses(*statuses: str, success: Json, **named: str) -> Json:
    """The responses of an operation: ``success``, those of ``statuses``, and those that every address gives.

    ``named``: a status, after "_", and the component that describes it here.
    """
    names = _ALWAYS | {status: _NAMES[status] for status in statuses} | {key[1:]: name for key, name in named.items()}
    referred = {status: {"$ref": f"#/components/responses/{name}"} for status, name in sorted(names.items())}
    return success | referred


def api_responses(*statuses: str, success: Json) -> Json:
    """The same for the API, whose errors are problem documents."""
    found = {status: {"$ref": f"#/components/responses/Problem{status}"} for status in ("400", "414", "431", *statuses)}
    return success | dict(sorted(found.items()))


def answer(description: str, content_type: str, schema: Json) -> Json:
    """A response with a body."""
    return {"description": description, "content": {content_type: {"schema": schema}}}


def ok(description: str, content_type: str, schema: Json) -> Json:
    """The responses of an operation that succeeds with 200."""
    return {"200": answer(description, content_type, schema)}
