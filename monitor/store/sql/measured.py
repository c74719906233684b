"""Languages that a person switched on although their scores were never measured: they count in no mood."""

from __future__ import annotations

from monitor.store.sql.connection import Connection

_UNMEASURED = "SELECT unmeasured FROM opinion_state"


def unmeasured_languages(db: Connection) -> str:
    """Their codes as a JSON list; empty if there are none."""
    found: str = (db.execute(_UNMEASURED).fetchone() or ("[]",))[0]
    return "" if found == "[]" else found
