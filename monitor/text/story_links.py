"""What a link says about the story of a post: whether it leads to one article, or to a page that anything may link to.

    ARTICLE   a page about one thing: its address has a headline, a date or a long number
    PAGE      a page of a site that may be about one thing, such as /products/lamp; also believed if the words agree
    NOTHING   a home page, a section front, a profile, a shop of apps, a sign-up form, a link that counts clicks

The address alone decides, so that every post gives the same answer at any time and nothing has to be fetched.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from urllib.parse import parse_qsl

from monitor.text.same_pages import page_key


class LinkKind(Enum):
    """How much two posts with the same link have in common."""

    ARTICLE = "article"
    PAGE = "page"
    NOTHING = "nothing"


_CLICK_HOST = re.compile(
    r"^(?:click|clicks|links?|track|tracking|trk|email|mail|mailing|e|go|r|t|news-?letter)\d?\.[^.]+\.[^.]"
    r"|(?:^|\.)(?:list-manage\.com|mailchi\.mp|sendgrid\.net|hubspotlinks\.com|rs6\.net|mailchimp\.com|awstrack\.me)\Z"
)
"""Hosts of links by which newsletters count clicks: equal ones do not lead to the same page."""
_EVERGREEN_HOST = re.compile(
    r"(?:^|\.)(?:linktr\.ee|linkin\.bio|beacons\.ai|bio\.link|lnk\.bio|msha\.ke|campsite\.bio|solo\.to|carrd\.co|"
    r"apps\.apple\.com|itunes\.apple\.com|play\.google\.com|chromewebstore\.google\.com|maps\.google\.[a-z.]+|"
    r"maps\.app\.goo\.gl|wikipedia\.org|wikidata\.org|patreon\.com|ko-fi\.com|paypal\.me|discord\.gg|t\.me|wa\.me|"
    r"chat\.whatsapp\.com|podcasts\.apple\.com|calendly\.com|amzn\.to|amazon\.[a-z.]+|ebay\.[a-z.]+|etsy\.com|"
    r"trustpilot\.com|glassdoor\.[a-z.]+|indeed\.com|i\.redd\.it|v\.redd\.it|i\.imgur\.com|pbs\.twimg\.com)\Z"
)
"""Pages about a person, a place, an app or a thing to buy, and pictures: posts about anything link to them."""
_EVERGREEN_PATHS = {"discord.com": ("invite",), "open.spotify.com": ("show", "artist"), "goo.gl": ("maps",)}
_NO_PATH = ("\0",)
_IMAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|mp4|svg)\Z", re.I)
_UTILITY_NAMES = (
    "about account accessibility advertise api app apps blog careers cart checkout contact cookie disclaimer donate "
    "download downloads faq feed forum forums help home impressum imprint index jobs join kontakt legal logout "
    "membership page pages people policies policy portal preferences press pricing rss settings shop sitemap status "
    "store subscription subscriptions support team"
)
"""Last parts of paths to which posts about anything link."""
_LIST_NAMES = "author authors category categories tag tags topic topics section search u user users profile"
"""Parts of a path after which a list or a person is named, however many words that has."""
_FORM_NAMES = "subscribe unsubscribe newsletter newsletters signup signin login register privacy terms cookies"
_UTILITY, _LISTS, _FORMS = (frozenset(names.split()) for names in (_UTILITY_NAMES, _LIST_NAMES, _FORM_NAMES))
_THING_NAMES = (
    "product products produkt produkte produit produits producto productos shop store buy dp p item items collections "
    "careers jobs help support docs documentation manual manuals wiki faq hc kb guide guides recipes"
)
_THINGS = frozenset(_THING_NAMES.split())
"""Parts of a path after which something for sale, or a page that helps, is named: many link to it at any time."""
_WORD_SEPARATOR = re.compile(r"[-_+]|%20")
_SUFFIX = re.compile(r"\.(?:html?|php|aspx?|jsp|shtml)\Z")
_DATE = re.compile(r"/(?:19|20)\d\d[/-](?:0?[1-9]|1[0-2])(?:[/-]|\Z)")
_LONG_NUMBER = re.compile(r"\d{5,}")
_OPAQUE = re.compile(r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_-]{7,}")
"""A part of a path that only a program can have chosen."""
_SHORTENER_NAMES = (
    "bit.ly buff.ly ow.ly tinyurl.com dlvr.it ift.tt is.gd t.co trib.al reut.rs bbc.in nyti.ms on.ft.com cnn.it "
    "wapo.st bloom.bg econ.st redd.it youtu.be lnkd.in fb.watch"
)
_SHORTENERS = frozenset(_SHORTENER_NAMES.split())
_ID_NAMES = "v id p story storyid article articleid item doc docid newsid nid aid"
_ID_PARAMETERS = frozenset(_ID_NAMES.split())
"""Parameters that name one article."""
MIN_HEADLINE_WORDS = 4
"""Words of one part of a path from which it is a headline."""


def story_link(url: str) -> str:
    """A string that is equal for two links to the same article: as ``page_key``, without what follows its headline.

    Sites add parameters to the address of an article that say who shared it, or how to show it.
    """
    key = page_key(url)
    if "?" not in key:
        return key
    address, hash_sign, fragment = key.partition("#")
    path, _, query = address.partition("?")
    return f"{path}{hash_sign}{fragment}" if has_headline(path) and not _has_id(query) else key


def kind_of_link(link: str) -> LinkKind:
    """The kind of a link, given as ``story_link`` returns it."""
    address, _, query = link.partition("#")[0].partition("?")
    host, _, path = address.partition("/")
    if _is_about_anything(host) or path.startswith(_EVERGREEN_PATHS.get(host, _NO_PATH)) or _IMAGE.search(path):
        return LinkKind.NOTHING
    parts = [part for part in path.lower().split("/") if part]
    if not _FORMS.isdisjoint(parts):
        return LinkKind.NOTHING
    if not _THINGS.isdisjoint(parts[:-1]):
        return LinkKind.PAGE
    if query and _has_id(query):
        return LinkKind.ARTICLE
    if not parts or parts[0] in _LISTS or not _LISTS.isdisjoint(parts[:-1]):
        return LinkKind.NOTHING
    if (
        _LONG_NUMBER.search(path)
        or host in _SHORTENERS
        or _DATE.search(f"/{path}")
        or any(map(_names_one_thing, parts))
    ):
        return LinkKind.ARTICLE
    return _kind_of_plain_path(parts)


def has_headline(link: str) -> bool:
    """Whether the path of a link contains a headline, as those of articles do and those of short posts do not."""
    return link.count("-") + link.count("_") >= MIN_HEADLINE_WORDS - 1 and any(map(_is_headline, link.split("/")[1:]))


@lru_cache(maxsize=4096)
def _is_about_anything(host: str) -> bool:
    """Whether posts about anything link to the pages of a host."""
    return "." not in host or _CLICK_HOST.search(host) is not None or _EVERGREEN_HOST.search(host) is not None


def _has_id(query: str) -> bool:
    return any(name.lower() in _ID_PARAMETERS and len(value) >= 3 for name, value in parse_qsl(query))


def _names_one_thing(part: str) -> bool:
    """Whether a part of a path is a headline, or an id that a program chose."""
    return _is_headline(part) or (_OPAQUE.fullmatch(part) is not None and sum(map(str.isdigit, part)) >= 2)


def _is_headline(part: str) -> bool:
    words = _WORD_SEPARATOR.split(_SUFFIX.sub("", part)) if len(part) >= 2 * MIN_HEADLINE_WORDS - 1 else ()
    return len([word for word in words if len(word) > 1 or word.isdigit()]) >= MIN_HEADLINE_WORDS


def _kind_of_plain_path(parts: list[str]) -> LinkKind:
    """A path of plain words: a section front if it is short."""
    last = _SUFFIX.sub("", parts[-1])
    words = len(_WORD_SEPARATOR.split(last))
    if last in _UTILITY or last.startswith("@") or len(last) <= 2:
        return LinkKind.NOTHING
    return LinkKind.PAGE if words >= 2 or len(parts) >= 3 else LinkKind.NOTHING
