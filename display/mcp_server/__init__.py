"""Wallflower for assistants: tools of the Model Context Protocol that read mentions and their figures.

tools.py     what each tool returns, from the answers of the API; knows neither Flask nor the protocol
protocol.py  the server of the official package ``mcp``, which is the extra ``wallflower[mcp]``; imported when used
endpoint.py  POST /mcp, if the config allows it
"""

from __future__ import annotations

import importlib
from types import ModuleType

from monitor.errors import WallflowerError

HOW_TO_INSTALL = "pip install 'wallflower[mcp]'"


class McpMissing(WallflowerError):
    """The package of the protocol is not installed."""

    def __init__(self) -> None:
        super().__init__(f"The package mcp is not installed. Install it: {HOW_TO_INSTALL}")


def load_protocol() -> ModuleType:
    """The module ``protocol``. Importing it takes a second, so it is imported on first use. Raises McpMissing."""
    try:
        return importlib.import_module("display.mcp_server.protocol")
    except ModuleNotFoundError as error:
        raise McpMissing from error
