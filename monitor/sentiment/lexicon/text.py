"""Word lists written as text."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of ``text``."""
    return frozenset(text.split())


def words(text: str) -> tuple[str, ...]:
    """The words of ``text``, in order."""
    return tuple(text.split())
