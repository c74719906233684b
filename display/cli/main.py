"""The ``wallflower`` command line.

Each command is in the file with its name, which is imported when the command is used: most import half of the program,
which takes a second. An expected error is one message on stderr and an exit code; ``exit_codes`` lists them.
"""

from __future__ import annotations

import errno
import importlib
import keyword
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

import click

from display.cli.exit_codes import ExitCode, exit_code
from display.cli.logs import set_up_logs
from display.cli.version import VERSION
from monitor import secrets
from monitor.errors import WallflowerError

OUTPUT_ERRNOS = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
SUMMARIES = MappingProxyType(
    {
        "audit": "List who did what, oldest first: sign-ins, changed mentions, backups, erasures and so on.",
        "backup": "Copy the database into a new, verified file, and delete the oldest copies.",
        "check": "Check the config and report every problem at once.",
        "correct": "Replace the score of a mention.",
        "demo-wall": "Replay a generated day on a wall.",
        "doctor": "Check what usually goes wrong, and say what to do.",
        "erase": "Erase posts: from the database, its search index and its log, and from all later backups.",
        "export": "Export mentions as CSV or JSON Lines.",
        "feeds": "Print the feeds of a web page for config.toml.",
        "fetch": "Read a source once and report the result.",
        "hide": "Hide the post of a mention on the wall and the pages.",
        "import": "Import posts from the export of another tool: CSV, JSON, Excel, or a zip or gzip file of these.",
        "init": "Write a config for your organisation.",
        "install-service": "Install this Wallflower as a systemd service.",
        "intents": "Print the built-in rules of intents, as a file to change.",
        "match": "Print the lines of FILE that RULE matches.",
        "mcp": "Serve mentions to an assistant by the Model Context Protocol, over standard input and output.",
        "not-relevant": "Say that a mention is not about its brand.",
        "opml": "Print the feeds of an OPML file for config.toml.",
        "pause": "Stop reading a source until it is resumed.",
        "relevant": "Say that a mention is about its brand.",
        "remove-source": "Delete every post, gap and figure of a source that you have removed from the config.",
        "repair-clock": "Correct times after now, which were stored while the clock of this machine was ahead.",
        "restore": "Replace the database with FILE, which `wallflower backup` wrote.",
        "resume": "Start reading a paused source again.",
        "run": "Read the sources and serve the pages, until Ctrl-C or SIGTERM.",
        "score": "Score the sentiment of texts towards a brand.",
        "sources": "Show the state of each source and what to do about it.",
        "unhide": "Show the hidden post of a mention again.",
        "user": "Add, change, list and remove people who can sign in.",
        "wall": "List and unpair the screens that show walls.",
    }
)
"""Command -> the first sentence of its help, so that the list of commands imports none of them."""


class Commands(Mapping[str, click.Command]):
    """Imports a command when it is looked up."""

    def __getitem__(self, name: str) -> click.Command:
        if name not in SUMMARIES:
            raise KeyError(name)
        identifier = name.replace("-", "_") + "_" * keyword.iskeyword(name)
        command: click.Command = getattr(importlib.import_module(f"display.cli.{identifier}"), identifier)
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(SUMMARIES)

    def __len__(self) -> int:
        return len(SUMMARIES)


class CommandGroup(click.Group):
    """A group whose commands may raise WallflowerErrors."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. An expected error becomes one message on stderr."""
        try:
            return super().invoke(ctx)
        except WallflowerError as error:
            with suppress(OSError):
                click.echo(secrets.redact(str(error), *secrets.visible_values()), err=True)
            ctx.exit(exit_code(error))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))


@click.group(cls=CommandGroup, commands=Commands(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="wallflower", message="%(prog)s %(version)s")
def cli() -> None:
    """Wallflower finds what people say about your organisation and its competitors."""


def main() -> None:
    """The entry point. Exits without a traceback if stdout is closed, full or no longer read."""
    _reopen_closed_streams()
    set_up_logs(sys.stderr, level=logging.WARNING)
    try:
        cli()
        sys.stdout.flush()
    except OSError as error:
        if error.errno not in OUTPUT_ERRNOS:
            raise
        if error.errno != errno.EPIPE:
            reason = "it is closed" if error.errno == errno.EBADF else error.strerror
            with suppress(OSError):
                click.echo(f"The output could not be written: {reason}.", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.ERROR)


def _reopen_closed_streams() -> None:
    """Replace stdin, stdout and stderr where they are closed; else the database could get their file descriptors.

    A closed stdout is replaced by a stream that cannot be written, so that writing reports an error. A closed stderr
    is replaced by one that discards everything.
    """
    for descriptor, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY), descriptor)
            setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8", closefd=False))


if __name__ == "__main__":
    main()
