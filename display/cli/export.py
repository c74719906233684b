"""``wallflower export``: mentions as CSV or JSON Lines, with the filters of the Mentions page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import click

from display.cli.dependencies import config_option, load_config, open_config_store
from display.pages.mentions import export as formats
from display.pages.mentions import filters
from display.pages.mentions.existing_values import check_existence
from display.pages.mentions.saved import open_view
from display.source_health import known_source_names
from monitor.clock import Clock
from monitor.errors import WallflowerError
from monitor.query import parse as parse_rule

FORMATS = {"csv": formats.csv_lines, "jsonl": formats.json_lines}
TIME_PARAMETERS = ("view", "range", "since", "until")
"""Those that say of which time; a saved view has one."""
PAGING_PARAMETERS = ("upto", "before")
Command = Callable[..., Any]


class OutputError(WallflowerError):
    """The output file cannot be written."""


def filter_options(command: Command) -> Command:
    """Add to ``command`` an option for each filter in the URL of the Mentions page."""
    for name in reversed(filters.PARAMETERS):
        if name not in PAGING_PARAMETERS:
            text = f"Same as {name}= in the URL of the Mentions page."
            command = click.option(f"--{name}", name, multiple=name in filters.FACET_NAMES, help=text)(command)
    return command


@click.command()
@config_option
@click.option(
    "--format", "format_name", type=click.Choice(list(FORMATS)), default="csv", show_default=True, help="Output format."
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write. Default: standard output."
)
@filter_options
@click.argument("filters_", metavar="[FILTER]...", nargs=-1)
def export(
    config_path: Path | None, format_name: str, output: Path | None, filters_: Sequence[str], **options: Any
) -> None:
    """Export mentions as CSV or JSON Lines.

    Exports all mentions, or those that match the filters, with those that are hidden or set aside: columns say which. A
    FILTER is key=value, such as brand=Globex, or the whole URL of a Mentions page. Unlike the page, the command exports
    mentions of all time unless you give a range or a saved view.
    """
    config = load_config(config_path)
    parameters, now = _parameters(filters_, options), Clock().now()
    with open_config_store(config) as store:
        views = {view.id: view for view in store.views.everyones()}
        view = filters.parse_view(
            parameters,
            brands=[brand.name for brand in config.brands],
            sources=known_source_names(config, store),
            timezone=config.timezone,
            now=now,
            open_view=open_view(views.get, config, now),
        )
        check_existence(store, view, parameters, now)
        if view.filter.q:
            parse_rule(view.filter.q)
        _write(FORMATS[format_name](store.export(view.filter.counted)), output)


def _write(lines: Iterable[str], output: Path | None) -> None:
    """Write to ``output``, or to standard output. Raises OutputError for a file, OSError for standard output."""
    if output is None or str(output) == "-":
        with click.open_file("-", "w", encoding="utf-8") as stream:
            stream.writelines(lines)
            return stream.flush()
    try:
        with output.open("w", encoding="utf-8") as file:
            file.writelines(lines)
    except OSError as error:
        raise OutputError(f"{output} could not be written: {error.strerror}.") from error


def _parameters(arguments: Sequence[str], options: dict[str, Any]) -> dict[str, list[str]]:
    """The filters from arguments and options, as URL parameters. Raises FilterError."""
    pairs = [pair for argument in arguments for pair in _pairs(argument)]
    for name, given in options.items():
        values = given if isinstance(given, tuple) else (given,)
        pairs += [f"{name}={value}" for value in values if value is not None]
    parameters = filters.parse_options(pairs)
    return parameters if any(name in parameters for name in TIME_PARAMETERS) else {**parameters, "range": ["all"]}


def _pairs(argument: str) -> list[str]:
    """The key=value pairs of a URL or its query; any other argument as it is."""
    if argument.startswith("?") or "://" in argument.partition("=")[0]:
        query = urlsplit(argument).query
        return [f"{name}={value}" for name, value in parse_qsl(query, keep_blank_values=True)]
    return [argument]
