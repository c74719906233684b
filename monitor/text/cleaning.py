"""What strangers wrote becomes plain text, once, on the way in.

``Post.text``, ``title`` and ``author`` are *plain text*, never HTML. Two doors lead there:

- ``plain_text(html)`` is for a source whose site sends HTML (feeds, Mastodon). It reads the string as a browser would:
  every tag goes, the content of scripts and styles with it, paragraphs become line ends, entities become characters.
- ``clean(post, now)`` runs over every post, whatever its source did. It takes text as people typed it: ``I <3 you`` and
  ``a < b`` stay, ``&amp;`` becomes ``&``, and tags of HTML that got in all the same are removed.

After either of them no ``<`` is followed by what could open a tag, and no entity is left: a tag that somebody meant to
*show* (``&lt;script&gt;``) stands between single angle quotes instead (U+2039, U+203A). So the text cannot act even
where a page forgets to escape it, and cleaning it again changes nothing.
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
from monitor.text.language import normal

TEXT_LENGTH = 20_000
TITLE_LENGTH = 500
AUTHOR_LENGTH = 200
SITE_LENGTH = 200
URL_LENGTH = 2_000
ID_LENGTH = 300
"""The most characters that are kept of each field."""

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""Nothing was published before; a site that says so has no date."""

_RAW_FACTOR = 4
"""Markup may take this many times the room of the text in it before it is cut unread."""
_ROUNDS = 6
"""How deep entities may be nested; deeper ones are an attack and are broken up."""

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
_BLOCKS = (
    "address article blockquote br dd div dt figcaption h1 h2 h3 h4 h5 h6 hr li ol p pre section table td th tr ul"
)

_REST_OF_TAG = r"""(?: [a-z][a-z0-9_:-]*+(?: ?= ?(?:"[^"<>]*+"|'[^'<>]*+'|[^ "'<>=`]++))?+)*+ ?/?>"""
_PLAIN_BLOCK = re.compile(rf"</?(?:blockquote|br|dd|div|dt|figcaption|h[1-6]|hr|li|ol|p|section|ul){_REST_OF_TAG}")
_PLAIN_INLINE = re.compile(
    rf"</?(?:a|abbr|b|cite|code|del|dl|em|figure|i|img|ins|q|s|small|span|strong|sub|sup|time|u){_REST_OF_TAG}"
)
"""Tags that no browser could read in another way, of elements that only ever show what stands in them."""
_PLAIN_ENTITY = re.compile("&(?:amp|lt|gt|quot|apos|nbsp|#39|#(?:1[6-9][0-9]|[2-9][0-9]{2}|[1-9][0-9]{3,4}));")

_BLOCK = re.compile(rf"<(?=/?(?:{_BLOCKS.replace(' ', '|')})\b)", re.IGNORECASE)
_TAG = rf"/?(?:{_ELEMENTS.replace(' ', '|')})(?:[\s/][^<>]*)?>|!--|!doctype\b|!\[cdata\["
_MARKUP = re.compile(f"<(?:{_TAG})", re.IGNORECASE)
_NO_MARKUP = re.compile(f"<(?!{_TAG})", re.IGNORECASE)
_SHOWN_TAG = re.compile(r"<((?:/?[a-zA-Z]|[!?])[^<>\n]{0,200})>")
_TAG_START = re.compile(r"<(?=/?[a-zA-Z]|[!?])")
_OPENING, _CLOSING = "\u2039", "\u203a"
"""Single angle quotes: read like the signs of a tag, and never are."""
_ENTITY = re.compile(r"&(#[0-9]{1,10}|#[xX][0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_AMPERSANDS = re.compile(r"&(?:amp;|#0{0,6}38;|#x0{0,6}26;){2,}", re.IGNORECASE)

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_EMPTY_LINES = re.compile(r"\n{3,}")
_BLANK_LETTERS = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_UNWANTED = re.compile(
    f"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u061c{_BLANK_LETTERS}\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
"""Controls, bidi controls, zero-width junk, surrogates, private use (the store's tag tokens start with U+E000)."""
_CALM = re.compile(
    "[\t\n -~\xa0-\xac\xae-\u02ff\u03a3-\u0482\u048a-\u052f\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2122"
    "\u2190-\u2328\u3000-\u3029\u3041-\u3096\u309b-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9f\U0001f300-\U0001f6d7]*+"
)
"""Texts of characters that nothing is wrong with, alone or side by side; all but a few texts are of these alone."""
_CURSIVE = "\u0600-\u061b\u061d-\u0dff\u0f00-\u109f\u1780-\u17b3\u17b6-\u180d\u180f-\u18af"
"""Scripts in which the joiners U+200C and U+200D change the shape of letters: Arabic to Mongolian."""
_PICTURES = "\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001faff"
_JOINERS = re.compile(
    rf"[\u200c\u200d](?!(?<=[{_CURSIVE}].)[{_CURSIVE}])(?:(?<=\u200c)|(?!(?<=[{_PICTURES}].)[{_PICTURES}]))"
)
"""Joiners where they join neither letters that need them nor the parts of an emoji."""
_MARKS = re.compile(r"[^\w\s\x00-\u02ff]{4,}")
"""Where four combining marks in a row could be; no letter is among them."""
_SUSPECT = re.compile(rf"[{_BLANK_LETTERS}\U000e0100-\U000e01ef]|{_MARKS.pattern}")
"""What may be unwanted though it can be printed: blanks that are letters, variation selectors, piled-up marks."""

_PLAIN_URL = re.compile(
    r"https?://[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*(?::[1-9][0-9]{0,3}|:[1-5][0-9]{4})?(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/?#-]*)?"
)
_NEVER_IN_URL = re.compile(r"[\s\x00-\x20\x7f-\xa0\\<>\"`{}|^\ud800-\udfff\ue000-\uf8ff]")


def clean(post: Post, now: datetime) -> Post:
    """``post`` as it may be stored: plain text, bounded, with a safe link and a time not after ``now``.

    Never raises on anything that a str or datetime can hold; cleaning twice is cleaning once. The very same object
    comes back when nothing had to be changed. An ``@`` before the author's name goes. A title that only repeats the
    start of the text is dropped, as is a text that only repeats the start of the title.
    """
    title, text = _without_repetition(_line(post.title, TITLE_LENGTH), _text(post.text, TEXT_LENGTH))
    external_id = safe_id(post.external_id)
    published_at = _published(post.published_at, now)
    author = _line(post.author, AUTHOR_LENGTH).lstrip("@ ")
    url = safe_url(post.url)
    site = _line(post.site, SITE_LENGTH)
    lang = normal(post.lang)
    words = (external_id, text, author, title, url, site, lang)
    # By identity: the same moment in another zone is equal.
    if published_at is post.published_at and words == _words(post):
        return post
    return Post(post.source, external_id, text, published_at, author, title, url, site, lang, post.stars)


def plain_text(markup: str) -> str:
    """The words of a piece of HTML as plain text, with a line end where a block or ``<br>`` begins or ends.

    Text without any tag keeps its own line ends; only its entities are resolved. At most TEXT_LENGTH characters come
    back, and the same guarantees hold as for ``clean``.
    """
    if _is_clean(markup, TEXT_LENGTH):
        return markup
    markup = markup[: TEXT_LENGTH * _RAW_FACTOR]
    if not _CALM.fullmatch(markup):
        markup = _UNWANTED.sub("", markup)
    if "<" in markup and _TAG_START.search(markup):
        markup = _without_tags(" ".join(markup.split()))
    return _settled(markup, TEXT_LENGTH)


def visible(text: str) -> str:
    """``text`` without the controls and invisible characters that ``clean`` takes out of it."""
    return text if text.isprintable() else _UNWANTED.sub("", text)


def safe_url(url: str) -> str:
    """``url`` if it is a plain http(s) address that may become a link, else ''.

    Refused: other schemes, control characters and blanks inside, backslashes, quotes and angle brackets, credentials, a
    missing host, a port that is none, more than URL_LENGTH characters.
    """
    if not url:
        return ""
    if len(url) <= URL_LENGTH and _PLAIN_URL.fullmatch(url):
        return url
    url = url.strip()
    if len(url) > URL_LENGTH or _NEVER_IN_URL.search(url) or _UNWANTED.search(url):
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
    """``external_id``, or a hash of it where a database could not hold it or it is beyond ID_LENGTH characters."""
    if len(external_id) <= ID_LENGTH and external_id.isprintable():
        return external_id
    return "sha256:" + hashlib.sha256(external_id.encode("utf-8", "surrogatepass")).hexdigest()


def _words(post: Post) -> tuple[str | None, ...]:
    return post.external_id, post.text, post.author, post.title, post.url, post.site, post.lang


def _published(at: datetime, now: datetime) -> datetime:
    """``at`` in aware UTC, taken for UTC where it names no zone; between EARLIEST and ``now``."""
    if at.tzinfo is not UTC:
        try:
            at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (OverflowError, ValueError):
            return now
    return max(EARLIEST, min(at, now))


def _line(text: str, length: int) -> str:
    """``text`` cleaned, on one line."""
    if _is_clean(text, length):
        return text
    return " ".join(_text(text, length).split())


def _text(text: str, length: int) -> str:
    """``text`` cleaned, its line ends kept, cut to ``length`` characters."""
    if _is_clean(text, length) or ("\n" in text and _are_clean(text, length)):
        return text
    text = text[: length * _RAW_FACTOR]
    if "<" in text:
        text = _UNWANTED.sub("", text)
        if _MARKUP.search(text):
            text = _without_tags(_NO_MARKUP.sub("&lt;", text))
    return _settled(text, length)


def _is_clean(text: str, length: int) -> bool:
    """Whether nothing of ``text`` has to be changed, as in most posts; False means that it has to be looked at."""
    if not text:
        return True
    if len(text) > length or "<" in text or "  " in text or not text.isprintable():
        return False
    if text[0] == " " or text[-1] == " " or ("&" in text and _ENTITY.search(text)):
        return False
    if text.isascii() or _CALM.fullmatch(text):
        return True
    return unicodedata.is_normalized("NFC", text) and not _SUSPECT.search(text)


def _are_clean(text: str, length: int) -> bool:
    """The same of a text of several lines."""
    if len(text) > length or "\n\n\n" in text or text[0] == "\n" or text[-1] == "\n":
        return False
    return all(_is_clean(line, length) for line in text.split("\n"))


def _without_tags(markup: str) -> str:
    """``markup`` without tags and the content of scripts and styles; what is left is escaped, once.

    What is of plain tags and entities alone needs no parser, which would come to the same ten times as slowly.
    """
    text = _PLAIN_INLINE.sub("\0", _PLAIN_BLOCK.sub("\n", markup))  # not "", which could make entities of two halves
    if "<" not in text and "\0" not in markup and text.count("&") == len(_PLAIN_ENTITY.findall(text)):
        return text.replace("\0", "")
    return nh3.clean(_BLOCK.sub("\n<", markup), tags=set(), clean_content_tags={"script", "style"})


def _settled(text: str, length: int) -> str:
    """``text`` with its entities resolved and its characters put right until nothing changes any more."""
    for _ in range(_ROUNDS):
        before, text = text, _characters(_resolved(text))
        if text == before or (_CALM.fullmatch(text) and not _ENTITY.search(text)):
            break  # for the next round would change nothing
    else:
        text = _ENTITY.sub(r"& \1;", text)
    if "<" in text:
        text = _TAG_START.sub(_OPENING, _SHOWN_TAG.sub(rf"{_OPENING}\1{_CLOSING}", text))
    return text[:length].rstrip()


def _resolved(text: str) -> str:
    """``text`` with each entity, however often its ampersand was escaped, turned into what it stands for."""
    if "&" not in text:
        return text
    return _ENTITY.sub(_character, _AMPERSANDS.sub("&amp;", text))


def _character(entity: re.Match[str]) -> str:
    """What an entity stands for; itself where no such name is known."""
    return html.unescape(entity[0]) if entity[1][0] == "#" else html5.get(f"{entity[1]};", entity[0])


def _characters(text: str) -> str:
    """``text`` in NFC without unwanted characters, blanks folded, and with at most three combining marks in a row."""
    if not _CALM.fullmatch(text):
        text = _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))
        if not text.isascii():
            text = _MARKS.sub(_three_marks, unicodedata.normalize("NFC", _JOINERS.sub("", text)))
    if "\n" not in text:
        return " ".join(text.split())
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _three_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= 3:
            kept.append(character)
    return "".join(kept)


def _without_repetition(title: str, text: str) -> tuple[str, str]:
    """Title and text, one of them '' where it only repeats how the other starts."""
    if not title or not text or title[0].casefold()[0] != text[0].casefold()[0]:
        return title, text
    start = " ".join(text[: 2 * TITLE_LENGTH].split())
    if _repeats(title, start):
        return "", text
    return (title, "") if _repeats(start, title) else (title, text)


def _repeats(part: str, whole: str) -> bool:
    """Whether ``part``, possibly cut with an ellipsis, is how ``whole`` begins."""
    stem = part.rstrip(" .…")
    if not stem or not whole.casefold().startswith(stem.casefold()):
        return False
    cut = part.endswith(("…", "..."))
    return cut or len(whole) == len(stem) or not whole[len(stem) : len(stem) + 1].isalnum()
