"""Whether the cubes and the search index of a store equal the rows of mention, on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from monitor.store.postgres.connections import Connection, connect
from monitor.store.postgres.location import Location
from monitor.store.sql import cube_sums
from monitor.store.sqlite import derived
from tests.fake_store import raw_connection

_TOKENS = MappingProxyType(
    {"brand": "b", "sentiment": "s", "state": "t", "hidden": "h", "rule": "r", "claimant": "u", "noted": "n"}
)
"""Column -> the letter of its token."""
_CONTRADICTIONS = MappingProxyType(
    {
        "claims": """SELECT 1 FROM mention LEFT JOIN claim ON claim.mention = mention.id
            WHERE coalesce(claimant, -1) <> CASE WHEN claim.mention IS NULL THEN -1 ELSE coalesce(account, 0) END
            OR state = 1 AND claimant IS NULL OR state = 0 AND claimant IS NOT NULL""",
        "notes": """SELECT 1 FROM mention
            WHERE (noted <> 0) <> EXISTS (SELECT 1 FROM note WHERE note.mention = mention.id)""",
        "corrections": "SELECT 1 FROM correction JOIN mention ON mention.id = mention WHERE corrected = 0",
        "blocked": """SELECT 1 FROM blocked JOIN mention ON mention.id = mention
            LEFT JOIN block ON block.id = blocked.block WHERE hidden <> 1 OR coalesce(ended, 1) <> 0""",
        "reasons": "SELECT 1 FROM set_aside JOIN mention ON mention.id = mention WHERE hidden <> 2",
    }
)
"""What must find no row, because two tables say the same."""
_OTHER_DOCUMENTS = """SELECT 1 FROM mention_fts FULL JOIN mention_doc ON id = rowid
    WHERE mention_fts.document IS DISTINCT FROM mention_doc.document"""


@contextmanager
def raw_database(url: str) -> Iterator[Any]:
    """A connection outside of the store, which runs shared SQL."""
    if url.startswith("sqlite:"):
        with closing(raw_connection(Path(url.removeprefix("sqlite:///")))) as db:
            yield db
    else:
        with connect(Location(url)) as raw:
            yield Connection(raw)


def everything_stored(url: str) -> str:
    """All rows of all tables, to look for what must not be there; for SQLite, all that is in its files."""
    if url.startswith("sqlite:"):
        path = Path(url.removeprefix("sqlite:///"))
        return "".join(file.read_bytes().decode("latin-1") for file in (path, Path(f"{path}-wal")))
    with raw_database(url) as db:
        (rows,) = db.execute("SELECT CAST(schema_to_xml('public', true, false, '') AS text)").fetchone()
        return str(rows)


def inconsistencies(url: str) -> list[str]:
    """The cubes, and the parts of the index, that do not equal the rows of mention."""
    with raw_database(url) as db:
        wrong = cube_sums.wrong_cubes(db) + (_wrong_indexes(db) if url.startswith("sqlite:") else _wrong_documents(db))
        for column, letter in _TOKENS.items():
            select = f"SELECT {column}, count(*) FROM mention WHERE {column} IS NOT NULL GROUP BY 1"
            for value, n in db.execute(select).fetchall():
                match = f'"\ue000{letter}{value}"'
                found = db.execute("SELECT count(*) FROM mention_fts WHERE mention_fts MATCH ?", (match,)).fetchone()[0]
                if found != n and (value or column in ("brand", "sentiment", "rule", "claimant")):
                    wrong.append(f"token {letter}{value}: {found} instead of {n}")
        return wrong + [name for name, select in _CONTRADICTIONS.items() if db.execute(select).fetchone()]


def _wrong_indexes(db: Any) -> list[str]:
    wrong = []
    for index in derived.SEARCH_INDEXES:
        try:
            db.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
        except Exception as error:
            wrong.append(f"{index}: {error}")
    return wrong


def _wrong_documents(db: Any) -> list[str]:
    return ["mention_fts"] if db.execute(_OTHER_DOCUMENTS).fetchone() else []
