"""The counts beside the values of the rail."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.model import Choice, FacetValue, MentionFilter

if TYPE_CHECKING:
    from monitor.store import Store


def rail_counts(store: Store, f: MentionFilter, upto: int | None) -> dict[str, list[FacetValue]]:
    """Facet -> its values with their counts; of topics only those that ``f`` chooses, which take one count each."""
    counts = store.facets(f, upto)
    for facet in ("author", "site"):
        counts[facet] = store.top_values(f, facet, upto)
    counts["named_topic"] = store.named_topics.counts(f, upto)
    topics = (*f.topic.include, *f.topic.exclude)
    counts["topic"] = [FacetValue(one, store.count(replace(f, topic=Choice((one,))), upto).n) for one in topics]
    return counts
