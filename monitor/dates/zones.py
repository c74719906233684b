"""Time zones as people and programs name them.

An abbreviation, or a name with "Standard" or "Daylight", states an offset, and that offset counts even where it
contradicts the season of the date. An IANA name or "Eastern Time" is a zone whose offset follows from the date; of a
time that occurs twice, the first is meant, and a time that is skipped is read with the offset from before the change.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from monitor.dates.abbreviations import ABBREVIATIONS, AMBIGUOUS, GENERIC, UTC_NAMES, offset_text
from monitor.dates.errors import AmbiguousZone, UnknownZone
from monitor.dates.folding import fold
from monitor.dates.zone_names import iana_names, stated_offset, windows_names, zone_key

_OFFSET = re.compile(r"(?:utc|gmt|ut)? ?([+-]) ?(\d{1,2})(?::?(\d{2}))?")
_LONDON = ZoneInfo("Europe/London")
_MAX_NAME_CHARS = 80


def resolve_zone(name: str) -> tzinfo:
    """The zone of an IANA name, an offset ("+05:30", "UTC-5"), an abbreviation, or a name of Windows or CLDR.

    Here "Eastern Standard Time" is the zone of Windows, with its daylight saving time. Raises AmbiguousZone and
    UnknownZone.
    """
    text = fold(name[:_MAX_NAME_CHARS])
    if found := _OFFSET.fullmatch(text):
        return fixed_offset(found[1], found[2], found[3], name)
    key = zone_key(re.sub(r"\((?:us ?& ?canada|utc[^)]*)\)", "", text))
    iana = iana_names().get(text.replace(" ", "_")) or windows_names().get(key)
    if iana is not None:
        return UTC if text in UTC_NAMES else ZoneInfo(iana)
    zone = zone_stated(key)
    if zone is None:
        raise UnknownZone(name, _suggestions(text))
    return zone


def zone_abbreviations(zone: tzinfo) -> Mapping[str, tzinfo]:
    """The abbreviations that ``zone`` itself uses: {"IST": ...} for Asia/Kolkata, as ``zone_names`` of ``parse_date``.

    Only for a zone that the user named for these very dates: a zone from the config says nothing about them.
    """
    found: dict[str, tzinfo] = {}
    for month in (1, 7):
        at = datetime(2026, month, 15, tzinfo=zone)
        offset, name = at.utcoffset(), at.tzname()
        if offset is not None and name and name.isalpha():
            found[name] = timezone(offset)
    return found


def zone_stated(name: str, at: datetime | None = None, zone_names: Mapping[str, tzinfo] | None = None) -> tzinfo | None:
    """The zone that ``name``, folded, states in a date; None if it is not the name of a zone.

    ``at`` is the local time: BST in a British summer is British Summer Time, otherwise it is ambiguous, as are the
    names in ``AMBIGUOUS`` unless ``zone_names`` has them. Raises AmbiguousZone.
    """
    if zone_names:
        chosen = next((zone for key, zone in zone_names.items() if key.casefold() == name), None)
        if chosen is not None:
            return chosen
    if name == "bst" and at is not None and at.replace(tzinfo=_LONDON).tzname() == "BST":
        return timezone(timedelta(hours=1))
    return _zone_stated(name)


def is_zone_name(name: str, zone_names: Mapping[str, tzinfo] | None = None) -> bool:
    """Whether ``name``, folded, names a zone, perhaps an ambiguous one."""
    try:
        return zone_stated(name, None, zone_names) is not None
    except AmbiguousZone:
        return True


@lru_cache(1_000)
def _zone_stated(name: str) -> tzinfo | None:
    if name in ABBREVIATIONS:
        return ABBREVIATIONS[name]
    if name in AMBIGUOUS:
        places = [f"{place} ({offset_text(hours)})" for place, hours in AMBIGUOUS[name]]
        raise AmbiguousZone(name.upper(), places)
    if name in GENERIC:
        return ZoneInfo(GENERIC[name])
    if "/" in name and name in iana_names():
        return ZoneInfo(iana_names()[name])
    key = zone_key(name)
    return stated_offset(key) if " " in key else None


@lru_cache(1_000)
def fixed_offset(sign: str, hours: str, minutes: str | None, text: str) -> tzinfo:
    """The offset of "+", "05", "30". Raises UnknownZone(``text``) if it is not smaller than 24 hours."""
    if int(hours) > 15 or int(minutes or 0) > 59:  # +14:00 is the largest in use
        raise UnknownZone(text)
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-offset if sign == "-" else offset) if offset else UTC


def _suggestions(text: str) -> list[str]:
    """IANA names that end in a similar city, or look similar."""
    names = iana_names()
    place = text.replace(" ", "_")
    cities = [name for folded, name in names.items() if "/" in folded and folded.rsplit("/", 1)[1] == place]
    return cities[:3] or [names[match] for match in difflib.get_close_matches(place, list(names), n=3)]
