"""The ``wallflower`` command line.

Each command is in the file with its name. An expected error is one message on stderr and an exit code; ``exit_codes``
lists them.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
from contextlib import suppress
from typing import Any

import click

from display.cli.audit import audit
from display.cli.backup import backup
from display.cli.check import check
from display.cli.correct import correct
from display.cli.demo_wall import demo_wall
from display.cli.dependencies import VERSION
from display.cli.doctor import doctor
from display.cli.erase import erase
from display.cli.exit_codes import ExitCode, exit_code
from display.cli.export import export
from display.cli.feeds import feeds
from display.cli.fetch import fetch
from display.cli.hide import hide
from display.cli.import_ import import_
from display.cli.init import init
from display.cli.install_service import install_service
from display.cli.intents import intents
from display.cli.logs import set_up_logs
from display.cli.match import match
from display.cli.not_relevant import not_relevant
from display.cli.opml import opml
from display.cli.pause import pause
from display.cli.relevant import relevant
from display.cli.remove_source import remove_source
from display.cli.repair_clock import repair_clock
from display.cli.restore import restore
from display.cli.resume import resume
from display.cli.run import run
from display.cli.score import score
from display.cli.sources import sources
from display.cli.unhide import unhide
from display.cli.user import user
from display.cli.wall import wall
from monitor import secrets
from monitor.errors import WallflowerError

OUTPUT_ERRNOS = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
COMMANDS = (
    *(init, doctor, run, demo_wall, check, match, score, intents, import_, export, sources, fetch, pause, resume),
    *(feeds, opml),
    *(hide, unhide, correct, not_relevant, relevant, remove_source, install_service),
    *(backup, restore, erase, repair_clock, user, wall),
    audit,
)


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


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="wallflower", message="%(prog)s %(version)s")
def cli() -> None:
    """Wallflower finds what people say about your organisation and its competitors."""


for command in COMMANDS:
    cli.add_command(command)


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
