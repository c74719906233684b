"""The account of an import: what became of every row, and the rows that were not stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.collector.importing.columns import Columns
from monitor.collector.importing.rejected_rows import RejectedRows
from monitor.collector.importing.rows import Row
from monitor.model import Post, Refusal, SaveResult

MAX_PREVIEWED_POSTS = 10


@dataclass
class Summary:
    """The result of an import, also while it runs. The numbers of rows add up: see ``is_balanced``."""

    columns: Columns
    rejected: RejectedRows
    file_format: str = ""
    """How the file was read, such as "CSV with semicolons, Windows-1252"."""
    notes: list[str] = field(default_factory=list)
    """Sentences about how the file was read, what was skipped in it, and what looks wrong."""
    rows: int = 0
    repeated: int = 0
    """Rows that repeat an earlier row of the file, or its id; the first one counts."""
    removed: int = 0
    """Rows whose post was removed at its source."""
    ratings: int = 0
    """Rows with stars and no text."""
    posts: int = 0
    """Rows that contain a post, each id counted once: ``skipped``, ``matched`` and those that mention no brand."""
    skipped: int = 0
    """Posts that an earlier run had imported."""
    matched: int = 0
    """Posts judged in this run that mention a brand. They are in the database after it, unless they were refused."""
    unchanged: int = 0
    """Those of them that the source had already."""
    per_source: Counter[str] = field(default_factory=Counter)
    """Other source -> those of them that it had already, so that they were not stored again."""
    erased: int = 0
    """Those of them that were erased, so that they were not stored again."""
    expired: int = 0
    """Those of them that are older than posts are kept, so that they were not stored."""
    unmatched: int = 0
    """Posts judged in this run that mention none; they are not stored."""
    per_brand: Counter[str] = field(default_factory=Counter)
    """Mentions found in this run, including those that were stored before."""
    new: int = 0
    edited: int = 0
    preview: list[Post] = field(default_factory=list)
    """The first posts, as they are stored."""
    fraction: float = 0.0
    """How much of the file has been read, 0..1."""
    seconds: float = 0.0

    @property
    def refused(self) -> int:
        """Rows that could not be read correctly."""
        return self.rejected.count

    @property
    def is_balanced(self) -> bool:
        """Whether every row is accounted for once; true after each batch."""
        posts = self.skipped + self.matched + self.unmatched
        return posts == self.posts and self.rows == (
            self.posts + self.repeated + self.removed + self.ratings + self.refused
        )

    def add_saved(self, saved: SaveResult, rows: Mapping[str, Row]) -> None:
        """Add what one save changed. ``rows``: external id -> the row of the post."""
        self.new += saved.new
        self.edited += saved.edited
        self.unchanged += saved.unchanged
        refusals = list(saved.refused.values())
        self.erased += refusals.count(Refusal.ERASED)
        self.expired += refusals.count(Refusal.EXPIRED)
        for external_id, source in saved.repeats.items():
            self.per_source[source] += 1
            self.rejected.add_repeated(rows[external_id], f"the source {source!r} has this post already")
