"""A made-up state for each thing that a wall can show, by its name.

``python -m tests.wall_states.fixtures`` writes them as JSON beside this file, and for Vitest the languages that a page
gets from the server as ``tests/wall_languages.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from display.wall_state.document import (
    Bar,
    Board,
    BrandRow,
    FirstRunSource,
    Hatch,
    Headline,
    IncidentBar,
    IncidentScreen,
    Label,
    Mood,
    Pairing,
    ProofLine,
    StateKind,
    TopicBoard,
    TopicRow,
    WallState,
)
from display.wall_state.i18n import page_phrases
from monitor.clock import epoch_ms
from tests.wall_states.languages import crowded
from tests.wall_states.parts import (
    BARS,
    CLOCK,
    ERRORS,
    LEFT,
    PROOF,
    ROWS,
    VOICES,
    ago,
    headline,
    horizon,
    hours,
    proof_line,
    state,
    voice,
)

FOLDER = Path(__file__).parent
LANGUAGES = FOLDER.parent / "wall_languages.json"
ZALGO = "".join(letter + "\u0336\u0303\u030a" for letter in "The cart eats my orders ")
ASTRONAUT = "\U0001f469\U0001f3fd\u200d\U0001f680"
HANDLE = "quentin_with_a_very_long_handle_" * 2
LONG = "This is going to be long, so make tea. In March we moved the whole company to Acme, forty-one people. "


def first_run() -> WallState:
    """Before the first mention."""
    now = datetime(2026, 11, 19, 9, 44, tzinfo=UTC)
    before = 1 - 32 / 1440
    rows = (
        FirstRunSource("Bluesky", epoch_ms(now), "", "14,208", "none yet"),
        FirstRunSource("Hacker News", ago(0.4, now), "", "312", "none yet"),
        FirstRunSource("Feed, 12 sources", ago(3, now), "", "240", "none yet"),
        FirstRunSource("Mastodon", None, "first read at 09:45", ""),
        FirstRunSource("Reddit", ago(4, now), "", "87", "none yet"),
    )
    return state(
        as_of=epoch_ms(now),
        kind=StateKind.LISTENING,
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
        proof=(proof_line("4 of 5 sources read", ago(0.4, now)),),
        first_run=rows,
    )


def learning() -> WallState:
    """The baseline has too few days."""
    return state(
        kind=StateKind.LEARNING,
        headline=Headline("Learning", "what is usual, day 3.", "42 mentions in the last hour."),
        horizon=horizon(usual=(), usual_label=None),
        board=Board("Since Tuesday", tuple(replace(row, usual="") for row in ROWS), ERRORS),
    )


def busy() -> WallState:
    """More than usual, and too much to show."""
    proof = (
        proof_line("All 7 sources read", ago(0.1)),
        ProofLine("", "Too fast to show all: 1 in 40 shown, all counted."),
    )
    return state(
        kind=StateKind.BUSY,
        headline=headline("Busy.", "18,206 mentions in the last hour", "mostly about Donaudampfschifffahr…"),
        horizon=horizon(2500, ((4200, 900), (4750, 700), (4640, 1100), (4616, 800))),
        proof=proof,
    )


def quiet() -> WallState:
    """Less than usual."""
    return state(
        kind=StateKind.QUIET,
        headline=headline("Quiet.", "9 mentions in the last hour", "about no single topic."),
        horizon=horizon(12, ((3, 1), (2, 0), (0, 0), (4, 1))),
    )


TOPICS = TopicBoard(
    "What it is about, last 24 hours",
    (
        TopicRow("positive", "delivery times", "171", "twice the usual", "/mentions?topic=delivery"),
        TopicRow("negative", "app login", "64", "as usual", "/mentions?topic=login"),
        TopicRow("neutral", "invoices", "41", "as usual", "/mentions?topic=invoices"),
        TopicRow("positive", "Saturday slots", "22", "new", "/mentions?topic=saturday"),
        TopicRow("unscored", "everything else", "163", "", ""),
    ),
)


def topics() -> WallState:
    """48 s into the loop of the stage, when the hero has been read."""
    return state(clock=epoch_ms(CLOCK + timedelta(seconds=48)), topics=TOPICS)


def incident_screen(**changes: Any) -> IncidentScreen:
    """Six times the usual."""
    before = (3, 3, 7, 2, 4, 2, 8, 4, 4, 7, 5, 4, 3, 4)
    after = (7, 9, 12, 13, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 27, 28, 29, 29, 30, 31)
    fields: dict[str, Any] = {
        "multiple": "6",
        "sign": "\u00d7",
        "last_known": "Last known: 6\u00d7 the usual.",
        "flag": ("the usual,", "for 1\u00a0hr 46\u00a0mins"),
        "title": "“Checkout down”",
        "since": "since 14:20",
        "line": "252 mentions an hour, usually 42.",
        "trend": "Still rising.",
        "bars": (*(IncidentBar(n, False) for n in before), *(IncidentBar(n, True) for n in after)),
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
                near_duplicates=118,
            ),
            voice(30, "negative", "Paid twice, no order at Acme. Support says wait.", "jorun", 3, near_duplicates=41),
            voice(28, "neutral", "Anyone else see 502 at Acme's checkout since lunch?", "tkim", 22, near_duplicates=12),
        ),
        "proof": (
            ProofLine("and 118 more like this.", " 81% negative of 214 scored (11% wrong)."),
            ProofLine("", "Competitors as usual. X 161, Reddit 58, others 33."),
        ),
        "spoken": "The last 3 hours. Usually 4 mentions in 5 min; since 14:20 more, now 31.",
    }
    return IncidentScreen(**{**fields, **changes})


def incident(**changes: Any) -> WallState:
    """An incident fills the screen."""
    return state(
        kind=StateKind.INCIDENT,
        headline=headline("Incident.", "6 times the usual since 14:20", "about “Checkout down”."),
        horizon=horizon(12, ((40, 30), (58, 44), (71, 60), (83, 70))),
        incident=incident_screen(**changes),
        topics=TOPICS,
    )


def long_incident() -> WallState:
    """Every text on an incident's screen is as long as it can be."""
    return incident(
        multiple="1,204",
        last_known="Last known: 1,204\u00d7 the usual.",
        flag=("mentions,", "usually less than 1,", "for 23\u00a0hrs 46\u00a0mins"),
        title="Many more negative mentions",
        since="since Wednesday 14:20",
        line="18,206 negative mentions an hour, usually less than 1.",
        voices=(
            voice(
                31,
                "negative",
                (LONG * 30)[:2999] + "…",
                "quentin_with_a_very_long_handle_" * 2,
                1,
                near_duplicates=1204,
            ),
        ),
        proof=(
            ProofLine("and 1,204 more like this.", " 81% negative of 14,204 scored (11% wrong)."),
            ProofLine("", "Globex and Initech are busy too. X 1,161, Reddit 958, others 12."),
        ),
    )


def over() -> WallState:
    """In the 15 minutes after an incident."""
    return state(
        headline=headline("Over.", "“Checkout down”, 2\u00a0hrs 20\u00a0mins", "peak 7\u00d7."),
        horizon=horizon(12, ((44, 30), (31, 20), (18, 9), (12, 4))),
    )


def partly_blind() -> WallState:
    """A major source is not read."""
    shown = [label for label in hours() if label.at < 0.8]
    return state(
        kind=StateKind.PARTLY_BLIND,
        headline=Headline("Partly blind.", "Reddit not read since 13:05.", "28 mentions elsewhere in the last hour."),
        voices=tuple(replace(v, place="Bluesky") for v in VOICES),
        horizon=horizon(
            12,
            ((9, 2), (7, 1), (8, 2), (6, 1), (8, 2), (9, 3), (7, 2), (6, 2), (8, 3), (8, 2), (6, 1), (6, 2)),
            hatches=(Hatch(round(1 - 181 / 1440, 4), 1),),
            labels=(*shown, Label(0.887, "no Reddit", bright=True), Label(1.0, "16:06", "end", strong=True)),
        ),
        proof=(
            ProofLine("6 of 7 sources read", ".", ago(0.4), ", last {age}."),
            ProofLine("", "Reddit asks us to wait until 16:20."),
        ),
    )


def blind() -> WallState:
    """No source can be read."""
    since = 1 - 124 / 1440
    seen = horizon()
    unread = tuple(Bar(None, 0) if n >= since * BARS - 1 else bar for n, bar in enumerate(seen.bars))
    shown = [label for label in hours() if label.at < 0.8]
    return state(
        kind=StateKind.BLIND,
        headline=Headline("Blind.", "No source read since 14:02."),
        voices=tuple(replace(v, at=v.at - 124 * 60_000) for v in VOICES),
        horizon=horizon(
            bars=unread,
            hatches=(Hatch(round(since, 4), 1),),
            labels=(*shown, Label(0.905, "not read", bright=True), Label(1.0, "16:06", "end", strong=True)),
        ),
        proof=(
            ProofLine("0 of 7 sources read", ".", ago(124), ", last {age}."),
            ProofLine("", "The network does not answer."),
        ),
    )


def not_live() -> WallState:
    """The server answers, but the scheduler does not run."""
    return state(
        kind=StateKind.NOT_LIVE,
        headline=Headline("Not live.", "Nothing read since 15:52."),
        horizon=horizon(hatches=(Hatch(round(1 - 14 / 1440, 4), 1),)),
        proof=(ProofLine("", "Nothing is being read."),),
    )


def night() -> WallState:
    """The night's colours, without a stage."""
    now = datetime(2026, 11, 19, 23, 6, tzinfo=UTC)
    return state(
        as_of=epoch_ms(now),
        night=True,
        headline=headline("Normal.", "6 mentions in the last hour", "usual for the night."),
        horizon=horizon(12, ((3, 1), (2, 0), (0, 0), (1, 1)), now),
        voices=tuple(voice(n, "neutral", f"Acme at night {n}.", "owl", 5 - 420) for n in (3, 2, 1)),
        proof=(proof_line("All 7 sources read", ago(0.7, now)), PROOF[1]),
        topics=TOPICS,
    )


def extremes() -> WallState:
    """The longest names and texts, in several scripts."""
    names = (
        ("Vereinigte Donaudampfschifffahrtsgesellschaft mbH und Cie AG", "38", "negative", Mood(-0.2, -0.3, -0.12)),
        ("Acme", "31", "positive", Mood(0.36, 0.24, 0.5)),
        ("グローベックス株式会社" * 5, "17", "neutral", Mood(0.06, -0.12, 0.24)),
        ("شركة المظلة العالمية المحدودة للتجارة والتوريدات العامة شركة", "9", "neutral", Mood(-0.06, -0.4, 0.28)),
        ("Initech", "5", "positive", Mood(0.24, 0.04, 0.42)),
        ("W" * 60, "<1", "unscored", None),
    )
    rows = [
        BrandRow(n, n == "Acme", share, mark, mood, "" if mood else "too few to say") for n, share, mark, mood in names
    ]
    return state(
        kind=StateKind.BUSY,
        headline=headline("Busy.", "18,206 mentions in the last hour", "mostly about Donaudampfschifffahr…"),
        horizon=busy().horizon,
        voices=(
            voice(9, "neutral", (LONG * 30)[:2999] + "…", HANDLE, 5, near_duplicates=1204),
            voice(8, "negative", "هل توقف الدفع في متجر Acme عن العمل مرة أخرى؟ " * 3, "أحمد", 4, near_duplicates=1204),
            voice(7, "positive", "🎉🎉🎉 🚚💨 10/10 またアクメで買います。" * 3, ASTRONAUT, 8, brand="W" * 27 + "…"),
        ),
        board=Board(
            "Last 7 days, with gaps", tuple(replace(r, usual="usually 31%" if r.ours else "") for r in rows), ERRORS
        ),
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
"""Texts that are difficult to set."""


def twelve_brands() -> WallState:
    """The five largest brands, and the others in one row."""
    rows = (
        *ROWS[:3],
        BrandRow("Umbrella", False, "1", "neutral", Mood(0.0, -0.4, 0.4), ""),
        BrandRow("Hooli", False, "<1", "unscored", None, "too few to say"),
        BrandRow("others", False, "<1", "unscored", None, "7 brands"),
    )
    return state(board=Board("Last 7 days", rows, ERRORS))


def long_name() -> WallState:
    """Our name is longer than its place, beside a long heading."""
    rows = (BrandRow("Pedalo", False, "47", "negative", Mood(-0.3, -0.44, -0.14), ""),)
    ours = BrandRow("Harbour Bikes", True, "34", "positive", Mood(0.36, 0.22, 0.5), "", "usually 31%")
    return state(board=Board("Last 7 days, with gaps", (*rows, ours, *ROWS[2:]), ERRORS), ours="Harbour Bikes")


def no_mentions() -> WallState:
    """No mentions at all."""
    rows = tuple(BrandRow(r.brand, r.ours, "", "unscored", None, "no mentions") for r in ROWS)
    return state(
        kind=StateKind.NORMAL,
        headline=headline("Normal.", "No mentions in the last hour", "usual for this hour."),
        horizon=horizon(
            bars=(Bar(0, 0),) * BARS, scale=4, usual=(0.1,) * BARS, spoken="No mentions in the last 24 hours."
        ),
        voices=(),
        board=Board("Last 7 days", rows, ERRORS),
        proof=PROOF[:1],
    )


def all_unscored() -> WallState:
    """No mention has a score."""
    rows = tuple(BrandRow(r.brand, r.ours, r.share, "unscored", None, "mostly unscored") for r in ROWS)
    voices = tuple(voice(v.id, "unscored", v.text, v.author, 5) for v in VOICES)
    return state(voices=voices, board=Board("Last 7 days", rows, ERRORS))


def masked() -> WallState:
    """Authors are masked, in texts too."""
    texts = ("Ask @someone at Acme, they know.", "Still no parcel, still no answer.", "Acme liefert auch samstags")
    return state(
        voices=tuple(voice(3 - n, "neutral", text, place="Bluesky") for n, text in enumerate(texts)), masked=True
    )


def pairing() -> WallState:
    """A screen that does not belong to a wall yet."""
    return state(
        kind=StateKind.PAIRING,
        headline=Headline("Pair this wall.", ""),
        horizon=horizon(bars=(), hatches=(), labels=(), usual=(), usual_label=None, spoken=""),
        voices=(),
        board=Board("", ()),
        proof=(),
        pairing=Pairing(("K7M", "4QX"), epoch_ms(CLOCK) + 240_000),
    )


@cache
def states() -> Mapping[str, WallState]:
    """File name -> state."""
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
        "erasing": state(
            proof=(
                ProofLine("", "Erasing posts; new ones are stored from about 16:09."),
                ProofLine("", "Too fast to show all: 1 in 400 shown, all counted."),
            )
        ),
        "sample": state(sample=True),
        "night": night(),
        "one-brand": state(
            board=Board("Last 7 days", (BrandRow("Acme", True, "100", "positive", Mood(0.36, 0.22, 0.5), ""),), ERRORS)
        ),
        "twelve-brands": twelve_brands(),
        "long-name": long_name(),
        "no-mentions": no_mentions(),
        "all-unscored": all_unscored(),
        "extremes": extremes(),
        "masked": masked(),
        "pairing": pairing(),
        "english": crowded("en", twelve_hours=True),
        "german": crowded("de", twelve_hours=False),
        "french": crowded("fr", twelve_hours=False),
    }


def text(state: WallState) -> str:
    """A state as in its file: one line per zone."""
    zones = (f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in state.json().items())
    return "{\n" + ",\n".join(zones) + "\n}\n"


def languages_text() -> str:
    """The languages as in their file."""
    return json.dumps(json.loads(page_phrases()), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write all files."""
    for name, found in states().items():
        (FOLDER / f"{name}.json").write_text(text(found), encoding="utf-8")
    LANGUAGES.write_text(languages_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
