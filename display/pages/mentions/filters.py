"""A page's address, or the options of a command line, as a MentionFilter, and back.

Every filter is a parameter; a repeated one means OR, a leading ``-`` excludes, and a leading ``+`` takes the rest as it
is, for the rare name that begins with either sign. Defaults are left out and the order is fixed, so equal views have
equal addresses. An unknown parameter or a bad value is a FilterError that names it, never silently a wider list.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import urlencode

from monitor.errors import FilterError
from monitor.model import Choice, Intent, MentionFilter, Order, Sentiment

FACETS = ("brand", "source", "lang", "author", "site", "rule", "sentiment", "intent", "state")
"""Parameters that may be repeated, in the order of the address."""
PARAMETERS = ("q", *FACETS, "range", "since", "until", "story", "order", "upto", "before")
SENTIMENTS = (*(word.value for word in Sentiment), "corrected")
INTENTS = tuple(str(bit.name).lower() for bit in Intent)
STATES = ("unclaimed", "claimed", "hidden", "irrelevant", "left")
RANGES: Mapping[str, timedelta | None] = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "all": None,
}
DEFAULT_RANGE = "7d"

_CLOSED: Mapping[str, Sequence[str]] = {"sentiment": SENTIMENTS, "intent": INTENTS, "state": STATES}
_ID = re.compile(r"[0-9]{1,18}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LANG = re.compile(r"[a-z]{2,3}")
_ISO = "a time such as 2026-03-04T12:30, of the server's zone"


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows: the question, the word it was asked with, and the moment and page it is looked at.

    ``filter.since`` and ``filter.until`` are resolved: with a ``range`` they follow from the time of asking.
    """

    filter: MentionFilter = field(default_factory=MentionFilter)
    range: str = DEFAULT_RANGE
    """A key of RANGES; empty where the address gives ``since`` or ``until``."""
    upto: int | None = None
    """The last id of the moment that is looked at."""
    before: int | None = None
    """The key of the page: only rows after it in the order of the list."""

    def choice(self, facet: str) -> Choice:
        """What is chosen of ``facet``, one of FACETS."""
        chosen: Choice = getattr(self.filter, facet)
        return chosen

    def with_value(self, facet: str, value: str, *, exclude: bool = False) -> View:
        """This view, of now, with ``value`` of ``facet`` added, or excluded."""
        choice = self.without_value(facet, value).choice(facet)
        include, excluded = choice.include, choice.exclude
        if exclude:
            excluded = (*excluded, value)
        else:
            include = (*include, value)
        return self._chosen(facet, Choice(_sorted(facet, include), _sorted(facet, excluded)))

    def without_value(self, facet: str, value: str) -> View:
        """This view, of now, with ``value`` of ``facet`` neither chosen nor excluded."""
        choice = self.choice(facet)
        kept = Choice(
            tuple(v for v in choice.include if v != value),
            tuple(v for v in choice.exclude if v != value),
        )
        return self._chosen(facet, kept)

    def without(self, parameter: str) -> View:
        """This view, of now, with ``parameter`` (a name of MentionFilter) at its default."""
        default = next(f.default for f in fields(MentionFilter) if f.name == parameter)
        return self.changed(**{parameter: default})

    def changed(self, **values: object) -> View:
        """This view, of now, with those fields of its filter replaced."""
        return replace(self.fresh(), filter=replace(self.filter, **values))  # type: ignore[arg-type]

    def with_range(self, word: str, now: datetime) -> View:
        """This view, of now, over another range of RANGES."""
        return replace(self.changed(since=_since(word, now), until=None), range=word)

    def over(self, since: datetime, until: datetime) -> View:
        """This view, of now, from ``since`` to ``until``; of seconds only whole minutes stay, and none is lost."""
        up = timedelta(0) if until == _minute(until) else timedelta(minutes=1)
        return replace(self.changed(since=_minute(since), until=_minute(until) + up), range="")

    def ordered(self, word: str) -> View:
        """This view, of now, in another order."""
        return self.changed(order=Order(word))

    def fresh(self) -> View:
        """The first page of this view, as it is now."""
        return replace(self, upto=None, before=None)

    @property
    def narrowed(self) -> bool:
        """Whether anything but the time restricts the list."""
        plain = MentionFilter(since=self.filter.since, until=self.filter.until, order=self.filter.order)
        return self.filter != plain

    def _chosen(self, facet: str, choice: Choice) -> View:
        return self.changed(**{facet: choice})


def parse(
    params: Mapping[str, Sequence[str]],
    *,
    brands: Collection[str],
    sources: Collection[str],
    timezone: tzinfo,
    now: datetime,
) -> View:
    """The view that ``params`` ask for. An empty value counts as not given, as forms send it.

    ``brands`` and ``sources`` are the names there are. ``q`` is not read here: whoever runs it raises QueryError.
    Raises FilterError for the first parameter that means nothing.
    """
    given = _given(params)
    known: dict[str, Collection[str]] = {"brand": brands, "source": sources, **_CLOSED}
    choices = {facet: _choice(facet, given.get(facet, []), known) for facet in FACETS}
    word, since, until = _times(given, timezone, now)
    question = MentionFilter(
        q=(_one(given, "q") or "").strip(),
        since=since,
        until=until,
        story=_id(given, "story"),
        order=_order(_one(given, "order")),
        **choices,
    )
    return View(question, word, upto=_id(given, "upto"), before=_id(given, "before"))


def pairs(options: Iterable[str]) -> dict[str, list[str]]:
    """Options of a command line, each ``key=value``, as ``parse`` takes them. Raises FilterError for another form."""
    params: dict[str, list[str]] = {}
    for option in options:
        name, sign, value = option.partition("=")
        if not sign:
            raise FilterError(option, "", "key=value, such as brand=Globex")
        params.setdefault(name.strip(), []).append(value)
    return params


def items(view: View, timezone: tzinfo) -> list[tuple[str, str]]:
    """The parameters of ``view`` in their fixed order, without defaults."""
    question = view.filter
    found = [("q", question.q)] if question.q else []
    for facet in FACETS:
        found += [(facet, value) for value in _written(facet, view.choice(facet))]
    found += _written_times(view, timezone)
    found += [] if question.story is None else [("story", str(question.story))]
    found += [] if question.order is Order.NEW else [("order", question.order.value)]
    found += [] if view.upto is None else [("upto", str(view.upto))]
    found += [] if view.before is None else [("before", str(view.before))]
    return found


def query_string(view: View, timezone: tzinfo) -> str:
    """The one query string that stands for ``view``, without ``?``; empty for the plain list."""
    return urlencode(items(view, timezone))


def _given(params: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    for name, values in params.items():
        if name not in PARAMETERS:
            raise FilterError(name, "".join(values[:1]), "the parameters " + ", ".join(PARAMETERS))
        if broken := [v for v in values if _SURROGATE.search(v)]:
            raise FilterError(name, ascii(broken[0]), "text in UTF-8")
    return {name: [v for v in values if v] for name, values in params.items()}


def _written(facet: str, choice: Choice) -> list[str]:
    included = ["+" + v if v[0] in "+-" else v for v in _sorted(facet, choice.include)]
    return included + ["-" + v for v in _sorted(facet, choice.exclude)]


def _written_times(view: View, timezone: tzinfo) -> list[tuple[str, str]]:
    if view.range:
        return [] if view.range == DEFAULT_RANGE else [("range", view.range)]
    bounds = (("since", view.filter.since), ("until", view.filter.until))
    return [(name, local_minute(at, timezone)) for name, at in bounds if at is not None]


def local_minute(at: datetime, timezone: tzinfo) -> str:
    """``at`` as the address writes it: local and without offset, but for the hour that a zone has twice."""
    there = at.astimezone(timezone)
    written = there.replace(tzinfo=None, fold=0)
    twice = written.replace(tzinfo=timezone).astimezone(UTC) != at
    return there.isoformat(timespec="minutes") if twice else written.isoformat(timespec="minutes")


def _one(given: Mapping[str, Sequence[str]], name: str) -> str | None:
    values = given.get(name, ())
    if len(values) > 1:
        raise FilterError(name, values[1], "one value")
    return values[0] if values else None


def _id(given: Mapping[str, Sequence[str]], name: str) -> int | None:
    value = _one(given, name)
    if value is None:
        return None
    if not _ID.fullmatch(value):
        raise FilterError(name, value, "a whole number")
    return int(value)


def _order(value: str | None) -> Order:
    if value is None:
        return Order.NEW
    if value not in list(Order):
        raise FilterError("order", value, ", ".join(Order))
    return Order(value)


def _choice(facet: str, values: Sequence[str], known: Mapping[str, Collection[str]]) -> Choice:
    chosen: dict[bool, list[str]] = {True: [], False: []}
    for value in values:
        name = value[1:] if value[0] in "+-" else value
        if allowed := _refusal(facet, name, known):
            raise FilterError(facet, value, allowed)
        chosen[value[0] != "-"].append(name)
    if both := set(chosen[True]) & set(chosen[False]):
        raise FilterError(facet, "-" + min(both), "a value either chosen or excluded, not both")
    return Choice(_sorted(facet, chosen[True]), _sorted(facet, chosen[False]))


def _refusal(facet: str, name: str, known: Mapping[str, Collection[str]]) -> str:
    """What ``facet`` allows, in words, where ``name`` is not among it; empty where it is."""
    if facet == "lang":
        return "" if _LANG.fullmatch(name) else "a language's code such as en, or und for unknown"
    if facet == "rule":
        brand, _, version = name.rpartition("@")
        return "" if brand in known["brand"] and _ID.fullmatch(version) else "a brand's name, @ and a version"
    if facet in known:
        return "" if name in known[facet] else ", ".join(known[facet]) or "none, as there is none"
    return "" if name else "a name after the sign"


def _sorted(facet: str, values: Iterable[str]) -> tuple[str, ...]:
    closed = _CLOSED.get(facet)
    return tuple(sorted(set(values), key=closed.index if closed else None))


def _times(
    given: Mapping[str, Sequence[str]], timezone: tzinfo, now: datetime
) -> tuple[str, datetime | None, datetime | None]:
    since, until = (_time(given, name, timezone) for name in ("since", "until"))
    word = _one(given, "range")
    if word is not None and word not in RANGES:
        raise FilterError("range", word, ", ".join(RANGES))
    if since is None and until is None:
        word = word or DEFAULT_RANGE
        return word, _since(word, now), None
    if word is not None:
        raise FilterError("range", word, "a range, or since and until, not both")
    if since and until and since >= until:
        raise FilterError("until", given["until"][0], "a time after since")
    return "", since, until


def _since(word: str, now: datetime) -> datetime | None:
    back = RANGES[word]
    return None if back is None else _minute(now) - back


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _time(given: Mapping[str, Sequence[str]], name: str, timezone: tzinfo) -> datetime | None:
    value = _one(given, name)
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
        at = (at if at.tzinfo else at.replace(tzinfo=timezone)).astimezone(UTC)
        local_minute(at, timezone)
    except (ValueError, OverflowError):
        raise FilterError(name, value, _ISO) from None
    if at.second or at.microsecond:
        raise FilterError(name, value, _ISO)
    return at
