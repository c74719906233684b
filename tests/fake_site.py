"""A whole site over a temporary database: config, store, app and, where a test needs one, a server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from display import create_app
from monitor.clock import Clock
from monitor.config import Config, Server, SourceConfig
from monitor.config.walls import Wall
from monitor.model import Brand, Finding, Health, JudgedPost, Match, Score, SourceStatus
from monitor.sources import SourceOptions
from monitor.store import Store, open_store
from tests.fakes import post
from tests.ports import free_port

ACME = Brand("Acme", "acme", ours=True)
GLOBEX = Brand("Globex", "globex")
INITECH = Brand("Initech", "initech")
BRANDS = (ACME, GLOBEX, INITECH)
WALL = Wall(night=None)
"""At night a wall shows less, and a test may run at any hour."""
ALL_WELL: Mapping[str, bool] = {"writer": True, "scheduler": True, "watch": True, "web": True}


def config(folder: Path, *, sources: Sequence[str] = ("Forum",), brands: Sequence[Brand] = BRANDS) -> Config:
    """A config of made-up brands and feeds, its database in ``folder``."""
    return Config(
        path=folder / "config.toml",
        data=folder,
        timezone=ZoneInfo("Europe/London"),
        server=Server(),
        brands=tuple(brands),
        sources=tuple(SourceConfig("feed", name, None, SourceOptions(name=name)) for name in sources),
        walls=(WALL,),
    )


def judged(
    text: str = "Acme is fine.", *, brand: str = "Acme", score: float | None = 0.5, **changes: Any
) -> JudgedPost:
    """A post that mentions ``brand``, judged ``score``; ``changes`` go to the post."""
    return JudgedPost(post(text, **changes), (Finding(Match(brand, brand.lower()), Score(score)),))


def read_at(time: datetime, source: str = "Forum", **changes: Any) -> SourceStatus:
    """The status of a source that was read well at ``time``."""
    fields: dict[str, Any] = {"health": Health.WORKING, "last_try": time, "last_success": time, "last_post": time}
    return SourceStatus(source, "feed", **{**fields, **changes})


def app_over(config: Config, store: Store, clock: Clock, health: Mapping[str, bool] = ALL_WELL) -> Flask:
    """The app as ``wallflower run`` makes it, version "1"."""
    return create_app(config, store, clock, health=lambda: health, version="1")


class Quiet(WSGIRequestHandler):
    """Writes no log."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


class Served:
    """A running site: ``url``, ``store``; ``stop`` it and ``start`` it again on the same port and database."""

    def __init__(self, config: Config, clock: Clock | None = None) -> None:
        self.config = config
        self.clock = clock or Clock()
        self._port = free_port()

    @property
    def url(self) -> str:
        """Of its front page, without the last slash."""
        return f"http://127.0.0.1:{self._port}"

    def start(self, version: str = "1") -> Served:
        """Open the database and serve."""
        self.store = open_store(self.config.database_url)
        self.store.register_brands(self.config.brands, self.clock.now())
        self.app = create_app(self.config, self.store, self.clock, health=lambda: ALL_WELL, version=version)
        self.live = self.app.extensions["live"]
        self.live.start()
        self._server = make_server("127.0.0.1", self._port, self.app, threaded=True, request_handler=Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close every connection, then the port, then the database."""
        self._server.shutdown()
        self.live.stop()
        self._server.server_close()
        self._thread.join()
        self.store.close()

    def save(self, *some: JudgedPost, source: str = "Forum") -> int:
        """Save posts as read just now; returns the id of the newest mention."""
        now = self.clock.now()
        self.store.save(source, some, now=now, status=read_at(now, source))
        return self.store.last_mention_id()
