"""The places we read: one module each, found by its file name, which is its ``kind`` in config.toml.

A module has a docstring (its row in the README), ``class Options(SourceOptions)`` (its keys in config.toml) and
``class Source``, which follows the protocol below. It is imported only when configured, so a missing SDK breaks only
its own source, which then says what to install.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol, cast

from pydantic import BaseModel, ConfigDict

from monitor import secrets
from monitor.errors import Unready
from monitor.model import Batch, Json, Term

if TYPE_CHECKING:
    from monitor.http import Http


PACKAGES = {"mastodon": "Mastodon.py", "websocket": "websocket-client"}
"""Name that is imported -> name that is installed, where they differ."""


class SourceOptions(BaseModel):
    """The keys of a ``[[sources]]`` table that belong to its kind; a kind's Options add their own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """The source's name; every post carries it."""

    default_every: ClassVar[str] = "10m"
    """How often to look where the config does not say ``every``."""
    sample: ClassVar[bool] = False
    """Whether its posts are made up, which every screen then says."""
    how: ClassVar[str] = ""
    """Where to get its key and which permission that needs, in a sentence."""
    is_prefiltered: ClassVar[bool] = False
    """Whether it hears everything and keeps only what holds a word of the rules."""
    supports_handles: ClassVar[bool] = False
    """Whether its search takes handles and tags with their signs."""

    @property
    def is_searched(self) -> bool:
        """Whether it brings only what a search for the rules' words finds."""
        return False

    def coverage_notes(self, terms: Sequence[Term]) -> list[str]:
        """What of ``terms`` its search does not find, or only by luck, in sentences."""
        return []

    def required_secrets(self) -> dict[str, str]:
        """The name of each secret it asks for, and where to get that."""
        return dict.fromkeys(secrets.secret_names(self), self.how)


class Source(Protocol):
    """A place that is read in passes."""

    def __init__(self, options: SourceOptions, http: Http) -> None: ...

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Make one bounded pass: read what is new since ``cursor`` (None at first) and return it.

        It never sleeps, stores, matches or logs secrets. Times are aware UTC. ``terms`` are a superset of what the
        rules look for, for sites that can only be searched; others ignore them. It raises only SourceErrors.
        """
        ...


class SourceModule(Protocol):
    """What a module of this package offers."""

    Options: type[SourceOptions]
    Source: type[Source]


def kinds() -> list[str]:
    """The kinds there are, by file name, without importing any."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


def load(kind: str) -> SourceModule:
    """The module of ``kind``. Raises ImportError where its SDK is missing."""
    return cast("SourceModule", importlib.import_module(f"{__name__}.{kind}"))


def load_or_placeholder(kind: str) -> SourceModule:
    """The module of ``kind``; where its SDK is missing, one whose source says so at each pass, so that the rest runs.

    Raises ImportError for a kind that does not exist.
    """
    words = missing_package_message(kind)
    return placeholder(words) if words else load(kind)


def missing_package_message(kind: str) -> str:
    """Which package ``kind`` needs and has not, and how to get it; empty where nothing is missing.

    Raises ImportError for a kind that does not exist.
    """
    try:
        load(kind)
    except ImportError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "monitor"):
            raise
        return _how_to_install(PACKAGES.get(package, package))
    return ""


def placeholder(words: str) -> SourceModule:
    """In place of a module: one whose source cannot be read and says ``words`` at each pass, so that the rest runs."""

    class Unreadable:
        """Stands in for it."""

        def __init__(self, options: SourceOptions, http: Http) -> None: ...

        def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
            """Say why. Raises Unready, always."""
            raise Unready(words)

    return cast("SourceModule", _Module(Unchecked, Unreadable))


class Unchecked(SourceOptions):
    """The keys of a kind that cannot tell which it knows."""

    model_config = ConfigDict(extra="allow", frozen=True)


class _Module(NamedTuple):
    Options: type[SourceOptions]
    Source: type[Source]


def _how_to_install(package: str) -> str:
    return (
        f"The Python package {package}, which this kind of source needs, is not installed or cannot be used. "
        f"Run `pip install {package}` in the environment of Wallflower, then restart it."
    )
