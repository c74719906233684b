"""Figures of a brand for walls: tallies, chart, newest mentions, largest stories, arrivals.

Hidden mentions and those set aside count; irrelevant and left ones do not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.model import Bin, Choice, ListPosition, Mention, MentionFilter, SentimentCounts, Story, Tally
from monitor.store.sql import facets
from monitor.store.sql.connection import Connection
from monitor.store.sql.cubes import bin_rows, segments
from monitor.store.sql.ids import active_brand_id, active_brands, brand_names
from monitor.store.sql.measured import unmeasured_languages
from monitor.store.sql.plan import COUNTED, plan
from monitor.store.sql.queries import page_ids
from monitor.store.sql.rows import SENTIMENTS, load_mentions, sentiment_code
from monitor.store.sql.units import DAY_MS, from_ms

MAX_ROW_RANGE_MS = 31 * DAY_MS
"""Longer ranges are read from cube_brand_day, which has no stories: there each mention counts as a story."""
MAX_ARRIVALS_READ = 20_000
"""Mentions that ``arrivals`` reads at most, the newest first."""
MAX_ID = 2**63 - 1
MAX_STORY_PAGES = 20
"""Pages of mentions that ``latest`` reads at most, so that one huge story cannot delay the wall."""
_IN_TIME = "brand = ? AND published_at >= ? AND published_at < ? AND state < 2"
_IN_TIME_UPTO = f"{_IN_TIME} AND mention.id <= ?"
_SUMS = """count(*), count(*) FILTER (WHERE sentiment = 0), count(*) FILTER (WHERE sentiment = 1),
    count(*) FILTER (WHERE sentiment = 2), count(*) FILTER (WHERE sentiment = 3),
    count(*) FILTER (WHERE hidden = 1), count(*) FILTER (WHERE hidden = 2), {scored}"""
_WITHOUT_STORY = """count(iif(story IS NULL AND sentiment = 0, 1, NULL)),
    count(iif(story IS NULL AND sentiment = 1, 1, NULL)), count(iif(story IS NULL AND sentiment = 2, 1, NULL))"""
_SCORED = "count(iif(sentiment = 0, 1, NULL)), count(iif(sentiment = 1, 1, NULL)), count(iif(sentiment = 2, 1, NULL))"
_ARRIVALS = f"""SELECT count(*), count(iif(added_at >= ? AND added_at < ? AND added_at - published_at <= ?, 1, NULL)),
    min(published_at) FROM (SELECT added_at, published_at FROM mention INDEXED BY mention_time WHERE {_IN_TIME}
    ORDER BY published_at DESC LIMIT ?) newest"""
_ROW_SUMS_WITHOUT_STORIES = (
    f"SELECT {_SUMS.format(scored=_WITHOUT_STORY)} FROM mention INDEXED BY mention_time\n    WHERE {_IN_TIME_UPTO}"
)
_STORY_MEANS = f"""SELECT avg(score) FROM mention INDEXED BY mention_time
    WHERE {_IN_TIME_UPTO} AND story IS NOT NULL AND score IS NOT NULL GROUP BY story"""
_ROW_SUMS = f"SELECT {_SUMS.format(scored=_SCORED)} FROM mention INDEXED BY mention_time WHERE {_IN_TIME}"
_UNMEASURED_SCORES = f"""SELECT published_at, sentiment FROM mention INDEXED BY mention_time
    WHERE {_IN_TIME} AND lang IN (SELECT value FROM json_each(?, '$'))"""
_NEWER_SUMS = f"SELECT {_SUMS.format(scored=_SCORED)} FROM mention NOT INDEXED WHERE id > ? AND {_IN_TIME}"
_ROWS = f"FROM mention INDEXED BY mention_time\n    WHERE {_IN_TIME_UPTO}"
_MEASURED_ROWS = f"""FROM (SELECT story, hidden,
        iif(lang IN (SELECT value FROM json_each(?, '$')), 3, sentiment) AS sentiment,
        iif(lang IN (SELECT value FROM json_each(?, '$')), NULL, score) AS score
    FROM mention INDEXED BY mention_time WHERE {_IN_TIME_UPTO}) measured WHERE true"""
"""Like _ROWS, but unscored in the languages that nobody measured."""
_LARGEST_STORIES = """
    SELECT story, json_group_array(DISTINCT brand), count(DISTINCT post) posts, count(DISTINCT source),
        min(iif(hidden = 0, id, NULL)) first
    FROM mention INDEXED BY mention_time
    WHERE published_at >= ? AND published_at < ? AND state < 2 AND story IS NOT NULL
        AND brand IN (SELECT value FROM json_each(?))
    GROUP BY story HAVING count(DISTINCT post) > 1 AND min(iif(hidden = 0, id, NULL)) IS NOT NULL
    ORDER BY posts DESC, first LIMIT ?"""
_DAY_SUMS = """SELECT coalesce(sum(n), 0), coalesce(sum(iif(sentiment = 0, n, 0)), 0),
    coalesce(sum(iif(sentiment = 1, n, 0)), 0), coalesce(sum(iif(sentiment = 2, n, 0)), 0),
    coalesce(sum(iif(sentiment = 3, n, 0)), 0), coalesce(sum(iif(hidden = 1, n, 0)), 0),
    coalesce(sum(iif(hidden = 2, n, 0)), 0),
    coalesce(sum(iif(sentiment = 0, n, 0)), 0), coalesce(sum(iif(sentiment = 1, n, 0)), 0),
    coalesce(sum(iif(sentiment = 2, n, 0)), 0)
    FROM cube_brand_day WHERE brand = ? AND time >= ? AND time < ?"""


@dataclass
class _Sums:
    """Counts of mentions, and of scored ones with each story as one."""

    n: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unscored: int = 0
    hidden: int = 0
    set_aside: int = 0
    negative_stories: int = 0
    neutral_stories: int = 0
    positive_stories: int = 0

    def add(self, row: Sequence[int], sign: int = 1) -> None:
        """Add a row of sums, or subtract it."""
        for name, value in zip(self.__dataclass_fields__, row, strict=True):
            setattr(self, name, getattr(self, name) + sign * value)

    def add_story(self, score: float) -> None:
        """Add a story with this mean score in thousandths."""
        name = SENTIMENTS[sentiment_code(score)] + "_stories"
        setattr(self, name, getattr(self, name) + 1)

    def tally(self, brand: str) -> Tally:
        """The sums as a Tally."""
        return Tally(
            brand,
            self.n,
            self.negative,
            self.neutral,
            self.positive,
            self.unscored,
            self.hidden,
            self.set_aside,
            SentimentCounts(self.negative_stories, self.neutral_stories, self.positive_stories),
        )


def tallies(db: Connection, since: int, until: int) -> list[Tally]:
    """Each brand of the config, in its order, over mentions published in [since, until).

    In the languages that nobody measured, mentions count as unscored. If there are any such languages, even long ranges
    are read row by row.
    """
    unmeasured = unmeasured_languages(db)
    return [_sums(db, brand, since, until, unmeasured).tally(name) for brand, name in active_brands(db).items()]


def tally(db: Connection, brand: str, since: int, until: int, upto: int | None = None) -> Tally:
    """The same for one brand, up to a mention; zeros for a brand that is not in the config."""
    return _sums(db, active_brand_id(db, brand), since, until, unmeasured_languages(db), upto).tally(brand)


def _sums(db: Connection, brand: int, since: int, until: int, unmeasured: str, upto: int | None = None) -> _Sums:
    if unmeasured or until - since <= MAX_ROW_RANGE_MS:
        return _sums_by_rows(db, brand, since, until, unmeasured, upto)
    return _sums_by_days(db, brand, since, until, upto)


def arrivals(db: Connection, brand: str, since: int, until: int, max_age: int) -> int:
    """Mentions added in [since, until) at most ``max_age`` ms after they were published.

    Above MAX_ARRIVALS_READ it is extrapolated from the newest ones.
    """
    params = (since, until, max_age, active_brand_id(db, brand), since - max_age, until, MAX_ARRIVALS_READ)
    read, found, oldest = db.execute(_ARRIVALS, params).fetchone()
    if read < MAX_ARRIVALS_READ:
        return int(found)
    return int(found * max(1.0, (until - since) / max(until - oldest, 1)))


def histogram(db: Connection, brand: str, edges: Sequence[int]) -> list[Bin]:
    """A brand's mentions between each two consecutive edges; as unscored in the languages that nobody measured."""
    f = MentionFilter(brand=Choice((brand,)), state=Choice(tuple(sorted(COUNTED))))
    bins = facets.cube_histogram(db, plan(db, f), edges)
    if not (unmeasured := unmeasured_languages(db)) or not bins:
        return bins
    rows = db.execute(_UNMEASURED_SCORES, (active_brand_id(db, brand), edges[0], edges[-1], unmeasured))
    wrong = bin_rows(rows, edges)
    return [
        replace(bin_, negative=bin_.negative - negative, positive=bin_.positive - positive)
        for bin_, (_, negative, positive) in zip(bins, wrong, strict=True)
    ]


def latest(db: Connection, brand: str | None, limit: int, since: datetime | None) -> list[Mention]:
    """The newest listed mentions of a brand, or of all, one of each story."""
    f = MentionFilter(brand=Choice((brand,)) if brand else Choice(), since=since)
    chosen: list[Mention] = []
    stories: set[int] = set()
    for mention in _newest(db, f, limit):
        if mention.story is None or mention.story not in stories:
            chosen.append(mention)
        if mention.story is not None:
            stories.add(mention.story)
        if len(chosen) == limit:
            break
    return chosen


def _newest(db: Connection, f: MentionFilter, limit: int) -> Iterator[Mention]:
    """Newest first, up to MAX_STORY_PAGES pages."""
    planned, size = plan(db, f), 2 * limit + 10
    before: ListPosition | None = None
    for _ in range(MAX_STORY_PAGES):
        mentions = list(load_mentions(db, page_ids(db, planned, before, None, size)).values())
        yield from mentions
        if len(mentions) < size:
            return
        before = mentions[-1].position


def _sums_by_rows(
    db: Connection, brand: int, since: int, until: int, unmeasured: str = "", upto: int | None = None
) -> _Sums:
    """``unmeasured``: languages in which mentions count as unscored, as a JSON list."""
    sums = _Sums()
    params: tuple[int | str, ...] = (brand, since, until, MAX_ID if upto is None else upto)
    row_sums, story_means = _ROW_SUMS_WITHOUT_STORIES, _STORY_MEANS
    if unmeasured:
        params = (unmeasured, unmeasured, *params)
        row_sums, story_means = (sql.replace(_ROWS, _MEASURED_ROWS) for sql in (row_sums, story_means))
    sums.add(db.execute(row_sums, params).fetchone())
    for (score,) in db.execute(story_means, params):
        sums.add_story(score)
    return sums


def _sums_by_days(db: Connection, brand: int, since: int, until: int, upto: int | None = None) -> _Sums:
    sums = _Sums()
    for segment in segments(since, until, by_brand_day=True):
        select = _ROW_SUMS if segment.table == "mention" else _DAY_SUMS
        sums.add(db.execute(select, (brand, segment.low, segment.high)).fetchone(), segment.sign)
    if upto is not None:
        sums.add(db.execute(_NEWER_SUMS, (upto, brand, since, until)).fetchone(), -1)
    return sums


def language_counts(db: Connection) -> dict[tuple[str, str, str], int]:
    """(source, brand, language) -> the number of mentions."""
    select = """SELECT source.name, brand.name, lang, sum(n) FROM cube_all
        JOIN source ON source.id = cube_all.source JOIN brand ON brand.id = cube_all.brand GROUP BY 1, 2, 3"""
    return {(source, brand, lang): n for source, brand, lang, n in db.execute(select) if n}


def rule_starts(db: Connection) -> dict[str, datetime]:
    """See ``MentionQueries.rule_starts``."""
    active, found = active_brands(db), db.execute("SELECT brand, min(since) FROM rule GROUP BY brand")
    return {active[brand]: from_ms(since) for brand, since in found if brand in active}


def largest_stories(db: Connection, since: int, until: int, limit: int) -> list[Story]:
    """See ``MentionQueries.largest_stories``."""
    active, names = json.dumps(list(active_brands(db))), brand_names(db)
    found = db.execute(_LARGEST_STORIES, (since, until, active, limit))
    return [
        Story(story, tuple(names[brand] for brand in sorted(json.loads(brands))), posts, sources, mention)
        for story, brands, posts, sources, mention in found
    ]
