"""``GET /openapi.json``: the description of what programs can read and send, for a viewer or an API token.

Not for strangers: to them it would only say what is installed here.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from display.openapi.document import document
from display.pages.caching import always_revalidate
from display.pages.context import page_context

blueprint = Blueprint("openapi", __name__)
blueprint.after_request(always_revalidate)


@blueprint.get("/openapi.json")
def description() -> Response:
    """The OpenAPI document. Its server is this one, also below a path of a proxy."""
    return jsonify(document(page_context().version, request.root_path))
