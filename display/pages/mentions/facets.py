"""The rail and the chips: what can be chosen, what is chosen, and the view that each click leads to.

Pure: made of a View and the store's counts. A link's address is the View it leads to, written by the page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from display.pages.mentions.filters import INTENTS, SENTIMENTS, STATES, View
from monitor.model import FacetValue, Sentiment
from monitor.text.language_codes import language_name

SHOWN = 7
"""Values of a facet before "More"."""
BAR = 24
"""Width of the bar of the commonest value, px."""
TITLES = {
    "brand": "Brand",
    "intent": "Intent",
    "sentiment": "Sentiment towards the brand",
    "source": "Source",
    "lang": "Language",
    "state": "State",
    "author": "Author",
    "site": "Site",
    "rule": "Rule",
}
WORDS = {
    "switching": "Switching",
    "asks": "Asks what to use",
    "complaint": "Complaint",
    "price": "Price",
    "irrelevant": "Not relevant",
    "left": "Left by a rule change",
}
RANGE_WORDS = {"24h": "Last 24 hours", "7d": "Last 7 days", "30d": "Last 30 days", "all": "All time"}
IN_RANGE = {
    "24h": "in the last 24 hours",
    "7d": "in the last 7 days",
    "30d": "in the last 30 days",
    "all": "at any time",
}
ORDER_WORDS = {
    "new": "Newest first",
    "old": "Oldest first",
    "negative": "Most negative first",
    "positive": "Most positive first",
}
MARKED = frozenset(word.value for word in Sentiment)


@dataclass(frozen=True, slots=True)
class Value:
    """A line of the rail."""

    value: str
    label: str
    n: int
    bar: float
    """Width of its bar, px."""
    on: bool
    excluded: bool
    toggled: View
    """Chosen if it was not, else neither chosen nor excluded."""
    without: View
    """Excluded."""
    not_read: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A section of the rail."""

    name: str
    title: str
    values: tuple[Value, ...]
    more: tuple[Value, ...]
    """Behind "More"."""

    @property
    def chosen(self) -> int:
        """How many of its values are chosen or excluded."""
        return sum(v.on or v.excluded for v in (*self.values, *self.more))

    @property
    def differs(self) -> bool:
        """Whether any mention has another value than "unclaimed", which all begin with."""
        return any(v.n for v in (*self.values, *self.more) if v.value != "unclaimed")


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that narrows the list, and the view without it."""

    facet: str
    label: str
    without: View
    brand: str = ""


def label(facet: str, value: str) -> str:
    """A value as people read it."""
    if facet == "lang":
        return language_name(value)
    if facet in ("sentiment", "state", "intent"):
        return WORDS.get(value) or value.capitalize()
    return value


class Rail:
    """Makes the rail's sections for one view. ``brands`` and ``sources`` are listed even where they count nothing."""

    def __init__(
        self,
        view: View,
        counts: Mapping[str, Sequence[FacetValue]],
        brands: Sequence[str],
        sources: Sequence[str],
        not_read: Collection[str] = (),
    ) -> None:
        self.view, self.counts = view, counts
        self.not_read = frozenset(not_read)
        self.always = {"brand": brands, "source": sources, "sentiment": [s for s in SENTIMENTS if s in MARKED]}

    def facet(self, name: str) -> Facet:
        """The section of the facet ``name``: by count or in its fixed order, with every chosen value."""
        counted = {found.value: found.n for found in self.counts.get(name, ())}
        choice = self.view.choice(name)
        values = dict.fromkeys([*counted, *self.always.get(name, ()), *choice.include, *choice.exclude])
        peak = max(counted.values(), default=0)
        lines = [
            self._value(name, value, counted.get(value, 0), peak) for value in self._ordered(name, values, counted)
        ]
        return Facet(name, TITLES[name], tuple(lines[:SHOWN]), tuple(lines[SHOWN:]))

    def facets(self, names: Sequence[str]) -> list[Facet]:
        """The sections of ``names`` that have anything to choose from."""
        return [found for name in names if (found := self.facet(name)).values]

    def _ordered(self, name: str, values: Collection[str], counted: Mapping[str, int]) -> list[str]:
        fixed = {"sentiment": SENTIMENTS, "intent": INTENTS, "state": STATES}.get(name)
        if fixed is not None:
            return sorted(values, key=fixed.index)
        return sorted(values, key=lambda v: (-counted.get(v, 0), v.casefold(), v))

    def _value(self, name: str, value: str, n: int, peak: int) -> Value:
        choice = self.view.choice(name)
        on, excluded = value in choice.include, value in choice.exclude
        removed = self.view.without_value(name, value)
        return Value(
            value=value,
            label=label(name, value),
            n=n,
            bar=round(max(1.0, n / peak * BAR), 1) if n else 0.0,
            on=on,
            excluded=excluded,
            toggled=removed if on or excluded else self.view.with_value(name, value),
            without=self.view.with_value(name, value, exclude=True),
            not_read=name == "source" and value in self.not_read,
        )


def chips(view: View) -> list[Chip]:
    """What narrows ``view``: each brand by itself, for it carries its colour; every other facet as one."""
    found = [Chip("brand", name, view.without_value("brand", name), brand=name) for name in view.filter.brand.include]
    for facet in TITLES:
        choice = view.choice(facet)
        included = [] if facet == "brand" else [label(facet, v) for v in choice.include]
        words = [" or ".join(included)] if included else []
        words += [f"not {label(facet, v)}" for v in choice.exclude]
        if words and facet != "brand":
            found.append(Chip(facet, ", ".join(words), view.without(facet)))
        elif words:
            found += [Chip(facet, f"not {v}", view.without_value(facet, v)) for v in choice.exclude]
    if view.filter.story is not None:
        found.append(Chip("story", "One story", view.without("story")))
    return found


@dataclass(frozen=True, slots=True)
class Wider:
    """A view that leaves one thing out, for an empty list: what is left out, in words."""

    words: str
    view: View


def wider(view: View, now: datetime) -> list[Wider]:
    """Every view that differs from ``view`` by one thing taken away."""
    found = [
        Wider(f"without \N{LEFT DOUBLE QUOTATION MARK}{c.label}\N{RIGHT DOUBLE QUOTATION MARK}", c.without)
        for c in chips(view)
    ]
    if view.filter.q:
        found.append(Wider("without the words", view.without("q")))
    if view.range != "all":
        longer = "30d" if view.range in ("24h", "7d") else "all"
        found.append(Wider(IN_RANGE[longer], view.with_range(longer, now)))
    return found
