"""What a URL of the Compare page asks for.

    brand=Acme&brand=Globex          two to five brands; without any, ours and the first other one of the config
    brand=Acme                       one brand: its range is compared with the time of the same length before it
    range=30d, or since= and until=  as on the Mentions page; without any, the last 7 days
    against_since=&against_until=    with one brand: the time that its range is compared with

Brands are in the order of the config, defaults are left out, and the order of parameters is fixed, so equal comparisons
have equal URLs. Whatever cannot be compared raises a ChoiceError that names the parameter and says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from urllib.parse import urlencode

from display.pages.mentions.filters import RANGES
from display.pages.mentions.times import local_minute, parse_time, whole_minute
from monitor.errors import FilterError
from monitor.model import Brand
from monitor.model.comparison import Side
from monitor.model.saved_views import DEFAULT_RANGE

MAX_BRANDS = 5
PARAMETERS = ("brand", "range", "since", "until", "against_since", "against_until")


class ChoiceError(FilterError):
    """A parameter with which nothing can be compared. ``allowed`` is a sentence that says why, and what to do."""


@dataclass(frozen=True, slots=True)
class CompareChoice:
    """What is compared."""

    brands: tuple[str, ...]
    """One, over two ranges, or up to MAX_BRANDS."""
    range: str = DEFAULT_RANGE
    """A key of RANGES; empty if the URL has ``since`` or ``until``."""
    since: datetime | None = None
    until: datetime | None = None
    against: tuple[datetime, datetime] | None = None
    """With one brand, the time that its range is compared with; None: the time before it, equally long."""

    @property
    def is_of_brands(self) -> bool:
        """Whether brands are compared, and not two times of one."""
        return len(self.brands) > 1

    def sides(self, now: datetime) -> tuple[Side, ...]:
        """The sides at ``now``; of one brand, its range and then the one that it is compared with."""
        since, until = self.bounds(now)
        if self.is_of_brands:
            return tuple(Side(brand, since, until) for brand in self.brands)
        earlier = self.against or self.time_before(now)
        return Side(self.brands[0], since, until), Side(self.brands[0], *earlier)

    def bounds(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """The range; None where it is open."""
        if not self.range:
            return self.since, self.until
        length = RANGES[self.range].length
        return (None if length is None else whole_minute(now) - length), None

    def time_before(self, now: datetime) -> tuple[datetime, datetime]:
        """The time before the range, equally long. Only for a range with a beginning."""
        since, until = self.bounds(now)
        assert since is not None
        return since - (min(until or now, whole_minute(now)) - since), since

    def with_brands(self, *brands: str) -> CompareChoice:
        """Other brands over the same range."""
        return replace(self, brands=brands, against=self.against if len(brands) == 1 else None)

    def with_range(self, name: str) -> CompareChoice:
        """The same brands over a range of RANGES."""
        return replace(self, range=name, since=None, until=None, against=None)

    def since_minute(self, at: datetime) -> CompareChoice:
        """The same brands from ``at`` on."""
        return replace(self, range="", since=whole_minute(at) + timedelta(minutes=1), against=None)


def default_brands(brands: Sequence[Brand]) -> tuple[str, ...]:
    """Ours, or else the first one, and the first other one: in the order of the config."""
    ours = next((brand.name for brand in brands if brand.ours), brands[0].name)
    other = next((brand.name for brand in brands if brand.name != ours), None)
    return _in_order([ours] if other is None else [ours, other], brands)


def parse_choice(
    params: Mapping[str, Sequence[str]], brands: Sequence[Brand], timezone: tzinfo, now: datetime
) -> CompareChoice:
    """What ``params`` ask for; an empty value counts as not given. Raises FilterError for the first invalid one."""
    given = {name: [value for value in values if value] for name, values in params.items()}
    for name, values in given.items():
        if name not in PARAMETERS:
            raise FilterError(name, "".join(values[:1]), "the parameters " + ", ".join(PARAMETERS))
        if name != "brand" and len(values) > 1:
            raise FilterError(name, values[1], "one value")
    chosen = _brands(given.get("brand", ()), brands)
    times = {name: parse_time(name, given[name][0], timezone) if given.get(name) else None for name in PARAMETERS[2:]}
    choice = _with_range(CompareChoice(chosen), given, times, now)
    if not choice.is_of_brands:
        return _with_earlier(choice, given, times, now)
    for name in ("against_since", "against_until"):
        if given.get(name):
            raise ChoiceError(name, given[name][0], "Only one brand can be compared with another time")
    return choice


def parameters(choice: CompareChoice, brands: Sequence[Brand], timezone: tzinfo) -> list[tuple[str, str]]:
    """The parameters of ``choice`` in their fixed order, without defaults."""
    pairs = [] if choice.brands == default_brands(brands) else [("brand", name) for name in choice.brands]
    if choice.range:
        pairs += [] if choice.range == DEFAULT_RANGE else [("range", choice.range)]
    else:
        bounds = (("since", choice.since), ("until", choice.until))
        pairs += [(name, local_minute(at, timezone)) for name, at in bounds if at is not None]
    for name, at in zip(("against_since", "against_until"), choice.against or (), strict=False):
        pairs.append((name, local_minute(at, timezone)))
    return pairs


def query_string(choice: CompareChoice, brands: Sequence[Brand], timezone: tzinfo) -> str:
    """The query string of ``choice``, without ``?``."""
    return urlencode(parameters(choice, brands, timezone))


def _brands(names: Sequence[str], brands: Sequence[Brand]) -> tuple[str, ...]:
    known = [brand.name for brand in brands]
    for n, name in enumerate(names):
        if name not in known:
            raise FilterError("brand", name, ", ".join(known))
        if name in names[:n]:
            raise ChoiceError(
                "brand", name, f"{name} cannot be compared with itself. Choose another brand, or only one"
            )
    if len(names) > MAX_BRANDS:
        raise ChoiceError("brand", names[MAX_BRANDS], f"At most {MAX_BRANDS} brands can be compared")
    return _in_order(names, brands) or default_brands(brands)


def _in_order(names: Sequence[str], brands: Sequence[Brand]) -> tuple[str, ...]:
    return tuple(brand.name for brand in brands if brand.name in names)


def _with_range(
    choice: CompareChoice, given: Mapping[str, Sequence[str]], times: Mapping[str, datetime | None], now: datetime
) -> CompareChoice:
    name = (given.get("range") or [""])[0]
    if name and name not in RANGES:
        raise FilterError("range", name, ", ".join(RANGES))
    since, until = times["since"], times["until"]
    if since is None and until is None:
        return replace(choice, range=name or DEFAULT_RANGE)
    if name:
        raise FilterError("range", name, "a range, or since and until, not both")
    _check_range("since", "until", since, until, given, now)
    return replace(choice, range="", since=since, until=until)


def _with_earlier(
    choice: CompareChoice, given: Mapping[str, Sequence[str]], times: Mapping[str, datetime | None], now: datetime
) -> CompareChoice:
    """With the range that the one of a single brand is compared with."""
    start, end = times["against_since"], times["against_until"]
    since, until = choice.bounds(now)
    brand = choice.brands[0]
    if start is None and end is None:
        if since is None:
            name = "until" if until else "range"
            raise ChoiceError(name, given[name][0], f"There is no time before it to compare {brand} with")
        return choice
    if start is None or end is None:
        name = "against_until" if start is None else "against_since"
        raise ChoiceError(name, given[name][0], "The other time needs both a start and an end")
    _check_range("against_since", "against_until", start, end, given, now)
    if (until is None or start < until) and (since is None or since < end):
        raise ChoiceError("against_since", given["against_since"][0], "The two times overlap")
    choice = replace(choice, against=(start, end))
    return replace(choice, against=None) if since and choice.against == choice.time_before(now) else choice


def _check_range(
    first: str,
    last: str,
    since: datetime | None,
    until: datetime | None,
    given: Mapping[str, Sequence[str]],
    now: datetime,
) -> None:
    if since and since >= now:
        raise ChoiceError(first, given[first][0], "This time is in the future: nothing has been read yet")
    if since and until and since >= until:
        raise ChoiceError(last, given[last][0], "The range is empty: it must end after it begins")
