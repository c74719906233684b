"""Proposes a rule that finds what people write about an organisation, from its name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from display.setup.toml_writer import on_one_line
from monitor.config.values import MAX_NAME_CHARS
from monitor.errors import QueryError, WallflowerError
from monitor.model import Brand
from monitor.query import parse

MIN_JOINED_CHARS = 6
"""A shorter name, written as one word, would match other words too."""
MAX_CASE_SENSITIVE_CHARS = 3
"""A name in Latin script of up to this length is matched case-sensitively."""
_LEGAL_FORM = re.compile(
    r"[,\s]+(?:inc|incorporated|ltd|limited|gmbh|ag|plc|llc|s\.a|sa|se|corp|corporation|co|company|kg|oy|ab|nv|bv|"
    r"srl|spa|pty)\.?$",
    re.IGNORECASE,
)
_COMMON_WORDS = (
    # Brands that are words, and words that may be brands: in lower case they mean something else.
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
COMMON_WORDS = frozenset(_COMMON_WORDS.split())


class InvalidName(WallflowerError):
    """No rule can be made from a name."""


@dataclass(frozen=True, slots=True)
class BrandProposal:
    """A proposed brand."""

    name: str
    rule: str
    aliases: tuple[str, ...]
    case_sensitive: bool
    """The name is short or a common word, so its rule is case-sensitive."""
    short_name: str
    """The name without its legal form, as people say it."""


def propose_brand(name: str) -> BrandProposal:
    """A brand called ``name``. A "=" before the name marks a common word. Raises InvalidName."""
    cleaned = " ".join(on_one_line(name).split())
    marked, cleaned = cleaned.startswith("="), cleaned.removeprefix("=").strip()
    short_name = _without_legal_form(cleaned)
    words = re.findall(r"\w+", short_name)
    joined = _as_handle("".join(re.findall(r"\w+", _with_and(short_name) or short_name)))
    forms, case_sensitive = _rule_parts(short_name, joined, single=words == [short_name], marked=marked)
    rule = " OR ".join(forms)
    try:
        parse(rule)
    except QueryError as error:
        raise InvalidName(f'No rule can be made from the name "{cleaned[:MAX_NAME_CHARS]}": {error}') from error
    candidates = [short_name, _with_and(short_name), joined if len(joined) >= MIN_JOINED_CHARS else ""]
    aliases = {alias.casefold(): alias for alias in candidates if alias and alias.casefold() != cleaned.casefold()}
    shortened = tuple(alias[:MAX_NAME_CHARS] for alias in aliases.values())
    return BrandProposal(cleaned[:MAX_NAME_CHARS].strip(), rule, shortened, case_sensitive, short_name)


def propose_brands(names: Sequence[str]) -> list[BrandProposal]:
    """A brand for each of ``names``, each once; the first is our organisation. Raises InvalidName."""
    brands: dict[str, BrandProposal] = {}
    for name in names:
        brand = propose_brand(name)
        brands.setdefault(brand.name.casefold(), brand)
    return list(brands.values())


def as_brands(proposals: Sequence[BrandProposal]) -> list[Brand]:
    """The proposals as brands, for trying them."""
    return [Brand(one.name, one.rule, n == 0, one.aliases) for n, one in enumerate(proposals)]


def _rule_parts(name: str, joined: str, *, single: bool, marked: bool) -> tuple[list[str], bool]:
    """The forms in which people write the name, and whether the rule is case-sensitive."""
    short = name.isascii() and len(joined) <= MAX_CASE_SENSITIVE_CHARS
    handle = [f"@{joined}"] if joined.isascii() and joined else []
    if single:
        case_sensitive = marked or short or joined in COMMON_WORDS
        # A word in lower case also matches the handle and the hashtag.
        return ([f"={name}", *handle], True) if case_sensitive else ([joined], False)
    exact = "=" if marked or short else ""
    phrases = [f'{exact}"{form if exact else form.casefold()}"' for form in (name, _with_and(name)) if form]
    one_word = [joined] if len(joined) >= MIN_JOINED_CHARS else []
    return [*phrases, *one_word, *handle], bool(exact)


def _without_legal_form(name: str) -> str:
    text = name.replace('"', " ").replace("\\", " ").strip()
    while (shorter := _LEGAL_FORM.sub("", text)) not in ("", text):
        text = shorter
    return " ".join(text.split()).rstrip("!?.,:;") or name


def _as_handle(word: str) -> str:
    """``word`` as handles and hashtags write it: lower case, and without accents in Latin script."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)).casefold()
    return bare if bare.isascii() else word.casefold()


def _with_and(name: str) -> str:
    """``name`` with "and" in place of a separate "&"; empty if it has none."""
    return re.sub(r"\s&\s", " and ", name) if " & " in name else ""
