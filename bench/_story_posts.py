"""Posts that belong to one story, and posts that only look as if they did, made from ``tests/data/stories.toml``."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from monitor.model import Post

STORIES = Path(__file__).resolve().parents[1] / "tests" / "data" / "stories.toml"
START = datetime(2026, 11, 2, 6, tzinfo=UTC)
FOOTER = (
    "You receive this letter because you are a reader of The Weekly Heater, the independent journal for the trade. "
    "Read more at https://weekly.example/ and follow us everywhere. Our terms of use and the privacy policy apply. All "
    "rights reserved. Unsubscribe at any time with one click."
)
ABOUT = (
    "Acme was founded in Leeds in 1931 and makes heaters, trams and chocolate. With 14,000 people at twenty sites it "
    "turned over 3.1 billion euros last year."
)
EPISODE = (
    "Every week Mo and Kit talk with people who know the trade about Acme, Globex and all the others that heat, fly "
    "and compute for us. Support the show and get episodes without advertising two days earlier."
)
QUOTE = (
    "> Has anybody else noticed that the new Acme models switch themselves off at night, although the manual says\n"
    "> that they should keep the last temperature until somebody changes it? Mine has done so since the update.\n\n"
)
_NAMES = "Ada Bo Cleo Dov Edda Finn Gus Hal Ines Joost Kaya Lior Mina Nils Olga Piet Quinn Rosa Sven Tove Ugo Vera"
NAMES = _NAMES.split()
PAGES = {
    "home page": "https://acme.example/",
    "section front": "https://daily.example/business",
    "link in bio": "https://linktr.ee/acme_fans",
    "app store": "https://play.google.com/store/apps/details?id=com.acme.app",
    "shop": "https://shop.example/heaters/model-7",
    "sign-up form": "https://weekly.example/newsletter/sign-up-for-the-weekly-heater",
    "counted click": "https://click.weekly.example/?qs=4f0c8a1b2233445566",
}


class LabelledPost(NamedTuple):
    """A post with its story; posts with different labels are different stories."""

    post: Post
    story: str
    kind: str


def load_stories() -> list[dict[str, str]]:
    """The made-up news."""
    stories: list[dict[str, str]] = tomllib.loads(STORIES.read_text(encoding="utf-8"))["stories"]
    return stories


def make_posts(stories: list[dict[str, str]]) -> list[LabelledPost]:
    """The posts about ``stories`` and those that are about nothing in common, by time of publication."""
    made = [post for n, story in enumerate(stories) for post in (*_forms(n, story), *_strangers(n, stories))]
    return sorted(made, key=lambda one: (one.post.published_at, one.post.external_id))


def _forms(n: int, story: dict[str, str]) -> Iterator[LabelledPost]:
    """One story as it goes round."""
    title, text, comment = story["title"], story["text"], story["comment"]
    lead = text.partition(". ")[0] + "."
    page = f"https://daily.example/2026/11/02/{_slug(title)}"
    wrapped = f"https://www.google.com/url?sa=t&url={quote(page, safe='')}&ct=ga"
    forms = (
        ("original", 0.0, _item("Daily", title, text, page)),
        (
            "agency copy",
            2.0,
            _item("Evening Post", story["rewritten"], text, f"https://post.example/a/{70_000_123 + n}"),
        ),
        ("shortened copy", 2.5, _item("Star", f"Today: {story['rewritten']}", lead, f"https://star.example/{n}/today")),
        ("edited copy", 6.0, _item("Echo", title, f"{lead} {story['summary']}", f"https://echo.example/{n}/echo")),
        ("pasted copy", 7.0, _note("Forum", text, f"p{n}")),
        (
            "own summary",
            3.0,
            _item("Herald", f"{title} - Herald", story["summary"], f"https://herald.example/{n}/story"),
        ),
        ("alert", 4.0, _item("Alerts", f"{title} | The Daily", "", wrapped)),
        ("headline only", 1.0, _note("Mastodon", title, f"m{n}")),
        ("headline and link", 5.0, _note("X", f"{title} {page}?utm_source=x&utm_medium=social", f"x{n}")),
        ("comment and link", 8.0, _note("X", f"{comment} {page}", f"y{n}")),
        ("comment and card", 30.0, _note("Bluesky", comment, f"b{n}", link=f"{page}?fbclid=abc{n}")),
        ("other headline, mobile", 50.0, _item("Reddit", story["rewritten"], "", _thread(n), link=_mobile(page))),
        ("comment, six days later", 144.0, _note("Forum", f"{comment} {page}#comments", f"f{n}")),
    )
    for kind, hours, post in forms:
        yield LabelledPost(_dated(post, n, hours), f"story {n}", kind)


def _strangers(n: int, stories: list[dict[str, str]]) -> Iterator[LabelledPost]:
    """Posts that have something in common with others, but no story."""
    words = sorted({word for story in stories for word in re.findall(r"[a-z]{3,}", story["text"])})

    def chatter(kind: str) -> str:
        return " ".join(random.Random(f"{kind} {n}").sample(words, 11))

    for kind, page in PAGES.items():
        yield _stranger(n, kind, _note("Bluesky", f"{chatter(kind)} {page}", f"{kind}{n}"))
    weekly = f"https://weekly.example/issues/{31_000 + n}"
    yield _stranger(n, "footer", _item("Weekly", f"Letter to {_name(n)}", f"{chatter('f')}. {FOOTER}", weekly))
    sister = _item("Weekly South", f"Notes for {_name(n + 7)}", f"{chatter('g')}. {FOOTER}", f"{weekly}99")
    yield _stranger(n, "footer of a sister", sister)
    unmarked = _item("Trade", f"{_name(n)} speaks", f"{chatter('t')}. {ABOUT}", f"https://trade.example/{n}/talk")
    yield _stranger(n, "about the company", unmarked)
    release = _item("Wire", f"{_name(n + 9)} joins", f"{chatter('w')}. {ABOUT}", f"https://wire.example/{n}/release")
    yield _stranger(n, "about the company, elsewhere", release)
    podcast = _item("Podcast", f"{_name(n)} and {_name(n + 3)}", EPISODE, "https://pod.example/show/1")
    yield _stranger(n, "episode", podcast)
    thread = "https://forum.example/t/night-mode-of-the-new-models/881"
    yield _stranger(n, "quote of a thread", _note("Forum", f"{QUOTE}{chatter('q')}, {thread}", f"q{n}"))
    change = f"{'gains' if n % 2 else 'sheds'} {n % 7}.{n % 10} per cent to {40 + n}.{n % 9} euros"
    ticker = _item("Ticker", f"Acme stock {change} in {_name(n)} trading", "", f"https://ticker.example/acme/{n}")
    yield _stranger(n, "ticker", ticker)
    slugs = [_slug(stories[(n + k) % len(stories)]["title"]) for k in (1, 2, 3)]
    links = " ".join(f"https://daily.example/2026/11/02/{slug}" for slug in slugs)
    yield _stranger(n, "digest", _note("Mastodon", f"{chatter('d')}: {links}", f"d{n}"))


def _stranger(n: int, kind: str, post: Post) -> LabelledPost:
    return LabelledPost(_dated(post, n, 6.0 + len(kind) % 5), f"{kind} {n}", kind)


def _item(source: str, title: str, text: str, url: str, link: str = "") -> Post:
    return Post(source, f"{url} {title}", text, START, title=title, url=url, link=link)


def _note(source: str, text: str, author: str, link: str = "") -> Post:
    address = f"https://{source.lower()}.example/@{quote(author)}/{len(text)}00{sum(map(ord, text))}"
    return Post(source, address, text, START, author=author, url=address, link=link)


def _dated(post: Post, n: int, hours: float) -> Post:
    at = START + timedelta(hours=hours, minutes=37 * n)
    return Post(
        post.source, post.external_id, post.text, at, post.author, post.title, post.url, lang="en", link=post.link
    )


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _mobile(page: str) -> str:
    return page.replace("https://daily.", "https://m.daily.") + "/amp?ref=share"


def _thread(n: int) -> str:
    return f"https://www.reddit.com/r/news/comments/1abc{n:02}/title_of_the_thread/"


def _name(n: int) -> str:
    return f"{NAMES[n % len(NAMES)]} {NAMES[(3 * n + 1) % len(NAMES)]}sen"
