"""A file beside the database that marks that a program uses it. A clean stop removes it.

While nothing can be stored, it also says why and since when: if the program ends before it can store again, the next
one learns it from there. The file keeps its size, so it can be written on a full disk.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import datetime
from pathlib import Path

from monitor.model import FaultKind, StoreFault, UncleanStop

SIZE = 256

log = logging.getLogger("wallflower.store")


class RunMark:
    """The mark of the database at ``path``."""

    def __init__(self, path: Path) -> None:
        self._file = path.with_name(path.name + ".running")

    def begin(self) -> UncleanStop | None:
        """Set the mark. Returns what the last run left, if it was not stopped cleanly."""
        left = self._read()
        try:
            self._write("")
        except OSError as error:
            log.warning("%s cannot be created: %s. An unclean stop will not be noticed.", self._file, error.strerror)
        return left

    def note(self, fault: StoreFault | None) -> None:
        """Record why nothing can be stored; None: it can be again."""
        values = {"kind": fault.kind.value, "since": fault.since.isoformat()} if fault else None
        try:
            self._write(json.dumps(values) if values else "")
        except OSError as error:  # the next start then only knows that the stop was not clean
            log.debug("%s cannot be written: %s", self._file, error.strerror)

    def remove(self) -> None:
        """The program has stopped cleanly."""
        self._file.unlink(missing_ok=True)

    def _write(self, text: str) -> None:
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, text.ljust(SIZE).encode(), 0)
        finally:
            os.close(descriptor)

    def _read(self) -> UncleanStop | None:
        try:
            text = self._file.read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return None
        try:
            values = json.loads(text)
            return UncleanStop(FaultKind(values["kind"]), datetime.fromisoformat(values["since"]))
        except (ValueError, KeyError, TypeError):
            return UncleanStop()
