"""What mentions say, by the thousand and in the light form that topics are found in."""

from __future__ import annotations

from typing import Any

from monitor.model import Text, Texts
from monitor.store.connections import Connection
from monitor.store.rows import UNKNOWN
from monitor.store.times import from_ms, from_thousandths

_TIME = """FROM mention INDEXED BY mention_time
    WHERE brand = (SELECT id FROM brand WHERE name = ?) AND published_at >= ? AND published_at < ? AND state < 2"""
_DRAWN = "(id * 2654435761) & 4294967295"
"""A number in place of dice: spread evenly over ids that follow each other, and the same a minute later."""
_ALL = 1 << 32
_MARGIN = 1.2
_IDS = f"SELECT id {_TIME} AND {_DRAWN} < ? ORDER BY {_DRAWN} LIMIT ?"
_TEXTS = f"""SELECT mention.id, mention.post, mention.story, post.author, post.lang, post.title, post.text, source.name,
        iif(post.site = '', post.url, post.site), mention.published_at, mention.score, mention.hidden
    FROM ({_IDS}) drawn CROSS JOIN mention ON mention.id = drawn.id
    JOIN post ON post.id = mention.post JOIN source ON source.id = post.source
    ORDER BY mention.published_at, mention.id"""


def texts(db: Connection, brand: str, since: int, until: int, limit: int) -> Texts:
    """A brand's mentions published in [since, until), hidden ones too; at most ``limit``, drawn evenly."""
    time = (brand, since, until)
    total = int(db.execute(f"SELECT count(*) {_TIME}", time).fetchone()[0])
    most = _ALL if total <= limit else int(_ALL * min(1.0, _MARGIN * limit / total + 0.001))
    rows = db.execute(_TEXTS, (*time, most, limit)) if total else ()
    return Texts(total, tuple(_text(row) for row in rows))


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
