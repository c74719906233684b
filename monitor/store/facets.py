"""Facets and the histogram: exact from the cubes or from up to CAP rows, estimated from a sample beyond."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from monitor.model import Bin, Choice, FacetValue, Intent, MentionFilter
from monitor.store.connections import Connection
from monitor.store.names import active_brands, brand_names, source_names
from monitor.store.plan import plan
from monitor.store.questions import Sample, count, sample
from monitor.store.ranges import Figures, Key, Signs, in_bins
from monitor.store.rows import BUCKETS, SHOWN
from monitor.store.times import from_ms

_KEYS = {
    "brand": "brand",
    "sentiment": "bucket",
    "intent": "intent",
    "source": "source",
    "lang": "lang",
    "state": "state, hidden",
}
"""Facet -> the columns that tell its values."""
FACETS = tuple(_KEYS)
_COLUMNS = ("brand", "source", "bucket", "lang", "intent", "state", "hidden", "corrected")
_INTENTS = tuple((bit.name or "").lower() for bit in Intent)


def facets(db: Connection, f: MentionFilter, upto: int | None) -> dict[str, list[FacetValue]]:
    """For each facet its values, most frequent first. A facet's counts ignore its own choice.

    Values known without looking (brands of the config, sources, sentiments, intents, states) are there at 0 too.
    """
    samples = _Samples(db, upto)
    counted = {facet: samples.counted(_without(f, facet), _KEYS[facet]) for facet in FACETS}
    values = {facet: _named(db, facet, counted[facet]) for facet in FACETS}
    corrected = samples.corrected(_without(f, "sentiment"))
    values["sentiment"] += [FacetValue("corrected", corrected)] if corrected else []
    return values


def histogram(db: Connection, f: MentionFilter, edges: Sequence[int], upto: int | None) -> list[Bin]:
    """Mentions between each two of ``edges``, milliseconds in growing order."""
    asked = plan(db, f)
    if len(edges) < 2:
        return []
    if asked.by_cube:
        return _bins(edges, Figures(db, asked, upto).binned(edges), 1.0)
    chosen = sample(db, asked, upto)
    select = "SELECT published_at, bucket FROM json_each(?) wanted CROSS JOIN mention ON mention.id = wanted.value"
    return _bins(edges, in_bins(db.execute(select, (json.dumps(chosen.ids),)), edges), chosen.scale)


def _bins(edges: Sequence[int], counts: Sequence[Signs], scale: float) -> list[Bin]:
    spans = zip(pairwise(edges), counts, strict=True)
    return [Bin(from_ms(a), from_ms(b), *(round(n * scale) for n in signs)) for (a, b), signs in spans]


def _without(f: MentionFilter, facet: str) -> MentionFilter:
    """The filter without its choice of one facet."""
    if facet == "state":
        return replace(f, state=Choice(SHOWN))
    cleared: dict[str, Choice] = {facet: Choice()}
    return replace(f, **cleared)  # type: ignore[arg-type]


class _Samples:
    """Counts for several filters that differ in little, each asked of the index once."""

    def __init__(self, db: Connection, upto: int | None) -> None:
        self._db = db
        self._upto = upto
        self._drawn: dict[MentionFilter, Sample] = {}
        self._rows: dict[MentionFilter, list[tuple[int, ...]]] = {}

    def corrected(self, f: MentionFilter) -> int:
        """How many mentions of the filter a person scored; no cube knows, but they are few."""
        if plan(self._db, f).by_cube:
            return count(self._db, plan(self._db, replace(f, sentiment=Choice(("corrected",)))), self._upto).n
        return self.counted(f, "corrected")[(1,)]

    def counted(self, f: MentionFilter, keys: str) -> Counter[Key]:
        """Values of the columns ``keys`` -> how many mentions of the filter have them."""
        asked = plan(self._db, f)
        if asked.by_cube:
            return Figures(self._db, asked, self._upto).grouped(keys)
        # A list and the counts of its states differ only in the few that are not listed: one sample serves both.
        wide = _without(f, "state") if "unclaimed" in asked.shown else f
        if wide not in self._drawn:
            self._drawn[wide] = sample(self._db, plan(self._db, wide), self._upto)
        if f not in self._rows:
            select = f"""SELECT count(*), {", ".join(_COLUMNS)} FROM json_each(?) wanted
                CROSS JOIN mention ON mention.id = wanted.value WHERE {asked.where} GROUP BY {", ".join(_COLUMNS)}"""
            params = (json.dumps(self._drawn[wide].ids), *asked.params)
            self._rows[f] = self._db.execute(select, params).fetchall()
        places = [1 + _COLUMNS.index(key) for key in keys.split(", ")]
        found: Counter[Key] = Counter()
        for row in self._rows[f]:
            found[tuple(row[place] for place in places)] += row[0]
        return Counter({key: round(n * self._drawn[wide].scale) for key, n in found.items()})


def _named(db: Connection, facet: str, counts: Counter[Key]) -> list[FacetValue]:
    known, words = _vocabulary(db, facet)
    named = Counter(dict.fromkeys(known, 0))
    for key, n in counts.items():
        for word in words(*key):
            named[word] += n
    place = {word: i for i, word in enumerate(known)}
    values = [FacetValue(word, n) for word, n in named.items() if n > 0 or word in place]
    return sorted(values, key=lambda v: (-v.n, place.get(v.value, len(place)), v.value))


def _vocabulary(db: Connection, facet: str) -> tuple[Sequence[str], Callable[..., Sequence[str]]]:
    """The values known without looking, and what turns a row's columns into values."""
    if facet == "brand":
        brands = brand_names(db)
        return list(active_brands(db).values()), lambda brand: (brands[brand],)
    if facet == "source":
        sources = source_names(db)
        return list(sources.values()), lambda source: (sources[source],)
    fixed: dict[str, tuple[Sequence[str], Callable[..., Sequence[str]]]] = {
        "sentiment": (BUCKETS, lambda bucket: (BUCKETS[bucket],)),
        "intent": (_INTENTS, lambda bits: [(bit.name or "").lower() for bit in Intent(bits)]),
        "lang": ((), lambda lang: (lang,)),
        "state": (SHOWN, lambda state, hidden: ("hidden" if hidden and state < 2 else SHOWN[state],)),
    }
    return fixed[facet]
