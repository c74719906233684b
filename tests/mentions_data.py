"""A store with made-up mentions for the tests of the Mentions page: six worth reading, and as many more as wanted."""

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
    Word,
)
from monitor.store import Store, open_store

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


def opened(folder: Path, now: datetime) -> Store:
    """An empty store that knows BRANDS, and sources that were read just now."""
    store = open_store(f"sqlite:///{folder / 'wallflower.db'}")
    store.register_brands(BRANDS, now)
    for name in SOURCES:
        store.save_status(status(name, now), now)
    return store


def status(name: str, now: datetime, **changes: Any) -> SourceStatus:
    """A source that works."""
    fields: dict[str, Any] = {"health": Health.WORKING, "last_try": now, "last_success": now - timedelta(seconds=20)}
    return SourceStatus(name, "feed", **{**fields, **changes})


def found(
    brand: str,
    text: str,
    value: float | None,
    words: Sequence[tuple[str, float]] = (),
    title: str = "",
    reason: str = "",
) -> Finding:
    """A finding of ``brand`` in a body: its name is what matched, ``words`` are what counted, all of it was judged."""
    body = f"{title}\n\n{text}" if title else text
    spans = tuple(Span(*m.span()) for m in re.finditer(re.escape(brand), body, re.IGNORECASE))
    counted = tuple(Word(*m.span(), weight) for word, weight in words if (m := re.search(word, body)))
    judged = (Span(0, body.find(".", counted[-1].end) + 1 or len(body)),) if counted else ()
    rule = next(b.rule for b in BRANDS if b.name == brand)
    return Finding(Match(brand, rule, spans), Score(value, Evidence(judged, counted, reason)))


def judged(post: Post, *findings: Finding) -> JudgedPost:
    """As a pass would hand it to the store."""
    return JudgedPost(post, findings)


def fill(store: Store, now: datetime, n: int = 0) -> None:
    """Save the readable posts, the newest last, after ``n`` plain ones spread over the last six days."""
    store.save("Forum", plain(now, n), now=now - timedelta(minutes=50))
    for name, post, finding in readable(now):
        store.save(name, [judged(post, finding)], now=post.published_at + timedelta(minutes=1))


def plain(now: datetime, n: int) -> list[JudgedPost]:
    """``n`` posts of the Forum over the last six days, every brand and every sentiment among them."""
    values = (-0.6, 0.0, 0.5, None)
    made = []
    for i in range(n):
        brand = BRANDS[i % len(BRANDS)].name
        text = f"Post number {i} says that {brand} is what it is."
        at = now - timedelta(minutes=60) - timedelta(hours=6 * 24) * (1 - i / max(1, n))
        post = Post("Forum", f"plain-{i}", text, at, author=f"user{i % 7}", url=f"https://forum.example/{i}", lang="en")
        made.append(judged(post, found(brand, text, values[i // len(BRANDS) % 4])))
    return made


class Said(NamedTuple):
    """A post of ``readable``."""

    minutes: int
    source: str
    author: str
    brand: str
    text: str
    value: float | None
    words: tuple[tuple[str, float], ...] = ()
    intent: Intent = Intent.NONE
    lang: str = "en"


SAID = (
    Said(
        58,
        "Bluesky",
        "quietcandle.example",
        "Initech",
        "Initech's pickup window is now “between 8 and 20”. That is not a window, that is a day. Who has moved and not "
        "regretted it?",
        -0.63,
        (("regretted", -1.9),),
        Intent.ASKS,
    ),
    Said(
        52,
        "Reddit",
        "nordlicht_tea",
        "Globex",
        "Credit where due: Globex support found our lost pallet in under an hour. Still leaving in January, because "
        "the new price is not for us.",
        0.49,
        (("support", 1.7),),
        Intent.SWITCHING | Intent.PRICE,
    ),
    Said(
        41,
        "Forum",
        "holzwurm82",
        "Globex",
        "Globex hat unsere Pakete schon wieder nicht abgeholt, drittes Mal in diesem Monat. Wir suchen jetzt jemand "
        "anderen, Tipps?",
        None,
        (),
        Intent.ASKS,
        "de",
    ),
    Said(
        31,
        "Bluesky",
        "ole@tidewater.example",
        "Umbrella",
        "Does anyone ship with Umbrella from Austria to the UK? Curious how they handle customs on returns before I "
        "sign anything.",
        0.04,
        (("Curious", 0.3),),
        Intent.ASKS,
    ),
    Said(
        28,
        "Reddit",
        "brewlab_ops",
        "Globex",
        "Globex raises its small-parcel price by 18 % from January, the third increase in two years. Letter arrived "
        "today: two lines, no reason given.",
        -0.58,
        (("no", -1.2),),
        Intent.PRICE | Intent.SWITCHING,
    ),
    Said(
        24,
        "Bluesky",
        "marta.knits",
        "Globex",
        "We are done with Globex. Lost parcels three weeks running and the worst support I have dealt with. Which "
        "carrier do small shops in Germany trust? A friend loves Acme, says pickup is always on time.",
        -0.75,
        (("Lost", -1.3), ("worst", -3.1)),
        Intent.SWITCHING | Intent.ASKS,
    ),
)
"""Made up, the oldest first."""


def readable(now: datetime) -> list[tuple[str, Post, Finding]]:
    """SAID as posts of the last hour, each with its source and what was found in it."""
    return [(said.source, _post(said, now), _finding(said)) for said in SAID]


def _post(said: Said, now: datetime) -> Post:
    return Post(
        said.source,
        f"readable-{said.minutes}",
        said.text,
        now - timedelta(minutes=said.minutes),
        author=said.author,
        url=f"https://example.com/{said.minutes}",
        site="r/shopkeepers" if said.source == "Reddit" else "",
        lang=said.lang,
    )


def _finding(said: Said) -> Finding:
    reason = "German" if said.lang == "de" else ""
    plain = found(said.brand, said.text, said.value, said.words, reason=reason)
    return Finding(plain.match, plain.score, said.intent)
