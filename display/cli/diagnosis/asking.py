"""Asking a web server: the running Wallflower, or whatever answers at an address."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from display.cli.diagnosis.findings import DoctorContext

ASK_SECONDS = 5.0
ANY_ADDRESS = MappingProxyType({"0.0.0.0": "127.0.0.1", "::": "::1"})
"""An address to listen on -> one to connect to."""
MAX_ANSWER_BYTES = 100_000


class Answer(NamedTuple):
    """The answer of a web server; status 0 and a reason if there was none."""

    status: int
    text: str
    headers: Mapping[str, str] = MappingProxyType({})


def ask_server(context: DoctorContext, path: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Ask the program that listens on the configured port of this machine."""
    assert context.config is not None
    host = ANY_ADDRESS.get(context.config.server.host, context.config.server.host)
    connection = http.client.HTTPConnection(host, context.config.server.port, timeout=ASK_SECONDS)
    return ask(connection, path, {"Host": f"localhost:{context.config.server.port}", **(headers or {})})


def ask(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str]) -> Answer:
    """Send a request, and close the connection."""
    try:
        connection.request("GET", path, headers=dict(headers))
        response = connection.getresponse()
        text = response.read(MAX_ANSWER_BYTES).decode("utf-8", "replace")
        return Answer(response.status, text, {name.lower(): value for name, value in response.getheaders()})
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, getattr(error, "strerror", None) or str(error) or type(error).__name__)
    finally:
        connection.close()


def json_object(answer: Answer) -> dict[str, Any]:
    """The JSON object in an answer; empty if there is none."""
    try:
        values = json.loads(answer.text)
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}
