"""``GET /metrics``: the state of the program for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, current_app, request

from display.access.permissions import opens_to_tokens, requires
from monitor.model.people import Role

if TYPE_CHECKING:
    from display.metrics.exposition import Exposition

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
@requires(Role.ADMIN, "read metrics")
@opens_to_tokens
def metrics() -> Response:
    """Every metric, in the text format of Prometheus or of OpenMetrics, for admins and for every API token."""
    exposition = cast("Exposition", current_app.extensions["metrics"])
    body, content_type = exposition.scrape(request.headers.get("Accept", ""))
    response = Response(body, content_type=content_type)
    response.cache_control.no_store = True
    return response
