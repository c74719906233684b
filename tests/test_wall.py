"""The state of a wall as a whole, and the board, the horizon and the texts in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.wall_state import WallStates
from display.wall_state.board import brand_board, brand_mood, whole_shares
from display.wall_state.document import StateKind
from display.wall_state.horizon import (
    MAX_SPOKEN_PERIODS,
    SAFE_LEFT,
    UnseenPeriod,
    axis_labels,
    bar_edges,
    bars,
    horizon,
    label_extent,
    unseen_periods,
)
from display.wall_state.i18n import Locale, catalogue
from display.wall_state.ttl_cache import ttl_cache
from display.wall_state.wall_data import MATCHES_TTL_SECONDS, TALLIES_TTL_SECONDS
from display.wall_state.wall_text import one_line, short_brand_name, truncate
from monitor.analysis.staleness import is_stale
from monitor.model import (
    UNDATED,
    Answer,
    Bin,
    Brand,
    DrawFilter,
    Health,
    Incident,
    JudgedPost,
    MentionFilter,
    SentimentCounts,
    SourceStatus,
    Tally,
)
from monitor.quality import RULES, MoodModel
from monitor.store import open_store
from monitor.text.story_keys import story_keys
from tests.fake_site import ALL_HEALTHY, BRANDS, config, judged, working_status
from tests.fakes import NOON, FakeClock

ENGLISH = catalogue()["en"]
LONDON = Locale(ZoneInfo("Europe/London"), ENGLISH)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Wall:
    """The states of walls over a store that tests write to."""

    def __init__(self, folder: Path, clock: FakeClock, sources: Sequence[str]) -> None:
        settings = config(folder, sources=sources)
        self.clock = clock
        self.store = open_store(settings.database_url)
        self.store.register_brands(settings.brands, clock.now())
        self.health = dict(ALL_HEALTHY)
        self.states = WallStates(settings, self.store, clock, health=lambda: self.health, version="1")

    def save(self, *some: JudgedPost, source: str = "Forum", **status: Any) -> None:
        now = self.clock.now()
        self.store.save(source, some, now=now, status=working_status(now, source, **status))

    def get(self) -> dict[str, Any]:
        """A state built now, after a minute in which nothing asked for one."""
        self.clock.elapsed += 60
        return self.states.get()

    @property
    def sentence(self) -> str:
        headline = self.get()["headline"]
        return " ".join(filter(None, (headline["word"], headline["text"], headline["clause"])))

    @property
    def proof(self) -> list[str]:
        return [line["strong"] + (line["aged"] or line["text"]) for line in self.get()["proof"]]


@pytest.fixture
def wall(tmp_path: Path, clock: FakeClock) -> Iterator[Wall]:
    wall = Wall(tmp_path, clock, ("Forum", "Reddit"))
    yield wall
    wall.store.close()


def at(minutes: float, text: str = "", **changes: Any) -> JudgedPost:
    """A post published ``minutes`` before NOON."""
    return judged(text or f"Acme, {minutes} minutes ago.", published_at=NOON - minutes * MINUTE, **changes)


def test_the_first_run_lists_sources_with_their_next_check(wall: Wall) -> None:
    wall.save()
    wall.clock.advance(120)
    state = wall.get()
    assert state["kind"] == StateKind.LISTENING
    assert wall.sentence == "Listening since 12:00, nothing yet. 1 of 2 sources read."
    assert [(d["source"], d["read_at"] is None) for d in state["first_run"]] == [("Forum", False), ("Reddit", True)]
    assert state["horizon"]["labels"][0]["text"] == "not listening before 12:00"


def test_the_first_run_lists_many_sources_by_kind(tmp_path: Path, clock: FakeClock) -> None:
    names = [f"Feed {n}" for n in range(7)]
    wall = Wall(tmp_path, clock, names)
    for name in names:
        wall.save(source=name)
    (row,) = wall.get()["first_run"]
    assert row["source"] == "Feed, 7 sources"
    wall.store.close()


def test_the_first_run_says_why_a_source_is_not_read(wall: Wall) -> None:
    wall.save(source="Reddit", health=Health.NEEDS_KEY, last_success=None, failures=1, reason="HTTP 401")
    assert [row["wait"] for row in wall.get()["first_run"]] == ["not read yet", "Reddit needs a key."]


def test_the_headline_counts_our_last_hour(wall: Wall) -> None:
    wall.save(at(1), at(59), at(61), at(2, "Globex is fine.", brand="Globex"))
    wall.save(source="Reddit")
    assert wall.sentence == "Learning what is usual, day 1. 2 mentions in the last hour."


def test_after_five_days_the_hour_is_compared_with_the_usual(wall: Wall) -> None:
    wall.save(at(1))
    wall.clock.advance(5 * 24 * 3600)
    now = wall.clock.now()
    wall.save(*(judged(f"Acme {n}", published_at=now, score=score) for n, score in enumerate((-0.5, 0.5, None))))
    wall.save(source="Reddit")
    assert wall.get()["kind"] == StateKind.NORMAL
    assert wall.sentence == "Normal. 3 mentions in the last hour, usually none.", "no job has looked for topics"


def test_sample_history_counts_from_its_first_post(wall: Wall) -> None:
    wall.save(at(9 * 24 * 60), at(1), sample=True)
    assert wall.get()["kind"] == StateKind.NORMAL
    assert wall.get()["board"]["head"] == "Last 7 days"
    assert wall.get()["horizon"]["hatches"] == ()


def test_an_import_is_part_of_the_baseline_within_a_minute(wall: Wall) -> None:
    wall.save(at(1), sample=True)
    assert wall.get()["kind"] == StateKind.LEARNING
    wall.save(at(9 * 24 * 60), sample=True)
    assert wall.get()["kind"] == StateKind.NORMAL


def loud_noons(wall: Wall) -> None:
    """Store nine days with 2 mentions at noon, but 20 on the last six."""
    posts = [
        judged(f"Acme {day} {n}.", published_at=NOON - day * 24 * HOUR + n * MINUTE)
        for day in range(1, 10)
        for n in range(20 if day < 7 else 2)
    ]
    wall.save(*posts, at(10 * 24 * 60), sample=True)
    wall.clock.advance(30 * 60)
    wall.save(sample=True), wall.save(source="Reddit", sample=True)


def usual_at_noon(wall: Wall) -> float:
    """What the line on the horizon says of the current hour."""
    return 4 * float(wall.get()["horizon"]["usual"][-1])


def test_the_baseline_is_the_median_of_the_past(wall: Wall) -> None:
    loud_noons(wall)
    assert usual_at_noon(wall) == 20


def test_hours_with_an_incident_are_left_out_of_the_baseline(wall: Wall) -> None:
    for day in range(1, 7):
        since = NOON - day * 24 * HOUR
        found = Incident("Acme", since, since, since, 20, 2.0, HOUR, 10.0, until=since + HOUR)
        wall.store.save_incident(found)
    loud_noons(wall)
    assert usual_at_noon(wall) == 2


def test_hours_with_a_gap_are_left_out_of_the_baseline(wall: Wall) -> None:
    loud_noons(wall)
    for day in range(1, 7):
        since = NOON - day * 24 * HOUR
        wall.store.open_gap("Forum", since, "down", since)
        wall.store.close_gaps("Forum", since + HOUR, since + HOUR)
    assert usual_at_noon(wall) == 2


@pytest.mark.parametrize(("hours", "head"), [(16, "Last 7 days"), (18, "Last 7 days, with gaps")])
def test_a_week_with_more_than_a_tenth_unread_says_so(wall: Wall, hours: int, head: str) -> None:
    wall.save(at(9 * 24 * 60), at(1), sample=True)
    wall.store.open_gap("Forum", NOON - 60 * HOUR, "down", NOON)
    wall.store.close_gaps("Forum", NOON - (60 - hours) * HOUR, NOON)
    assert wall.get()["board"]["head"] == head


def test_gaps_of_a_minor_source_are_no_remark_on_the_board(wall: Wall) -> None:
    wall.save(at(9 * 24 * 60), *(at(n) for n in range(1, 41)), sample=True)
    wall.save(at(2, "Acme there.", source="Reddit"), source="Reddit", last_post=NOON)
    wall.store.open_gap("Reddit", NOON - 60 * HOUR, "down", NOON)
    wall.store.close_gaps("Reddit", NOON - 30 * HOUR, NOON)
    assert wall.get()["board"]["head"] == "Last 7 days"


@pytest.mark.parametrize(("minutes", "kind"), [(4, StateKind.QUIET), (6, StateKind.PARTLY_BLIND)])
def test_an_hour_with_a_gap_is_not_called_quiet(wall: Wall, minutes: int, kind: StateKind) -> None:
    loud_noons(wall)
    wall.clock.advance(30 * 60)
    wall.store.open_gap("Forum", NOON + 30 * MINUTE, "down", wall.clock.now())
    wall.store.close_gaps("Forum", NOON + (30 + minutes) * MINUTE, wall.clock.now())
    wall.save(sample=True), wall.save(source="Reddit", sample=True)
    assert wall.get()["kind"] == kind


def test_a_post_about_two_brands_is_shown_once(wall: Wall) -> None:
    both = at(1, "Globex and Initech are fine.", brand="Globex")
    wall.save(
        JudgedPost(both.post, (*both.findings, *at(1, brand="Initech").findings)),
        at(3, "Globex alone.", brand="Globex"),
    )
    assert [v["text"] for v in wall.get()["voices"]] == ["Globex and Initech are fine.", "alone."]


def test_one_mention_is_singular_and_none_has_its_own_phrase(wall: Wall) -> None:
    wall.save(at(1))
    wall.save(source="Reddit")
    assert wall.sentence.endswith("1 mention in the last hour.")
    wall.clock.advance(3600)
    wall.save(), wall.save(source="Reddit")
    assert wall.sentence.endswith("No mentions in the last hour.")


@pytest.mark.parametrize("minute", range(0, 60, 7))
def test_the_four_bright_bars_are_the_number_at_any_minute(wall: Wall, minute: int) -> None:
    wall.save(*(at(n) for n in range(0, 120, 3)))
    wall.clock.advance(minute * 60)
    wall.save(judged("Acme just now.", published_at=wall.clock.now())), wall.save(source="Reddit")
    state = wall.get()
    bright = sum(bar["n"] for bar in state["horizon"]["bars"][-4:])
    assert f"{bright} mentions in the last hour." == state["headline"]["clause"]
    assert len(state["horizon"]["bars"]) == 96


def test_a_post_from_the_future_counts_as_now(wall: Wall) -> None:
    wall.save(judged(published_at=NOON + timedelta(hours=3))), wall.save(source="Reddit")
    state = wall.get()
    assert state["horizon"]["bars"][-1]["n"] == 1
    assert state["voices"][0]["at"] <= state["as_of"]


def test_a_hidden_post_disappears_at_once_and_still_counts(wall: Wall) -> None:
    wall.save(at(5, "Acme stays."), at(1, "Acme must go.")), wall.save(source="Reddit")
    wall.store.set_hidden(next(v["id"] for v in wall.get()["voices"] if "go" in v["text"]), True, wall.clock.now())
    state = wall.get()
    assert [v["text"] for v in state["voices"]] == ["Acme stays."]
    assert state["headline"]["clause"] == "2 mentions in the last hour."
    assert wall.proof[1] == "1 post hidden, still counted."


ARTICLE = "https://daily.example/2026/03/04/acme-recalls-its-heaters"


def in_story(one: JudgedPost) -> JudgedPost:
    """As the judge passes it on."""
    return replace(one, story_keys=story_keys(one.post))


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [("Acme, what a disgrace", {"Acme recalls heaters. Out now."}), ("Acme recalls heaters", set())],
)
def test_hiding_a_comment_hides_its_copies_and_hiding_an_article_its_whole_story(
    wall: Wall, hidden: str, shown: set[str]
) -> None:
    comments = ("Acme, what a disgrace", "Acme: what a disgrace!")
    posts = [at(9 - n, f"{text} {ARTICLE}", external_id=str(n)) for n, text in enumerate(comments)]
    posts.append(at(5, "Out now.", title="Acme recalls heaters", url=ARTICLE))
    posts = [in_story(one) for one in posts]
    wall.save(*posts), wall.save(source="Reddit")
    stored = {m.post.title or m.post.text.partition(" http")[0]: m for m in wall.store.page(MentionFilter())}
    assert len({mention.story for mention in stored.values()}) == 1
    wall.store.set_hidden(stored[hidden].id, True, wall.clock.now())
    assert {voice["text"].partition(" http")[0] for voice in wall.get()["voices"]} == shown


def test_the_hero_is_about_us_while_anything_about_us_is_fresh(wall: Wall) -> None:
    wall.save(at(20, "Acme first."), at(10, "Acme second."), at(1, "Globex is loud.", brand="Globex"))
    hero, *rows = wall.get()["voices"]
    assert (hero["text"], hero["brand"]) == ("Acme second.", "")
    assert [(r["text"], r["brand"]) for r in rows] == [("is loud.", "Globex"), ("Acme first.", "")]


def test_after_half_an_hour_without_ours_a_competitor_can_be_the_hero(wall: Wall) -> None:
    wall.save(at(40, "Acme long ago."), at(35, "Globex since.", brand="Globex"))
    assert [v["text"] for v in wall.get()["voices"]] == ["since.", "Acme long ago."]


def test_a_voice_has_its_author_and_place(wall: Wall) -> None:
    wall.save(at(1, "Acme   is\nfine https://www.shop.example/a?b=c really", author="Nora Keller", title="Hello"))
    (voice,) = wall.get()["voices"]
    assert voice["text"] == "Hello. Acme is fine shop.example really"
    assert (voice["author"], voice["initials"], voice["place"]) == ("Nora Keller", "NK", "Forum")
    assert (voice["sentiment"], voice["near_duplicates"]) == ("positive", 0)


def test_a_title_that_the_text_repeats_is_shown_once(wall: Wall) -> None:
    wall.save(at(1, "Acme is fine. Really.", title="Acme is fine."), at(2, "It is.", title="Is Acme fine?"))
    assert [v["text"] for v in wall.get()["voices"]] == ["Acme is fine. Really.", "Is Acme fine? It is."]


def test_a_site_that_is_the_author_is_not_the_place(wall: Wall) -> None:
    wall.save(at(1, "Acme is fine.", site="nora", author="nora"))
    assert wall.get()["voices"][0]["place"] == "Forum"


def test_a_voice_names_the_site_within_the_source_if_there_is_one(wall: Wall) -> None:
    wall.save(at(1, "Acme is fine.", site="Harbour Forum"))
    assert wall.get()["voices"][0]["place"] == "Harbour Forum"


def test_old_posts_that_are_read_late_do_not_replace_new_ones(wall: Wall) -> None:
    wall.save(at(5, "Acme one."), at(4, "Acme two."), at(3, "Acme three."))
    wall.save(*(at(9_000 + n, f"Acme of old, {n}.") for n in range(20)))
    assert [v["text"] for v in wall.get()["voices"]] == ["Acme three.", "Acme two.", "Acme one."]


def test_a_post_without_a_date_is_no_voice(wall: Wall) -> None:
    """It would be "56 years" old."""
    wall.save(judged("Acme, some day.", published_at=UNDATED), at(3, "Acme one."))
    assert [v["text"] for v in wall.get()["voices"]] == ["Acme one."]


def test_an_unscored_mention_is_never_neutral(wall: Wall) -> None:
    wall.save(at(1, score=None))
    assert wall.get()["voices"][0]["sentiment"] == "unscored"


def test_a_weighty_source_that_is_not_read_is_named_and_hatched(wall: Wall) -> None:
    wall.save(at(1)), wall.save(at(2, "Acme there.", source="Reddit"), source="Reddit")
    wall.clock.advance(2 * 24 * 3600)
    wall.save(), wall.save(source="Reddit")
    wall.clock.advance(3600)
    wall.save()
    state = wall.get()
    assert state["kind"] == StateKind.PARTLY_BLIND
    assert wall.sentence == "Partly blind. Reddit not read since 12:00. No mentions elsewhere in the last hour."
    assert wall.proof == ["1 of 2 sources read, last {age}.", "Reddit last read: 12:00."]
    (hatch,) = state["horizon"]["hatches"]
    assert hatch == {"start": pytest.approx(23 / 24, abs=0.001), "end": 1.0}
    assert "no Reddit" in [label["text"] for label in state["horizon"]["labels"]]


def test_a_minor_source_that_is_not_read_is_only_in_the_proof(wall: Wall) -> None:
    wall.save(*(at(n) for n in range(1, 41)))
    wall.save(at(2, "Acme there.", source="Reddit"), source="Reddit")
    wall.clock.advance(3600)
    wall.save()
    assert wall.get()["kind"] == StateKind.LEARNING
    assert wall.proof[0].startswith("1 of 2 sources read")


def test_without_any_source_the_headline_has_no_number(wall: Wall) -> None:
    wall.save(at(1)), wall.save(source="Reddit")
    wall.clock.advance(2 * 3600)
    state = wall.get()
    assert state["kind"] == StateKind.BLIND
    assert wall.sentence == "Blind. No source read since 12:00."
    assert [bar["n"] for bar in state["horizon"]["bars"][-7:]] == [None] * 7


def test_the_reason_is_given_in_plain_words(wall: Wall) -> None:
    wall.save(at(1))
    soon = NOON + timedelta(hours=1)
    wall.save(source="Reddit", health=Health.LIMITED, reason="Reddit asks us to wait (429).", next_check=soon)
    assert wall.proof[1] == "Reddit asks us to wait until 13:00."


def test_no_scheduler_is_not_live(wall: Wall) -> None:
    wall.save(at(1)), wall.save(source="Reddit")
    wall.get()
    wall.health["scheduler"] = False
    assert wall.get()["kind"] != StateKind.NOT_LIVE
    assert wall.get()["kind"] != StateKind.NOT_LIVE
    assert wall.get()["kind"] == StateKind.NOT_LIVE
    assert wall.sentence == "Not live. Nothing read since 12:00."


def test_the_state_says_whether_it_is_sample_data(wall: Wall) -> None:
    wall.save(at(1))
    assert wall.get()["sample"] is False
    wall.save(source="Demo", sample=True)
    assert (wall.get()["sample"], wall.get()["only_sample"]) == (True, False)


def test_a_state_is_built_once_if_nothing_changes_within_a_second(wall: Wall) -> None:
    wall.save(at(1))
    first = wall.states.get()["horizon"]
    assert wall.states.get()["horizon"] is first
    wall.save(at(2))
    assert wall.states.get()["horizon"] is not first


# Staleness


@pytest.mark.parametrize(
    ("status", "blind"),
    [
        (SourceStatus("a", "feed", interval=60, last_success=NOON - 15 * MINUTE), False),
        (SourceStatus("a", "feed", interval=60, last_success=NOON - 16 * MINUTE), True),
        (SourceStatus("a", "bluesky", interval=5, last_success=NOON - 2 * MINUTE), False),
        (SourceStatus("a", "bluesky", interval=5, last_success=NOON - 2.1 * MINUTE), True),
        (SourceStatus("a", "sample", interval=5, last_success=NOON - 3 * MINUTE, sample=True), False),
        (SourceStatus("a", "feed", interval=600, last_success=NOON - 30 * MINUTE), False),
        (SourceStatus("a", "feed", interval=600, last_success=NOON - 31 * MINUTE), True),
        (SourceStatus("a", "feed", health=Health.NEEDS_KEY, last_success=NOON), True),
        (SourceStatus("a", "feed", health=Health.SPENT, last_success=NOON), True),
        (SourceStatus("a", "feed", health=Health.LIMITED, last_success=NOON, next_check=NOON + 15 * MINUTE), False),
        (SourceStatus("a", "feed", health=Health.LIMITED, last_success=NOON, next_check=NOON + 16 * MINUTE), True),
        (SourceStatus("a", "feed", interval=60), False),
    ],
)
def test_when_a_source_is_stale(status: SourceStatus, blind: bool) -> None:
    assert is_stale(status, NOON, started=NOON - 10 * MINUTE) is blind


# Board


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=12))
def test_shares_are_whole_sum_to_a_hundred_and_keep_the_order(counts: list[int]) -> None:
    shares = whole_shares(counts)
    assert sum(shares) == (100 if sum(counts) else 0)
    exact = [100 * n / sum(counts) if sum(counts) else 0 for n in counts]
    assert all(abs(share - true) < 1 for share, true in zip(shares, exact, strict=True))


def test_without_mentions_there_are_no_shares() -> None:
    rows = brand_board(
        [Brand("Acme", "acme", ours=True), Brand("Globex", "globex")], {}, ["Acme"], head="", locale=LONDON
    ).rows
    assert [(row.brand, row.share, row.note) for row in rows] == [
        ("Acme", "", "no mentions"),
        ("Globex", "", "no mentions"),
    ]


def test_a_share_that_rounds_to_nothing_is_less_than_one() -> None:
    rows = brand_board(
        BRANDS, {"Acme": Tally("Acme", 999), "Globex": Tally("Globex", 1)}, ["Acme"], head="", locale=LONDON
    ).rows
    assert [(r.brand, r.share) for r in rows] == [("Acme", "100"), ("Globex", "<1"), ("Initech", "0")]


def tally(**counts: int) -> Tally:
    stories = SentimentCounts(**{name: n for name, n in counts.items() if name != "unscored"})
    return Tally("a", sum(counts.values()), **counts, stories=stories)


@pytest.mark.parametrize(
    ("tally", "mark", "note"),
    [
        (tally(positive=19), "unscored", "too few to say"),
        (tally(positive=20), "positive", ""),
        (tally(negative=20), "negative", ""),
        (tally(neutral=40), "neutral", ""),
        (tally(negative=11, positive=11), "unscored", "too few to say"),
        (tally(neutral=20, unscored=21), "unscored", "mostly unscored"),
        (tally(), "unscored", "too few to say"),
    ],
)
def test_a_mood_is_shown_only_if_it_is_certain_enough(tally: Tally, mark: str, note: str) -> None:
    shown_mark, interval, shown_note = brand_mood(tally, MoodModel(RULES.confusion), ENGLISH)
    assert (shown_mark, shown_note) == (mark, note)
    assert (interval is None) is bool(note)


def test_our_brand_stays_on_a_board_of_many() -> None:
    brands = [Brand(f"B{n}", "x") for n in range(9)] + [Brand("Acme", "acme", ours=True)]
    rows = brand_board(
        brands, {b.name: Tally(b.name, 100 if not b.ours else 1) for b in brands}, ["Acme"], head="", locale=LONDON
    ).rows
    assert [row.brand for row in rows] == ["B0", "B1", "B2", "B3", "Acme", "others"]
    assert [(row.share, row.note) for row in rows[-2:]] == [("<1", "too few to say"), ("56", "5 brands")]


def test_of_twelve_brands_five_have_a_row_and_the_others_share_one() -> None:
    brands = [Brand(f"B{n}", "x", ours=n == 1) for n in range(12)]
    rows = brand_board(
        brands, {b.name: Tally(b.name, 2 ** (12 - n)) for n, b in enumerate(brands)}, ["B1"], head="", locale=LONDON
    ).rows
    assert [row.brand for row in rows] == ["B0", "B1", "B2", "B3", "B4", "others"]
    assert sum(int(row.share) for row in rows) == 100


def test_a_long_name_is_cut_at_22_graphemes() -> None:
    astronaut, flag, england = (
        "\U0001f469\U0001f3fd\u200d\U0001f680",
        "\U0001f1e9\U0001f1ea",
        "\U0001f3f4\U000e0067\U000e007f",
    )
    for name in ("W", "\u0905\u0941", astronaut, flag, england):
        assert short_brand_name(name * 22) == name * 22
        assert short_brand_name(name * 60) == name * 21 + "…"
    brands = [Brand("W" * 60, "x", ours=True), Brand("Globex", "globex")]
    row, _ = brand_board(brands, {"W" * 60: Tally("W" * 60, 9)}, ["W" * 60], head="", locale=LONDON).rows
    assert (row.brand, row.share, row.ours) == ("W" * 21 + "…", "100", True)


# Horizon


def test_a_very_short_gap_is_named_but_not_hatched() -> None:
    bins = [Bin(a, b, 0, 0) for a, b in pairwise(bar_edges(NOON))]
    drawn = horizon(bins, [UnseenPeriod(NOON - timedelta(minutes=2), NOON, "no Forum")], LONDON, NOON, "")
    assert not drawn.hatches
    assert "no Forum" in [label.text for label in drawn.labels]


def test_the_text_alternative_lists_the_longest_gaps() -> None:
    bins = [Bin(a, b, 0, 0) for a, b in pairwise(bar_edges(NOON))]
    gaps = [UnseenPeriod(NOON - n * MINUTE, NOON - (n - 6 - n % 7 / 10) * MINUTE, f"no {n}") for n in range(7, 1001)]
    long = UnseenPeriod(NOON - 600 * MINUTE, NOON - 300 * MINUTE, "no Forum")
    words = horizon(bins, [*gaps, long], LONDON, NOON, "Normal.").spoken
    assert "From 02:00 to 07:00: no Forum." in words
    assert words.count("From ") == MAX_SPOKEN_PERIODS


def test_the_size_of_a_state_is_limited(tmp_path: Path, clock: FakeClock) -> None:
    wall = Wall(tmp_path, clock, [f"{n} {'W' * 56}" for n in range(100)])
    wall.save(*(at(n, "W" * 20_000, author="W" * 200, title="T" * 500, site="s" * 200) for n in range(5)))
    for n in range(100):
        name = f"{n} {'W' * 56}"
        wall.store.save_status(
            replace(working_status(NOON - HOUR, name), health=Health.PAUSED, reason="W" * 2000), NOON
        )
    assert len(json.dumps(wall.get())) < 12_000
    wall.store.close()


def test_no_bar_is_drawn_where_no_source_was_read() -> None:
    bins = [Bin(a, b, 3, 1) for a, b in pairwise(bar_edges(NOON))]
    gap = (NOON - timedelta(hours=2), NOON - timedelta(hours=1))
    start, major = NOON - timedelta(hours=24), {"Forum"}
    one = bars(bins, unseen_periods({"Forum": [gap]}, major, 2, start, ENGLISH))
    both = bars(bins, unseen_periods({"Forum": [gap], "Reddit": [gap]}, major, 2, start, ENGLISH))
    assert all(bar.n == 3 for bar in one)
    assert [bar.n for bar in both].count(None) in (3, 4)


def test_the_axis_follows_the_hours_of_the_zone_through_a_change_of_clocks() -> None:
    change = datetime(2026, 3, 29, 11, 30, tzinfo=UTC)
    assert [label.text for label in axis_labels([], LONDON, change)] == ["18:00", "midnight", "06:00", "12:30"]


@given(
    st.integers(0, 24 * 60),
    st.lists(
        st.tuples(st.integers(0, 1500), st.integers(1, 600), st.sampled_from(["no Reddit", "no " + "x" * 28])),
        max_size=5,
    ),
)
def test_labels_never_overlap_or_leave_the_safe_area(minute: int, gaps: list[tuple[int, int, str]]) -> None:
    now = NOON + minute * MINUTE
    found = [UnseenPeriod(now - a * MINUTE, min(now, now + (b - a) * MINUTE), text) for a, b, text in gaps]
    drawn = axis_labels(found, LONDON, now)
    extents = [label_extent(label) for label in drawn]
    assert all(left >= SAFE_LEFT and right <= 1.0001 for left, right in extents)
    assert all(one[1] < other[0] for one, other in pairwise(sorted(extents)))


# Texts


@given(st.text(max_size=2000))
def test_a_posts_text_is_one_short_line(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 500
    assert "\n" not in line
    assert "  " not in line


def test_combining_marks_on_a_letter_are_limited() -> None:
    assert one_line("a" + "\u0301" * 50 + "b") == "a" + "\u0301" * 3 + "b"


def test_a_truncated_text_ends_in_an_ellipsis_and_breaks_no_letter() -> None:
    assert truncate("abcdef", 4) == "abc…"
    assert truncate("ab\u0301cdef", 4) == "ab\u0301…"
    assert truncate("abc", 3) == "abc"


def test_a_moment_is_as_short_as_it_is_clear() -> None:
    assert LONDON.moment(NOON - 5 * MINUTE, NOON) == "11:55"
    assert LONDON.moment(NOON - timedelta(days=2), NOON) == "Monday 12:00"
    assert LONDON.moment(NOON - timedelta(days=20), NOON) == "12 February"


def test_in_a_zone_of_half_hours_labels_stand_at_full_hours() -> None:
    kolkata = Locale(ZoneInfo("Asia/Kolkata"), ENGLISH)
    found = {label.text: label.at for label in axis_labels([], kolkata, NOON)}
    assert found["noon"] == pytest.approx(1 - 5.5 / 24)
    assert list(found) == ["midnight", "06:00", "noon", "17:30"]


# Cached answers


def test_an_answer_is_cached_for_its_lifetime(clock: FakeClock) -> None:
    cache = ttl_cache(clock, 10, 2)
    cache["key"] = 1
    clock.advance(9.9)
    assert "key" in cache
    clock.advance(0.1)
    assert "key" not in cache


class FastClock(FakeClock):
    """A clock of a replay."""

    speed = 20.0


def test_in_a_replay_lifetimes_are_seconds_of_the_time_that_is_shown() -> None:
    clock = FastClock()
    cache = ttl_cache(clock, 10, 2)
    cache["key"] = 1
    clock.advance(0.5)
    assert "key" not in cache


def shares(wall: Wall) -> list[str]:
    """The shares on the board now."""
    return [row["share"] for row in wall.states.get()["board"]["rows"]]


def test_the_figures_of_the_board_are_at_most_some_seconds_old(wall: Wall) -> None:
    wall.save(at(1))
    assert shares(wall) == ["100", "0", "0"]
    wall.save(at(1, "Globex is fine.", brand="Globex"))
    assert shares(wall) == ["100", "0", "0"]
    wall.clock.advance(TALLIES_TTL_SECONDS)
    assert shares(wall) == ["50", "50", "0"]


def test_the_board_says_below_its_moods_how_often_posts_are_misjudged(wall: Wall) -> None:
    assert wall.get()["board"]["errors"] == ""
    wall.save(*[at(n, score=-0.5) for n in range(1, 121)])
    wall.clock.advance(TALLIES_TTL_SECONDS)
    board = wall.get()["board"]
    assert board["errors"] == "10 of 100 negatives misjudged in tests"
    (acme, *_) = board["rows"]
    assert acme["mark"] == "negative"
    for said in (Answer.NEGATIVE, Answer.NEUTRAL, Answer.NEUTRAL):
        draw = wall.store.checks.draw("dana", DrawFilter(), NOON - 24 * HOUR, NOON, 20)
        assert draw is not None
        wall.store.checks.save_answers(draw.id, "dana", dict.fromkeys(draw.mentions, said), NOON)
    wall.clock.advance(MATCHES_TTL_SECONDS)
    board = wall.get()["board"]
    assert board["errors"] == "67 of 100 negatives misjudged, 60 checked"
    mood = board["rows"][0]["mood"]
    assert mood["low"] < -0.34 < mood["high"]
    assert acme["mood"]["high"] < mood["low"], "the mood by public figures was far more negative"


def imported_history(wall: Wall, per_hour: int, days: int = 56) -> None:
    """Import a file with mentions of all hours of the days up to midnight."""
    rows = [
        judged(f"Acme, {hour} hours and {n}.", published_at=NOON - (hour + 12) * HOUR)
        for hour in range(24 * days)
        for n in range(per_hour)
    ]
    wall.store.save("history.csv", rows, now=wall.clock.now(), imported=True)


def test_imported_history_tells_what_is_usual(wall: Wall) -> None:
    imported_history(wall, per_hour=2)
    wall.save(at(1), at(2))
    wall.save(source="Reddit")
    assert wall.sentence.startswith("Normal.")


def test_a_few_imported_mentions_do_not_tell_what_is_usual(wall: Wall) -> None:
    wall.store.save(
        "reviews.csv",
        [judged(f"Acme, day {day}.", published_at=NOON - timedelta(days=day)) for day in range(56)],
        now=wall.clock.now(),
        imported=True,
    )
    wall.save(*(at(n) for n in range(1, 50)))
    wall.save(source="Reddit")
    assert wall.sentence.startswith("Learning what is usual")


def test_the_time_between_a_file_and_the_first_read_is_not_known(wall: Wall) -> None:
    rows = [judged(f"Acme, {hour}.", published_at=NOON - timedelta(days=24, hours=hour)) for hour in range(24 * 4)]
    wall.store.save("history.csv", rows, now=wall.clock.now(), imported=True)
    wall.save(at(1))
    wall.save(source="Reddit")
    assert wall.sentence.startswith("Learning what is usual, day 5.")


def test_without_a_source_every_hour_that_no_file_covers_is_hatched(tmp_path: Path, clock: FakeClock) -> None:
    wall = Wall(tmp_path, clock, ())
    wall.store.save("today.csv", [at(60 * hour) for hour in range(6, 13)], now=clock.now(), imported=True)
    state, sentence = wall.get(), wall.sentence
    wall.store.close()
    assert sentence == "Blind. No source is set up."
    assert [(round(h["start"], 2), round(h["end"], 2)) for h in state["horizon"]["hatches"]] == [(0, 0.5), (0.75, 1)]
    assert state["horizon"]["bars"][-1]["n"] is None
    assert "not read" in [label["text"] for label in state["horizon"]["labels"]]


def test_the_board_says_what_its_figures_cover_after_an_import(tmp_path: Path, clock: FakeClock) -> None:
    def head(name: str, days: int, until: timedelta) -> str:
        wall = Wall(tmp_path / name, clock, ("Forum",))
        times = [NOON - until - n * timedelta(hours=6) for n in range(4 * days)]
        wall.store.save(
            "file.csv", [judged(f"Acme, {time}.", published_at=time) for time in times], now=clock.now(), imported=True
        )
        wall.save(at(1))
        found = str(wall.get()["board"]["head"])
        wall.store.close()
        return found

    assert head("covered", 20, HOUR) == "Last 7 days"
    assert head("partly", 20, timedelta(days=3)) == "Last 7 days, with gaps"
    assert head("older", 20, timedelta(days=30)) == "Since 12:00"


def test_the_board_does_not_begin_after_the_posts_that_it_counts(wall: Wall) -> None:
    """The first read of a source brings older posts."""
    wall.save(at(1))
    assert wall.get()["board"]["head"] == "Since 12:00"
    wall.save(at(3 * 24 * 60))
    wall.clock.advance(60)
    assert wall.get()["board"]["head"] == "Last 7 days, with gaps"


def test_a_single_brand_has_no_share() -> None:
    board = brand_board([Brand("Acme", "acme")], {"Acme": Tally("Acme", 9)}, ["Acme"], head="", locale=LONDON)
    assert [row.share for row in board.rows] == [""]


@pytest.mark.parametrize(
    ("text", "brand", "shown"),
    [
        ("Globex prices rise.", "Globex", "prices rise."),
        ("@globex prices rise.", "@globex", "prices rise."),
        ("GLOBEX", "", "GLOBEX"),
        ("Globex's prices rise.", "", "Globex's prices rise."),
        ("Globexa is another name.", "Globex", "Globexa is another name."),
        ("The prices of Globex rise.", "", "The prices of Globex rise."),
        ("hello @globexcare??", "", "hello @globexcare??"),
        (
            "Nobody here knew why until Globex rang.",
            "Globex",
            "Nobody here knew why until Globex rang.",
        ),
        ("Acme or Globex?", "Globex", "Acme or Globex?"),
    ],
)
def test_a_voice_that_names_its_brand_at_once_does_not_name_it_twice(
    wall: Wall, text: str, brand: str, shown: str
) -> None:
    wall.save(at(1, text, brand="Globex"))
    (voice,) = wall.get()["voices"]
    assert (voice["brand"], voice["text"]) == (brand, shown)


def test_hours_of_an_imported_file_are_not_hatched(wall: Wall) -> None:
    wall.save()
    before = wall.get()["horizon"]
    rows = [at(60 * hour) for hour in range(1, 13)]
    wall.store.save("today.csv", rows, now=wall.clock.now(), imported=True)
    after = wall.get()["horizon"]
    assert "not listening before 12:00" in [label["text"] for label in before["labels"]]
    assert "not listening before 00:00" in [label["text"] for label in after["labels"]]
    assert len(after["hatches"]) == len(before["hatches"]) + 1, "the last hour is after the last imported mention"
