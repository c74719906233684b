"""The part of the Store protocol about rules: versions, what another rule would find, and matching posts again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from monitor.model import Finding
from monitor.model.rules import PreviewFigures, RematchWork, RuleVersion

TAIL_DELAY = timedelta(minutes=2)
"""How long after a change the posts stored since are matched too: until then, a pass may use the rule before."""


class RuleStore(Protocol):
    """``Store.rules``. Errors and times: as for ``Store``.

    ``register_brands`` makes a changed text the next version and begins to match stored posts again. Mentions that the
    new rule does not find become LEFT, keep everything that they have, and come back if a later rule finds them.
    """

    def versions(self, brand: str) -> list[RuleVersion]:
        """Every version of a brand's rule, the newest first."""

    def announce(self, brand: str, text: str, person: str, reason: str, now: datetime) -> None:
        """Say who is about to change a rule to ``text``, and why. If it becomes the next version, it carries that."""

    def withdraw(self, brand: str) -> None:
        """The rule was not changed after all."""

    def preview(self, brand: str, text: str, edges: Sequence[datetime], shown: int) -> PreviewFigures:
        """What would change if the brand's rule were ``text``, among posts published between the ends of ``edges``.

        With at most ``shown`` posts of each side. Estimates if more than a million posts were published in the range,
        or if the texts of too many of them would have to be read. Raises QueryError.
        """

    def unfinished(self) -> frozenset[str]:
        """The brands of the config whose stored posts are being matched again, so that their figures are changing."""

    def incomparable(self) -> dict[str, list[tuple[datetime, datetime]]]:
        """Brand -> the times in which its rule may not have found, and so not kept, what its rule of now finds.

        Counts of these times are therefore not comparable with later ones. In order; the first begins at the first
        possible time if it is that of the first version.
        """

    def comparable_since(self) -> dict[str, datetime]:
        """Brand -> the end of the last time in ``incomparable``."""

    def next_rematch(self, now: datetime) -> RematchWork | None:
        """The next stored posts to match again; None if there are none now."""

    def save_rematch(self, work: RematchWork, found: Mapping[int, Finding], lost: Sequence[int], now: datetime) -> int:
        """Save what was found out about the posts of ``work``, in one transaction; return how many mentions changed.

        ``found``: post -> finding of the brand, for those that match; ``lost``: the others. A post that changed
        meanwhile is left as it is.
        """
