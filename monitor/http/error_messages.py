"""Turns failed requests into SourceErrors with messages for people. Messages contain no secrets."""

from __future__ import annotations

import ssl
from datetime import timedelta

import requests
import urllib3.exceptions

from monitor.errors import AuthError, BadResponse, BlockedAddress, Gone, Refused, SourceError
from monitor.urls import redact, site_of

_STATUS_MESSAGES = {
    401: "requires a login or rejects the key (401). Check the key in the configuration.",
    402: "requires payment (402).",
    403: "denies access (403). It may not allow programs to read this address.",
    404: "has nothing at this address (404). Check the address. We will keep trying.",
    406: "does not offer the format that we request (406).",
    408: "took too long to process the request (408).",
    410: "reports that this address is permanently gone (410).",
    451: "withholds this address for legal reasons (451).",
    500: "has an internal error (500). We will try again.",
    502: "is not reachable behind its gateway (502). We will try again.",
    503: "is overloaded or under maintenance (503). We will try again.",
    504: "is not reachable behind its gateway (504). We will try again.",
}
_TEMPORARY_STATUSES = frozenset({402, 408, 409, 425})
"""Statuses below 500 that may change without any change to the request: too slow, overloaded, out of credit."""


def site_label(requested: str, url: str) -> str:
    """How messages name the site of ``requested``, and where it redirected us, unless only the scheme differs."""
    site, addresses = site_of(requested), {each.partition("://")[2].rstrip("/") for each in (requested, url)}
    return site if len(addresses) == 1 else f"{site} (redirected to {redact(url)})"


def name_redirect(error: SourceError, requested: str) -> None:
    """If ``error`` happened at an address to which ``requested`` redirected, make its message name both, in place."""
    if not error.failed_url or site_of(error.failed_url) == site_of(requested):
        return
    reason = error.reason if isinstance(error, BlockedAddress) else str(error)
    error.args = (f"{site_of(requested)} redirected us to {redact(error.failed_url)}. {reason}",)


def wait_message(site: str, status: int, wait: timedelta | None, longest: timedelta) -> str:
    """The message for a site that asks us to ``wait`` (None: it names no time), though we wait ``longest`` at most."""
    if wait is None or wait <= longest:
        return f"{site} asks us to wait ({status})."
    hours = longest.total_seconds() / 3600
    return f"{site} asks us to wait {_duration(wait)} ({status}). Wallflower waits {hours:.0f} hours, then tries again."


def _duration(wait: timedelta) -> str:
    hours = wait.total_seconds() / 3600
    return f"{hours / 24:,.0f} days" if hours >= 48 else f"{hours:.0f} hours"


def bot_check_message(site: str, product: str) -> str:
    """The message for a response that ``bot_check`` has recognised."""
    return (
        f"{site} checks whether its visitors use a browser ({product}), and did not let Wallflower through. "
        "Ask the site to allow programs to read its feeds, or read it through another feed, such as a search in "
        "preset google-news with site."
    )


def status_error(status: int, site: str, sample: str = "") -> SourceError:
    """The error for a status of 400 or above, except 429."""
    message = f"{site} {_STATUS_MESSAGES.get(status) or f'returned an error ({status}).'}"
    if status == 401:
        return AuthError(message)
    if status == 410:
        return Gone(message)
    kind = BadResponse if status in _TEMPORARY_STATUSES or status >= 500 else Refused
    return kind(message, sample, status)


def connection_error(cause: BaseException, site: str) -> SourceError:
    """The error for a connection that failed with ``cause``, or for a response that cannot be read."""
    chain = _cause_chain(cause)
    for kinds, message in _CONNECTION_MESSAGES:
        if any(isinstance(error, kinds) for error in chain):
            return SourceError(f"{site} {message}")
    return SourceError(f"{site} could not be read: the connection failed.")


def deadline_error(site: str, seconds: float) -> SourceError:
    """The error for a response that was not complete after ``seconds``."""
    return SourceError(f"{site} did not complete its response within {seconds:g} seconds.")


_CONNECTION_MESSAGES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    # most specific first
    ((ssl.SSLCertVerificationError,), "could not prove its identity: its certificate is not valid."),
    ((ssl.SSLError, urllib3.exceptions.SSLError), "could not set up a secure connection (TLS)."),
    ((requests.TooManyRedirects,), "redirected us too many times."),
    (
        (requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL),
        "redirected us to an address that is not a valid http(s) address.",
    ),
    ((urllib3.exceptions.DecodeError,), "sent a response that cannot be decompressed."),
    ((urllib3.exceptions.IncompleteRead,), "closed the connection in the middle of its response."),
    ((urllib3.exceptions.LocationParseError, UnicodeError), "is not a valid address."),
    ((TimeoutError, urllib3.exceptions.TimeoutError, requests.Timeout), "did not respond in time."),
    ((ConnectionRefusedError,), "refuses connections: no server is listening there."),
    (
        (ConnectionError, urllib3.exceptions.ProtocolError),
        "closed the connection before its response was complete.",
    ),
)


def _cause_chain(cause: BaseException | None) -> list[BaseException]:
    """``cause`` and the errors that led to it. Libraries also hide these in ``args`` and ``reason``."""
    found: list[BaseException] = []
    pending = [cause]
    while pending and len(found) < 20:
        error = pending.pop(0)
        if error is None or any(error is known for known in found):
            continue
        found.append(error)
        inner = [a for a in (*error.args, getattr(error, "reason", None)) if isinstance(a, BaseException)]
        pending += [*inner, error.__cause__, error.__context__]
    return found
