"""What a country tells of the language spoken and the time of day there."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

_SPOKEN = (
    "AR:es AT:de BE:nl BG:bg BO:es BR:pt CH:de CL:es CN:zh CO:es CR:es CU:es CZ:cs DE:de DK:da DO:es EC:es EE:et EG:ar "
    "ES:es FI:fi FR:fr GR:el GT:es HK:zh HN:es HR:hr HU:hu ID:id IL:he IR:fa IS:is IT:it JP:ja KR:ko KW:ar LB:ar LI:de "
    "LT:lt LU:fr LV:lv MA:fr MX:es NI:es NL:nl NO:no PA:es PE:es PL:pl PT:pt PY:es QA:ar RO:ro RS:sr RU:ru SA:ar SE:sv "
    "SI:sl SK:sk SN:fr SV:es TH:th TN:fr TR:tr TW:zh UA:uk UY:es VE:es VN:vi"
)
LANGUAGES = dict(pair.split(":") for pair in _SPOKEN.split())
"""Country -> the language most of its news is in; English where a country is missing."""
_CAPITAL = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
}
"""Where most people's clocks go by another zone than the one that the table of zones names first."""
_LOCALE = re.compile(r"([a-z]{2})_([A-Z]{2})\b")


def language_of(country: str) -> str:
    """The language to begin with in ``country``."""
    return LANGUAGES.get(country, "en")


def country_here() -> str:
    """The country that this machine's settings name; else the United States, whose edition is the widest."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if found := _LOCALE.match(os.environ.get(name, "")):
            return found[2]
    return "US"


def timezone_of(country: str) -> str:
    """This machine's time zone if it is one of the country's, else the one that most people there go by."""
    zones, here = _zones(country), _zone_here()
    return here if here in zones or not zones else _CAPITAL.get(country, zones[0])


def _zones(country: str) -> list[str]:
    lines = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return [row[2] for row in rows if row[0] == country]


def _zone_here() -> str:
    linked = str(Path("/etc/localtime").resolve())
    for name in (os.environ.get("TZ", ""), linked.partition("zoneinfo/")[2]):
        try:
            return ZoneInfo(name).key
        except (ValueError, OSError, LookupError):
            continue
    return "UTC"
