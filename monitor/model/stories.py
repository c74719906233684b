"""What makes a post part of a story whatever its words; see ``monitor.text.story_keys``."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class KeyKind(IntEnum):
    """What two posts with the same key have in common. The numbers are stored."""

    OWN = 1
    """The post is the page."""
    SHARED = 2
    """The post shares the page."""
    TITLE = 3
    """The headline."""
    LEAD = 4
    """The first sentence under a headline."""


class StoryKey(NamedTuple):
    """A key of a post."""

    kind: KeyKind
    hash: int
    """63 bits of the link or the headline."""
    words: bytes = b""
    """Two bytes for each of the first content words of the headline or text."""
    must_agree: bool = False
    """The key says too little alone: the words must agree as well."""
