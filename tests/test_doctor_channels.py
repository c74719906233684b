"""``wallflower doctor``: what it finds about the channels of notifications, and what it sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from display.cli.diagnosis import channels as diagnosis
from display.cli.diagnosis.findings import Finding, Level
from display.cli.doctor import context_of
from monitor.model.notifications import ChannelKind, NewChannel
from monitor.notifications.vault import KEY_FILE, Vault
from monitor.store import open_store
from tests.fake_server import Server, serving
from tests.test_doctor import CONFIG

NOW = datetime.now(UTC)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


def install(folder: Path, allowed: str, url: str, *, alerts: bool = True, problem: str = "") -> None:
    """A config, and a database with a channel."""
    text = CONFIG.format(port=8750).replace("[server]", f'allow_hosts = ["{allowed}"]\n[server]', 1)
    (folder / "config.toml").write_text(text)
    sealed = Vault(folder / "data" / KEY_FILE).seal({"url": url, "secret": "S3CRET-OF-HOOK"})
    with closing(open_store(f"sqlite:///{folder}/data/wallflower.db")) as store:
        new = NewChannel("CRM", ChannelKind.WEBHOOK, "127.0.0.1", sealed, alerts=alerts)
        channel = store.notifications.add_channel(new, NOW)
        store.notifications.record_test(channel.id, problem, NOW)


def found(folder: Path, **changes: Any) -> list[Finding]:
    return list(diagnosis.channels(replace(context_of(folder / "config.toml"), **changes)))


def test_a_channel_that_can_be_used_is_not_used_unless_that_is_asked_for(tmp_path: Path, server: Server) -> None:
    install(tmp_path, server.host, f"{server.url}/hook")
    (one,) = found(tmp_path)
    assert (one.level, one.text) == (
        Level.OK, "1 channel can be used, as far as is known without sending anything."
    )  # fmt: skip
    assert server.requests == []
    sent, last = found(tmp_path, send_test=True)
    assert (sent.text, last.text) == ("The channel CRM: The receiver answered 200.", "1 channel got a test.")
    server.script = lambda conn: conn.answer(410)
    (failed,) = found(tmp_path, send_test=True)
    assert failed.level is Level.PROBLEM
    assert "refused the message (410)" in failed.text
    assert "S3CRET" not in f"{sent} {failed}"


def test_what_keeps_messages_from_arriving_is_found_without_sending_one(tmp_path: Path, server: Server) -> None:
    install(tmp_path, "other", f"{server.url}/hook", alerts=False, problem="It was refused.")
    warning, private = found(tmp_path)
    assert warning.text == "No channel gets the built-in alerts, such as the one for a full disk."
    assert (private.level, private.advice) == (
        Level.PROBLEM, f"If you trust it, add “{server.host}” to `allow_hosts` in [wallflower]."
    )  # fmt: skip
    text = (tmp_path / "config.toml").read_text()
    (tmp_path / "config.toml").write_text(text.replace("other", server.host))
    assert "UTC. It was refused." in found(tmp_path)[1].text
    key = tmp_path / "data" / KEY_FILE
    key.chmod(0o644)
    assert any(f"chmod 600 {key}" in one.advice for one in found(tmp_path))
    key.unlink()
    assert "key file channels.key is missing" in found(tmp_path)[-1].text


def test_a_host_that_does_not_exist_is_found(tmp_path: Path) -> None:
    install(tmp_path, "other", "https://hooks.invalid/x")
    (one,) = found(tmp_path)
    assert (one.level, one.text) == (Level.PROBLEM, "The channel CRM: hooks.invalid has no address.")
