"""The sources of the config as every page lists them, and the rule by which one counts as not read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.analysis.staleness import PATIENCE, is_blind
from monitor.model import SourceStatus

if TYPE_CHECKING:
    from monitor.config import Config

__all__ = ["PATIENCE", "in_config", "is_blind"]


def in_config(config: Config, statuses: Iterable[SourceStatus]) -> list[SourceStatus]:
    """The status of each source of the config, in its order; one that was never read waits, or is paused."""
    known = {status.source: status for status in statuses}
    found = [(known.get(s.name, SourceStatus(s.name, s.kind)), s.kind) for s in config.sources]
    return [status if status.kind else replace(status, kind=kind) for status, kind in found]
