"""People in rows: the columns ``account``, ``person`` and ``at`` that say who did something, and when."""

from __future__ import annotations

from monitor.model.actions import Actor, Signature
from monitor.store.sql.units import from_ms

LOCAL_CLAIMANT = 0
"""The column ``mention.claimant`` for the local user; for others the id of the account."""


def claimant_code(account: int | None) -> int:
    """The column ``mention.claimant`` for an account; None: the local user."""
    return LOCAL_CLAIMANT if account is None else account


def signature(account: int | None, person: str, at: int, full_name: str | None) -> Signature:
    """Who it was. ``full_name``: that of the account now; None if it has been removed."""
    return Signature(full_name or person, account, from_ms(at))


def signed(actor: Actor, now: int) -> tuple[int | None, str, int]:
    """The columns account, person and at."""
    return actor.account, actor.full_name or actor.login, now
