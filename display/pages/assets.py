"""Finds the built front end: static/manifest.json tells under which hashed name each entry of display/web lies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parents[1] / "static"


class Assets:
    """Addresses of built files. Reads the manifest anew when it changed, so that a build needs no restart."""

    def __init__(self, folder: Path = STATIC, prefix: str = "/static/") -> None:
        self._manifest = folder / "manifest.json"
        self._prefix = prefix
        self._read_at = 0
        self._chunks: Mapping[str, Any] = {}

    def asset(self, entry: str) -> str:
        """The address of an entry's script (or style, for an entry in CSS). Raises LookupError if it was not built."""
        return self._prefix + str(self._chunk(entry)["file"])

    def styles(self, entry: str) -> list[str]:
        """Addresses of the style sheets that an entry and what it imports need, in order."""
        return [self._prefix + path for path in dict.fromkeys(self._styles(entry))]

    def scripts(self, entry: str) -> list[str]:
        """Addresses of the scripts that an entry imports, so that a browser may load all at once."""
        imported = dict.fromkeys(self._imports(entry))
        return [self._prefix + str(self._chunk(name)["file"]) for name in imported]

    def _imports(self, entry: str) -> Iterator[str]:
        for name in self._chunk(entry).get("imports", []):
            yield from self._imports(name)
            yield name

    def _styles(self, entry: str) -> Iterator[str]:
        chunk = self._chunk(entry)
        for name in chunk.get("imports", []):
            yield from self._styles(name)
        yield from chunk.get("css", [])

    def _chunk(self, entry: str) -> Mapping[str, Any]:
        chunk = self._load().get(entry)
        if chunk is None:
            raise LookupError(f"{entry} is not in {self._manifest}. Build the front end: pip install -e .")
        return chunk  # type: ignore[no-any-return]

    def _load(self) -> Mapping[str, Any]:
        try:
            changed_at = self._manifest.stat().st_mtime_ns
        except FileNotFoundError:
            raise LookupError(f"{self._manifest} is missing. Build the front end: pip install -e .") from None
        if changed_at != self._read_at:
            self._chunks, self._read_at = json.loads(self._manifest.read_text()), changed_at
        return self._chunks
