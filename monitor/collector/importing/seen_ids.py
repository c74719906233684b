"""A map from ids to lines in a third of the memory of a Python dict. Its only errors are hash collisions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MAX_UNPACKED_IDS = 50_000
"""Ids that are kept in a Python dict before they are packed into the arrays."""


class SeenIds:
    """Texts and the lines at which they first were. A text is stored as a 64-bit hash, with its line in 16 bytes. One
    file in 37 million with a million ids has a collision."""

    def __init__(self) -> None:
        self._recent: dict[int, int] = {}
        self._hashes: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._lines: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)

    def add(self, text: str, line: int) -> int | None:
        """Add ``text``; return the line of its first appearance, or None if this is it."""
        key = hash(text)
        earlier = self._recent.get(key)
        if earlier is None:
            earlier = self._packed_line(key)
        if earlier is not None:
            return earlier
        self._recent[key] = line
        if len(self._recent) >= MAX_UNPACKED_IDS:
            self._pack()
        return None

    def _pack(self) -> None:
        count = len(self._recent)
        hashes = np.concatenate([self._hashes, np.fromiter(self._recent, dtype=np.int64, count=count)])
        lines = np.concatenate([self._lines, np.fromiter(self._recent.values(), dtype=np.int64, count=count)])
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._lines = hashes[order], lines[order]
        self._recent.clear()

    def _packed_line(self, key: int) -> int | None:
        index = int(self._hashes.searchsorted(key))
        if index < len(self._hashes) and int(self._hashes[index]) == key:
            return int(self._lines[index])
        return None
