"""``wallflower check``: report every problem in the config."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click
from pydantic import BaseModel

from display.cli.dependencies import config_option, load_config
from monitor import secrets
from monitor.collector.search_coverage import search_coverage
from monitor.config import Config
from monitor.errors import AuthError, ConfigError
from monitor.query.grammar import MAX_TERMS
from monitor.sources import SourceOptions, missing_package_message


@click.command()
@config_option
def check(config_path: Path | None) -> None:
    """Check the config and report every problem at once.

    The exit status is 78 if there is a problem. Missing packages and keys, and parts of rules that a source cannot
    search for, are listed but do not count as problems.
    """
    config = load_config(config_path)
    if problems := _problems(config.check):
        raise ConfigError(config.path, problems)
    ours = ", ".join(brand.name for brand in config.brands if brand.ours)
    competitors = sum(not brand.ours for brand in config.brands)
    sources = ", ".join(f"{source.name} ({source.kind})" for source in config.sources) or "none"
    click.echo(f"{config.path} is valid.")
    click.echo(f"  ours: {ours}; competitors: {competitors}")
    click.echo(f"  sources: {sources}")
    click.echo(f"  database: {config.database_name}")
    click.echo(f"  pages: http://{config.server.host}:{config.server.port}/")
    for heading, notes in (
        ("Missing packages:", _missing_packages(config)),
        ("Missing keys:", _missing_keys(config)),
        ("Search limits:", _search_limits(config)),
        ("Duplicates:", _duplicates(config)),
    ):
        if notes:
            click.echo(heading)
        for note in notes:
            click.echo(f"  {note}")


def _missing_packages(config: Config) -> list[str]:
    """The sources whose package is not installed, and how to install it."""
    return [f"{source.name}: {text}" for source in config.sources if (text := missing_package_message(source.kind))]


def _missing_keys(config: Config) -> list[str]:
    """The sources whose key is not set, where to get the key and what it must permit."""
    notes = [f"{source.name}: {text}" for source in config.sources for text in _unset_secrets(source.options)]
    database = {config.database_password: "It is the password of the database."} if config.database_password else {}
    return [*(f"database: {text}" for text in _unset(database)), *notes]


def _unset_secrets(options: BaseModel | None) -> Iterator[str]:
    return _unset(options.required_secrets() if isinstance(options, SourceOptions) else {})


def _unset(required: Mapping[str, str]) -> Iterator[str]:
    for name, instructions in required.items():
        try:
            secrets.get(name, instructions)
        except AuthError as error:
            yield str(error)


def _search_limits(config: Config) -> list[str]:
    """The parts of the rules that each source cannot search for. Sources with the same limits share a line."""
    names_by_note: dict[str, list[str]] = {}
    for source in config.sources:
        if note := search_coverage(source.options, config.brands).summary(MAX_TERMS):
            names_by_note.setdefault(note, []).append(source.name)
    return [f"{', '.join(names)}: {note}" for note, names in names_by_note.items()]


def _duplicates(config: Config) -> list[str]:
    """Sources with the same kind and options, whose posts are all counted several times."""
    names_by_options: dict[str, list[str]] = {}
    for source in config.sources:
        if source.options is not None:
            options = source.options.model_dump_json(exclude={"name"})
            names_by_options.setdefault(f"{source.kind} {options}", []).append(source.name)
    return [
        f"{', '.join(names)}: these sources are the same, so each post counts {len(names)} times. Keep only one."
        for names in names_by_options.values()
        if len(names) > 1
    ]


def _problems(check: Callable[[], None]) -> tuple[str, ...]:
    try:
        check()
    except ConfigError as error:
        return error.problems
    return ()
