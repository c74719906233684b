"""Reads requirements.txt: the pinned dependencies with their hashes, as `make lock` writes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

LOCK_FILE = Path(__file__).resolve().parents[1] / "requirements.txt"


def locked() -> Iterator[tuple[Requirement, list[str]]]:
    """Each package that this platform needs, with its hashes."""
    for entry in LOCK_FILE.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        requirement, *hashes = entry.split(" --hash=")
        parsed = Requirement(requirement)
        if parsed.marker is None or parsed.marker.evaluate():
            yield parsed, [value.strip() for value in hashes]
