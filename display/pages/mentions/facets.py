"""The facets of the Mentions page: the properties that a list can be filtered by, one entry of FACETS for each.

A new facet needs a field of MentionFilter, an entry here, and its columns or its search token in the store. The URL,
the rail, the chips, the export and the command line follow from the entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import TypeAlias

from monitor.errors import QueryError
from monitor.model import FILTER_STATES, Choice, Intent, MentionFilter, Sentiment
from monitor.query import parse
from monitor.text.language_codes import is_language, language_name

KnownNames: TypeAlias = Mapping[str, Collection[str]]
"""The names that exist, by facet: those of brands and of sources."""
Check: TypeAlias = Callable[[str, KnownNames], str]
"""(value, names) -> empty if the value is allowed, else what is allowed."""

_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}")
MAX_TOPIC_CHARS = 1_000
_FIRST_SPELLING = re.compile(r'"([^"]+)"(?: OR "[^"]+")*')
"""A topic that was found in texts: its spellings, the most common first."""
_RULE_VERSION = re.compile(r"([\s\S]+)@[0-9]{1,18}")


def _any_name(value: str, names: KnownNames) -> str:
    return "" if value else 'a name after "-" or "+"'


def _known_name(facet: str) -> Check:
    def check(value: str, names: KnownNames) -> str:
        return "" if value in names[facet] else ", ".join(names[facet]) or "none, because none is configured"

    return check


def _language_code(value: str, names: KnownNames) -> str:
    is_code = _LANGUAGE_CODE.fullmatch(value) and is_language(value)
    return "" if is_code or value == "und" else "a language code of two letters such as en, or und for unknown"


def _rule_version(value: str, names: KnownNames) -> str:
    found = _RULE_VERSION.fullmatch(value)
    return "" if found and found[1] in names["brand"] else "a brand's name, @ and a version"


def _search(value: str, names: KnownNames) -> str:
    allowed = f"a search of at most {MAX_TOPIC_CHARS:,} characters, as the topics of a list are"
    try:
        parse(value)
    except QueryError as error:
        return f"{allowed}. {error.reason}"
    return allowed if len(value) > MAX_TOPIC_CHARS else ""


def topic_label(value: str) -> str:
    """ "wall socket" for the topic '"wall socket" OR "wall sockets"'; a topic of the config is its rule."""
    found = _FIRST_SPELLING.fullmatch(value)
    return found[1] if found else value


@dataclass(frozen=True, slots=True)
class Facet:
    """A property of mentions that a list can be filtered by."""

    name: str
    """Its parameter in a URL, its option of ``wallflower export`` and its field of MentionFilter."""
    title: str
    """The heading of its section in the rail."""
    values: tuple[str, ...] = ()
    """All its values in the order of the rail. Empty: any value that ``check`` allows, ordered by count."""
    label: Callable[[str], str] = str
    """A value as people read it."""
    check: Check = _any_name
    """Used only if ``values`` is empty."""
    pattern: re.Pattern[str] | None = None
    """What every value that ``check`` allows matches; None: any text."""
    always_listed: frozenset[str] = frozenset()
    """Values that the rail lists even if no mention has them. Configured brands and sources are always listed too."""
    initial_value: str | None = None
    """The value of every new mention."""
    collapsed: bool = False
    """Whether its section in the rail is closed at first."""
    hidden_until_used: bool = False
    """Whether the rail leaves it out while no mention has another value than ``initial_value``."""
    found_later: bool = False
    """Whether its values are found after the rest of the page is shown, because that takes long."""
    partition: frozenset[str] = frozenset()
    """Values of which each listed mention has one: who excludes them all can find nothing, so that is refused."""
    symbol: str = ""
    """What the rail shows before a value: "swatch" for the colour of a brand, "mark" for a sentiment."""

    def choice(self, mention_filter: MentionFilter) -> Choice:
        """What ``mention_filter`` includes and excludes of this facet."""
        chosen: Choice = getattr(mention_filter, self.name)
        return chosen

    def problem(self, value: str, names: KnownNames) -> str:
        """What is allowed, if ``value`` is not allowed; else empty."""
        if self.values:
            return "" if value in self.values else ", ".join(self.values)
        return self.check(value, names)

    def finds_nothing(self, choice: Choice) -> bool:
        """Whether no mention can ever satisfy ``choice``."""
        return bool(self.partition) and not choice.include and self.partition <= set(choice.exclude)

    def in_order(self, values: Iterable[str]) -> tuple[str, ...]:
        """``values`` without duplicates, in the order of a URL."""
        return tuple(sorted(set(values), key=self.values.index if self.values else None))


@dataclass(frozen=True, slots=True)
class _Labels:
    """Labels of a closed set of values: the value with a capital letter, unless ``special`` has another text."""

    special: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, value: str) -> str:
        return self.special.get(value) or value.capitalize()


SENTIMENT = Facet(
    "sentiment",
    "Sentiment towards the brand",
    values=(*(sentiment.value for sentiment in Sentiment), "corrected"),
    label=_Labels(),
    always_listed=frozenset(sentiment.value for sentiment in Sentiment),
    partition=frozenset(sentiment.value for sentiment in Sentiment),
    symbol="mark",
)
INTENT_LABELS = {
    "switching_from": "Leaving",
    "switching_to": "Switching to it",
    "recommendation": "Asks what to buy",
    "question": "Asks the brand",
    "cancels": "Cancels",
    "noise": "Job or press",
}
"""The other intents are called as in the code, with a capital letter."""
INTENT = Facet(
    "intent",
    "Intent",
    values=tuple(str(intent.name).lower() for intent in Intent),
    label=_Labels(INTENT_LABELS),
    hidden_until_used=True,
)
STATE = Facet(
    "state",
    "State",
    values=FILTER_STATES,
    label=_Labels(
        {
            "mine": "Claimed by me",
            "noted": "With notes",
            "set_aside": "Set aside",
            "irrelevant": "Not relevant",
            "left": "No longer matches",
        }
    ),
    initial_value="unclaimed",
    partition=frozenset(("unclaimed", "claimed")),
    collapsed=True,
    hidden_until_used=True,
)
NAMED_TOPIC = Facet("named_topic", "Topic")
TOPIC = Facet("topic", "Found topic", label=topic_label, check=_search, collapsed=True, found_later=True)
FACETS = (
    Facet("brand", "Brand", check=_known_name("brand"), symbol="swatch"),
    INTENT,
    SENTIMENT,
    Facet("source", "Source", check=_known_name("source")),
    NAMED_TOPIC,
    TOPIC,
    Facet("lang", "Language", label=language_name, check=_language_code, pattern=_LANGUAGE_CODE, collapsed=True),
    STATE,
    Facet("author", "Author", collapsed=True),
    Facet("site", "Site", collapsed=True),
    Facet("rule", "Rule", check=_rule_version, pattern=_RULE_VERSION, collapsed=True),
)
"""In the order of the rail and of the chips."""
FACET_BY_NAME: Mapping[str, Facet] = {facet.name: facet for facet in FACETS}
URL_FACETS = tuple(FACET_BY_NAME[f.name] for f in fields(MentionFilter) if f.name in FACET_BY_NAME)
"""The same in the order of a URL, which is that of the fields of MentionFilter."""
