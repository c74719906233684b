"""Situations of voices and of the program: copies, one author, reposts, dates, deleted posts; a full disk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.config.source_tables import SourceConfig
from monitor.model import UNDATED, FaultKind
from monitor.sources.sample import Options as SampleOptions
from tests.wall_situations.registry import situation
from tests.wall_situations.scene import WALL, Scene

LAST_HOUR = (55, 45, 35, 25, 15, 5)
ARTICLE = "Acme recalls every heater that it sold last winter because a valve may leak"


@situation("busy", weeks=True)
def all_mentions_by_one_author(scene: Scene) -> None:
    posts = [scene.post(n * 3 + 2, f"Acme winter boots, part {n} of my story.", author="nora") for n in range(19)]
    scene.save(*posts)
    scene.read()
    scene.analyse()


@situation("busy", "Acme recalls every heater", weeks=True)
def one_story_of_thirty_copies(scene: Scene) -> None:
    scene.save(*(scene.post(40 - n, ARTICLE, score=-0.6) for n in range(30)))
    scene.write((50, 3))
    scene.read()


@situation("normal", weeks=True)
def reposts_of_one_post(scene: Scene) -> None:
    scene.write(LAST_HOUR[:4])
    scene.save(*(scene.post(9 - n, "RT @jo Acme is fine, they say.", repost=True, author=f"re{n}") for n in range(2)))
    scene.read()


@situation("normal", never=("56 years", "1970"), weeks=True)
def posts_of_the_future_and_without_a_date(scene: Scene) -> None:
    scene.write(LAST_HOUR[:4])
    future = scene.now + timedelta(days=400)
    scene.save(scene.post(0, "Acme of next year.", published_at=future))
    scene.save(scene.post(0, "Acme of no year.", published_at=UNDATED))
    scene.read()


@situation("normal", never=("must go",), weeks=True)
def a_mention_deleted_while_it_is_shown(scene: Scene) -> None:
    scene.write(LAST_HOUR[:5])
    scene.save(scene.post(1, "Acme, this must go.", external_id="gone"))
    scene.read()
    assert "must go" in str(scene.state()["voices"])
    scene.store.delete_posts("Forum", ["gone"], scene.now)


@situation("normal", "@someone", weeks=True, wall=replace(WALL, mask_authors=True))
def masked_authors(scene: Scene) -> None:
    scene.write(LAST_HOUR[:5])
    scene.save(scene.post(1, "Acme is fine, says @jo and nora", author="nora"))
    scene.read()


@situation("blind", "Cannot store since 14:06: the disk is full.", weeks=True)
def a_full_disk(scene: Scene) -> None:
    scene.write(LAST_HOUR)
    scene.read()
    scene.store._faults.begin(FaultKind.DISK_FULL, "The disk is full.")


@situation("blind", "Cannot store since 14:06: the database is locked.", weeks=True)
def a_locked_database(scene: Scene) -> None:
    scene.write(LAST_HOUR)
    scene.read()
    scene.store._faults.begin(FaultKind.LOCKED, "Another program has locked it.")


@situation("not live", "Not live. Nothing read since 14:05.", weeks=True)
def a_program_that_does_not_collect(scene: Scene) -> None:
    scene.write(LAST_HOUR)
    scene.read()
    scene.health["scheduler"] = False


@situation("normal", "Incidents are not being detected.", weeks=True)
def jobs_that_have_stopped(scene: Scene) -> None:
    scene.write(LAST_HOUR)
    scene.read()
    scene.health["watch"] = False


SAMPLE = SourceConfig("sample", "Sample", None, SampleOptions(name="Sample", history=14))


@situation("listening", "Starting. Making up 14 days of history.", never=("none yet",), sources=("Sample",), started=0,
           config_changes={"sources": (SAMPLE,)})  # fmt: skip
def a_database_that_is_being_filled(scene: Scene) -> None:
    scene.past(6.6, 3)
    scene.read("Sample", first=1, sample=True, catching_up_since=scene.now)
