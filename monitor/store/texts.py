"""What mentions say, by the thousand and in the light form that topics are found in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from monitor.model import Text, Texts
from monitor.store.connections import Connection
from monitor.store.rows import UNKNOWN
from monitor.store.times import from_ms, from_thousandths

STEP = 300_000
"""Milliseconds: the steps of the rollup ``pulse``, by which a sample of many is drawn."""
_FEW = 4
"""Times the limit: so many are looked at one by one."""
_TIME = """FROM mention INDEXED BY mention_time
    WHERE brand = (SELECT id FROM brand WHERE name = ?) AND published_at >= ? AND published_at < ? AND state < 2"""
_DRAWN = "(id * 2654435761) & 4294967295"
"""A number in place of dice: spread evenly over ids that follow each other, and the same a minute later."""
_ALL = 1 << 32
_MARGIN = 1.2
_IDS = f"SELECT id {_TIME} AND {_DRAWN} < ? ORDER BY {_DRAWN} LIMIT ?"
_FIRST = f"SELECT id {_TIME} ORDER BY published_at LIMIT ?"
_COUNTS = """SELECT time, sum(n) FROM pulse
    WHERE brand = (SELECT id FROM brand WHERE name = ?) AND time >= ? AND time < ? AND n > 0 GROUP BY time"""
_TEXTS = """SELECT mention.id, mention.post, mention.story, post.author, post.lang, post.title, post.text, source.name,
        iif(post.site = '', post.url, post.site), mention.published_at, mention.score, mention.hidden
    FROM json_each(?) drawn CROSS JOIN mention ON mention.id = drawn.value
    JOIN post ON post.id = mention.post JOIN source ON source.id = post.source
    ORDER BY mention.published_at, mention.id"""


def texts(db: Connection, brand: str, since: int, until: int, limit: int) -> Texts:
    """A brand's mentions published in [since, until), hidden ones too; at most ``limit``, drawn evenly.

    The cost is that of ``limit`` texts and of the steps of the rollup, however many there are.
    """
    counts = _steps(db, brand, since, until)
    if sum(n for _, n in counts) > _FEW * limit:
        return _drawn(db, brand, (since, until), counts, limit)
    time = (brand, since, until)
    total = int(db.execute(f"SELECT count(*) {_TIME}", time).fetchone()[0])
    most = _ALL if total <= limit else int(_ALL * min(1.0, _MARGIN * limit / total + 0.001))
    ids = [id_ for (id_,) in db.execute(_IDS, (*time, most, limit))] if total else []
    return Texts(total, _read(db, ids))


def _steps(db: Connection, brand: str, since: int, until: int) -> list[tuple[int, int]]:
    """(start, mentions) of each step in which there are any; of the first and the last the part that lies inside."""
    found = db.execute(_COUNTS, (brand, since // STEP, -(-until // STEP)))
    return [(step * STEP, -(-n * _within(step * STEP, since, until) // STEP)) for step, n in found]


def _within(start: int, since: int, until: int) -> int:
    """Milliseconds of a step."""
    return max(0, min(start + STEP, until) - max(start, since))


def _drawn(db: Connection, brand: str, time: tuple[int, int], counts: Sequence[tuple[int, int]], limit: int) -> Texts:
    """From each step the first few, as many as are its share: what is over stays drawn from minute to minute."""
    since, until = time
    total, ids, passed, asked = sum(n for _, n in counts), list[int](), 0, 0
    for start, n in counts:
        passed += n
        some, asked = limit * passed // total - asked, limit * passed // total
        if some:
            within = (brand, max(start, since), min(start + STEP, until))
            ids += [id_ for (id_,) in db.execute(_FIRST, (*within, some))]
    return Texts(total, _read(db, ids))


def _read(db: Connection, ids: Sequence[int]) -> tuple[Text, ...]:
    rows = db.execute(_TEXTS, (json.dumps(ids),)) if ids else ()
    return tuple(_text(row) for row in rows)


def _text(row: tuple[Any, ...]) -> Text:
    id_, post, story, author, lang, title, text, source, site, published, score, hidden = row
    return Text(
        mention=id_,
        post=post,
        story=story,
        author=author,
        lang=None if lang == UNKNOWN else lang,
        title=title,
        text=text,
        source=source,
        site=site,
        published_at=from_ms(published),
        score=from_thousandths(score),
        hidden=bool(hidden),
    )
