"""What became of messages since the start, for /metrics."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from monitor.model.notifications import ChannelKind


class MessageResult(StrEnum):
    """What became of a message, or of one attempt to send it."""

    SENT = "sent"
    FAILED = "failed"
    """One attempt; it may be tried again."""
    HELD = "held"
    """It is not sent, such as a summary of too few mentions."""


class MessageCounts:
    """Counts by the kind of the channel. Thread-safe."""

    def __init__(self) -> None:
        self._lock, self._counts = threading.Lock(), Counter[tuple[ChannelKind, MessageResult]]()

    def add(self, kind: ChannelKind, result: MessageResult) -> None:
        """Count one."""
        with self._lock:
            self._counts[kind, result] += 1

    def counts(self) -> Mapping[tuple[ChannelKind, MessageResult], int]:
        """A copy of all of them."""
        with self._lock:
            return dict(self._counts)
