"""What all ways to send have in common."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

from monitor.errors import BlockedAddress, NotificationError, RateLimited, SendError, SourceError
from monitor.http import Http, Response, site_of
from monitor.notifications.channels.pace import requested_wait
from monitor.notifications.texts import Text, one_line

GONE = (404, 410)
"""Statuses with which services answer that a chat or a webhook was deleted."""
MAX_ANSWER_CHARS = 120
"""How much of what a receiver answers is shown."""
_ANSWER_KEYS = ("description", "message", "error", "detail")
"""Where services put the sentence that explains an error."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that is to be sent now."""

    id: str
    """Identifies the message: a receiver that gets it twice, after a crash, can see that."""
    text: Text
    rule: str = ""
    created_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    """For programs: counts and ids, no text of a post."""
    is_last_try: bool = False
    """This channel does not try again: a message that reaches some recipients is better than one that reaches none."""


class Transport(Protocol):
    """Sends messages to one address."""

    def send(self, outgoing: Outgoing) -> str:
        """Send a message; return what the receiver answered, for people. Raises SendError."""
        ...


def post(http: Http, url: str, body: bytes, headers: Mapping[str, str]) -> Response:
    """Send ``body`` to ``url``; return the response if its status is below 300. Raises SendError."""
    try:
        response = http.post(url, body, {"Content-Type": "application/json", **headers})
    except BlockedAddress as error:
        raise blocked(url) from error
    except RateLimited as error:
        raise SendError(str(error), not_before=error.not_before) from error
    except SourceError as error:
        raise SendError(str(error)) from error
    if response.status >= 300:
        refusal = status_error(url, response)
        refusal.not_before = http.wait_until(requested_wait(response))
        raise refusal
    return response


def blocked(url: str) -> SendError:
    """The error for an address on a private network."""
    site = site_of(url)
    return SendError(
        f"{site} is on a private network, to which nothing is sent. If you trust it, add “{site}” to allow_hosts in "
        "[wallflower] of the config.",
        permanent=True,
    )


def status_error(url: str, response: Response) -> SendError:
    """The error for a status of 300 or above."""
    site, status = site_of(url), response.status
    if status < 400:
        target = _host(urljoin(url, response.headers.get("Location") or ""))
        return SendError(
            f"{site} redirects to {target} ({status}). Messages do not follow redirects: enter the address itself.",
            permanent=True,
        )
    answer = shown_answer(response)
    quoted = f": “{answer}”" if answer else ""
    if status in (408, 425, 429) or status >= 500:
        return SendError(f"{site} did not accept the message ({status}){quoted}. It will be tried again.")
    return SendError(f"{site} refused the message ({status}){quoted}.", permanent=True)


def shown_answer(response: Response) -> str:
    """The beginning of what a receiver answered, if it is plain text, or its sentence in JSON."""
    text = one_line(response.body[:4_000].decode("utf-8", "replace"))
    if text.startswith("{"):
        with suppress(ValueError):
            document = json.loads(text)
            text = next((one_line(document[key]) for key in _ANSWER_KEYS if isinstance(document.get(key), str)), "")
    return "" if text.startswith(("<", "{", "[")) else text[:MAX_ANSWER_CHARS]


def checked_key(address: Mapping[str, Any], key: str) -> str:
    """A part of an address. Raises NotificationError if it is missing."""
    value = address.get(key)
    if not isinstance(value, str) or not value:
        raise NotificationError("Its address is not complete. Enter it again.")
    return value


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "nowhere"
    except ValueError:
        return "an unreadable address"
