"""A running server for all tests."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from tests.attack.running_server import RunningServer
from tests.fake_site import judged

POST_CHARS = 1000
POSTS = 4000
"""Their export has some 6 MB, more than any buffer between the server and a client that does not read."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with posts, which every test leaves as it was. All tests of a process share it."""
    running = RunningServer(tmp_path_factory.mktemp("attacked"))
    running.save([judged(f"Acme {n} " + "word " * (POST_CHARS // 5), external_id=f"p{n}") for n in range(POSTS)])
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(autouse=True, scope="session")
def _many_descriptors() -> None:
    """The attackers of these tests need descriptors too."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4096 if hard == resource.RLIM_INFINITY else min(4096, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
