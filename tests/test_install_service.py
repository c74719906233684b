"""``wallflower install-service``: the unit it writes, what it creates, and what it refuses."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from display.cli import install_service as command
from display.cli.exit_codes import ExitCode
from display.cli.install_service import Installer, Machine
from display.cli.main import cli
from display.cli.unit_file import UNITS, Installation, InstallError
from display.setup.config_text import config_text
from display.setup.rule_proposals import propose_brand

ROOT = Path(__file__).resolve().parents[1]
MAX_EXPOSURE = 1.2


def settings(unit: str) -> dict[str, str]:
    """The last value of each key."""
    return dict(line.split("=", 1) for line in unit.splitlines() if "=" in line and not line.startswith("#"))


class FakeMachine:
    """Records the commands and the owners of folders."""

    def __init__(self, folder: Path, *, root: bool = True, systemd: bool = True, status: int = 0) -> None:
        (folder / "bin").mkdir(exist_ok=True)
        self.commands: list[tuple[str, str | None]] = []
        self.owners: dict[str, str] = {}
        self._status = status
        self.machine = Machine(
            run=self._run,
            find_program=lambda name: f"/usr/sbin/{name}",
            unit_folder=folder,
            link=folder / "bin" / "wallflower",
            keys=folder / "credstore" / "wallflower",
            systemd_runs=lambda: systemd,
            is_root=lambda: root,
            chown=lambda path, user, group: self.owners.update({path.name: f"{user}:{group}"}),
        )

    def _run(self, arguments: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
        self.commands.append((" ".join(arguments[:2]), options.get("user")))
        return subprocess.CompletedProcess(arguments, self._status, "", "it is broken")


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    program = tmp_path / "opt" / "wallflower"
    program.parent.mkdir()
    program.touch()
    return Installation(program, tmp_path / "etc" / "config.toml", tmp_path / "data", user="no-such-user")


@pytest.mark.parametrize("name", UNITS)
def test_the_shipped_units_are_those_of_the_default_paths(name: str) -> None:
    assert Installation().unit(name) == (ROOT / "deploy" / name).read_text(encoding="utf-8")


def test_the_unit_has_the_paths_and_the_user_of_the_installation() -> None:
    unit = Installation(
        Path("/srv/w/bin/wallflower"), Path("/srv/w/w.toml"), Path("/srv/w/data"), user="listener"
    ).unit()
    found = settings(unit)
    assert found["ExecStart"] == "/srv/w/bin/wallflower run --config /srv/w/w.toml"
    assert (found["User"], found["Group"]) == ("listener", "listener")
    assert found["ReadWritePaths"] == "-/srv/w -/srv/w/data"
    assert "StateDirectory" not in found
    assert "/opt/wallflower" not in unit
    backup = Installation(backups=Path("/mnt/copies")).unit("wallflower-backup.service")
    assert settings(backup)["ReadWritePaths"] == "-/var/lib/wallflower -/mnt/copies"
    below = settings(Installation(data=Path("/var/lib/brand/data")).unit())
    assert (below["StateDirectory"], below["ReadWritePaths"]) == ("brand", "-/etc/wallflower")


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"program": Path("/home/ann/w/bin/wallflower")}, "python3 -m venv /opt/wallflower"),
        ({"config": Path("/home/ann/config.toml")}, "Move it to /etc/wallflower/config.toml"),
        ({"data": Path("/tmp/data")}, 'Set `data = "/var/lib/wallflower"`'),
        ({"data": Path("/srv/two words")}, "a space or a special character"),
        ({"config": Path("/srv/100%/c.toml")}, "a space or a special character"),
        ({"data": Path("/srv/a\nExecStartPre=+/bin/sh")}, "a space or a special character"),
    ],
)
def test_paths_that_the_service_could_not_use_are_refused(changed: dict[str, Path], problem: str) -> None:
    with pytest.raises(InstallError, match=re.escape(problem)):
        Installation(**{"program": Path("/bin/sh"), **changed}).check()


def test_everything_that_is_missing_is_created(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = FakeMachine(tmp_path)
    Installer(installation, machine=fake.machine).install()
    assert (tmp_path / "wallflower.service").read_text() == installation.unit()
    assert fake.owners == {
        "etc": "no-such-user:no-such-user",
        "data": "no-such-user:no-such-user",
        "credstore": "root:root",
        "wallflower": "root:root",
    }
    assert (tmp_path / "etc").stat().st_mode & 0o777 == 0o750
    assert (tmp_path / "credstore" / "wallflower").stat().st_mode & 0o777 == 0o700
    assert [name for name, _ in fake.commands] == ["useradd --system", "systemctl daemon-reload"]
    assert (tmp_path / "bin" / "wallflower").readlink() == installation.program
    assert "Create the system user no-such-user." in capsys.readouterr().out


def test_a_second_time_changes_nothing_and_a_changed_unit_is_kept(installation: Installation, tmp_path: Path) -> None:
    fake = FakeMachine(tmp_path)
    Installer(installation, machine=fake.machine).install()
    unit = tmp_path / "wallflower.service"
    unit.write_text("[Service]\nExecStart=/bin/mine\n")
    fake.owners.clear()
    for _ in range(2):
        Installer(installation, machine=fake.machine).install()
    assert fake.owners == {}
    assert unit.read_text() == installation.unit()
    assert (tmp_path / "wallflower.service.before").read_text() == "[Service]\nExecStart=/bin/mine\n"


def test_another_program_of_that_name_stays(installation: Installation, tmp_path: Path) -> None:
    fake = FakeMachine(tmp_path)
    (tmp_path / "bin" / "wallflower").write_text("mine")
    Installer(installation, machine=fake.machine).install()
    assert (tmp_path / "bin" / "wallflower").read_text() == "mine"


def test_an_existing_config_is_tried_as_the_user_of_the_service(installation: Installation, tmp_path: Path) -> None:
    installation.config.parent.mkdir()
    installation.config.touch()
    fake = FakeMachine(tmp_path)
    Installer(installation, machine=fake.machine).install()
    assert fake.commands[-1] == (f"{installation.program} check", "no-such-user")


def test_a_failing_command_is_reported_with_its_output(installation: Installation, tmp_path: Path) -> None:
    with pytest.raises(InstallError, match=r"useradd --system.* failed with exit status 3: it is broken"):
        Installer(installation, machine=FakeMachine(tmp_path, status=3).machine).install()


def test_a_dry_run_changes_nothing_and_says_what_it_would_do(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = FakeMachine(tmp_path, root=False)
    Installer(installation, dry_run=True, machine=fake.machine).install()
    assert fake.commands == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", "opt"]
    assert list((tmp_path / "bin").iterdir()) == []
    assert "systemctl daemon-reload" in capsys.readouterr().err


def test_only_root_may_install(installation: Installation, tmp_path: Path) -> None:
    with pytest.raises(InstallError, match="Only root"):
        Installer(installation, machine=FakeMachine(tmp_path, root=False).machine).install()


def test_where_systemd_does_not_run_the_unit_is_written_all_the_same(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = FakeMachine(tmp_path, systemd=False)
    installer = Installer(installation, machine=fake.machine)
    installer.install()
    installer.start()
    assert [name for name, _ in fake.commands] == ["useradd --system"]
    assert "Where it does: systemctl enable --now wallflower.service" in capsys.readouterr().out


def test_the_command_prints_the_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "wallflower"
    program.touch()
    monkeypatch.setattr(command, "installed_program", lambda: program)
    monkeypatch.setattr("display.cli.unit_file.HIDDEN", ())
    result = CliRunner().invoke(cli, ["install-service", "--dry-run", "--config", "/srv/none/config.toml"])
    assert result.exit_code == 0, result.output
    assert result.stdout == Installation(program, Path("/srv/none/config.toml")).unit()
    assert "Next:" not in result.stdout


def test_a_system_wide_config_keeps_its_data_where_the_unit_lets_it_write() -> None:
    assert 'data = "/var/lib/wallflower"' in config_text([propose_brand("Acme")], [], {}, "UTC", "/var/lib/wallflower")


def test_failures_that_a_restart_cannot_repair_are_not_restarted() -> None:
    prevented = {int(code) for code in settings(Installation().unit())["RestartPreventExitStatus"].split()}
    assert prevented == {ExitCode.USAGE, ExitCode.DATABASE, ExitCode.CONFIG}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_rates_the_sandbox_well() -> None:
    analysis = ["systemd-analyze", "security", "--offline=true", "--no-pager", ROOT / "deploy" / "wallflower.service"]
    done = subprocess.run(analysis, capture_output=True, text=True, check=True)
    rating = re.search(r"Overall exposure level for wallflower.service: ([\d.]+)", done.stdout)
    assert rating
    assert float(rating[1]) <= MAX_EXPOSURE


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_every_line_of_the_units(tmp_path: Path) -> None:
    (tmp_path / "wallflower").touch(mode=0o755)
    for name in UNITS:
        (tmp_path / name).write_text(Installation(program=tmp_path / "wallflower").unit(name))
    analysis = ["systemd-analyze", "verify", *(tmp_path / name for name in UNITS)]
    done = subprocess.run(analysis, capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "wallflower" in line]) == (0, [])
