"""A program of one's own: JSON, signed as GitHub signs its webhooks."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from monitor.errors import SendError
from monitor.http import Http
from monitor.notifications.channels.transport import GONE, Outgoing, checked_key, post

_GONE_HELP = "Nothing receives messages at this address any more. Check it."


class WebhookTransport:
    """Sends signed JSON to an address."""

    def __init__(self, address: Mapping[str, Any], http: Http) -> None:
        """``address``: url, secret."""
        self._url, self._secret, self._http = checked_key(address, "url"), checked_key(address, "secret"), http

    def send(self, outgoing: Outgoing) -> str:
        """Send a message. See ``Transport``."""
        body = document(outgoing)
        headers = {
            "X-Hub-Signature-256": signature(self._secret, body),
            "X-Wallflower-Event": outgoing.rule.partition(":")[0],
            "X-Wallflower-Delivery": outgoing.id,
        }
        try:
            response = post(self._http, self._url, body, headers)
        except SendError as error:
            if any(f"({status})" in str(error) for status in GONE):
                raise SendError(f"{error} {_GONE_HELP}", permanent=True) from error
            raise
        return f"The receiver answered {response.status}."


def signature(secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature-256."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def document(outgoing: Outgoing) -> bytes:
    """The body: what happened, for programs and for people."""
    text = outgoing.text
    return json.dumps(
        {
            "id": outgoing.id,
            "rule": outgoing.rule,
            "created_at": outgoing.created_at.isoformat() if outgoing.created_at else None,
            "title": text.title,
            "lines": list(text.lines),
            "quotes": list(text.quotes),
            "link": text.link,
            "facts": dict(outgoing.facts),
        },
        ensure_ascii=False,
    ).encode()
