"""The part of the Store protocol that reads mentions and their figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from monitor.model import (
    Bin,
    Count,
    FacetValue,
    Mention,
    MentionFilter,
    Position,
    RuleChange,
    Story,
    StoryCount,
    Tally,
    Texts,
    VolumeSeries,
)

VOLUME_STEP = timedelta(minutes=5)
"""The width of the bins of counts, unless a query says otherwise."""


class MentionQueries(Protocol):
    """Reads mentions and their figures.

    Methods that take a MentionFilter parse its ``q`` to a tree with ``monitor.query.parse``, which the engine compiles
    for its own search index; they raise QueryError when ``q`` is not valid. ``upto`` leaves out mentions with a greater
    id, so that a list and its figures stay consistent while new mentions arrive.
    """

    # Lists and figures of mentions

    def page(
        self, f: MentionFilter, *, before: Position | None = None, upto: int | None = None, limit: int = 50
    ) -> list[Mention]:
        """At most ``limit`` mentions in the filter's order: the first ones, or those after the mention ``before``.

        If ``before`` may have been deleted, give its ListPosition; in an order by time, the page then continues where
        it was.
        """

    def count(self, f: MentionFilter, upto: int | None = None) -> Count:
        """How many mentions match. Counts that are not exact are estimates, and occur only above 10,000.

        Exact for any number if the filter has no words, author, site, rule, story or "corrected".
        """

    def count_stories(self, f: MentionFilter, upto: int | None = None) -> StoryCount:
        """How many stories the matching mentions belong to: exact up to 10,000 matches, otherwise an estimate."""

    def count_new(self, f: MentionFilter, after: int, limit: int = 1_000) -> int:
        """How many mentions with an id above ``after`` match, counted up to ``limit``."""

    def new_mentions(self, f: MentionFilter, after: int, upto: int, limit: int = 1_000) -> list[Mention]:
        """The matches with ids above ``after``, at most the ``limit`` newest ids; those published last come first."""

    def facets(self, f: MentionFilter, upto: int | None = None) -> dict[str, list[FacetValue]]:
        """For brand, sentiment, intent, source, lang and state: the mentions with each value, most frequent first.

        The counts of a facet ignore the filter's own choice of it. The config's brands, the known sources, sentiments,
        intents and states are included even with 0 mentions. Accuracy: as in ``histogram``.
        """

    def facet_stories(self, f: MentionFilter, upto: int | None = None) -> dict[str, dict[str, int]]:
        """The same facets except state: value -> the number of stories of these mentions.

        A facet with more than 5,000 mentions is left out, because counting its stories would take too long.
        """

    def top_values(self, f: MentionFilter, facet: str, upto: int | None = None) -> list[FacetValue]:
        """For ``facet`` "author" or "site": those with the most mentions, and those that the filter chooses.

        The counts ignore the filter's own choice of the facet, and are what ``count`` would return with the value
        chosen. In long lists, estimates.
        """

    def histogram(self, f: MentionFilter, edges: Sequence[datetime], upto: int | None = None) -> list[Bin]:
        """Mentions published between each two consecutive times of ``edges``, which must be ascending.

        Exact up to 10,000 matches, and for any number if the filter has no words, author, site, rule, story or
        "corrected". Otherwise an estimate from an even sample of 2,500 to 10,000.
        """

    def texts_of(self, f: MentionFilter, limit: int, upto: int | None = None) -> Texts:
        """The texts of the matches by time of publication; above ``limit``, an even sample of about as many."""

    def export(self, f: MentionFilter, upto: int | None = None) -> Iterator[Mention]:
        """Every match by time of publication: the oldest first if the filter's order is OLD, otherwise the newest.

        Mentions that arrive during the export are not included. Each thousand mentions are one read.
        """

    def mention(self, id: int) -> Mention | None:
        """One mention, or None if it does not exist (any more)."""

    def mentions(self, ids: Sequence[int]) -> dict[int, Mention]:
        """Id -> mention for those of ``ids`` that exist, in the order of ``ids``."""

    def mention_ids_of_post(self, id: int) -> list[int]:
        """The ids of all mentions of the post that mention ``id`` belongs to, in order; [] if there is none."""

    def known_values(self, field: Literal["author", "site"], prefix: str, limit: int) -> list[str]:
        """At most ``limit`` values that recent posts have, most frequent first, that begin with ``prefix``.

        Regardless of the case of ASCII letters, and of an "@" before an author and a "www." before a site.
        """

    def last_mention_id(self) -> int:
        """The highest id of a mention, or 0."""

    # Figures of a brand. Hidden mentions and those set aside count; IRRELEVANT and LEFT ones do not.

    def tallies(self, since: datetime, until: datetime) -> list[Tally]:
        """Figures of each brand of the config over mentions published in [since, until), in the config's order.

        Up to 31 days ``stories`` counts each story once; over longer ranges, for speed, each mention.
        """

    def tally(self, brand: str, since: datetime, until: datetime, upto: int | None = None) -> Tally:
        """The same for one brand, in turn with other queries whose cost grows with the matches.

        ``upto``: without mentions that were added after the one with this id.
        """

    def brand_histogram(self, brand: str, edges: Sequence[datetime]) -> list[Bin]:
        """A brand's mentions published between each two consecutive times of ``edges``, which must be ascending."""

    def language_counts(self) -> dict[tuple[str, str, str], int]:
        """(source, brand, language) -> the number of mentions, of all times. The language "und" is an unknown one."""

    def rule_changes(self, since: datetime, until: datetime) -> list[RuleChange]:
        """The changes of the rules of the config's brands in [since, until), in order."""

    def rule_starts(self) -> dict[str, datetime]:
        """Brand of the config -> when it got its first rule: nothing earlier was looked for."""

    def largest_stories(self, since: datetime, until: datetime, limit: int) -> list[Story]:
        """The stories with the most posts among the mentions published in [since, until), the largest first."""

    def latest_mentions(self, brand: str | None, limit: int, since: datetime | None = None) -> list[Mention]:
        """The newest listed mentions of a brand (None: of all), one of each story, published since ``since``."""

    def count_arrivals(self, brand: str, since: datetime, until: datetime, max_age: timedelta) -> int:
        """How many mentions were added in [since, until) at most ``max_age`` after they were published.

        Imported history therefore does not count. An estimate if more than 20,000 mentions were published in the range.
        """

    def volume_series(self, brand: str, since: datetime, until: datetime) -> VolumeSeries:
        """Counts by source in 5-minute bins over [since, until); both ends are rounded down to 5 minutes.

        The cost grows with the bins that contain mentions, not with the size of the database.
        """

    def recent_volume_series(self, brand: str, end: datetime, bins: int, step: timedelta = VOLUME_STEP) -> VolumeSeries:
        """Counts by source in ``bins`` bins of ``step`` that end exactly at ``end``, exclusive. Meant for hours."""

    def mention_texts(self, brand: str, since: datetime, until: datetime, limit: int) -> Texts:
        """The texts of a brand's mentions published in [since, until); above ``limit``, an even sample."""
