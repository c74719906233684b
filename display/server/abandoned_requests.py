"""Cancels the slow queries of requests that the browser has given up, because its tab shows another page by now.

A browser that loads another page in the same tab, or whose script aborts a request, closes the connection of the old
request. So of the queries of a tab only the newest one goes on. Proxies do the same: of nginx this is the default.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack

from flask import Blueprint, g, request

from monitor.store.cancellation import cancelled_when


def cancel_abandoned_queries(blueprint: Blueprint) -> None:
    """Cancel the slow queries of every view of ``blueprint`` when the client has closed the connection."""
    blueprint.before_request(_begin)
    blueprint.teardown_request(_end)


def _begin() -> None:
    client = request.environ.get("gunicorn.socket")
    if isinstance(client, socket.socket):
        g.cancellation = ExitStack()
        g.cancellation.enter_context(cancelled_when(lambda: has_left(client)))


def _end(_error: BaseException | None) -> None:
    if "cancellation" in g:
        g.pop("cancellation").close()


def has_left(client: socket.socket) -> bool:
    """Whether the client has closed its connection. What it sent stays unread."""
    try:
        return not socket.socket.recv(client, 1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
