"""From the name of an organisation to a rule that finds what people write about it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from monitor.errors import QueryError, WallflowerError
from monitor.query import parse

SHORTEST_JOINED = 6
"""Letters; a shorter name without its gaps would find other words."""
SHORT = 3
"""Letters up to which a name in Latin script is looked for in its own capitals only."""
_LEGAL_FORM = re.compile(
    r"[,\s]+(?:inc|incorporated|ltd|limited|gmbh|ag|plc|llc|s\.a|sa|se|corp|corporation|co|company|kg|oy|ab|nv|bv|"
    r"srl|spa|pty)\.?$",
    re.IGNORECASE,
)
_ORDINARY = (
    # brands that are words, and words that may be brands: without their capital letter they mean something else
    "ace action alliance ally alpha always amazon anchor apple aspect aspire atlas audible aurora avalanche axis "
    "azure ball bank base beacon bell best bird blackboard block bloom blue bolt boots boss bounty box brave bread "
    "bridge bright bull burger camel canon canvas carnival carrier cash castle caterpillar champion chase chime "
    "citizens clear cloud coach comet compass continental converse corona crest crown cruise curry dash dell delta "
    "diesel discover discovery dove dream duke eagle echo eclipse edge elastic element elf emerald enterprise epic "
    "equinox essence everest evolution excel express extra fabric face fairy falcon fidelity figure fire first "
    "fitness flash flow focus ford forest fossil fox freedom freight frontier fusion future gain galaxy gap garden "
    "gem general genesis giant glad globe gold good grab grand green grid ground guardian guess harvest haven heart "
    "hero home honest honey hope horizon house hub icon ideal igloo impact indeed indigo insight iron ivory jaguar "
    "jet joy jump just kind king kite lamb land lark leaf legacy level liberty life light lime line link lion "
    "liquid live local logic loom lotus lucid lucky lush magic magnet mail mango map mars mate matter max medium "
    "mercury meta metro mini mint mirror mobile modern monday monster moon mosaic motion mustang national "
    "nationwide native nest net new next noble north notion nova oak oasis ocean office olive omega one open opera "
    "optimum oracle orange orbit origin oscar outlook oxygen palm pandora paramount patch path peak pearl pentagon "
    "people phoenix pilot pinnacle pioneer plaid planet play plus point polar pond post power premier prime prism "
    "progress progressive prudential public pulse puma pure quest quick radius rain ram rapid raven reach red relay "
    "republic ring rise river rocket root rover royal ruby safari sage salt saturn scale scout seal sense shell "
    "shield shift signal silk sky slack smart snap solar sonic spark spectrum sphere spin spirit splash spot "
    "spotlight spring sprint sprite square stadium staples star steam stellar sterling stone storm stream stripe "
    "subway summit sun super surge swan swift swing switch target task teams tempo three thrive tide tiger timber "
    "time titan today token torch total touch tower trail travelers trek tribe trident trinity triumph true trust "
    "turbo twist union unity universal up vanguard vault vector venture verge vice victory viking village virgin "
    "visa vision vista vital vivid vogue volt wave way west whistle whole wind wing wise wish wolf wonder word work "
    "world yeti zenith zero zone zoom"
)
ORDINARY = frozenset(_ORDINARY.split())


class NoRule(WallflowerError):
    """A name that no rule can be made of."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A brand as it is proposed."""

    name: str
    rule: str
    aliases: tuple[str, ...]
    ordinary: bool
    """Its name is a word of its own: only with its own capitals is it taken for the brand."""
    spoken: str
    """What people call it: the name without its legal form."""


def proposed(name: str) -> Proposal:
    """The brand called ``name``; one that begins with ``=`` is an ordinary word. Raises NoRule."""
    shown = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    marked, shown = shown.startswith("="), shown.removeprefix("=").strip()
    spoken = _spoken(shown)
    words = re.findall(r"\w+", spoken)
    joined = _plain("".join(re.findall(r"\w+", _and(spoken) or spoken)))
    forms, ordinary = _forms(spoken, joined, single=words == [spoken], marked=marked)
    rule = " OR ".join(forms)
    try:
        parse(rule)
    except QueryError as error:
        raise NoRule(f'No rule can be made of the name "{shown[:60]}": {error}') from error
    wanted = [spoken, _and(spoken), joined if len(joined) >= SHORTEST_JOINED else ""]
    aliases = {alias.casefold(): alias for alias in wanted if alias and alias.casefold() != shown.casefold()}
    return Proposal(shown[:60].strip(), rule, tuple(alias[:60] for alias in aliases.values()), ordinary, spoken)


def _forms(spoken: str, joined: str, *, single: bool, marked: bool) -> tuple[list[str], bool]:
    """The ways in which the name is written, and whether capitals count."""
    short = spoken.isascii() and len(joined) <= SHORT
    handle = [f"@{joined}"] if joined.isascii() and joined else []
    if single:
        ordinary = marked or short or joined in ORDINARY
        # a plain word is found in its handle and its hashtag, too
        return ([f"={spoken}", *handle], True) if ordinary else ([joined], False)
    exact = "=" if marked or short else ""
    phrases = [f'{exact}"{form if exact else form.casefold()}"' for form in (spoken, _and(spoken)) if form]
    one_word = [joined] if len(joined) >= SHORTEST_JOINED else []
    return [*phrases, *one_word, *handle], bool(exact)


def _spoken(name: str) -> str:
    text = name.replace('"', " ").replace("\\", " ").strip()
    while (shorter := _LEGAL_FORM.sub("", text)) not in ("", text):
        text = shorter
    return " ".join(text.split()).rstrip("!?.,:;") or name


def _plain(word: str) -> str:
    """In small letters, without accents: as handles and hashtags are written. Other scripts stay as they are."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)).casefold()
    return bare if bare.isascii() else word.casefold()


def _and(name: str) -> str:
    """The name with "and" in place of &; empty where it has none that stands alone."""
    return re.sub(r"\s&\s", " and ", name) if " & " in name else ""
