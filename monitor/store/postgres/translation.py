"""From shared SQL, which is written as ``monitor.store.sql`` says, to what PostgreSQL reads. Cached for each text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from monitor.store.postgres.search import tsquery

_HINTS = re.compile(r"\s+(?:INDEXED BY \w+|NOT INDEXED)\b")
_FIXED_ORDER = re.compile(r"\bCROSS JOIN\b(?=[^()]*?\bON\b)")
_PARTS = re.compile(
    r"""
    (?P<text> '(?:[^']|'')*' | "[^"]*" | --[^\n]*)
    | \bIS\s+(?P<differs>NOT\s+)?(?=[?:])
    | \b(?P<index>mention_fts(?:_sample)?)\s+MATCH\s+\?(?P<match_number>\d*)
    | \?(?P<number>\d*)
    | (?<![:\w]):(?P<name>[a-z_]+)
    """,
    re.VERBOSE,
)


class Statement(NamedTuple):
    """A translated statement."""

    sql: str
    """With ``$1`` in place of parameters."""
    names: tuple[str, ...]
    """Of ``:name`` parameters, in the order of their numbers."""
    searches: frozenset[int]
    """Which parameters, from 0, are search expressions."""

    def values(self, parameters: Sequence[Any] | Mapping[str, Any]) -> Sequence[Any]:
        """The parameters as ``sql`` numbers them."""
        if isinstance(parameters, Mapping):
            return [parameters[name] for name in self.names]
        if not self.searches:
            return parameters
        return [tsquery(value) if n in self.searches else value for n, value in enumerate(parameters)]


@lru_cache(maxsize=4_096)
def translate(sql: str) -> Statement:
    """Number the parameters, leave out the hints for SQLite's planner, and write operators as PostgreSQL does."""
    parameters = _Parameters()
    translated = _PARTS.sub(parameters.translate, _FIXED_ORDER.sub("JOIN", _HINTS.sub("", sql)))
    return Statement(translated, tuple(parameters.names), frozenset(parameters.searches))


class _Parameters:
    """The parameters of a statement, as they are met."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.searches: set[int] = set()
        self._last = 0

    def translate(self, found: re.Match[str]) -> str:
        """What stands in place of ``found``."""
        kind = found.lastgroup or ""
        written: Mapping[str, Callable[[], str]] = {
            "text": lambda: found[0],
            "match_number": lambda: self._search(found["index"], found["match_number"]),
            "number": lambda: f"${self._number(found['number'])}",
            "name": lambda: f"${self._named(found['name'])}",
        }
        if kind in written:
            return written[kind]()
        return "IS DISTINCT FROM " if found["differs"] else "IS NOT DISTINCT FROM "

    def _number(self, written: str) -> int:
        self._last = int(written) if written else self._last + 1
        return self._last

    def _named(self, name: str) -> int:
        if name not in self.names:
            self.names.append(name)
        return 1 + self.names.index(name)

    def _search(self, index: str, written: str) -> str:
        number = self._number(written)
        self.searches.add(number - 1)
        return f"{index}.document @@ CAST(${number} AS tsquery)"
