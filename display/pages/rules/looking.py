""" "Look there too": what a rule would find at the sources now. Nothing of it is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from display.pages.context import PageContext
from display.pages.setup.saving import config_file, tables
from display.pages.setup.trial_view import ShownTrial, shown_trials
from display.pages.setup.trials import setup_service
from display.setup.service import CannotTry
from monitor.errors import ConfigError
from monitor.model import Brand
from monitor.query import parse

MAX_SOURCES = 6
SEARCHED_KINDS = frozenset(
    {"bluesky", "github", "hackernews", "lemmy", "mastodon", "reddit", "stackexchange", "youtube", "discourse"}
)
"""Kinds that search a site for words. Those that charge per post are not tried."""


def searchable(context: PageContext) -> list[str]:
    """The names of configured sources that can be searched."""
    return [source.name for source in context.config.sources if source.kind in SEARCHED_KINDS][:MAX_SOURCES]


def look_there(context: PageContext, brand: Brand, text: str) -> list[ShownTrial]:
    """What ``text`` finds at the sources that can search, within their limits. Raises CannotTry and QueryError."""
    parse(text)
    names, sources, refused = set(searchable(context)), dict[str, Any](), list[ShownTrial]()
    for table in _tables():
        name = str(table.get("name"))
        if name not in names:
            continue
        try:
            sources[name] = setup_service().trials.source(table)
        except (CannotTry, ConfigError, ImportError) as error:  # the others can still be asked
            refused.append(ShownTrial(name, f"Could not be asked: {error}", failed=True))
    if not sources and not refused:
        raise CannotTry("No source that can be searched is set up.")
    results = setup_service().trials.run((replace(brand, rule=text),), sources) if sources else {}
    return [*shown_trials(results, context.clock.now(), context.config.timezone), *refused]


def _tables() -> Sequence[Mapping[str, Any]]:
    try:
        return tables(config_file(), "sources")
    except ConfigError as error:
        raise CannotTry(str(error)) from error
