"""Folding agrees with the search index."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from monitor.query import TOKENIZER, index_text
from monitor.query.folding import WORD, fold


def test_folding_agrees_with_the_index_for_every_character() -> None:
    characters = [
        *range(0, 0x3400),
        *range(0x3400, 0x20000, 7),
        *range(0xD7FF, 0xFFFF, 3),
        *range(0x20000, 0x110000, 997),
    ]
    texts = [f"Ax{chr(code)}yB" for code in characters]
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(f"CREATE VIRTUAL TABLE doc USING fts5(text, tokenize='{TOKENIZER}')")
        db.execute("CREATE VIRTUAL TABLE word USING fts5vocab(doc, instance)")
        db.executemany("INSERT INTO doc(rowid, text) VALUES (?, ?)", [(i, index_text(t)) for i, t in enumerate(texts)])
        found: list[list[str]] = [[] for _ in texts]
        for word, doc in db.execute("SELECT term, doc FROM word ORDER BY doc, offset"):
            found[doc].append(word)
    assert [(t, f) for t, f in zip(texts, found, strict=True) if f != WORD.findall(fold(t))] == []
    assert [t for t in texts if fold(fold(t)) != fold(t)] == []
