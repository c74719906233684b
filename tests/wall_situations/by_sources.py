"""Situations of sources: none, never read, failing, limited, paused, imported."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.config.walls import Wall
from monitor.model import Health, SourceStatus, Spend
from tests.wall_situations.registry import situation
from tests.wall_situations.scene import Scene

DAY = 1440.0
LAST_HOUR = (48, 33, 21, 4)
"""Four mentions, in minutes ago."""


def _waiting(scene: Scene, name: str, since: float = 0.0, **changes: object) -> SourceStatus:
    """The status of a source that was never read, as stored ``since`` minutes ago."""
    fields = {"health": Health.WAITING, "first_seen": scene.at(since), "next_check": scene.at(-1), **changes}
    return SourceStatus(name, "feed", **fields)  # type: ignore[arg-type]


@situation("listening", "Starting. No source is set up.", sources=())
def no_source_and_no_mention(scene: Scene) -> None:
    pass


@situation("blind", "Blind. No source is set up.", sources=())
def no_source_and_an_import(scene: Scene) -> None:
    scene.past(5, 3, until=120, source="Import", imported=True)


@situation("listening", "Starting. Nothing has been read yet.", sources=("Forum",), started=0)
def a_source_never_read(scene: Scene) -> None:
    scene.status(_waiting(scene, "Forum"))


@situation("listening", "Starting.", sources=("Forum",), started=0)
def a_source_never_read_and_an_import(scene: Scene) -> None:
    scene.past(6.6, 3, until=3 * DAY, source="Import", imported=True)
    scene.status(_waiting(scene, "Forum"))


@situation("blind", "No source can be read.", never=("Listening",), started=40)
def all_failing_from_the_start(scene: Scene) -> None:
    for name in scene.sources:
        scene.status(_waiting(scene, name, 40, health=Health.BROKEN, failures=4, reason="HTTP 500"), minutes=40)


@situation("listening", "Starting. No source could be read so far.", never=("Listening",), started=5)
def all_failing_for_five_minutes(scene: Scene) -> None:
    for name in scene.sources:
        scene.status(_waiting(scene, name, 5, health=Health.BROKEN, failures=2, reason="HTTP 500"), minutes=5)


@situation("listening", "Listening since 13:57, nothing yet.", "1 of 2 sources", started=9)
def one_of_two_read_and_no_mention(scene: Scene) -> None:
    scene.read("Forum", first=9, last_post=None)
    scene.status(_waiting(scene, "Reddit", 9))


@situation("listening", "Listening since 13:57, nothing yet. 2 sources are being read.", started=9)
def both_read_and_no_mention(scene: Scene) -> None:
    scene.read(first=9, last_post=None)


@situation("blind", "No source read since 13:26.", weeks=True)
def all_failing_for_forty_minutes(scene: Scene) -> None:
    for name in scene.sources:
        scene.fail(name, 40, next_check=scene.at(-5))


@situation("partly blind", "Reddit not read since 13:26.", never=("elsewhere",), weeks=True)
def a_heavy_source_failing_for_forty_minutes(scene: Scene) -> None:
    scene.write(LAST_HOUR)
    scene.write([45, 50, 55], source="Reddit")
    scene.read("Forum")
    scene.fail("Reddit", 40, next_check=scene.at(-5))


@situation("partly blind", "Reddit not read since 11:06.", "4 mentions elsewhere in the last hour.", weeks=True)
def a_heavy_source_failing_for_three_hours(scene: Scene) -> None:
    scene.write(LAST_HOUR)
    scene.read("Forum")
    scene.fail("Reddit", 180, next_check=scene.at(-5))


@situation("partly blind", "Reddit not read since Monday 09:06.", weeks=True)
def a_heavy_source_failing_since_monday(scene: Scene) -> None:
    scene.write(LAST_HOUR)
    scene.read("Forum")
    scene.fail("Reddit", 53 * 60)


@situation("normal", "1 of 2 sources read", "Reddit cannot be read. Next try: 14:11.")
def a_light_source_failing(scene: Scene) -> None:
    scene.past(6.6, 4, source="Forum")
    scene.past(6.6, 0.1, source="Reddit", until=200)
    scene.write(LAST_HOUR, source="Forum")
    scene.read(first=9 * DAY)
    scene.fail("Reddit", 90, next_check=scene.at(-5))


@situation("partly blind", "Reddit asks us to wait until 15:06.", never=("elsewhere",), weeks=True)
def a_source_rate_limited(scene: Scene) -> None:
    scene.write(LAST_HOUR)
    scene.read("Forum")
    scene.fail("Reddit", 4, Health.LIMITED, next_check=scene.at(-60))


@situation("partly blind", "Reddit was never read.", "Reddit needs a key.")
def a_source_without_a_key(scene: Scene) -> None:
    scene.past(6.6, 4, source="Forum")
    scene.write(LAST_HOUR)
    scene.read("Forum", first=9 * DAY)
    scene.status(_waiting(scene, "Reddit", 9 * DAY, health=Health.NEEDS_KEY, failures=1))


@situation("partly blind", "Reddit refuses our key.", weeks=True)
def a_source_whose_key_was_revoked(scene: Scene) -> None:
    scene.write(LAST_HOUR)
    scene.read("Forum")
    scene.fail("Reddit", 30, Health.NEEDS_KEY)


@situation("partly blind", "Reddit is paused.", weeks=True)
def a_paused_source(scene: Scene) -> None:
    scene.write(LAST_HOUR)
    scene.read()
    scene.store.pause_source("Reddit", scene.at(29))


@situation("partly blind", "Reddit: the credit is used up.", weeks=True)
def a_budget_spent(scene: Scene) -> None:
    scene.write(LAST_HOUR)
    scene.read("Forum")
    scene.fail("Reddit", 90, Health.SPENT, spend=Spend("2026-03", 20.0, 20.0))


@situation("partly blind", "Reddit: the quota is used up until Thursday 00:00.", weeks=True)
def a_quota_spent(scene: Scene) -> None:
    scene.write(LAST_HOUR)
    scene.read("Forum")
    scene.fail("Reddit", 90, Health.SPENT, next_check=datetime(2026, 3, 5, tzinfo=UTC))


@situation(
    "partly blind", "2 of 3 sources not read.", "no News | 14:06", sources=("Forum", "Reddit", "News"), weeks=True
)
def two_of_three_failing(scene: Scene) -> None:
    scene.write(LAST_HOUR)
    scene.past(29, 1, source="News", until=200)
    scene.read("Forum")
    scene.read("News", first=29 * DAY)
    scene.fail("Reddit", 40, next_check=scene.at(-5))
    scene.fail("News", 190, next_check=scene.at(-5))


@situation("partly blind", "Reddit had a gap in the last hour.")
def a_gap_that_ended_and_a_quiet_hour(scene: Scene) -> None:
    scene.past(6.6, 12, source="Forum")
    scene.past(6.6, 8, source="Reddit")
    scene.write([3, 4, 5], source="Forum")
    scene.write([55], source="Reddit")
    scene.store.open_gap("Reddit", scene.at(50), "down", scene.at(50))
    scene.store.close_gaps("Reddit", scene.at(20), scene.at(20))
    scene.read(first=9 * DAY)


@situation("blind", "No source is set up.", sources=())
def an_import_that_ended_weeks_ago(scene: Scene) -> None:
    scene.past(30, 2, until=21 * DAY, source="Import", imported=True)


@situation("normal", "Last 7 days", never=("not listening", "gaps"), started=120)
def an_import_and_two_hours_of_reading(scene: Scene) -> None:
    for source in ("Forum", "Reddit"):
        scene.past(16, 3, until=121, source=source, imported=True)
        scene.write([n * 20 + 5 for n in reversed(range(6))], source=source)
    scene.read(first=120)


@situation("learning", "Last 7 days, with gaps", "not listening before 12:06", started=120)
def an_import_days_older_than_the_first_read(scene: Scene) -> None:
    scene.past(7, 3, until=3 * DAY, source="Forum", imported=True)
    scene.write([n * 20 + 5 for n in reversed(range(6))], source="Forum")
    scene.read(first=120)


@situation("learning", "Last 7 days, with gaps", started=60)
def a_first_read_that_brought_a_week_of_posts(scene: Scene) -> None:
    scene.write([n * 300 + 5 for n in reversed(range(30))], source="Forum")
    scene.read(first=59)


@situation("learning", "Learning what is usual, day 1.", "Since 08:06", never=("Last 7 days",), started=360)
def a_few_hours_of_reading(scene: Scene) -> None:
    scene.write([n * 12 + 5 for n in reversed(range(29))], source="Forum")
    scene.read(first=360)


NIGHT = datetime(2026, 3, 4, 23, 6, 20, tzinfo=UTC)


@situation("partly blind", "Reddit not read since 21:36.", "1 of 2 sources read", wall=Wall(), now=NIGHT)
def a_stale_source_at_night(scene: Scene) -> None:
    scene.past(6.6, 4, source="Forum")
    scene.past(6.6, 2, source="Reddit", until=100)
    scene.write(LAST_HOUR)
    scene.read(first=9 * DAY)
    scene.fail("Reddit", 90, next_check=scene.at(-5))
