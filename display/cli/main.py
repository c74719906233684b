"""``wallflower``: every command, each in its room of ``display.cli``.

An expected error is one message on stderr and an exit status: 78 for the config, 2 for a rule or filter that cannot be
read, 1 for the rest.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import Any

import click

from display.cli import check as checking
from display.cli import demo_wall as demonstrating
from display.cli import export as exporting
from display.cli import feeds, sources
from display.cli import fetch as fetching
from display.cli import hide as people
from display.cli import import_ as importing
from display.cli import init as beginning
from display.cli import match as rules
from display.cli import pause as pausing
from display.cli import run as running
from display.cli.wiring import VERSION
from monitor.errors import ConfigError, FilterError, QueryError, WallflowerError

EX_CONFIG = 78
NO_OUTPUT = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
CLOSED = "it is closed"


def exit_status(error: WallflowerError) -> int:
    """The exit status that ``error`` ends with."""
    if isinstance(error, ConfigError):
        return EX_CONFIG
    return 2 if isinstance(error, QueryError | FilterError) else 1


class Commands(click.Group):
    """A group whose commands may raise WallflowerErrors."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an expected error becomes one message on stderr."""
        try:
            return super().invoke(ctx)
        except WallflowerError as error:
            with suppress(OSError):
                click.echo(str(error), err=True)
            ctx.exit(exit_status(error))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="wallflower", message="%(prog)s %(version)s")
def cli() -> None:
    """Wallflower listens to what people say about your organisation and its competitors."""


cli.add_command(beginning.init)
cli.add_command(running.run)
cli.add_command(demonstrating.demo_wall)
cli.add_command(checking.check)
cli.add_command(rules.match)
cli.add_command(rules.score)
cli.add_command(importing.import_)
cli.add_command(exporting.export)
cli.add_command(sources.sources)
cli.add_command(fetching.fetch)
cli.add_command(pausing.pause)
cli.add_command(pausing.resume)
cli.add_command(feeds.feeds)
cli.add_command(feeds.opml)
cli.add_command(people.hide)
cli.add_command(people.unhide)
cli.add_command(people.correct)


def main() -> None:
    """The entry point; an output that is read no longer, is closed or has no room gets no traceback."""
    _fill_places()
    try:
        cli()
        sys.stdout.flush()
    except OSError as error:
        if error.errno not in NO_OUTPUT:
            raise
        if error.errno != errno.EPIPE:
            why = CLOSED if error.errno == errno.EBADF else error.strerror
            with suppress(OSError):
                click.echo(f"The output could not be written: {why}.", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _fill_places() -> None:
    """Put something where input or output was closed, or the database might get its number. To what stands for the
    output nothing can be written; errors that nobody wants to read are dropped."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_WRONLY if number == 2 else os.O_RDONLY), number)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


if __name__ == "__main__":
    main()
