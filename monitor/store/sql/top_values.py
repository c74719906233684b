"""The most frequent authors and sites of a list, which no cube has: those of a sample, if the list is long."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

from monitor.model import Choice, FacetValue, MentionFilter
from monitor.query import Document, field_value, url_host
from monitor.store.sql.connection import Connection
from monitor.store.sql.plan import plan
from monitor.store.sql.prefixes import expand
from monitor.store.sql.queries import count
from monitor.store.sql.samples import Samples

MAX_VALUES = 12
SAMPLE_SIZE = 4_000
"""Matches of a long list that are read to find its values: enough to miss hardly any that a hundredth of them have."""
MIN_SCALED = 60
"""A value that the sample has less often is counted one by one, which is fast, because few mentions have it. Others
are scaled, with a standard error of 13 % or less: an eighth of a percentage point of the list."""
_SELECT = {
    "author": "SELECT post.author, ''",
    "site": "SELECT post.site, post.url",
}


def top_values(db: Connection, samples: Samples, f: MentionFilter, facet: str, upto: int | None) -> list[FacetValue]:
    """The most frequent values of ``facet``, "author" or "site", and those chosen.

    The counts ignore the filter's choice of this facet. Of long lists they are estimates, except for rare values, if
    no prefix has to be opened for each. As in a filter, spellings that differ in case are one value, and a site
    includes the sites below it.
    """
    chosen: Choice = getattr(f, facet)
    f = _with_choice(f, facet, Choice())
    planned = plan(db, f)
    found = samples.draw(db, planned, upto).thinned(SAMPLE_SIZE)
    counts_exactly = not found.is_complete and "*" not in expand(db, planned.match or "")
    spellings, counts = _values(db, found.ids, facet)
    most = sorted(spellings, key=lambda value: (-counts[value], value))[:MAX_VALUES]
    names = {value: spellings[value] for value in most}
    names |= {field_value(facet, name): name for name in (*chosen.include, *chosen.exclude)}
    listed = []
    for value, name in names.items():
        n = round(counts[value] * found.scale)
        if counts_exactly and counts[value] < MIN_SCALED:
            n = count(db, samples, plan(db, _with_choice(f, facet, Choice((name,)))), upto).n
        listed.append(FacetValue(name, n))
    return sorted(listed, key=lambda value: (-value.n, value.value.casefold()))


def _with_choice(f: MentionFilter, facet: str, choice: Choice) -> MentionFilter:
    changed: dict[str, Choice] = {facet: choice}
    return replace(f, **changed)  # type: ignore[arg-type]


def _values(db: Connection, ids: list[int], facet: str) -> tuple[dict[str, str], Counter[str]]:
    """(Value as filters compare it -> a way in which it is written, -> how many of the mentions ``ids`` it finds)."""
    spellings: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for written, n in _written(db, ids, facet).items():
        document = Document("", **{facet: written})  # type: ignore[arg-type]
        own, *wider = document.values(facet)
        if own:
            spellings.setdefault(own, written if facet == "author" else own)
            counts.update(dict.fromkeys((own, *wider), n))
    return spellings, counts


def _written(db: Connection, ids: list[int], facet: str) -> Counter[str]:
    """What posts name as their author or site -> how many of the mentions ``ids`` do."""
    rows = db.execute(
        f"""{_SELECT[facet]} FROM json_each(?) wanted CROSS JOIN mention ON mention.id = wanted.value
            JOIN post ON post.id = mention.post""",
        (json.dumps(ids),),
    )
    return Counter(name or url_host(url) for name, url in rows)
