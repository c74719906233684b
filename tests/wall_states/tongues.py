"""A busy wall in each of its languages, with its longest phrases where they must fit."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from display.wall_state.document import Board, Headline, Kind, Label, Line, Row, TopicBoard, TopicRow, WallState
from display.wall_state.speech import LANGUAGES, Speech
from tests.wall_states.parts import NOW, ROWS, VOICES, ago, horizon, state


def crowded(language: str, twelve: bool) -> WallState:
    """Every zone at its longest, but for what strangers write."""
    phrases = LANGUAGES[language]
    speech = Speech(ZoneInfo("UTC"), phrases, twelve)
    mentions = phrases.in_last_hour.format(mentions=speech.counted(phrases.mentions, 18206))
    notes = (phrases.too_few, phrases.mostly_unscored, phrases.no_mentions)
    told = phrases.usual_share.format(n=31)
    rows = [
        Row(row.brand, row.ours, row.share, "unscored", None, n, told if row.ours else "")
        for row, n in zip(ROWS, notes, strict=False)
    ]
    labels = (
        Label(0.3, phrases.midnight),
        Label(0.8, phrases.noon),
        Label(1.0, speech.time_of_day(NOW), "end", strong=True),
    )
    several = phrases.several_times.format(n=120)
    against = (several, phrases.twice, phrases.less_than_half, phrases.as_usual)
    topics = [TopicRow("neutral", f"topic {n}", speech.number(1204), text, "") for n, text in enumerate(against)]
    about = phrases.mostly_about.format(topic="Donaudampfschifffahr…").replace("….", "…")
    liveness = Line("", speech.counted(phrases.all_read, 7) + phrases.last_read, ago(0.4), ".")
    return state(
        kind=Kind.BUSY,
        language=language,
        twelve=twelve,
        headline=Headline(phrases.busy, f"{mentions},", about),
        horizon=horizon(2500, ((4200, 900), (4750, 700), (4640, 1100), (4616, 800)), labels=labels),
        voices=VOICES,
        board=Board(phrases.last_week_gaps, tuple(rows)),
        proof=(liveness, Line("", phrases.sampled.format(n=400))),
        topics=TopicBoard(phrases.topics, (*topics, TopicRow("unscored", phrases.not_sorted, "163", "", ""))),
    )
