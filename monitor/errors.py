"""Everything that is expected to go wrong.

    WallflowerError
      ConfigError(path, problems)    every problem at once; exit status 78 (EX_CONFIG)
      QueryError(text, column)       what is wrong with a rule and where
      FilterError(parameter, value)  a parameter of a page's address that means nothing
      SourceError                    expected trouble outside, raised ``from`` its cause
        AuthError                    stop polling until the config changes
        RateLimited(not_before)      not a failure: moves the next pass
        QuotaSpent(not_before)       money or quota is used up: pause and tell ops
        BadResponse                  not what the site documents; keeps 200 characters of it
          Refused                    the site will not have what we ask for (4xx): hardly but by a person's hand
        Gone                         the site says that it is gone for good (410)
        Stopped                      Wallflower itself is being stopped: this says nothing of the source
        Unready                      its table in the config is wrong, or a package is missing here
      DeliveryError                  what was brought to us is no delivery of posts; says where
        DeliveryRefused              it is not signed as one of ours
      StoreError                     locked, full, not a database
        SchemaError                  newer or older than this program

A message says what, where, and what to do. Anything that is not a WallflowerError is a bug.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path


class WallflowerError(Exception):
    """Base of every expected error; ``str()`` of it is fit for a person to read."""


class ConfigError(WallflowerError):
    """A config file that cannot be used, with all of its problems."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__("\n".join([f"{path}: {len(self.problems)} problem(s)", *(f"  {p}" for p in self.problems)]))


class QueryError(WallflowerError):
    """A rule or search that cannot be read. ``column`` counts from 1, in characters of ``text``."""

    def __init__(self, text: str, column: int, reason: str, suggestion: str = "") -> None:
        self.text, self.column, self.reason, self.suggestion = text, column, reason, suggestion
        super().__init__(f"Column {column}: {reason}" + (f" {suggestion}" if suggestion else ""))


class FilterError(WallflowerError):
    """A filter parameter, of a page's address or a command line, that means nothing."""

    def __init__(self, parameter: str, value: str, allowed: str) -> None:
        self.parameter, self.value, self.allowed = parameter, value, allowed
        super().__init__(f"{parameter}={value!r} is not known. Allowed: {allowed}")


class SourceError(WallflowerError):
    """Expected trouble with a place that we read; raised ``from`` its cause."""

    unread_since: datetime | None = None
    """From when on nothing was read, where the source knows of an earlier time than that of its last pass."""


class AuthError(SourceError):
    """The site refuses our key: nothing will help but a change of the config."""


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

    ``sample`` keeps at most 200 characters of it, ``status`` its HTTP status where that is the reason.
    """

    def __init__(self, message: str, sample: str = "", status: int | None = None) -> None:
        self.sample, self.status = sample[:200], status
        super().__init__(message)


class Refused(BadResponse):
    """The site refuses what we ask for (4xx), and will until somebody changes the config, or the site."""


class Gone(SourceError):
    """The site says that what we read is gone for good."""


class Stopped(SourceError):
    """The program is being stopped, and left off in the middle of a pass: this says nothing of the source."""


class Unready(SourceError):
    """It cannot be read as it is set up here: nothing will help but to put that right and start again."""


class DeliveryError(WallflowerError):
    """What a program brought us is no delivery of posts; says where it is wrong and what is allowed."""


class DeliveryRefused(DeliveryError):
    """It is not signed with the secret of a source that takes deliveries. Says no more than that."""


class StoreError(WallflowerError):
    """The database cannot be used: locked, full, damaged or not a database."""


class SchemaError(StoreError):
    """The database was written by another version of this program."""
