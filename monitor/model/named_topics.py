"""The topics of the config: those that posts fit, and stored posts that are to be matched again."""

from __future__ import annotations

from typing import NamedTuple

from monitor.model.posts import Post


class TopicFit(NamedTuple):
    """The named topics that a post fits."""

    names: tuple[str, ...] = ()
    digest: str = ""
    """Of all topics that it was matched against; empty for none."""


NO_TOPICS = TopicFit()


class PostToFit(NamedTuple):
    """A stored post."""

    id: int
    post: Post


class TopicReview(NamedTuple):
    """Stored posts that are to be matched against the topics with ``digest``."""

    posts: tuple[PostToFit, ...] = ()
    digest: str = ""
    reviewed_to: int | None = None
    """Where the review of all stored posts is once these are saved; None: they were stored since, with other topics."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.posts and self.reviewed_to is None
