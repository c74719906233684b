"""The server of the protocol, by the official package. The only module that imports it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import anyio
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations

from display.mcp_server.tools import NOTICE, Tools
from monitor.errors import WallflowerError

INSTRUCTIONS = (
    "Wallflower collects what people write in public about brands. These tools only read. Name the ids of mentions that"
    f" support what you say, and say if the coverage is not complete. {NOTICE}"
)
READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


def create_server(tools: Tools, version: str) -> MCPServer[Any]:
    """A server with all tools."""
    server: MCPServer[Any] = MCPServer("wallflower", instructions=INSTRUCTIONS, version=version, log_level="WARNING")
    for tool in tools.all:
        server.add_tool(_with_expected_errors(tool), annotations=READ_ONLY, structured_output=False)
    return server


def run_stdio(tools: Tools, version: str) -> None:
    """Serve the program that started this one, until it closes the input."""
    create_server(tools, version).run("stdio")


@dataclass
class HttpAnswer:
    """What the server answered."""

    status: int = 500
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


def answer_http(tools: Tools, version: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
    """The answer to one POST. Nothing is kept between two of them.

    The package serves ASGI, and has a session manager that runs once. So each request has a server of its own.
    """
    # Host and Origin were checked before, for every address.
    unchecked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    app = create_server(tools, version).streamable_http_app(
        json_response=True, stateless_http=True, transport_security=unchecked
    )
    found = HttpAnswer()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            found.status = message["status"]
            found.headers = [(name.decode(), value.decode()) for name, value in message["headers"]]
        elif message["type"] == "http.response.body":
            found.body += message.get("body", b"")

    async def run() -> None:
        async with app.router.lifespan_context(app):
            await app(_scope(headers), receive, send)

    anyio.run(run)
    return found


def _scope(headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/mcp",
        "raw_path": b"/mcp",
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 80),
    }


def _with_expected_errors(tool: Callable[..., Any]) -> Callable[..., Any]:
    """``tool``, whose expected errors are results that an assistant can read."""

    @wraps(tool)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return tool(*args, **kwargs)
        except WallflowerError as error:
            raise ToolError(str(error)) from error

    return guarded
