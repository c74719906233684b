"""The version of the installed program."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def _installed_version() -> str:
    try:
        return version("wallflower")
    except PackageNotFoundError:
        return "0 (not installed)"


VERSION = _installed_version()
