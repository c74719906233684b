"""``wallflower init``: a config to begin with, for who installed a wheel and has no copy of the project."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import click

from display.commands.wiring import with_config
from monitor.config import HERE
from monitor.errors import ConfigError


@click.command()
@with_config
def init(config_path: Path | None) -> None:
    """Write an annotated config.toml, with made-up brands and sample data, to edit. Never replaces a file."""
    target = config_path or HERE
    example = _example(target)
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(example)
    except FileExistsError:
        raise ConfigError(target, ["is here already; it was left as it is."]) from None
    except OSError as error:
        raise ConfigError(target, [f"cannot be written: {error.strerror}."]) from error
    click.echo(f"Wrote {target}. Edit it, then: wallflower check, and wallflower run")


def _example(target: Path) -> str:
    """The example as it was installed. Raises ConfigError where it was not."""
    try:
        found = next((f.locate() for f in files("wallflower") or () if f.name == "config.toml"), None)
    except PackageNotFoundError:
        found = None
    if found is None:
        raise ConfigError(target, ["the example was not installed. Install Wallflower again."])
    return Path(str(found)).read_text(encoding="utf-8")
