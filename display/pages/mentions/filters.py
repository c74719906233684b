"""Converts URLs of the Mentions page, and command-line options, to a MentionFilter and back.

Every filter is a parameter. A repeated parameter means OR, a leading ``-`` excludes, and a leading ``+`` takes the rest
literally, for the rare name that begins with either sign. Defaults are left out and the order is fixed, so equal views
have equal URLs. An unknown parameter or an invalid value raises a FilterError that names it; it never silently
widens the list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TypeAlias
from urllib.parse import urlencode

from display.pages.mentions.facets import URL_FACETS, Facet, KnownNames
from display.pages.mentions.times import local_minute, parse_time, whole_minute
from monitor.errors import FilterError
from monitor.model import Choice, ListPosition, MentionFilter, Order, Position
from monitor.model.saved_views import DEFAULT_RANGE, RANGE_LENGTHS
from monitor.query import Query, search_of

FACET_NAMES = tuple(facet.name for facet in URL_FACETS)
"""Parameters that may be repeated, in the order of a URL."""
PARAMETERS = ("view", "q", *FACET_NAMES, "range", "since", "until", "story", "order", "upto", "before")


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A choice of the range menu."""

    length: timedelta | None
    """How far it goes back from now; None: without limit."""
    label: str
    phrase: str
    """The range within a sentence."""


RANGES: Mapping[str, TimeRange] = {
    "24h": TimeRange(RANGE_LENGTHS["24h"], "Last 24 hours", "in the last 24 hours"),
    "7d": TimeRange(RANGE_LENGTHS["7d"], "Last 7 days", "in the last 7 days"),
    "30d": TimeRange(RANGE_LENGTHS["30d"], "Last 30 days", "in the last 30 days"),
    "all": TimeRange(RANGE_LENGTHS["all"], "All time", "at any time"),
}

ID = re.compile(r"[0-9]{1,18}")
POSITION = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,14}))?")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME_PARAMETERS = frozenset(("range", "since", "until"))
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class OpenView:
    """The saved view that a list began with."""

    id: int
    filter: MentionFilter
    """With its times resolved."""
    range: str
    """A key of RANGES; empty if it has fixed times."""


FindView: TypeAlias = Callable[[int, Collection[str]], OpenView]
"""(id, names of the other parameters) -> the saved view. Raises FilterError."""


@dataclass(frozen=True, slots=True)
class MentionsView:
    """What the Mentions page shows: the filter, the requested range, the moment and the page.

    ``filter.since`` and ``filter.until`` are resolved: with a ``range`` they follow from the time of the request.
    Every method that changes the view returns its first page as of now.
    """

    filter: MentionFilter = field(default_factory=MentionFilter)
    range: str = DEFAULT_RANGE
    """A key of RANGES; empty if the URL has ``since`` or ``until``."""
    upto: int | None = None
    """The last mention id of the moment that is shown; None: now."""
    before: Position | None = None
    """The mention that the page continues after, in the order of the list; None: the first page."""
    saved: OpenView | None = None
    """The saved view in the URL. The other parameters change it for this page only."""

    @property
    def differs_from_saved(self) -> bool:
        """Whether the filters are not those of the saved view in the URL."""
        return self.saved is not None and (self.filter, self.range) != (self.saved.filter, self.saved.range)

    def with_value(self, facet: Facet, value: str, *, exclude: bool = False) -> MentionsView:
        """With ``value`` of ``facet`` added to those chosen, or to those excluded."""
        choice = facet.choice(self.without_value(facet, value).filter)
        include = choice.include if exclude else (*choice.include, value)
        excluded = (*choice.exclude, value) if exclude else choice.exclude
        return self.changed(**{facet.name: Choice(facet.in_order(include), facet.in_order(excluded))})

    def without_value(self, facet: Facet, value: str) -> MentionsView:
        """With ``value`` of ``facet`` neither chosen nor excluded."""
        choice = facet.choice(self.filter)
        include = tuple(v for v in choice.include if v != value)
        exclude = tuple(v for v in choice.exclude if v != value)
        return self.changed(**{facet.name: Choice(include, exclude)})

    def without(self, name: str) -> MentionsView:
        """With the field ``name`` of the filter at its default."""
        default = next(f.default for f in fields(MentionFilter) if f.name == name)
        return self.changed(**{name: default})

    def changed(self, **values: object) -> MentionsView:
        """With these fields of the filter replaced."""
        return replace(self.first_page(), filter=replace(self.filter, **values))  # type: ignore[arg-type]

    def search(self) -> Query | None:
        """The parsed search; None if there is none. Raises QueryError.

        The default range, which nobody chose, does not narrow a search that consists of exclusions.
        """
        return search_of(replace(self.filter, since=None) if self.range == DEFAULT_RANGE else self.filter)

    def with_range(self, name: str, now: datetime) -> MentionsView:
        """Over another range of RANGES."""
        return replace(self.changed(since=_range_start(name, now), until=None), range=name)

    def between(self, since: datetime, until: datetime) -> MentionsView:
        """From ``since`` to ``until``, widened to whole minutes."""
        padding = timedelta(0) if until == whole_minute(until) else timedelta(minutes=1)
        return replace(self.changed(since=whole_minute(since), until=whole_minute(until) + padding), range="")

    def ordered(self, name: str) -> MentionsView:
        """In another order."""
        return self.changed(order=Order(name))

    def first_page(self) -> MentionsView:
        """The first page, as of now."""
        return replace(self, upto=None, before=None)

    def cleared(self) -> MentionsView:
        """With no filter except the time, in the same order, and apart from any saved view."""
        f = self.filter
        kept = MentionFilter(since=f.since, until=f.until, order=f.order, person=f.person)
        return replace(self.first_page(), filter=kept, saved=None)

    @property
    def filtered(self) -> bool:
        """Whether anything except the time restricts the list."""
        return self.filter != self.cleared().filter


def parse_view(
    params: Mapping[str, Sequence[str]],
    *,
    brands: Collection[str],
    sources: Collection[str],
    timezone: tzinfo,
    now: datetime,
    open_view: FindView | None = None,
    person: int | None = None,
) -> MentionsView:
    """The view that ``params`` request. An empty value counts as not given, because forms send empty fields.

    ``brands`` and ``sources`` are the names that exist. ``person``: the account that looks; None: the local user.
    ``q`` is not parsed here; the store raises QueryError. ``open_view`` finds a saved view; None where there are none.
    What it has is the default of each parameter that is not there at all, so that an empty one takes away what the
    saved view has. Raises FilterError for the first invalid parameter.
    """
    given = _non_empty_parameters(params)
    names: KnownNames = {"brand": brands, "source": sources}
    saved = _open_view(given, open_view, person)
    base = MentionFilter() if saved is None else saved.filter
    choices = {
        facet.name: _choice(facet, given[facet.name], names) if facet.name in given else facet.choice(base)
        for facet in URL_FACETS
    }
    if saved is None or _TIME_PARAMETERS & given.keys():
        range_name, since, until = _times(given, timezone, now)
    else:
        range_name, since, until = saved.range, base.since, base.until
    mention_filter = MentionFilter(
        q=(_single(given, "q") or "").strip() if "q" in given else base.q,
        since=since,
        until=until,
        story=_id(given, "story") if "story" in given else base.story,
        order=_order(_single(given, "order")) if "order" in given else base.order,
        person=person,
        **choices,
    )
    return MentionsView(mention_filter, range_name, _id(given, "upto"), _position(given, "before"), saved)


def _open_view(given: Mapping[str, Sequence[str]], open_view: FindView | None, person: int | None) -> OpenView | None:
    number = _id(given, "view")
    if number is None:
        return None
    if open_view is None:
        raise FilterError("view", str(number), "the filters of the view, one by one")
    found = open_view(number, given.keys())
    return replace(found, filter=replace(found.filter, person=person))


def parse_options(options: Iterable[str]) -> dict[str, list[str]]:
    """Command-line options, each ``key=value``, in the form that ``parse_view`` expects. Raises FilterError."""
    params: dict[str, list[str]] = {}
    for option in options:
        name, sign, value = option.partition("=")
        if not sign:
            raise FilterError(option, "", "key=value, such as brand=Globex")
        params.setdefault(name.strip(), []).append(value)
    return params


def parameters(view: MentionsView, timezone: tzinfo) -> list[tuple[str, str]]:
    """The parameters of ``view`` in their fixed order, without defaults, which are those of its saved view."""
    found, saved = view.filter, view.saved
    base = MentionFilter() if saved is None else saved.filter
    pairs = [] if saved is None else [("view", str(saved.id))]
    pairs += [] if found.q == base.q else [("q", found.q)]
    for facet in URL_FACETS:
        choice = facet.choice(found)
        if choice != facet.choice(base):
            pairs += [(facet.name, value) for value in _facet_parameters(facet, choice)] or [(facet.name, "")]
    pairs += _time_parameters(view, timezone)
    pairs += [] if found.story == base.story else [("story", "" if found.story is None else str(found.story))]
    pairs += [] if found.order is base.order else [("order", found.order.value)]
    pairs += [] if view.upto is None else [("upto", str(view.upto))]
    pairs += [] if view.before is None else [("before", position_text(view.before))]
    return pairs


def query_string(view: MentionsView, timezone: tzinfo) -> str:
    """The query string of ``view``, without ``?``; empty for the default view."""
    return urlencode(parameters(view, timezone))


def _non_empty_parameters(params: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    for name, values in params.items():
        if name not in PARAMETERS:
            raise FilterError(name, "".join(values[:1]), "the parameters " + ", ".join(PARAMETERS))
        if broken := [v for v in values if _SURROGATE.search(v)]:
            raise FilterError(name, ascii(broken[0]), "text in UTF-8")
    return {name: [v for v in values if v] for name, values in params.items() if values}


def _facet_parameters(facet: Facet, choice: Choice) -> list[str]:
    included = ["+" + v if v[0] in "+-" else v for v in facet.in_order(choice.include)]
    return included + ["-" + v for v in facet.in_order(choice.exclude)]


def _time_parameters(view: MentionsView, timezone: tzinfo) -> list[tuple[str, str]]:
    found, saved = view.filter, view.saved
    if saved is not None and (view.range, found.since, found.until) == _times_of(saved):
        return []
    if view.range:
        return [] if view.range == DEFAULT_RANGE and saved is None else [("range", view.range)]
    bounds = (("since", found.since), ("until", found.until))
    return [(name, local_minute(at, timezone)) for name, at in bounds if at is not None]


def _times_of(saved: OpenView) -> tuple[str, datetime | None, datetime | None]:
    return saved.range, saved.filter.since, saved.filter.until


def _single(given: Mapping[str, Sequence[str]], name: str) -> str | None:
    values = given.get(name, ())
    if len(values) > 1:
        raise FilterError(name, values[1], "one value")
    return values[0] if values else None


def _id(given: Mapping[str, Sequence[str]], name: str) -> int | None:
    value = _single(given, name)
    if value is None:
        return None
    if not ID.fullmatch(value):
        raise FilterError(name, value, "a whole number")
    return int(value)


def _position(given: Mapping[str, Sequence[str]], name: str) -> Position | None:
    """``ID.MILLISECONDS``; or the id alone, as older URLs have it."""
    value = _single(given, name)
    if value is None:
        return None
    found = POSITION.fullmatch(value)
    if found is None:
        raise FilterError(name, value, "the position that a link to another page contains")
    id_, milliseconds = found.groups()
    if milliseconds is None:
        return int(id_)
    return ListPosition(int(id_), EPOCH + int(milliseconds) * timedelta(milliseconds=1))


def position_text(position: Position) -> str:
    """The value of ``before`` for the page after ``position``."""
    if isinstance(position, int):
        return str(position)
    return f"{position.id}.{(position.published_at - EPOCH) // timedelta(milliseconds=1)}"


def _order(value: str | None) -> Order:
    if value is None:
        return Order.NEW
    if value not in list(Order):
        raise FilterError("order", value, ", ".join(Order))
    return Order(value)


def _choice(facet: Facet, values: Sequence[str], names: KnownNames) -> Choice:
    include, exclude = list[str](), list[str]()
    for value in values:
        name = value[1:] if value[0] in "+-" else value
        if allowed := facet.problem(name, names):
            raise FilterError(facet.name, value, allowed)
        (exclude if value[0] == "-" else include).append(name)
    if both := set(include) & set(exclude):
        raise FilterError(facet.name, "-" + min(both), "a value that is either chosen or excluded, not both")
    choice = Choice(facet.in_order(include), facet.in_order(exclude))
    if facet.finds_nothing(choice):
        raise FilterError(facet.name, "-" + exclude[-1], "at most all but one of " + ", ".join(sorted(facet.partition)))
    return choice


def _times(
    given: Mapping[str, Sequence[str]], timezone: tzinfo, now: datetime
) -> tuple[str, datetime | None, datetime | None]:
    since, until = (
        None if (value := _single(given, name)) is None else parse_time(name, value, timezone)
        for name in ("since", "until")
    )
    range_name = _single(given, "range")
    if range_name is not None and range_name not in RANGES:
        raise FilterError("range", range_name, ", ".join(RANGES))
    if since is None and until is None:
        range_name = range_name or DEFAULT_RANGE
        return range_name, _range_start(range_name, now), None
    if range_name is not None:
        raise FilterError("range", range_name, "a range, or since and until, not both")
    if since and until and since >= until:
        raise FilterError("until", given["until"][0], "a time after since")
    return "", since, until


def _range_start(name: str, now: datetime) -> datetime | None:
    length = RANGES[name].length
    return None if length is None else whole_minute(now) - length
