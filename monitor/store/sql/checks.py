"""Random draws of mentions and people's answers about them: see ``monitor.store.checks``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.model import Answer, CheckAnswer, CheckDraw, DrawFilter, Sentiment
from monitor.model.checks import DRAW_LIFETIME, DRAW_SIZE
from monitor.store.sql import relevance
from monitor.store.sql.connection import Connection, inserted_id
from monitor.store.sql.ids import active_brands, source_names
from monitor.store.sql.rows import SENTIMENTS, sentiment_code
from monitor.store.sql.store_part import StorePart
from monitor.store.sql.units import MAX_MS, MILLISECOND, from_ms, from_thousandths, optional_time, to_ms

_LIFETIME_MS = DRAW_LIFETIME // MILLISECOND
_IDS = 2**40
"""No id of a mention is as large."""
# Of each story the mention with the lowest random number: as if mentions were drawn one by one, and those of a story
# that is there already were put back. The random number has the id in its lower bits.
_CANDIDATES = """
    SELECT min({random_bits} * {ids} + id) AS number FROM mention INDEXED BY mention_time
    WHERE brand = ? AND published_at >= ? AND published_at < ? AND state < 2 {conditions}
    AND id NOT IN (SELECT mention FROM check_drawn WHERE mention IS NOT NULL)
    AND (story IS NULL OR story NOT IN (SELECT story FROM check_drawn JOIN mention drawn ON drawn.id = mention
        WHERE story IS NOT NULL))
    GROUP BY coalesce(story, -id) ORDER BY number LIMIT ?"""
_DRAW = "SELECT id, person, at, brand, lang, source, finished_at FROM check_draw"
_DRAWN = """
    SELECT check_drawn.mention, mention.id, skipped, answer FROM check_drawn
    LEFT JOIN mention ON mention.id = check_drawn.mention AND (mention.state < 2 OR ? <> 0)
    LEFT JOIN check_answer ON check_answer.mention = mention.id
    WHERE check_drawn.draw = ? ORDER BY position"""
_ANSWER = """
    INSERT INTO check_answer (draw, mention, brand, lang, source, sentiment, score, has_opinion, answer, person, at)
    SELECT ?1, mention.id, brand.name, mention.lang, source.name, ?2, program_score,
        iif(mention.id IN (SELECT mention FROM opinion), 1, 0), ?3, ?4, ?5
    FROM mention JOIN brand ON brand.id = mention.brand JOIN source ON source.id = mention.source
    WHERE mention.id = ?6
    ON CONFLICT (mention) DO UPDATE SET sentiment = excluded.sentiment, score = excluded.score,
        has_opinion = excluded.has_opinion, answer = excluded.answer, at = excluded.at
    WHERE check_answer.answer <> excluded.answer"""
_ANSWERS = """
    SELECT check_answer.id, draw, check_answer.mention, check_answer.brand, check_answer.lang, check_answer.source,
        check_answer.sentiment, check_answer.score, has_opinion, answer, person, at, mention.program_score
    FROM check_answer LEFT JOIN mention ON mention.id = check_answer.mention"""


class SqlChecks(StorePart):
    """CheckStore over the connections of a store."""

    def draw(
        self, person: str, f: DrawFilter, since: datetime, now: datetime, size: int = DRAW_SIZE
    ) -> CheckDraw | None:
        # Looking for mentions may take long, and the writer is shared.
        found = self._read(lambda db: _candidates(db, f, to_ms(since), to_ms(now), size))
        id_ = self._write(lambda db: _insert_draw(db, person, f, found, to_ms(now))) if found else None
        return None if id_ is None else self.get_draw(id_)

    def open_draw(self, person: str, now: datetime) -> CheckDraw | None:
        where = "WHERE person = ? AND finished_at IS NULL AND at > ? ORDER BY id DESC LIMIT 1"
        return self._read(lambda db: _load_draw(db, where, (person, to_ms(now) - _LIFETIME_MS)))

    def get_draw(self, id: int) -> CheckDraw | None:
        return self._read(lambda db: _load_draw(db, "WHERE id = ?", (id,)))

    def save_answers(
        self, draw: int, person: str, answers: Mapping[int, Answer | None], now: datetime
    ) -> Collection[int]:
        return self._write(lambda db: _save_answers(db, draw, person, answers, now))

    def finish(self, draw: int, person: str, now: datetime) -> bool:
        return self._write(lambda db: _finish(db, draw, person, to_ms(now)))

    def answers(self, draw: int | None = None, newest: int | None = None) -> Sequence[CheckAnswer]:
        select = f"{_ANSWERS} WHERE ?1 = 0 OR draw = ?1 ORDER BY check_answer.id DESC LIMIT ?2"
        params = (draw or 0, MAX_MS if newest is None else newest)
        return self._read(lambda db: [_answer(row) for row in db.execute(select, params)][::-1])


def _candidates(db: Connection, f: DrawFilter, since: int, until: int, size: int) -> list[int]:
    """The ids of at most ``size`` mentions, in random order."""
    chosen = [id_ for id_, name in active_brands(db).items() if f.brand in ("", name)]
    params: list[int | str] = []
    conditions = ""
    if f.lang:
        conditions += " AND lang = ?"
        params.append(f.lang)
    if f.source:
        conditions += " AND source = ?"
        params.append({name: id_ for id_, name in source_names(db).items()}.get(f.source, 0))
    select = _CANDIDATES.format(conditions=conditions, random_bits=db.dialect.random_bits, ids=_IDS)
    found = [n for brand in chosen for (n,) in db.execute(select, (brand, since, until, *params, size))]
    return [n % _IDS for n in sorted(found)[:size]]


def _insert_draw(db: Connection, person: str, f: DrawFilter, mentions: Sequence[int], now: int) -> int | None:
    """The id of a new draw of those of ``mentions`` that nobody drew meanwhile; None if that leaves none."""
    free = "SELECT 1 FROM mention WHERE id = ?1 AND id NOT IN (SELECT mention FROM check_drawn WHERE mention = ?1)"
    left = [id_ for id_ in mentions if db.execute(free, (id_,)).fetchone()]
    if not left:
        return None
    insert = "INSERT INTO check_draw (person, at, brand, lang, source) VALUES (?, ?, ?, ?, ?)"
    id_ = inserted_id(db, insert, (person, now, f.brand, f.lang, f.source))
    rows = [(id_, position, mention) for position, mention in enumerate(left)]
    db.executemany("INSERT INTO check_drawn (draw, position, mention) VALUES (?, ?, ?)", rows)
    return id_


def _load_draw(db: Connection, where: str, params: Sequence[int | str]) -> CheckDraw | None:
    found = db.execute(f"{_DRAW} {where}", params).fetchone()
    if found is None:
        return None
    id_, person, at, brand, lang, source, finished_at = found
    # What was answered "not relevant" stays in a draw that is finished.
    rows = db.execute(_DRAWN, (finished_at is not None, id_)).fetchall()
    shown = [(mention, skipped, answer) for _, mention, skipped, answer in rows if mention is not None]
    return CheckDraw(
        id=id_,
        person=person,
        at=from_ms(at),
        filter=DrawFilter(brand, lang, source),
        size=len(rows),
        mentions=tuple(mention for mention, _, _ in shown),
        answers={mention: Answer(answer) for mention, _, answer in shown if answer is not None},
        skipped=frozenset(mention for mention, skipped, answer in shown if skipped and answer is None),
        finished_at=optional_time(finished_at),
    )


def _save_answers(
    db: Connection, draw: int, person: str, answers: Mapping[int, Answer | None], now: datetime
) -> list[int]:
    found = _load_draw(db, "WHERE id = ? AND person = ?", (draw, person))
    if found is None or not found.takes_answers(now):
        return []
    accepted = [mention for mention in found.mentions if mention in answers]
    for mention in accepted:
        answer = answers[mention]
        skip = "UPDATE check_drawn SET skipped = ? WHERE draw = ? AND mention = ?"
        db.execute(skip, (answer is None, draw, mention))
        if answer is None:
            db.execute("DELETE FROM check_answer WHERE mention = ?", (mention,))
        else:
            (score,) = db.execute("SELECT program_score FROM mention WHERE id = ?", (mention,)).fetchone()
            db.execute(_ANSWER, (draw, sentiment_code(score), answer.value, person, to_ms(now), mention))
    return accepted


def _finish(db: Connection, draw: int, person: str, now: int) -> bool:
    update = "UPDATE check_draw SET finished_at = ? WHERE id = ? AND person = ? AND finished_at IS NULL"
    if not db.execute(update, (now, draw, person)).rowcount:
        return False
    select = "SELECT mention FROM check_answer WHERE draw = ? AND answer = ? AND mention IS NOT NULL"
    for (mention,) in db.execute(select, (draw, Answer.NOT_RELEVANT.value)).fetchall():
        relevance.click(db, mention, False, person, now)
    return True


def _answer(row: Sequence[Any]) -> CheckAnswer:
    id_, draw, mention, brand, lang, source, sentiment, score, has_opinion, answer, person, at, today = row
    return CheckAnswer(
        id=id_,
        draw=draw,
        mention=mention,
        brand=brand,
        lang=lang,
        source=source,
        sentiment=Sentiment(SENTIMENTS[sentiment]),
        score=from_thousandths(score),
        has_opinion=bool(has_opinion),
        answer=Answer(answer),
        person=person,
        at=from_ms(at),
        today=None if mention is None else Sentiment(SENTIMENTS[sentiment_code(today)]),
    )
