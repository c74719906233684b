"""Abbreviations of time zones and the offsets that they state.

CLDR has abbreviations only where they are usual in one language, and the IANA database has had none for most zones
since 2017, so this is a table. An abbreviation that has several widespread meanings is in ``AMBIGUOUS`` only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta, timezone, tzinfo

UTC_NAMES = frozenset({"z", "utc", "gmt", "ut", "wet", "uct", "zulu", "coordinated universal time"})
_HOURS: Mapping[float, str] = {
    -11: "nut", -10: "hst hast", -9.5: "mart", -9: "akst hadt hdt", -8: "pst akdt", -7: "mst pdt", -6: "mdt galt",
    -5: "est pet cot", -4: "edt vet clt bot gyt", -3.5: "nst", -3: "adt brt art clst uyt pyst srt gft pmst",
    -2.5: "ndt", -2: "brst uyst fnt pmdt", 1: "cet west wat mez met", 2: "cest eet sast cat mesz mest hecs",
    3: "msk eest eat trt idt", 3.5: "irst", 4: "msd samt azt sct", 4.5: "irdt aft", 5: "pkt uzt yekt tjt tmt mvt",
    5.75: "npt", 6: "omst btt", 6.5: "mmt", 7: "wib ict krat novt hovt", 8: "hkt sgt awst pht myt wita irkt ulat",
    9: "jst kst wit yakt tlt", 9.5: "acst", 10: "aest chst vlat pgt", 10.5: "acdt lhst", 11: "aedt sakt magt sbt vut",
    12: "nzst pett fjt", 12.75: "chast", 13: "nzdt tot", 13.75: "chadt", 14: "lint",
}  # fmt: skip
ABBREVIATIONS: Mapping[str, tzinfo] = {
    **dict.fromkeys(UTC_NAMES, UTC),
    **{name: timezone(timedelta(hours=hours)) for hours, names in _HOURS.items() for name in names.split()},
}
"""Abbreviation in lower case -> offset."""

AMBIGUOUS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "ist": (("India", 5.5), ("Israel", 2), ("Ireland", 1)),
    "cst": (("central North America", -6), ("China", 8), ("Cuba", -5)),
    "cdt": (("central North America", -5), ("Cuba", -4)),
    "bst": (("Britain", 1), ("Bangladesh", 6), ("Bougainville", 11)),
    "ast": (("Atlantic Canada", -4), ("Arabia", 3)),
    "gst": (("the Gulf", 4), ("South Georgia", -2)),
    "sst": (("Samoa", -11), ("Singapore", 8)),
    "amt": (("Amazonas", -4), ("Armenia", 4)),
    "ect": (("Ecuador", -5), ("the eastern Caribbean", -4)),
    "pyt": (("Paraguay", -3), ("Pyongyang", 9)),
    "act": (("Acre", -5), ("central Australia", 9.5)),
    "bdt": (("Bangladesh", 6), ("Brunei", 8)),
    "wst": (("western Australia", 8), ("Samoa", 13)),
    "get": (("Georgia", 4), ("Equatorial Guinea", 1)),
}
"""Abbreviation in lower case -> the places that use it, and their hours ahead of UTC, the most frequent first."""

GENERIC: Mapping[str, str] = {
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles",
    "akt": "America/Anchorage", "eastern": "America/New_York", "central": "America/Chicago",
    "mountain": "America/Denver", "pacific": "America/Los_Angeles", "uk": "Europe/London",
}  # fmt: skip
"""Names for a zone with its daylight saving time -> IANA name."""


def offset_text(hours: float) -> str:
    """5.5 -> "+05:30"."""
    minutes = round(abs(hours) * 60)
    return f"{'-' if hours < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
