"""Situations of time: nights, clock changes, the ends of months and years, time zones, a clock that was set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from monitor.config.walls import Wall
from tests.wall_situations.registry import situation
from tests.wall_situations.scene import WALL, Scene

DAY = 1440.0


def _nine_days(scene: Scene, *last: float) -> None:
    """Six mentions an hour, and a last hour."""
    scene.past(6.6, 6)
    scene.write(last)
    scene.read(first=9 * DAY)


@situation("normal", "6 mentions in the last hour, usual for the night.", wall=Wall(),
           now=datetime(2026, 3, 5, 2, 30, tzinfo=UTC))  # fmt: skip
def a_normal_night(scene: Scene) -> None:
    _nine_days(scene, 55, 45, 35, 25, 15, 5)


@situation("normal", "3 mentions in the last hour, usually 6.", never=("usual for the night",), wall=Wall(),
           now=datetime(2026, 3, 5, 2, 30, tzinfo=UTC))  # fmt: skip
def a_night_with_half_of_the_usual(scene: Scene) -> None:
    _nine_days(scene, 55, 35, 15)


@situation("normal", "02:30", "06:00", never=("not listening",), now=datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
def the_night_the_clocks_go_forward(scene: Scene) -> None:
    _nine_days(scene, 55, 45, 35, 25, 15, 5)


@situation("normal", "01:30", now=datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
def the_night_the_clocks_go_back(scene: Scene) -> None:
    _nine_days(scene, 55, 45, 35, 25, 15, 5)


@situation("learning", "Since Wednesday", "not listening before 22:10", started=115,
           now=datetime(2026, 3, 5, 0, 5, tzinfo=UTC))  # fmt: skip
def five_minutes_after_midnight(scene: Scene) -> None:
    scene.write([n * 8 + 4 for n in reversed(range(12))])
    scene.read(first=115)


@situation("partly blind", "Reddit not read since Saturday 23:50. 6 mentions in the last hour.",
           now=datetime(2026, 3, 1, 0, 40, tzinfo=UTC))  # fmt: skip
def the_first_of_a_month(scene: Scene) -> None:
    _nine_days(scene, 55, 45, 35, 25, 15, 5)
    scene.write([30.0 * n for n in range(3, 120)], source="Reddit")
    scene.read("Forum")
    scene.fail("Reddit", 50)


@situation("blind", "No source read since 30 December 2025.", now=datetime(2027, 1, 1, 0, 10, tzinfo=UTC))
def a_year_without_a_source(scene: Scene) -> None:
    scene.write([367 * DAY + n * 60 for n in reversed(range(40))], read=366.5 * DAY)
    for name in scene.sources:
        scene.read(name, minutes=366.5 * DAY)


@situation("learning", "Learning what is usual, day 3.", "Since Monday")
def the_third_day(scene: Scene) -> None:
    _days_of_learning(scene, 2.5)


@situation("learning", "Learning what is usual, day 1.", now=datetime(2026, 3, 4, 20, 0, tzinfo=UTC))
def the_evening_of_the_first_day(scene: Scene) -> None:
    _days_of_learning(scene, 19.5 / 24)


@situation("learning", "Learning what is usual, day 5.", now=datetime(2026, 3, 6, 9, 0, tzinfo=UTC))
def the_fifth_morning(scene: Scene) -> None:
    _days_of_learning(scene, 4.3)


def _days_of_learning(scene: Scene, days: float) -> None:
    scene.past(days, 5)
    scene.write((40, 20))
    scene.read(first=days * DAY)


@situation("normal", "19:36", weeks=True, wall=replace(WALL, timezone=None), zone="Asia/Kolkata")
def a_zone_half_an_hour_off(scene: Scene) -> None:
    scene.write((55, 45, 35, 25, 15, 5))
    scene.read()


@situation("normal", "9:06 am", "6 pm", weeks=True, zone="America/New_York", wall=replace(WALL, clock="12h"))
def a_twelve_hour_clock_in_new_york(scene: Scene) -> None:
    scene.write((55, 45, 35, 25, 15, 5))
    scene.read()


@situation("normal", "6 mentions in the last hour", weeks=True)
def a_clock_that_was_an_hour_ahead(scene: Scene) -> None:
    """Posts were stored by a clock that ran ahead, until somebody set it back."""
    scene.write((55, 45, 35, 25, 15, 5))
    scene.save(scene.post(-58, "Acme from the future."), minutes=-60)
    scene.read()


@situation("normal", "Normal. 6 Erwähnungen in 60 min, zu keinem bestimmten Thema.", weeks=True,
           wall=replace(WALL, language="de"))  # fmt: skip
def a_normal_hour_in_german(scene: Scene) -> None:
    scene.write((55, 45, 35, 25, 15, 5))
    scene.read()
    scene.analyse()


@situation("normal", "Normal. 6 mentions en 60 min, sans sujet dominant.", weeks=True,
           wall=replace(WALL, language="fr"))  # fmt: skip
def a_normal_hour_in_french(scene: Scene) -> None:
    scene.write((55, 45, 35, 25, 15, 5))
    scene.read()
    scene.analyse()


@situation("partly blind", "Reddit nicht gelesen seit 13:26.", weeks=True, wall=replace(WALL, language="de"))
def a_failing_source_in_german(scene: Scene) -> None:
    scene.write((55, 45, 35, 25, 15, 5))
    scene.read("Forum")
    scene.fail("Reddit", 40, next_check=scene.at(-5))


@situation("partly blind", "Reddit non lu depuis 13:26.", weeks=True, wall=replace(WALL, language="fr"))
def a_failing_source_in_french(scene: Scene) -> None:
    scene.write((55, 45, 35, 25, 15, 5))
    scene.read("Forum")
    scene.fail("Reddit", 40, next_check=scene.at(-5))


@situation("learning", "Lernt, was üblich ist, Tag 3.", wall=replace(WALL, language="de"))
def the_third_day_in_german(scene: Scene) -> None:
    _days_of_learning(scene, 2.5)


@situation("learning", "jour 3.", wall=replace(WALL, language="fr"))
def the_third_day_in_french(scene: Scene) -> None:
    _days_of_learning(scene, 2.5)


@situation(
    "learning", "Learning what is usual with the new rule, day 1.", "rule changed", never=("usually",), weeks=True
)
def a_rule_that_may_find_more(scene: Scene) -> None:
    _change_rule(scene, "acme OR refund")
    scene.write((48, 33, 21, 4))
    scene.read()


@situation(
    "learning", "Learning what is usual with the new rule, day 1.", "rule changed", never=("usually",), weeks=True
)
def stored_posts_that_are_still_matched_again(scene: Scene) -> None:
    scene.write((48, 33, 21, 4))
    scene.read()
    scene.states.get()  # what was usual by the rule before is cached now
    _change_rule(scene, "acme NOT refund")


def _change_rule(scene: Scene, rule: str) -> None:
    scene.store.register_brands((replace(scene.brands[0], rule=rule), *scene.brands[1:]), scene.now)
