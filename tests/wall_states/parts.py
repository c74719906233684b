"""The parts of the made-up states. Acme is our brand; every brand, author and text is made up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import cos, pi
from random import Random
from typing import Any

from display.wall_state.document import (
    Bar,
    Board,
    BrandRow,
    Headline,
    Horizon,
    Label,
    Mood,
    ProofLine,
    StateKind,
    Voice,
    WallState,
)
from monitor.clock import epoch_ms

NOW = datetime(2026, 11, 19, 16, 6, tzinfo=UTC)
CLOCK = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
"""At this time the layout is A, the orbit is at its first position and the stage shows voices."""
SPAN = timedelta(hours=24)
LEFT = 4.8 / 91.2
BARS = 96


def ago(minutes: float, now: datetime = NOW) -> int:
    """Epoch milliseconds of ``minutes`` before ``now``."""
    return epoch_ms(now - timedelta(minutes=minutes))


def level(time: datetime) -> float:
    """How busy an hour of the day is, 0 to 1; least busy at three in the morning."""
    hour = time.hour + time.minute / 60
    return 0.08 + 0.92 * ((1 - cos((hour - 3) / 24 * 2 * pi)) / 2) ** 1.6


def usual(peak: float, now: datetime = NOW) -> tuple[float, ...]:
    """What is usual for each bar, in steps by the clock hour."""
    starts = [now - SPAN + n * SPAN / BARS for n in range(BARS)]
    return tuple(round(peak * level(s.replace(minute=30)), 2) for s in starts)


def bars(peak: float, last: Sequence[tuple[int, int]], now: datetime = NOW) -> tuple[Bar, ...]:
    """A day of counts that ends with ``last``: the total and negative mentions of the bright bars."""
    chance = Random(7)
    made = []
    for expected in usual(peak, now)[: BARS - len(last)]:
        n = max(round(expected * chance.choice((0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.4))), 0)
        made.append(Bar(n, round(n * chance.uniform(0.05, 0.35))))
    return (*made, *(Bar(n, negative) for n, negative in last))


def hours(now: datetime = NOW) -> tuple[Label, ...]:
    """The labels of every sixth hour, and of the time now."""
    words = {0: "midnight", 12: "noon"}
    labels = []
    for back in range(24, 0, -1):
        hour = now.replace(minute=0) - timedelta(hours=back - 1)
        place = 1 - (now - hour) / SPAN
        if hour.hour % 6 == 0 and LEFT + 0.02 < place < 0.93:
            labels.append(Label(round(place, 4), words.get(hour.hour, f"{hour.hour:02}:00")))
    return (*labels, Label(1.0, f"{now:%H:%M}", "end", strong=True))


def horizon(peak: float = 12, last: Sequence[tuple[int, int]] = (), now: datetime = NOW, **changes: Any) -> Horizon:
    """A day; ``last`` are the bright bars."""
    drawn, line = bars(peak, last or ((12, 4), (13, 3), (9, 1), (8, 3)), now), usual(peak, now)
    fields: dict[str, Any] = {
        "bars": drawn,
        "scale": round(max(*(b.n or 0 for b in drawn), 1.1 * max(line))),
        "hatches": (),
        "labels": hours(now),
        "spoken": "Normal. The last 24 hours. Peak: 14 mentions in 15 min at 11:36.",
        "usual": line,
        "usual_label": round(1 - ((now.hour - 4) % 24) / 24, 4),
    }
    return Horizon(**{**fields, **changes})


def voice(id: int, sentiment: str, text: str, author: str = "", minutes: float = 2, **changes: Any) -> Voice:
    """A post."""
    fields = {"brand": "", "initials": author[:2].upper(), "place": "Reddit", "at": ago(minutes), "near_duplicates": 0}
    return Voice(id, sentiment, text=text, author=author, **{**fields, **changes})


def headline(word: str, text: str, clause: str) -> Headline:
    """A headline whose ``text`` goes on in its second clause."""
    return Headline(word, f"{text},", clause, f"{text}.")


def proof_line(text: str, at: int) -> ProofLine:
    """A line that says when sources were last read."""
    return ProofLine("", f"{text}.", at, text + ", last {age}.")


VOICES = (
    voice(
        31,
        "positive",
        "Ordered on Monday, had it Tuesday morning. Whatever Acme did to their delivery, keep doing it.",
        "nkeller",
        initials="NK",
    ),
    voice(30, "negative", "Still no parcel, still no answer.", "pio", 4, near_duplicates=37),
    voice(29, "unscored", "Acme liefert auch samstags", "Ruth M", 9, place="Mastodon"),
)

ERRORS = "11 of 100 negatives misjudged, 140 checked"
ROWS = (
    BrandRow("Globex", False, "47", "negative", Mood(-0.3, -0.44, -0.14), ""),
    BrandRow("Acme", True, "34", "positive", Mood(0.36, 0.22, 0.5), "", "usually 31%"),
    BrandRow("Initech", False, "18", "neutral", Mood(0.08, -0.18, 0.34), ""),
    BrandRow("Umbrella", False, "1", "unscored", None, "too few to say"),
)

PROOF = (
    proof_line("All 7 sources read", ago(0.4)),
    ProofLine("", "4 posts hidden, still counted."),
)


def state(**changes: Any) -> WallState:
    """A normal afternoon, with ``changes``."""
    fields: dict[str, Any] = {
        "version": "1",
        "last_id": 412,
        "as_of": epoch_ms(NOW),
        "utc_offset": 0,
        "kind": StateKind.NORMAL,
        "sample": False,
        "headline": headline("Normal.", "42 mentions in the last hour", "mostly about delivery times."),
        "horizon": horizon(),
        "voices": VOICES,
        "board": Board("Last 7 days", ROWS, ERRORS),
        "proof": PROOF,
        "first_run": (),
        "ours": "Acme",
        "clock": epoch_ms(CLOCK),
    }
    return WallState(**{**fields, **changes})
