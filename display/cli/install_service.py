"""``wallflower install-service``: install this Wallflower as a systemd service."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from display.cli.dependencies import load_config
from display.cli.unit_file import KEYS, UNITS, Installation, InstallError, installed_program
from monitor.config import SYSTEM_FILE

UNIT_FOLDER = Path("/etc/systemd/system")
SYSTEMD_RUNS = Path("/run/systemd/system")
"""Exists while systemd is the service manager; see sd_booted(3)."""
LINK = Path("/usr/local/bin/wallflower")
"""Makes `wallflower` a command for everyone, wherever it is installed."""
CONFIG_MODE, SECRET_MODE = 0o750, 0o700


@click.command("install-service")
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=SYSTEM_FILE,
    show_default=True,
    help="Config file of the service. It need not exist yet.",
)
@click.option("--user", default="wallflower", show_default=True, help="System user of the service.")
@click.option("--now", is_flag=True, help="Also start the service, and start it at every boot.")
@click.option("--dry-run", is_flag=True, help="Print the unit of the service, and what would be done; change nothing.")
def install_service(config_path: Path, user: str, now: bool, dry_run: bool) -> None:
    """Install this Wallflower as a systemd service.

    Creates the system user, the folders, the command `wallflower`, the unit, and one for daily backups, with the paths
    of this installation. What exists is kept; a changed unit is replaced, and kept beside the new one. It starts
    nothing, except with --now.
    """
    installation = _installation(config_path.absolute(), user)
    installation.check()
    if dry_run:
        click.echo(installation.unit(), nl=False)
        click.echo("This would be done:", err=True)
    installer = Installer(installation, dry_run=dry_run)
    installer.install()
    if now:
        installer.start()
    elif not dry_run:
        _print_next_steps(installation)


def _installation(config_path: Path, user: str) -> Installation:
    """The installation, with the data folder of the config if there is one. Raises ConfigError."""
    base = Installation(program=installed_program(), config=config_path, user=user)
    if not config_path.exists():
        return base
    config = load_config(config_path)
    return replace(base, data=config.data, backups=config.backups)


@dataclass(frozen=True, slots=True)
class Machine:
    """How the installer changes the machine. Tests replace it."""

    run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run
    find_program: Callable[[str], str | None] = shutil.which
    unit_folder: Path = UNIT_FOLDER
    link: Path = LINK
    keys: Path = KEYS
    systemd_runs: Callable[[], bool] = SYSTEMD_RUNS.exists
    is_root: Callable[[], bool] = lambda: os.geteuid() == 0
    chown: Callable[..., None] = shutil.chown


class Installer:
    """Does what is missing, and says each thing it does. In a dry run it only says it."""

    def __init__(self, installation: Installation, *, dry_run: bool = False, machine: Machine | None = None) -> None:
        self._installation, self._dry_run = installation, dry_run
        self._machine = machine or Machine()

    def install(self) -> None:
        """Create the user, the folders and the units. Raises InstallError."""
        if not self._dry_run and not self._machine.is_root():
            raise InstallError(f"Only root can install a service: sudo {self._installation.program} install-service")
        self._create_user()
        self._create_folders()
        self._link_program()
        written = [name for name in UNITS if self._write_unit(name)]
        if written:
            self._systemd("daemon-reload")
        if self._installation.config.exists():
            self._try_config()

    def start(self) -> None:
        """Enable and start the service. Raises InstallError with the end of its log if it does not start."""
        if not self._systemd("enable", "--now", UNITS[0]):
            return
        click.echo("The service runs. Its log: journalctl --unit wallflower --follow")

    def _create_user(self) -> None:
        user = self._installation.user
        if _user_exists(user):
            return self._say(f"The user {user} exists.")
        if self._machine.find_program("useradd") is None:
            raise InstallError(f"There is no `useradd`. Create the system user {user}, then run this again.")
        self._say(f"Create the system user {user}.")
        options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        self._command(["useradd", *options, "--home-dir", str(self._installation.data), user])

    def _create_folders(self) -> None:
        ours = self._installation
        self._create_folder(ours.config.parent, ours.user, CONFIG_MODE)
        self._create_folder(self._machine.keys.parent, "root", SECRET_MODE)
        self._create_folder(self._machine.keys, "root", SECRET_MODE)
        self._create_folder(ours.data, ours.user, SECRET_MODE)  # before systemd does: `init` creates the database
        if ours.backups and ours.data not in ours.backups.parents:
            self._create_folder(ours.backups, ours.user, SECRET_MODE)

    def _create_folder(self, folder: Path, owner: str, mode: int) -> None:
        if folder.is_dir():
            return self._say(f"The folder {folder} exists.")
        self._say(f"Create the folder {folder}, which belongs to {owner}.")
        if not self._dry_run:
            folder.mkdir(mode=mode, parents=True)
            folder.chmod(mode)
            self._machine.chown(folder, owner, owner)

    def _link_program(self) -> None:
        link, program = self._machine.link, self._installation.program
        found = self._machine.find_program(link.name)
        if found and Path(found).resolve() == program.resolve():
            return self._say(f"The command {link.name} is {found}.")
        if link.is_symlink() or link.exists():
            return self._say(f"{link} is another program and stays. This one is {program}.")
        self._say(f"Link {link} to {program}.")
        if not self._dry_run:
            link.symlink_to(program)

    def _write_unit(self, name: str) -> bool:
        """Whether it had to be written."""
        file, text = self._machine.unit_folder / name, self._installation.unit(name)
        before = file.read_text(encoding="utf-8") if file.is_file() else None
        if before == text:
            self._say(f"{file} is up to date.")
            return False
        if before is not None:
            kept = file.with_name(f"{file.name}.before")
            self._say(f"Keep the present {file.name} as {kept}.")
            if not self._dry_run:
                kept.write_text(before, encoding="utf-8")
        self._say(f"Write {file}.")
        if not self._dry_run:
            file.write_text(text, encoding="utf-8")
        return True

    def _try_config(self) -> None:
        """Check the config as the user of the service, who must be able to read it and to run the program."""
        ours = self._installation
        self._say(f"Check {ours.config} as {ours.user}.")
        self._command([str(ours.program), "check", "--config", str(ours.config)], user=ours.user, group=ours.user)

    def _systemd(self, *arguments: str) -> bool:
        if not self._machine.systemd_runs():
            self._say(f"systemd does not run here. Where it does: systemctl {' '.join(arguments)}")
            return False
        self._say(f"systemctl {' '.join(arguments)}")
        self._command(["systemctl", *arguments])
        return True

    def _command(self, command: Sequence[str], **options: str) -> None:
        if self._dry_run:
            return
        done = self._machine.run(command, capture_output=True, text=True, check=False, cwd="/", **options)
        if done.returncode:
            output = (done.stderr or done.stdout).strip()
            raise InstallError(f"`{shlex.join(command)}` failed with exit status {done.returncode}: {output}")

    def _say(self, text: str) -> None:
        click.echo(text, err=self._dry_run)


def _user_exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _print_next_steps(installation: Installation) -> None:
    as_user = f"runuser -u {installation.user} -- wallflower"
    option = "" if installation.config == SYSTEM_FILE else f" --config {installation.config}"
    click.echo("Next, as root:")
    if not installation.config.exists():
        click.echo(f"  {as_user} init --config {installation.config}")
    click.echo(f"  {as_user} check{option}")
    click.echo("  systemctl enable --now wallflower wallflower-backup.timer")
    click.echo("  journalctl --unit wallflower --follow")
    click.echo(f"Keys of sources are files in {KEYS}; restart the service after changing one.")
