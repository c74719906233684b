"""Reads the dates of imports, feeds and headers, in the forms and languages that programs and people write.

    parse_date         any common form: ISO 8601, RFC 822, numbers since 1970, names of months in many languages
    DateColumn         decides from all values of a column whether 03/02/2026 is in March or in February
    parse_with_format  the form that the user gives
    resolve_zone       the zone that the user or the name of a column gives

A date is read completely or refused: its order and its zone are never guessed, and nothing is filled in from today's
date. That is why the grammar is ours. dateutil drops names of zones that it does not know, reads "GMT+2" as two hours
behind, reads 03/02/2026 and 02.03.2026 month-first, and makes "March" a day of this month; dateparser reads "5" and
"yesterday" relative to now, gives IST one of its three meanings and takes up to seconds per date. The names of months,
days and zones come from CLDR, through Babel.
"""

from monitor.dates.errors import (
    AmbiguousOrder,
    AmbiguousZone,
    ContradictoryOrder,
    DateError,
    InvalidFormat,
    NotADate,
    OutOfRange,
    UnknownZone,
)
from monitor.dates.formats import parse_with_format, to_strptime
from monitor.dates.order import DateColumn
from monitor.dates.parser import parse_date
from monitor.dates.zones import resolve_zone, zone_abbreviations

__all__ = [
    "AmbiguousOrder",
    "AmbiguousZone",
    "ContradictoryOrder",
    "DateColumn",
    "DateError",
    "InvalidFormat",
    "NotADate",
    "OutOfRange",
    "UnknownZone",
    "parse_date",
    "parse_with_format",
    "resolve_zone",
    "to_strptime",
    "zone_abbreviations",
]
