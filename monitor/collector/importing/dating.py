"""Reading the times of a column: its time zone, its format, and whether days or months come first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from monitor.collector.importing.layouts import stated_zone
from monitor.collector.importing.rows import ImportFailed
from monitor.dates import (
    AmbiguousOrder,
    AmbiguousZone,
    ContradictoryOrder,
    DateColumn,
    DateError,
    NotADate,
    UnknownZone,
    parse_date,
    parse_with_format,
    resolve_zone,
    to_strptime,
    zone_abbreviations,
)

ORDERS = {"day-first": True, "month-first": False}
"""Values of ``--date-format`` that only give the order."""
SHOWN_VALUES = 3
"""Values of a column that an error shows."""
MAX_SHOWN_CHARS = 40

_PLAIN = re.compile(
    r"\d{4}[-/]\d\d[-/]\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)? ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)?|\d+(?:\.\d+)?"
    r"|[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d \+0000 \d{4}"
    r"|(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|[+-]\d{4})"
)
"""Times whose order and zone need no other value of the column, nor a name of a time zone."""


@dataclass(frozen=True, slots=True)
class DateReader:
    """Reads the times of one column."""

    zone: tzinfo
    """The time zone of times that state none."""
    date_format: str = ""
    """The format of all times; '' to recognise it."""
    day_first: bool | None = None
    """The order of dates such as 03/02/2026; None where it is not known."""
    zone_names: Mapping[str, tzinfo] | None = None
    """What names of time zones such as IST mean."""

    def read(self, text: str) -> datetime:
        """``text`` as an aware UTC time. Raises DateError, with the remedy."""
        if self.date_format:
            return parse_with_format(text, self.date_format, self.zone)
        return parse_date(text, zone=self.zone, day_first=self.day_first, zone_names=self.zone_names)

    def is_date(self, text: str) -> bool:
        """Whether ``text`` is a time, though perhaps one whose order or zone has to be named."""
        try:
            self.read(text)
        except (AmbiguousOrder, AmbiguousZone):
            return True
        except DateError:
            return False
        return True

    def problem(self, text: str) -> str:
        """Why ``text`` cannot be read, in a few words after a colon; '' if there is no more to say about it."""
        try:
            self.read(text)
        except NotADate as error:
            return f": {error.reason}" if error.reason else ""
        except DateError as error:
            return f": {error}"
        return ""

    def needs_survey(self, texts: Sequence[str]) -> bool:
        """Whether all values of a column that begins with ``texts`` have to be seen to read it."""
        return not self.date_format and not all(map(_PLAIN.fullmatch, texts))

    def for_column(self, names: Sequence[str]) -> DateReader:
        """The reader for columns of these names, which may state a time zone, as "Time (UTC)" does."""
        for name in filter(None, map(stated_zone, names)):
            try:
                return replace(self, zone=(self.zone_names or {}).get(name) or resolve_zone(name))
            except UnknownZone:
                continue
            except AmbiguousZone as error:
                raise ImportFailed(f"In the name of a column, {error}. {_zone_advice(error.name)}") from error
        return self


def date_reader(zone: tzinfo, date_format: str, zone_names: Mapping[str, tzinfo]) -> DateReader:
    """A reader by the options of an import. Raises ImportFailed for a format that is none."""
    if date_format in ORDERS:
        return DateReader(zone, "", ORDERS[date_format], zone_names)
    if date_format:
        try:
            to_strptime(date_format)
        except DateError as error:
            raise ImportFailed(f"--date-format: {error}. Or write {' or '.join(ORDERS)}.") from error
    return DateReader(zone, date_format, None, zone_names)


def named_zones(options: Iterable[str]) -> tuple[tzinfo | None, Mapping[str, tzinfo]]:
    """The zone of times that state none, and what names of zones mean, from ``--timezone`` options such as
    ``Europe/Berlin`` or ``IST=Asia/Kolkata``. A zone also says what its own abbreviations mean. Raises ImportFailed.
    """
    zone: tzinfo | None = None
    names: dict[str, tzinfo] = {}
    for option in options:
        name, sign, place = (part.strip() for part in option.rpartition("="))
        try:
            named = resolve_zone(place)
        except DateError as error:
            raise ImportFailed(f"--timezone {option}: {error}.") from error
        if sign:
            names[name] = named
        elif zone is not None:
            raise ImportFailed("--timezone: only one time zone can be that of the times that state none.")
        else:
            zone = named
    return zone, {**(zone_abbreviations(zone) if zone else {}), **names}


class DateSurvey:
    """Looks at all values of a column: what their order is, and whether a time zone is ambiguous."""

    def __init__(self, reader: DateReader, name: str) -> None:
        self._reader, self._name = reader, name
        self._order = DateColumn()
        self._zone: AmbiguousZone | None = None
        self._zone_values: list[str] = []
        self._order_values: list[str] = []

    def add(self, text: str) -> None:
        """Look at a value. Most columns hold few forms, so most values are plain."""
        if _PLAIN.fullmatch(text):
            return
        self._order.add(text)
        try:
            self._reader.read(text)
        except AmbiguousOrder:
            _keep_example(self._order_values, text)
        except AmbiguousZone as error:
            self._zone = self._zone or error
            if error.name == self._zone.name:
                _keep_example(self._zone_values, text)
        except DateError:
            pass  # the row will be refused

    def result(self) -> DateReader:
        """The reader that knows the order. Raises ImportFailed if order or zone remain ambiguous."""
        if self._zone is not None:
            raise ImportFailed(
                f'"{self._name}", as in {examples(self._zone_values)}: {self._zone}. {_zone_advice(self._zone.name)}'
            )
        if self._reader.day_first is not None:
            return self._reader
        try:
            return replace(self._reader, day_first=self._order.result())
        except ContradictoryOrder as error:
            raise ImportFailed(
                f'"{self._name}": {error}. Or name the order with --date-format day-first or --date-format '
                "month-first; rows that do not fit are refused."
            ) from error
        except AmbiguousOrder as error:
            raise ImportFailed(
                f'In "{self._name}" the day or the month may come first, as in {examples(self._order_values)}. '
                "Say which with --date-format day-first or --date-format month-first."
            ) from error


def examples(texts: Sequence[str]) -> str:
    """The first different values, quoted."""
    return ", ".join(repr(text[:MAX_SHOWN_CHARS]) for text in list(dict.fromkeys(texts))[:SHOWN_VALUES])


def _keep_example(values: list[str], text: str) -> None:
    if len(values) < SHOWN_VALUES and text not in values:
        values.append(text)


def _zone_advice(name: str) -> str:
    return f"Name the zone with --timezone {name}=PLACE or {name}=OFFSET, as in --timezone IST=Asia/Kolkata."
