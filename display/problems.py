"""Problem documents (RFC 9457): how the API says what is wrong, where, and what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

API_PATH = "/api/v1"
"""Below it, every error is a problem document."""
PROBLEM_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:wallflower:problem:"
TYPES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        400: ("invalid-request", "The request is not valid."),
        401: ("no-access", "No valid API token or session."),
        403: ("not-allowed", "This may not be done with this token."),
        404: ("not-found", "There is nothing at this address."),
        405: ("wrong-method", "This address does not support the method."),
        406: ("not-acceptable", "This format is not available."),
        409: ("conflict", "This was not done."),
        413: ("too-large", "The request is too large."),
        414: ("too-large", "The request is too large."),
        415: ("not-json", "The body is not JSON."),
        429: ("too-many-requests", "Too many requests with this token."),
        431: ("too-large", "The request is too large."),
        500: ("failure", "Something went wrong in Wallflower."),
        503: ("unavailable", "The answer is not available now."),
    }
)
"""Status -> the end of the type, and the title."""

DETAILS: Mapping[int, str] = MappingProxyType(
    {
        400: "The request cannot be read. /openapi.json describes what each address accepts.",
        404: "There is nothing at this address. /openapi.json lists every address.",
        405: "The header Allow lists the methods of this address.",
        413: "A body may have at most 1 MiB. Send less at once.",
        415: "Send a JSON object with the header Content-Type: application/json.",
    }
)
"""What to do about an error that has no text of its own."""


def is_api_path(path: str) -> bool:
    """Whether errors of this path are problem documents."""
    return path == API_PATH or path.startswith(f"{API_PATH}/")


def problem_text(status: int, detail: str, **more: Any) -> str:
    """A problem document. ``detail`` says what is wrong, where, and what to do; ``more`` says it for programs."""
    name, title = TYPES.get(status, TYPES[400 if status < 500 else 500])
    document = {"type": TYPE_PREFIX + name, "title": title, "status": status, "detail": detail, **more}
    return json.dumps(document, ensure_ascii=False) + "\n"
