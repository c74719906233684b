"""Long names of time zones: those of IANA, of Windows and of CLDR, which JavaScript and spreadsheets write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global

from monitor.dates.errors import AmbiguousZone
from monitor.dates.folding import fold

_SEASONS = (datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 7, 15, 12, tzinfo=UTC))
_NOT_NAMES = frozenset({"localtime", "Factory", "posixrules"})
_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "ru", "uk", "tr", "el")


def zone_key(name: str) -> str:
    """``name`` as this module looks it up: folded, without dots."""
    return " ".join(fold(name).replace(".", "").split())


@cache
def iana_names() -> Mapping[str, str]:
    """Folded name -> IANA name."""
    return {name.casefold(): name for name in available_timezones() - _NOT_NAMES}


@cache
def windows_names() -> Mapping[str, str]:
    """Key -> IANA name of the zones of Windows, which are named "Standard Time" all year round."""
    mapping: Mapping[str, str] = get_global("windows_zone_mapping")
    return {zone_key(name): zone for name, zone in mapping.items() if zone.casefold() in iana_names()}


def stated_offset(key: str) -> tzinfo | None:
    """The offset that a long name with "Standard" or "Daylight" states, or the zone of a name without; None if unknown.

    ``key`` is a ``zone_key``. Raises AmbiguousZone where Windows and CLDR mean different places.
    """
    found = [zone for zone in (_windows_offset(key), _cldr_zone(key)) if zone is not None]
    offsets = {zone.utcoffset(None): zone for zone in found if isinstance(zone, timezone)}
    if len(offsets) > 1:
        raise AmbiguousZone(key.title(), [str(zone) for zone in offsets.values()])
    return found[0] if found else None


def offsets_of(zones: Iterable[str]) -> tuple[timedelta, timedelta]:
    """The standard and the daylight offset of ``zones``, which share them; an hour more if none observes it today."""
    found = {at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0) for zone in zones for at in _SEASONS}
    standard = min(found)
    return standard, max(found) if len(found) > 1 else standard + timedelta(hours=1)


def _windows_offset(key: str) -> tzinfo | None:
    """As Windows prints it: "W. Europe Daylight Time" is the summer half of "W. Europe Standard Time"."""
    base = key.replace(" daylight time", " standard time").replace(" summer time", " standard time")
    zone = windows_names().get(base)
    if zone is None or not base.endswith(" standard time"):
        return None
    return timezone(offsets_of([zone])[base != key])


@lru_cache(1_000)
def _cldr_zone(key: str) -> tzinfo | None:
    for language in _LANGUAGES:
        found = _long_names(language).get(key)
        if found is not None:
            zones = [zone for zone in _metazones()[found[0]] if zone.casefold() in iana_names()]
            if zones:
                return _zone(zones, found[1])
    return None


def _zone(zones: list[str], kind: str) -> tzinfo:
    standard, daylight = offsets_of(zones)
    if kind == "generic":
        changing = [zone for zone in zones if len({at.astimezone(ZoneInfo(zone)).utcoffset() for at in _SEASONS}) > 1]
        major = [zone for zone in windows_names().values() if zone in (changing or zones)]
        return ZoneInfo([*major, *changing, *zones][0])
    return timezone(daylight if kind == "daylight" else standard)


@cache
def _metazones() -> Mapping[str, list[str]]:
    """CLDR's group of zones that share their names -> IANA names."""
    found: dict[str, list[str]] = {}
    for zone, metazone in sorted(get_global("meta_zones").items()):
        found.setdefault(metazone, []).append(zone)
    return found


@cache
def _long_names(language: str) -> Mapping[str, tuple[str, str]]:
    """Key -> (metazone, "standard", "daylight" or "generic")."""
    found: dict[str, tuple[str, str]] = {}
    for metazone, names in Locale.parse(language).meta_zones.items():
        for kind, name in dict(names.get("long", {})).items():
            if isinstance(name, str) and metazone in _metazones():
                found.setdefault(zone_key(name), (metazone, kind))
    return found
