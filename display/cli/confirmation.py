"""Asking before a command does what cannot be undone."""

from __future__ import annotations

import sys

import click


def confirm(question: str) -> None:
    """End the command unless the answer is yes. If input ends and is not a terminal, the error names --yes."""
    try:
        confirmed = click.confirm(question)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        message = "There is no input to read the answer from; nothing was changed. In a script, give --yes."
        raise click.UsageError(message) from None
    if not confirmed:
        raise click.Abort
