"""The part of the Store protocol for the topics of the config."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from monitor.model import FacetValue, MentionFilter, RuleChange, Topic, TopicReview
from monitor.model.rules import PreviewFigures, RuleVersion

MAX_TOPICS = 50
"""That a config can have."""


class NamedTopicStore(Protocol):
    """``Store.named_topics``. Errors and times: as for ``Store``."""

    def use(self, topics: Sequence[Topic], digest: str, now: datetime) -> None:
        """From now on, these are the topics, at most MAX_TOPICS. ``digest``: of their names and rules.

        If it differs from the one before, all stored posts are to be matched again. Posts that are saved with another
        one are matched again as well, so no process can save posts with topics that are no longer in use.
        A changed rule becomes the next version of its topic.
        """

    def announce(self, topic: str, text: str, person: str, reason: str, now: datetime) -> None:
        """Say who is about to change a rule to ``text``, and why. If it becomes the next version, it carries that."""

    def withdraw(self, topic: str) -> None:
        """The rule was not changed after all."""

    def versions(self, topic: str) -> list[RuleVersion]:
        """Every version of a topic's rule, the newest first."""

    def changes(self, since: datetime, until: datetime) -> list[RuleChange]:
        """The changes of the rules of the topics in use in [since, until), in order, without first versions."""

    def preview(self, topic: str, text: str, edges: Sequence[datetime], shown: int) -> PreviewFigures:
        """As ``RuleStore.preview``, for the mentions of a topic; one that is not in use has none."""

    def names(self) -> tuple[str, ...]:
        """The topics in use, in the order of the config."""

    def next_review(self) -> TopicReview:
        """The next posts to match."""

    def save_review(self, review: TopicReview, found: Mapping[int, Sequence[str]], now: datetime) -> int:
        """Save the names of the topics of the posts of ``review``, by post; return how many posts changed.

        A post that changed meanwhile is left as it is, and everything if the topics changed.
        """

    def counts(self, f: MentionFilter, upto: int | None = None) -> list[FacetValue]:
        """The mentions of each topic, most frequent first, whatever topics ``f`` chooses.

        Accuracy: as in ``histogram``. Raises QueryError.
        """

    def posts_to_review(self) -> int:
        """About how many stored posts are still to be matched again; 0 if counts are complete."""
