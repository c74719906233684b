"""The process in which documents are parsed: ``python -m monitor.feeds.child FD``. It may crash or be killed at will.

It reads messages (a line of JSON, then the document) from an inherited pipe and answers each with one JSON message.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from multiprocessing.connection import Connection
from typing import Any

from monitor.feeds.entries import NotAFeed
from monitor.feeds.reading import read

_MEMORY = 1 << 30
_ALONE = 30
"""Seconds after which it ends by itself, should nobody be left to kill it."""


def main(arguments: list[str]) -> None:
    """Answer until the other end closes."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe: Connection[Any, Any] = Connection(int(arguments[1]))
    try:
        while True:
            header, _, document = pipe.recv_bytes().partition(b"\n")
            signal.alarm(_ALONE)
            pipe.send_bytes(json.dumps(_answer(json.loads(header), document)).encode())
            signal.alarm(0)
    except (EOFError, OSError):
        return


def _answer(header: dict[str, str], document: bytes) -> dict[str, Any]:
    try:
        return {"feed": read(document, header["content_type"], header["base"]).to_json()}
    except NotAFeed as error:
        return {"error": str(error), "alternates": error.alternates}
    except MemoryError:
        return {"error": "This feed is too large to be read.", "alternates": []}
    except Exception as error:  # whatever feedparser raises on hostile input is the document's fault
        return {"error": f"This feed cannot be read ({type(error).__name__}).", "alternates": []}


if __name__ == "__main__":
    main(sys.argv)
