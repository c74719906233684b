"""A busy wall in each of its languages, with the longest phrases, which must fit."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from display.wall_state.document import (
    Board,
    BrandRow,
    Headline,
    Label,
    ProofLine,
    StateKind,
    TopicBoard,
    TopicRow,
    WallState,
)
from display.wall_state.i18n import Locale, catalogue, fill
from monitor.model import Sentiment
from tests.wall_states.parts import NOW, ROWS, VOICES, ago, horizon, state

NOON = NOW.replace(hour=12, minute=0)


def crowded(language: str, twelve_hours: bool) -> WallState:
    """Every zone with its longest phrases, except what people write."""
    phrases = catalogue()[language]
    locale = Locale(ZoneInfo("UTC"), phrases, twelve_hours)
    hour = fill(phrases.in_last_hour, mentions=locale.counted(phrases.mentions, 18206))
    notes = (phrases.too_few, phrases.mostly_unscored, phrases.no_mentions)
    usual = fill(phrases.usual_share, percent=locale.percent(31))
    rows = [
        BrandRow(row.brand, row.ours, row.share, Sentiment.UNSCORED, None, note, usual if row.ours else "")
        for row, note in zip(ROWS, notes, strict=False)
    ]
    labels = (
        Label(0.3, locale.axis_hour(NOON.replace(hour=0))),
        Label(0.8, locale.axis_hour(NOON)),
        Label(1.0, locale.time_of_day(NOW), "end", strong=True),
    )
    several = fill(phrases.several_times, n=120)
    comparisons = (several, phrases.twice, phrases.less_than_half, phrases.as_usual)
    topics = [
        TopicRow(Sentiment.NEUTRAL, f"topic {n}", locale.number(1204), text, "") for n, text in enumerate(comparisons)
    ]
    about = fill(phrases.mostly_about, topic="Donaudampfschifffahr…")
    all_read = locale.counted(phrases.all_read, 7)
    liveness = ProofLine("", fill(phrases.sentence, text=all_read), ago(0.4), all_read + phrases.last_read_age)
    text, text_alone = fill(phrases.continued, text=hour), fill(phrases.sentence, text=hour)
    rest = TopicRow(Sentiment.UNSCORED, phrases.everything_else, "163", "", "")
    return state(
        kind=StateKind.BUSY,
        language=language,
        twelve_hours=twelve_hours,
        headline=Headline(phrases.busy, text, about, text_alone),
        horizon=horizon(2500, ((4200, 900), (4750, 700), (4640, 1100), (4616, 800)), labels=labels),
        voices=VOICES,
        board=Board(
            phrases.last_week_gaps,
            tuple(rows),
            fill(phrases.wrong_of_checked, n=locale.number(12), checked=locale.number(1204)),
        ),
        proof=(liveness, ProofLine("", fill(phrases.sampled, n=400))),
        topics=TopicBoard(phrases.topics, (*topics, rest)),
    )
