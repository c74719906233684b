"""Cancels queries whose result nobody waits for any more, such as those of a page that the browser has left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_abandoned: ContextVar[Callable[[], bool] | None] = ContextVar("abandoned", default=None)


@contextmanager
def cancelled_when(abandoned: Callable[[], bool]) -> Iterator[None]:
    """Within the block, a query that takes long raises QueryCancelled soon after ``abandoned`` returns True.

    ``abandoned`` is called from the same thread, every few milliseconds of a query, so it must be cheap.
    """
    token = _abandoned.set(abandoned)
    try:
        yield
    finally:
        _abandoned.reset(token)


def is_abandoned() -> bool:
    """Whether nobody waits for the result of a query of this thread."""
    abandoned = _abandoned.get()
    return abandoned is not None and abandoned()
