"""Short functions, small modules, documented public names."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
from pathlib import Path

import pytest

from tests.test_imports import MODULES, ROOT

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(path: Path) -> list[Function]:
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, Function)]


def _length(function: Function) -> int:
    """Lines of the body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= 350
    assert [(f.name, _length(f)) for f in _functions(path) if _length(f) > 50] == []


def test_most_functions_are_short() -> None:
    lengths = sorted(_length(f) for path in MODULES for f in _functions(path))
    assert statistics.median(lengths) <= 9
    assert lengths[int(len(lengths) * 0.9)] <= 30


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_public_functions_have_docstrings(path: Path) -> None:
    undocumented = [f.name for f in _functions(path) if not f.name.startswith("_") and len(f.body) > 5]
    undocumented = [
        name for name in undocumented if not any(f.name == name and ast.get_docstring(f) for f in _functions(path))
    ]
    assert undocumented == []


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_module_has_a_docstring(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_no_name_is_vague() -> None:
    vague = re.compile(r"^_?(handle|process|do|manage)_|(^|_)(utils?|helpers?)($|_)")
    gunicorns = {"handle_request"}  # what gunicorn's worker calls it
    named = {p.stem for p in MODULES} | {f.name for p in MODULES for f in _functions(p)} - gunicorns
    assert sorted(name for name in named if vague.search(name)) == []


def test_nothing_that_git_ignores_is_committed() -> None:
    """A committed link named ``.venv``, for example, would replace the environment of everyone who pulls it."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so nothing here is committed")
    command = ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout == ""
