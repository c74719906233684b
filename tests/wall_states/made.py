"""Every state by its name. ``python -m tests.wall_states.made`` writes them as JSON beside this file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from display.wall_state.document import (
    Bar,
    Board,
    Departure,
    Hatch,
    Headline,
    HotBar,
    IncidentScreen,
    Kind,
    Label,
    Line,
    Mood,
    Pairing,
    Row,
    TopicBoard,
    TopicRow,
    WallState,
)
from tests.wall_states.parts import (
    BARS,
    CLOCK,
    LEFT,
    PROOF,
    ROWS,
    VOICES,
    ago,
    horizon,
    hours,
    ms,
    state,
    voice,
)
from tests.wall_states.tongues import crowded

FOLDER = Path(__file__).parent
ZALGO = "".join(letter + "\u0336\u0303\u030a" for letter in "The cart eats my orders ")
ASTRONAUT = "\U0001f469\U0001f3fd\u200d\U0001f680"
LONG = "This is going to be long, so make tea. In March we moved the whole company to Acme, forty-one people. "


def first_run() -> WallState:
    """Nothing was mentioned yet."""
    now = datetime(2026, 11, 19, 9, 44, tzinfo=UTC)
    before = 1 - 32 / 1440
    rows = (
        Departure("Bluesky", ms(now), "", "14,208"),
        Departure("Hacker News", ago(0.4, now), "", "312"),
        Departure("Feeds, 12 of them", ago(3, now), "", "240"),
        Departure("Mastodon", None, "first read at 09:45", ""),
        Departure("Reddit", ago(4, now), "", "87"),
    )
    return state(
        as_of=ms(now),
        kind=Kind.LISTENING,
        headline=Headline("Listening", "since 09:12, nothing yet.", "5 sources are being read."),
        horizon=horizon(
            bars=tuple(Bar(None if n < BARS - 3 else 0, 0) for n in range(BARS)),
            scale=4,
            hatches=(Hatch(0, before),),
            labels=(Label(LEFT, "not listening before 09:12", "start"), Label(1.0, "09:44", "end", strong=True)),
            usual=(),
            usual_label=None,
            spoken="Listening since 09:12, nothing yet. The last 24 hours.",
        ),
        voices=(),
        board=Board("Since 09:12", ()),
        proof=(Line("", "4 of 5 sources read, last ", ago(0.4, now), "."),),
        departures=rows,
    )


def learning() -> WallState:
    """Too little history to say what is usual."""
    return state(
        kind=Kind.LEARNING,
        headline=Headline("Learning", "what is usual, day 3.", "42 mentions in the last hour."),
        horizon=horizon(usual=(), usual_label=None),
        board=Board("Since Tuesday", tuple(replace(row, usual="") for row in ROWS)),
    )


def busy() -> WallState:
    """More than is usual, and too much to show."""
    proof = (
        Line("", "All 7 sources read, last ", ago(0.1), "."),
        Line("", "Too fast to show all: 1 in 40 shown, all counted."),
    )
    return state(
        kind=Kind.BUSY,
        headline=Headline("Busy.", "18,206 mentions in the last hour,", "mostly about Donaudampfschifffahr…"),
        horizon=horizon(2500, ((4200, 900), (4750, 700), (4640, 1100), (4616, 800))),
        proof=proof,
    )


def quiet() -> WallState:
    """Less than is usual."""
    return state(
        kind=Kind.QUIET,
        headline=Headline("Quiet.", "9 mentions in the last hour,", "no topic stands out."),
        horizon=horizon(12, ((3, 1), (2, 0), (0, 0), (4, 1))),
    )


TOPICS = TopicBoard(
    "What it is about, last 24 hours",
    (
        TopicRow("positive", "delivery times", "171", "twice the usual", "/mentions?topic=delivery"),
        TopicRow("negative", "app login", "64", "as usual", "/mentions?topic=login"),
        TopicRow("neutral", "invoices", "41", "as usual", "/mentions?topic=invoices"),
        TopicRow("positive", "Saturday slots", "22", "new", "/mentions?topic=saturday"),
        TopicRow("unscored", "not sorted", "163", "", ""),
    ),
)


def topics() -> WallState:
    """48 s into the loop of the stage, the hero read."""
    return state(clock=ms(CLOCK + timedelta(seconds=48)), topics=TOPICS)


def incident_screen(**changes: Any) -> IncidentScreen:
    """Six times the usual."""
    before = (3, 3, 7, 2, 4, 2, 8, 4, 4, 7, 5, 4, 3, 4)
    after = (7, 9, 12, 13, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 27, 28, 29, 29, 30, 31)
    fields: dict[str, Any] = {
        "multiple": "6",
        "sign": "\u00d7",
        "then": "Then: 6\u00d7 the usual.",
        "flag": ("the usual,", "for 1 h 46 min"),
        "title": "“Checkout down”",
        "since": "since 14:20",
        "line": "252 mentions an hour, usually 42.",
        "trend": "Still rising.",
        "bars": (*(HotBar(n, False) for n in before), *(HotBar(n, True) for n in after)),
        "usual": (3.5,) * 12 + (4.0,) * 12 + (3.6,) * 12,
        "scale": 32,
        "hatches": (),
        "labels": (
            Label(1 - 106 / 180, "14:20", bright=True),
            Label(1 - 46 / 180, "15:20"),
            Label(1.0, "16:06", "end", strong=True),
        ),
        "voices": (
            voice(
                31,
                "negative",
                "Card goes through, then a white page. Three colleagues have the same. Is the Acme checkout down?",
                "mdufour",
                1,
                initials="MD",
                place="X",
                alike=118,
            ),
            voice(30, "negative", "Paid twice, no order at Acme. Support says wait.", "jorun", 3, alike=41),
            voice(28, "neutral", "Anyone else see 502 at the Acme checkout since lunch?", "tkim", 22, alike=12),
        ),
        "proof": (
            Line("and 118 more like this.", " 81 % negative. Competitors as usual."),
            Line("", "X 161, Reddit 58, Hacker News 21, others 12."),
        ),
        "spoken": "The last 3 hours. Usually 4 mentions in 5 min; since 14:20 more, now 31.",
    }
    return IncidentScreen(**{**fields, **changes})


def incident(**changes: Any) -> WallState:
    """An incident takes the screen."""
    return state(
        kind=Kind.INCIDENT,
        headline=Headline("Incident.", "6 times the usual since 14:20,", "about “Checkout down”."),
        horizon=horizon(12, ((40, 30), (58, 44), (71, 60), (83, 70))),
        incident=incident_screen(**changes),
        topics=TOPICS,
    )


def long_incident() -> WallState:
    """Whatever an incident's screen says is as long as it can be."""
    return incident(
        multiple="1,204",
        then="Then: 1,204\u00d7 the usual.",
        flag=("mentions,", "usually less than 1,", "for 23 h 46 min"),
        title="Many more negative mentions",
        since="since Wednesday 14:20",
        line="18,206 negative mentions an hour, usually less than 1.",
        voices=(
            voice(31, "negative", (LONG * 30)[:2999] + "…", "quentin_with_a_very_long_handle_" * 2, 1, alike=1204),
        ),
        proof=(
            Line("and 1,204 more like this.", " 81 % negative. Globex and Initech are busy too."),
            Line("", "X 1,161, Reddit 958, Stack Exchange 821, others 12. Reddit is new."),
        ),
    )


def over() -> WallState:
    """For a quarter of an hour after an incident."""
    return state(
        headline=Headline("Over.", "“Checkout down” lasted 2 h 20 min,", "peak 7\u00d7."),
        horizon=horizon(12, ((44, 30), (31, 20), (18, 9), (12, 4))),
    )


def partly_blind() -> WallState:
    """A source that matters is not read."""
    shown = [label for label in hours() if label.at < 0.8]
    return state(
        kind=Kind.PARTLY_BLIND,
        headline=Headline("Partly blind.", "Reddit not read since 13:05.", "28 mentions elsewhere in the last hour."),
        voices=tuple(replace(v, place="Bluesky") for v in VOICES),
        horizon=horizon(
            12,
            ((9, 2), (7, 1), (8, 2), (6, 1), (8, 2), (9, 3), (7, 2), (6, 2), (8, 3), (8, 2), (6, 1), (6, 2)),
            hatches=(Hatch(round(1 - 181 / 1440, 4), 1),),
            labels=(*shown, Label(0.887, "no Reddit", bright=True), Label(1.0, "16:06", "end", strong=True)),
        ),
        proof=(
            Line("6 of 7 sources read", ", last ", ago(0.4), "."),
            Line("", "Reddit asks us to wait until 16:20."),
        ),
    )


def blind() -> WallState:
    """No source can be read."""
    since = 1 - 124 / 1440
    seen = horizon()
    unread = tuple(Bar(None, 0) if n >= since * BARS - 1 else bar for n, bar in enumerate(seen.bars))
    shown = [label for label in hours() if label.at < 0.8]
    return state(
        kind=Kind.BLIND,
        headline=Headline("Blind.", "No source read since 14:02."),
        voices=tuple(replace(v, at=v.at - 124 * 60_000) for v in VOICES),
        horizon=horizon(
            bars=unread,
            hatches=(Hatch(round(since, 4), 1),),
            labels=(*shown, Label(0.905, "not read", bright=True), Label(1.0, "16:06", "end", strong=True)),
        ),
        proof=(
            Line("0 of 7 sources read", ", last ", ago(124), "."),
            Line("", "The network does not answer."),
        ),
    )


def not_live() -> WallState:
    """The server answers, but nothing reads."""
    return state(
        kind=Kind.NOT_LIVE,
        headline=Headline("Not live.", "Nothing read since 15:52."),
        horizon=horizon(hatches=(Hatch(round(1 - 14 / 1440, 4), 1),)),
        proof=(Line("", "Nothing is being read."),),
    )


def night() -> WallState:
    """By night tokens, without a stage."""
    now = datetime(2026, 11, 19, 23, 6, tzinfo=UTC)
    return state(
        as_of=ms(now),
        night=True,
        headline=Headline("Normal.", "6 mentions in the last hour,", "usual for the night."),
        horizon=horizon(12, ((3, 1), (2, 0), (0, 0), (1, 1)), now),
        voices=tuple(voice(n, "neutral", f"Acme at night {n}.", "owl", 5 - 420) for n in (3, 2, 1)),
        proof=(Line("", "All 7 sources read, last ", ago(0.7, now), "."), PROOF[1]),
        topics=TOPICS,
    )


def extremes() -> WallState:
    """Everything that a stranger's text may be; the browser tests turn it round, each in turn as the hero."""
    names = (
        ("Vereinigte Donaudampfschifffahrtsgesellschaft mbH und Cie AG", "38", "negative", Mood(-0.1, -0.15, -0.06)),
        ("Acme", "31", "positive", Mood(0.18, 0.12, 0.25)),
        ("グローベックス株式会社" * 5, "17", "neutral", Mood(0.03, -0.06, 0.12)),
        ("شركة المظلة العالمية المحدودة للتجارة والتوريدات العامة شركة", "9", "neutral", Mood(-0.03, -0.2, 0.14)),
        ("Initech", "5", "positive", Mood(0.12, 0.02, 0.21)),
        ("W" * 60, "<1", "unscored", None),
    )
    rows = [Row(n, n == "Acme", share, mark, mood, "" if mood else "too few to say") for n, share, mark, mood in names]
    return state(
        kind=Kind.BUSY,
        headline=Headline("Busy.", "18,206 mentions in the last hour,", "mostly about Donaudampfschifffahr…"),
        horizon=busy().horizon,
        voices=(
            voice(9, "neutral", (LONG * 30)[:2999] + "…", "quentin_with_a_very_long_handle_" * 2, 5, alike=1204),
            voice(8, "negative", "هل توقف الدفع في متجر Acme عن العمل مرة أخرى؟ " * 3, "أحمد", 4, alike=1204),
            voice(7, "positive", "🎉🎉🎉 🚚💨 10/10 またアクメで買います。" * 3, ASTRONAUT, 8, brand="W" * 27 + "…"),
        ),
        board=Board("Last 7 days, with gaps", tuple(replace(r, usual="usually 31 %" if r.ours else "") for r in rows)),
    )


CORPUS = {
    "280": "I have ordered from Acme eleven times this year and kept notes, because nobody believed me: eight came "
    "early, two on the day, and one went to my neighbour\u2019s dog, who signed for it. Still the best delivery record "
    "of any shop I use, and I would order from the dog again, to be honest.",
    "3000": (LONG * 30)[:3000],
    "word": "Acme" + "me" * 98,
    "arabic": "هل توقف الدفع في متجر Acme عن العمل مرة أخرى؟ أريد أن أعرف ماذا يحدث لطلبي. " * 2,
    "hebrew": "לא קיבלתי את החבילה 📦 כבר שבוע, ו-Acme לא עונים. מישהו יודע מה קורה עם המשלוחים לצפון? 😡😡😡",  # noqa: RUF001
    "japanese": "アクメの新しい配達サービスは本当に早いです。昨日注文して、今朝届きました。" * 6,
    "emoji": f"{ASTRONAUT}👨‍👩‍👧‍👦🏳️‍🌈🇩🇪👍🏿" * 20,
    "zalgo": ZALGO * 12,
    "empty": "",
}
"""Texts that fight back."""


def twelve_brands() -> WallState:
    """The five largest, and the others as one."""
    rows = (
        *ROWS[:3],
        Row("Umbrella", False, "1", "neutral", Mood(0.0, -0.2, 0.2), ""),
        Row("Hooli", False, "<1", "unscored", None, "too few to say"),
        Row("others", False, "<1", "unscored", None, "7 brands"),
    )
    return state(board=Board("Last 7 days", rows))


def long_name() -> WallState:
    """Our own name is longer than its place in the ranking, which has gaps."""
    rows = (Row("Pedalo", False, "47", "negative", Mood(-0.15, -0.22, -0.07), ""),)
    ours = Row("Harbour Bikes", True, "34", "positive", Mood(0.18, 0.11, 0.25), "", "usually 31 %")
    return state(board=Board("Last 7 days, with gaps", (*rows, ours, *ROWS[2:])), ours="Harbour Bikes")


def no_mentions() -> WallState:
    """Nobody says anything."""
    rows = tuple(Row(r.brand, r.ours, "", "unscored", None, "no mentions") for r in ROWS)
    return state(
        kind=Kind.NORMAL,
        headline=Headline("Normal.", "No mentions in the last hour,", "usual for this hour."),
        horizon=horizon(
            bars=(Bar(0, 0),) * BARS, scale=4, usual=(0.1,) * BARS, spoken="No mentions in the last 24 hours."
        ),
        voices=(),
        board=Board("Last 7 days", rows),
        proof=PROOF[:1],
    )


def all_unscored() -> WallState:
    """Nothing has a score."""
    rows = tuple(Row(r.brand, r.ours, r.share, "unscored", None, "mostly unscored") for r in ROWS)
    voices = tuple(voice(v.id, "unscored", v.text, v.author, 5) for v in VOICES)
    return state(voices=voices, board=Board("Last 7 days", rows))


def masked() -> WallState:
    """Nobody is named, in texts neither."""
    texts = ("Ask @someone at Acme, they know.", "Still no parcel, still no answer.", "Acme liefert auch samstags")
    return state(
        voices=tuple(voice(3 - n, "neutral", text, place="Bluesky") for n, text in enumerate(texts)), masked=True
    )


def pairing() -> WallState:
    """Before the screen belongs to anyone."""
    return state(
        kind=Kind.PAIRING,
        headline=Headline("Pair", "this wall."),
        horizon=horizon(bars=(), hatches=(), labels=(), usual=(), usual_label=None, spoken=""),
        voices=(),
        board=Board("", ()),
        proof=(),
        pairing=Pairing(("K7M", "4QX"), ms(CLOCK) + 240_000),
    )


def states() -> Mapping[str, WallState]:
    """Every state by the name of its file."""
    return {
        "first-run": first_run(),
        "learning": learning(),
        "normal": state(),
        "busy": busy(),
        "quiet": quiet(),
        "topics": topics(),
        "incident": incident(),
        "long-incident": long_incident(),
        "over": over(),
        "partly-blind": partly_blind(),
        "blind": blind(),
        "not-live": not_live(),
        "sample": state(sample=True),
        "night": night(),
        "one-brand": state(
            board=Board("Last 7 days", (Row("Acme", True, "100", "positive", Mood(0.18, 0.11, 0.25), ""),))
        ),
        "twelve-brands": twelve_brands(),
        "long-name": long_name(),
        "no-mentions": no_mentions(),
        "all-unscored": all_unscored(),
        "extremes": extremes(),
        "masked": masked(),
        "pairing": pairing(),
        "english": crowded("en", twelve=True),
        "german": crowded("de", twelve=False),
        "french": crowded("fr", twelve=False),
    }


def text(state: WallState) -> str:
    """A state as its file holds it: one line for each zone."""
    zones = (f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in state.json().items())
    return "{\n" + ",\n".join(zones) + "\n}\n"


def main() -> None:
    """Write all files."""
    for name, made in states().items():
        (FOLDER / f"{name}.json").write_text(text(made), encoding="utf-8")


if __name__ == "__main__":
    main()
