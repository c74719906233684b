"""The services that Apprise knows, through a child process.

Loading Apprise with its services takes 0.3 s and 44 MB, and it makes its own requests. In a process of its own it costs
nothing while nothing is sent, a service that hangs can be killed, and every connection is checked.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection, Mapping
from typing import Any

from monitor import secrets
from monitor.errors import SendError
from monitor.notifications.channels.transport import MAX_ANSWER_CHARS, Outgoing, checked_key
from monitor.notifications.texts import one_line

MAX_SECONDS = 60.0
MODULE = "monitor.notifications.apprise_process"


class AppriseTransport:
    """Sends to an address of Apprise."""

    def __init__(self, address: Mapping[str, Any], allowed_hosts: Collection[str]) -> None:
        """``address``: url. ``allowed_hosts``: see ``Http``."""
        self._url, self._allowed = checked_key(address, "url"), allowed_hosts

    def send(self, outgoing: Outgoing) -> str:
        """Send a message. See ``Transport``."""
        url = self._url
        text = outgoing.text
        order = {"url": url, "title": text.title, "body": text.body, "allowed_hosts": sorted(self._allowed)}
        answer = _ask(order)
        if answer["sent"]:
            return f"{answer['service']} accepted it."
        detail = one_line(secrets.redact(answer["detail"], url, *_parts(url)))[:MAX_ANSWER_CHARS]
        raise SendError(detail, permanent=answer["permanent"])


def _ask(order: Mapping[str, Any]) -> dict[str, Any]:
    """What the child process answers. The address is passed through a pipe: other users can read arguments."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", MODULE], input=json.dumps(order).encode(), capture_output=True, timeout=MAX_SECONDS
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise SendError(f"The service did not answer within {MAX_SECONDS:.0f} seconds.") from error
    except ValueError as error:
        raise SendError("Apprise has failed. The address may be one that it cannot use.") from error
    return answer


def _parts(url: str) -> list[str]:
    """What of an address may be secret."""
    rest = url.partition("://")[2]
    return [part for part in rest.replace("@", "/").replace("?", "/").replace("&", "/").split("/") if part]
