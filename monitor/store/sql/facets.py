"""Facets and histograms: exact from the cubes or from all rows of short lists, otherwise from a sample."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from monitor.model import Bin, Choice, FacetValue, Intent, MentionFilter
from monitor.store.sql.connection import Connection
from monitor.store.sql.cubes import Counts, CubeReader, Key, bin_rows
from monitor.store.sql.ids import active_brands, brand_names, source_names
from monitor.store.sql.plan import PEOPLES_STATES, Plan, plan
from monitor.store.sql.queries import count
from monitor.store.sql.rows import SENTIMENTS, STATES
from monitor.store.sql.samples import Sample, Samples
from monitor.store.sql.signatures import claimant_code
from monitor.store.sql.units import from_ms

FACET_COLUMNS = {
    "brand": "brand",
    "sentiment": "sentiment",
    "intent": "intent",
    "source": "source",
    "lang": "lang",
    "state": "state, hidden",
}
"""Facet -> the columns that its values are made from."""
FACETS = tuple(FACET_COLUMNS)
_COLUMNS = ("brand", "source", "sentiment", "lang", "intent", "state", "hidden", "corrected", "claimant", "noted")
_INTENTS = tuple((bit.name or "").lower() for bit in Intent)


def facets(db: Connection, samples: Samples, f: MentionFilter, upto: int | None) -> dict[str, list[FacetValue]]:
    """For each facet its values, most frequent first. A facet's counts ignore the filter's choice of it.

    Brands of the config, sources, sentiments, intents and states are included even with 0 mentions.
    """
    counts = _FacetCounts(db, samples, upto)
    by_facet = {facet: counts.grouped(without_choice(f, facet), FACET_COLUMNS[facet]) for facet in FACETS}
    values = {facet: _facet_values(db, facet, by_facet[facet]) for facet in FACETS}
    corrected = counts.corrected(without_choice(f, "sentiment"))
    values["sentiment"] += [FacetValue("corrected", corrected)] if corrected else []
    for word, n in counts.peoples_states(without_choice(f, "state")).items():
        values["state"] += [FacetValue(word, n)] if n else []
    return values


def histogram(db: Connection, samples: Samples, f: MentionFilter, edges: Sequence[int], upto: int | None) -> list[Bin]:
    """Mentions between each two consecutive ``edges``, ascending milliseconds."""
    planned = plan(db, f)
    if len(edges) < 2:
        return []
    if planned.by_cube:
        return cube_histogram(db, planned, edges, upto)
    sampled = samples.draw(db, planned, upto)
    select = "SELECT published_at, sentiment FROM json_each(?) wanted CROSS JOIN mention ON mention.id = wanted.value"
    return _bins(edges, bin_rows(db.execute(select, (json.dumps(sampled.ids),)), edges), sampled.scale)


def cube_histogram(db: Connection, planned: Plan, edges: Sequence[int], upto: int | None = None) -> list[Bin]:
    """The same for a plan that the cubes can answer."""
    return _bins(edges, CubeReader(db, planned, upto).binned(edges), 1.0) if len(edges) > 1 else []


def _bins(edges: Sequence[int], counts: Sequence[Counts], scale: float) -> list[Bin]:
    spans = zip(pairwise(edges), counts, strict=True)
    return [Bin(from_ms(a), from_ms(b), *(round(n * scale) for n in some)) for (a, b), some in spans]


def without_choice(f: MentionFilter, facet: str) -> MentionFilter:
    """``f`` without its own choice of ``facet``."""
    if facet == "state":
        return replace(f, state=Choice(STATES))
    cleared: dict[str, Choice] = {facet: Choice()}
    return replace(f, **cleared)  # type: ignore[arg-type]


class _FacetCounts:
    """Counts for several similar filters, so that each sample is drawn only once."""

    def __init__(self, db: Connection, samples: Samples, upto: int | None) -> None:
        self._db = db
        self._source = samples
        self._upto = upto
        self._samples: dict[MentionFilter, Sample] = {}
        self._rows: dict[MentionFilter, list[tuple[int, ...]]] = {}

    def corrected(self, f: MentionFilter) -> int:
        """Matches with a score set by a person. No cube counts them, but there are few."""
        if plan(self._db, f).by_cube:
            return count(
                self._db, self._source, plan(self._db, replace(f, sentiment=Choice(("corrected",)))), self._upto
            ).n
        return self.grouped(f, "corrected")[(1,)]

    def peoples_states(self, f: MentionFilter) -> dict[str, int]:
        """Matches that this person has claimed, and those with a note. No cube counts them, but there are few."""
        if plan(self._db, f).by_cube:
            chosen = {word: plan(self._db, replace(f, state=Choice((word,)))) for word in sorted(PEOPLES_STATES)}
            return {word: count(self._db, self._source, planned, self._upto).n for word, planned in chosen.items()}
        claimant, found = claimant_code(f.person), self.grouped(f, "state, hidden, claimant, noted")
        listed = [(key[2] == claimant, key[3], n) for key, n in found.items() if key[0] in (0, 1) and key[1] == 0]
        return {
            "mine": sum(n for is_mine, _, n in listed if is_mine),
            "noted": sum(n for _, is_noted, n in listed if is_noted),
        }

    def grouped(self, f: MentionFilter, columns: str) -> Counter[Key]:
        """Values of ``columns`` -> number of matches."""
        planned = plan(self._db, f)
        if planned.by_cube:
            return CubeReader(self._db, planned, self._upto).grouped(columns)
        # A list and the counts of its states differ only in the few mentions that are not listed: one sample serves
        # both.
        wide = without_choice(f, "state") if "unclaimed" in planned.states else f
        if wide not in self._samples:
            self._samples[wide] = self._source.draw(self._db, plan(self._db, wide), self._upto)
        if f not in self._rows:
            select = f"""SELECT count(*), {", ".join(_COLUMNS)} FROM json_each(?) wanted
                CROSS JOIN mention ON mention.id = wanted.value WHERE {planned.where} GROUP BY {", ".join(_COLUMNS)}"""
            params = (json.dumps(self._samples[wide].ids), *planned.params)
            self._rows[f] = self._db.execute(select, params).fetchall()
        places = [1 + _COLUMNS.index(column) for column in columns.split(", ")]
        found: Counter[Key] = Counter()
        for row in self._rows[f]:
            found[tuple(row[place] for place in places)] += row[0]
        return Counter({key: round(n * self._samples[wide].scale) for key, n in found.items()})


def _facet_values(db: Connection, facet: str, counts: Counter[Key]) -> list[FacetValue]:
    always_listed, values_of = vocabulary(db, facet)
    totals = Counter(dict.fromkeys(always_listed, 0))
    for key, n in counts.items():
        for value in values_of(*key):
            totals[value] += n
    place = {value: i for i, value in enumerate(always_listed)}
    values = [FacetValue(value, n) for value, n in totals.items() if n > 0 or value in place]
    return sorted(values, key=lambda v: (-v.n, place.get(v.value, len(place)), v.value))


def vocabulary(db: Connection, facet: str) -> tuple[Sequence[str], Callable[..., Sequence[str]]]:
    """The values that are listed even with 0 mentions, and a function from a row's columns to its values."""
    if facet == "brand":
        brands = brand_names(db)
        return list(active_brands(db).values()), lambda brand: (brands[brand],)
    if facet == "source":
        sources = source_names(db)
        return list(sources.values()), lambda source: (sources[source],)
    fixed: dict[str, tuple[Sequence[str], Callable[..., Sequence[str]]]] = {
        "sentiment": (SENTIMENTS, lambda sentiment: (SENTIMENTS[sentiment],)),
        "intent": (_INTENTS, lambda bits: [(bit.name or "").lower() for bit in Intent(bits)]),
        "lang": ((), lambda lang: (lang,)),
        "state": (STATES, lambda state, hidden: (STATES[3 + hidden if hidden and state < 2 else state],)),
    }
    return fixed[facet]
