"""How many mentions of a list each topic of the config has: from a sample, and one by one where that says little."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from monitor.model import Choice, FacetValue, MentionFilter
from monitor.store.sql.connection import Connection
from monitor.store.sql.plan import plan
from monitor.store.sql.queries import count
from monitor.store.sql.samples import MAX_EXACT_MATCHES, Samples
from monitor.store.sql.topic_bits import slots_in_use

MAX_COUNTED = 12
"""Topics that are counted one by one: the rarest, about which a sample says least."""
_SELECT = """
    SELECT post.topics, count(*) FROM json_each(?) wanted CROSS JOIN mention ON mention.id = wanted.value
    JOIN post ON post.id = mention.post WHERE post.topics <> 0 GROUP BY post.topics"""


def topic_counts(db: Connection, samples: Samples, f: MentionFilter, upto: int | None) -> list[FacetValue]:
    """See ``NamedTopicStore.counts``."""
    slots = slots_in_use(db)
    if not slots:
        return []
    f = replace(f, named_topic=Choice())
    found = samples.draw(db, plan(db, f), upto)
    rows = db.execute(_SELECT, (json.dumps(found.ids),)).fetchall()
    estimates = {
        name: round(sum(n for topics, n in rows if topics >> slot & 1) * found.scale) for name, slot in slots.items()
    }
    for name in () if found.is_complete else rarest(estimates):
        estimates[name] = count(db, samples, plan(db, replace(f, named_topic=Choice((name,)))), upto).n
    values = [FacetValue(name, n) for name, n in estimates.items()]
    return sorted(values, key=lambda value: -value.n)


def rarest(estimates: Mapping[str, int]) -> set[str]:
    """The topics to count one by one."""
    few = [name for name, n in estimates.items() if n < 2 * MAX_EXACT_MATCHES]
    return set(sorted(few, key=estimates.__getitem__)[:MAX_COUNTED])
