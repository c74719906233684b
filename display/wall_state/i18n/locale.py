"""How one wall writes numbers, times and phrases: in its language, its time zone and its clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import babel
from babel.dates import format_datetime, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from display.wall_state.i18n.phrases import Phrases, Plural, fill

WITHOUT_YEAR = timedelta(days=330)
"""A date within this time is written without its year."""
WITH_WEEKDAY = timedelta(days=6)
"""A time within this time is written by its weekday."""
NO_BREAK_SPACE = "\u00a0"

Unit = Literal["day", "hour", "minute"]
WIDTHS: dict[Unit, Literal["short", "long"]] = {"day": "long", "hour": "short", "minute": "short"}
"""The width that fits the wall, of those that CLDR has for each unit; time.ts has the same."""


@dataclass(frozen=True, slots=True)
class Locale:
    """The language, time zone and clock of a wall."""

    zone: ZoneInfo
    phrases: Phrases
    twelve_hours: bool = False

    def number(self, n: int) -> str:
        """``18,206``"""
        return str(format_decimal(n, locale=self._cldr))

    def percent(self, n: int) -> str:
        """``81%``, for ``n`` per cent."""
        return str(format_percent(n / 100, locale=self._cldr))

    def multiple(self, n: float) -> str:
        """A multiple of the usual, as a whole number."""
        return self.number(round(n))

    def counted(self, phrase: Plural, n: int, **parts: object) -> str:
        """``1 mention``, ``12,000 mentions``, ``No mentions``: ``phrase`` in the plural form of ``n``."""
        form = phrase.none if phrase.none and not n else phrase.form(self._cldr.plural_form(n))
        return fill(form, n=self.number(n), **parts)

    def names(self, names: Sequence[str]) -> str:
        """``Globex and Initech``"""
        return str(format_list(names, locale=self._cldr)) if names else ""

    def time_of_day(self, time: datetime) -> str:
        """``09:12`` or ``9:12 am``."""
        return self._time("hm" if self.twelve_hours else "Hm", time)

    def axis_hour(self, time: datetime) -> str:
        """``noon``, ``06:00`` or ``6 am``: a full hour under an axis."""
        hour = time.astimezone(self.zone).hour
        named = {0: self.phrases.midnight, 12: self.phrases.noon}.get(hour)
        return named or self._time("h" if self.twelve_hours else "Hm", time)

    def moment(self, time: datetime, now: datetime, *, with_time: bool = True) -> str:
        """``09:12`` today, ``Monday 09:12`` within a week, else ``3 March`` or ``3 March 2024``.

        ``with_time=False`` leaves the time of day out of ``Monday 09:12``.
        """
        if time.astimezone(self.zone).date() == now.astimezone(self.zone).date():
            return self.time_of_day(time)
        away = abs(now - time)
        if away >= WITH_WEEKDAY:
            return fill(self.phrases.date, date=self._date("MMMMd" if away < WITHOUT_YEAR else "yMMMMd", time))
        weekday = str(format_datetime(time, "EEEE", tzinfo=self.zone, locale=self._cldr))
        if not with_time:
            return weekday
        return fill(self.phrases.weekday_time, weekday=weekday, time=self.time_of_day(time))

    def duration(self, length: timedelta) -> str:
        """``46 mins``, ``1 hr 46 mins``, ``2 hrs``, ``1 day 4 hrs``; at least a minute."""
        minutes = max(round(length.total_seconds() / 60), 1)
        days, hours = divmod(minutes // 60, 24)
        units: dict[Unit, int] = {"day": days, "hour": hours, "minute": 0 if days else minutes % 60}
        return " ".join(self._unit(n, unit) for unit, n in units.items() if n)

    @property
    def _cldr(self) -> babel.Locale:
        return babel.Locale.parse(self.phrases.locale)

    def _unit(self, n: int, unit: Unit) -> str:
        written = format_unit(n, f"duration-{unit}", WIDTHS[unit], locale=self._cldr)
        return written.replace(" ", NO_BREAK_SPACE)

    def _time(self, skeleton: str, time: datetime) -> str:
        return self._date(skeleton, time).replace(" ", NO_BREAK_SPACE)

    def _date(self, skeleton: str, time: datetime) -> str:
        return str(format_skeleton(skeleton, time, tzinfo=self.zone, locale=self._cldr))
