"""Language codes (ISO 639-1, two letters, lower case) and their English names."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

_ALIASES = {
    "ara": "ar", "bul": "bg", "ces": "cs", "chi": "zh", "cmn": "zh", "cze": "cs", "dan": "da", "deu": "de", "dut": "nl",
    "ell": "el", "eng": "en", "est": "et", "fas": "fa", "fil": "tl", "fin": "fi", "fra": "fr", "fre": "fr", "ger": "de",
    "gre": "el", "heb": "he", "hin": "hi", "hrv": "hr", "hun": "hu", "in": "id", "ind": "id", "ita": "it", "iw": "he",
    "jpn": "ja", "kor": "ko", "lav": "lv", "lit": "lt", "may": "ms", "msa": "ms", "nb": "no", "nld": "nl", "nn": "no",
    "nob": "no", "nor": "no", "per": "fa", "pol": "pl", "por": "pt", "ron": "ro", "rum": "ro", "rus": "ru", "slk": "sk",
    "slo": "sk", "slv": "sl", "spa": "es", "srp": "sr", "swe": "sv", "tgl": "tl", "tha": "th", "tur": "tr", "ukr": "uk",
    "urd": "ur", "vie": "vi", "yue": "zh", "zho": "zh",
}  # fmt: skip
"""ISO 639-2 and 639-3 codes, retired codes, and codes of languages that are treated as a larger one."""


def language_code(tag: str | None) -> str | None:
    """The ISO 639-1 code of a language tag ("en-GB", "eng", "EN_us" -> "en"); None if it has none."""
    if tag is None or (len(tag) == 2 and tag.isascii() and tag.isalpha() and tag.islower() and tag not in _ALIASES):
        return tag
    first = re.split(r"[-_\s]", tag.strip().lower()[:40], maxsplit=1)[0]
    first = _ALIASES.get(first, first)
    return first if len(first) == 2 and first.isascii() and first.isalpha() else None


def language_name(tag: str | None) -> str:
    """The English name (CLDR) of a language, without its region: "de-AT" -> "German", None -> "Unknown language"."""
    code = re.split("[-_]", (tag or "und").lower())[0]
    name: str = Locale("en").languages.get(code, f"language {tag}")
    return name


def language_of_name(name: str) -> str | None:
    """The code of a language from its English name (CLDR): "German" -> "de"; None if no language has this name."""
    return _codes_by_name().get(name.strip().casefold())


@cache
def _codes_by_name() -> dict[str, str]:
    names: dict[str, str] = dict(Locale("en").languages)
    return {name.casefold(): code for code, name in names.items() if len(code) == 2}
