"""A whole installation with a temporary database: config, store, app and, if a test needs one, a loopback server."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from display.access.passwords import Passwords
from display.app import create_app
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
"""Without night hours, in which a wall shows less: tests may run at any time of day."""
ALL_HEALTHY: Mapping[str, bool] = {"writer": True, "scheduler": True, "watch": True, "web": True}


CHEAP_PASSWORDS = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""Hashes that take a millisecond."""


def config(folder: Path, *, sources: Sequence[str] = ("Forum",), brands: Sequence[Brand] = BRANDS) -> Config:
    """A config with made-up brands and feeds, and its database in ``folder``."""
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
    """A post that mentions ``brand`` with this score; ``changes`` are fields of the post."""
    return JudgedPost(post(text, **changes), (Finding(Match(brand, brand.lower()), Score(score)),))


def working_status(time: datetime, source: str = "Forum", **changes: Any) -> SourceStatus:
    """The status of a source that was read successfully at ``time``."""
    fields: dict[str, Any] = {"health": Health.WORKING, "last_try": time, "last_success": time, "last_post": time}
    return SourceStatus(source, "feed", **{**fields, **changes})


def app_for(config: Config, store: Store, clock: Clock, health: Mapping[str, bool] = ALL_HEALTHY) -> Flask:
    """The app as ``wallflower run`` creates it, version "1"."""
    return create_app(config, store, clock, health=lambda: health, version="1", passwords=CHEAP_PASSWORDS)


class _SilentRequestHandler(WSGIRequestHandler):
    """Does not log requests, and expects no other request on a connection that a WebSocket has taken over."""

    def handle_one_request(self) -> None:
        """Answer a request."""
        if self.connection.fileno() == -1:
            self.close_connection = True
        else:
            super().handle_one_request()

    def log(self, type: str, message: str, *args: Any) -> None:
        """Do nothing."""


class Served:
    """An app on a port of this machine, while it is used as a context. Its live updates are not started."""

    def __init__(self, app: Flask, port: int = 0) -> None:
        self._server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_SilentRequestHandler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """The URL of its front page, without trailing slash."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Served:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class RunningApp:
    """A running app. After ``stop``, ``start`` uses the same port and database again."""

    def __init__(self, config: Config, clock: Clock | None = None) -> None:
        self.config = config
        self.clock = clock or Clock()
        self._port = free_port()

    @property
    def url(self) -> str:
        """The URL of its front page, without trailing slash."""
        return f"http://127.0.0.1:{self._port}"

    def start(self, version: str = "1") -> RunningApp:
        """Open the database and start the server."""
        self.store = open_store(self.config.database_url)
        self.store.register_brands(self.config.brands, self.clock.now())
        self.app = create_app(
            self.config,
            self.store,
            self.clock,
            health=lambda: ALL_HEALTHY,
            version=version,
            passwords=CHEAP_PASSWORDS,
        )
        self.live = self.app.extensions["live"]
        self.live.start()
        self._server = make_server(
            "127.0.0.1", self._port, self.app, threaded=True, request_handler=_SilentRequestHandler
        )
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

    def save(self, *posts: JudgedPost, source: str = "Forum") -> int:
        """Save posts as just read; returns the id of the newest mention."""
        now = self.clock.now()
        self.store.save(source, posts, now=now, status=working_status(now, source))
        return self.store.last_mention_id()
