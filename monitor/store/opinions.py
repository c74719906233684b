"""The part of the Store protocol for the language model: the posts that wait for it, and its opinions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from monitor.model import JudgedMention, OpinionWork


class OpinionStore(Protocol):
    """Posts wait in a queue, which survives a restart. Errors and times: as for ``Store``."""

    def use_model(self, model: str, policy: str, languages: Collection[str], unmeasured: Collection[str] = ()) -> None:
        """From now on, a post in one of ``languages`` waits for ``model`` as soon as it is saved or edited.

        ``policy``: a digest of how scores follow from opinions. If model or policy differ from before, all stored posts
        are reviewed. Scores in ``unmeasured`` languages do not count in tallies. With an empty ``model`` none is used,
        and nothing waits.
        """

    def languages(self) -> frozenset[str]:
        """The languages that the model in use scores, by code; none without a model."""

    def waiting(self) -> int:
        """How many posts wait, counted up to 100,000, with those that are still to be reviewed."""

    def next_work(self, limit: int) -> OpinionWork:
        """The newest posts that wait; if there are none, older ones to be reviewed."""

    def save_opinions(self, work: OpinionWork, judged: Sequence[JudgedMention], now: datetime) -> int:
        """Save what was made of the posts of ``work``, in one transaction; return how many scores changed.

        A post that was edited or deleted meanwhile is left out. A score that a person corrected stays in force.
        """
