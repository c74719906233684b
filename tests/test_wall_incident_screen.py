"""The screen of an incident: its sentences, its chart and its voices."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from display.source_health import SourceHealth
from display.wall_state.document import Voice
from display.wall_state.horizon import UnseenPeriod
from display.wall_state.i18n import Locale, catalogue
from display.wall_state.incident_screen import (
    BARS,
    SPAN,
    IncidentContext,
    chart_labels,
    competitors_sentence,
    incident_bars,
    incident_proof,
    incident_screen,
    negative_share_sentence,
    rate_sentence,
    usual_per_bar,
)
from display.wall_state.wall_text import isolated
from monitor.config.walls import Night, Wall
from monitor.model import Brand, Incident, Sentiment, Tally, Trend, VolumeSeries
from monitor.quality import Basis, ErrorFigure, wilson
from monitor.text.near_duplicates import signatures
from tests.fake_site import judged, working_status
from tests.fakes import NOON, FakeClock
from tests.test_wall import FastClock
from tests.test_wall import Wall as Stored
from tests.test_wall_sentences import INCIDENT, READ, by_hours, health_without
from tests.test_walls import Walls

LONDON = Locale(ZoneInfo("Europe/London"), catalogue()["en"])
UTC = ZoneInfo("UTC")
MINUTE = timedelta(minutes=1)


WRONG = ErrorFigure(Sentiment.NEGATIVE, wilson(12, 100), 100, Basis.OWN)


def volumes(**counts: Sequence[int]) -> VolumeSeries:
    """Counts of the last three hours that end with the given ones; a fifth of them are negative."""
    n = {source: array("q", [*[0] * (BARS - len(last)), *last]) for source, last in counts.items()}
    negative = {source: array("q", [count // 5 for count in of]) for source, of in n.items()}
    return VolumeSeries("Acme", NOON - SPAN, 5 * MINUTE, n, negative)


def since(**counts: int) -> VolumeSeries:
    """The counts since the incident began; a fifth of them are negative."""
    negative = {source: [n // 5] for source, n in counts.items()}
    return VolumeSeries("Acme", NOON - SPAN, SPAN, {source: [n] for source, n in counts.items()}, negative)


def context(**changes: Any) -> IncidentContext:
    fields: dict[str, Any] = {
        "volumes": volumes(X=[7] * 23, Reddit=[3] * 20, Forum=[1] * 9, Blog=[1] * 4, Bluesky=[2] * 2),
        "tallies": {"Acme": Tally("Acme", 252, negative=162, neutral=18, positive=20, unscored=52)},
        "source_health": SourceHealth(READ, (), sample=False),
        "unseen": (),
        "with_incident": (),
        "busy": (),
        "as_usual": ("Globex", "Initech"),
        "by_source": since(X=154, Reddit=60, Forum=9, Blog=4, Bluesky=4),
        "baseline": by_hours(h9=36, h10=42, h11=48),
    }
    return IncidentContext(**{**fields, **changes})


def voice(near_duplicates: int) -> Voice:
    return Voice(1, "negative", "", "Checkout down again", "mdufour", "MD", "X", 0, near_duplicates)


def drawn(incident: Incident = INCIDENT, near_duplicates: int = 0, **changes: Any) -> Any:
    return incident_screen(incident, "“Checkout down”", [voice(near_duplicates)], context(**changes), NOON, LONDON)


def test_the_screen_says_how_large_since_when_and_where() -> None:
    found = drawn(replace(INCIDENT, trend=Trend.RISING))
    assert (found.multiple, found.flag) == ("6", ("the usual,", "for 1\u00a0hr 46\u00a0mins"))
    assert (found.title, found.since) == ("“Checkout down”", "since 10:14")
    assert (found.line, found.trend) == ("252 mentions an hour, usually 42.", "Still rising.")
    assert [line.strong + line.text for line in found.proof] == [
        "81% negative of 200 scored. Competitors as usual.",
        "X 154, Reddit 60, Forum 9, others 8.",
    ]
    assert found.spoken.startswith("“Checkout down” since 10:14. 6 times the usual.")


def test_what_competitors_do_moves_to_the_second_line_where_the_first_has_no_room() -> None:
    assert [line.strong + line.text for line in drawn(near_duplicates=118).proof] == [
        "and 118 more like this. 81% negative of 200 scored.",
        "Competitors as usual. X 154, Reddit 60, Forum 9, others 8.",
    ]


def test_an_incident_whose_posts_were_deleted_is_no_more_than_usual() -> None:
    found = drawn(replace(INCIDENT, n=0, trend=Trend.FALLING))
    assert (found.multiple, found.sign, found.line) == ("0", "×", "No mentions an hour, usually 42.")  # noqa: RUF001
    assert (found.last_known, found.trend) == ("Last known: no more than usual.", "Falling.")
    assert found.spoken.startswith("“Checkout down” since 10:14. No more than usual.")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n": 63, "baseline": 10.5, "window": 15 * MINUTE}, "252 mentions an hour, usually 42."),
        ({"negative": True}, "252 negative an hour, usually 42."),
        ({"n": 18206, "baseline": 4200.0}, "18,206 an hour, usually 4,200."),
        ({"baseline": 0.4}, "Usually less than 1 an hour."),
        ({"n": 9, "baseline": 0.5, "window": 15 * MINUTE}, "Usually 2 an hour."),
        ({"n": 9, "baseline": 1.5, "window": 15 * MINUTE}, "36 mentions an hour, usually 6."),
    ],
)
def test_rates_are_per_hour_and_shortened_if_needed(changes: dict[str, Any], words: str) -> None:
    assert rate_sentence(replace(INCIDENT, **changes), LONDON, 34) == words


def test_the_bars_are_hot_from_the_start_of_the_incident() -> None:
    found = drawn()
    assert len(found.bars) == len(found.usual) == BARS
    assert [bar.hot for bar in found.bars].index(True) == 14
    assert [bar.n for bar in found.bars[-3:]] == [12, 14, 14]
    assert found.scale >= max(bar.n for bar in found.bars)


def test_a_negative_incident_draws_negative_mentions() -> None:
    bars = incident_bars(replace(INCIDENT, negative=True), context(volumes=volumes(X=[10, 20])), NOON)
    assert [bar.n for bar in bars[-3:]] == [0, 2, 4]


def test_nothing_is_drawn_where_nothing_was_read() -> None:
    gap = UnseenPeriod(NOON - 62 * MINUTE, NOON - 38 * MINUTE, "not read", blank=True)
    bars = incident_bars(INCIDENT, context(unseen=[gap]), NOON)
    assert [n for n, bar in enumerate(bars) if bar.n is None] == [24, 25, 26, 27]
    part = replace(gap, blank=False)
    assert None not in [bar.n for bar in incident_bars(INCIDENT, context(unseen=[part]), NOON)]


def test_the_line_is_the_baseline_of_each_hour_or_of_the_incident() -> None:
    assert usual_per_bar(INCIDENT, by_hours(h9=36, h10=42, h11=48), NOON)[::12] == (3.0, 3.5, 4.0)
    assert set(usual_per_bar(INCIDENT, None, NOON)) == {3.5}
    assert set(usual_per_bar(replace(INCIDENT, negative=True), by_hours(h9=36), NOON)) == {3.5}


@pytest.mark.parametrize("began", [1, 5, 20, 61, 106, 150, 175, 400, 2000])
def test_labels_say_when_the_incident_began_and_do_not_touch(began: int) -> None:
    found = chart_labels(NOON - began * MINUTE, NOON, LONDON)
    assert found[-1].text == "12:00"
    assert all(b.at - a.at > 0.08 for a, b in pairwise(found))
    bright = [label.text for label in found if label.bright]
    assert bright == {61: ["10:59"], 106: ["10:14"], 150: ["09:30"]}.get(began, [])


def test_an_incident_that_began_before_the_chart_has_full_hours_as_labels() -> None:
    found = chart_labels(NOON - timedelta(hours=9), NOON + timedelta(minutes=20, seconds=40), LONDON)
    assert [label.text for label in found] == ["10:00", "11:00", "12:20"]
    kolkata = Locale(ZoneInfo("Asia/Kolkata"), catalogue()["en"], twelve_hours=True)
    late = chart_labels(NOON - timedelta(hours=9), NOON, kolkata)
    assert [label.text for label in late] == ["3:00\u00a0pm", "4:00\u00a0pm", "5:30\u00a0pm"]
    assert not any(label.bright for label in (*found, *late))


@pytest.mark.parametrize(
    ("tally", "wrong", "words"),
    [
        (None, None, ""),
        (Tally("Acme", 30, negative=19), None, ""),
        (Tally("Acme", 30, negative=15, neutral=5), None, "75% negative of 20 scored."),
        (Tally("Acme", 30, negative=15, neutral=5), WRONG, "75% negative of 20 scored (12% wrong)."),
        (Tally("Acme", 61, negative=30, unscored=31), WRONG, "Mostly unscored."),
    ],
)
def test_the_negative_share_counts_scored_mentions_only(
    tally: Tally | None, wrong: ErrorFigure | None, words: str
) -> None:
    assert negative_share_sentence(tally, wrong, LONDON) == words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Competitors as usual."),
        ({"with_incident": ["Globex"], "busy": ["Initech"]}, "Globex has an incident too."),
        ({"with_incident": ["Globex", "Initech"]}, "Globex and Initech have an incident too."),
        ({"busy": ["Initech"]}, "Initech is busy too."),
        ({"as_usual": ()}, ""),
        ({"as_usual": ["Globex"]}, "Globex as usual."),
    ],
)
def test_whether_competitors_see_it_too(changes: dict[str, Any], words: str) -> None:
    assert competitors_sentence(context(**changes), LONDON) == words


def second(incident: Incident = INCIDENT, **changes: Any) -> str:
    return drawn(incident, **changes).proof[-1].text


def test_new_words_come_before_counts() -> None:
    incident = replace(INCIDENT, sources=("X",))
    assert second(incident) == "X far more than usual. X 154, Reddit 60, Forum 9, others 8."
    assert second(incident, new_words=("error 502",)) == "New: “error 502”. X far more than usual."
    assert second(new_words=("error 502", "refund", "third")).startswith("New: “error 502” and “refund”.")
    assert second(incident, source_health=health_without("Reddit")) == "Reddit not read. X far more than usual."
    assert second(incident, source_health=health_without("Reddit"), new_words=("a", "b")) == (
        "Reddit not read. New: “a” and “b”. X far more than usual."
    )


def test_counts_stay_beside_their_right_to_left_sources() -> None:
    """Between two right-to-left names, a count would be drawn beside the wrong one."""
    one, other = "חדשות", "רדיט"
    assert second(by_source=since(**{one: 154, other: 60})) == f"{isolated(one)} 154, {isolated(other)} 60."
    assert competitors_sentence(context(with_incident=(one,)), LONDON) == f"{isolated(one)} has an incident too."
    assert second(new_words=(other,)).startswith(f"New: “{isolated(other)}”.")


def test_a_single_source_has_no_count() -> None:
    assert (
        second(source_health=SourceHealth(READ[:1], (), sample=False), by_source=since(Forum=90))
        .strip()
        .startswith("81%")
    )


def test_the_proof_has_two_lines_that_name_unread_sources_first() -> None:
    long = replace(INCIDENT, sources=("A source with a long name", "Another with a long name"))
    found = drawn(long, source_health=health_without("Reddit"), new_words=("Donaudampfschifffahrt…",) * 2).proof
    assert len(found) == 2
    assert found[1].text == "Reddit not read. X 154, Reddit 60, Forum 9, others 8."


def test_weighty_sources_that_are_not_read_are_named() -> None:
    found = incident_proof(INCIDENT, (), context(source_health=health_without("Reddit")), LONDON)
    assert found[-1].text.startswith("Reddit not read.")
    assert drawn(source_health=health_without("Forum", "Reddit")).trend == "Not read since 09:00."


def test_of_many_unread_sources_two_are_named() -> None:
    sources = tuple(working_status(NOON, name) for name in ("Blog", "Forum", "Reddit", "X"))
    three = health_without("Blog", "Forum", "Reddit", sources=sources)
    assert second(source_health=three).startswith("Blog and Forum and 1 more not read.")
    assert second(source_health=health_without("Forum", "Reddit")).startswith("No source is being read.")


def test_a_rare_brands_incident_shows_a_count_and_no_multiple() -> None:
    rare = replace(INCIDENT, n=12, baseline=0.2, window=40 * MINUTE, negative=True)
    found = drawn(rare)
    assert (found.multiple, found.sign, found.flag[:2]) == ("12", "", ("negative", "mentions"))
    assert found.flag[2:] == ("in 40\u00a0mins,", "for 1\u00a0hr 46\u00a0mins")
    assert found.last_known == "Last known: 12 negative mentions in 40\u00a0mins."
    assert found.spoken.startswith("“Checkout down” since 10:14. 12 negative mentions in 40\u00a0mins.")
    assert (drawn().sign, drawn().last_known) == ("\u00d7", "Last known: 6\u00d7 the usual.")


@pytest.mark.parametrize(
    ("locale", "n", "flag"),
    [
        (LONDON, 12, ("mentions", "in 40\u00a0mins")),
        (LONDON, 1, ("mention", "in 40\u00a0mins")),
        (Locale(UTC, catalogue()["de"]), 0, ("Erwähnungen", "in 40\u00a0Min.")),
        (Locale(UTC, catalogue()["fr"]), 12, ("mentions", "en 40\u00a0min")),
    ],
)
def test_a_count_on_the_flag_names_its_time_once(locale: Locale, n: int, flag: tuple[str, ...]) -> None:
    young = replace(INCIDENT, n=n, baseline=0.2, window=40 * MINUTE, since=NOON - 40 * MINUTE)
    assert incident_screen(young, "", [], context(), NOON, locale).flag == flag


# From the store to the document


@pytest.fixture
def wall(tmp_path: Path, clock: FakeClock) -> Iterator[Stored]:
    wall = Stored(tmp_path, clock, ("Forum", "Reddit"))
    yield wall
    wall.store.close()


def save_incident(wall: Stored, **changes: Any) -> Incident:
    """Store an incident of the last 40 minutes with its mentions, which belong to no story."""
    wall.save(
        *(
            judged(f"Acme checkout fails, {n}.", score=-0.6, published_at=NOON - n * MINUTE, author=f"a{n}")
            for n in range(40)
        )
    )
    wall.save(source="Reddit")
    fields: Mapping[str, Any] = {
        "since": NOON - 40 * MINUTE,
        "n": 40,
        "baseline": 5.0,
        "window": 40 * MINUTE,
        **changes,
    }
    return wall.store.save_incident(replace(INCIDENT, **fields))


def test_an_incident_takes_over_the_screen_and_leaves_it(wall: Stored) -> None:
    found = save_incident(wall)
    state = wall.get()
    assert state["kind"] == "incident"
    assert (state["incident"]["multiple"], state["incident"]["line"]) == ("8", "60 mentions an hour, usually 8.")
    assert len(state["incident"]["voices"]) == 3
    assert state["incident"]["proof"][0]["text"] == "100% negative of 40 scored (10% wrong)."
    wall.store.save_incident(replace(found, until=NOON - MINUTE))
    assert wall.get()["incident"] is None
    assert wall.sentence == "Over. “Checkout down”, 39\u00a0mins, peak 7×."  # noqa: RUF001
    wall.clock.advance(14 * 60)
    wall.save(), wall.save(source="Reddit")
    assert not wall.sentence.startswith("Over")


def test_an_incident_that_is_no_longer_updated_disappears(wall: Stored) -> None:
    save_incident(wall)
    wall.clock.advance(5 * 60 + 1)
    wall.save(), wall.save(source="Reddit")
    assert wall.get()["kind"] != "incident"


def test_in_a_replay_an_incident_is_current_for_longer(tmp_path: Path) -> None:
    """The job that updates it runs by the machine's clock."""
    wall = Stored(tmp_path, FastClock(), ("Forum", "Reddit"))
    save_incident(wall)
    wall.clock.advance(10 * 60)
    wall.save(), wall.save(source="Reddit")
    assert wall.get()["kind"] == "incident"
    wall.store.close()


def test_an_incident_of_a_competitor_is_not_ours(wall: Stored) -> None:
    save_incident(wall, brand="Globex")
    assert wall.get()["kind"] != "incident"


def test_a_competitors_incident_is_mentioned_beside_ours(wall: Stored) -> None:
    save_incident(wall)
    wall.store.save_incident(replace(INCIDENT, brand="Globex", id=0))
    lines = [line["text"] for line in wall.get()["incident"]["proof"]]
    assert any("Globex has an incident too." in line for line in lines)


def two_of_ours(folder: Path, clock: FakeClock) -> Walls:
    """Walls over two brands of ours and a competitor, all of which have an incident."""
    ours = (Brand("Acme", "acme", ours=True), Brand("Labs", "labs", ours=True), Brand("Globex", "globex"))
    walls = Walls(
        folder, clock, Wall("both"), Wall("labs", brands=("Labs",)), Wall("them", brands=("Globex",)), brands=ours
    )
    for brand, n in (("Acme", 252), ("Labs", 300), ("Globex", 420)):
        walls.store.save_incident(replace(INCIDENT, brand=brand, n=n))
    return walls


def test_the_worse_incident_of_two_brands_of_ours_is_shown_with_its_name(tmp_path: Path, clock: FakeClock) -> None:
    walls = two_of_ours(tmp_path, clock)
    both = walls.get("both")["incident"]
    assert both["line"] == "Labs. 300 mentions an hour, usually 42."
    assert both["proof"][0]["text"] == "Acme and Globex have an incident too."
    assert walls.get("labs")["incident"]["line"] == "300 mentions an hour, usually 42."
    assert walls.get("them")["incident"]["line"] == "Globex. 420 an hour, usually 42."
    walls.store.close()


def test_two_incidents_of_similar_size_do_not_alternate(tmp_path: Path, clock: FakeClock) -> None:
    walls = two_of_ours(tmp_path, clock)
    shown = []
    for n in (252, 320, 400, 320):
        walls.store.save_incident(replace(INCIDENT, brand="Acme", n=n, id=1))
        shown.append(walls.get("both")["incident"]["line"].split(".")[0])
    assert shown == ["Labs", "Labs", "Acme", "Acme"]
    walls.store.close()


def test_a_hidden_post_disappears_from_an_incident_at_once(wall: Stored) -> None:
    save_incident(wall)
    voices = wall.get()["incident"]["voices"]
    wall.store.set_hidden(voices[0]["id"], True, wall.clock.now())
    after = wall.states.get()["incident"]["voices"]
    assert voices[0]["id"] not in [v["id"] for v in after]
    assert len(after) == 3


def test_a_large_group_about_the_topic_is_the_first_voice_of_an_incident(wall: Stored) -> None:
    """A larger one about something else is no voice."""
    save_incident(wall)
    down = "Acme checkout fails since lunch and nobody there answers the phone"
    raffle = "Win a week in the sun for two: take part in the summer raffle of Harbour Radio until Friday"
    copies = [(down, 6), (raffle, 9)]
    bodies = [f"{text}. {n}" for text, size in copies for n in range(size)]
    wall.save(
        *(
            replace(judged(body, score=-0.6, author=f"b{n}", published_at=NOON - 3 * MINUTE), signature=signature)
            for n, (body, signature) in enumerate(zip(bodies, signatures(bodies), strict=True))
        )
    )
    voices = wall.get()["incident"]["voices"]
    assert (voices[0]["text"].partition(".")[0], voices[0]["near_duplicates"]) == (down, 5)
    assert len(voices) == 3
    assert not [v for v in voices if "raffle" in v["text"]]


def test_an_incident_quotes_only_posts_that_the_wall_may_show(tmp_path: Path, clock: FakeClock) -> None:
    """Its other groups have a word that is never shown, a quiet author, or another language."""
    posts = [
        ("That damn Acme checkout shows a white page since lunch and nobody answers", {}),
        ("Acme took my money twice for one order and the support says that I wait", {"author": "loud"}),
        ("Acme a pris mon argent deux fois pour une commande et personne ne me parle", {"lang": "fr"}),
        ("The parcel that Acme promised for Monday is still nowhere to be seen at all", {}),
    ]
    bodies = [f"{text}. {n}" for text, _ in posts for n in range(5)]
    changes = [{"author": f"a{n}", **of} for _, of in posts for n in range(5)]
    walls = Walls(tmp_path, clock, Wall(never_show=("damn",), quiet=("loud",), languages=("en", "und")))
    walls.save(
        *(
            replace(judged(body, score=-0.6, published_at=NOON - n * MINUTE, **of), signature=signature)
            for n, (body, of, signature) in enumerate(zip(bodies, changes, signatures(bodies), strict=True))
        )
    )
    walls.store.save_incident(INCIDENT)
    voices = walls.get()["incident"]["voices"]
    assert [v["text"].partition(".")[0] for v in voices] == [posts[3][0]]
    walls.store.close()


def test_the_title_of_an_incident_follows_the_display_policy(tmp_path: Path, clock: FakeClock) -> None:
    walls = Walls(tmp_path, clock, Wall("open"), Wall("masked", mask_authors=True), Wall("mild", never_show=("damn",)))
    walls.save(judged("Acme fails.", published_at=NOON))
    named = replace(INCIDENT, topic="@nkeller, damn", phrases=("@nkeller again", "damn queue", "queue"))
    walls.store.save_incident(named)
    shown = {name: walls.get(name) for name in ("open", "masked", "mild")}
    assert "nkeller" in json.dumps(shown["open"])
    assert "nkeller" not in json.dumps(shown["masked"])
    assert "damn" not in json.dumps(shown["mild"])
    assert shown["mild"]["incident"]["title"] == "Many more mentions"
    assert "New: “@nkeller again” and “queue”." in shown["mild"]["incident"]["proof"][-1]["text"]
    walls.store.save_incident(replace(named, until=NOON, id=1))
    assert walls.get("mild")["headline"]["text"].startswith("Many more mentions, ")
    assert "@someone, damn" in walls.get("masked")["headline"]["text"]
    walls.store.close()


def test_a_wall_does_not_mention_incidents_of_brands_that_it_does_not_show(tmp_path: Path, clock: FakeClock) -> None:
    walls = Walls(tmp_path, clock, Wall("all"), Wall("two", brands=("Acme", "Initech")))
    for brand in ("Acme", "Globex"):
        walls.store.save_incident(replace(INCIDENT, brand=brand))
    proof = {name: " ".join(line["text"] for line in walls.get(name)["incident"]["proof"]) for name in ("all", "two")}
    assert "Globex has an incident too." in proof["all"]
    assert "Globex" not in proof["two"]
    walls.store.close()


def test_an_incident_ends_the_night(tmp_path: Path, clock: FakeClock) -> None:
    walls = Walls(tmp_path, clock, Wall(night=Night(time(11), time(13))))
    walls.save(judged("Acme fails.", published_at=NOON))
    assert walls.get()["night"] is True
    found = walls.store.save_incident(INCIDENT)
    assert walls.get()["night"] is False
    walls.store.save_incident(replace(found, until=NOON))
    assert walls.get()["night"] is True
    walls.store.close()


def test_a_negative_incident_without_a_topic_says_that_negative_mentions_rose(wall: Stored) -> None:
    save_incident(wall, negative=True, topic="")
    assert wall.get()["incident"]["title"] == "Many more negative mentions"
