"""The share that a brand usually has, and which weeks count towards it."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from display.wall_state.board import brand_board
from display.wall_state.i18n import Locale, catalogue
from display.wall_state.usual_shares import usual_shares, week_edges, weeks_read
from monitor.config.walls import Wall as WallConfig
from monitor.model import Tally
from tests.fake_site import judged
from tests.fake_store import BRANDS
from tests.fakes import NOON, FakeClock
from tests.test_wall import Wall
from tests.test_walls import Walls

LONDON = Locale(ZoneInfo("Europe/London"), catalogue()["en"])
ALL = [True] * 4
COUNTS = {"Acme": [30, 40, 50, 60], "Globex": [70, 60, 50, 40]}
NOW = {"Acme": 90, "Globex": 10}


def test_the_weeks_are_whole_and_end_before_the_last_seven_days() -> None:
    found = week_edges(NOON)
    assert len(found) == 5
    assert {b - a for a, b in pairwise(found)} == {timedelta(days=7)}
    assert timedelta(days=7) <= NOON - found[-1] < timedelta(days=8)


def test_the_usual_share_is_the_median_of_the_weeks() -> None:
    assert usual_shares(COUNTS, ALL, NOW) == {"Acme": 45, "Globex": 55}


def test_one_wild_week_changes_little() -> None:
    wild = {"Acme": [30, 30, 30, 9000], "Globex": [70, 70, 70, 70]}
    assert usual_shares(wild, ALL, NOW)["Acme"] == 30


def test_weeks_that_were_not_read_are_not_valid() -> None:
    assert usual_shares(COUNTS, [False, False, True, True], NOW) == {"Acme": 55, "Globex": 45}
    assert usual_shares(COUNTS, [False, False, False, True], NOW) == {}


def test_a_handful_of_mentions_has_no_shares() -> None:
    assert usual_shares({"Acme": [3] * 4, "Globex": [7] * 4}, ALL, NOW) == {}


def test_weeks_before_a_brands_rule_are_not_valid() -> None:
    late = {**COUNTS, "Initech": [0, 0, 20, 20]}
    assert usual_shares(late, ALL, {**NOW, "Initech": 50})["Initech"] == 17
    assert usual_shares({**COUNTS, "Initech": [0, 0, 0, 20]}, ALL, {**NOW, "Initech": 50}) == {}
    # A brand with few mentions may well have had a week without any.
    assert usual_shares({**COUNTS, "Initech": [0, 0, 0, 0]}, ALL, {**NOW, "Initech": 1})["Initech"] == 0


def test_a_week_with_a_long_gap_is_not_valid() -> None:
    edges = week_edges(NOON)
    day, hour = timedelta(days=1), timedelta(hours=1)
    unread = {"Reddit": [(edges[1], edges[1] + day)], "Forum": [(edges[3], edges[3] + hour)]}
    assert weeks_read(edges, unread) == [True, False, True, True]


def test_the_board_shows_the_usual_share_of_our_brand_only() -> None:
    tallies = {"Acme": Tally("Acme", 90), "Globex": Tally("Globex", 10)}
    rows = brand_board(BRANDS, tallies, {"Acme"}, head="", locale=LONDON, usual_shares={"Acme": 45, "Globex": 55}).rows
    assert {row.brand: row.usual for row in rows} == {"Acme": "usually 45%", "Globex": "", "Initech": ""}
    rows = brand_board(BRANDS, tallies, {"Acme"}, head="", locale=LONDON).rows
    assert {row.usual for row in rows} == {""}


def test_a_wall_shows_our_usual_share(tmp_path: Path) -> None:
    clock = FakeClock(NOON - timedelta(days=40))
    wall = Wall(tmp_path, clock, ("Forum",))
    for day in range(40):
        theirs = 3 if day < 34 else 30
        wall.save(
            *(judged(f"Acme {day} {n}.", published_at=clock.now()) for n in range(9)),
            *(judged(f"Globex {day} {n}.", brand="Globex", published_at=clock.now()) for n in range(theirs)),
        )
        clock.advance(86400)
    wall.save()
    shares = {row["brand"]: (row["share"], row["usual"]) for row in wall.get()["board"]["rows"]}
    assert shares == {"Acme": ("26", "usually 75%"), "Globex": ("74", ""), "Initech": ("0", "")}
    wall.store.close()


def test_a_wall_of_one_brand_shows_no_share(tmp_path: Path) -> None:
    clock = FakeClock(NOON - timedelta(days=30))
    walls = Walls(tmp_path, clock, WallConfig(brands=("Acme",)))
    for day in range(30):
        walls.save(*(judged(f"Acme {day} {n}.", published_at=clock.now()) for n in range(9)))
        clock.advance(86400)
    walls.save()
    assert [(row["share"], row["usual"]) for row in walls.get()["board"]["rows"]] == [("", "")]
    walls.store.close()


@pytest.mark.parametrize("days", [3, 9])
def test_imported_weeks_are_not_valid(tmp_path: Path, days: int) -> None:
    clock = FakeClock(NOON - timedelta(days=days))
    wall = Wall(tmp_path, clock, ("Forum",))
    some = [
        judged(f"{brand} {hours}.", brand=brand, published_at=clock.now() - timedelta(hours=hours))
        for hours in range(40 * 24)
        for brand in ("Acme", "Globex")
    ]
    wall.save(*some)
    clock.advance(days * 86400)
    wall.save(judged("Acme again.", published_at=clock.now()))
    assert {row["usual"] for row in wall.get()["board"]["rows"]} == {""}
    wall.store.close()
