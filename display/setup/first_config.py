"""The config in use while there is no file: the pages ask for an organisation, and nothing is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.config import LOCAL_FILE, PLACES, SYSTEM_DATA, SYSTEM_FILE, Config
from monitor.config.tables import Server


def missing_config(given: Path | None, *, create: bool, places: Sequence[Path] = PLACES) -> Path | None:
    """The file that the set-up page will write; None if there is a config, or if ``given`` should exist.

    A named file that is missing may be a mistake, so it is only created if that is asked for.
    """
    if given is not None:
        return given if create and not given.exists() else None
    return None if any(place.exists() for place in places) else LOCAL_FILE


def config_before_setup(file: Path) -> Config:
    """A config without brands and sources, which the file in ``file`` will replace."""
    data = SYSTEM_DATA if file == SYSTEM_FILE else (file.absolute().parent / "data").resolve()
    return Config(path=file, data=data, timezone=ZoneInfo("UTC"), server=Server(), brands=(), sources=())
