"""Container, Debian package and lock file fit the project. `make drills` builds and runs them."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from display.cli.main import cli
from display.cli.unit_file import TEMPLATE_PROGRAM
from monitor.config import SYSTEM_DATA
from monitor.config.tables import Server
from tests.lock_file import LOCK_FILE, locked

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PORT = Server().port
PROVIDED = {"pip"}
"""Dependencies of dependencies that every environment has."""


def instructions() -> list[tuple[str, str]]:
    """(keyword, arguments) of each instruction of the Dockerfile."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line.partition(" ") for line in text.splitlines() if line.strip()]
    return [(keyword, arguments.strip()) for keyword, _, arguments in lines]


def argument(keyword: str) -> str:
    """The arguments of the last instruction with this keyword."""
    return [arguments for found, arguments in instructions() if found == keyword][-1]


def constraints() -> dict[str, str]:
    pins = [line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines()]
    return {canonicalize_name(name): version for name, version in pins}


def needed() -> set[str]:
    """The run-time dependencies, direct and indirect, by the metadata of what is installed."""
    found: set[str] = set()
    pending = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
    while pending:
        requirement = pending.pop()
        name = canonicalize_name(requirement.name)
        if name in found | PROVIDED or (requirement.marker and not applies(requirement)):
            continue
        found.add(name)
        try:
            lines = distribution(requirement.name).requires or []
        except PackageNotFoundError:
            pytest.skip(f"{requirement.name} is not installed here")
        for line in lines:
            child = Requirement(line)
            if child.marker is None or applies(child, requirement.extras):
                pending.append(child)
    return found


def applies(requirement: Requirement, extras: set[str] = frozenset()) -> bool:  # type: ignore[assignment]
    assert requirement.marker
    return any(requirement.marker.evaluate({"extra": extra}) for extra in extras or {""})


# The lock file


def test_the_lock_file_pins_every_dependency_as_the_constraints_do() -> None:
    pinned = {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r, _ in locked()}
    assert set(pinned) == needed(), "run `make lock`"
    assert pinned == {name: constraints()[name] for name in pinned}, "run `make lock`"


def test_every_package_in_the_lock_file_has_hashes_and_no_address() -> None:
    assert all(hashes and all(value.startswith("sha256:") for value in hashes) for _, hashes in locked())
    assert "://" not in LOCK_FILE.read_text()


# The container


def test_the_image_copies_only_files_that_exist_and_are_not_ignored() -> None:
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for keyword, arguments in instructions():
        if keyword == "COPY" and not arguments.startswith("--from"):
            *sources, _target = arguments.split()
            assert all(source == "." or (source in allowed and (ROOT / source).exists()) for source in sources)
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["shared-data"], *PROJECT["project"]["license-files"]}
    needed |= {
        "pyproject.toml",
        PROJECT["project"]["readme"],
        PROJECT["tool"]["hatch"]["build"]["hooks"]["custom"]["path"],
    }
    linked = {
        str(path.resolve().relative_to(ROOT))
        for path in (ROOT / "display").rglob("*")
        if path.is_symlink() and "node_modules" not in path.parts
    }
    needed |= {name.split("/")[0] for name in linked}
    assert needed <= set(allowed)


def test_the_sdist_has_every_package_of_the_wheel() -> None:
    targets = PROJECT["tool"]["hatch"]["build"]["targets"]
    assert set(targets["wheel"]["packages"]) <= set(targets["sdist"]["include"])


def test_the_image_runs_the_program_without_privileges_in_its_one_volume() -> None:
    users = [shlex.split(arguments) for keyword, arguments in instructions() if "useradd" in arguments]
    assert argument("USER") == users[0][-1] == "wallflower"
    assert argument("VOLUME") == argument("WORKDIR") == str(SYSTEM_DATA)
    assert str(TEMPLATE_PROGRAM.parent) in argument("ENV")


def test_the_image_serves_and_checks_the_usual_port() -> None:
    entry, command = (yaml.safe_load(argument(keyword)) for keyword in ("ENTRYPOINT", "CMD"))
    name, *options = command
    assert entry == ["wallflower"]
    known = {opt for p in cli.commands[name].params if isinstance(p, click.Option) for opt in p.opts}
    assert {option for option in options if option.startswith("-")} <= known
    assert options[options.index("--port") + 1] == argument("EXPOSE") == str(PORT)
    assert f"127.0.0.1:{PORT}/healthz" in argument("HEALTHCHECK")


def test_compose_starts_the_image_read_only_with_a_volume() -> None:
    text = (ROOT / "compose.yaml").read_text()
    compose: dict[str, Any] = yaml.safe_load(text)
    service = compose["services"]["wallflower"]
    assert len(text.splitlines()) == 4
    assert service["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert service["read_only"] is True
    volume, _, place = service["volumes"][0].partition(":")
    assert (list(compose["volumes"]), place) == ([volume], argument("VOLUME"))


# The Debian package


@pytest.mark.parametrize("script", ["postinst", "prerm"])
def test_the_scripts_of_the_debian_package_are_valid_shell(script: str) -> None:
    subprocess.run(["sh", "-n", ROOT / "deploy" / "deb" / script], check=True)


def test_the_debian_package_removes_the_units_that_it_installs() -> None:
    removed = (ROOT / "deploy" / "deb" / "prerm").read_text()
    assert all(unit.name in removed for unit in (ROOT / "display" / "cli" / "units").iterdir())


def test_the_debian_package_contains_only_what_exists() -> None:
    package = yaml.safe_load((ROOT / "deploy" / "deb" / "nfpm.yaml").read_text())
    sources = [
        entry["src"] for entry in package["contents"] if "$" not in entry["src"] and entry.get("type") != "symlink"
    ]
    assert all((ROOT / source).exists() for source in [*sources, *package["scripts"].values()])


@pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="not a git checkout")
def test_the_scripts_of_the_debian_package_may_be_executed() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--stage", "deploy/deb"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    modes = {line.split()[-1]: line.split()[0] for line in listed.stdout.splitlines()}
    assert {modes.get(f"deploy/deb/{name}", "100755") for name in ("postinst", "prerm")} == {"100755"}


def test_every_dependency_is_in_the_list_of_licences() -> None:
    listed = (ROOT / "THIRD_PARTY_LICENSES.md").read_text(encoding="utf-8").partition("npm packages")[0]
    names = {canonicalize_name(name) for name in re.findall(r"^\| (\S+) \|", listed, re.MULTILINE)}
    assert {canonicalize_name(r.name) for r, _ in locked()} <= names, "run `make licenses`"
