"""Input: posts, the brands and terms to find, and the batch that a pass of a source returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias

from monitor.model.fast_creation import fast_creation
from monitor.model.sources import Spend

Json: TypeAlias = "bool | int | float | str | list[Any] | dict[str, Any] | None"


UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""``Post.published_at`` of a post that has no date: no time range, chart or figure reaches so far back."""


class Span(NamedTuple):
    """Characters [start, end) of a post's body."""

    start: int
    end: int


@fast_creation
@dataclass(frozen=True, slots=True)
class Post:
    """A post as a source returned it. ``external_id`` is stable and unique within the source."""

    source: str
    external_id: str
    text: str
    """Lines that quote somebody else start with "> "."""
    published_at: datetime
    """UNDATED if the date is not known."""
    author: str = ""
    title: str = ""
    url: str = ""
    site: str = ""
    """Where in the source it was posted: a host, a forum, ``r/name``. Empty if that is the same as the source."""
    lang: str | None = None
    """ISO 639-1 code: the site's statement if there is one, else from our detection; None means unknown."""
    stars: int | None = None
    """1 to 5 for a review; None for any other post."""
    reply_to: str = ""
    """The author that it replies to, named as in ``author``; empty if it is no reply, or the site does not say."""
    repost: bool = False
    """A share of somebody else's post, without own words."""
    link: str = ""
    """The page that it shares, where the site names one apart from the text. Compared with other posts, not stored."""

    @property
    def body(self) -> str:
        """Title and text as one string; all spans are offsets in it."""
        return f"{self.title}\n\n{self.text}" if self.title else self.text

    @property
    def text_start(self) -> int:
        """Where the text starts in the body, 0 without a title."""
        return len(self.title) + 2 if self.title else 0

    @property
    def undated(self) -> bool:
        """Whether the date is not known."""
        return self.published_at <= UNDATED


@dataclass(frozen=True, slots=True)
class Brand:
    """Our organisation or a competitor, and the rule that finds mentions of it."""

    name: str
    rule: str
    ours: bool = False
    aliases: tuple[str, ...] = ()
    """Other names, as people write them: the scorer must find the brand within a text."""
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A plain search that any site supports. Every post that a rule matches contains at least one of its terms."""

    text: str
    """One word, or several in this order, as people write them, including ``#`` and ``@``."""
    prefix: bool = False
    """The last word is a prefix."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The result of one pass of a source."""

    posts: tuple[Post, ...] = ()
    """New and edited posts; the same external id means the same post."""
    cursor: Json = None
    """Opaque; saved with the posts in one transaction and passed to the next pass."""
    deleted: tuple[str, ...] = ()
    """External ids of posts that the source deleted."""
    deleted_prefixes: tuple[str, ...] = ()
    """Prefixes of external ids: every stored post whose id starts with one is deleted, as when its author left the
    site. Posts with such an id in ``posts`` are newer, by an author who returned."""
    more: bool = False
    """The pass stopped at its limit: run the next one at once."""
    not_before: datetime | None = None
    """The earliest time the site wants the next pass (ttl, max-age, Expires)."""
    complete_since: datetime | None = None
    """Everything that the source has published since this time has been read. None: unknown."""
    unread_since: datetime | None = None
    """Part of the source could not be read since this time, though the rest was; ``note`` says why. This is a gap until
    a pass returns without it."""
    arrived: int = 0
    """Posts that programs delivered and that were stored since the last pass, for sources that receive posts."""
    skipped: int = 0
    """Entries skipped because they could not be read."""
    note: str = ""
    """One sentence for operators that is not an error, such as that a feed has moved permanently."""
    spend: Spend | None = None
    """This month's cost, for a source that charges for posts."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a program delivered for a source."""

    posts: tuple[Post, ...] = ()
    deleted: tuple[str, ...] = ()
    """External ids of deleted posts."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a delivery changed; all of it is committed."""

    posts: int = 0
    """Posts accepted, whether they mention a brand or not."""
    mentions: int = 0
    """New mentions."""
    edited: int = 0
    """Known posts whose content changed."""
    deleted: int = 0
