"""Language codes (ISO 639-1, two letters, lower case) and their English names."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

from monitor.text.languages import CODES_OF_ALIASES


def language_code(tag: str | None) -> str | None:
    """The ISO 639-1 code of a language tag ("en-GB", "eng", "EN_us" -> "en"); None if it has none."""
    if tag is None or (
        len(tag) == 2 and tag.isascii() and tag.isalpha() and tag.islower() and tag not in CODES_OF_ALIASES
    ):
        return tag
    first = re.split(r"[-_\s]", tag.strip().lower()[:40], maxsplit=1)[0]
    first = CODES_OF_ALIASES.get(first, first)
    return first if len(first) == 2 and first.isascii() and first.isalpha() else None


def language_name(tag: str | None) -> str:
    """The English name (CLDR) of a language, without its region: "de-AT" -> "German", None -> "Unknown language"."""
    code = re.split("[-_]", (tag or "und").lower())[0]
    name: str = Locale("en").languages.get(code, f"language {tag}")
    return name


def is_language(code: str) -> bool:
    """Whether a language has this code of two letters."""
    return len(code) == 2 and code in Locale("en").languages


def language_of_name(name: str) -> str | None:
    """The code of a language from its English name (CLDR): "German" -> "de"; None if no language has this name."""
    return _codes_by_name().get(name.strip().casefold())


@cache
def _codes_by_name() -> dict[str, str]:
    names: dict[str, str] = dict(Locale("en").languages)
    return {name.casefold(): code for code, name in names.items() if len(code) == 2}
