"""Runs ``wallflower`` with outputs that cannot be written.

Reads [[mode, arguments], ...] from stdin and writes how each ended to stdout, as JSON. Each command runs in a fork of
this process, which has imported everything: starting Python takes a second, a fork does not.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Sequence

from display.cli.main import cli, main


def run(mode: str, command: Sequence[str]) -> tuple[int, int, str]:
    """The exit status of a command, how many lines of its output were read, and what it wrote to stderr."""
    (errors, to_errors), (lines, to_lines) = os.pipe(), os.pipe()
    if not (child := os.fork()):
        os.close(errors), os.close(lines)
        os.dup2(to_errors, 2)
        run_child(mode, command, to_lines)
    os.close(to_errors), os.close(to_lines)
    read = 0
    with open(lines, "rb", buffering=0) as reader:
        if mode == "head":
            read = first_line(reader)
    with open(errors, encoding="utf-8") as file:
        error_text = file.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), read, error_text


def first_line(reader: io.FileIO) -> int:
    """Read the first line, as ``head -1`` does. Returns how many lines were read: 1 or 0."""
    while (byte := reader.read(1)) not in (b"\n", b""):
        pass
    return len(byte or b"")


def run_child(mode: str, command: Sequence[str], output: int) -> None:
    """Become the command. Never returns."""
    sys.argv = ["wallflower", *command]
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    if mode == "closed":
        os.close(1)
        sys.stdout = None  # type: ignore[assignment]
    else:
        os.dup2(os.open("/dev/full", os.O_WRONLY) if mode == "full" else output, 1)
        os.close(output)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    status = 0
    try:
        main()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException as error:
        print("Traceback:", repr(error), file=sys.stderr)
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    list(cli.commands.values())  # imports them
    requests = json.load(sys.stdin)
    print(json.dumps({f"{mode} {' '.join(command)}": run(mode, command) for mode, command in requests}))
