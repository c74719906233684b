"""Import directions: which package may import which, read from the source."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(
    p
    for top in ("monitor", "display", "wallflower")
    for p in (ROOT / top).rglob("*.py")
    if "node_modules" not in p.parts
)

BASE = {"model", "errors"}
PURE = {"intent", "learning", "query", "sentiment", "text"}
MAY_IMPORT = {
    "model": set(),
    "errors": set(),
    "clock": {"trusted_time"},
    "trusted_time": set(),
    "logs": set(),
    "activity": set(),
    "garbage": set(),
    "durations": set(),
    "config": BASE | {"intent", "query", "secrets"},
    "text": BASE,
    "dates": BASE,
    "query": BASE | {"text"},
    "sentiment": BASE | {"text"},
    "encoder": BASE,
    "relevance": BASE,
    # the thread that amends scores, and the child process in which the model runs
    "learning": BASE | {"sentiment"},
    "judging": BASE | {"clock", "encoder", "intent", "learning", "logs", "relevance", "sentiment", "store", "text"},
    "intent": BASE | {"query", "sentiment"},
    "quality": BASE,
    "analysis": BASE | {"query"},
    "analysis.comparison": BASE | {"analysis", "quality", "query"},
    "analysis.jobs": BASE | {"analysis", "clock", "intent", "learning", "logs", "store"},
    "http": BASE | {"clock", "dates", "urls"},
    "secrets": BASE,
    "urls": BASE,
    "redaction": BASE | {"secrets", "urls"},
    "feeds": BASE | {"http", "text", "dates"},
    "streams": BASE | {"http"},
    "sources": BASE | {"http", "text", "dates", "feeds", "streams", "secrets", "query"},
    "store": BASE | {"store.postgres", "store.sqlite", "clock", "durations"},
    "store.sql": BASE | {"clock", "durations", "logs", "query", "store", "text"},
    "store.sqlite": BASE | {"clock", "durations", "logs", "query", "store", "store.sql", "text"},
    "store.postgres": BASE | {"clock", "durations", "logs", "query", "secrets", "store", "store.sql", "text"},
    "store.tail": BASE | {"store", "clock"},
    "upkeep": BASE | {"store"},
    "rules": BASE | {"clock", "logs", "query", "store"},
    # decides what is sent, and sends it
    "notifications": BASE | {"analysis", "clock", "http", "logs", "query", "secrets", "store"},
    "collector": BASE | PURE | {"activity", "logs", "store", "sources"},
    "collector.scheduler": BASE
    | {"activity", "collector", "collector.source_worker", "clock", "config", "http", "logs", "sources", "store"},
    "collector.source_worker": BASE | {"activity", "collector", "clock", "logs", "sources", "store"},
    "collector.importing": BASE | {"collector", "store", "clock", "text", "dates"},
}
"""Package of monitor/ -> packages of monitor/ that it may import besides itself. A dotted name overrides its parent."""
PAGES = BASE | {
    "activity",
    "judging",
    "learning",  # how many answers are needed
    "config",
    "clock",
    "durations",
    "logs",
    "notifications",
    "quality",
    "query",
    "relevance",
    "rules",
    "secrets",
    "store",
    "store.tail",
    "analysis",
    "analysis.comparison",
    "collector.search_coverage",
    "sources.webhook",  # what a delivery contains, for the description of the interface
    "text.language_codes",
    "text.near_duplicates",
    "text.quotes",
}
"""What display/ may import from monitor/."""
JOINS_BOTH = {"app", "cli", "setup", "server.gunicorn_server", "server.service"}
"""The packages of display/ that join the two halves. ``setup`` tries sources before they are in the config."""
KEPT_APART = {
    "vaderSentiment": {"sentiment"},
    "requests": {"http"},
    "feedparser": {"feeds", "sources"},
    "sqlite3": {"store.sqlite", "query.post_index"},
    "sqlite_utils": {"store.sqlite"},
    **{package: {"store.postgres"} for package in ("psycopg", "psycopg_pool")},
    "py3langid": {"text"},
    "argon2": {"access"},
    "nh3": {"text"},
    "w3lib": {"text"},
    "lark": {"query"},
    **{sdk: {"sources"} for sdk in ("tweepy", "praw", "prawcore", "mastodon")},
    "tomlkit": {"setup"},
    **{package: {"encoder"} for package in ("onnxruntime", "tokenizers")},
    "prometheus_client": {"metrics"},
    "websocket": {"streams", "sources"},
    **{package: {"mcp_server"} for package in ("mcp", "mcp_types", "anyio")},
    **{package: {"access"} for package in ("authlib", "joserfc")},
}
"""Third-party package -> the only packages that import it."""


def place(path: Path) -> tuple[str, list[str]]:
    """("monitor" or "display", the dotted names below it that contain the module, the most specific first)."""
    top, *rest = path.relative_to(ROOT).with_suffix("").parts
    return top, [".".join(rest[:n]) for n in range(len(rest), 0, -1)]


def covers(allowed: set[str], module: str) -> bool:
    """Whether ``module``, such as ``store.tail``, or a package that contains it is in ``allowed``.

    A part with a rule of its own, such as ``analysis.jobs``, is not covered by its parent.
    """
    names = [module[: m.start()] for m in re.finditer(r"\.|$", module)]
    named = max((name for name in names if name in MAY_IMPORT), key=len, default=names[0])
    return any(name in allowed for name in names if len(name) >= len(named))


@cache
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


def refused_imports(path: Path) -> list[str]:
    """The imports of ``path`` that its package may not have."""
    top, names = place(path)
    if top == "monitor":
        package = next((name for name in names if name in MAY_IMPORT), None)
        allowed = MAY_IMPORT[package] | {package} if package else set()
    else:
        allowed = PAGES
    found: list[str] = []
    for imported in imports(path):
        first, _, module = imported.partition(".")
        if top == "monitor" and first in {"display", "flask", "flask_socketio"}:
            found.append(f"{path}: {imported}")
        if first == "monitor" and module and not JOINS_BOTH & set(names) and not covers(allowed, module):
            found.append(f"{path}: {imported} is not among {sorted(allowed)}")
    return found


def test_a_module_imports_only_what_its_package_may() -> None:
    assert [refused for path in MODULES for refused in refused_imports(path)] == []


def test_a_third_party_package_is_imported_only_where_it_belongs() -> None:
    refused: list[str] = []
    for path in MODULES:
        _, names = place(path)
        for imported in imports(path):
            owners = KEPT_APART.get(imported.split(".")[0])
            if owners is not None and not owners & set(names):
                refused.append(f"{path}: {imported} belongs to {owners}")
    assert refused == []


@pytest.mark.parametrize("path", sorted((ROOT / "monitor" / "sources").glob("[!_]*.py")), ids=lambda p: p.stem)
def test_a_source_knows_no_other_source(path: Path) -> None:
    others = {f"monitor.sources.{p.stem}" for p in path.parent.glob("[!_]*.py")} - {f"monitor.sources.{path.stem}"}
    assert not others & set(imports(path))
