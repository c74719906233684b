"""Links without redirect wrappers and tracking parameters."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.text.links import _SIMPLE, _computed_key, canonical_link, link_key, strip_tracking

PARTS = st.sampled_from(
    [
        *("https://", "HTTP://", "www.google.com/url?", "url=", "q=", "u=", "l.facebook.com/l.php?", "news.example/a"),
        *("?", "&", "&amp;", ";", "#", "=", "%3A%2F%2F", "https%3A%2F%2F", "%253F", "%26", "/", ":443", ":99999", "@"),
        *(
            "urldefense.com/v3/__",
            "__;",
            "Iz0!!A!x$",
            "*",
            "**B",
            "urldefense.com/v2/url?u=",
            "-3A__",
            "google.com/amp/s/",
        ),
        *(
            "google.com/amp/s/",
            "cdn.ampproject.org/c/s/",
            "#aoh=",
            "secure-web.cisco.com/1/",
            "protect.checkpoint.com/v2/___",
            "___.",
        ),
        *("utm_source=acme", "fbclid", "ref=7", "ref=x", "id=5", "#comment-5", "[", "]", "\\", " ", "\ud800", "ü", "%"),
        *(")", "(", ".", ",", "_", "lt", "#60;", "amp;", "x.com", "t=1", "\n", "。", "\0", "|"),
    ]
)
HOSTILE = st.one_of(st.text(max_size=80), st.lists(PARTS, max_size=12).map("".join))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.google.com/url?rct=j&sa=t&url=https://news.example/a&ct=ga&cd=X&usg=Y", "https://news.example/a"),
        ("https://www.google.co.uk/url?q=https%3A%2F%2Fnews.example%2Fa%3Fid%3D5", "https://news.example/a?id=5"),
        (
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fshop.example%2Flamp%3Ffbclid%3DI1&h=A",
            "https://shop.example/lamp",
        ),
        ("https://lm.facebook.com/l.php?u=http%3A%2F%2Fshop.example%2F", "http://shop.example/"),
        (
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fshop.example%2Flamp&data=05%7C01&reserved=0",
            "https://shop.example/lamp",
        ),
        ("https://out.reddit.com/t3_1?url=https%3A%2F%2Fshop.example%2F%23a&token=X", "https://shop.example/#a"),
        (
            "https://www.youtube.com/redirect?event=video&redir_token=X&q=https%3A%2F%2Fshop.example",
            "https://shop.example",
        ),
        (
            "http://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fnews.example%2fa&c=1",
            "https://news.example/a",
        ),
        ("https://news.google.com/articles/CB?url=https://news.example/a", "https://news.example/a"),
        ("https://news.google.com/rss/articles/CBMiX?oc=5", "https://news.google.com/rss/articles/CBMiX"),
        ("https://t.co/abc", "https://t.co/abc"),
        ("https://www.google.com/url?rct=j&amp;url=https%3A%2F%2Fnews.example%2Fa&amp;ct=ga", "https://news.example/a"),
        ("https://html.duckduckgo.com/l/?uddg=https%3A%2F%2Fnews.example%2Fa&rut=1", "https://news.example/a"),
        ("https://www.pinterest.de/offsite/?token=1&url=https%3A%2F%2Fnews.example%2Fa", "https://news.example/a"),
        ("https://t.me/iv?url=https%3A%2F%2Fnews.example%2Fa&rhash=1", "https://news.example/a"),
        ("https://www.awin1.com/cread.php?awinmid=1&ued=https%3A%2F%2Fnews.example%2Fa", "https://news.example/a"),
        ("https://linkprotect.cudasvc.com/url?a=https%3A%2F%2Fnews.example%2Fa&c=E,1", "https://news.example/a"),
        ("https://t.co/abc?url=https%3A%2F%2Fnews.example%2Fa", "https://news.example/a"),
        (
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.google.com%2Furl%3Furl%3Dhttps%253A%252F%252Fnews.example%252Fa%253Futm_source%253Dx",
            "https://news.example/a",
        ),
        # Proofpoint
        (
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__news.example_a-2Db-3Fid-3D5-26utm-5Fsource-3Dx&d=Dw&c=e&e=",
            "https://news.example/a-b?id=5",
        ),
        ("https://urldefense.com/v1/url?u=http%3A%2F%2Fnews.example%2Fa&k=x%0A", "http://news.example/a"),
        ("https://urldefense.com/v3/__https://news.example/a_b?id=5__;!!Ab1-c!x-Y_z$", "https://news.example/a_b?id=5"),
        ("https://urldefense.com/v3/__https:/news.example/a__;!!Ab1!x$", "https://news.example/a"),
        ("https://urldefense.us/v3/__https://news.example/*top*x__;Iz0!!Ab1!x$", "https://news.example/#top=x"),
        ("https://urldefense.com/v3/__https://news.example/a**Bb__;w7zDnyM!!Ab1!x$", "https://news.example/aüß#b"),
        ("https://urldefense.com/v3/__https://news.example/a*b__;w!!Ab1!x$", "https://news.example/a*b"),
        ("https://urldefense.com/v3/__javascript:a__;!!A!x$", "https://urldefense.com/v3/__javascript:a__;!!A!x$"),
        ("https://urldefense.com/about", "https://urldefense.com/about"),
        # AMP
        ("https://www.google.com/amp/s/news.example/a/amp/", "https://news.example/a/amp/"),
        (
            "https://www.google.co.uk/amp/news.example/a?id=5&usqp=x#aoh=1&amp_tf=From%20%251",
            "http://news.example/a?id=5",
        ),
        ("https://news-example.cdn.ampproject.org/c/s/news.example/a?amp_js_v=0.1", "https://news.example/a"),
        ("https://cdn.ampproject.org/v/news.example/a#part-2", "http://news.example/a#part-2"),
        ("https://www.bing.com/amp/s/news.example/a", "https://news.example/a"),
        ("https://www.google.com/amp/s/", "https://www.google.com/amp/s/"),
        ("https://news.example/amp/s/other.example/a", "https://news.example/amp/s/other.example/a"),
        ("https://cdn.ampproject.org/v0.js", "https://cdn.ampproject.org/v0.js"),
        # other programs that check the links in mails
        (
            "https://eur01.safelinks.protection.outlook.com/ap/w-59584e83/?url=https%3A%2F%2Fshop.example&data=05",
            "https://shop.example",
        ),
        (
            "https://chn02.safelinks.protection.partner.outlook.cn/?url=https%3A%2F%2Fshop.example",
            "https://shop.example",
        ),
        (
            "https://nam.safelink.emails.azure.net/redirect/?destination=https%3A%2F%2Fshop.example&p=b",
            "https://shop.example",
        ),
        ("https://secure-web.cisco.com/1aB-c_d/https%3A%2F%2Fshop.example%2Flamp", "https://shop.example/lamp"),
        ("https://protect.checkpoint.com/v2/r05/___https://shop.example/lamp___.YzJ1Om", "https://shop.example/lamp"),
        # the target may be encoded once too often, may contain spaces, or may be none at all
        ("https://www.google.com/url?url=https%253A%252F%252Fnews.example%252Fa%2520b", "https://news.example/a%20b"),
        ("https://www.google.com/url?url=https://news.example/a+b", "https://news.example/a%20b"),
        ("https://www.google.com/url?url=javascript:alert(1)", "https://www.google.com/url?url=javascript:alert(1)"),
        ("https://www.google.com/url?q=https://a@b.example/", "https://www.google.com/url?q=https://a@b.example/"),
        (
            "https://www.google.com/search?q=https://news.example/a",
            "https://www.google.com/search?q=https://news.example/a",
        ),
        (
            "https://google.com.evil.example/url?url=https://a.example",
            "https://google.com.evil.example/url?url=https://a.example",
        ),
    ],
)
def test_redirect_wrappers_are_removed(url: str, expected: str) -> None:
    assert canonical_link(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/p?utm_source=x&utm_medium=y&id=1", "https://a.example/p?id=1"),
        ("https://a.example/p?id=1&fbclid=x&gclid=y&mc_eid=z&igsh=1", "https://a.example/p?id=1"),
        ("https://a.example/p?UTM_Source=x", "https://a.example/p"),
        ("https://a.example/p?utm%5Fsource=x", "https://a.example/p"),
        ("https://a.example/p?id=1&amp;utm_source=x&amp;v=2", "https://a.example/p?id=1&v=2"),
        ("https://a.example/p?id=1?utm_source=x", "https://a.example/p?id=1"),
        ("https://a.example/p?id=1;utm_source=x", "https://a.example/p?id=1"),
        ("https://a.example/p?ref=newsletter", "https://a.example/p"),
        ("https://a.example/p?gad_source=1&gad_campaignid=2&WT.mc_id=x&wt_mc=y", "https://a.example/p"),
        ("https://a.example/p?itm_source=x&ns_campaign=y&sc_campaign=z&elqTrackId=1", "https://a.example/p"),
        ("https://a.example/p?fb_action_ids=1&_openstat=x&awc=1&cjevent=2&irgwc=1", "https://a.example/p"),
        ("https://www.amazon.co.uk/dp/1?tag=acme-21&linkCode=ogi&th=1", "https://www.amazon.co.uk/dp/1?th=1"),
        ("https://a.example/p?tag=acme&source=x&campaign=y", "https://a.example/p?tag=acme&source=x&campaign=y"),
        ("https://a.example/homes?ref=90817", "https://a.example/homes?ref=90817"),
        ("https://a.example/p?p=1&v=2&t=3&q=utm_source", "https://a.example/p?p=1&v=2&t=3&q=utm_source"),
        ("https://youtu.be/abc?si=x&t=10", "https://youtu.be/abc?t=10"),
        ("https://m.youtube.com/watch?v=a&feature=share", "https://m.youtube.com/watch?v=a"),
        ("https://a.example/?si=5", "https://a.example/?si=5"),
        ("https://x.com/bob/status/1?s=20&t=abc", "https://x.com/bob/status/1"),
        ("https://a.example/p#utm_source=rss", "https://a.example/p"),
        ("https://a.example/p#xtor=RSS-1", "https://a.example/p"),
        ("https://a.example/p#comments", "https://a.example/p"),
        ("https://a.example/p#more-17", "https://a.example/p"),
        ("https://a.example/p#comment-17", "https://a.example/p#comment-17"),
        ("https://a.example/#!/p/1", "https://a.example/#!/p/1"),
        ("https://a.example/changes#release-2", "https://a.example/changes#release-2"),
        ("HTTPS://A.Example:443/P?B=1", "https://a.example/P?B=1"),
        ("http://a.example:8080/", "http://a.example:8080/"),
        (" https://a.example/ ", "https://a.example/"),
        ("mailto:a@b.example?utm_source=x", "mailto:a@b.example?utm_source=x"),
        ("http://[", "http://["),
        ("http://a.example:x/?utm_source=x", "http://a.example:x/"),
        ("", ""),
    ],
)
def test_a_link_keeps_only_what_leads_to_its_page(url: str, expected: str) -> None:
    assert canonical_link(url) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.a.example/p/", "http://a.example/p"),
        ("https://a.example", "https://a.example/"),
        ("https://a.example/p?b=2&a=1", "https://a.example/p?a=1&b=2&utm_source=x"),
        ("https://a.example/caf%c3%a9", "https://a.example/café"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://a.example/p/?id=1", "https://a.example/p?id=1"),
    ],
)
def test_links_to_one_page_share_a_key(one: str, other: str) -> None:
    assert link_key(one) == link_key(other)


@given(st.from_regex(_SIMPLE, fullmatch=True))
@example("http://a.example/p/./b")
@example("http://a.example/p/..")
def test_the_key_of_a_simple_link_equals_the_computed_one(url: str) -> None:
    assert link_key(url) == _computed_key(url)


def test_links_to_different_pages_have_different_keys() -> None:
    links = ["/p", "/P", "/p?id=1", "/p?id=2", "/p#comment-1", "/p#comment-2", "/#!/a", "/#!/b", "/p?page=2"]
    assert len({link_key(f"https://a.example{link}") for link in links}) == len(links)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See https://a.example/p?utm_source=acme&utm_campaign=globex-sale.", "See https://a.example/p."),
        ("(https://a.example/p?id=1&utm_source=acme)", "(https://a.example/p?id=1)"),
        ("[the lamp](https://a.example/p?utm_source=acme), he said", "[the lamp](https://a.example/p), he said"),
        ("a.example/p?utm_source=acme is cheap", "a.example/p is cheap"),
        ("https://a.example/wiki/B_(c)?utm_source=acme!", "https://a.example/wiki/B_(c)!"),
        ("https://a.example/#utm_source=acme here", "https://a.example/ here"),
        ("これhttps://a.example/p?utm_source=acmeを見て", "これhttps://a.example/pを見て"),
        ("https://a.example/?utm_campaign=лампа да", "https://a.example/ да"),
        ("https://a.example/?utm_campaign=\u0645\u0635\u0628\u0627\u062d، da", "https://a.example/، da"),
        ("https://a.example/?utm_campaign={acme} da", "https://a.example/ da"),
        ('{"url":"https://a.example/?utm_source=acme"}', '{"url":"https://a.example/"}'),
        ("[lamp](https://a.example/p?utm_source=acme)Globex", "[lamp](https://a.example/p)Globex"),
        ("[url]https://a.example/p?utm_source=acme[/url]", "[url]https://a.example/p[/url]"),
        ("[url=https://a.example/p?utm_source=acme]lamp[/url]", "[url=https://a.example/p]lamp[/url]"),
        ("(https://www.google.com/url?url=https://a.example/p&source=acme).", "(https://a.example/p)."),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fa.example%2F%3Futm_source%3Dacme&h=A", "https://a.example/"),
        ("https://a.example/?q=acme", "https://a.example/?q=acme"),
        ("Who? ref=acme&utm_source=b", "Who? ref=acme&utm_source=b"),
        ("The parameter utm_source=acme is new", "The parameter utm_source=acme is new"),
        ("What about ?ref=acme", "What about ?ref=acme"),
    ],
)
def test_tracking_parameters_are_not_text(text: str, expected: str) -> None:
    assert strip_tracking(text) == expected


@settings(max_examples=500)
@given(HOSTILE)
def test_hostile_links_neither_fail_nor_change_twice(text: str) -> None:
    once = canonical_link(text)
    assert canonical_link(once) == once
    link_key(text)


@settings(max_examples=500)
@given(HOSTILE)
def test_hostile_texts_neither_fail_nor_change_twice(text: str) -> None:
    once = strip_tracking(text)
    assert strip_tracking(once) == once


def test_wrappers_in_a_text_are_removed_wherever_they_hold_the_target() -> None:
    wrapped = "https://urldefense.com/v3/__https://news.example/a__;!!Ab1!x$"
    text = f"See {wrapped}, and (https://www.google.com/amp/s/b.example/c)."
    assert strip_tracking(text) == "See https://news.example/a, and (https://b.example/c)."
