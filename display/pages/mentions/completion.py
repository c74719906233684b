"""What completes a field of a search, such as ``site:exa``: values that are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from display.source_health import known_source_names
from monitor.text.language_codes import language_name

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store import Store

MAX_COMPLETIONS = 8
MAX_PREFIX_CHARS = 100
_PLAIN = re.compile(r"[\w@][\w.@-]*")
"""A value that needs no quotes in a search."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A value as a search contains it, and how people read it."""

    text: str
    label: str


def completions(config: Config, store: Store, field: str, prefix: str) -> list[Completion]:
    """The values of ``field`` that begin with ``prefix``; none for a field that the language does not have."""
    find = _FINDERS.get(field)
    found = find(config, store, prefix.strip()[:MAX_PREFIX_CHARS]) if find else ()
    written = ((_written(value), label) for value, label in found)
    return [Completion(f"{field}:{text}", label) for text, label in written if text][:MAX_COMPLETIONS]


def _authors(config: Config, store: Store, prefix: str) -> Iterable[tuple[str, str]]:
    return [(value, value) for value in store.known_values("author", prefix, MAX_COMPLETIONS)]


def _sites(config: Config, store: Store, prefix: str) -> Iterable[tuple[str, str]]:
    return [(value, value) for value in store.known_values("site", prefix, MAX_COMPLETIONS)]


def _sources(config: Config, store: Store, prefix: str) -> Iterable[tuple[str, str]]:
    names = sorted(known_source_names(config, store), key=str.casefold)
    return [(name, name) for name in names if name.casefold().startswith(prefix.casefold())]


def _languages(config: Config, store: Store, prefix: str) -> Iterable[tuple[str, str]]:
    counts: dict[str, int] = {}
    for (_, _, code), n in store.language_counts().items():
        counts[code] = counts.get(code, 0) + n
    named = [(code, language_name(code)) for code in sorted(counts, key=lambda code: -counts[code])]
    start = prefix.casefold()
    return [
        (code, f"{code}, {name}")
        for code, name in named
        if f"{code} {name.casefold()}".find(start) in (0, len(code) + 1)
    ]


_FINDERS: dict[str, Callable[[Config, Store, str], Iterable[tuple[str, str]]]] = {
    "author": _authors,
    "site": _sites,
    "source": _sources,
    "lang": _languages,
}


def _written(value: str) -> str:
    """A value as a search contains it; empty if it cannot."""
    if _PLAIN.fullmatch(value):
        return value
    return "" if '"' in value or "\n" in value else f'"{value}"'
