"""The language and the time zone of a country, as defaults for ``wallflower init``."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

_NEWS_LANGUAGES = (
    "AR:es AT:de BE:nl BG:bg BO:es BR:pt CH:de CL:es CN:zh CO:es CR:es CU:es CZ:cs DE:de DK:da DO:es EC:es EE:et EG:ar "
    "ES:es FI:fi FR:fr GR:el GT:es HK:zh HN:es HR:hr HU:hu ID:id IL:he IR:fa IS:is IT:it JP:ja KR:ko KW:ar LB:ar LI:de "
    "LT:lt LU:fr LV:lv MA:fr MX:es NI:es NL:nl NO:no PA:es PE:es PL:pl PT:pt PY:es QA:ar RO:ro RS:sr RU:ru SA:ar SE:sv "
    "SI:sl SK:sk SN:fr SV:es TH:th TN:fr TR:tr TW:zh UA:uk UY:es VE:es VN:vi"
)
NEWS_LANGUAGES = dict(pair.split(":") for pair in _NEWS_LANGUAGES.split())
"""Country -> the language of most of its news. English for countries that are not listed."""
_MAIN_TIMEZONES = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
}
"""Countries where most people use a time zone other than the first one in tzdata's table."""
_LOCALE = re.compile(r"([a-z]{2})_([A-Z]{2})\b")


def news_language(country: str) -> str:
    """The language of most news in ``country``, as two letters."""
    return NEWS_LANGUAGES.get(country, "en")


def country_from_locale() -> str:
    """The country in this machine's locale, else "US", whose news edition is the largest."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if found := _LOCALE.match(os.environ.get(name, "")):
            return found[2]
    return "US"


def timezone_of(country: str) -> str:
    """This machine's time zone if ``country`` has it, else the one that most people there use."""
    zones, local = _zones(country), _local_zone()
    return local if local in zones or not zones else _MAIN_TIMEZONES.get(country, zones[0])


def _zones(country: str) -> list[str]:
    lines = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return [row[2] for row in rows if row[0] == country]


def _local_zone() -> str:
    """The time zone of this machine; "UTC" if it cannot be determined."""
    link_target = str(Path("/etc/localtime").resolve())
    for name in (os.environ.get("TZ", ""), link_target.partition("zoneinfo/")[2]):
        try:
            return ZoneInfo(name).key
        except (ValueError, OSError, LookupError):
            continue
    return "UTC"
