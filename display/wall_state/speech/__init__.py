"""How one wall speaks: its phrases, its numbers and its times of day.

Strangers' words, names of sources and brands are never translated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from display.wall_state.speech.english import ENGLISH
from display.wall_state.speech.french import FRENCH
from display.wall_state.speech.german import GERMAN
from display.wall_state.speech.phrases import Counted, Phrases

__all__ = ["ENGLISH", "LANGUAGES", "Counted", "Phrases", "Speech"]

LANGUAGES: Mapping[str, Phrases] = MappingProxyType({"en": ENGLISH, "de": GERMAN, "fr": FRENCH})

NEARLY_A_YEAR = timedelta(days=330)
"""From when on a date is taken for one of this year."""


@dataclass(frozen=True, slots=True)
class Speech:
    """The language, zone and clock of a wall."""

    zone: ZoneInfo
    phrases: Phrases = ENGLISH
    twelve: bool = False
    """Whether its clock has twelve hours."""

    def number(self, n: int) -> str:
        """``18,206``"""
        return f"{n:,}".replace(",", self.phrases.thousands)

    def counted(self, what: Counted, n: int) -> str:
        """``1 mention``, ``12,000 mentions``, ``No mentions``."""
        return what.of(n).format(n=self.number(n))

    def time_of_day(self, time: datetime) -> str:
        """``09:12`` or ``9:12 am``."""
        local = time.astimezone(self.zone)
        return f"{local.hour % 12 or 12}:{local:%M} {half(local.hour)}" if self.twelve else f"{local:%H:%M}"

    def hour(self, hour: int) -> str:
        """``noon``, ``06:00`` or ``6 am``: an hour of the day under the axis."""
        words = {0: self.phrases.midnight, 12: self.phrases.noon}
        return words.get(hour) or (f"{hour % 12} {half(hour)}" if self.twelve else f"{hour:02}:00")

    def moment(self, time: datetime, now: datetime, *, with_time: bool = True) -> str:
        """``09:12`` today, ``Monday 09:12`` within a week or ``Monday``, else ``3 March`` or ``3 March 2024``."""
        local, today = time.astimezone(self.zone), now.astimezone(self.zone)
        if local.date() == today.date():
            return self.time_of_day(time)
        phrases = self.phrases
        if abs(now - time) < timedelta(days=6):
            weekday = phrases.weekdays[local.weekday()]
            return phrases.weekday_time.format(weekday=weekday, time=self.time_of_day(time)) if with_time else weekday
        date = phrases.first_of_month if local.day == 1 else phrases.date
        words = date.format(day=local.day, month=phrases.months[local.month - 1])
        return words if abs(now - time) < NEARLY_A_YEAR else f"{words} {local.year}"

    def lasting(self, time: timedelta) -> str:
        """``46 min``, ``1 h 46 min``, ``2 h``, ``1 day 4 h``."""
        minutes = max(round(time.total_seconds() / 60), 1)
        days, hours = divmod(minutes // 60, 24)
        parts = [self.counted(self.phrases.days, days) if days else "", f"{hours} h" if hours else ""]
        parts.append(f"{minutes % 60} min" if minutes % 60 and not days else "")
        return " ".join(filter(None, parts))

    def times(self, multiple: float) -> str:
        """A multiple of the usual as a whole number."""
        return self.number(round(multiple))

    def named(self, names: Sequence[str]) -> str:
        """``Globex and Initech``"""
        if len(names) < 2:
            return "".join(names)
        return self.phrases.listed.format(first=", ".join(names[:-1]), last=names[-1])


def half(hour: int) -> str:
    """Which half of the day an hour is in."""
    return "am" if hour < 12 else "pm"
