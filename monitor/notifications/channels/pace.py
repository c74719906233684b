"""How fast messages may be sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from math import ceil
from types import MappingProxyType

from monitor.clock import Clock
from monitor.http import HostRateLimiter, Response
from monitor.model.notifications import ChannelKind

PACE_SECONDS: Mapping[ChannelKind, float] = MappingProxyType(
    {
        ChannelKind.SLACK: 1.0,  # one a second for an incoming webhook: docs.slack.dev/apis/web-api/rate-limits
        ChannelKind.TEAMS: 0.25,  # four a second for an incoming webhook of Teams
        ChannelKind.DISCORD: 0.4,  # five in two seconds for a webhook
        ChannelKind.TELEGRAM: 1.0,  # one a second in a chat: core.telegram.org/bots/faq
        ChannelKind.MATTERMOST: 0.1,  # ten a second, the default of its rate limiter
        ChannelKind.APPRISE: 1.0,  # the limits of a hundred services are not known
    }
)
"""The shortest time between two messages on a channel, as its service asks; others have no limit."""


class NoHostLimit(HostRateLimiter):
    """No limit per host: channels share hosts, and one that has to wait must not delay another."""

    def __init__(self, clock: Clock) -> None:
        self._now = clock.now
        super().__init__(clock)

    @contextmanager
    def slot(self, host: str) -> Iterator[float]:
        """No wait."""
        yield 0.0

    def block(self, host: str, until: datetime | None) -> datetime:
        """Nothing: the channel that was asked to wait does so by itself."""
        return until or self._now()


def requested_wait(response: Response) -> str | None:
    """How long a service that answered 429 or 503 asks us to wait, as in Retry-After; None if it does not say.

    Telegram and Discord say it in their JSON, Discord with decimals.
    """
    if response.status not in (429, 503):
        return None
    value = response.headers.get("Retry-After")
    with suppress(ValueError, AttributeError, OverflowError):
        document = json.loads(response.body)
        seconds = document.get("parameters", document).get("retry_after")
        if not value and isinstance(seconds, (int, float)):
            return str(ceil(seconds))
    return value
