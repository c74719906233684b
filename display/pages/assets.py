"""URLs of the built front end: static/manifest.json maps each entry of display/web to its hashed file name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parents[1] / "static"


class Assets:
    """URLs of built files. Reloads the manifest when it changes, so that a build needs no restart."""

    def __init__(self, folder: Path = STATIC, url: Callable[[str], str] = "/static/{}".format) -> None:
        """``url`` returns the URL of a file in ``folder``."""
        self._manifest = folder / "manifest.json"
        self._url = url
        self._loaded_mtime_ns = 0
        self._chunks: Mapping[str, Any] = {}

    def asset(self, entry: str) -> str:
        """The URL of an entry's script, or of its style sheet for a CSS entry. Raises LookupError if not built."""
        return self._url(str(self._chunk(entry)["file"]))

    def styles(self, entry: str) -> list[str]:
        """URLs of the style sheets of an entry and its imports, in order."""
        return [self._url(path) for path in dict.fromkeys(self._styles(entry))]

    def scripts(self, entry: str) -> list[str]:
        """URLs of the scripts that an entry imports, so that a browser can load them in parallel."""
        imported = dict.fromkeys(self._imports(entry))
        return [self._url(str(self._chunk(name)["file"])) for name in imported]

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
            mtime_ns = self._manifest.stat().st_mtime_ns
        except FileNotFoundError:
            raise LookupError(f"{self._manifest} is missing. Build the front end: pip install -e .") from None
        if mtime_ns != self._loaded_mtime_ns:
            self._chunks, self._loaded_mtime_ns = json.loads(self._manifest.read_text()), mtime_ns
        return self._chunks
