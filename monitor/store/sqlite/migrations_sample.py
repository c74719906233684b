"""The migration of the sample index, and of the words by which prefixes are expanded."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.store.sql.sample_index import INDEXED_SHARE, TABLE, VIEW, in_share
from monitor.store.sqlite.migration_steps import announced

IDS_PER_STATEMENT = 20_000


def create_sample_index(db: Database) -> None:
    """Index a sixteenth of the mentions once more, for estimates. See ``sample_index`` and ``prefixes``."""
    db.execute("CREATE VIRTUAL TABLE mention_fts_words USING fts5vocab(mention_fts, instance)")
    db.execute(f"CREATE VIEW {VIEW} AS SELECT * FROM mention_doc WHERE {in_share('id', INDEXED_SHARE)}")
    db.execute(f"""
        CREATE VIRTUAL TABLE {TABLE} USING fts5(text, title, tags,
            content='{VIEW}', content_rowid='id', columnsize=0, tokenize='ascii')""")
    newest = db.execute("SELECT ifnull(max(id), 0) FROM mention").fetchone()[0]
    with announced(newest, f"indexing a sample of about {newest} mentions"):
        db.execute(f"""
            CREATE INDEX mention_sample ON mention (id, published_at, brand, source, sentiment, lang, intent, state,
            hidden, corrected, claimant, noted, story, post) WHERE {in_share("id", INDEXED_SHARE)}""")
        for first in range(1, newest + 1, IDS_PER_STATEMENT):
            # In ascending parts: a bulk load leaves one large segment, which later commits rewrite.
            db.execute(
                f"INSERT INTO {TABLE} (rowid, text, title, tags) SELECT id, text, title, tags FROM {VIEW} "
                "WHERE id BETWEEN ? AND ?",
                (first, first + IDS_PER_STATEMENT - 1),
            )
