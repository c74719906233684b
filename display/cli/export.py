"""``wallflower export``: mentions as CSV or JSON Lines, with the filters of the Mentions page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import click

from display.cli.wiring import load_config, opened_store, source_names, with_config
from display.pages.mentions import export as exports
from display.pages.mentions import filters
from monitor.clock import Clock
from monitor.errors import WallflowerError
from monitor.query import parse as parse_rule

FORMATS = {"csv": exports.csv_lines, "jsonl": exports.json_lines}
TIMES = ("range", "since", "until")
Command = Callable[..., Any]


class Unwritable(WallflowerError):
    """The file that an export goes to."""


def filter_options(command: Command) -> Command:
    """Give ``command`` an option for each parameter of the page's address."""
    for name in reversed(filters.PARAMETERS):
        if name not in ("upto", "before"):
            text = f"As {name}= in the address of the Mentions page."
            command = click.option(f"--{name}", name, multiple=name in filters.FACET_NAMES, help=text)(command)
    return command


@click.command()
@with_config
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="csv", show_default=True)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write. Without it, standard output."
)
@filter_options
@click.argument("filters_", metavar="[FILTER]...", nargs=-1)
def export(config_path: Path | None, form: str, output: Path | None, filters_: Sequence[str], **given: Any) -> None:
    """Write mentions as CSV or JSON Lines: all, or those that the filters leave.

    A FILTER is key=value, such as brand=Globex, or a whole address copied from the Mentions page. Unlike the page, it
    takes all times where none are given.
    """
    config = load_config(config_path)
    params = _params(filters_, given)
    with opened_store(config) as store:
        names = [brand.name for brand in config.brands]
        view = filters.parse_view(
            params,
            brands=names,
            sources=source_names(config, store),
            timezone=config.timezone,
            now=Clock().now(),
        )
        if view.filter.q:
            parse_rule(view.filter.q)
        _write(FORMATS[form](store.export(view.filter)), output)


def _write(lines: Iterable[str], output: Path | None) -> None:
    """Raises Unwritable for a file; OSError where who reads our output has had enough, or never began."""
    if output is None or str(output) == "-":
        with click.open_file("-", "w", encoding="utf-8") as stream:
            stream.writelines(lines)
            return stream.flush()
    try:
        with output.open("w", encoding="utf-8") as file:
            file.writelines(lines)
    except OSError as error:
        raise Unwritable(f"{output} could not be written: {error.strerror}.") from error


def _params(arguments: Sequence[str], given: dict[str, Any]) -> dict[str, list[str]]:
    """All that was asked for in either form. Raises FilterError."""
    pairs = [pair for argument in arguments for pair in _pairs(argument)]
    for name, value in given.items():
        values = value if isinstance(value, tuple) else (value,)
        pairs += [f"{name}={one}" for one in values if one is not None]
    params = filters.parse_options(pairs)
    return params if any(time in params for time in TIMES) else {**params, "range": ["all"]}


def _pairs(argument: str) -> list[str]:
    """A whole address, or its query, as key=value pairs; anything else as it is."""
    if argument.startswith("?") or "://" in argument.partition("=")[0]:
        query = urlsplit(argument).query
        return [f"{name}={value}" for name, value in parse_qsl(query, keep_blank_values=True)]
    return [argument]
