"""Browser caching of pages whose data changes."""

from __future__ import annotations

from flask import Response


def always_revalidate(response: Response) -> Response:
    """Keep browsers from showing an old page as if it were current, unless the view set its own rule."""
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
