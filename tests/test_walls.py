"""The settings of walls: brands, languages, masks, words, nights; and their URLs, topics and rooms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.server.live import HEARTBEAT_SECONDS, Live
from display.server.new_client import WALL_ROOM
from display.wall_state import WallStates
from display.wall_state.director import MIN_DWELL_SECONDS
from display.wall_state.display_policy import DisplayPolicy
from display.wall_state.i18n import Locale, catalogue
from display.wall_state.topics import compared_with_usual, headline_topic, topic_board
from display.wall_state.wall_data import MAX_NEW_MENTIONS, TALLIES_TTL_SECONDS
from monitor.clock import epoch_ms
from monitor.config import Config
from monitor.config.walls import Night, Wall
from monitor.model import Brand, FoundTopic, JudgedPost, Topics
from monitor.quality import RULES, MoodModel
from monitor.store import open_store
from monitor.text.near_duplicates import signatures
from tests.fake_site import ALL_HEALTHY, BRANDS, app_for, config, judged, working_status
from tests.fake_store import set_aside
from tests.fakes import NOON, FakeClock
from tests.test_live import received

MINUTE = timedelta(minutes=1)


class Walls:
    """The states of several walls over one store."""

    def __init__(self, folder: Path, clock: FakeClock, *walls: Wall, brands: tuple[Brand, ...] = BRANDS) -> None:
        self.config: Config = replace(config(folder, sources=("Forum", "Reddit"), brands=brands), walls=walls)
        self.clock = clock
        self.store = open_store(self.config.database_url)
        self.store.register_brands(brands, clock.now())
        self.states = WallStates(self.config, self.store, clock, health=lambda: ALL_HEALTHY, version="1")

    def save(self, *some: JudgedPost) -> None:
        now = self.clock.now()
        self.store.save("Forum", some, now=now, status=working_status(now))
        self.store.save_status(working_status(now, "Reddit"), now)

    def get(self, name: str = "") -> dict[str, Any]:
        """A state built now, after a minute in which nothing asked for one."""
        self.clock.elapsed += 60
        return self.states.get(name)

    def texts(self, name: str = "") -> list[str]:
        return [voice["text"] for voice in self.get(name)["voices"]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def at(minutes: float, text: str, **changes: Any) -> JudgedPost:
    """A post published ``minutes`` before NOON."""
    return judged(text, published_at=NOON - minutes * MINUTE, **changes)


# Brands


def test_a_wall_shows_only_figures_and_voices_of_its_brands(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall("all"), Wall("two", brands=("Globex", "Acme")))
    walls.save(at(1, "Acme one."), at(2, "Globex one.", brand="Globex"), at(3, "Initech one.", brand="Initech"))
    assert [row["brand"] for row in walls.get("all")["board"]["rows"]] == ["Acme", "Globex", "Initech"]
    two = walls.get("two")
    assert [(row["brand"], row["share"]) for row in two["board"]["rows"]] == [("Acme", "50"), ("Globex", "50")]
    assert walls.texts("two") == ["Acme one.", "one."]
    assert (two["wall"], two["ours"]) == ("two", "Acme")


def test_on_a_wall_of_competitors_the_first_brand_leads_and_is_named(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall("them", brands=("Initech", "Globex")))
    walls.save(at(1, "Globex one.", brand="Globex"), at(3, "Initech one.", brand="Initech"), at(4, "Acme one."))
    state = walls.get()
    assert state["headline"]["clause"] == "1 mention of Initech in the last hour."
    assert [(v["text"], v["brand"]) for v in state["voices"]] == [
        ("one.", "Initech"),
        ("one.", "Globex"),
    ]
    assert {row["brand"]: row["ours"] for row in state["board"]["rows"]} == {"Globex": False, "Initech": True}


def test_a_wall_of_one_competitor_does_not_name_it_before_each_voice(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall("them", brands=("Globex",)))
    walls.save(at(1, "Prices of Globex rise.", brand="Globex"))
    assert [(v["text"], v["brand"]) for v in walls.get()["voices"]] == [("Prices of Globex rise.", "")]


def test_two_brands_of_ours_are_counted_together(folder: Path, clock: FakeClock) -> None:
    brands = (Brand("Acme", "acme", ours=True), Brand("Acme Shop", "shop", ours=True))
    walls = Walls(folder, clock, Wall(), brands=brands)
    walls.save(at(1, "Acme one."), at(2, "Acme Shop one.", brand="Acme Shop"))
    state = walls.get()
    assert state["headline"]["clause"] == "2 mentions in the last hour."
    assert [voice["brand"] for voice in state["voices"]] == ["", ""]


# What may be shown


def test_only_posts_in_its_languages_are_shown_and_all_are_counted(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall("en", languages=("en",)), Wall("rest", languages=("de", "und")))
    walls.save(at(1, "Acme ist gut.", lang="de"), at(2, "Acme is fine.", lang="en"), at(3, "Acme!", lang=None))
    assert walls.texts("en") == ["Acme is fine."]
    assert walls.texts("rest") == ["Acme ist gut.", "Acme!"]
    assert walls.get("en")["headline"]["clause"] == "3 mentions in the last hour."
    walls.states.get("en")
    walls.clock.advance(MIN_DWELL_SECONDS)
    walls.save(judged("Acme encore.", lang="fr", published_at=walls.clock.now()))
    assert [v["text"] for v in walls.states.get("en")["voices"]] == ["Acme is fine."]


@pytest.mark.parametrize("quiet", ["@Loud_One", "loud_one", "Noise.example", "Forum"])
def test_posts_from_quiet_sources_are_counted_but_not_shown(folder: Path, clock: FakeClock, quiet: str) -> None:
    walls = Walls(folder, clock, Wall(quiet=(quiet,)))
    walls.save(at(1, "Acme is loud.", author="loud_one", site="news.noise.example"))
    other = at(5, "Acme from Reddit.", source="Reddit", site="else.example", author="calm")
    walls.store.save("Reddit", [other], now=NOON)
    assert walls.texts() == ["Acme from Reddit."]
    assert walls.get()["headline"]["clause"] == "2 mentions in the last hour."
    walls.clock.advance(MIN_DWELL_SECONDS)
    walls.states.get()
    walls.save(judged("Acme again.", author="loud_one", site="noise.example", published_at=walls.clock.now()))
    walls.clock.advance(MIN_DWELL_SECONDS)
    assert [v["text"] for v in walls.states.get()["voices"]] == ["Acme from Reddit."]


def test_posts_with_words_that_are_never_shown_are_counted_as_hidden(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall(never_show=("damn it", "émigré")))
    walls.save(
        at(1, "Acme, DAMN  it!"),
        at(2, "Acme is an emigre."),
        at(3, "Acme is damned, and it knows."),
        at(4, "Acme by a rude one.", author="damn-it"),
    )
    state = walls.get()
    assert [v["text"] for v in state["voices"]] == ["Acme is damned, and it knows."]
    assert state["headline"]["clause"] == "4 mentions in the last hour."
    assert state["proof"][1]["text"] == "2 posts hidden, still counted."


@pytest.mark.parametrize("n", [150, 1000])
def test_a_list_of_words_that_are_never_shown_can_be_long(folder: Path, clock: FakeClock, n: int) -> None:
    words = tuple(f"badword{k} or a longer phrase of that kind" for k in range(n - 1))
    walls = Walls(folder, clock, Wall(never_show=("damn", *words)))
    walls.save(
        at(1, "Acme is fine."), at(2, f"Acme, damn, {words[-1]}."), at(3, f"Acme: {words[-1]}"), at(4, "damn Acme")
    )
    state = walls.get()
    assert [v["text"] for v in state["voices"]] == ["Acme is fine."]
    assert state["proof"][1]["text"] == "3 posts hidden, still counted."


@pytest.mark.parametrize(
    ("language", "alone", "with_a_hidden_one"),
    [
        ("en", "2 posts set aside, still counted.", "Hidden: 1, set aside: 2, all counted."),
        ("de", "2 Beiträge aussortiert, mitgezählt.", "Verborgen: 1, aussortiert: 2, alle mitgezählt."),
        ("fr", "2 messages écartés, mais comptés.", "Masqués\u00a0: 1, écartés\u00a0: 2, tous comptés."),
    ],
)
def test_posts_set_aside_are_counted_not_shown_and_said_in_every_language(
    folder: Path, clock: FakeClock, language: str, alone: str, with_a_hidden_one: str
) -> None:
    walls = Walls(folder, clock, Wall(language=language))
    walls.save(at(1, "Acme orchard."), at(2, "Acme harvest."))
    assert len(walls.texts()) == 2
    set_aside(walls.store, "Acme", clock.now())
    walls.save(at(3, "Acme balance."), at(4, "Acme, hide me."))
    state = walls.get()
    assert [v["text"] for v in state["voices"]] == ["Acme balance.", "Acme, hide me."]
    assert state["proof"][1]["text"] == alone
    assert "4" in state["headline"]["clause"]
    walls.store.set_hidden(walls.store.last_mention_id(), True, clock.now())
    assert walls.get()["proof"][1]["text"] == with_a_hidden_one


def test_a_masked_wall_names_nobody(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall("in"), Wall("out", mask_authors=True))
    walls.save(
        at(1, "Ask @nkeller or nora@mail.example, says nkeller of Acme.", author="nkeller", site="u/nkeller"),
        at(2, "Thanks /u/Some-One and @a@social.example, Acme!", author="Bob Stone", title="Bob Stone writes"),
    )
    walls.store.save_topics(topics(hour=topic("@nkeller fails", 5), day=[topic(f"@nkeller {n}", 5) for n in range(3)]))
    inside, outside = walls.get("in"), walls.get("out")
    assert "nkeller" in json.dumps(inside)
    assert outside["masked"] is True
    for name in ("nkeller", "nora", "Some-One", "social.example", "Bob", "Stone", "NK"):
        assert name not in json.dumps(outside), name
    assert [v["text"] for v in outside["voices"]] == [
        "Ask @someone or @someone, says someone of Acme.",
        "someone writes. Thanks @someone and @someone, Acme!",
    ]
    assert [(v["author"], v["initials"]) for v in outside["voices"]] == [("", ""), ("", "")]


def test_a_very_short_name_of_an_author_is_a_word_like_any_other(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall(mask_authors=True))
    walls.save(at(1, "Is it Acme or is it al?", author="is"))
    assert walls.texts() == ["Is it Acme or is it al?"]


def test_posts_from_a_site_whose_name_is_never_shown_are_not_shown(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall(never_show=("damn",)))
    walls.save(at(1, "Acme here.", site="damn.example"), at(2, "Acme there.", site="else.example"))
    assert walls.texts() == ["Acme there."]


def test_the_name_of_a_brand_is_not_masked(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall(mask_authors=True))
    walls.save(at(1, "Acme is hiring, says Acme.", author="acme"))
    assert walls.texts() == ["Acme is hiring, says Acme."]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("See social.example/nora/1, Acme.", "See social.example Acme."),
        ("See www.social.example/in/nora", "See www.social.example"),
        ("news.example/user/nora and /user/nora", "news.example and @someone"),
        ("@nora:chat.example, nora.bsky.social!", "@someone, @someone!"),
        ("Acme and/or Globex, 5.10/kg, 24/7", "Acme and/or Globex, 5.10/kg, 24/7"),
        ("Acme: login with user/password fails", "Acme: login with user/password fails"),
    ],
)
def test_urls_and_handles_of_other_networks_are_masked(text: str, masked: str) -> None:
    assert DisplayPolicy(masks_authors=True).masked_text(text) == masked
    assert DisplayPolicy().masked_text(text) == text


@pytest.mark.parametrize("letters", ["a", "a.", "-", "@", "a@", "u/", "a/", "\uff20"])
def test_masking_takes_linear_time(letters: str) -> None:
    """With a pattern that starts again at each character, this would take minutes."""
    word = letters * 200_000
    assert "@nora" not in DisplayPolicy(masks_authors=True).masked_text(f"{word} @nora {word}")


@given(st.text(max_size=200), st.from_regex(r"@[a-zA-Z0-9_]{2,12}", fullmatch=True), st.text(max_size=200))
def test_no_handle_survives_the_mask(before: str, handle: str, after: str) -> None:
    masked = DisplayPolicy(masks_authors=True).masked_text(f"{before} {handle} {after}")
    assert handle not in masked.replace("@someone", "") or handle.startswith("@someone"[: len(handle)])


# Times


def test_times_of_day_are_of_the_walls_zone(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall("here"), Wall("tokyo", timezone=ZoneInfo("Asia/Tokyo")))
    walls.save(at(1, "Acme one."))
    assert walls.get("here")["horizon"]["labels"][-1]["text"] == "12:00"
    assert walls.get("tokyo")["horizon"]["labels"][-1]["text"] == "21:00"
    assert walls.get("tokyo")["utc_offset"] == 9 * 60


def test_each_wall_has_its_own_clock_format(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall("here"), Wall("there", clock="12h", timezone=ZoneInfo("Asia/Tokyo")))
    assert [walls.get(name)["twelve_hours"] for name in ("here", "there")] == [False, True]
    assert walls.get("there")["horizon"]["labels"][-1]["text"].endswith("\u00a0pm")


def test_a_post_from_the_future_has_the_time_when_it_was_stored(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall())
    walls.save(at(-300, "Acme tomorrow."), at(5, "Acme today."))
    assert [v["at"] for v in walls.get()["voices"]] == [epoch_ms(NOON), epoch_ms(NOON - 5 * MINUTE)]


def test_each_wall_has_its_own_night(folder: Path, clock: FakeClock) -> None:
    walls = Walls(
        folder,
        clock,
        Wall("day"),
        Wall("dark", night=Night(time(20), time(7)), timezone=ZoneInfo("Asia/Tokyo")),
        Wall("never", night=None, timezone=ZoneInfo("Asia/Tokyo")),
    )
    walls.save(at(1, "Acme one."))
    assert [walls.get(name)["night"] for name in ("day", "dark", "never")] == [False, True, False]


def test_rotation_can_be_switched_off(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall("moves"), Wall("stays", rotation=False))
    assert [walls.get(name)["rotates"] for name in ("moves", "stays")] == [True, False]


# Topics


def topic(name: str, n: int, usual: float | None = 5.0, authors: int = 9, **changes: Any) -> FoundTopic:
    return FoundTopic(name, f'"{name}"', False, n, authors, usual, **changes)


def topics(hour: FoundTopic | None = None, day: Any = (), without_topic: int = 0) -> Topics:
    return Topics("Acme", NOON, hour, tuple(day), without_topic)


OPEN = DisplayPolicy()
MODEL = MoodModel(RULES.confusion)
LONDON = Locale(ZoneInfo("Europe/London"), catalogue()["en"])


@pytest.mark.parametrize(
    ("found", "n", "words"),
    [
        (topic("fees", 10), 40, "fees"),
        (topic("fees", 10), 41, ""),
        (topic("fees", 5), 5, "fees"),
        (topic("fees", 4), 4, ""),
        (topic("fees", 10, authors=2), 10, ""),
        (topic("Donaudampfschifffahrtsgesellschaft", 10), 10, "Donaudampfschifffahrt…"),
        (None, 10, ""),
    ],
)
def test_the_headline_names_a_topic_only_if_it_stands_out(found: FoundTopic | None, n: int, words: str) -> None:
    assert headline_topic(topics(found), n, OPEN).name == words


@pytest.mark.parametrize(("n", "of_most"), [(20, False), (19, True)])
def test_a_topic_of_more_than_half_of_the_hour_is_that_of_most(n: int, of_most: bool) -> None:
    assert headline_topic(topics(topic("fees", 10)), n, OPEN) == ("fees", of_most, True)


def test_without_topics_it_is_not_known_whether_one_stands_out() -> None:
    assert not headline_topic(None, 9, OPEN).known


def test_the_board_of_topics_ends_with_the_mentions_without_topic() -> None:
    day = [topic("delivery times", 171, 80, positive=60, neutral=30), topic("app login", 64, 60)]
    assert topic_board(topics(day=day), "Acme", MODEL, OPEN, LONDON) is None
    day += [topic("invoices", 41, None), topic("Saturday slots", 22, 0), topic("fees", 12, 40)]
    found = topic_board(topics(day=day, without_topic=151), "Acme", MODEL, OPEN, LONDON)
    assert found is not None
    assert [(r.name, r.count, r.comparison) for r in found.rows] == [
        ("delivery times", "171", "twice the usual"),
        ("app login", "64", "as usual"),
        ("invoices", "41", ""),
        ("Saturday slots", "22", "new"),
        ("everything else", "163", ""),
    ]
    assert [r.mark for r in found.rows] == ["positive", *["unscored"] * 4]
    assert found.rows[0].link == "/mentions?q=%22delivery+times%22&brand=Acme&range=24h"
    assert found.rows[-1].link == ""


def test_five_topics_without_other_mentions_need_no_further_row() -> None:
    found = topic_board(topics(day=[topic(f"t{n}", 9) for n in range(5)]), "Acme", MODEL, OPEN, LONDON)
    assert found is not None
    assert [row.name for row in found.rows] == ["t0", "t1", "t2", "t3", "t4"]


def test_a_topic_with_a_word_that_is_never_shown_counts_as_everything_else() -> None:
    policy = DisplayPolicy(["damn"])
    found = topic_board(
        topics(day=[topic(n, 9) for n in ("a", "DAMN fees", "b", "c")], without_topic=1), "Acme", MODEL, policy, LONDON
    )
    assert found is not None
    assert [(row.name, row.count) for row in found.rows][-1] == ("everything else", "10")
    assert "DAMN fees" not in [row.name for row in found.rows]
    assert headline_topic(topics(topic("damn fees", 9)), 9, policy) == ("", True, False)


@pytest.mark.parametrize(
    ("n", "usual", "words"),
    [
        (9, None, ""),
        (9, 0, "new"),
        (9, 0.03, "new"),
        (9, 0.04, "usually under 1"),
        (9, 0.9, "usually under 1"),
        (250, 100, "2\u00d7 the usual"),
        (260, 100, "3\u00d7 the usual"),
        (249, 100, "twice the usual"),
        (150, 100, "twice the usual"),
        (149, 100, "as usual"),
        (67, 100, "as usual"),
        (66, 100, "half the usual"),
        (40, 100, "half the usual"),
        (39, 100, "less than half"),
    ],
)
def test_a_topic_is_compared_with_its_usual(n: int, usual: float | None, words: str) -> None:
    assert compared_with_usual(n, usual, LONDON) == words


def test_topics_that_are_no_longer_updated_disappear(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall())
    walls.save(at(1, "Acme one."))
    walls.store.save_topics(topics(day=[topic(f"t{n}", 9) for n in range(3)]))
    assert walls.get()["topics"] is not None
    walls.clock.advance(301)
    assert walls.get()["topics"] is None


# Shared states


def test_walls_that_differ_only_in_name_share_one_state(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall("a"), Wall("b"), Wall("c", mask_authors=True))
    walls.save(at(1, "Acme one."))
    assert walls.states.get("a")["horizon"] is walls.states.get("b")["horizon"]
    assert walls.states.get("a")["horizon"] is not walls.states.get("c")["horizon"]
    assert [walls.states.get(name)["wall"] for name in ("", "a", "b")] == ["a", "a", "b"]


# The director behind a wall


def test_a_wall_is_due_when_a_waiting_mention_may_appear(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall())
    walls.save(at(1, "Acme one."))
    walls.states.get()
    walls.save(at(0, "Acme two."))
    state = walls.states.get()
    assert state["voices"][0]["text"] == "Acme one."
    assert state["dwells_until"] == state["clock"] + MIN_DWELL_SECONDS * 1000
    assert not walls.states.is_due()
    walls.clock.advance(MIN_DWELL_SECONDS)
    assert walls.states.is_due()
    assert walls.states.get()["voices"][0]["text"] == "Acme two."
    assert not walls.states.is_due()


def test_no_voice_appears_unseen_behind_topics(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall("moves"), Wall("stays", rotation=False))
    walls.save(at(1, "Acme one."))
    walls.store.save_topics(topics(day=[topic(f"t{n}", 9) for n in range(3)]))
    walls.states.get("moves"), walls.states.get("stays")
    walls.clock.advance(30)
    walls.states.get("moves"), walls.states.get("stays")
    walls.clock.advance(19)
    walls.save(judged("Acme two.", published_at=walls.clock.now()))
    assert walls.states.get("stays")["voices"][0]["text"] == "Acme two."
    assert walls.states.get("moves")["voices"][0]["text"] == "Acme one."
    assert walls.states.get("moves")["dwells_until"] <= walls.states.get("moves")["clock"]
    walls.clock.advance(10.9)
    assert not walls.states.is_due("moves")
    walls.clock.advance(0.1)
    assert walls.states.is_due("moves")
    assert walls.states.get("moves")["voices"][0]["text"] == "Acme two."


def test_a_wall_that_nobody_looked_at_shows_the_newest_at_once(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall())
    walls.save(at(1, "Acme one."))
    walls.states.get()
    walls.save(*(at(0.9 - n / 10, f"Acme {n}.") for n in range(3)))
    walls.clock.advance(60)
    assert [v["text"] for v in walls.states.get()["voices"]] == ["Acme 2.", "Acme 1.", "Acme 0."]


def test_in_a_flood_about_competitors_our_mentions_still_appear(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall())
    walls.save(at(1, "Acme one."))
    walls.states.get()
    walls.save(at(0.3, "Acme two."))
    walls.save(*(at(0.5, f"Globex {n}.", brand="Globex") for n in range(MAX_NEW_MENTIONS + 1)))
    walls.clock.advance(MIN_DWELL_SECONDS)
    assert walls.states.get()["voices"][0]["text"] == "Acme two."


def test_sampling_counts_arrivals_and_not_publication_times(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall())
    walls.save(*(at(9000 + n, f"Acme of old {n}.") for n in range(300)))
    assert len(walls.get()["proof"]) == 1
    walls.save(*(at(20, f"Acme of late {n}.") for n in range(300)))
    assert walls.get()["proof"][1]["text"] == "Too fast to show all: 1 in 20 shown, all counted."
    walls.clock.advance(301)
    walls.save()
    assert len(walls.get()["proof"]) == 1


def test_where_everything_is_old_the_latest_known_posts_are_shown(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall())
    walls.save(*(at(9000 - n, f"Acme {n}.") for n in range(3)))
    assert [v["text"] for v in walls.states.get()["voices"]] == ["Acme 2.", "Acme 1.", "Acme 0."]
    for _ in range(3):
        walls.clock.advance(MIN_DWELL_SECONDS)
        walls.save(at(500, "Acme later."))
        shown = [v["text"] for v in walls.states.get()["voices"]]
    assert shown == ["Acme later.", "Acme 2.", "Acme 1."]


def test_a_deletion_an_edit_and_a_correction_show_at_once(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall(never_show=("damn",)))
    walls.save(at(3, "Acme one."), at(2, "Acme two."), at(1, "Acme three."))
    (three, two, one) = walls.states.get()["voices"]
    walls.store.correct_score(one["id"], -1.0, clock.now())
    assert walls.states.get()["voices"][2]["sentiment"] == "negative"
    walls.store.delete_posts("Forum", [walls.store.mentions([three["id"]])[three["id"]].post.external_id], clock.now())
    assert [v["text"] for v in walls.states.get()["voices"]] == ["Acme two.", "Acme one."]
    edited = replace(walls.store.mentions([two["id"]])[two["id"]].post, text="Acme, damn.")
    walls.save(JudgedPost(edited, at(2, "").findings))
    assert [v["text"] for v in walls.states.get()["voices"]] == ["Acme one."]


def test_near_duplicates_of_a_hidden_post_disappear_with_it(folder: Path, clock: FakeClock) -> None:
    walls = Walls(folder, clock, Wall())
    copied = "The checkout of Acme shows a white page since lunch and nobody there answers the phone"
    bodies = [f"{copied}. {n}" for n in range(4)]
    walls.save(
        at(9, "Acme alone."),
        *(
            replace(at(5 - n, body, author=f"a{n}"), signature=signature)
            for n, (body, signature) in enumerate(zip(bodies, signatures(bodies), strict=True))
        ),
    )
    hero = walls.states.get()["voices"][0]
    assert (hero["text"], hero["near_duplicates"]) == (bodies[3], 3)
    walls.store.set_hidden(hero["id"], True, clock.now())
    after = walls.states.get()
    assert [v["text"] for v in after["voices"]] == ["Acme alone."]
    assert after["headline"]["clause"] == "5 mentions in the last hour."
    walls.clock.advance(TALLIES_TTL_SECONDS)
    assert walls.states.get()["proof"][1]["text"] == "1 post hidden, still counted."
    walls.store.set_hidden(hero["id"], False, clock.now())
    assert {bodies[3], "Acme alone."} == {v["text"] for v in walls.states.get()["voices"]}


# URLs


@pytest.fixture
def site(tmp_path: Path, clock: FakeClock) -> Iterator[Any]:
    settings = replace(config(tmp_path), walls=(Wall("office"), Wall("reception", mask_authors=True)))
    store = open_store(settings.database_url)
    store.register_brands(settings.brands, clock.now())
    app = app_for(settings, store, clock)
    app.extensions["live"].follow()
    app.extensions["stored"] = store
    yield app
    store.close()


@pytest.mark.parametrize(
    ("path", "name"), [("/wall", "office"), ("/wall/office", "office"), ("/wall/reception", "reception")]
)
def test_each_wall_has_its_address(site: Any, path: str, name: str) -> None:
    client = site.test_client()
    assert client.get(path).status_code == 200
    assert client.get(f"{path}/").data == client.get(path).data
    response = client.get(f"{path}/state.json")
    assert response.json["wall"] == name
    assert response.headers["Cache-Control"] == "no-store"


def test_a_page_is_in_the_language_of_its_wall(tmp_path: Path, clock: FakeClock) -> None:
    walls = Walls(tmp_path, clock, Wall("halle", language="de"), Wall("office"))
    client = app_for(walls.config, walls.store, clock).test_client()
    for path in ("/wall", "/wall/halle", "/wall/pairing"):
        page = client.get(path).text
        assert '<html lang="de"' in page
        assert "Dieser Browser ist zu alt" in page
    assert '<html lang="en"' in client.get("/wall/office").text
    assert client.get("/wall/pairing/state.json").json["language"] == "de"


def test_an_unknown_wall_lists_the_known_ones(site: Any) -> None:
    response = site.test_client().get("/wall/lobby")
    assert response.status_code == 404
    assert "Available: /wall/office, /wall/reception." in response.text
    assert site.test_client().get("/wall/lobby/state.json").status_code == 404


# Rooms


def join(site: Any, **auth: Any) -> Any:
    client = site.extensions["socketio"].test_client(site, auth=auth)
    site.extensions["live"].step(0)
    return client


def test_each_wall_receives_its_own_state(site: Any) -> None:
    live: Live = site.extensions["live"]
    office, reception, first = (join(site, room=WALL_ROOM, wall=name) for name in ("office", "reception", ""))
    assert [received(c, "heartbeat")[0]["state"]["masked"] for c in (office, reception, first)] == [False, True, False]
    site.extensions["stored"].save("Forum", [judged("Acme, says nora.", author="nora")], now=NOON)
    live.step(0)
    messages = [received(client, "changes") for client in (office, reception, first)]
    texts = [m["state"]["voices"][0]["text"] for (m,) in messages]
    assert texts == ["Acme, says nora.", "Acme, says someone.", "Acme, says nora."]
    assert [m["state"]["wall"] for (m,) in messages] == ["office", "reception", "office"]


def test_a_wall_that_was_removed_receives_no_other_walls_state(site: Any) -> None:
    lost = join(site, room=WALL_ROOM, wall="lobby")
    assert received(lost, "reload") == [{"reason": "wall"}]
    site.extensions["stored"].save("Forum", [judged()], now=NOON)
    site.extensions["live"].step(0)
    assert lost.get_received() == []


def test_the_next_voice_is_sent_without_a_change_in_the_store(site: Any, clock: FakeClock) -> None:
    live, store = site.extensions["live"], site.extensions["stored"]
    client = join(site, room=WALL_ROOM)
    store.save("Forum", [judged("Acme one.", published_at=NOON)], now=NOON)
    live.step(0)
    store.save("Forum", [judged("Acme two.", published_at=NOON)], now=NOON)
    live.step(0)
    assert [m["state"]["voices"][0]["text"] for m in received(client, "changes")] == ["Acme one."] * 2
    assert MIN_DWELL_SECONDS < HEARTBEAT_SECONDS
    clock.advance(MIN_DWELL_SECONDS)
    live.step(0)
    (beat,) = received(client, "heartbeat")
    assert beat["state"]["voices"][0]["text"] == "Acme two."
    live.step(0)
    assert client.get_received() == []
