"""The image of the Dockerfile: built step by step, then run read-only and without privileges, as compose.yaml does."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.drills.image import Image, get, leader
from tests.drills.machine import missing

USER_ID = 8750
PAGES = "http://127.0.0.1:8750"

pytestmark = [
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.skipif(shutil.which("debootstrap") is None, reason="debootstrap is not installed"),
]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    folder = tmp_path_factory.mktemp("image")
    built = Image(folder)
    built.build()
    yield built
    built.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def volume(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_volume(image, tmp_path_factory.mktemp("volume"))


def new_volume(image: Image, folder: Path) -> Path:
    """A new volume: an engine gives it the owner and the mode of the folder in the image."""
    model = (image.root / image.said["VOLUME"].lstrip("/")).stat()
    os.chown(folder, model.st_uid, model.st_gid)
    folder.chmod(model.st_mode)
    return folder


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def end(running: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = running.communicate(timeout=60)
    return running.returncode, output


def test_a_new_volume_asks_for_the_first_admin(image: Image, tmp_path: Path) -> None:
    running = image.start(new_volume(image, tmp_path))
    until(lambda: image.healthcheck(running).returncode == 0)
    assert "first" in get(running, f"{PAGES}/").lower()
    os.kill(leader(running), signal.SIGTERM)
    status, output = end(running)
    assert status == 0, output
    assert "/first-admin and enter the code" in output


def test_it_runs_as_the_manual_says(image: Image, volume: Path) -> None:
    answers = ["--organisation=Acme", "--competitor=Globex", "--country=GB", "--no-look"]
    status, output = end(image.start(volume, "init", *answers))
    assert status == 0, output
    running = image.start(volume)
    until(lambda: image.healthcheck(running).returncode == 0)
    # other machines can reach it, and there is no account yet
    assert "first" in get(running, f"{PAGES}/mentions").lower()
    stat = {path: path.stat() for path in volume.rglob("*")}
    assert {found.st_uid for found in stat.values()} == {USER_ID}
    assert {oct(found.st_mode & 0o077) for path, found in stat.items() if path.suffix in {".db", ""}} == {"0o0"}
    os.kill(leader(running), signal.SIGTERM)
    status, output = end(running)
    assert status == 0, output
    assert "Wallflower has stopped." in output
    assert "Read-only file system" not in output
    assert "Traceback" not in output


def test_a_volume_that_has_lost_its_database_is_not_replaced_by_an_empty_one(image: Image, volume: Path) -> None:
    database = next(volume.rglob("wallflower.db"))
    aside = database.rename(database.with_suffix(".aside"))
    status, output = end(image.start(volume))
    assert status == 74, output
    assert not database.exists()
    aside.rename(database)
