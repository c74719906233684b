"""Untrusted text cannot run code, break the layout or break the database, and keeps its meaning."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta, timezone, tzinfo
from urllib.parse import urlsplit

import nh3
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.model import Post
from monitor.text import cleaning
from monitor.text.cleaning import clean, plain_text, safe_id, safe_url
from monitor.text.quotes import mark_quotes, prefix_quotes
from tests.fakes import NOON, post

ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example></sCrIpT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<b>script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    '<img alt="<" src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<x onmouseover=alert(1)>y",
    "<textarea><script>alert(1)</script></textarea>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--><script>alert(1)</script-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)",
    "&#60;script&#62;alert(1)",
    "&#x3c;script&#x3E;",
    "&l\u200bt;script>",
    "&lt\u037escript>",
    "<\u200bscript>alert(1)</script>",
    "<\x00script>alert(1)</script>",
    "&am&#112;;lt;script&gt;",
    "<a href='javascript:alert(1)'>click</a>",
    "{{ 7*7 }}<%= 7*7 %>",
]
OPENS_A_TAG = re.compile(r"<(/?[a-zA-Z]|[!?])")
CONTROL_OR_INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
hostile = st.text() | st.lists(
    st.sampled_from(
        ["<", ">", "/", "&", ";", "amp;", "&lt;", "&#38;", "#", "x", "script", "b", "!", "--", " ", "\n", "\t"]
    )
    | st.sampled_from(
        ["\u0301", "\u200d", "\u200c", "\u202e", "\ud800", "\ue000", "\u2028", "م", "👩", "e", "\u0338", "@"]
    )
).map("".join)


def cleaned(text: str) -> str:
    return clean(Post("Forum", "1", text, NOON), NOON).text


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("read", [cleaned, plain_text])
def test_attack_becomes_harmless_text(attack: str, read: Callable[[str], str]) -> None:
    assert not OPENS_A_TAG.search(read(attack))


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_is_harmless_in_every_field(attack: str) -> None:
    result = clean(post(attack, title=f"x{attack}", author=attack, site=attack, url=attack), NOON)
    assert not any(
        OPENS_A_TAG.search(field) for field in (result.text, result.title, result.author, result.site, result.url)
    )


@given(hostile, hostile)
@example("&\u200blt;b>", "")
@example("\u064a\u200c\u061c\u064a", "\u0301" * 9 + "\u200d" + "\u0301" * 9)
def test_clean_is_idempotent(text: str, title: str) -> None:
    once = clean(Post("Forum", text, text, NOON, title, title, text, text), NOON)
    assert clean(once, NOON) == once


LINK_PARTS = st.sampled_from(
    ["https://a.example/e", "?utm_source=x", "&l", "&", "#60;", "lt;", "?b&amp", ";", "\u0301", ")", " ", "<b>", "\n"]
)


@given(st.lists(LINK_PARTS, max_size=12).map("".join))
@example("https://a.example/e?utm_source=x\u0301")
@example("https://a.example/?b&lt&utm_source=x; c")
def test_cleaning_is_idempotent_where_tracking_parameters_are_removed(text: str) -> None:
    once = clean(Post("Forum", "1", text, NOON, title=text), NOON)
    assert clean(once, NOON) == once


def test_tracking_parameters_and_redirects_are_removed_from_a_post() -> None:
    lamp = "https://shop.example/lamp"
    post = Post(
        "Forum",
        "1",
        f"Look: {lamp}?utm_source=acme&amp;utm_campaign=globex-sale",
        NOON,
        title=f"{lamp}?fbclid=acme",
        url=f"https://www.google.com/url?url={lamp}%3Futm_source%3Dacme",
    )
    found = clean(post, NOON)
    assert (found.title, found.text, found.url) == (lamp, f"Look: {lamp}", lamp)


@given(hostile)
def test_result_is_safe_for_screens_and_the_database(text: str) -> None:
    for out in (cleaned(text), plain_text(text)):
        assert not OPENS_A_TAG.search(out)
        assert not CONTROL_OR_INVISIBLE.search(out)
        assert not any(unicodedata.category(c) in {"Cs", "Co"} for c in out)
        assert unicodedata.is_normalized("NFC", out)
        assert "  " not in out
        assert "\n\n\n" not in out
        assert longest_mark_run(out) <= 3
        out.encode("utf-8")


def longest_mark_run(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character)[0] == "M" else 0
        longest = max(longest, run)
    return longest


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("I <3 you & a < b", "I <3 you & a < b"),
        ("hearts </3 break", "hearts </3 break"),
        ("waited <5 seconds", "waited <5 seconds"),
        ("Fish &amp; chips &lt;3", "Fish & chips <3"),
        ("AT&amp;amp;T", "AT&T"),
        ("a?x=1&copy=2", "a?x=1&copy=2"),
        ("&nosuchname; &#xD800;", "&nosuchname; \ufffd"),
        ("one\r\ntwo\u2028three", "one\ntwo\nthree"),
        ("a \n\n\n\n b\t\tc\xa0d", "a\n\nb c d"),
        ("Cafe\u0301", "Café"),
        ("z" + "\u0301" * 9, "\u017a\u0301\u0301\u0301"),
        ("Ac\xadme \u202eevil\u202c", "Acme evil"),
        ("\ue000brand", "brand"),
        ("👩\u200d💻 ab\u200dc", "👩\u200d💻 abc"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("क्\u200dष", "क्\u200dष"),
        ("see <b>this</b>", "see this"),
        ("a List<String> of if x <b then", "a List\u2039String\u203a of if x \u2039b then"),
    ],
)
def test_clean_keeps_what_people_typed(typed: str, kept: str) -> None:
    assert cleaned(typed) == kept


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>Hello<br/>World</p><p>Bye</p>", "Hello\nWorld\n\nBye"),
        ("<ul><li>one</li><li>two</ul>", "one\n\ntwo"),
        ("<p>folded\n   lines</p>", "folded lines"),
        ("no tag\nkeeps lines &amp; all", "no tag\nkeeps lines & all"),
        ("a<style>p{}</style><script>x()</script>b", "ab"),
        ("<p>Use &lt;b&gt; here</p>", "Use \u2039b\u203a here"),
        ("<span class=invisible>https://</span>acme.example", "https://acme.example"),
    ],
)
def test_plain_text_is_what_a_browser_shows(html: str, shown: str) -> None:
    assert plain_text(html) == shown
    assert cleaned(plain_text(html)) == shown


def test_clean_returns_a_clean_post_itself() -> None:
    same = post("Acme is fine, really.", url="https://forum.example/t/1?a=1&b=2#c", author="Ann", lang="en")
    assert clean(same, NOON) is same


def test_every_field_has_a_maximum_length() -> None:
    result = clean(post("é" * 90_000, title="t" * 900, author="a" * 900, site="s" * 900, external_id="i" * 900), NOON)
    assert (len(result.text), len(result.title)) == (cleaning.MAX_TEXT_CHARS, cleaning.MAX_TITLE_CHARS)
    assert (len(result.author), len(result.site)) == (cleaning.MAX_AUTHOR_CHARS, cleaning.MAX_SITE_CHARS)
    assert len(result.external_id) <= cleaning.MAX_ID_CHARS


@pytest.mark.parametrize(
    "bomb", ["&amp;" * 40_000, "&" + "amp;" * 40_000, "<" * 90_000, "<b " * 40_000, "<!--" * 30_000]
)
def test_markup_bomb_is_cut(bomb: str) -> None:
    assert len(cleaned(bomb)) <= cleaning.MAX_TEXT_CHARS
    assert len(plain_text(bomb)) <= cleaning.MAX_TEXT_CHARS


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Acme is down", "Acme is down", ("", "Acme is down")),
        ("Acme is down", "Acme is\ndown again since noon", ("", "Acme is\ndown again since noon")),
        ("Acme is dow…", "Acme is down again", ("", "Acme is down again")),
        ("Acme is dow...", "Acme is down again", ("", "Acme is down again")),
        ("Acme is down since", "acme is down", ("Acme is down since", "")),
        ("Acme is down again since no", "Acme is down again since noon.", ("", "Acme is down again since noon.")),
        ("\u201cAcme is dow\u2026\u201d", '"Acme is down" again', ("", '"Acme is down" again')),
        ("Acme is down [...]", "Acme is down again", ("", "Acme is down again")),
        ("Acme is down... (more)", "Acme is down again", ("", "Acme is down again")),
        ("Acme is do\u2026 Read more", "Acme is down again", ("", "Acme is down again")),
        ("Acme is do\u2026 (1/2)", "Acme is down again", ("", "Acme is down again")),
        ("Acme wants more", "Acme wants", ("Acme wants more", "")),
        (
            "Acme\u2019s lamp \u2013 a review",
            "Acme's lamp - a review. Bright.",
            ("", "Acme's lamp - a review. Bright."),
        ),
        ("\U0001f4a1 Acme is down", "Acme is down again", ("", "Acme is down again")),
        ("Acme is down - The Lamp", "Acme is down The Lamp", ("", "Acme is down The Lamp")),
        ("\U0001f4a1", "\U0001f4a1 indeed", ("", "\U0001f4a1 indeed")),
        ("Acme", "Acmeville is lovely", ("Acme", "Acmeville is lovely")),
        ("Acme", "", ("Acme", "")),
        ("A question", "Who knows Acme?", ("A question", "Who knows Acme?")),
    ],
)
def test_title_that_repeats_the_text_is_dropped(title: str, text: str, expected: tuple[str, str]) -> None:
    result = clean(post(text, title=title), NOON)
    assert (result.title, result.text) == expected


def test_markup_does_not_count_towards_the_maximum_length() -> None:
    tags = "<b></b>" * 100
    assert clean(post("x", title=f"{tags}Acme is down"), NOON).title == "Acme is down"
    assert plain_text("<b></b>" * 10_000 + "Acme") == "Acme"


def test_only_the_start_of_endless_markup_is_parsed() -> None:
    assert "Acme" not in plain_text("<b></b>" * 20_000 + "Acme")
    assert "Acme" not in cleaned("<b></b>" * 20_000 + "Acme")


def test_stars_are_kept_when_a_post_is_cleaned() -> None:
    assert clean(post("<b>good</b>", stars=4), NOON).stars == 4


def test_author_site_language_and_title_are_normalised() -> None:
    result = clean(post("x", author=" @ann \n smith", site="forum\texample", lang="en-GB", title="a\nb"), NOON)
    assert (result.author, result.site, result.lang, result.title) == (
        "ann smith",
        "forum example",
        "en",
        "a b",
    )


class OddZone(tzinfo):
    def utcoffset(self, when: datetime | None) -> timedelta:
        return timedelta(hours=-23)

    def dst(self, when: datetime | None) -> None:
        return None


@pytest.mark.parametrize(
    ("published_at", "stored"),
    [
        (NOON + timedelta(days=3), NOON),
        (NOON.replace(tzinfo=None), NOON),
        (NOON.astimezone(timezone(timedelta(hours=9))), NOON),
        (datetime(1, 1, 1), cleaning.EARLIEST_PUBLISHED),
        (datetime.max.replace(tzinfo=OddZone()), NOON),
    ],
)
def test_published_at_is_utc_and_not_in_the_future(published_at: datetime, stored: datetime) -> None:
    cleaned_at = clean(post(published_at=published_at), NOON).published_at
    assert cleaned_at == stored
    assert cleaned_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example",
        "https://a.example:8443/x?y=%20#z",
        "https://müller.example/ü",
        "http://[2001:db8::1]/",
        "HTTPS://A.example/B",
    ],
)
def test_ordinary_link_is_kept(url: str) -> None:
    assert safe_url(f" {url}\n").lower() == url.lower()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "javascript&colon;alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "javascript://a.example/%0Aalert(1)",
        "data://a.example/x",
        "vbscript://a.example/x",
        "file:///etc/passwd",
        "ftp://a.example",
        "//a.example",
        "https:a.example",
        "https:///a",
        "https://",
        "http://user:secret@a.example",
        "http://a.example\\@b.example",
        "http://a.example/\u202egpj.exe",
        "http://a.example/x y",
        'http://a.example/"onclick=',
        "http://a.example:port",
        "http://[::1",
        "http://a%2eexample/",
        "http://\u2100.example",
        "http://a.example/" + "x" * 2000,
        "http://a.example/\ud800",
        "",
    ],
)
def test_dangerous_or_misleading_link_is_rejected(url: str) -> None:
    assert safe_url(url) == ""


schemes = st.sampled_from(["http", "https", "HTTP", "javascript", "data", "file", "http\t", "&#106;avascript", ""])
separators = st.sampled_from(["://", ":", ":/", ":///", "&colon;//", ":\\\\", ": //"])
rests = st.text(max_size=30) | st.from_regex(r"[a-z]{1,9}\.example(:[0-9]{1,6})?(/[a-z?&;=@\\]{0,9})?", fullmatch=True)


@given(schemes, separators, rests)
def test_accepted_url_is_a_link_to_a_host(scheme: str, separator: str, rest: str) -> None:
    url = safe_url(scheme + separator + rest)
    if url:
        parts = urlsplit(url)
        assert parts.scheme in {"http", "https"}
        assert parts.hostname
        assert "@" not in parts.netloc
        assert not re.search(r"[\s\\<>\"\x00-\x1f]", url)
        assert safe_url(url) == url


@given(st.text())
def test_safe_id_is_idempotent_and_storable(external_id: str) -> None:
    assert safe_id(safe_id(external_id)) == safe_id(external_id)
    assert len(safe_id(external_id).encode("utf-8")) <= 4 * cleaning.MAX_ID_CHARS


def test_different_ids_stay_different() -> None:
    long = ["i" * 400 + "1", "i" * 400 + "2", "\ud800", "\ud801", "a"]
    assert len({clean(Post("F", each, "x", NOON), NOON).external_id for each in long}) == len(long)


TAG_NAMES = ["p", "br", "a", "em", "h2", "li", "figure", "pre", "td", "select", "script", "P", "x"]
TAG_NAMES += [
    "iframe",
    "picture",
    "source",
    "video",
    "font",
    "center",
    "article",
    "button",
    "code",
    "blockquote",
    "nav",
]
TAG_ENDS = [">", ">", ">", "/>", " />", ' href="/x?a=1&amp;b=2">', " a='>'>", " b=c d>", ' e="f"g>', "\n>", ""]
TAG_ENDS += [" allowFullScreen>", "></iframe>", "\t a = 'b'>", ">\n", '  a="b"  c>', " -->", "><code>"]
tags = st.tuples(st.sampled_from(["<", "</"]), st.sampled_from(TAG_NAMES), st.sampled_from(TAG_ENDS)).map("".join)
comments = st.sampled_from(
    ["<!-- x -->", "<!--more-->", "<!-- /wp:p -->", "<!-->", "<!--->", "<!-- a > b", "<!--x--!>", "-->"]
)
ENTITIES = ["&amp;", "&lt;", "&#8217;", "&nbsp;", "&quot;", "&copy", "&#13;", "&#3", "9;", "&amp;lt;"]
ENTITIES += [
    "&hellip;",
    "&notit;",
    "&not",
    "it;",
    "&#x27;",
    "&",
    "& ",
    "&&",
    "&#60;",
    "&#x3C;",
    "&#38;",
    "&Tab;",
    "&NewLine;",
]
ENTITIES += [
    "&nvlt;",
    "&LT;",
    "&#150;",
    "&#xd800;",
    "&#xfffe;",
    "&#1114112;",
    "&#x1f600;",
    "&#0;",
    "&nope;",
    "amp;",
    "lt;",
]
entities = st.sampled_from(ENTITIES)
letters = st.sampled_from(
    ["word", " ", "\n", "  ", "\r\n", "\t", "é", "日本", "\u0301", "\xa0", "\u3000", "👩\u200d👩", "\x1f"]
)
pages = st.lists(tags | comments | entities | letters | hostile).map("".join)


def normalized_once(text: str) -> str:
    text = cleaning._INVISIBLE.sub("", cleaning._LINE_ENDS.sub("\n", text))
    text = unicodedata.normalize("NFC", cleaning._STRAY_JOINER.sub("", text))
    text = re.sub(
        r" ?\n ?", "\n", re.sub(r"[^\S\n]+", " ", cleaning._POSSIBLE_MARK_RUN.sub(cleaning._keep_three_marks, text))
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def plain_text_by_parser(markup: str) -> str:
    """The reference implementation of ``plain_text``, without its fast paths for ordinary markup."""
    markup = cleaning._INVISIBLE.sub("", markup)
    if OPENS_A_TAG.search(markup):
        markup = cleaning._BLOCK_TAG_START.sub("\n<", mark_quotes(" ".join(markup.split())))
        markup = prefix_quotes(nh3.clean(markup, tags=set(), clean_content_tags={"script", "style"}))
    for _ in range(cleaning._MAX_ENTITY_DEPTH):
        before, markup = markup, normalized_once(cleaning._resolve_entities(markup))
        if markup == before:
            break
    else:
        markup = cleaning._ENTITY.sub(r"& \1;", markup)
    shown = cleaning._TAG_AS_TEXT.sub("\u2039\\1\u203a", markup)
    return cleaning._TAG_START.sub("\u2039", shown).rstrip()


@given(pages)
@example("<p>One &amp; <a href='/x'>two</a> &#8211; three</p> <p>four</p>")
@example("&#3<abbr>9;")
@example("<pre><p>x")
@example("<table>a<td>b")
@example("<blockquote>a<p>b</blockquote>c")
def test_fast_path_gives_the_same_result_as_the_parser(markup: str) -> None:
    assert plain_text(markup) == plain_text_by_parser(markup)


def test_ordinary_html_needs_no_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nh3, "clean", None)
    markup = (
        '<!-- wp:paragraph -->\n<p class="lead">A&hellip; B & C&#8217;s<br />D</p>\n\n<figure><picture><source\n'
        '\tsrcset="a.webp 424w" /><img loading="lazy" alt="" src="a.png"></picture><figcaption>E</figcaption></figure>'
        '<iframe title="F" src="https://video.example/1" frameBorder="0" allowfullscreen></iframe><pre><code>g &lt; h'
        "</code></pre><center><font color=red>I \u2605</font></center>"
    )
    assert plain_text(markup) == "A\u2026 B & C\u2019s\nD\n\nE\n\ng < h\nI \u2605"


pieces = [
    "a",
    "Z",
    "é",
    "e\u0301",
    "\u0301",
    "ก",
    "&",
    "&amp",
    ";",
    "&nope;",
    "#1",
    " ",
    "\n",
    "\n\n",
    "\u200d",
    "☎",
    "\ufe0f",
    "\U000e0101",
    ".",
]


@given(st.lists(st.sampled_from(pieces)).map("".join))
@example("one\n\ntwo & three\nfour")
def test_text_reported_as_clean_needs_no_change(text: str) -> None:
    assert cleaning._is_clean_multiline("one\n\ntwo & three\nfour", 100)
    if cleaning._is_clean(text, 100) or (text and cleaning._is_clean_multiline(text, 100)):
        assert cleaning._resolve_and_normalize(text, 100) == text


@given(st.text(min_size=1))
@example("ßtrange")
@example("ŉ and ﬁve")
def test_repetition_ignores_case(text: str) -> None:
    title, text = cleaning._clean_line(text.swapcase(), 500), cleaning._clean_text(text, 500)
    start = " ".join(text.split())
    if title.rstrip(" .…") and start.casefold() == title.casefold():
        assert cleaning._drop_repetition(title, text) == ("", text)


def test_no_invisible_character_is_reported_as_clean() -> None:
    assert not [c for c in map(chr, range(0x110000)) if cleaning._INVISIBLE.search(c) and cleaning._is_clean(c, 1)]
    assert plain_text("葛\U000e0100 city") == cleaned("葛\U000e0100 city") == "葛 city"


def test_safe_characters_need_no_change() -> None:
    safe = [c for c in map(chr, range(0x110000)) if cleaning._SAFE_TEXT.fullmatch(c)]
    assert len(safe) > 30_000
    assert not any(cleaning._INVISIBLE.search(c) or cleaning._LINE_ENDS.search(c) for c in safe)
    assert not any(unicodedata.category(c)[0] == "M" or c in "\u200c\u200d" for c in safe)
    assert all(unicodedata.is_normalized("NFC", f"e{c}\uac00{c}") for c in safe)
