"""``wallflower check``: is the config fit to run with?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from display.commands.wiring import load_config, with_config
from display.serve import check_host
from monitor.errors import ConfigError


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


def _problems(check: Callable[[], None]) -> tuple[str, ...]:
    try:
        check()
    except ConfigError as error:
        return error.problems
    return ()
