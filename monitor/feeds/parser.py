"""Parses documents in a child process that can be killed, one at a time."""

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

_PATIENCE = 10.0
_LARGE = 1_000_000
"""Bytes of a document after which the child is let go, to give its memory back."""


class Parser:
    """One child, started when first needed and again after it was killed. Safe to use from several threads."""

    def __init__(self, patience: float = _PATIENCE) -> None:
        """``patience``: seconds that one document may take."""
        self._patience = patience
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._pipe: Connection[Any, Any] | None = None

    def parse(self, document: bytes, content_type: str, base: str) -> Feed:
        """The entries of a document. Raises BadResponse where it is no feed, too slow or too large to read."""
        with self._lock:
            answer = self._ask({"content_type": content_type, "base": base}, document)
            if len(document) > _LARGE:
                self._end_child()
        if "error" in answer:
            raise BadResponse(_with_hint(answer), document[:200].decode("utf-8", "replace"))
        return Feed.from_json(answer["feed"])

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end_child()

    def _ask(self, header: dict[str, str], document: bytes) -> dict[str, Any]:
        pipe = self._open()
        try:
            pipe.send_bytes(b"\n".join((json.dumps(header).encode(), document)))
            if pipe.poll(self._patience):
                answer: dict[str, Any] = json.loads(pipe.recv_bytes())
                return answer
            reason = f"This feed takes longer than {self._patience:g} seconds to read, which no honest one does."
        except (EOFError, OSError):
            reason = "This feed breaks the program that reads it."
        self._end_child()
        return {"error": reason, "alternates": []}

    def _open(self) -> Connection[Any, Any]:
        if self._pipe is not None and self._child is not None and self._child.poll() is None:
            return self._pipe
        self._end_child()
        ours, theirs = Pipe()
        with theirs:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "monitor.feeds.child", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # nothing of our environment, which may hold secrets
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


def _with_hint(answer: dict[str, Any]) -> str:
    alternates = answer["alternates"]
    return f"{answer['error']} It names one: {alternates[0]}" if alternates else str(answer["error"])
