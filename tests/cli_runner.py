"""Runs commands with a config of one feed, which a scripted server on loopback serves."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from display.cli.dependencies import create_database, load_config
from display.cli.main import cli
from tests.fake_server import Connection, Script, Server, rss

Run = Callable[..., Result]

CONFIG = """
[wallflower]
data = "data"
allow_hosts = ["{host}"]
[[brands]]
name = "Acme"
ours = true
rule = 'acme (fine OR "very good") -jobs'
[[sources]]
kind = "feed"
name = "Forum"
url = "{url}/feed.xml"
every = "20m"
"""


def feed(*items: str, **headers: str) -> Script:
    """A script that serves a feed of ``items``."""
    return partial(Connection.answer, body=rss(*items), content_type="application/rss+xml", **headers)  # type: ignore[arg-type]


def runner(folder: Path, server: Server) -> Run:
    """A function that runs a command with a new config and database in ``folder``."""
    config = folder / "config.toml"
    config.write_text(CONFIG.format(host=server.host, url=server.url))
    create_database(load_config(config))

    def run(command: str, *arguments: str, input: str | bytes | None = None) -> Result:
        return CliRunner().invoke(cli, [command, "--config", str(config), *arguments], input=input)

    return run


def printed_tables(result: Result) -> list[dict[str, Any]]:
    """The ``[[sources]]`` tables that a command printed."""
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = tomllib.loads(result.stdout).get("sources", [])
    return found
