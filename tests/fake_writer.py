"""A writer without a store around it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from monitor.store.sql.fault_tracker import FaultTracker
from monitor.store.sql.status_buffer import StatusBuffer
from monitor.store.sqlite.connections import open_writer
from monitor.store.sqlite.faults import has_room
from monitor.store.sqlite.writer import Writer
from tests.fakes import FakeClock


def new_writer(path: Path, buffer: StatusBuffer | None = None, **options: Any) -> Writer:
    """A writer on the database at ``path``, which is created if it is missing; ``options`` are those of Writer."""
    clock = FakeClock()
    settings = {
        "timeout": 1.0,
        "clock": clock,
        "faults": FaultTracker(clock, lambda: has_room(path)),
        "rolled_back": lambda: None,
    }
    return Writer(open_writer(path, 1.0), path, StatusBuffer() if buffer is None else buffer, **{**settings, **options})
