"""The inputs of a pass: the source as configured, and what all sources share."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.activity import Activity
from monitor.collector.judge import PostJudge
from monitor.collector.timing import PollingPolicy
from monitor.logs import FaultLog
from monitor.model import Term
from monitor.sources import Source
from monitor.store import Store


@dataclass(frozen=True, slots=True)
class ConfiguredSource:
    """A source as configured, ready to be polled."""

    name: str
    kind: str
    source: Source
    polling: PollingPolicy
    sample: bool = False
    """Whether its posts are made up."""
    ready: bool = True
    """False if its table in the config has problems. Then ``kind`` may be wrong as well."""


@dataclass(frozen=True, slots=True)
class PassContext:
    """What every pass needs besides its source."""

    judge: PostJudge
    store: Store
    terms: Sequence[Term]
    now: Callable[[], datetime]
    jitter: Callable[[], float] = field(default=random.random)
    """A random number in 0..1."""
    rules_digest: str = ""
    """That of the brands; if empty, a change of their rules is ignored."""
    activity: Activity = field(default_factory=Activity)
    """Counts what passes and deliveries do."""
    faults: FaultLog = field(default_factory=lambda: FaultLog(logging.getLogger("wallflower.collector")))
    """The sources that fail."""


class SharedContext:
    """The PassContext for the next pass of every source.

    It is only replaced as a whole. A pass reads it once, so that each batch is judged by one set of rules.
    """

    def __init__(self, context: PassContext) -> None:
        self.current = context
