"""Rules of brands and topics over time: their versions, matching stored posts again, and what another would find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.posts import Post


@dataclass(frozen=True, slots=True)
class Rematch:
    """How far stored posts are matched again after a change of a rule."""

    done: float
    """The share of the stored posts that are matched, from 0 to 1."""
    entered: int = 0
    """Mentions that began to count."""
    left: int = 0
    """Mentions that no longer count."""
    finished_at: datetime | None = None
    """None: it is under way."""
    superseded: bool = False
    """Whether it ended because the rule changed again."""


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A text that the rule of a brand or a topic had, or has."""

    name: str
    """Of the brand or the topic."""
    version: int
    """From 1."""
    text: str
    since: datetime
    person: str = ""
    """Who saved it; empty if the file was changed in an editor, or if it is not known."""
    reason: str = ""
    rematch: Rematch | None = None
    """None: stored posts were not matched again, as for the first version."""
    widens: bool = False
    """Whether it may find posts that the version before did not, and which were therefore not kept."""


@dataclass(frozen=True, slots=True)
class PreviewedPost:
    """A post that a rule would add to a brand's mentions, or remove from them."""

    mention: int
    """One of its mentions."""
    post: Post


@dataclass(frozen=True, slots=True)
class PreviewSide:
    """The posts that enter, or those that leave."""

    bins: tuple[int, ...]
    """How many were published between each two edges."""
    newest: tuple[PreviewedPost, ...] = ()
    """Some of them, those published last first."""

    @property
    def n(self) -> int:
        """How many there are."""
        return sum(self.bins)


@dataclass(frozen=True, slots=True)
class PreviewFigures:
    """What would change if a brand or a topic had another rule."""

    entering: PreviewSide
    leaving: PreviewSide
    posts: int
    """Stored posts, of any brand, that were published in the range."""
    exact: bool = True
    """False: the numbers are estimates from an even sample."""
    now: tuple[int, ...] = ()
    """Of a topic: the mentions that it has between each two edges."""


@dataclass(frozen=True, slots=True)
class PostToMatch:
    """A stored post that a changed rule is tried on."""

    id: int
    post: Post
    mention: int | None
    """The mention of the brand, if there is one."""
    state: int
    """Of that mention, as State; 0 without one."""
    judged: bool
    """Whether that mention has the score and the matched words of some rule."""


@dataclass(frozen=True, slots=True)
class RematchWork:
    """The next stored posts to match again."""

    brand: str
    rule: int
    """Id of the version."""
    text: str
    posts: tuple[PostToMatch, ...] = ()
    low: int = 0
    """Ids of posts from here on are done once these are saved."""
    upwards: bool = False
    """Whether these posts were stored after the change, perhaps by what still used the rule before."""
