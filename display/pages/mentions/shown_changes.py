"""Changes of rules that matter to the figures of a view."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from monitor.model import MentionFilter, RuleChange
from monitor.rules import incomparable_spans, judgements_are_comparable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.store import Store


def shown_changes(store: Store, f: MentionFilter, since: datetime, until: datetime) -> list[RuleChange]:
    """The changes of the rules of brands whose mentions ``f`` shows, and of the topics that it names."""
    topics = {*f.named_topic.include, *f.named_topic.exclude}
    changes = [change for change in store.rule_changes(since, until) if f.brand.allows(change.brand)]
    if topics:
        changes += [change for change in store.named_topics.changes(since, until) if change.topic in topics]
    return changes


def changing_spans(
    store: Store, f: MentionFilter, brands: Sequence[str], since: datetime, now: datetime
) -> list[tuple[datetime, datetime]]:
    """The times in which the counts of ``f`` are not comparable with those of now. ``brands``: all of the config."""
    if f.named_topic and store.named_topics.posts_to_review():
        return [(since, now)]
    if (f.sentiment or f.intent) and not judgements_are_comparable(store):
        return [(since, now)]
    return incomparable_spans(store, [brand for brand in brands if f.brand.allows(brand)], since, now)
