"""The child process that parses documents: ``python -m monitor.feeds.parser_process FD``. It may crash or be killed.

It reads requests (a line of JSON, then the document) from the inherited pipe FD and answers each with one JSON message.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from monitor.feeds.document import parse_document
from monitor.feeds.entries import NotAFeed

_MAX_MEMORY_BYTES = 1 << 30
_MAX_SECONDS = 30
"""Seconds after which the process ends by itself, in case its parent is gone and cannot kill it."""


def main(arguments: list[str]) -> None:
    """Answer requests until the other end closes the pipe."""
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe: Connection[Any, Any] = Connection(int(arguments[1]))
    try:
        while True:
            header, _, document = pipe.recv_bytes().partition(b"\n")
            signal.alarm(_MAX_SECONDS)
            result = _result(json.loads(header), document)
            del document
            pipe.send_bytes(json.dumps({**result, "memory_bytes": _memory_bytes()}).encode())
            signal.alarm(0)
    except (EOFError, OSError):
        return


def _result(header: dict[str, str], document: bytes) -> dict[str, Any]:
    try:
        return {"feed": parse_document(document, header["content_type"], header["base"]).to_json()}
    except NotAFeed as error:
        return {"error": str(error), "alternates": error.alternates}
    except MemoryError:
        return {"error": "This feed is too large to be parsed.", "alternates": []}
    except Exception as error:  # feedparser may raise anything on hostile input
        return {"error": f"This feed cannot be parsed ({type(error).__name__}).", "alternates": []}


def _memory_bytes() -> int:
    """The memory that this process holds; the most that it ever held if the system has no /proc."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(sys.argv)
