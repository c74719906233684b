"""The service on a booted systemd: installed, started, killed, hung, reloaded, stopped, as docs/operations.md says.

The tests are steps on one machine, in this order.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pip as pip_module
import pytest

from tests.drills.machine import Machine, missing
from tests.lock_file import locked

ROOT = Path(__file__).resolve().parents[2]
CONFIG = "/etc/wallflower/config.toml"
PAGES = "http://127.0.0.1:8750"
FEED = """<rss version="2.0"><channel><title>Forum</title>
<item><title>About Acme</title><description>Acme is great, they say</description><guid>1</guid></item>
</channel></rss>"""
SOURCE = """
[[sources]]
kind = "feed"
name = "Forum"
url = "http://127.0.0.1:9000/feed.xml"
every = "1s"

[[sources]]
kind = "webhook"
name = "Shop"
secret = "SHOP_SECRET"
"""
FAST = "[Service]\\nWatchdogSec=4\\nRestartSec=1\\n"
"""Drop-in: the same settings, for less patience."""

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())


def system_python() -> str:
    """A Python outside of home folders, which the sandbox hides. It fits the packages that these tests run with."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for name in (f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
        if Path(name).exists():
            return name
    pytest.skip(f"there is no Python {version} in /usr")


def install(machine: Machine, python: str, wheel: Path) -> None:
    """What `pip install` does, without a download: the dependencies are copied from where these tests run."""
    machine.prepare(python, "-m", "venv", "--without-pip", "/opt/wallflower")
    (machine.root / "opt" / wheel.name).write_bytes(wheel.read_bytes())
    pip = [str(Path(pip_module.__file__).parent), "--python", "/opt/wallflower/bin/python"]
    machine.prepare(python, *pip, "install", "--quiet", "--no-deps", f"/opt/{wheel.name}")
    target = next((machine.root / "opt" / "wallflower" / "lib").glob("python*/site-packages"))
    for requirement, _ in locked():
        for file in distribution(requirement.name).files or ():
            if ".." not in file.parts and (source := Path(str(file.locate()))).is_file():
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target / file)  # compiled files fit only the time of their source


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ROOT]
    subprocess.run(build, check=True, timeout=300)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def machine(wheel: Path) -> Iterator[Machine]:
    python = system_python()
    with Machine() as machine:
        install(machine, python, wheel)
        machine.boot()
        yield machine


def manual(title: str) -> list[str]:
    """The commands of a section of the manual, as a reader would copy them."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = text.partition(f"\n## {title}\n")[2].partition("\n##")[0]
    return [line for block in re.findall(r"```sh\n(.*?)```", section, re.DOTALL) for line in block.splitlines()]


def state(machine: Machine, *names: str) -> list[str]:
    """Properties of the service."""
    shown = machine.run("systemctl", "show", "wallflower", f"--property={','.join(names)}")
    found = dict(line.split("=", 1) for line in shown.splitlines())
    return [found[name] for name in names]


def main_pid(machine: Machine) -> str:
    (pid,) = state(machine, "MainPID")
    assert pid != "0", "the service does not run, and `kill 0` would end this test"
    return pid


def worker_pid(machine: Machine) -> str:
    return machine.run("pgrep", "--parent", main_pid(machine)).split()[0]


def is_well(machine: Machine) -> bool:
    try:
        return bool(json.loads(machine.get(f"{PAGES}/healthz"))["web"])
    except AssertionError:
        return False


def journal(machine: Machine) -> str:
    return machine.run("journalctl", "--unit=wallflower", "--output=cat")


def test_it_is_installed_as_the_manual_says(machine: Machine) -> None:
    install_service, init = (line for line in manual("Install as a service") if "-service" in line or " init " in line)
    said = machine.run("sh", "-c", install_service)
    assert "Create the system user wallflower." in said
    assert init in said
    machine.run("sh", "-c", f"{init} --organisation=Acme --competitor=Globex --country=GB --no-look")
    assert 'data = "/var/lib/wallflower"' in machine.run("cat", CONFIG)
    again = machine.run("wallflower", "install-service")
    assert "wallflower.service is up to date." in again
    assert f"Check {CONFIG} as wallflower." in again
    assert machine.run("systemd-analyze", "verify", "/etc/systemd/system/wallflower.service") == ""


def test_start_returns_when_the_pages_answer(machine: Machine) -> None:
    machine.run("mkdir", "/srv/feed")
    (machine.root / "srv" / "feed" / "feed.xml").write_text(FEED)
    machine.start("/usr/bin/python3", "-m", "http.server", "9000", "--bind=127.0.0.1", "--directory=/srv/feed")
    config = machine.root / CONFIG[1:]
    text = re.sub(r"\[\[sources\]\].*", "", config.read_text(), flags=re.DOTALL)
    config.write_text(text.replace("[server]", 'allow_hosts = ["127.0.0.1:9000"]\n[server]', 1) + SOURCE)
    (machine.root / "etc" / "credstore" / "wallflower" / "SHOP_SECRET").write_text("a long enough secret\n")
    for line in manual("Install as a service"):
        if line.startswith("systemctl"):
            machine.run("sh", "-c", line)
    assert is_well(machine)
    assert state(machine, "UnitFileState") == ["enabled"]
    assert state(machine, "ActiveState", "StatusText", "User") == [
        "active",
        "http://127.0.0.1:8750, 2 sources",
        "wallflower",
    ]


def test_it_works_inside_its_sandbox(machine: Machine) -> None:
    machine.until(lambda: " is great, they say" in machine.get(f"{PAGES}/mentions"))
    assert "No post has arrived yet" in machine.get(f"{PAGES}/sources"), "the key of the webhook was read"
    status = machine.run("cat", f"/proc/{main_pid(machine)}/status")
    assert re.search(r"^NoNewPrivs:\t1$", status, re.MULTILINE)
    assert re.search(r"^Seccomp:\t2$", status, re.MULTILINE)
    assert re.search(r"^CapBnd:\t0+$", status, re.MULTILINE)
    files = machine.run("find", "/var/lib/wallflower", "-printf", "%m %u %P\\n").splitlines()
    assert "700 wallflower " in files
    assert {line.split()[0] for line in files if line.split()[2:]} <= {"600", "700"}, files
    assert "Operation not permitted" not in journal(machine)


def test_the_journal_knows_the_priority_of_each_record(machine: Machine) -> None:
    lines = journal(machine)
    assert " INFO Wallflower " in lines
    assert "<6>" not in lines, "the priority was taken from each line"
    warnings = machine.run("journalctl", "--unit=wallflower", "--output=cat", "--priority=warning")
    assert " INFO " not in warnings
    records = [line for line in lines.splitlines() if re.search(r"^\d{4}-.* WARNING ", line)]
    assert [line for line in warnings.splitlines() if line in records] == records


def test_the_doctor_finds_the_service_well(machine: Machine) -> None:
    machine.run("test", "-e", "/var/lib/wallflower/running.json")
    findings = json.loads(machine.run("wallflower", "doctor", f"--config={CONFIG}", "--json"))
    texts = {finding["text"] for finding in findings}
    assert "The service is active." in texts
    assert "The key SHOP_SECRET is not visible here." in " ".join(texts), "only the service has it"
    assert {finding["level"] for finding in findings} <= {"ok", "warning", "unknown"}, findings
    assert any(text.endswith("runs, with all its parts.") for text in texts), texts


def test_a_worker_that_is_killed_is_replaced(machine: Machine) -> None:
    parent, worker = main_pid(machine), worker_pid(machine)
    machine.run("kill", "-KILL", worker)
    machine.until(lambda: is_well(machine) and worker_pid(machine) != worker)
    assert main_pid(machine) == parent


def test_a_reload_uses_a_changed_config_in_the_running_worker(machine: Machine) -> None:
    config, processes = machine.root / CONFIG[1:], (main_pid(machine), worker_pid(machine))
    config.write_text(config.read_text() + SOURCE.replace("Shop", "Depot").replace("Forum", "Club"))
    machine.run("systemctl", "reload", "wallflower")
    assert "Depot" in machine.get(f"{PAGES}/sources"), "a reload is over when the new config is in use"
    assert state(machine, "ActiveState", "StatusText") == ["active", "http://127.0.0.1:8750, 4 sources"]
    assert (main_pid(machine), worker_pid(machine)) == processes


def test_a_reload_of_a_bad_config_fails_and_changes_nothing(machine: Machine) -> None:
    config, processes = machine.root / CONFIG[1:], (main_pid(machine), worker_pid(machine))
    before = config.read_text()
    config.write_text(before + "\n[[brands]]\nname = 3\n")
    said = machine.run("systemctl", "reload", "wallflower", check=False)
    assert "failed" in said
    assert "The config was not reloaded because of" in journal(machine)
    assert "brands[2].name" in journal(machine).partition("The config was not reloaded")[2]
    machine.until(lambda: state(machine, "StatusText")[0].endswith("The changed config has problems and is not used."))
    assert "Depot" in machine.get(f"{PAGES}/sources")
    config.write_text(before)
    machine.run("systemctl", "reload", "wallflower")
    assert state(machine, "ActiveState", "StatusText") == ["active", "http://127.0.0.1:8750, 4 sources"]
    assert (main_pid(machine), worker_pid(machine)) == processes


def test_the_watchdog_ends_a_worker_that_is_stopped(machine: Machine) -> None:
    machine.run("mkdir", "--parents", "/run/systemd/system/wallflower.service.d")
    machine.run("sh", "-c", f"printf '{FAST}' > /run/systemd/system/wallflower.service.d/fast.conf")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", "wallflower")
    parent = main_pid(machine)
    machine.run("kill", "-STOP", worker_pid(machine))
    machine.until(lambda: "Watchdog timeout" in machine.run("journalctl", "--unit=wallflower"), 30)
    machine.until(lambda: state(machine, "ActiveState") == ["active"], 30)
    assert is_well(machine)
    assert main_pid(machine) != parent
    assert state(machine, "NRestarts") == ["1"]


def test_a_crash_is_followed_by_a_restart(machine: Machine) -> None:
    machine.run("kill", "-KILL", main_pid(machine))
    machine.until(lambda: state(machine, "ActiveState", "NRestarts") == ["active", "2"], 30)
    assert is_well(machine)


def test_stop_ends_it_cleanly(machine: Machine) -> None:
    machine.run("systemctl", "stop", "wallflower", seconds=20)
    assert state(machine, "ActiveState", "Result") == ["inactive", "success"]
    assert journal(machine).rstrip().count("Wallflower has stopped.") >= 2
    assert not is_well(machine)


def test_a_bad_config_is_not_tried_again(machine: Machine) -> None:
    config = machine.root / CONFIG[1:]
    before = config.read_text()
    config.write_text(before + "\n[[brands]]\nname = 3\n")
    machine.run("systemctl", "start", "wallflower", check=False)
    assert state(machine, "ActiveState", "ExecMainStatus", "NRestarts") == ["failed", "78", "0"]
    config.write_text(before)
    machine.run("systemctl", "start", "wallflower")
    assert is_well(machine)


def test_the_backup_unit_makes_a_backup(machine: Machine) -> None:
    machine.run("systemctl", "start", "wallflower-backup.service")
    assert "verified" in machine.run("journalctl", "--unit=wallflower-backup", "--output=cat")


def test_an_upgrade_is_a_restart(machine: Machine) -> None:
    before = main_pid(machine)
    for line in manual("Upgrade"):
        if "pip install" not in line:  # there is no newer version to install
            machine.run("sh", "-c", line)
    assert is_well(machine)
    assert main_pid(machine) != before
    machine.run("systemctl", "stop", "wallflower", seconds=20)
