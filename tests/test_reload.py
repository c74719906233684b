"""A reload of the config of a real process, with walls that are connected to it."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
import socketio

from tests.config_text import brand, config_text, wall, without_model
from tests.config_text import feed as feed_table
from tests.run_process import Running, served_feed, until


class Wall:
    """A screen that is connected to a wall."""

    def __init__(self, port: int, name: str) -> None:
        self.states: list[dict[str, Any]] = []
        self.reloads: list[str] = []
        self.drops: list[object] = []
        client = self.client = socketio.Client(reconnection=False)
        client.on("heartbeat", lambda message: self.states.append(message["state"]))
        client.on("changes", lambda message: self.states.append(message["state"]))
        client.on("reload", lambda message: self.reloads.append(message["reason"]))
        client.on("disconnect", self.drops.append)
        auth = {"last_id": 0, "room": "wall", "wall": name}
        client.connect(f"http://127.0.0.1:{port}", transports=["websocket"], auth=auth)

    def language(self) -> str:
        return str(self.states[-1]["language"]) if self.states else ""


@pytest.fixture
def feed() -> Iterator[Any]:
    with served_feed() as server:
        yield server


@pytest.fixture
def running(tmp_path: Path, feed: Any) -> Iterator[Running]:
    run = Running(tmp_path, feed.server_port)
    yield run
    run.kill()


class Reloads:
    """A run whose config the test changes."""

    def __init__(self, run: Running, feed_port: int) -> None:
        self.run, self.feed_port = run, feed_port

    def write(self, *tables: str, rule: str = "globex", port: int = 0) -> None:
        sources = self.feed("Forum"), self.feed("Slow", "1h")
        text = config_text(
            port or self.run.port, brand("Globex", rule), *sources, *tables, without_model(), site=self.feed_port
        )
        self.run.config.write_text(text)

    def feed(self, name: str, every: str = "1s") -> str:
        return feed_table(name, f"http://127.0.0.1:{self.feed_port}/{name.lower()}.xml", every)

    def reload(self, *tables: str, expect: str = "was reloaded", **values: Any) -> None:
        """Write the config, send SIGHUP and wait until the log says ``expect`` once more."""
        before = self.run.output().count(expect)
        self.write(*tables, **values)
        assert self.run.process
        self.run.process.send_signal(signal.SIGHUP)
        until(lambda: self.run.output().count(expect) > before, self.run.output)

    def mentions(self, brand: str, source: str) -> int:
        select = """SELECT count(*) FROM mention JOIN brand ON brand.id = brand JOIN source ON source.id = source
            WHERE brand.name = ? AND source.name = ?"""
        with contextlib.closing(self.run._db()) as db:
            return int(db.execute(select, (brand, source)).fetchone()[0])

    def status(self, path: str) -> int:
        try:
            return self.run.get(path)[0]
        except HTTPError as error:
            return error.code

    def sources_page(self) -> str:
        return unescape(self.run.get("/sources")[2].decode())


@pytest.fixture
def reloads(running: Running, feed: Any) -> Reloads:
    return Reloads(running, feed.server_port)


def test_a_reload_drops_no_wall_no_socket_and_no_post(running: Running, reloads: Reloads, feed: Any) -> None:
    reloads.write(wall("ceo"))
    running.start()
    worker = running.worker()
    until(lambda: reloads.mentions("Acme", "Slow") == 3, running.output)
    ceo = Wall(running.port, "ceo")

    # a source, a rule, a wall
    reloads.reload(reloads.feed("Blog", "1h"), wall("ceo", language="de"), wall("lobby"), rule="they")
    until(lambda: ceo.language() == "de", running.output)
    lobby = Wall(running.port, "lobby")
    until(lambda: lobby.language() == "en", running.output)
    until(lambda: reloads.mentions("Acme", "Blog") == 3, running.output)
    for feed.items in (5, 7):  # the first two may be read by a pass that began before the reload
        until(lambda: reloads.mentions("Acme", "Forum") == feed.items, running.output)
    assert reloads.mentions("Globex", "Forum") >= 2, "new posts are judged by the new rule"
    assert "brands: Globex changed; sources: Blog added; walls: lobby added, ceo changed" in running.output()

    # a bad config
    reloads.reload(wall("ceo"), wall("ceo"), rule="(", expect="was not reloaded")
    page = reloads.sources_page()
    assert "config.toml has 2 problems. Wallflower still uses the config that it loaded at " in page
    assert "brands[1].rule" in page
    assert "walls[1].name" in page
    assert reloads.status("/wall/lobby") == 200
    assert ceo.language() == "de"

    # it is mended, and the second wall and the second source leave it
    reloads.reload(wall("ceo", language="fr"), rule="they", port=running.port + 1)
    until(lambda: ceo.language() == "fr" and lobby.reloads[:1] == ["wall"], running.output)
    page = reloads.sources_page()
    assert "problem" not in page
    assert f"server.port: {running.port + 1} in the file, {running.port} in use." in page
    assert "/sources/Blog/" not in page
    assert reloads.status("/wall/lobby") == 404
    feed.items = 9
    until(lambda: reloads.mentions("Acme", "Forum") == 9, running.output)

    assert feed.paths.count("/slow.xml") == 1, "an unchanged source is not polled because of a reload"
    assert running.worker() == worker
    assert (ceo.drops, lobby.drops, ceo.reloads) == ([], [], [])
    assert running.end() == 0
    assert "Traceback" not in running.output()
    assert "bug" not in running.output()


def test_a_worker_that_dies_after_a_reload_is_replaced_by_one_with_the_last_good_config(
    running: Running, reloads: Reloads
) -> None:
    reloads.write(wall("ceo"))
    running.start()
    reloads.reload(wall("lobby"), rule="they")
    reloads.write(wall("attic"), rule="(")
    running.worker().kill()
    until(lambda: (running.health() or {}).get("scheduler", False), running.output)
    assert [reloads.status(f"/wall/{name}") for name in ("ceo", "lobby", "attic")] == [404, 200, 404]
    assert "config.toml has 1 problem." in reloads.sources_page()
    with contextlib.closing(running._db()) as db:
        rules = db.execute(
            "SELECT text FROM rule JOIN brand ON brand.id = brand WHERE name = 'Globex' ORDER BY rule.id"
        )
        assert rules.fetchall() == [("globex",), ("they",)]
    assert running.end() == 0
