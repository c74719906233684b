"""The places that Wallflower reads, one module for each kind. Its file name is the ``kind`` in config.toml.

A module has a docstring, ``class Options(SourceOptions)`` with its keys in config.toml, and ``class Source``, which
implements the protocol below. The first line of the docstring is shown in the table of sources. Modules are imported
only when they are configured: a missing SDK affects only its own source, which then reports what to install.

A module whose name begins with an underscore is not a kind. It belongs to one kind (``_reddit_api``), or it is a tool
that several kinds use: ``_paged`` and ``_backfill`` read lists page by page, ``_recheck`` looks posts up again,
``_terms`` makes queries, ``_options`` has shared options, ``_fields`` reads JSON, ``_limits`` and ``_budget`` keep to
limits, and ``_sdk`` is the session of SDKs.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol, cast, runtime_checkable

from pydantic import BaseModel, ConfigDict

from monitor import secrets
from monitor.errors import SetupError
from monitor.model import Batch, Json, Term

if TYPE_CHECKING:
    from monitor.http import Http


DISTRIBUTIONS = {"mastodon": "Mastodon.py", "websocket": "websocket-client"}
"""Imported package -> the name to install it by, where the two differ."""


class SourceOptions(BaseModel):
    """The keys of a ``[[sources]]`` table that depend on its kind; the Options of a kind add theirs."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    name: str
    """The source's name; every post carries it."""

    default_every: ClassVar[str] = "10m"
    """The polling interval when the config has no ``every``."""
    sample: ClassVar[bool] = False
    """Whether its posts are generated. Every screen then says so."""
    key_help: ClassVar[str] = ""
    """One sentence: where to get its key, and which permission the key needs."""
    is_prefiltered: ClassVar[bool] = False
    """Whether it reads everything and keeps only posts that contain a word of the rules."""
    supports_handles: ClassVar[bool] = False
    """Whether its search distinguishes @handles and #hashtags from plain words."""

    @property
    def is_searched(self) -> bool:
        """Whether it returns only what a search for the words of the rules finds."""
        return False

    def coverage_notes(self, terms: Sequence[Term]) -> list[str]:
        """Sentences that name the ``terms`` which its search cannot find, or finds only in part."""
        return []

    def required_secrets(self) -> dict[str, str]:
        """Name of each secret that it needs -> where to get it."""
        return dict.fromkeys(secrets.secret_names(self), self.key_help)


class Source(Protocol):
    """A place that is read in passes."""

    def __init__(self, options: SourceOptions, http: Http) -> None: ...

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Make one bounded pass: read what is new since ``cursor`` (None at first) and return it.

        It never sleeps, stores, matches or logs secrets. Times are aware UTC. Every post that a rule matches contains
        one of ``terms``: sources whose site can only be searched search for them, others may ignore them. Raises only
        SourceErrors.
        """
        ...


@runtime_checkable
class Closable(Protocol):
    """A source that keeps something open between its passes."""

    def close(self) -> None:
        """Close it. Called when the source is removed from the config, after its last pass."""
        ...


class SourceModule(Protocol):
    """What each module of this package defines."""

    Options: type[SourceOptions]
    Source: type[Source]


def kinds() -> list[str]:
    """The kinds of source, by file name. Imports none of them."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


def load(kind: str) -> SourceModule:
    """The module of ``kind``. Raises ImportError if its SDK is missing."""
    return cast("SourceModule", importlib.import_module(f"{__name__}.{kind}"))


def load_or_placeholder(kind: str) -> SourceModule:
    """The module of ``kind``, or a placeholder if its SDK is missing, so that the other sources still run.

    Raises ImportError if there is no such kind.
    """
    message = missing_package_message(kind)
    return placeholder(message) if message else load(kind)


def missing_package_message(kind: str) -> str:
    """Which package ``kind`` lacks and how to install it; empty if nothing is missing.

    Raises ImportError if there is no such kind.
    """
    try:
        load(kind)
    except ImportError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "monitor"):
            raise
        return _install_message(DISTRIBUTIONS.get(package, package))
    return ""


def placeholder(message: str) -> SourceModule:
    """A module whose source raises SetupError with ``message`` at each pass."""

    class PlaceholderSource:
        """Replaces a source whose module cannot be imported."""

        def __init__(self, options: SourceOptions, http: Http) -> None: ...

        def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
            """Raises SetupError."""
            raise SetupError(message)

    return cast("SourceModule", _Placeholder(AnyOptions, PlaceholderSource))


class AnyOptions(SourceOptions):
    """Options of a kind whose keys are unknown, because its module cannot be imported."""

    model_config = ConfigDict(extra="allow", frozen=True)


class _Placeholder(NamedTuple):
    Options: type[SourceOptions]
    Source: type[Source]


def _install_message(package: str) -> str:
    return (
        f"The Python package {package}, which this kind of source needs, is not installed or cannot be used. "
        f"Run `pip install {package}` in the environment of Wallflower, then restart it."
    )
