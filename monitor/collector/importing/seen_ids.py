"""A map from ids to lines in a fraction of the memory of a Python dict. Its only errors are hash collisions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MAX_UNPACKED_IDS = 50_000
"""Ids that are kept in a Python dict before they are packed into the arrays."""
MAX_PART_IDS = 500_000
"""Ids in one array. Packing copies the newest array several times, so that one array for all would need much memory."""


class SeenIds:
    """Texts and the lines at which they first were. A text is stored as a 64-bit hash, with its line in 12 bytes. One
    file in 37 million with a million ids has a collision."""

    def __init__(self) -> None:
        self._recent: dict[int, int] = {}
        self._parts: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]] = []
        """Hashes in order, and their lines."""

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
        hashes = np.fromiter(self._recent, dtype=np.int64, count=count)
        lines = np.fromiter(self._recent.values(), dtype=np.uint32, count=count)
        self._recent = {}  # unlike clear(), this frees its table
        if self._parts and len(self._parts[-1][0]) + count <= MAX_PART_IDS:
            earlier_hashes, earlier_lines = self._parts.pop()
            hashes, lines = np.concatenate([earlier_hashes, hashes]), np.concatenate([earlier_lines, lines])
        order = np.argsort(hashes, kind="stable")
        self._parts.append((hashes[order], lines[order]))

    def _packed_line(self, key: int) -> int | None:
        for hashes, lines in self._parts:
            index = int(hashes.searchsorted(key))
            if index < len(hashes) and int(hashes[index]) == key:
                return int(lines[index])
        return None
