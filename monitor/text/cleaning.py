"""Turn untrusted text into plain text, once, when a post arrives.

``Post.text``, ``title`` and ``author`` are *plain text*, never HTML. Two functions ensure this:

- ``plain_text(html)`` is for sources whose site sends HTML (feeds, Mastodon). It reads the string as a browser would:
  it removes tags and the content of scripts and styles, turns paragraphs into line breaks and decodes entities.
- ``clean(post, now)`` runs on every post from every source. It expects text as people typed it: ``I <3 you`` and
  ``a < b`` stay, ``&amp;`` becomes ``&``, and any HTML tags that are left are removed.

After either function, no ``<`` is followed by anything that could open a tag, and no entity is left. A tag that the
author meant to *show* (``&lt;script&gt;``) is written between single angle quotes instead (U+2039, U+203A). The text is
therefore harmless even on a page that forgets to escape it, and cleaning it again changes nothing.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from datetime import UTC, datetime
from html.entities import html5
from urllib.parse import urlsplit

import nh3

from monitor.model import Post
from monitor.text.language_codes import language_code
from monitor.text.links import canonical_link, strip_tracking
from monitor.text.quotes import mark_quotes, prefix_quotes
from monitor.text.simple_markup import without_simple_tags

MAX_TEXT_CHARS = 20_000
MAX_TITLE_CHARS = 500
MAX_AUTHOR_CHARS = 200
MAX_SITE_CHARS = 200
MAX_URL_CHARS = 2_000
MAX_ID_CHARS = 300

EARLIEST_PUBLISHED = datetime(1970, 1, 1, tzinfo=UTC)
"""Earlier dates are placeholders, so they are raised to this one."""

_MAX_MARKUP_RATIO = 4
"""Raw markup is cut, unparsed, to this many times the maximum length of the text."""
_MAX_ENTITY_DEPTH = 6
"""Levels of nested entities that are decoded. Deeper nesting is an attack; its entities are broken up."""

_ELEMENTS = (
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote "
    "body br button canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl "
    "dt em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr "
    "html i iframe image img input ins isindex kbd keygen label legend li link listing main map mark marquee math "
    "menu menuitem meta meter nav nobr noembed noframes noscript object ol optgroup option output p param picture "
    "plaintext portal pre progress q rb rp rt rtc ruby s samp script search section select slot small source spacer "
    "span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr "
    "track tt u ul var video wbr xmp"
)
_BLOCK_ELEMENTS = (
    "address article blockquote br dd div dt figcaption h1 h2 h3 h4 h5 h6 hr li ol p pre section table td th tr ul"
)

_BLOCK_TAG_START = re.compile(rf"<(?=/?(?:{_BLOCK_ELEMENTS.replace(' ', '|')})\b)", re.IGNORECASE)
_TAG = rf"/?(?:{_ELEMENTS.replace(' ', '|')})(?:[\s/][^<>]*)?>|!--|!doctype\b|!\[cdata\["
_MARKUP = re.compile(f"<(?:{_TAG})", re.IGNORECASE)
_LITERAL_LESS_THAN = re.compile(f"<(?!{_TAG})", re.IGNORECASE)
_TAG_AS_TEXT = re.compile(r"<((?:/?[a-zA-Z]|[!?])[^<>\n]{0,200})>")
_TAG_START = re.compile(r"<(?=/?[a-zA-Z]|[!?])")
_LEFT_QUOTE, _RIGHT_QUOTE = "\u2039", "\u203a"
"""Single angle quotes look like the brackets of a tag but never act as one."""
_ENTITY = re.compile(r"&(#[0-9]{1,10}|#[xX][0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_REPEATED_AMPERSAND = re.compile(r"&(?:amp;|#0{0,6}38;|#x0{0,6}26;){2,}", re.IGNORECASE)

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_EMPTY_LINES = re.compile(r"\n{3,}")
_BLANK_LETTERS = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_INVISIBLE = re.compile(
    f"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u061c{_BLANK_LETTERS}\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
"""Control, bidi and zero-width characters, blank letters, surrogates, private use (the store's tag tokens start with
U+E000)."""
_SAFE_TEXT = re.compile(
    "[\t\n -~\xa0-\xac\xae-\u02ff\u03a3-\u0482\u048a-\u052f\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2122"
    "\u2190-\u2328\u2440-\u27ff\u3000-\u3029\u3041-\u3096\u309b-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9f\U0001f300-\U0001f6d7\U0001f90c-\U0001f9ff]*+"
)
"""Matches text made only of characters that never need cleaning, alone or combined. Nearly all texts match."""
_CURSIVE = "\u0600-\u061b\u061d-\u0dff\u0f00-\u109f\u1780-\u17b3\u17b6-\u180d\u180f-\u18af"
"""Scripts in which the joiners U+200C and U+200D change the shape of letters: Arabic to Mongolian."""
_EMOJI = "\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001faff"
_STRAY_JOINER = re.compile(
    rf"[\u200c\u200d](?!(?<=[{_CURSIVE}].)[{_CURSIVE}])(?:(?<=\u200c)|(?!(?<=[{_EMOJI}].)[{_EMOJI}]))"
)
"""Joiners that join neither letters of a cursive script nor the parts of an emoji."""
_POSSIBLE_MARK_RUN = re.compile(r"[^\w\s\x00-\u02ff]{4,}")
"""A run that could contain four combining marks in a row: it has no letters."""
_SUSPICIOUS = re.compile(rf"[{_BLANK_LETTERS}\U000e0100-\U000e01ef]|{_POSSIBLE_MARK_RUN.pattern}")
"""Printable characters that may still need cleaning: blank letters, variation selectors, stacked marks."""

_SIMPLE_URL = re.compile(
    r"https?://[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*(?::[1-9][0-9]{0,3}|:[1-5][0-9]{4})?(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/?#-]*)?"
)
_FORBIDDEN_IN_URL = re.compile(r"[\s\x00-\x20\x7f-\xa0\\<>\"`{}|^\ud800-\udfff\ue000-\uf8ff]")

_COMPARED_CHARS, _COMPARED_LETTERS = 24, 8
_NOT_LETTERS = re.compile(r"[\W_]+")
_ELLIPSIS_AT_END = re.compile(r"(?:\u2026|\.\.\.)[^\w\s]{0,3}\Z")
_MORE_AT_END = re.compile(
    r"(?:\u2026|\.\.\.)[^\w\s]{0,3} ?[\[(]?(?:(?:read )?more|continue reading|\d\d?/\d\d?)\W{0,3}\Z", re.IGNORECASE
)
"""What some sites write after a cut-off text: "... (more)", "… Read more", "… (1/2)"."""
_MIN_CUT_CHARS = 20
"""A title of this length that ends inside a word of the text was cut off there, even without an ellipsis."""


def clean(post: Post, now: datetime) -> Post:
    """Return ``post`` as it may be stored: plain text within the limits, a safe link, a time not after ``now``.

    Never raises, whatever the strings and the datetime hold, and is idempotent. Returns the same object if nothing
    has to change. Removes an ``@`` before the author's name, redirect wrappers and tracking parameters. Drops a title
    that only repeats the start of the text, and a text that only repeats the start of the title.
    """
    title = post.title and _without_tracking(_clean_line(post.title, MAX_TITLE_CHARS))
    title, text = _drop_repetition(title, _without_tracking(_clean_text(post.text, MAX_TEXT_CHARS)))
    external_id = safe_id(post.external_id)
    published_at = _bounded_time(post.published_at, now)
    author = _clean_line(post.author, MAX_AUTHOR_CHARS).lstrip("@ ")
    reply_to = post.reply_to and _clean_line(post.reply_to, MAX_AUTHOR_CHARS).lstrip("@ ")
    url = safe_url(canonical_link(post.url))
    site = post.site and _clean_line(post.site, MAX_SITE_CHARS)
    lang = language_code(post.lang)
    context = (reply_to, safe_url(post.link))
    strings = (external_id, text, author, title, url, site, lang)
    before = (post.external_id, post.text, post.author, post.title, post.url, post.site, post.lang)
    # Times are compared by identity: the same moment in another time zone compares equal, but has to be converted.
    if published_at is post.published_at and strings == before and context == (post.reply_to, post.link):
        return post
    known = (post.stars, reply_to, post.repost, context[1])
    return Post(post.source, external_id, text, published_at, author, title, url, site, lang, *known)


def plain_text(markup: str) -> str:
    """Return the text of an HTML fragment, with a line break where a block or ``<br>`` begins or ends.

    Lines of quotes start with "> ". Text without tags keeps its line breaks; only its entities are decoded. Returns at
    most MAX_TEXT_CHARS characters, with the same guarantees as ``clean``.
    """
    if _is_clean(markup, MAX_TEXT_CHARS):
        return markup
    markup = markup[: MAX_TEXT_CHARS * _MAX_MARKUP_RATIO]
    is_safe = bool(_SAFE_TEXT.fullmatch(markup))
    if not is_safe:
        markup = _INVISIBLE.sub("", markup)
    if "<" in markup and _TAG_START.search(markup):
        markup = _strip_tags(_on_one_line(markup, is_safe))
    return _resolve_and_normalize(markup, MAX_TEXT_CHARS)


def remove_invisible(text: str) -> str:
    """Return ``text`` without the control and invisible characters that ``clean`` removes."""
    return text if text.isprintable() else _INVISIBLE.sub("", text)


def safe_url(url: str) -> str:
    """Return ``url`` if it is a plain http(s) address that may become a link, else ''.

    Rejects other schemes, control characters, spaces, backslashes, quotes, angle brackets, credentials, a missing
    host, an invalid port and more than MAX_URL_CHARS characters.
    """
    if not url:
        return ""
    if len(url) <= MAX_URL_CHARS and _SIMPLE_URL.fullmatch(url):
        return url
    url = url.strip()
    if len(url) > MAX_URL_CHARS or _FORBIDDEN_IN_URL.search(url) or _INVISIBLE.search(url):
        return ""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc or "%" in parts.netloc:
        return ""
    return parts.scheme + url[len(parts.scheme) :] if any(c.isalnum() for c in host) else ""


def safe_id(external_id: str) -> str:
    """Return ``external_id``, or its hash if it is longer than MAX_ID_CHARS or a database could not store it."""
    if len(external_id) <= MAX_ID_CHARS and external_id.isprintable():
        return external_id
    return "sha256:" + hashlib.sha256(external_id.encode("utf-8", "surrogatepass")).hexdigest()


def _bounded_time(at: datetime, now: datetime) -> datetime:
    """Return ``at`` in UTC (assumed if it is naive), limited to EARLIEST_PUBLISHED..``now``."""
    if at.tzinfo is not UTC:
        try:
            at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (OverflowError, ValueError):
            return now
    return max(EARLIEST_PUBLISHED, min(at, now))


def _clean_line(text: str, length: int) -> str:
    """Clean ``text`` and join it to one line."""
    if _is_clean(text, length):
        return text
    return " ".join(_clean_text(text, length).split())


def _clean_text(text: str, length: int) -> str:
    """Clean ``text``, keep its line breaks and cut it to ``length`` characters."""
    if _is_clean(text, length) or ("\n" in text and _is_clean_multiline(text, length)):
        return text
    text = text[: length * _MAX_MARKUP_RATIO]
    if "<" in text:
        text = _INVISIBLE.sub("", text)
        if _MARKUP.search(text):
            text = _strip_tags(_LITERAL_LESS_THAN.sub("&lt;", text))
    return _resolve_and_normalize(text, length)


def _without_tracking(text: str) -> str:
    """A clean ``text`` without the tracking parameters of its links, unless what is left would not be clean."""
    stripped = strip_tracking(text)
    if stripped == text:
        return text
    # what was around a parameter may now form an entity, or one letter with its accent
    return stripped if _resolve_and_normalize(stripped, len(stripped)) == stripped else text


def _is_clean(text: str, length: int) -> bool:
    """Whether ``text`` surely needs no change, as in most posts. False: it may need one."""
    if not text:
        return True
    if len(text) > length or "<" in text or "  " in text or not text.isprintable():
        return False
    if text[0] == " " or text[-1] == " " or ("&" in text and _ENTITY.search(text)):
        return False
    if text.isascii() or _SAFE_TEXT.fullmatch(text):
        return True
    return unicodedata.is_normalized("NFC", text) and not _SUSPICIOUS.search(text)


def _is_clean_multiline(text: str, length: int) -> bool:
    """Like ``_is_clean``, for a text of several lines."""
    if len(text) > length or "\n\n\n" in text or text[0] == "\n" or text[-1] == "\n":
        return False
    return all(_is_clean(line, length) for line in text.split("\n"))


def _on_one_line(markup: str, is_safe: bool) -> str:
    """``markup`` with ordinary spaces only. ``is_safe``: it matches _SAFE_TEXT, which has four others."""
    if not is_safe:
        return " ".join(markup.split())
    for space in "\n\t\xa0\u3000":  # three times as fast as split and join
        markup = markup.replace(space, " ")
    return markup


def _strip_tags(markup: str) -> str:
    """Remove tags and the content of scripts and styles. The result is HTML-escaped once."""
    markup = mark_quotes(markup)
    text = without_simple_tags(markup)
    if text is None:
        markup = _BLOCK_TAG_START.sub("\n<", markup)
        text = nh3.clean(markup, tags=set(), clean_content_tags={"script", "style"})
    return prefix_quotes(text)


def _resolve_and_normalize(text: str, length: int) -> str:
    """Decode entities and normalise characters until nothing changes any more, then cut to ``length``."""
    for _ in range(_MAX_ENTITY_DEPTH):
        before, text = text, _normalize_characters(_resolve_entities(text))
        if text == before or (_SAFE_TEXT.fullmatch(text) and not _ENTITY.search(text)):
            break  # another round would change nothing
    else:
        text = _ENTITY.sub(r"& \1;", text)
    if "<" in text:
        text = _TAG_START.sub(_LEFT_QUOTE, _TAG_AS_TEXT.sub(rf"{_LEFT_QUOTE}\1{_RIGHT_QUOTE}", text))
    return text[:length].rstrip()


def _resolve_entities(text: str) -> str:
    """Decode each entity, however many times its ampersand was escaped."""
    if "&" not in text:
        return text
    return _ENTITY.sub(_entity_character, _REPEATED_AMPERSAND.sub("&amp;", text))


def _entity_character(entity: re.Match[str]) -> str:
    """The character of an entity, or the entity itself if its name is unknown."""
    return html.unescape(entity[0]) if entity[1][0] == "#" else html5.get(f"{entity[1]};", entity[0])


def _normalize_characters(text: str) -> str:
    """Convert to NFC, remove invisible characters, collapse whitespace, keep at most three combining marks in a row."""
    if not _SAFE_TEXT.fullmatch(text):
        text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
        if not text.isascii():
            text = _POSSIBLE_MARK_RUN.sub(_keep_three_marks, unicodedata.normalize("NFC", _STRAY_JOINER.sub("", text)))
    if "\n" not in text:
        return " ".join(text.split())
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _keep_three_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= 3:
            kept.append(character)
    return "".join(kept)


def _drop_repetition(title: str, text: str) -> tuple[str, str]:
    """Return title and text, one of them '' if it only repeats the start of the other."""
    if not title or not text or not _may_repeat(title, text):
        return title, text
    start = " ".join(text[: 2 * MAX_TITLE_CHARS].split())
    if _repeats(title, start):
        return "", text
    return (title, "") if _repeats(start, title) else (title, text)


def _may_repeat(title: str, text: str) -> bool:
    """Whether both begin with the same few letters, or one with none. Much faster than to compare all words."""
    one, other = (_NOT_LETTERS.sub("", each[:_COMPARED_CHARS]).casefold()[:_COMPARED_LETTERS] for each in (title, text))
    return one.startswith(other) or other.startswith(one)


def _repeats(part: str, whole: str) -> bool:
    """Whether ``whole`` begins with the words of ``part``, which may be cut off, also inside a word.

    Sites set other quotes, dashes and brackets in a title than in the text, so only letters and digits count.
    """
    part = _MORE_AT_END.sub("\u2026", part)
    stem, all_words = _words(part), _words(whole)
    if not stem:
        stem, all_words = part.rstrip(" .\u2026").casefold(), whole.casefold()
    if not stem or not all_words.startswith(stem):
        return False
    is_cut = bool(_ELLIPSIS_AT_END.search(part)) or len(stem) >= _MIN_CUT_CHARS
    return is_cut or not all_words[len(stem) : len(stem) + 1].isalnum()


def _words(text: str) -> str:
    return _NOT_LETTERS.sub(" ", text).strip().casefold()
