"""What goes in: posts, the brands that are looked for, and the batch that a pass brings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from monitor.model.health import Spend

Json: TypeAlias = "bool | int | float | str | list[Any] | dict[str, Any] | None"


class Span(NamedTuple):
    """Characters ``start`` up to, without, ``end`` of a post's body."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Post:
    """What a source returned, unjudged. ``external_id`` is stable and unique within the source."""

    source: str
    external_id: str
    text: str
    published_at: datetime
    author: str = ""
    title: str = ""
    url: str = ""
    site: str = ""
    """Where in the source it stands: a host, a forum, ``r/name``. Empty where that says no more than the source."""
    lang: str | None = None
    """ISO 639-1 as the source tells it, or as ours detected it; None means unknown."""
    stars: int | None = None
    """1 to 5, of a review; None for what is none."""

    @property
    def body(self) -> str:
        """Title and text as one; every span counts from its start."""
        return f"{self.title}\n\n{self.text}" if self.title else self.text


@dataclass(frozen=True, slots=True)
class Brand:
    """Our organisation or a competitor, and the rule that finds mentions of it."""

    name: str
    rule: str
    ours: bool = False
    aliases: tuple[str, ...] = ()
    """Other names of it, as people write them; for the scorer, which must find the brand within a text."""
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A plain search, as simple as any site's: every post that a rule matches contains at least one of its terms."""

    text: str
    """One word, or several that stand in this order, as people write them; ``#`` and ``@`` stay."""
    prefix: bool = False
    """The last word may go on."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one pass of a source brought."""

    posts: tuple[Post, ...] = ()
    """New ones and edited ones alike: the same external id means the same post."""
    cursor: Json = None
    """Opaque; handed back at the next pass, saved with the posts in one transaction."""
    deleted: tuple[str, ...] = ()
    """External ids that the source says are gone."""
    deleted_below: tuple[str, ...] = ()
    """Beginnings of external ids: every stored post whose id begins so is gone, as where an author left the place.
    What ``posts`` holds of such came later, from an author who is back."""
    more: bool = False
    """The pass was cut at its bound: go on at once."""
    not_before: datetime | None = None
    """The site's own wish for the next pass (ttl, max-age, Expires)."""
    complete_since: datetime | None = None
    """Everything the source holds from then on has been read by now. None: cannot tell, only that it was read now."""
    unread_since: datetime | None = None
    """A part of the source could not be read since then, though the rest was; ``note`` says why. That is a gap until a
    pass comes without it."""
    arrived: int = 0
    """Posts that were brought to us and stored since the last pass, for a source that does not read but receives."""
    set_aside: int = 0
    """Entries that could not be read and were left out."""
    note: str = ""
    """One sentence for ops that is no error, such as a feed that has moved permanently."""
    spend: Spend | None = None
    """What was spent this month, for a source that is paid for by what is read."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a program brought us for a source."""

    posts: tuple[Post, ...] = ()
    deleted: tuple[str, ...] = ()
    """External ids of what is gone."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was stored of a delivery, all of it committed."""

    posts: int = 0
    """Taken in, whether they mention a brand or not."""
    mentions: int = 0
    """New ones."""
    edited: int = 0
    """Posts that were known and whose words changed."""
    deleted: int = 0
