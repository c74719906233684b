"""Checks of config.toml that involve several keys or tables, or the query language. They run on the raw tables, so that
every problem is reported even if a table is not valid otherwise."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from monitor.config.problems import Problem, closest, did_you_mean, dotted, quoted
from monitor.errors import QueryError
from monitor.query import parse

RawTable = dict[str, Any]
NumberedTables = Sequence[tuple[int, RawTable]]


def numbered_tables(file: RawTable, name: str) -> NumberedTables:
    """The tables of ``[[name]]`` with their positions; values that are not tables are left out."""
    found = file.get(name)
    return [(n, table) for n, table in enumerate(found) if isinstance(table, dict)] if isinstance(found, list) else []


def cross_table_problems(file: RawTable, wall_languages: Collection[str]) -> list[Problem]:
    """The problems that these checks find. ``wall_languages``: see ``load``."""
    tables = {name: numbered_tables(file, name) for name in ("brands", "sources", "topics", "walls")}
    return [
        *(problem for name, numbered in tables.items() for problem in _duplicate_names(name, numbered)),
        *_wrong_rules("brands", tables["brands"]),
        *_wrong_rules("topics", tables["topics"]),
        *_no_own_brand(tables["brands"]),
        *_password_of_nothing(file.get("wallflower")),
        *_nameless_walls(tables["walls"]),
        *_unknown_brands(tables["walls"], [str(table.get("name")) for _, table in tables["brands"]]),
        *_unknown_languages(tables["walls"], wall_languages),
    ]


def _password_of_nothing(general: object) -> list[Problem]:
    if isinstance(general, dict) and "database_password" in general and "database" not in general:
        return [Problem(("wallflower", "database_password"), "there is no `database` that needs a password.")]
    return []


def _duplicate_names(tables: str, numbered: NumberedTables) -> list[Problem]:
    """Names that an earlier table of the same kind has, ignoring case."""
    first: dict[str, int] = {}
    problems = []
    for number, table in numbered:
        name = table.get("name")
        if not isinstance(name, str):
            continue
        earlier = first.setdefault(name.strip().casefold(), number)
        if earlier != number:
            message = f"{quoted(name)} is already the name of {dotted((tables, earlier))}."
            problems.append(Problem((tables, number, "name"), message))
    return problems


def _wrong_rules(tables: str, numbered: NumberedTables) -> list[Problem]:
    problems = []
    for number, table in numbered:
        rule = table.get("rule")
        if not isinstance(rule, str) or not rule:
            continue
        try:
            parse(rule)
        except QueryError as error:
            explanation = " ".join(part for part in (error.reason, error.suggestion) if part)
            problems.append(
                Problem((tables, number, "rule"), f"column {error.column} of {quoted(rule)}: {explanation}")
            )
    return problems


def _no_own_brand(brands: NumberedTables) -> list[Problem]:
    if not brands or any(table.get("ours") is True for _, table in brands):
        return []
    names = ", ".join(quoted(table.get("name")) for _, table in brands)
    return [Problem(("brands",), f"none is ours (found {names}). Set ours = true for your own organisation.")]


def _nameless_walls(walls: NumberedTables) -> list[Problem]:
    return [
        Problem(("walls", number, "name"), "this key is required.") for number, table in walls if "name" not in table
    ]


def _unknown_brands(walls: NumberedTables, brands: Collection[str]) -> list[Problem]:
    problems = []
    for number, table in walls:
        chosen = table.get("brands")
        for position, name in enumerate(chosen if isinstance(chosen, list) else ()):
            if isinstance(name, str) and name not in brands:
                message = f"no brand is called {quoted(name)}.{did_you_mean(closest(name, brands))}"
                at = ("walls", number, "brands", position)
                problems.append(Problem(at, message, allowed=tuple(sorted(brands))))
    return problems


def _unknown_languages(walls: NumberedTables, known: Collection[str]) -> list[Problem]:
    expected = f"one of {', '.join(quoted(language) for language in sorted(known))}"
    return [
        Problem(("walls", number, "language"), expected=expected, found=quoted(language))
        for number, table in walls
        if known and isinstance(language := table.get("language"), str) and language and language not in known
    ]
