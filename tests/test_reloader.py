"""What a reload uses of a new config, and what it says about the rest."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from display.server.reloader import Reloader
from monitor.config import Config, Server, SourceConfig
from monitor.config.changes import ConfigStatus, describe_changes, usable_config
from monitor.config.problems import Problem
from monitor.config.walls import Wall
from monitor.errors import ConfigError, StoreError
from monitor.model import Topic
from monitor.sources.sample import Options as SampleOptions
from tests.fake_site import ACME, GLOBEX, INITECH, config
from tests.fakes import NOON, FakeClock


class Reloads:
    """A Reloader whose file and parts the test decides."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.start = FakeClock(), config(folder)
        self.file: Config | Exception = self.start
        self.failure: Exception | None = None
        self.applied: list[Config] = []
        self.reloader = Reloader(self.start, self.load, self.apply, self.clock)

    def load(self) -> Config:
        if isinstance(self.file, Exception):
            raise self.file
        return self.file

    def apply(self, old: Config, new: Config) -> None:
        assert old is self.reloader.config
        if self.failure:
            raise self.failure
        self.applied.append(new)

    def reload(self, file: Config | Exception) -> ConfigStatus:
        self.file = file
        self.clock.advance(60)
        return self.reloader.reload()


@pytest.fixture
def reloads(tmp_path: Path) -> Reloads:
    return Reloads(tmp_path)


def test_a_good_config_is_used(reloads: Reloads) -> None:
    new = replace(reloads.start, brands=(ACME,))
    status = reloads.reload(new)
    assert reloads.applied == [new]
    assert reloads.reloader.config == new
    assert (status.loaded_at, status.problems) == (reloads.clock.now(), ())


def test_a_bad_config_keeps_the_old_one_and_its_problems_until_a_good_one_is_loaded(
    reloads: Reloads, caplog: pytest.LogCaptureFixture
) -> None:
    bad = ConfigError(Path("config.toml"), ["brands[0].rule: one.", "walls[1].name: two."])
    reloads.reload(bad)
    first_failure = reloads.clock.now()
    status = reloads.reload(bad)
    assert status == ConfigStatus(NOON, bad.problems, first_failure)
    assert reloads.reloader.config is reloads.start
    assert "because of 2 problems" in caplog.text
    assert {"config: brands[0].rule: one.", "config: walls[1].name: two."} <= set(caplog.messages)
    assert reloads.reload(reloads.start).problems == ()


def test_a_config_with_a_source_that_cannot_be_read_is_rejected_like_by_check(reloads: Reloads) -> None:
    problem = Problem(("sources", 0, "url"), "this key is required.")
    status = reloads.reload(replace(reloads.start, sources=(SourceConfig("feed", "Forum", None, None, (problem,)),)))
    assert status.problems == ("sources[0].url: this key is required.",)
    assert not reloads.applied


@pytest.mark.parametrize("failure", [StoreError("The disk is full."), RuntimeError("bug")])
def test_a_config_that_cannot_be_applied_is_not_in_use(
    reloads: Reloads, failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    reloads.failure = failure
    status = reloads.reload(replace(reloads.start, brands=(ACME,)))
    assert status.loaded_at == NOON
    assert len(status.problems) == 1
    assert reloads.reloader.config is reloads.start
    assert str(failure) in caplog.text, "a bug is logged with its traceback"


def test_what_needs_a_restart_is_named_and_stays_as_it_is(reloads: Reloads, tmp_path: Path) -> None:
    moved = replace(
        reloads.start,
        server=Server("::1", 9000),
        data=tmp_path / "other",
        postgres_url="postgresql://db/wall?sslmode=require",
        database_password="DATABASE_PASSWORD",
        topics=(Topic("Price", "price"),),
    )
    status = reloads.reload(moved)
    assert reloads.reloader.config == replace(reloads.start, topics=moved.topics)
    assert status.needs_restart == (
        'server.host: "::1" in the file, "127.0.0.1" in use.',
        "server.port: 9000 in the file, 8750 in use.",
        f'wallflower.data: "{tmp_path / "other"}" in the file, "{tmp_path}" in use.',
        f'wallflower.database: "postgresql://db/wall" in the file, "{reloads.start.database}" in use.',
        'wallflower.database_password: "DATABASE_PASSWORD" in the file, "" in use.',
    )


def test_sample_data_is_never_replaced_by_real_data_without_a_restart(tmp_path: Path) -> None:
    real = config(tmp_path)
    sample = replace(real, sources=(SourceConfig("sample", "Sample", None, SampleOptions(name="Sample")),))
    for before, after in ((real, sample), (sample, real)):
        usable = usable_config(before, after)
        assert usable.config is None
        assert "has a database of its own" in usable.needs_restart[0]


@pytest.mark.parametrize(
    ("change", "description"),
    [
        (lambda c: c, ""),
        (lambda c: replace(c, brands=(replace(ACME, rule="a"), INITECH)), "brands: Acme changed, Globex removed"),
        (lambda c: replace(c, brands=(GLOBEX, ACME, INITECH)), "brands: order changed"),
        (
            lambda c: replace(c, walls=(Wall(), Wall("ceo")), allow_hosts=frozenset({"a"})),
            "walls: ceo added, the default wall changed; allow_hosts",
        ),
        (lambda c: replace(c, keep_backups=3, backup_folder=Path("/b")), "backup.to; backup.keep"),
    ],
)
def test_changes_are_described_for_the_log(
    tmp_path: Path, change: Callable[[Config], Config], description: str
) -> None:
    old = config(tmp_path)
    assert describe_changes(old, change(old)) == description


def test_requests_that_wait_are_answered_by_one_reload(reloads: Reloads) -> None:
    for _ in range(5):
        reloads.reloader.request()
    reloads.reloader.stop()
    reloads.reloader.start()
    reloads.reloader._thread.join()
    assert not reloads.applied, "it was stopped"
    again = Reloads(reloads.start.data)
    loaded = threading.Event()
    loads: list[int] = []

    def load() -> Config:
        loads.append(1)
        loaded.set()
        return again.start

    again.reloader = Reloader(again.start, load, again.apply, again.clock)
    for _ in range(5):
        again.reloader.request()
    again.reloader.start()
    assert loaded.wait(10)
    again.reloader.stop()
    again.reloader._thread.join()
    assert len(loads) == 1
