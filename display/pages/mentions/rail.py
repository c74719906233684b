"""The rail and the chips: what can be chosen, what is chosen, and the view that each click leads to.

Pure: computed from a MentionsView and the store's counts. The page writes the URLs of the views.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from display.pages.mentions.facets import FACETS, Facet
from display.pages.mentions.filters import RANGES, MentionsView
from monitor.model import FacetValue

MAX_VALUES = 7
"""Values of a facet that are listed before "More"."""
BAR_WIDTH_PX = 24
"""Width of the bar of the most frequent value."""


@dataclass(frozen=True, slots=True)
class RailValue:
    """A value of a facet as the rail lists it."""

    value: str
    label: str
    n: int
    bar_width: float
    """Pixels."""
    chosen: bool
    excluded: bool
    toggled: MentionsView
    """The view after a click: the value is chosen, or no longer chosen or excluded."""
    excluding: MentionsView | None
    """The view that excludes it; None if that could find nothing."""
    unread: bool = False
    """Whether it is a source that is not read."""
    stories: int | None = None
    """Of its mentions; None if not known, or the same as ``n``."""


@dataclass(frozen=True, slots=True)
class RailSection:
    """A facet as the rail shows it."""

    facet: Facet
    values: tuple[RailValue, ...]
    more: tuple[RailValue, ...]
    """Behind "More"."""

    @property
    def all_values(self) -> tuple[RailValue, ...]:
        """All values, those behind "More" too."""
        return (*self.values, *self.more)

    @property
    def active(self) -> bool:
        """Whether any value is chosen or excluded."""
        return any(v.chosen or v.excluded for v in self.all_values)

    @property
    def shown(self) -> bool:
        """Whether there is anything to choose from; see ``Facet.hidden_until_used``."""
        return self.facet.found_later or self._has_values

    @property
    def _has_values(self) -> bool:
        used = any(v.n for v in self.all_values if v.value != self.facet.initial_value)
        return bool(self.values) and (not self.facet.hidden_until_used or self.active or used)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that narrows the list, and the view without it."""

    facet: str
    label: str
    without: MentionsView
    brand: str = ""
    """The brand whose colour it shows."""


class Rail:
    """Builds the sections of the rail for one view."""

    def __init__(
        self,
        view: MentionsView,
        counts: Mapping[str, Sequence[FacetValue]],
        configured: Mapping[str, Sequence[str]],
        unread_sources: Collection[str] = (),
        stories: Mapping[str, Mapping[str, int]] = MappingProxyType({}),
    ) -> None:
        """``configured``: the names of brands and sources, by facet, which are listed even without a mention.

        ``stories``: facet -> value -> the stories of its mentions, as far as they are known.
        """
        self.stories = stories
        self.view, self.counts, self.configured = view, counts, configured
        self.unread_sources = frozenset(unread_sources)

    def sections(self, *, collapsed: bool) -> list[RailSection]:
        """The sections that are open at first, or those that are collapsed, without those that are hidden."""
        sections = (self.section(facet) for facet in FACETS if facet.collapsed is collapsed)
        return [section for section in sections if section.shown]

    def section(self, facet: Facet, labels: Mapping[str, str] = MappingProxyType({})) -> RailSection:
        """The section of ``facet`` with every counted, configured and chosen value.

        ``labels``: of values that have another one than ``facet.label`` says.
        """
        counted = {found.value: found.n for found in self.counts.get(facet.name, ())}
        choice = facet.choice(self.view.filter)
        listed = {*counted, *self.configured.get(facet.name, ()), *facet.always_listed}
        values = _in_rail_order(facet, listed | {*choice.include, *choice.exclude}, counted)
        peak = max(counted.values(), default=0)
        labelled = ((value, labels.get(value) or facet.label(value)) for value in values)
        lines = tuple(self._value(facet, value, label, counted.get(value, 0), peak) for value, label in labelled)
        return RailSection(facet, lines[:MAX_VALUES], lines[MAX_VALUES:])

    def _value(self, facet: Facet, value: str, label: str, n: int, peak: int) -> RailValue:
        choice = facet.choice(self.view.filter)
        chosen, excluded = value in choice.include, value in choice.exclude
        removed, stories = self.view.without_value(facet, value), self.stories.get(facet.name, {}).get(value)
        excluding = self.view.with_value(facet, value, exclude=True)
        return RailValue(
            value=value,
            label=label,
            n=n,
            bar_width=round(max(1.0, n / peak * BAR_WIDTH_PX), 1) if n else 0.0,
            chosen=chosen,
            excluded=excluded,
            toggled=removed if chosen or excluded else self.view.with_value(facet, value),
            excluding=None if facet.finds_nothing(facet.choice(excluding.filter)) else excluding,
            unread=facet.name == "source" and value in self.unread_sources,
            stories=None if stories == n else stories,
        )


def _in_rail_order(facet: Facet, values: Collection[str], counted: Mapping[str, int]) -> list[str]:
    if facet.values:
        return sorted(values, key=facet.values.index)
    return sorted(values, key=lambda v: (-counted.get(v, 0), v.casefold(), v))


def chips(view: MentionsView) -> list[Chip]:
    """The filters that narrow ``view``: one chip per facet, but one per brand, for its colour."""
    result: list[Chip] = []
    for facet in FACETS:
        result += _brand_chips(facet, view) if facet.symbol == "swatch" else _facet_chip(facet, view)
    if view.filter.story is not None:
        result.append(Chip("story", "One story", view.without("story")))
    return result


def _brand_chips(facet: Facet, view: MentionsView) -> list[Chip]:
    choice = facet.choice(view.filter)
    included = [Chip(facet.name, v, view.without_value(facet, v), brand=v) for v in choice.include]
    return included + [Chip(facet.name, f"not {v}", view.without_value(facet, v)) for v in choice.exclude]


def _facet_chip(facet: Facet, view: MentionsView) -> list[Chip]:
    choice = facet.choice(view.filter)
    parts = [" or ".join(facet.label(v) for v in choice.include)] if choice.include else []
    parts += [f"not {facet.label(v)}" for v in choice.exclude]
    return [Chip(facet.name, ", ".join(parts), view.without(facet.name))] if parts else []


@dataclass(frozen=True, slots=True)
class RelaxedFilter:
    """A view with one filter removed or widened, offered when a list is empty."""

    label: str
    """What is removed or shown instead: "without “Negative”", "Show all time"."""
    view: MentionsView


def wider_ranges(view: MentionsView, now: datetime) -> list[RelaxedFilter]:
    """``view`` over every longer range, the shortest first."""
    names = list(RANGES)
    longer = names[names.index(view.range) + 1 :] if view.range else ["all"]
    return [RelaxedFilter(_show_range(name), view.with_range(name, now)) for name in longer]


def everything(view: MentionsView, now: datetime) -> RelaxedFilter:
    """All mentions of all time, in the order of ``view``."""
    return RelaxedFilter("Show everything", view.cleared().with_range("all", now))


def _show_range(name: str) -> str:
    label = RANGES[name].label.lower()
    return f"Show {label}" if RANGES[name].length is None else f"Show the {label}"


def relaxed_filters(view: MentionsView) -> list[RelaxedFilter]:
    """Every view that differs from ``view`` by one filter that was removed, over the same time."""
    options = [
        RelaxedFilter(f"without \N{LEFT DOUBLE QUOTATION MARK}{c.label}\N{RIGHT DOUBLE QUOTATION MARK}", c.without)
        for c in chips(view)
    ]
    if view.filter.q:
        options.append(RelaxedFilter("without the search", view.without("q")))
    return options
