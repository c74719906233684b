"""``POST /in/<name>``: the webhook through which other programs deliver posts. Requests are signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TypeAlias, cast

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from display.server.capacity import DELIVERIES, limited
from display.server.security import SIGNED_PATH
from monitor.errors import DeliveryError, DeliveryFailed, DeliveryRefused, StoreError
from monitor.model import Receipt

Accept: TypeAlias = Callable[[str, bytes, str], Receipt]
"""(name of the source, body, signature) -> what was stored. Raises DeliveryError, DeliveryFailed or StoreError."""

SIGNATURE_HEADER = "X-Hub-Signature-256"
RETRY_AFTER_SECONDS = 30

blueprint = Blueprint("webhook", __name__)


@blueprint.post(f"{SIGNED_PATH}<path:name>")
@limited(DELIVERIES)
def deliver(name: str) -> tuple[Response, int]:
    """Store a delivery, then answer 202 with the counts.

    400: it is malformed, with the place; 401: its signature is wrong; 503: it cannot be stored now; 500: a bug of ours.
    """
    accept = cast("Accept", current_app.extensions["accept"])
    try:
        receipt = accept(name, request.get_data(cache=False), request.headers.get(SIGNATURE_HEADER, ""))
    except DeliveryRefused:
        return jsonify(error="Not accepted."), 401
    except DeliveryError as error:
        return jsonify(error=str(error)), 400
    except RequestEntityTooLarge:
        return jsonify(error="The delivery is too large."), 413
    except StoreError:
        response = jsonify(error="The delivery cannot be stored now. Send it again later.")
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response, 503
    except DeliveryFailed as error:
        return jsonify(error=str(error)), 500
    return jsonify(asdict(receipt)), 202


def refuse(name: str, body: bytes, signature: str) -> Receipt:
    """The ``Accept`` of an app without webhooks: refuses every delivery."""
    raise DeliveryRefused("There is no such source.")
