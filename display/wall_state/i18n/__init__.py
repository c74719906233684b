"""What differs from language to language on a wall: its phrases, and how it writes numbers, dates and durations.

    languages/<code>.py --> Phrases --> Locale                   what the server writes into the state
                               |
                               +-----> PagePhrases --> JSON      what the page writes by itself

A language is one file in ``languages``. Plural rules, numbers, dates, units and lists come from CLDR:
through Babel here, through ``Intl`` in the browser. What other people write, and the names of sources and brands, are
never translated.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib import import_module
from types import MappingProxyType

from display.wall_state.i18n import languages
from display.wall_state.i18n.locale import Locale
from display.wall_state.i18n.phrases import PagePhrases, Phrases, Plural, fill

__all__ = ["Locale", "PagePhrases", "Phrases", "Plural", "catalogue", "fill", "page_phrases"]


@cache
def catalogue() -> Mapping[str, Phrases]:
    """Language code -> its phrases, for every file in ``languages``.

    Raises TypeError for a file that lacks a phrase, and ValueError for a phrase that lacks a plural form.
    """
    codes = sorted(module.name for module in pkgutil.iter_modules(languages.__path__))
    return MappingProxyType({code: _phrases_in(code) for code in codes})


@cache
def page_phrases() -> str:
    """JSON: language code -> its locale as a BCP 47 tag, and its ``PagePhrases``.

    A page gets all languages, because the config may give its wall another one.
    """
    languages = {
        code: {"locale": phrases.locale.replace("_", "-"), "phrases": asdict(phrases.page)}
        for code, phrases in catalogue().items()
    }
    return json.dumps(languages, ensure_ascii=False)


def _phrases_in(code: str) -> Phrases:
    found: Phrases = import_module(f"{languages.__name__}.{code}").PHRASES
    return found
