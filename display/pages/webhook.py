"""``POST /in/<name>``: the way in for posts that other programs bring. Signed, so it needs no session."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import cast

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from display.server.security import SIGNED_PATH
from monitor.errors import DeliveryError, DeliveryRefused, StoreError
from monitor.model import Receipt

Accept = Callable[[str, bytes, str], Receipt]
"""(name of the source, body, signature) -> what was stored. Raises DeliveryError and what is below it, StoreError."""

SIGNATURE = "X-Hub-Signature-256"
RETRY_SECONDS = 30

log = logging.getLogger("wallflower.webhook")

blueprint = Blueprint("webhook", __name__)


@blueprint.post(f"{SIGNED_PATH}<path:name>")
def take_in(name: str) -> tuple[Response, int]:
    """202 with what was stored, after it is; 400 with the place that is wrong; 401 for what is not signed as ours."""
    accept = cast("Accept", current_app.extensions["accept"])
    try:
        receipt = accept(name, request.get_data(cache=False), request.headers.get(SIGNATURE, ""))
    except DeliveryRefused as error:
        log.info("a delivery to %.60r was refused: %s", name, error)
        return jsonify(error="Not accepted."), 401
    except DeliveryError as error:
        return jsonify(error=str(error)), 400
    except RequestEntityTooLarge:
        return jsonify(error="That was too much at once."), 413
    except StoreError:
        answer = jsonify(error="It cannot be stored now. Send it again later.")
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
        return answer, 503
    return jsonify(asdict(receipt)), 202


def refuse(name: str, body: bytes, signature: str) -> Receipt:
    """Take nothing, where no source can."""
    raise DeliveryRefused("There is no such source.")
