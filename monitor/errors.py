"""Every expected error.

    WallflowerError
      ConfigError(path, problems)    every problem at once; exit status 78 (EX_CONFIG)
      IntentFileError(name, problems) every problem of a file of intents
      QueryError(text, column)       what is wrong with a rule, and where
      FilterError(parameter, value)  a URL parameter or command line option with an unknown value
      SourceError                    an expected failure outside the program, raised ``from`` its cause
        AuthError                    stop polling until the config changes
        RateLimited(not_before)      the site asks us to wait: postpones the next pass, and is not a failure
        QuotaSpent(not_before)       money or quota is used up: pause, and tell the operator
        BadResponse                  a response that is not what the site documents; keeps 200 characters of it
          Refused                    4xx: will not succeed until a person changes something
        Gone                         the site reports that it is gone permanently (410)
        BlockedAddress               it leads to a network that sources may not read
        Stopped                      Wallflower is shutting down; the source itself is fine
        SetupError                   its table in the config is wrong, or a package is missing
      DeliveryError                  a delivery is malformed; says where
        DeliveryRefused              it is not signed with the secret of a source
      EncoderError                   the language model is missing, or its files cannot be used
      PeopleError                    an account, token or wall cannot be changed this way
      NotificationError              a channel or a notification cannot be set up this way
      SendError                      a message did not arrive; says why
      SavedViewError                 a saved view cannot be added or renamed this way
      QueryCancelled                 nobody waits for the result of a query any more
      StoreError(fault)              locked, full, not a database
        DatabaseMissing              there is no database, and none may be created
        SchemaError                  newer or older than this program

A message says what happened, where, and what to do. Any exception that is not a WallflowerError is a bug.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple


class WallflowerError(Exception):
    """Base of every expected error. ``str()`` of it is a message for people."""


class ConfigError(WallflowerError):
    """A config file that cannot be used, with all of its problems."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        self.path = path
        self.problems = tuple(problems)
        count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
        super().__init__("\n".join([f"{path}: {count}", *(f"  {problem}" for problem in problems)]))


class IntentFileError(WallflowerError):
    """A file of intents that cannot be used, with all of its problems."""

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join([f"{name} cannot be used:", *(f"  {problem}" for problem in problems)]))


class QueryFix(NamedTuple):
    """A replacement for the characters from ``start`` up to ``end`` (from 0) of a query that corrects its error."""

    start: int
    end: int
    replacement: str


class QueryError(WallflowerError):
    """A rule or search that cannot be parsed. ``column`` counts from 1, in characters of ``text``.

    ``code`` is a ``monitor.query.syntax_errors.ErrorCode``. ``fix`` is None if no correction is known.
    """

    def __init__(
        self, text: str, column: int, reason: str, suggestion: str = "", *, code: str = "", fix: QueryFix | None = None
    ) -> None:
        self.text, self.column, self.reason, self.suggestion = text, column, reason, suggestion
        self.code, self.fix = code, fix
        super().__init__(f"Column {column}: {reason}" + (f" {suggestion}" if suggestion else ""))


class FilterError(WallflowerError):
    """An invalid filter parameter, in a URL or on the command line."""

    def __init__(self, parameter: str, value: str, allowed: str) -> None:
        self.parameter, self.value, self.allowed = parameter, value, allowed
        super().__init__(f"{parameter}={value!r} is not valid. Allowed: {allowed}.")


class SourceError(WallflowerError):
    """An expected failure outside the program; raised ``from`` its cause."""

    unread_since: datetime | None = None
    """The time since which nothing was read, if that is earlier than the last pass."""
    failed_url: str = ""
    """The address whose request failed. After a redirect it is not the one that was asked for."""


class AuthError(SourceError):
    """The site rejects our key: polling stops until the config changes."""


class RateLimited(SourceError):
    """The site asks us to wait. Not a failure."""

    def __init__(self, message: str, not_before: datetime) -> None:
        self.not_before = not_before
        super().__init__(message)


class QuotaSpent(SourceError):
    """Money or quota is used up until ``not_before``."""

    def __init__(self, message: str, not_before: datetime) -> None:
        self.not_before = not_before
        super().__init__(message)


class BadResponse(SourceError):
    """A response that is not what the site documents.

    ``sample`` keeps at most 200 characters of it, ``status`` its HTTP status if that is the reason.
    """

    def __init__(self, message: str, sample: str = "", status: int | None = None) -> None:
        self.sample, self.status = sample[:200], status
        super().__init__(message)


class Refused(BadResponse):
    """The site answered with 4xx, and will do so again until a person changes the config or the site."""


class Gone(SourceError):
    """The site reports that the source is gone permanently."""


class BlockedAddress(SourceError):
    """The address is on a network that sources may not read.

    ``reason`` is the message without the advice to allow the host, which only the host in the config may get: a
    redirect must not make a person open their network.
    """

    def __init__(self, reason: str, advice: str = "") -> None:
        self.reason = reason
        super().__init__(f"{reason} {advice}".rstrip())


class Stopped(SourceError):
    """The program was stopped during a pass. The source itself is fine."""


class SetupError(SourceError):
    """The source is set up incorrectly: its table is wrong, or a package is missing. Correct that, then reload."""


class DeliveryError(WallflowerError):
    """A delivery is malformed. The message says where, and what is expected."""


class DeliveryRefused(DeliveryError):
    """A delivery is not signed with the secret of a source that accepts deliveries. The message reveals no more."""


class DeliveryFailed(WallflowerError):
    """A bug in Wallflower kept a delivery from being stored."""


class PeopleError(WallflowerError):
    """An account, a token or a paired wall cannot be added or changed this way. The message is for the person."""


class NoteError(WallflowerError):
    """A note cannot be saved. The message is for the person who wrote it."""


class NotificationError(WallflowerError):
    """A channel or a notification cannot be set up this way. The message is for the person."""


class SendError(WallflowerError):
    """A message did not arrive. The message says why, without any secret.

    ``permanent``: it will not arrive before a person changes something. ``not_before``: when to try again, if the
    receiver said so.
    """

    def __init__(self, message: str, *, permanent: bool = False, not_before: datetime | None = None) -> None:
        self.permanent, self.not_before = permanent, not_before
        super().__init__(message)


class EncoderError(WallflowerError):
    """The language model is not installed, or its files cannot be used."""


class SavedViewError(WallflowerError):
    """A saved view cannot be added or renamed this way."""


class QueryCancelled(WallflowerError):
    """A query was cancelled because nobody waits for its result any more."""


class StoreError(WallflowerError):
    """The database cannot be used: locked, full, damaged or not a database.

    ``fault`` is the value of a ``monitor.model.FaultKind``, or ERASING; empty if none describes the error.
    """

    def __init__(self, message: str, fault: str = "") -> None:
        self.fault = fault
        super().__init__(message)


class DatabaseMissing(StoreError):
    """There is no database. Its volume may be missing, so none is created without being asked for."""

    def __init__(self, path: Path | None = None, problem: str = "") -> None:
        """``problem``: what is missing, if it is not the file at ``path``."""
        missing = f"{path} does not exist. If its disk or volume is not mounted, mount it, then start again."
        advice = "In a new installation, create the database with `wallflower run --create`."
        super().__init__(f"{problem or missing} {advice}")


class SchemaError(StoreError):
    """The database was written by another version of this program."""


class HiddenValue(ValueError):
    """A value of the config is not valid, and must not be quoted: it may be a secret that was pasted there."""
