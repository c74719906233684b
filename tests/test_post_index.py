"""The in-memory search index of a batch of posts."""

from __future__ import annotations

import gc
import sqlite3

import pytest

from monitor.query import parse
from monitor.query.fts import compile_fts
from monitor.query.post_index import PostIndexes
from tests.fakes import post

ACME = compile_fts(parse("acme").tree)


def test_failed_batch_leaves_nothing_in_the_index() -> None:
    indexes = PostIndexes()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), indexes.filled([post("acme")] * 6):
            1 / 0  # noqa: B018
    with indexes.filled([post("nothing"), post("acme")]) as index:
        assert list(index.candidates(ACME)) == [1]


def test_indexes_are_closed_with_their_owner() -> None:
    indexes = PostIndexes()
    with indexes.filled([post("acme")]) as index:
        assert list(index.candidates(ACME)) == [0]
    (idle,) = indexes._idle
    del indexes
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError):
        idle.execute("SELECT 1")
