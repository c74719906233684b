"""A brand's figures: the board's tallies, its chart, its newest voices. Hidden ones count, irrelevant, left do not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.model import Bin, Choice, Mention, MentionFilter, Tally
from monitor.store.connections import Connection
from monitor.store.facets import histogram
from monitor.store.names import active_brands
from monitor.store.plan import plan
from monitor.store.questions import page_ids
from monitor.store.ranges import pieces
from monitor.store.rows import load_mentions
from monitor.store.times import DAY, from_ms

BY_ROWS = 31 * DAY
"""Longer times are read from cube_line, which knows nothing of stories: there the mean counts each mention."""
MOST_LOOKED_AT = 20_000
"""Mentions that ``arrivals`` looks at."""
_EVER = 2**63 - 1
_PASSED_OVER = 5
_TIME = "brand = ? AND published_at >= ? AND published_at < ? AND state < 2"
_SUMS = """count(*), ifnull(sum(bucket = 0), 0), ifnull(sum(bucket = 1), 0), ifnull(sum(bucket = 2), 0),
    ifnull(sum(bucket = 3), 0), ifnull(sum(hidden), 0), {scored}"""
_ALONE = """count(iif(story IS NULL, score, NULL)), ifnull(sum(iif(story IS NULL, score, 0)), 0),
    ifnull(sum(iif(story IS NULL, score * score, 0)), 0)"""
_ARRIVALS = f"""SELECT count(*), count(iif(added_at >= ? AND added_at < ? AND added_at - published_at <= ?, 1, NULL)),
    min(published_at) FROM (SELECT added_at, published_at FROM mention INDEXED BY mention_time WHERE {_TIME}
    ORDER BY published_at DESC LIMIT ?)"""
_ROWS = f"SELECT {_SUMS.format(scored=_ALONE)} FROM mention INDEXED BY mention_time WHERE {_TIME}"
_STORIES = f"""SELECT avg(score) FROM mention INDEXED BY mention_time
    WHERE {_TIME} AND story IS NOT NULL AND score IS NOT NULL GROUP BY story"""
_LOOSE = _SUMS.format(scored="count(score), ifnull(sum(score), 0), ifnull(sum(score * score), 0)")
_LOOSE = f"SELECT {_LOOSE} FROM mention INDEXED BY mention_time WHERE {_TIME}"
_LARGEST = f"""SELECT story FROM mention INDEXED BY mention_time
    WHERE {_TIME} AND story IS NOT NULL GROUP BY story ORDER BY count(*) DESC, max(published_at) DESC LIMIT ?"""
_NEWEST_OF = """SELECT id FROM mention INDEXED BY mention_story
    WHERE story = ? AND brand = ? AND state = ? AND hidden = 0 ORDER BY id DESC LIMIT 1"""
_DAYS = """SELECT ifnull(sum(n), 0), ifnull(sum(iif(bucket = 0, n, 0)), 0), ifnull(sum(iif(bucket = 1, n, 0)), 0),
    ifnull(sum(iif(bucket = 2, n, 0)), 0), ifnull(sum(iif(bucket = 3, n, 0)), 0), ifnull(sum(iif(hidden, n, 0)), 0),
    ifnull(sum(iif(bucket < 3, n, 0)), 0), ifnull(sum(score), 0), ifnull(sum(squares), 0)
    FROM cube_line WHERE brand = ? AND time >= ? AND time < ?"""


@dataclass
class _Sums:
    """Counts, and of the scored ones number, sum and sum of squares, in thousandths."""

    n: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unscored: int = 0
    hidden: int = 0
    scored: float = 0
    total: float = 0
    squares: float = 0

    def add(self, row: Sequence[int], sign: int = 1) -> None:
        """Add a row of sums, or take it off."""
        for name, value in zip(self.__dataclass_fields__, row, strict=True):
            setattr(self, name, getattr(self, name) + sign * value)

    def tally(self, brand: str) -> Tally:
        """The figures as people read them."""
        return Tally(
            brand,
            self.n,
            self.negative,
            self.neutral,
            self.positive,
            self.unscored,
            self.hidden,
            mean=self.total / self.scored / 1000 if self.scored else None,
            half_width=self._half_width(),
        )

    def _half_width(self) -> float | None:
        if self.scored < 2:
            return None
        variance = (self.squares - self.total**2 / self.scored) / (self.scored - 1)
        return 1.96 * math.sqrt(max(0.0, variance) / self.scored) / 1000


def tallies(db: Connection, since: int, until: int) -> list[Tally]:
    """Each brand of the config, in its order, over mentions published in [since, until)."""
    sums = _by_rows if until - since <= BY_ROWS else _by_days
    return [sums(db, brand, since, until).tally(name) for brand, name in active_brands(db).items()]


def arrivals(db: Connection, brand: str, since: int, until: int, fresh: int) -> int:
    """Mentions of a brand read in [since, until) that were no older than ``fresh`` then, as imported history is.

    In a flood it is an estimate, from the newest.
    """
    number = next((number for number, name in active_brands(db).items() if name == brand), 0)
    row = (since, until, fresh, number, since - fresh, until, MOST_LOOKED_AT)
    looked_at, found, oldest = db.execute(_ARRIVALS, row).fetchone()
    if looked_at < MOST_LOOKED_AT:
        return int(found)
    return int(found * max(1.0, (until - since) / max(until - oldest, 1)))


def series(db: Connection, brand: str, edges: Sequence[int]) -> list[Bin]:
    """A brand's mentions between each two edges, hidden ones counted."""
    return histogram(
        db, MentionFilter(brand=Choice((brand,)), state=Choice(("unclaimed", "claimed", "hidden"))), edges, None
    )


def latest(db: Connection, brand: str | None, limit: int, since: int | None) -> list[Mention]:
    """The newest mentions of a brand, or of all, one of each story, as lists show them."""
    f = MentionFilter(brand=Choice((brand,)) if brand else Choice(), since=None if since is None else from_ms(since))
    chosen: list[Mention] = []
    stories: set[int] = set()
    for mention in _newest(db, f, limit):
        if mention.story is None or mention.story not in stories:
            chosen.append(mention)
            stories |= {mention.story} - {None}  # type: ignore[arg-type]
        if len(chosen) == limit:
            break
    return chosen


def largest(db: Connection, name: str, since: int, limit: int) -> list[int]:
    """The newest member that lists show of each of the largest stories since then, by size. A few stories that lists
    do not show at all are passed over."""
    brand = next((number for number, known in active_brands(db).items() if known == name), 0)
    stories = [row[0] for row in db.execute(_LARGEST, (brand, since, _EVER, limit + _PASSED_OVER))]
    found = (_newest_of(db, story, brand) for story in stories)
    return [id_ for id_ in found if id_ is not None][:limit]


def _newest_of(db: Connection, story: int, brand: int) -> int | None:
    rows = [db.execute(_NEWEST_OF, (story, brand, state)).fetchone() for state in (0, 1)]
    return max((row[0] for row in rows if row), default=None)


def _newest(db: Connection, f: MentionFilter, limit: int) -> Iterator[Mention]:
    """Newest first, at most twenty pages of them, so that one huge story cannot hold up the wall."""
    asked, before, size = plan(db, f), None, 2 * limit + 10
    for _ in range(20):
        ids = page_ids(db, asked, before, None, size)
        yield from load_mentions(db, ids).values()
        if len(ids) < size:
            return
        before = ids[-1]


def _by_rows(db: Connection, brand: int, since: int, until: int) -> _Sums:
    sums, time = _Sums(), (brand, since, until)
    sums.add(db.execute(_ROWS, time).fetchone())
    for (score,) in db.execute(_STORIES, time):
        sums.scored += 1
        sums.total += score
        sums.squares += score * score
    return sums


def _by_days(db: Connection, brand: int, since: int, until: int) -> _Sums:
    sums = _Sums()
    for piece in pieces(since, until, by_line=True):
        select = _LOOSE if piece.table == "mention" else _DAYS
        sums.add(db.execute(select, (brand, piece.low, piece.high)).fetchone(), piece.sign)
    return sums
