"""Situations of incidents: their ages, sizes, titles and moods; two at once; of competitors; over and resumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from monitor.config.walls import Wall
from tests.fake_site import ACME
from tests.wall_situations.registry import situation
from tests.wall_situations.scene import WALL, Scene

DAY = 1440.0
OUTAGE = (
    "Checkout down again at {brand}, cannot pay",
    "Is the checkout down for everybody? {brand} takes no card",
    "{brand}: checkout down since lunch, nothing works",
    "Three tries, checkout down, thanks for nothing {brand}",
    "checkout down. {brand} please fix this, order {n}",
)
ANYTHING = ("{brand} and my {thing}", "So the {thing}, {brand}?", "{thing} {thing} {brand}", "Oh {brand}, that {thing}")
THINGS = ("cat", "bus", "roof", "tea", "lamp", "dog", "river", "hat", "ring", "tree", "shoe", "moon", "cake", "wall")


def _burst(
    scene: Scene,
    since: float,
    per_minute: float = 2,
    until: float = 0,
    texts: Sequence[str] = OUTAGE,
    scores: Sequence[float | None] = (-0.6, -0.5, 0.0, -0.7),
    brand: str = "Acme",
    **changes: object,
) -> None:
    """Mentions at a steady rate, about an outage unless ``texts`` say something else."""
    posts = []
    for n in range(int((since - until) * per_minute)):
        text = texts[n % len(texts)].format(brand=brand, n=n, thing=THINGS[n % len(THINGS)] + str(n % 31))
        at = since - n / per_minute
        posts.append(scene.post(at, text, brand, score=scores[n % len(scores)], **changes))
    scene.save(*posts)


def _go(scene: Scene, since: float, step: float = 5) -> None:
    """Read all sources, and run the jobs from just before ``since`` on."""
    scene.read()
    scene.analyse(since=since, step=step)


@situation("incident", "“Checkout down”", weeks=True)
def an_incident_that_has_just_begun(scene: Scene) -> None:
    _burst(scene, 6, 5)
    _go(scene, 6, 1)


@situation("incident", "“Checkout down”", "negative of", weeks=True)
def an_incident_of_ten_minutes(scene: Scene) -> None:
    _burst(scene, 11, 4)
    _go(scene, 11, 1)


@situation("incident", "“Checkout down”", "since 11:0", weeks=True)
def an_incident_of_three_hours(scene: Scene) -> None:
    _burst(scene, 180, 1)
    _go(scene, 180, 15)


@situation("incident", "“Checkout down”", "since 08:", weeks=True)
def an_incident_of_five_and_a_half_hours(scene: Scene) -> None:
    _burst(scene, 330, 0.7, source="Reddit")
    _go(scene, 330, 30)


@situation("busy", "Over. “Checkout down”", weeks=True)
def an_incident_that_ended_ten_minutes_ago(scene: Scene) -> None:
    _burst(scene, 130, 2, 46)
    scene.write((55, 45, 35, 25, 15, 5))
    _go(scene, 130)


@situation("incident", "“Checkout down”", weeks=True)
def an_incident_that_was_over_and_resumes(scene: Scene) -> None:
    _burst(scene, 110, 2, 70)
    _burst(scene, 14, 3)
    _go(scene, 110)


@situation("incident", "negative mentions in 1 hr", "100% negative of")
def an_incident_of_negative_mentions_only(scene: Scene) -> None:
    _only_negative_rises(scene)


def _only_negative_rises(scene: Scene) -> None:
    scene.past(6.6, 24, scores=(0.3, 0.0, 0.4, 0.3))
    scene.read(first=9 * DAY)
    _burst(scene, 59, 0.4, scores=(-0.8,), texts=ANYTHING)
    _go(scene, 30)


@situation("normal", never=("Incident",), weeks=True)
def an_incident_of_a_competitor(scene: Scene) -> None:
    _burst(scene, 50, 2, brand="Globex")
    scene.write((55, 45, 35, 25, 15, 5))
    _go(scene, 60, 10)


@situation("incident", "Usually less than 1 an hour.", brands=(ACME,))
def an_incident_where_nothing_is_usual(scene: Scene) -> None:
    scene.past(12, 0.1)
    scene.read(first=12 * DAY)
    _burst(scene, 40, 1.5)
    _go(scene, 40, 2)


@situation("incident", "Many more mentions", weeks=True)
def an_incident_without_a_topic(scene: Scene) -> None:
    _burst(scene, 50, 2, texts=ANYTHING)
    _go(scene, 60, 10)


@situation("incident", weeks=True)
def an_incident_about_our_name(scene: Scene) -> None:
    _burst(scene, 50, 2, texts=tuple(f"Boycott {{brand}}! {text}" for text in ANYTHING))
    _go(scene, 60, 10)


@situation("incident", "Globex has an incident too.", weeks=True)
def two_incidents_at_once(scene: Scene) -> None:
    _burst(scene, 50, 2)
    _burst(scene, 45, 2, brand="Globex")
    _go(scene, 60, 10)


@situation("incident", "“Checkout down”", wall=Wall(), now=datetime(2026, 3, 5, 2, 30, tzinfo=UTC))
def an_incident_at_night(scene: Scene) -> None:
    scene.past(6.6, 3)
    scene.read(first=9 * DAY)
    _burst(scene, 50, 2)
    _go(scene, 60, 10)


@situation("incident", "100% negative of", weeks=True)
def an_incident_in_a_language_nobody_measured(scene: Scene) -> None:
    scene.store.opinions.use_model("model", "policy", ["tr"], ["tr"])
    _burst(scene, 50, 1, scores=(0.6,), lang="tr")
    _burst(scene, 49.5, 1.1, scores=(-0.6,))
    _go(scene, 60, 10)


@situation("incident", "Mostly unscored.", weeks=True)
def an_incident_that_is_mostly_unscored(scene: Scene) -> None:
    _burst(scene, 50, 2, scores=(None, None, -0.5))
    _go(scene, 60, 10)


@situation("incident", "Reddit not read.", weeks=True)
def an_incident_while_a_source_is_not_read(scene: Scene) -> None:
    _burst(scene, 50, 2)
    _go(scene, 60, 10)
    scene.fail("Reddit", 30)


@situation("not live", "Not live since 14:05.", weeks=True)
def not_live_during_an_incident(scene: Scene) -> None:
    _burst(scene, 50, 2)
    _go(scene, 60, 10)
    scene.health["scheduler"] = False


@situation("incident", "„Checkout down“", "negativ von", weeks=True, wall=replace(WALL, language="de"))
def an_incident_in_german(scene: Scene) -> None:
    _burst(scene, 106, 2)
    _go(scene, 106, 10)


@situation("incident", "Checkout down", "négatives sur", weeks=True, wall=replace(WALL, language="fr"))
def an_incident_in_french(scene: Scene) -> None:
    _burst(scene, 106, 2)
    _go(scene, 106, 10)


@situation("incident", "Viel mehr Erwähnungen", weeks=True, wall=replace(WALL, language="de"))
def an_incident_without_a_topic_in_german(scene: Scene) -> None:
    _burst(scene, 50, 2, texts=ANYTHING)
    _go(scene, 60, 10)


@situation("incident", "Bien plus de mentions", weeks=True, wall=replace(WALL, language="fr"))
def an_incident_without_a_topic_in_french(scene: Scene) -> None:
    _burst(scene, 50, 2, texts=ANYTHING)
    _go(scene, 60, 10)
