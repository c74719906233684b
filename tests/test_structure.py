"""Short functions, small modules, documented public names."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.test_imports import MODULES, ROOT


class Function(NamedTuple):
    """What is looked at of a function."""

    name: str
    length: int
    """Lines of the body without its docstring."""
    statements: int
    """Those of the body, with the docstring."""
    has_docstring: bool


class Module(NamedTuple):
    """What is looked at of a module."""

    path: Path
    lines: int
    has_docstring: bool
    functions: list[Function]


@cache
def modules() -> list[Module]:
    return [_module(path) for path in MODULES]


def _module(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    functions = [Function(node.name, _length(node), len(node.body), bool(ast.get_docstring(node))) for node in nodes]
    return Module(path.relative_to(ROOT), text.count("\n"), bool(ast.get_docstring(tree)), functions)


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_modules_and_functions_stay_small() -> None:
    assert [(str(one.path), one.lines) for one in modules() if one.lines > 350] == []
    lengths = [(str(one.path), f.name, f.length) for one in modules() for f in one.functions]
    assert [found for found in lengths if found[2] > 50] == []


def test_most_functions_are_short() -> None:
    lengths = sorted(f.length for one in modules() for f in one.functions)
    assert statistics.median(lengths) <= 9
    assert lengths[int(len(lengths) * 0.9)] <= 30


def test_public_functions_have_docstrings() -> None:
    undocumented: list[tuple[str, str]] = []
    for one in modules():
        documented = {f.name for f in one.functions if f.has_docstring}
        public = [f.name for f in one.functions if not f.name.startswith("_") and f.statements > 5]
        undocumented += [(str(one.path), name) for name in public if name not in documented]
    assert undocumented == []


def test_every_module_has_a_docstring() -> None:
    assert [str(one.path) for one in modules() if not one.has_docstring] == []


def test_no_name_is_vague() -> None:
    vague = re.compile(r"^_?(handle|process|do|manage)_|(^|_)(utils?|helpers?)($|_)")
    gunicorns = {"handle_request"}  # what gunicorn's worker calls it
    named = {one.path.stem for one in modules()} | {f.name for one in modules() for f in one.functions} - gunicorns
    assert sorted(name for name in named if vague.search(name)) == []


def test_nothing_that_git_ignores_is_committed() -> None:
    """A committed link named ``.venv``, for example, would replace the environment of everyone who pulls it."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so nothing here is committed")
    command = ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout == ""
