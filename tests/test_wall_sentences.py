"""The headline and the proof in every state, and which state applies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.source_health import SourceHealth, UnreadReason, UnreadSource
from display.wall_state.document import Hatch, StateKind
from display.wall_state.horizon import LastHour, usual_label_position
from display.wall_state.i18n import Locale, catalogue
from display.wall_state.incident_sentences import incident_title
from display.wall_state.sentences import (
    HeadlineContext,
    headline,
    proof_lines,
    sampling_note,
    source_names,
    state_kind,
    unread_reason_text,
)
from display.wall_state.topics import HeadlineTopic
from display.wall_state.usual_counts import expected_range, hour_kind, usual_per_bin
from display.wall_state.wall_text import END_ISOLATE, ISOLATE, isolated, round_to_one_digit, truncate_graphemes
from monitor.analysis.baseline import Baseline, HourlyRange
from monitor.model import Bin, Health, Incident, SourceStatus, Spend
from tests.fake_site import working_status
from tests.fakes import NOON

LONDON = ZoneInfo("Europe/London")
ENGLISH = catalogue()["en"]
ENGLISH_IN_LONDON = Locale(LONDON, ENGLISH)
MINUTE = timedelta(minutes=1)
READ = (working_status(NOON, "Forum"), working_status(NOON, "Reddit"))
SOME_AT_NIGHT = "Normal. 3 mentions in the last hour, usually 6."
NONE_OF_SEVEN = "Normal. No mentions in the last hour, usually 7."
DAY_3 = "Learning what is usual, day 3. 42 mentions in the last hour."
USUAL = HourlyRange(42.0, 30.0, 55.0)
INCIDENT = Incident(
    "Acme",
    since=NOON - 106 * MINUTE,
    seen_at=NOON - 104 * MINUTE,
    checked_at=NOON,
    n=252,
    baseline=42.0,
    window=timedelta(hours=1),
    peak=7.2,
    topic="Checkout down",
)
RARE = replace(INCIDENT, n=12, baseline=0.2, window=40 * MINUTE)
OVER = replace(INCIDENT, since=NOON - 150 * MINUTE, until=NOON - 10 * MINUTE)


def health_without(*names: str, major: bool = True, sources: Sequence[SourceStatus] = READ) -> SourceHealth:
    """The health of ``sources`` if ``names`` were not read for three hours."""
    waits: dict[str, Any] = {"last_success": NOON - timedelta(hours=3), "health": Health.LIMITED}
    waits["next_check"] = NOON + timedelta(hours=4, minutes=20)
    stale = tuple(replace(s, **waits) if s.source in names else s for s in sources)
    found = tuple(UnreadSource(s, UnreadReason.RATE_LIMITED, major) for s in stale if s.source in names)
    return SourceHealth(stale, found, sample=False)


def headline_context(**changes: Any) -> HeadlineContext:
    """A normal hour of 42 mentions, with ``changes``."""
    fields: dict[str, Any] = {
        "source_health": SourceHealth(READ, (), sample=False),
        "last_hour": LastHour(42, 9),
        "listening_since": NOON - timedelta(days=30),
        "now": NOON,
        "locale": ENGLISH_IN_LONDON,
        "baseline_days": 20,
        "usual": USUAL,
    }
    return HeadlineContext(**{**fields, **changes})


def sentence_of(found: HeadlineContext) -> str:
    """The headline, with ordinary spaces."""
    return headline(state_kind(found), found).sentence.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Normal. 42 mentions in the last hour, about no single topic."),
        (
            {"topic": HeadlineTopic("delivery times")},
            "Normal. 42 mentions in the last hour, mostly about delivery times.",
        ),
        (
            {"topic": HeadlineTopic("delivery times", of_most=False)},
            "Normal. 42 mentions in the last hour, often about delivery times.",
        ),
        ({"topic": HeadlineTopic("", known=False)}, "Normal. 42 mentions in the last hour, usually 42."),
        (
            {"topic": HeadlineTopic("Donaudampfschifffahrt…")},
            "Normal. 42 mentions in the last hour, mostly about Donaudampfschifffahrt…",
        ),
        ({"night": True}, "Normal. 42 mentions in the last hour, usual for the night."),
        ({"night": True, "last_hour": LastHour(3, 0), "usual": HourlyRange(6, 5, 8)}, SOME_AT_NIGHT),
        ({"last_hour": LastHour(0, 0), "usual": HourlyRange(7, 4, 9)}, NONE_OF_SEVEN),
        ({"night": True, "topic": HeadlineTopic("fees")}, "Normal. 42 mentions in the last hour, mostly about fees."),
        (
            {"last_hour": LastHour(0, 0), "usual": HourlyRange(0, 0, 1)},
            "Normal. No mentions in the last hour, usual for this hour.",
        ),
        (
            {"last_hour": LastHour(18206, 0), "topic": HeadlineTopic("fees")},
            "Busy. 18,206 mentions in the last hour, mostly about fees.",
        ),
        ({"last_hour": LastHour(60, 0)}, "Busy. 60 mentions in the last hour, about no single topic."),
        ({"last_hour": LastHour(9, 0)}, "Quiet. 9 mentions in the last hour, usually 42."),
        (
            {"last_hour": LastHour(9, 0), "topic": HeadlineTopic("fees")},
            "Quiet. 9 mentions in the last hour, mostly about fees.",
        ),
        ({"usual": None, "baseline_days": 3, "today_is_valid": True}, DAY_3),
        ({"usual": None, "baseline_days": 2}, "Learning what is usual, day 3. 42 mentions in the last hour."),
        ({"usual": None, "baseline_days": 9}, "Learning what is usual at this hour. 42 mentions in the last hour."),
        ({"brand": "Globex"}, "Normal. 42 mentions of Globex in the last hour, about no single topic."),
        (
            {"ended_incident": OVER, "incident_topic": "checkout down"},
            "Over. “Checkout down”, 2 hrs 20 mins, peak 7×.",  # noqa: RUF001
        ),
        ({"ended_incident": OVER, "incident_topic": ""}, "Over. Many more mentions, 2 hrs 20 mins, peak 7×."),  # noqa: RUF001
        ({"incident": INCIDENT, "incident_topic": "checkout down"}, "Incident. 6 times the usual, “Checkout down”."),
        ({"incident": replace(INCIDENT, n=49), "incident_topic": "fire"}, "Incident. No more than usual, “Fire”."),
        ({"incident": replace(INCIDENT, n=0), "incident_topic": "fire"}, "Incident. No more than usual, “Fire”."),
        ({"incident": RARE, "incident_topic": "fire"}, "Incident. 12 mentions in 40 mins, “Fire”."),
        (
            {"ended_incident": replace(OVER, n=2, baseline=0.2, peak=12.0), "incident_topic": "fire"},
            "Over. “Fire”, 2 hrs 20 mins, peak 12 mentions.",
        ),
        ({"collecting": False, "incident": RARE}, "Not live since 12:00. Last known: 12 mentions in 40 mins."),
        ({"source_health": health_without("Forum", "Reddit")}, "Blind. No source read since 09:00."),
        (
            {"source_health": health_without("Reddit"), "now": NOON - timedelta(hours=2, minutes=30)},
            "Partly blind. Reddit not read since 09:00. 42 mentions in the last hour.",
        ),
        (
            {"source_health": health_without("Reddit"), "last_hour": LastHour(28, 1)},
            "Partly blind. Reddit not read since 09:00. 28 mentions elsewhere in the last hour.",
        ),
        (
            {"source_health": health_without("Reddit", "X", sources=(*READ, working_status(NOON, "X")))},
            "Partly blind. 2 of 3 sources not read. 42 mentions elsewhere in the last hour.",
        ),
        (
            {"last_hour": LastHour(9, 0), "gap_source": "Reddit"},
            "Partly blind. Reddit had a gap in the last hour. 9 mentions in the last hour.",
        ),
        ({"any_mention": False}, "Listening since Monday 12:00, nothing yet. 2 sources are being read."),
        ({"collecting": False}, "Not live. Nothing read since 12:00."),
        (
            {"collecting": False, "incident": INCIDENT},
            "Not live since 12:00. Last known: 6× the usual.",  # noqa: RUF001
        ),
    ],
)
def test_each_state_has_its_sentence(changes: dict[str, Any], sentence: str) -> None:
    if not changes.get("any_mention", True):
        changes = {**changes, "listening_since": NOON - timedelta(days=2)}
    assert sentence_of(headline_context(**changes)) == sentence


STATES: tuple[tuple[StateKind, dict[str, Any]], ...] = (
    (StateKind.NOT_LIVE, {"collecting": False}),
    (StateKind.INCIDENT, {"incident": INCIDENT}),
    (StateKind.BLIND, {"source_health": health_without("Forum", "Reddit")}),
    (StateKind.PARTLY_BLIND, {"source_health": health_without("Reddit")}),
    (StateKind.LEARNING, {"usual": None, "baseline_days": 2}),
    (StateKind.BUSY, {"last_hour": LastHour(100, 0)}),
)


@pytest.mark.parametrize("stronger", range(len(STATES)))
@pytest.mark.parametrize("weaker", range(len(STATES)))
def test_the_strongest_state_wins(stronger: int, weaker: int) -> None:
    if stronger <= weaker:
        expected_kind, changes = STATES[stronger]
        assert state_kind(headline_context(**{**STATES[weaker][1], **changes})) is expected_kind


@given(
    st.integers(0, 200),
    st.sampled_from([None, USUAL, HourlyRange(0, 0, 1), HourlyRange(8, 4, 12)]),
    st.booleans(),
    st.booleans(),
)
def test_the_headline_never_says_normal_while_a_weighty_source_is_not_read(
    n: int, usual: HourlyRange | None, night: bool, over: bool
) -> None:
    found = headline_context(
        last_hour=LastHour(n, 0),
        usual=usual,
        night=night,
        ended_incident=OVER if over else None,
        incident_topic="x",
        source_health=health_without("Reddit"),
    )
    assert not sentence_of(found).startswith(("Normal", "Quiet", "Busy", "Over", "Learning"))


def test_the_first_run_says_how_many_sources_are_read() -> None:
    failing = replace(READ[0], last_success=None, failures=3)
    never = tuple(replace(status, last_success=None) for status in READ)
    without_key = replace(never[0], health=Health.NEEDS_KEY)
    cases = {
        "Listening since 2 February, nothing yet. 2 sources are being read.": READ,
        "Listening since 2 February, nothing yet. 1 source is being read.": READ[:1],
        "Starting. Nothing has been read yet. 2 sources are set up.": never,
        "Starting. No source could be read so far.": (failing,),
        "Starting. Nothing has been read yet. 1 source is set up.": never[:1],
        "Starting. No source is set up.": (),
    }
    assert (
        sentence_of(headline_context(source_health=SourceHealth((without_key,), (), sample=False), any_mention=False))
        == "Starting. No source could be read so far."
    )
    for sentence, statuses in cases.items():
        assert (
            sentence_of(headline_context(source_health=SourceHealth(statuses, (), sample=False), any_mention=False))
            == sentence
        )


def test_imported_mentions_alone_never_make_an_hour_normal() -> None:
    """Nobody knows what happened in an hour in which nothing was read."""
    never = tuple(replace(status, last_success=None) for status in READ)
    no_source = headline_context(source_health=SourceHealth((), (), sample=False))
    not_read = headline_context(source_health=SourceHealth(never, (), sample=False))
    assert sentence_of(no_source) == "Blind. No source is set up."
    assert sentence_of(not_read) == "Starting. Nothing has been read yet. 2 sources are set up."


@pytest.mark.parametrize("any_mention", [False, True])
def test_while_history_is_made_up_the_wall_says_nothing_about_the_last_hour(any_mention: bool) -> None:
    generating = SourceHealth(READ[:1], (), sample=True, generating=timedelta(days=14))
    context = headline_context(source_health=generating, any_mention=any_mention)
    assert state_kind(context) is StateKind.LISTENING
    assert sentence_of(context) == "Starting. Making up 14 days of history."


def test_a_minor_source_that_is_not_read_does_not_change_the_state() -> None:
    assert state_kind(headline_context(source_health=health_without("Reddit", major=False))) is StateKind.NORMAL


@pytest.mark.parametrize(
    ("n", "usual", "stands"),
    [
        (56, USUAL, StateKind.BUSY),
        (55, USUAL, StateKind.NORMAL),
        (4, HourlyRange(0, 0, 1), StateKind.NORMAL),
        (5, HourlyRange(0, 0, 1), StateKind.BUSY),
        (14, HourlyRange(10, 8, 12), StateKind.NORMAL),
        (15, HourlyRange(10, 8, 12), StateKind.BUSY),
        (30, USUAL, StateKind.NORMAL),
        (29, USUAL, StateKind.QUIET),
        (0, HourlyRange(8, 1, 12), StateKind.QUIET),
        (0, HourlyRange(7.9, 1, 12), StateKind.NORMAL),
    ],
)
def test_where_busy_and_quiet_begin(n: int, usual: HourlyRange, stands: StateKind) -> None:
    assert hour_kind(n, usual) is stands


def by_hours(**ranges: float) -> Baseline:
    """A baseline of working days whose hours have the medians given as ``h11=40``."""
    return Baseline(20, LONDON, {(False, int(k[1:])): HourlyRange(n, n / 2, n * 2) for k, n in ranges.items()})


def test_the_expected_range_weights_the_two_clock_hours() -> None:
    usual = by_hours(h11=40, h12=80)
    assert expected_range(usual, NOON + 15 * MINUTE) == HourlyRange(50, 25, 100)
    assert expected_range(usual, NOON) == HourlyRange(40, 20, 80)
    assert expected_range(by_hours(h12=80), NOON + 40 * MINUTE) == HourlyRange(80, 40, 160)
    assert expected_range(by_hours(h12=80), NOON + 20 * MINUTE) is None


def test_the_line_has_a_step_per_clock_hour() -> None:
    quarters = [Bin(NOON + n * 15 * MINUTE, NOON + (n + 1) * 15 * MINUTE, 0, 0) for n in range(-2, 6)]
    assert usual_per_bin(by_hours(h11=40, h12=80), quarters) == (10, 10, 20, 20, 20, 20, None, None)
    assert usual_per_bin(Baseline(3, LONDON, {}), quarters) == ()


def test_the_word_usual_is_placed_where_no_bar_is() -> None:
    bars, usual = [0.5] * 96, [0.4] * 96
    assert usual_label_position(bars, usual, [], "usual") is None
    bars[40:50] = [0.2] * 10
    at = usual_label_position(bars, usual, [], "usual")
    assert at is not None
    assert 40 / 96 < at < 50 / 96
    assert usual_label_position(bars, usual, [Hatch(0.4, 0.6)], "usual") is None
    assert usual_label_position(bars, [None] * 96, [], "usual") is None
    assert usual_label_position(bars, [0.9] * 96, [], "usual") is None


# Proof


def lines(found: HeadlineContext, arrivals: int = 0, heroes: int = 0, hidden: int = 0, set_aside: int = 0) -> list[str]:
    return [line.strong + line.text for line in proof_lines(found, arrivals, heroes, hidden, set_aside)]


def test_the_second_line_is_the_most_urgent() -> None:
    everything = headline_context(source_health=health_without("Reddit"))
    assert lines(everything, 15_000, 37, 4)[1:] == ["Reddit asks us to wait until 16:20."]
    assert lines(headline_context(detecting=False), 15_000, 37, 4)[1:] == ["Incidents are not being detected."]
    assert lines(headline_context(), 15_000, 37, 4)[1:] == ["Too fast to show all: 1 in 400 shown, all counted."]
    assert lines(headline_context(), 0, 0, 4)[1:] == ["4 posts hidden, still counted."]
    assert lines(headline_context(), 0, 0, 1)[1:] == ["1 post hidden, still counted."]
    assert lines(headline_context(), 0, 0, 0, 38)[1:] == ["38 posts set aside, still counted."]
    assert lines(headline_context(), 0, 0, 2, 38)[1:] == ["Hidden: 2, set aside: 38, all counted."]
    assert lines(headline_context())[1:] == []


SOON, LATER = NOON + timedelta(minutes=20), NOON + timedelta(days=27)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"health": Health.LIMITED, "next_check": SOON}, "X asks us to wait until 12:20."),
        ({"health": Health.LIMITED, "next_check": NOON - MINUTE}, "X asks us to wait."),
        ({"health": Health.SPENT, "next_check": LATER, "spend": Spend("2026-03", 20, 20)}, "X: the credit is used up."),
        ({"health": Health.SPENT, "next_check": LATER}, "X: the quota is used up until 31 March."),
        ({"health": Health.SPENT}, "X: the quota is used up."),
        ({"health": Health.NEEDS_KEY}, "X refuses our key."),
        ({"health": Health.NEEDS_KEY, "last_success": None}, "X needs a key."),
        ({"health": Health.PAUSED}, "X is paused."),
        ({"health": Health.BROKEN, "next_check": SOON}, "X cannot be read. Next try: 12:20."),
        ({"health": Health.BROKEN, "next_check": None}, "X last read: Monday 12:00."),
        ({"health": Health.WAITING, "last_success": None}, "X was never read."),
    ],
)
def test_the_reason_why_a_source_is_not_read_has_no_codes_or_urls(changes: dict[str, Any], words: str) -> None:
    fields = {"reason": "x.example answers 503: https://x.example/?key=1", "last_success": NOON - timedelta(days=2)}
    status = replace(working_status(NOON, "X"), **{**fields, **changes})
    assert unread_reason_text(status, NOON, ENGLISH_IN_LONDON) == words


def test_the_reason_names_its_source() -> None:
    both = headline_context(source_health=health_without("Reddit", "X", sources=(*READ, working_status(NOON, "X"))))
    assert lines(both)[1:] == ["Reddit asks us to wait until 16:20."]


@pytest.mark.parametrize(
    ("arrivals", "heroes", "one_in"), [(22, 15, ""), (23, 15, "2"), (37, 37, ""), (1500, 37, "40"), (100, 1, "7")]
)
def test_sampling_is_reported_if_not_everything_can_be_shown(arrivals: int, heroes: int, one_in: str) -> None:
    words = sampling_note(arrivals, heroes, ENGLISH_IN_LONDON)
    assert words == (f"Too fast to show all: 1 in {one_in} shown, all counted." if one_in else "")


# Texts


def test_the_title_of_an_incident_without_a_topic_says_what_rose() -> None:
    assert incident_title(INCIDENT, "", ENGLISH) == "Many more mentions"
    assert incident_title(replace(INCIDENT, negative=True), "", ENGLISH) == "Many more negative mentions"
    assert incident_title(replace(INCIDENT, negative=True), "Checkout down", ENGLISH) == "“Checkout down”"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "1 min"),
        (46, "46 mins"),
        (60, "1 hr"),
        (106, "1 hr 46 mins"),
        (1440, "1 day"),
        (2 * 1440 + 125, "2 days 2 hrs"),
    ],
)
def test_durations(minutes: float, words: str) -> None:
    assert ENGLISH_IN_LONDON.duration(minutes * MINUTE).replace("\u00a0", " ") == words


def test_multiples_are_whole_and_samples_have_one_digit() -> None:
    assert [ENGLISH_IN_LONDON.multiple(n) for n in (0.3, 5.6, 1234.4)] == ["0", "6", "1,234"]
    assert [round_to_one_digit(n) for n in (1.6, 43, 96, 405, 0.4)] == [2, 40, 100, 400, 1]


def test_a_topic_is_cut_between_graphemes() -> None:
    assert truncate_graphemes("Donaudampfschifffahrtsgesellschaft", 22) == "Donaudampfschifffahrt…"
    assert truncate_graphemes("e\u0301" * 22, 22) == "e\u0301" * 22
    assert truncate_graphemes("\U0001f469\U0001f3fd\u200d\U0001f680" * 3, 2) == "\U0001f469\U0001f3fd\u200d\U0001f680…"
    assert truncate_graphemes("", 3) == ""


def test_names_are_listed() -> None:
    assert [source_names(n, ENGLISH_IN_LONDON) for n in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
        "",
        "A",
        "A and B",
        "A, B and C",
    ]


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("checkout down", "“Checkout down”"),
        ("iPhone cases", "“iPhone cases”"),
        ("#acmedown", "“#acmedown”"),
        ("Élan", "“Élan”"),
        ("支払い", "“支払い”"),
        ("", "Many more mentions"),
    ],
)
def test_the_title_of_an_incident_starts_with_a_capital(topic: str, said: str) -> None:
    assert incident_title(INCIDENT, topic, ENGLISH) == said


# Right-to-left names

NEWS, CUT = "חדשות 12", "משלוחים…"
ISOLATED = isolated(NEWS)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"source_health": health_without(NEWS, sources=(working_status(NOON, NEWS), *READ))},
            f"Partly blind. {ISOLATED} not read since 09:00.",
        ),
        ({"brand": NEWS}, f"Normal. 42 mentions of {ISOLATED} in the last hour,"),
        ({"topic": HeadlineTopic(NEWS)}, f"Normal. 42 mentions in the last hour, mostly about {ISOLATED}."),
        ({"topic": HeadlineTopic(CUT)}, f"mostly about {ISOLATE}{CUT}{END_ISOLATE}"),
    ],
)
def test_a_right_to_left_name_does_not_move_the_figures_beside_it(changes: dict[str, Any], sentence: str) -> None:
    shown = headline_context(**changes)
    said = headline(state_kind(shown), shown)
    assert sentence in f"{said.word} {said.text} {said.clause} "
    assert not said.clause.endswith(f"{END_ISOLATE}.") or "…" not in said.clause
    assert incident_title(INCIDENT, NEWS, ENGLISH) == f"“{ISOLATED}”"
    assert f"{ISOLATE}{NEWS}{END_ISOLATE}" == ISOLATED
    assert source_names([NEWS, "Forum"], ENGLISH_IN_LONDON) == f"{ISOLATED} and Forum"
    assert unread_reason_text(replace(READ[0], source=NEWS), NOON, ENGLISH_IN_LONDON).startswith(
        f"{ISOLATED} last read"
    )
