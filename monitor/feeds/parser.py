"""Parses documents in a child process that can be killed, one document at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from monitor.errors import BadResponse
from monitor.feeds.entries import Feed
from monitor.http import Response, bot_check, bot_check_message

_TIMEOUT_SECONDS = 10.0
_MAX_IDLE_BYTES = 80_000_000
"""If the child process holds more memory than this after a document, it is ended. It starts with 28 MB."""

_UNREAD = {"br", "zstd", "compress", "bzip2", "xz"}
"""Encodings that some sites use without being asked for them."""


class Parser:
    """Runs one child process, started on first use and again after it was killed. Safe to use from several threads."""

    def __init__(self, timeout: float = _TIMEOUT_SECONDS) -> None:
        """``timeout``: seconds per document."""
        self._timeout = timeout
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._pipe: Connection[Any, Any] | None = None

    def parse(self, document: bytes, content_type: str, base: str) -> Feed:
        """The entries of a document. Raises BadResponse if it is not a feed, too slow or too large to parse."""
        with self._lock:
            result = self._request({"content_type": content_type, "base": base}, document)
            if result.get("memory_bytes", 0) > _MAX_IDLE_BYTES:
                self._end_child()
        if "error" in result:
            raise BadResponse(_with_hint(result), document[:200].decode("utf-8", "replace"))
        return Feed.from_json(result["feed"])

    def parse_response(self, response: Response, base: str = "") -> Feed:
        """The entries of the document in ``response``; ``base``: the URL for relative links, by default its own.

        Raises BadResponse, which names the site, and its check for browsers if the response is that.
        """
        try:
            return self.parse(response.body, response.headers.get("Content-Type", ""), base or response.url)
        except BadResponse as error:
            product = bot_check(response.status, response.headers, response.body)
            message = f"{response.label}: {error}{_compression_note(response)}"
            message = bot_check_message(response.label, product) if product else message
            raise BadResponse(message, error.sample) from error

    def close(self) -> None:
        """End the child process."""
        with self._lock:
            self._end_child()

    def _request(self, header: dict[str, str], document: bytes) -> dict[str, Any]:
        pipe = self._open_pipe()
        try:
            pipe.send_bytes(b"\n".join((json.dumps(header).encode(), document)))
            if pipe.poll(self._timeout):
                result: dict[str, Any] = json.loads(pipe.recv_bytes())
                return result
            reason = f"This feed takes longer than {self._timeout:g} seconds to parse, so it was skipped."
        except (EOFError, OSError):
            reason = "This feed crashed the process that parses it."
        self._end_child()
        return {"error": reason, "alternates": []}

    def _open_pipe(self) -> Connection[Any, Any]:
        if self._pipe is not None and self._child is not None and self._child.poll() is None:
            return self._pipe
        self._end_child()
        ours, theirs = Pipe()
        with theirs:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "monitor.feeds.parser_process", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # nothing else of our environment, which may hold secrets
                env={"PYTHONPATH": os.pathsep.join(os.path.abspath(p) for p in sys.path)},
            )
        self._pipe = ours
        return ours

    def _end_child(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        self._pipe = self._child = None


def _compression_note(response: Response) -> str:
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    return f" The site compresses it with {encoding}, and Wallflower asks for gzip." if encoding in _UNREAD else ""


def _with_hint(result: dict[str, Any]) -> str:
    alternates = result["alternates"]
    return f"{result['error']} It links to one: {alternates[0]}" if alternates else str(result["error"])
