"""Which counts of a brand are comparable with those of now, because all were counted by the same rule.

After a change, stored posts are matched again, so both sides of it are counted by the same rule, with two exceptions:
while that is under way, the counts are changing; and a rule that finds more than an earlier one cannot find, in the
time of that one, what was not kept then.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from monitor.store import Store

Span = tuple[datetime, datetime]
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


def incomparable_spans(store: Store, brands: Collection[str], since: datetime, now: datetime) -> list[Span]:
    """The parts of [since, now) in which the counts of any of ``brands`` are not comparable; they may overlap.

    While stored posts are matched again, that is all of it.
    """
    found = [span for brand, spans in store.rules.incomparable().items() if brand in brands for span in spans]
    found += [(_ALWAYS, now) for brand in store.rules.unfinished() if brand in brands]
    return [(max(start, since), min(end, now)) for start, end in sorted(found) if start < now and end > since]


def judgements_are_comparable(store: Store) -> bool:
    """Whether all scores and intents are by the current rules.

    While stored posts are judged again after an upgrade changed these rules, they are not, and a change of our
    judgement would look like one of people's opinion.
    """
    return not store.intents.posts_to_review()


def overlap(spans: Collection[Span], start: datetime, end: datetime) -> timedelta:
    """The longest part of [start, end) that one of ``spans`` covers."""
    return max((min(end, b) - max(start, a) for a, b in spans), default=timedelta())
