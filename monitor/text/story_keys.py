"""What makes a post part of a story whatever its words: the article that it is or shares, and its headline.

A post has up to four keys, each with a rule of its own for when two posts that share it are one story (``is_joined``):

    OWN     the address of the post itself, such as that of an article in a feed
    SHARED  the one link that the post shares; a digest of many links shares none
    TITLE   its headline; a short one counts together with the link
    LEAD    the first sentence under its headline: outlets shorten the text of an agency, and write their own headlines
"""

from __future__ import annotations

import hashlib
import re
from array import array
from datetime import timedelta
from enum import Enum
from typing import NamedTuple
from urllib.parse import urlsplit
from zlib import crc32

from monitor.model import KeyKind, Post, StoryKey
from monitor.text.links import urls_in_text
from monitor.text.near_duplicates import CLUSTER_WINDOW, NUMBER
from monitor.text.quotes import own_text
from monitor.text.story_links import MIN_HEADLINE_WORDS, LinkKind, has_headline, kind_of_link, story_link

LINK_WINDOW = timedelta(days=7)
"""Posts with the same link are one story if they were published within this time of the first one."""
MIN_TITLE_WORDS, MIN_TITLE_LETTERS = 5, 24
"""Minimum of a headline that counts without a link."""
MIN_LEAD_WORDS, MIN_LEAD_LETTERS = 8, 45
"""Minimum of a first sentence that counts."""
MAX_TEXT_CHARS = 600
"""A longer text is about more than the link in it."""
MAX_HEADLINE_CHARS = 140
"""An untitled post of one line up to this length is compared with headlines."""
MIN_BODY_CHARS = 80
"""A shorter text is compared together with its title."""
MIN_CHARS_WITH_BOILERPLATE = 150
"""Shorter texts are not searched for what stands under every item."""
MAX_WORDS = 24
MIN_WORD_LETTERS = 4
MIN_COMMON_WORDS = 3
"""Content words, or all if a text has fewer, that posts share which are about the same page."""

_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"[^\n]+?(?:[.!?](?=\s|\Z)|[.\u2026]{2,}|\n|\Z)")
_BOILERPLATE = re.compile(
    r"unsubscribe|all rights reserved|privacy policy|terms of (?:use|service)|(?:sign up|subscribe) (?:to|for|now|here)"
    r"|you (?:are receiving|receive|received) this|view (?:this|it) in your browser"
    r"|(?:read|find out) more (?:at|on|here)|follow us on|this (?:article|story) (?:first|originally) appeared"
    r"|for more information,? (?:please )?visit"
    r"|newsletter abonnieren|alle rechte vorbehalten|datenschutzerkl\u00e4rung|mehr (?:dazu|lesen) (?:auf|unter)"
    r"|tous droits r\u00e9serv\u00e9s|en savoir plus sur|todos los derechos reservados|tutti i diritti riservati",
    re.I,
)
"""What begins the part of a text that stands under every item."""
_WEB = ("http://", "https://")
_LINK_IN_TEXT = re.compile(r"\S*://\S*")
_HANDLE = re.compile(r"(?<!\w)@\w+|^RT\b")
_PUBLISHER = re.compile(r"\s+(?:[-\u2013\u2014|\u00b7\u2022]|::)\s+[^-\u2013\u2014|\u00b7\u2022:]{2,40}\Z")
"""What sites and Google News append to a headline: " - The Daily Example"."""


class StoredKey(NamedTuple):
    """A key as the first post with it left it."""

    kind: KeyKind
    source: int
    author: int
    words: bytes


class Relation(Enum):
    """Of a post to the first post with the same key."""

    SAME_STORY = "same story"
    UNRELATED = "unrelated"
    BOILERPLATE = "boilerplate"
    """The key is shared by posts about different things, and so says nothing from now on."""


def relation(first: StoredKey, key: StoryKey, source: int, author: int) -> Relation:
    """Of a post by ``author`` (0: unknown) with ``key`` to the first post with it, published within the window."""
    agreeing = agree(first.words, key.words)
    if key.kind is KeyKind.TITLE:
        return Relation.UNRELATED if first.source == source else Relation.SAME_STORY
    if first.source == source and first.kind is key.kind and key.kind in (KeyKind.OWN, KeyKind.LEAD):
        # Comments, reviews and episodes that share one address or description; their texts tell which are copies.
        return Relation.UNRELATED if first.words == key.words else Relation.BOILERPLATE
    if first.source == source and author and first.author == author and not agreeing:
        return Relation.BOILERPLATE
    return Relation.UNRELATED if key.must_agree and not agreeing else Relation.SAME_STORY


def window_of(kind: KeyKind) -> timedelta:
    """How long after each other two posts with the same key may be published."""
    return CLUSTER_WINDOW if kind in (KeyKind.TITLE, KeyKind.LEAD) else LINK_WINDOW


def story_keys(post: Post) -> tuple[StoryKey, ...]:
    """The keys of a post, the one that says most first. A post without a headline and without links has none."""
    if not post.title and not _may_have_keys(post):
        return ()
    text = own_text(post.text)
    own, shared = _own_link(post), _shared_link(post, text)
    words = content_words(headline(post.title) or text)
    found = []
    for kind, link in ((KeyKind.SHARED, shared), (KeyKind.OWN, own)):
        level = kind_of_link(link) if link else LinkKind.NOTHING
        if level is not LinkKind.NOTHING:
            found.append(StoryKey(kind, _hashed(link), words, level is LinkKind.PAGE))
    texts = {KeyKind.TITLE: _title_key(post, text, own), KeyKind.LEAD: _lead(text) if post.title else ""}
    # For a TITLE key, relation() looks only at the source, so no words are stored.
    found += [
        StoryKey(kind, _hashed(one), words if kind is KeyKind.LEAD else b"") for kind, one in texts.items() if one
    ]
    return tuple(found)


def story_text(post: Post) -> str:
    """The words of a post of which near-duplicates share half: its own, without boilerplate.

    A title counts only above a short text: outlets write their own headlines above the text of an agency.
    """
    text = own_text(post.text)
    if len(text) > MIN_CHARS_WITH_BOILERPLATE and (marker := _BOILERPLATE.search(text)) is not None:
        text = _before_sentence(text, marker.start())
    return text if len(text) >= MIN_BODY_CHARS or not post.title else f"{headline(post.title)}\n\n{text}"


def title_words(title: str) -> bytes:
    """Hashes of the words of a headline, 16 bits each, of which the highest marks numbers."""
    if not title:
        return b""
    words = _WORD.findall(headline(title).casefold())[:MAX_WORDS]
    return array("H", (crc32(word.encode()) & 0x7FFF | NUMBER * word.isdecimal() for word in words)).tobytes()


def _before_sentence(text: str, position: int) -> str:
    """``text`` up to the sentence at ``position``."""
    return text[: max(text.rfind(end, 0, position) + 1 for end in ".!?\n")]


def headline(title: str) -> str:
    """A title without the name of the publisher behind it."""
    stripped = _PUBLISHER.sub("", title.strip())
    return stripped if len(_WORD.findall(stripped)) >= 3 else title.strip()


def content_words(text: str) -> bytes:
    """Hashes of the first longer words of a text, 16 bits each."""
    words = _WORD.findall(_without_links(text[:MAX_TEXT_CHARS]).casefold())
    longer = [word for word in words if len(word) >= MIN_WORD_LETTERS or not word.isascii()]
    return array("H", (crc32(word.encode()) & 0xFFFF for word in dict.fromkeys(longer[:MAX_WORDS]))).tobytes()


def agree(one: bytes, other: bytes) -> bool:
    """Whether two texts share enough words, given as ``content_words``, to be about the same thing."""
    first, second = frozenset(array("H", one)), frozenset(array("H", other))
    return len(first & second) >= min(MIN_COMMON_WORDS, len(first), len(second)) > 0


def _may_have_keys(post: Post) -> bool:
    """Whether an untitled post may have any: a cheap test, as most posts have none."""
    return (
        "://" in post.text
        or post.link != ""
        or post.url.count("-") + post.url.count("_") >= MIN_HEADLINE_WORDS - 1
        or _may_be_headline(post.text)
    )


def _may_be_headline(text: str) -> bool:
    """Whether an untitled text may be that of a bot that posts headlines: one short line that addresses nobody."""
    return len(text) <= MAX_HEADLINE_CHARS and "@" not in text and "\n" not in text


def _own_link(post: Post) -> str:
    """The address of a post that may be an article: one with a headline. That of a short post says nothing."""
    link = story_link(post.url) if post.url.startswith(_WEB) else ""
    return link if post.title or has_headline(link) else ""


def _shared_link(post: Post, text: str) -> str:
    """The link of the page that the post shares, if it is one page elsewhere; else ''."""
    if post.link:
        urls = [post.link]
    elif "://" in text and len(text) <= MAX_TEXT_CHARS:
        urls = urls_in_text(text)
    else:
        return ""
    own_host = _host(post.url)
    links = {story_link(url) for url in urls if url.startswith(_WEB) and _host(url) != own_host}
    telling = [link for link in links if kind_of_link(link) is not LinkKind.NOTHING]
    return telling[0] if len(telling) == 1 else ""


def _title_key(post: Post, text: str, own: str) -> str:
    """The text of the TITLE key; '' if the post has no headline."""
    line = headline(post.title)
    if not line and _may_be_headline(text):
        line = _without_links(text)
    words = _WORD.findall(line.casefold())
    if len(words) >= MIN_TITLE_WORDS and sum(map(len, words)) >= MIN_TITLE_LETTERS:
        return " ".join(words)
    return f"{' '.join(words)}\n{own or story_link(post.link)}" if len(words) > 1 and (own or post.link) else ""


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _lead(text: str) -> str:
    """The words of the first sentence, or paragraph, of a text; '' if they are too few."""
    found = _SENTENCE.match(text[:MAX_TEXT_CHARS])
    words = _WORD.findall(found[0].casefold()) if found and not _BOILERPLATE.search(found[0]) else []
    return (
        "lead\n" + " ".join(words) if len(words) >= MIN_LEAD_WORDS and sum(map(len, words)) >= MIN_LEAD_LETTERS else ""
    )


def _without_links(text: str) -> str:
    """``text`` without links, handles and "RT"."""
    if "://" in text:
        text = _LINK_IN_TEXT.sub(" ", text)
    return _HANDLE.sub(" ", text) if "@" in text or text.startswith("RT") else text


def _hashed(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") & ((1 << 63) - 1)
