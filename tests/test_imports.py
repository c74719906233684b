"""The directions of the house: who may import whom, read from the source and never from a running program."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(
    p for top in ("monitor", "display") for p in (ROOT / top).rglob("*.py") if "node_modules" not in p.parts
)

GROUND = {"model", "errors"}
PURE = {"query", "matching", "sentiment", "cleaning", "language", "stories", "sieve"}
MAY_IMPORT = {
    "model": set(),
    "errors": set(),
    "clock": set(),
    "config": GROUND | {"query"},
    **dict.fromkeys(PURE, GROUND | PURE),
    "usual": GROUND,
    "topics": GROUND | {"query"},
    "incidents": GROUND | {"usual"},
    "http": GROUND | {"clock"},
    "secrets": GROUND,
    "feeds": GROUND | {"http", "cleaning", "language"},
    "streams": GROUND | {"http"},
    "sources": GROUND | {"http", "cleaning", "language", "feeds", "streams", "secrets", "sieve"},
    "schema": GROUND,
    "store": GROUND | {"schema", "query", "stories"},
    "events": GROUND | {"store", "clock"},
    "collector": GROUND | PURE | {"store", "sources"},
    "searching": GROUND | {"query", "sources"},
    "blindness": GROUND,
    "watch": GROUND | {"clock", "store", "blindness", "incidents", "topics"},
    "scheduler": GROUND | {"collector", "clock", "config", "http", "sources", "store"},
    "importing": GROUND | {"collector", "store", "clock"},
}
"""Room of monitor/ -> rooms of monitor/ that it may import besides itself."""
PAGES = GROUND | {"config", "clock", "query", "store", "events", "usual", "blindness", "searching"}
"""What display/ may import of monitor/."""
JOINS_BOTH = {"cli", "serve", "commands"}
"""The rooms of display/ that put the two halves together."""
KEPT_APART = {
    "vaderSentiment": {"sentiment"},
    "requests": {"http"},
    "feedparser": {"feeds", "sources"},
    "sqlite_utils": {"schema", "store"},
    "py3langid": {"language"},
    "nh3": {"cleaning"},
    "lark": {"query"},
    **{sdk: {"sources"} for sdk in ("tweepy", "praw", "prawcore", "mastodon")},
    "websocket": {"streams", "sources"},
}
"""Third-party package -> the only rooms that import it."""


def room(path: Path) -> tuple[str, str]:
    """("monitor" or "display", name of the module or package directly below it)."""
    top, *rest = path.relative_to(ROOT).with_suffix("").parts
    return top, rest[0]


def imports(path: Path) -> list[str]:
    """Every dotted name that ``path`` imports, those for type checkers only left out."""
    names: list[str] = []
    for node in _running_nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def _running_nodes(tree: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        found += [node, *_running_nodes(node)]
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_what_its_room_may(path: Path) -> None:
    top, name = room(path)
    for imported in imports(path):
        parts = imported.split(".")
        if top == "monitor":
            assert parts[0] not in {"display", "flask", "flask_socketio"}, f"{path}: {imported}"
        if parts[0] == "monitor" and len(parts) > 1 and top == "monitor" and name != "__init__":
            allowed = MAY_IMPORT[name] | {name}
            assert parts[1] in allowed, f"{path}: {imported} is not among {sorted(allowed)}"
        if parts[0] == "monitor" and top == "display" and name not in JOINS_BOTH:
            assert parts[1] in PAGES, f"{path}: {imported} is not among {sorted(PAGES)}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_package_is_imported_only_in_the_room_that_keeps_it(path: Path) -> None:
    _, name = room(path)
    for imported in imports(path):
        keepers = KEPT_APART.get(imported.split(".")[0])
        assert keepers is None or name in keepers, f"{path}: {imported} belongs to {keepers}"


@pytest.mark.parametrize("path", sorted((ROOT / "monitor" / "sources").glob("[!_]*.py")), ids=lambda p: p.stem)
def test_a_source_knows_no_other_source(path: Path) -> None:
    others = {f"monitor.sources.{p.stem}" for p in path.parent.glob("[!_]*.py")} - {f"monitor.sources.{path.stem}"}
    assert not others & set(imports(path))
