"""Stopping the worker's parts, also by signals that arrive at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from display.cli.dependencies import create_database, options_model
from display.server.service import Service
from monitor.clock import Clock
from monitor.config import load
from tests.fake_store import judged

CONFIG = """
[wallflower]
data = "data"

[[brands]]
name = "Acme"
ours = true
rule = "acme"
"""


class InterruptedThread(threading.Thread):
    """A thread during whose start a second signal arrives."""

    def __init__(self, target: Callable[[], None], signal: Callable[[], None]) -> None:
        super().__init__(target=target, daemon=True)
        self._signal, self.starts = signal, 0

    def start(self) -> None:
        self.starts += 1
        if self.starts == 1:
            self._signal()
            super().start()


def test_a_second_signal_starts_no_second_stop(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    config = load(tmp_path / "config.toml", options_model)
    create_database(config)
    service = Service(config, "1", Clock(), lambda: config)
    stopping = InterruptedThread(service._stop_loops, service.begin_stop)
    service._stop_thread = stopping
    service.start()
    service.begin_stop()
    service.begin_stop()
    service.stop()
    assert stopping.starts == 1
    assert service.health()["web"] is False


def test_words_of_a_deleted_post_are_gone_from_the_files_after_a_clean_stop(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    config = load(tmp_path / "config.toml", options_model)
    create_database(config)
    service = Service(config, "1", Clock(), lambda: config)
    service.start()
    now = Clock().now()  # deleted long ago, it would be cleaned at once
    service._store.save("Forum", [judged("Acme told a travesty"), judged("Acme is fine")], now=now)
    service._store.delete_posts("Forum", ["Acme told a travesty"], now)
    service.stop()
    content = [file.read_bytes() for file in config.data.iterdir()]
    assert any(b"Acme is fine" in one for one in content)
    assert not any(b"avesty" in one for one in content), "the index shortens common beginnings"
