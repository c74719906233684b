"""``wallflower check``: is the config fit to run with?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click
from pydantic import BaseModel

from display.cli.wiring import load_config, with_config
from display.server.startup_checks import check_host
from monitor import secrets
from monitor.collector.search_coverage import search_coverage
from monitor.config import Config
from monitor.errors import AuthError, ConfigError
from monitor.query.grammar import MOST_TERMS
from monitor.sources import SourceOptions, missing_package_message


@click.command()
@with_config
def check(config_path: Path | None) -> None:
    """Read the config and tell every problem in it at once; exit status 78 where there is one."""
    config = load_config(config_path)
    if problems := [*_problems(config.check), *_problems(partial(check_host, config))]:
        raise ConfigError(config.path, problems)
    ours = ", ".join(brand.name for brand in config.brands if brand.ours)
    others = len(config.brands) - sum(brand.ours for brand in config.brands)
    kinds = ", ".join(f"{source.name} ({source.kind})" for source in config.sources) or "none"
    click.echo(f"{config.path} is fine.")
    click.echo(f"  ours: {ours}; competitors: {others}")
    click.echo(f"  sources: {kinds}")
    click.echo(f"  database: {config.database}")
    click.echo(f"  pages: http://{config.server.host}:{config.server.port}/")
    for heading, notes in (
        ("Packages that are not here:", _packages(config)),
        ("Keys that are not here:", _keys(config)),
        ("Searches:", _searches(config)),
        ("Read twice:", _twice(config)),
    ):
        if notes:
            click.echo(heading)
        for note in notes:
            click.echo(f"  {note}")


def _packages(config: Config) -> list[str]:
    """Which source lacks which package, and how to get it."""
    return [f"{source.name}: {words}" for source in config.sources if (words := missing_package_message(source.kind))]


def _keys(config: Config) -> list[str]:
    """Which source lacks which key, where to get one and what it must permit."""
    return [f"{source.name}: {trouble}" for source in config.sources for trouble in _missing(source.options)]


def _missing(options: BaseModel | None) -> Iterator[str]:
    for name, how in options.required_secrets().items() if isinstance(options, SourceOptions) else ():
        try:
            secrets.get(name, how)
        except AuthError as error:
            yield str(error)


def _searches(config: Config) -> list[str]:
    """What of the rules each search cannot take; sources with the same note share a line."""
    notes: dict[str, list[str]] = {}
    for source in config.sources:
        if note := search_coverage(source.options, config.brands).summary(MOST_TERMS):
            notes.setdefault(note, []).append(source.name)
    return [f"{', '.join(names)}: {note}" for note, names in notes.items()]


def _twice(config: Config) -> list[str]:
    """Which sources read the very same, so that each post counts once for each of them."""
    alike: dict[str, list[str]] = {}
    for source in config.sources:
        if source.options is not None:
            told = source.options.model_dump_json(exclude={"name"})
            alike.setdefault(f"{source.kind} {told}", []).append(source.name)
    return [
        f"{', '.join(names)}: they read the same, and each post counts {len(names)} times. Take out all but one."
        for names in alike.values()
        if len(names) > 1
    ]


def _problems(check: Callable[[], None]) -> tuple[str, ...]:
    try:
        check()
    except ConfigError as error:
        return error.problems
    return ()
