"""Where monitor and display are put together: the config, the judge and the store, as every command needs them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import BaseModel

from display.wall_state.speech import LANGUAGES
from monitor import config as configuration
from monitor import sources
from monitor.clock import Clock
from monitor.collector import Judge
from monitor.config import Config
from monitor.config.source_tables import SourceConfig
from monitor.errors import ConfigError
from monitor.http import Http
from monitor.model import Brand, MentionFilter
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import Store, open_store

Command = TypeVar("Command", bound=Callable[..., Any])


def _version() -> str:
    try:
        return version("wallflower")
    except PackageNotFoundError:
        return "0 (not installed)"


VERSION = _version()


def with_config(command: Command) -> Command:
    """Give ``command`` the option --config, as its argument ``config_path``."""
    option = click.option(
        "--config",
        "config_path",
        type=click.Path(path_type=Path, dir_okay=False),
        help=f"Config file. Without it {configuration.LOCAL_FILE}, else {configuration.SYSTEM_FILE}.",
    )
    return option(command)


def options_of(kind: str) -> type[BaseModel]:
    """The model of the keys of ``kind``; it allows any where the package of ``kind`` is missing. Raises ImportError."""
    return sources.load_or_placeholder(kind).Options


def load_config(path: Path | None) -> Config:
    """The config at ``path``, or at one of the usual places. Raises ConfigError."""
    return configuration.load(configuration.find_file(path), options_of, sources.kinds(), LANGUAGES)


def found_config(path: Path | None) -> Config | None:
    """The config at ``path`` or at one of the usual places; None where there is none and none was named.

    Raises ConfigError.
    """
    if path is None and not any(place.exists() for place in (configuration.LOCAL_FILE, configuration.SYSTEM_FILE)):
        return None
    return load_config(path)


def source_named(config: Config, name: str) -> SourceConfig:
    """The source of that name, in any case. Raises ConfigError where there is none."""
    known = {source.name: source for source in config.sources}
    found = known.get(name) or next((s for n, s in known.items() if n.casefold() == name.casefold()), None)
    if found is None:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f' Did you mean "{near[0]}"?' if near else ""
        raise ConfigError(config.path, [f'there is no source "{name}".{hint} Sources: {", ".join(known) or "none"}.'])
    return found


def open_http(config: Config | None, clock: Clock | None = None) -> Http:
    """What reads the outside, with the hosts of private networks that ``config`` allows. Its caller closes it."""
    return Http(clock or Clock(), config.allow_hosts if config else frozenset())


def judge_of(brands: Sequence[Brand]) -> Judge:
    """What judges posts by the rules of ``brands``."""
    return Judge(Matcher(brands), Scorer(brands))


@contextmanager
def opened_store(config: Config, *, create: bool = False) -> Iterator[Store]:
    """The config's store, closed at the end. Raises StoreError; also where there is none yet, unless ``create``."""
    store = open_store(config.database_url, create=create)
    try:
        if create:
            store.register_brands(config.brands, Clock().now())
        yield store
    finally:
        store.close()


def source_names(config: Config, store: Store) -> Collection[str]:
    """Every source that a filter may name: those of the config, and those that ever brought a mention."""
    stored = {value.value for value in store.facets(MentionFilter()).get("source", ())}
    return {source.name for source in config.sources} | stored | {status.source for status in store.statuses()}
