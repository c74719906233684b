"""The exit codes of every command: a contract, listed in docs/operations.md. Those above 2 are from sysexits.h."""

from __future__ import annotations

from enum import IntEnum

from monitor.errors import (
    ConfigError,
    DatabaseMissing,
    FilterError,
    QueryError,
    SchemaError,
    StoreError,
    WallflowerError,
)
from monitor.model import FaultKind


class ExitCode(IntEnum):
    """Why a command ended."""

    OK = 0
    ERROR = 1
    """Any error without a code of its own."""
    USAGE = 2
    """An option, a rule or a filter that is not valid."""
    DATABASE = 74
    """The database is missing, damaged, replaced or of a newer version. A restart does not help; a person must act."""
    TRY_AGAIN = 75
    """The database is locked, or its disk is full, read-only or reports an error. The same command may work later."""
    CONFIG = 78
    """A problem in the config."""


_NEEDS_PERSON = (FaultKind.CORRUPT, FaultKind.REPLACED)


def exit_code(error: WallflowerError) -> ExitCode:
    """The exit code for ``error``."""
    if isinstance(error, ConfigError):
        return ExitCode.CONFIG
    if isinstance(error, QueryError | FilterError):
        return ExitCode.USAGE
    if isinstance(error, DatabaseMissing | SchemaError):
        return ExitCode.DATABASE
    if isinstance(error, StoreError) and error.fault:
        return ExitCode.DATABASE if error.fault in _NEEDS_PERSON else ExitCode.TRY_AGAIN
    return ExitCode.ERROR
