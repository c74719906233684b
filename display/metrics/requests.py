"""Counts the responses of the app, by the class of their status."""

from __future__ import annotations

import threading
from collections import Counter

from flask import Flask, Response


class ResponseCounts:
    """How many responses of each class were sent: "2xx", "5xx". Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = Counter[str]({f"{digit}xx": 0 for digit in range(2, 6)})

    def register(self, app: Flask) -> None:
        """Count every response of ``app`` from now on."""
        app.after_request(self._count)

    def counts(self) -> dict[str, int]:
        """Class -> responses."""
        with self._lock:
            return dict(self._counts)

    def _count(self, response: Response) -> Response:
        with self._lock:
            self._counts[f"{response.status_code // 100}xx"] += 1
        return response
