"""``wallflower run`` in an empty folder: from the questions to a source that is read, or to the sample."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner

from display.cli.main import cli
from tests.run_process import ROOT, TIMEOUT_SECONDS, Running, served_feed, until


class FirstRun(Running):
    """A run in a folder of its own, without any config."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, 0)
        self.config.unlink()

    def launch(self, **options: Any) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "display.cli.main", "run", "--port", str(self.port)]
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=environ, stdout=log, stderr=log, start_new_session=True
            )
        return self.process

    def post(self, path: str, **fields: str) -> tuple[str, str]:
        """The address and the text of the page that follows."""
        request = Request(f"http://127.0.0.1:{self.port}{path}", urlencode(fields).encode())
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                return answer.url, unescape(answer.read().decode())
        except HTTPError as error:
            raise AssertionError(unescape(error.read().decode())) from error

    def page(self, path: str) -> str:
        """The text of a page; empty while nothing answers."""
        with contextlib.suppress(OSError):
            return unescape(self.get(path)[2].decode())
        return ""

    def save(self, section: str, **fields: str) -> None:
        page = self.page(f"/setup/{section}/edit?kind={fields.get('kind', '')}")
        base = re.search(r'name="base" value="(\w+)"', page)
        assert base, page
        address, text = self.post(f"/setup/{section}/edit", base=base[1], original="", **fields)
        assert address.partition("#")[0].endswith("/setup"), text


@pytest.fixture
def run(tmp_path: Path) -> Iterator[FirstRun]:
    running = FirstRun(tmp_path)
    yield running
    running.kill()


def test_from_an_empty_folder_to_a_source_that_is_read(run: FirstRun) -> None:
    with served_feed() as feed:
        run.start()
        worker = run.worker().pid
        assert "Which organisation do you want to follow?" in run.page("/")
        assert not run.config.exists()
        answers = {"organisation": "Acme", "competitors": "Globex", "country": "GB", "start": "1"}
        address, _ = run.post("/setup/begin", **answers)
        assert address.endswith("/sources")
        text = run.config.read_text()
        run.config.write_text(text.replace("timezone", f'allow_hosts = ["127.0.0.1:{feed.server_port}"]\ntimezone', 1))
        run.save("wallflower", timezone="Europe/London", keep="400d")
        source = {"kind": "feed", "name": "Forum", "url": f"http://127.0.0.1:{feed.server_port}/feed.xml"}
        _, tried = run.post("/setup/sources/edit", **source, **{"try": "1"})
        assert "3 posts, mentions: Acme 3" in tried, tried
        run.save("sources", **source)
        until(lambda: run.mentions() == 3, run.output)
        assert run.worker().pid == worker, "nothing was restarted"
        checked = CliRunner().invoke(cli, ["check", "--config", str(run.config)])
        assert "ours: Acme; competitors: 1" in checked.output
        assert run.end() == 0


def test_the_sample_is_shown_after_a_restart_by_itself(run: FirstRun) -> None:
    run.start()
    assert run.process
    _, page = run.post("/setup/sample")
    assert "Wallflower starts again with it" in page
    until(lambda: "Follow your own organisation" in run.page("/sources"), run.output)
    assert run.process.poll() is None, "the process is the same, for whoever supervises it"
    assert (run.folder / "data" / "sample.db").exists()
    assert " ERROR " not in run.output(), "a restart that was requested is no error"
    assert "Sample" in run.config.read_text()
    assert run.end() == 0


def test_a_named_config_that_is_missing_is_an_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["run", "--config", str(tmp_path / "typo.toml")])
    assert result.exit_code == 78
    assert "does not exist" in result.stderr
