"""Situations of brands and figures: one brand or seven, shares, moods, few mentions and many."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.config.walls import Wall
from monitor.model import Brand, JudgedPost, State
from tests.fake_site import ACME, GLOBEX
from tests.wall_situations.registry import situation
from tests.wall_situations.scene import WALL, Scene

DAY = 1440.0
LONG = Brand("Kartoffelwerke Brandenburg & Söhne GmbH KG", "kartoffelwerke", ours=True)
SEVEN = tuple(Brand(name, name.lower(), ours=name == "Hooli") for name in
              ("Globex", "Initech", "Umbrella", "Stark", "Wayne", "Hooli", "Vandelay"))  # fmt: skip


def _reading_for(scene: Scene, days: float = 12) -> None:
    scene.read(first=days * DAY)


def _a_week(scene: Scene, *counts: int) -> None:
    """As many mentions of each brand within the week, and nine days of reading."""
    for brand, n in zip(scene.brands, counts, strict=False):
        scene.write([30 + k * 9_500 / max(n, 1) for k in reversed(range(n))], brand.name)
    _reading_for(scene)


@situation("learning", "Learning what is usual, day 1.", "1 mention in the last hour.", started=120)
def one_mention(scene: Scene) -> None:
    scene.write([7])
    scene.read(first=119)


@situation("learning", "2 mentions in the last hour.", "too few to say", started=120)
def two_mentions_of_two_brands(scene: Scene) -> None:
    scene.write([7])
    scene.write([9], "Globex")
    scene.write([8])
    scene.read(first=119)


@situation("learning", "No mentions in the last hour.", started=120)
def three_mentions_an_hour_ago(scene: Scene) -> None:
    scene.write([75, 71, 65])
    scene.read(first=119)


@situation("normal", "No mentions in the last hour, usually 7.", never=("usual for this hour",))
def none_where_seven_are_usual(scene: Scene) -> None:
    scene.past(6.6, 7)
    _reading_for(scene)


@situation("normal", "No mentions in the last hour, usual for this hour.")
def none_where_none_are_usual(scene: Scene) -> None:
    scene.past(6.6, 0.2)
    _reading_for(scene)


@situation("learning", "too few to say", never=("usually",))
def nineteen_scored(scene: Scene) -> None:
    scene.write([n * 30 + 5 for n in reversed(range(19))], scores=(0.4, 0.5))
    scene.read(first=600)


@situation("learning", never=("too few to say",), brands=(ACME,))
def twenty_scored(scene: Scene) -> None:
    scene.write([n * 30 + 5 for n in reversed(range(20))], scores=(0.4, 0.5))
    scene.read(first=600)


@situation("learning", never=("too few to say", "mostly unscored"), brands=(ACME,))
def forty_scored_and_as_many_unscored(scene: Scene) -> None:
    scene.write([n * 30 + 5 for n in reversed(range(80))], scores=(-0.4, None))
    scene.read(first=1300)


@situation("learning", "mostly unscored", brands=(ACME,))
def mostly_unscored(scene: Scene) -> None:
    scene.write([n * 25 + 5 for n in reversed(range(60))], scores=(0.4, None, None))
    scene.read(first=1600)


@situation("learning", "mostly unscored", started=240)
def nothing_scored(scene: Scene) -> None:
    scene.write([n * 9 + 5 for n in reversed(range(25))], scores=(None,), lang="ja")
    scene.read(first=239)


@situation("learning", "mostly unscored", brands=(ACME,))
def a_language_that_nobody_measured(scene: Scene) -> None:
    scene.store.opinions.use_model("model", "policy", ["tr"], ["tr"])
    scene.write([n * 25 + 5 for n in reversed(range(40))], scores=(-0.8,), lang="tr")
    scene.write([n * 25 + 6 for n in reversed(range(25))], scores=(0.5, 0.4))
    scene.read(first=1600)


@situation("learning", "1,206 mentions in the last hour.")
def huge_counts(scene: Scene) -> None:
    one = scene.post(30)
    many = [replace(one, post=replace(one.post, external_id=f"n{n}", text=f"Acme, the {n}th.")) for n in range(1_206)]
    scene.save(*many)
    scene.read(first=2 * DAY)


@situation("normal", never=("100%", "share"), brands=(ACME,))
def a_single_brand(scene: Scene) -> None:
    _a_week(scene, 300)
    scene.past(12, 1, until=9_600)


@situation("normal", "Globex", "prices of Globex rise again", wall=replace(WALL, brands=("Globex",)))
def a_wall_of_one_competitor(scene: Scene) -> None:
    scene.past(6.6, 3, "Globex")
    scene.save(scene.post(4, "prices of Globex rise again", "Globex"), scene.post(3, "Globex prices rise", "Globex"))
    _reading_for(scene)


@situation("normal", brands=(ACME, GLOBEX))
def two_brands_with_a_tie(scene: Scene) -> None:
    _a_week(scene, 200, 200)
    scene.past(6.6, 1, until=9_600)


@situation("normal", "Globex prices rise again")
def three_brands_with_a_tie(scene: Scene) -> None:
    _a_week(scene, 100, 100, 100)
    scene.past(6.6, 1, until=9_600)
    scene.save(scene.post(2, "Globex prices rise again", "Globex"))


@situation("normal", "<1")
def a_share_of_less_than_half_a_per_cent(scene: Scene) -> None:
    _a_week(scene, 150, 350, 2)
    scene.past(6.6, 1, until=9_600)


@situation("normal", "others", "2 brands", brands=SEVEN)
def seven_brands_and_ours_is_the_last(scene: Scene) -> None:
    _a_week(scene, 300, 200, 100, 80, 60, 3, 40)
    scene.past(6.6, 0.2, "Hooli", until=9_600)
    scene.past(6.6, 1, until=9_600)


@situation("learning", "Kartoffelwerke", brands=(replace(ACME, ours=False), LONG))
def a_name_of_forty_characters(scene: Scene) -> None:
    scene.write([n * 20 + 5 for n in reversed(range(40))], LONG.name)
    scene.write([n * 20 + 9 for n in reversed(range(30))], "Acme")
    scene.save(scene.post(2, "", LONG.name))
    scene.read(first=900)


@situation("normal", "6 mentions in the last hour", brands=(GLOBEX, ACME, Brand("Acme Shop", "shop", ours=True)))
def two_brands_of_ours(scene: Scene) -> None:
    for name, per_hour in (("Globex", 2.0), ("Acme", 4.0), ("Acme Shop", 2.0)):
        scene.past(6.6, per_hour, name)
        scene.write([5 + n * 60 / per_hour for n in reversed(range(int(per_hour)))], name)
    _reading_for(scene)


@situation("normal", "2 mentions of Initech in the last", wall=replace(WALL, brands=("Initech", "Globex")), weeks=True)
def a_wall_of_competitors(scene: Scene) -> None:
    scene.write([50, 20], "Initech")
    scene.read()


@situation("quiet", "Quiet. 2 mentions in the last hour, usually 20.")
def a_quiet_hour(scene: Scene) -> None:
    scene.past(6.6, 20)
    scene.write([50, 20])
    _reading_for(scene)


@situation("busy", "Busy. 20 mentions in the last hour, about no single topic.", weeks=True)
def a_busy_hour(scene: Scene) -> None:
    scene.write([3 * n + 1 for n in reversed(range(20))])
    scene.read()
    scene.analyse()


@situation("normal", "4 mentions in the last hour, usually 6.", weeks=True)
def a_normal_hour(scene: Scene) -> None:
    scene.write((48, 33, 21, 4))
    scene.read()


FRAMES = (
    "{thing}: {words} at Acme",
    "Acme {words}, {thing}",
    "{words} again, Acme? {thing}",
    "So {words} here {thing}",
)
THINGS = ("cat", "bus", "roof", "tea", "lamp", "dog", "river", "hat", "ring", "tree", "shoe", "moon", "cake", "wall")


def _about(scene: Scene, minutes: list[float], words: str, **changes: object) -> list[JudgedPost]:
    """Posts too short to be near-duplicates of each other."""
    texts = [FRAMES[n % 4].format(words=words, thing=f"{THINGS[n % 14]}{n}") for n in range(len(minutes))]
    return [scene.post(m, text, **changes) for m, text in zip(minutes, texts, strict=True)]  # type: ignore[arg-type]


@situation("busy", "Busy. 20 mentions in the last hour, often about winter boots.", weeks=True)
def a_topic_of_a_third_of_the_hour(scene: Scene) -> None:
    scene.save(*_about(scene, [5 + 7 * n for n in range(7)], "winter boots"))
    scene.write([4 + 4 * n for n in reversed(range(13))])
    scene.read()
    scene.analyse()


@situation("busy", "mostly about winter boots.", weeks=True)
def a_topic_of_most_of_the_hour(scene: Scene) -> None:
    scene.save(*_about(scene, [3 + 3 * n for n in range(17)], "winter boots"))
    scene.write([40, 20, 10])
    scene.read()
    scene.analyse()


TOPICS = ("winter boots", "loyalty card", "gift vouchers", "repair service", "night bus", "school menu")


@situation("busy", "What it is about, last 24 hours", *TOPICS[:3], "everything else", weeks=True)
def topics_with_moods(scene: Scene) -> None:
    scores = (0.6, -0.6, 0.0, None, 0.4, -0.4)
    for k, words in enumerate(TOPICS):
        times = [20 + k + 35.0 * n for n in range(24 - 2 * k)]
        scene.save(*_about(scene, times, words, score=scores[k]))
    scene.read()
    scene.analyse()


@situation("busy", never=("What it is about",), weeks=True)
def fewer_than_three_topics(scene: Scene) -> None:
    for k, words in enumerate(TOPICS[:2]):
        scene.save(*_about(scene, [20 + k + 35.0 * n for n in range(24)], words))
    scene.write([3 * n + 1 for n in reversed(range(18))])
    scene.read()
    scene.analyse()


@situation("normal", "winter boots | 18 | usually under 1", weeks=True)
def a_topic_that_was_rare_but_is_not_new(scene: Scene) -> None:
    old = [DAY * (1.5 + 1.6 * n) for n in range(16)]
    scene.save(*_about(scene, old, "winter boots"))
    for k, words in enumerate(TOPICS[:3]):
        times = [90 + k + 35.0 * n for n in range(18)]
        scene.save(*_about(scene, times, words))
    scene.write((48, 33, 21, 4))
    scene.read()
    scene.analyse()


@situation("normal", weeks=True)
def corrected_scores_and_others_that_do_not_count(scene: Scene) -> None:
    scene.write((48, 33, 21, 4))
    scene.read()
    scene.edit(33, lambda store, id_, now: store.correct_score(id_, -0.9, now))
    scene.edit(21, lambda store, id_, now: store.correct_score(id_, None, now))
    scene.edit(48, lambda store, id_, now: store.set_state(id_, State.IRRELEVANT, now))


@situation("normal", "3 posts hidden, still counted.", never=("in one post",), weeks=True)
def hidden_posts(scene: Scene) -> None:
    scene.write((48, 33, 21, 4))
    both = scene.post(10, "Acme and Globex in one post.", "Acme", "Globex")
    scene.save(both)
    scene.read()
    for minutes in (21, 4):
        scene.edit(minutes, lambda store, id_, now: store.set_hidden(id_, True, now))
    scene.edit(10, lambda store, id_, now: store.set_hidden(id_, True, now))


@situation("normal", "2 posts hidden, still counted.", wall=Wall(night=None, never_show=("lottery",)))
def a_hidden_post_that_contains_a_word_never_shown(scene: Scene) -> None:
    scene.past(6.6, 3, until=9_000)
    scene.save(scene.post(30, "Acme has a lottery."), scene.post(20, "Acme and its lottery."))
    scene.save(scene.post(10, "Acme is fine."))
    _reading_for(scene)
    scene.edit(30, lambda store, id_, now: store.set_hidden(id_, True, now))


@situation("busy", "Too fast to show all", weeks=True)
def more_than_can_be_shown(scene: Scene) -> None:
    at = scene.now - timedelta(minutes=2)
    posts = [scene.post(2, f"Acme, what number {n} says.", published_at=at) for n in range(300)]
    scene.save(*posts, minutes=1)
    scene.read()
