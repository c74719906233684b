"""Builds what commands depend on: the config, the judge, the HTTP client and the store."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import BaseModel

from display.wall_state.i18n import catalogue
from monitor import config as configuration
from monitor import secrets, sources
from monitor.clock import Clock
from monitor.collector import Judge, StoredOffset, StoredUsualLanguages
from monitor.config import Config
from monitor.config.source_tables import SourceConfig
from monitor.errors import ConfigError
from monitor.http import Http
from monitor.intent import IntentFinder, IntentRules, load_intent_rules
from monitor.model import Brand, Json, LearningResult, Topic
from monitor.query.matcher import Matcher
from monitor.query.topic_matcher import TopicMatcher
from monitor.redaction import Redactor
from monitor.sentiment import Scorer
from monitor.store import Store, open_store

ACTOR = "command line"
"""Who does what in the audit log."""
Command = TypeVar("Command", bound=Callable[..., Any])


def config_option(command: Command) -> Command:
    """Add the option --config to ``command``, as its argument ``config_path``."""
    option = click.option(
        "--config",
        "config_path",
        type=click.Path(path_type=Path, dir_okay=False),
        help=f"Config file. Default: the first of {', '.join(map(str, configuration.PLACES))} that exists.",
    )
    return option(command)


def options_model(kind: str) -> type[BaseModel]:
    """The model of the config keys of ``kind``. If its package is missing, any keys are allowed. Raises ImportError."""
    return sources.load_or_placeholder(kind).Options


def load_config(path: Path | None) -> Config:
    """The config at ``path``, or at a default location. Raises ConfigError."""
    return configuration.load(configuration.find_file(path), options_model, sources.kinds(), catalogue())


def load_config_if_any(path: Path | None) -> Config | None:
    """The config at ``path`` or at a default location; None if no path is given and no default location has one.

    Raises ConfigError.
    """
    if path is None and not any(file.exists() for file in configuration.PLACES):
        return None
    return load_config(path)


class ConfigLoader:
    """Loads a config again and again, and redacts the secrets that any version of it names."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._secret_names: frozenset[str] = frozenset()
        self.redactor = Redactor(lambda: secrets.visible_values(self._secret_names))

    def load(self) -> Config:
        """The config as it is now, like ``load_config``."""
        config = load_config(self._path)
        self._secret_names |= config.secret_names
        return config


def find_source(config: Config, name: str) -> SourceConfig:
    """The source called ``name``, ignoring case if there is no exact match. Raises ConfigError if there is none."""
    known = {s.name: s for s in config.sources}
    source = known.get(name) or next((s for n, s in known.items() if n.casefold() == name.casefold()), None)
    if source is None:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f' Did you mean "{near[0]}"?' if near else ""
        raise ConfigError(config.path, [f'there is no source "{name}".{hint} Sources: {", ".join(known) or "none"}.'])
    return source


def open_http(config: Config | None, clock: Clock | None = None) -> Http:
    """An HTTP client that may reach the private hosts that ``config`` allows. The caller closes it."""
    return Http(clock or Clock(), config.allow_hosts if config else frozenset())


def create_judge(
    brands: Sequence[Brand],
    store: Store | None = None,
    intents: Sequence[IntentRules] | None = None,
    topics: Sequence[Topic] = (),
) -> Judge:
    """A judge of posts for the rules of ``brands``.

    It assumes the languages that are usual in ``store``, and adjusts scores by what was learnt there.

    ``intents``: None for those of the program.
    """
    usual = StoredUsualLanguages(store.language_counts) if store else StoredUsualLanguages(dict)
    offset = StoredOffset(store.learning.result if store else LearningResult)
    finder = IntentFinder(load_intent_rules() if intents is None else intents, brands)
    return Judge(
        Matcher(brands), Scorer(brands), usual=usual, intents=finder, offset=offset, topics=TopicMatcher(topics)
    )


def create_option(command: Command) -> Command:
    """Add the option --create to ``command``."""
    option = click.option(
        "--create", is_flag=True, help="Create the database if there is none. `wallflower init` has done that."
    )
    return option(command)


def create_database(config: Config) -> None:
    """Create the database of a new installation; one that exists is left as it is. Raises StoreError."""
    open_store(config.database_url, installation=config.installation).close()


def record(store: Store, action: str, target: str = "", **details: Json) -> None:
    """Add what a command did to the audit log. ``action``: a past participle and an object, such as "made backup"."""
    store.people.record(ACTOR, action, target, details, Clock().now())


@contextmanager
def open_config_store(config: Config, *, create: bool = False, collects: bool = False) -> Iterator[Store]:
    """The config's store, closed at the end. Raises StoreError, and DatabaseMissing if it must not be created.

    ``collects``: the command stores posts or statuses. Sample data gets a database without being asked for.
    """
    may_create = create or (collects and config.is_sample)
    store = open_store(config.database_url, create=may_create, installation=config.installation)
    try:
        if collects:
            store.register_brands(config.brands, Clock().now())
            store.maintenance.set_retention(config.keep, config.keep_by_source)
        yield store
    finally:
        store.close()
