"""Browsers and API tokens of a person, as /account and /people show them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from display.access.services import access
from display.formatting import FormattedTime, format_time
from display.pages.context import page_context
from monitor.model.people import Account, ApiToken, Session


class SessionRow(NamedTuple):
    """A session as the page shows it."""

    session: Session
    is_this: bool
    seen: FormattedTime
    since: FormattedTime


class TokenRow(NamedTuple):
    """An API token as the page shows it."""

    token: ApiToken
    used: FormattedTime | None
    expires: str
    is_expired: bool


def session_rows(account: Account, now: datetime, current: int = 0) -> list[SessionRow]:
    """The browsers of an account, the session ``current`` first, then the last used."""
    newest, zone = access().identities.last_uses.sessions(), page_context().config.timezone
    rows = []
    for session in access().people.sessions(now, account.id):
        seen_at, address = newest.get(session.id, (session.seen_at, session.address))
        shown = replace(session, seen_at=seen_at, address=address)
        is_this = session.id == current
        rows.append(
            SessionRow(shown, is_this, format_time(seen_at, now, zone), format_time(session.created_at, now, zone))
        )
    return sorted(rows, key=lambda row: (not row.is_this, -row.session.seen_at.timestamp()))


def token_rows(account: Account, now: datetime) -> list[TokenRow]:
    """The API tokens of an account, the newest first."""
    return [_token_row(token, now) for token in access().people.tokens(account.id)]


def _token_row(token: ApiToken, now: datetime) -> TokenRow:
    used_at, _ = access().identities.last_uses.tokens().get(token.id, (token.used_at, ""))
    zone = page_context().config.timezone
    expires = f"{token.expires_at.astimezone(zone):%-d %b %Y}"
    used = None if used_at is None else format_time(used_at, now, zone)
    return TokenRow(token, used, expires, token.expires_at <= now)
