"""Fixtures for all tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings

from monitor.store.sqlite import connections
from monitor.text.language import LanguageDetector
from monitor.text.language_model import LanguageModel
from tests.cached_setup import CompiledTemplates, CopiedSchema
from tests.fake_store import ENGINES
from tests.fakes import FakeClock
from tests.postgres_cluster import Cluster, binaries, shared_cluster
from tests.scheduler_setup import SchedulerRun

# Other work may slow the machine down, so slow examples and slow inputs are no failures.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# Where this is set, every program that a test starts would compile half a second of source again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def cached_setup() -> Iterator[None]:
    """Otherwise each test with a database or an app migrates and compiles for a tenth of a second, and each one that
    detects a language loads the model for 0.7 s."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "migrate", CopiedSchema(connections.migrate))
        model = cache(LanguageModel)
        patch.setattr(LanguageDetector, "_load_model", lambda _: model())
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()})
        yield


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Cluster]:
    """A PostgreSQL server, one for all processes of a test run."""
    if binaries() is None:
        pytest.skip("needs PostgreSQL 15 or newer: `python -m tests.servers.setup` installs it, as root on Debian")
    folder = tmp_path_factory.getbasetemp()
    with shared_cluster((folder if worker_id == "master" else folder.parent) / "postgres") as cluster:
        yield cluster


@pytest.fixture(params=ENGINES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new database, once for each storage engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'wallflower.db'}"
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    url = cluster.lent_database()
    yield url
    cluster.take_back(url)


@pytest.fixture
def new_url(store_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes more new databases of the same engine."""
    made: list[str] = []
    if store_url.startswith("sqlite:"):
        yield lambda: f"sqlite:///{tmp_path / uuid4().hex}.db"
        return
    cluster: Cluster = request.getfixturevalue("postgres")

    def new_database() -> str:
        made.append(cluster.lent_database())
        return made[-1]

    yield new_database
    for url in made:
        cluster.take_back(url)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Recordings of real sites and real tweets, which are not part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs ../shared/data: recordings of real sites, not part of the project")
    return SHARED_DATA


@pytest.fixture
def scheduler_run(tmp_path: Path) -> Iterator[SchedulerRun]:
    run = SchedulerRun(tmp_path / "wallflower.db")
    yield run
    run.close()
