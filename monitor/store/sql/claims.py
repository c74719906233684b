"""Claims: who takes care of a mention. ``mention.claimant`` repeats the account, for index and filters."""

from __future__ import annotations

from monitor.model import ChangeKind
from monitor.model.actions import Claim
from monitor.store.sql.changes import BRING_BACK, update_all
from monitor.store.sql.connection import Connection
from monitor.store.sql.signatures import claimant_code, signature

Row = tuple[int | None, str, str, int]
"""The columns account, person, assigned_by and at."""

_SELECT = """
    SELECT claim.account, claim.person, claim.at, account.full_name, claim.assigned_by
    FROM claim LEFT JOIN account ON account.id = claim.account WHERE claim.mention = ?"""
_SAVE = """
    INSERT INTO claim (mention, account, person, assigned_by, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (mention)
    DO UPDATE SET account = excluded.account, person = excluded.person, assigned_by = excluded.assigned_by,
        at = excluded.at"""


def claim_on(db: Connection, mention: int) -> Claim | None:
    """Who has claimed a mention."""
    found = db.execute(_SELECT, (mention,)).fetchone()
    return Claim(signature(*found[:4]), found[4]) if found else None


def row(db: Connection, mention: int) -> Row | None:
    """The claim as it is stored."""
    found: Row | None = db.execute(
        "SELECT account, person, assigned_by, at FROM claim WHERE mention = ?", (mention,)
    ).fetchone()
    return found


def put(db: Connection, mention: int, claim: Row | None, now: int) -> None:
    """Make ``claim`` the claim on a mention. What is not relevant or no longer matches keeps its state."""
    if claim is None:
        db.execute("DELETE FROM claim WHERE mention = ?", (mention,))
        assign, claimant = "claimant = ?1, state = iif(state = 1, 0, state)", None
    else:
        db.execute(_SAVE, (mention, *claim))
        assign, claimant = f"claimant = ?1, state = iif(state = 0, 1, state), {BRING_BACK}", claimant_code(claim[0])
    update_all(db, [mention], ChangeKind.STATE, now, assign, claimant)
