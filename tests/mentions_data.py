"""A store with made-up mentions for the tests of the Mentions page: six example posts, and any number of plain ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from monitor.model import (
    Brand,
    Evidence,
    Finding,
    Health,
    Intent,
    JudgedPost,
    Match,
    Post,
    Score,
    SourceStatus,
    Span,
    WordWeight,
)
from monitor.store import Store, open_store
from tests.fake_store import intent_phrases

BRANDS = (
    Brand("Acme", "acme OR @acmehelp", ours=True),
    Brand("Globex", 'globex OR "globex parcel*"'),
    Brand("Initech", "initech*"),
    Brand("Umbrella", "umbrella -rain"),
)
SOURCES = ("Bluesky", "Forum", "Reddit")
HOSTILE = (
    "<script>alert(1)</script> Acme <img src=x onerror=alert(1)> & \"quotes\" 'single'",
    "Acme " + "x" * 200 + " unbroken",
    "Acme " + "a long story. " * 230,
    "أنا غاضب جدا من Acme لأن الطرد لم يصل",
    "Acme Z̴̡̛a̴̡l̶g̷o̶ te̵x̴t 👩‍👩‍👧‍👦🏳️‍🌈 {{ 7*7 }} ${7*7}",
)


def new_store(folder: Path, now: datetime) -> Store:
    """A new store with BRANDS, and with sources that were read just now."""
    store = open_store(f"sqlite:///{folder / 'wallflower.db'}")
    store.register_brands(BRANDS, now)
    for name in SOURCES:
        store.save_status(status(name, now), now)
    return store


def status(name: str, now: datetime, **changes: Any) -> SourceStatus:
    """The status of a working source."""
    fields: dict[str, Any] = {"health": Health.WORKING, "last_try": now, "last_success": now - timedelta(seconds=20)}
    return SourceStatus(name, "feed", **{**fields, **changes})


def finding(
    brand: str,
    text: str,
    value: float | None,
    words: Sequence[tuple[str, float]] = (),
    title: str = "",
    reason: str = "",
) -> Finding:
    """A finding of ``brand``: its name matched, and ``words`` count as evidence."""
    body = f"{title}\n\n{text}" if title else text
    spans = tuple(Span(*m.span()) for m in re.finditer(re.escape(brand), body, re.IGNORECASE))
    counted = tuple(WordWeight(*m.span(), weight) for word, weight in words if (m := re.search(word, body)))
    judged = (Span(0, body.find(".", counted[-1].end) + 1 or len(body)),) if counted else ()
    rule = next(b.rule for b in BRANDS if b.name == brand)
    return Finding(Match(brand, rule, spans), Score(value, Evidence(judged, counted, reason)))


def judged(post: Post, *findings: Finding) -> JudgedPost:
    """A judged post without signature."""
    return JudgedPost(post, findings)


def save_posts(store: Store, now: datetime, n: int = 0) -> None:
    """Save ``n`` plain posts of the last six days, then the example posts, newest last."""
    store.save("Forum", plain_posts(now, n), now=now - timedelta(minutes=50))
    for name, post, found in example_posts(now):
        store.save(name, [judged(post, found)], now=post.published_at + timedelta(minutes=1))


def plain_posts(now: datetime, n: int) -> list[JudgedPost]:
    """``n`` posts of the Forum over the last six days, with every brand and every sentiment."""
    values = (-0.6, 0.0, 0.5, None)
    posts = []
    for i in range(n):
        brand = BRANDS[i % len(BRANDS)].name
        text = f"Post number {i} says that {brand} is what it is."
        at = now - timedelta(minutes=60) - timedelta(hours=6 * 24) * (1 - i / max(1, n))
        post = Post("Forum", f"plain-{i}", text, at, author=f"user{i % 7}", url=f"https://forum.example/{i}", lang="en")
        posts.append(judged(post, finding(brand, text, values[i // len(BRANDS) % 4])))
    return posts


class ExamplePost(NamedTuple):
    """A post of ``example_posts``."""

    minutes: int
    """Age."""
    source: str
    author: str
    brand: str
    text: str
    value: float | None
    words: tuple[tuple[str, float], ...] = ()
    intent: Intent = Intent.NONE
    lang: str = "en"


EXAMPLE_POSTS = (
    ExamplePost(
        58,
        "Bluesky",
        "quietcandle.example",
        "Initech",
        "Initech's pickup window is now “between 8 and 20”. That is not a window, that is a day. Who has moved and not "
        "regretted it?",
        -0.63,
        (("regretted", -1.9),),
        Intent.RECOMMENDATION,
    ),
    ExamplePost(
        52,
        "Reddit",
        "nordlicht_tea",
        "Globex",
        "Credit where due: Globex support found our lost pallet in under an hour. Still leaving in January, because "
        "the new price is not for us.",
        0.49,
        (("support", 1.7),),
        Intent.SWITCHING_FROM | Intent.PRICE,
    ),
    ExamplePost(
        41,
        "Forum",
        "holzwurm82",
        "Globex",
        "Globex hat unsere Pakete schon wieder nicht abgeholt, drittes Mal in diesem Monat. Wir suchen jetzt jemand "
        "anderen, Tipps?",
        None,
        (),
        Intent.RECOMMENDATION,
        "de",
    ),
    ExamplePost(
        31,
        "Bluesky",
        "ole@tidewater.example",
        "Umbrella",
        "Does anyone ship with Umbrella from Austria to the UK? Curious how they handle customs on returns before I "
        "sign anything.",
        0.04,
        (("Curious", 0.3),),
        Intent.RECOMMENDATION,
    ),
    ExamplePost(
        28,
        "Reddit",
        "brewlab_ops",
        "Globex",
        "Globex raises its small-parcel price by 18 % from January, the third increase in two years. Letter arrived "
        "today: two lines, no reason given.",
        -0.58,
        (("no", -1.2),),
        Intent.PRICE | Intent.SWITCHING_FROM,
    ),
    ExamplePost(
        24,
        "Bluesky",
        "marta.knits",
        "Globex",
        "We are done with Globex. Lost parcels three weeks running and the worst support I have dealt with. Which "
        "carrier do small shops in Germany trust? A friend loves Acme, says pickup is always on time.",
        -0.75,
        (("Lost", -1.3), ("worst", -3.1)),
        Intent.SWITCHING_FROM | Intent.RECOMMENDATION,
    ),
)
"""Made up, oldest first."""


def example_posts(now: datetime) -> list[tuple[str, Post, Finding]]:
    """EXAMPLE_POSTS as (source, post, finding), published in the last hour."""
    return [(example.source, _post(example, now), _finding(example)) for example in EXAMPLE_POSTS]


def _post(example: ExamplePost, now: datetime) -> Post:
    return Post(
        example.source,
        f"readable-{example.minutes}",
        example.text,
        now - timedelta(minutes=example.minutes),
        author=example.author,
        url=f"https://example.com/{example.minutes}",
        site="r/shopkeepers" if example.source == "Reddit" else "",
        lang=example.lang,
    )


def _finding(example: ExamplePost) -> Finding:
    reason = "German" if example.lang == "de" else ""
    plain = finding(example.brand, example.text, example.value, example.words, reason=reason)
    return Finding(plain.match, plain.score, intent_phrases(example.intent))
