"""A bound on how many threads one kind of request may hold at the same time, so that pages always have some."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, current_app, make_response

from display.pages.errors import error_json

View = TypeVar("View", bound=Callable[..., Any])

DELIVERIES, EXPORTS, FEEDS, PREVIEWS, TOOL_CALLS = "deliveries", "exports", "feeds", "previews", "calls of tools"
THREADS: Mapping[str, int] = {DELIVERIES: 16, EXPORTS: 8, FEEDS: 4, PREVIEWS: 4, TOOL_CALLS: 8}
"""Kind of request -> how many may be answered at the same time."""
RETRY_AFTER_SECONDS = 10


class Capacity:
    """How many requests of each kind an app may still begin. ``create_app`` makes one."""

    def __init__(self, threads: Mapping[str, int] = THREADS) -> None:
        self._free = {kind: threading.BoundedSemaphore(n) for kind, n in threads.items()}

    def begin(self, kind: str) -> bool:
        """Whether another request of ``kind`` may begin; it must then ``end``."""
        return self._free[kind].acquire(blocking=False)

    def end(self, kind: str) -> None:
        """Free the place of a request that has been answered."""
        self._free[kind].release()


def limited(kind: str) -> Callable[[View], View]:
    """A view that holds a place of ``kind`` until its response is sent, and answers 503 when none is free."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Response:
            capacity = cast("Capacity", current_app.extensions["capacity"])
            if not capacity.begin(kind):
                return _too_many(kind)
            try:
                response = make_response(view(*args, **kwargs))
            except BaseException:
                capacity.end(kind)
                raise
            response.call_on_close(lambda: capacity.end(kind))
            return response

        return cast("View", guarded)

    return decorate


def _too_many(kind: str) -> Response:
    response = error_json(503, f"Too many {kind} at the same time. Try again in a few seconds.")
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
