"""What went wrong outside, in words a person understands and without secrets."""

from __future__ import annotations

import re
import ssl
from urllib.parse import urlsplit

import requests
import urllib3.exceptions as wire

from monitor.errors import AuthError, BadResponse, Gone, Refused, SourceError

_TOKEN = re.compile(r"(?=[^/]*\d)[A-Za-z0-9_\-=.~%]{16,}|[A-Za-z0-9_\-]{24,}")
"""A part of a path that looks more like a key than like a name; Google Alerts and Reddit put theirs there."""

_REFUSALS = {
    401: "asks for a login or refuses ours (401). Check its key in the configuration.",
    402: "wants to be paid (402).",
    403: "refuses us (403). It may not let programs read this address.",
    404: "has nothing at this address (404). Check the address; we go on trying.",
    406: "does not offer what we ask for (406).",
    408: "was too slow (408).",
    410: "says that this is gone for good (410).",
    451: "may not show this for legal reasons (451).",
    500: "has an error of its own (500). We try again.",
    502: "is not reachable behind its front door (502). We try again.",
    503: "is overloaded or being repaired (503). We try again.",
    504: "is not reachable behind its front door (504). We try again.",
}
_PASSING = frozenset({402, 408, 409, 425})
"""Refusals of this moment: too slow, overloaded, out of credit."""


def redact(url: str) -> str:
    """``url`` fit to be shown: no login, no query, no fragment, no part of the path that looks like a key."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(an address that cannot be read)"
    path = "/".join("…" if _TOKEN.fullmatch(part) else part for part in parts.path.split("/"))
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}{'?…' if parts.query else ''}"
    return "".join(c for c in shown if c.isprintable())[:300]


def refusal(status: int, site: str, sample: str = "") -> SourceError:
    """The error for a status of 400 and above, 429 aside."""
    words = _REFUSALS.get(status) or f"answers with an error ({status})."
    message = f"{site} {words}"
    if status == 401:
        return AuthError(message)
    if status == 410:
        return Gone(message)
    return BadResponse(message, sample) if status in _PASSING or status >= 500 else Refused(message, sample)


def trouble(cause: BaseException, site: str, late: str = "") -> SourceError:
    """The error for a connection that failed; ``late`` says how much time was spent when it was too much."""
    if late:
        return SourceError(f"{site} did not finish its answer within {late}.")
    chain = _chain(cause)
    for kinds, words in _TROUBLES:
        if any(isinstance(error, kinds) for error in chain):
            return SourceError(f"{site} {words}")
    return SourceError(f"{site} could not be read: the connection failed.")


_TROUBLES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    # the most telling first
    ((ssl.SSLCertVerificationError,), "could not prove that it is the real one: its certificate is not valid."),
    ((ssl.SSLError, wire.SSLError), "could not set up a secure connection (TLS)."),
    ((requests.TooManyRedirects,), "sent us on too many times: more than 5 redirects."),
    ((requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL), "sent us on to an address we do not read."),
    ((wire.DecodeError,), "sent an answer that cannot be unpacked."),
    ((wire.IncompleteRead,), "broke off in the middle of its answer."),
    ((wire.LocationParseError, UnicodeError), "is no address that can be read."),
    ((TimeoutError, wire.TimeoutError, requests.Timeout), "did not answer in time."),
    ((ConnectionRefusedError,), "refuses connections: nothing answers there."),
    ((ConnectionError, wire.ProtocolError), "closed the connection before its answer was complete."),
)


def _chain(cause: BaseException | None) -> list[BaseException]:
    """``cause`` and all that led to it, the first reason last; libraries hide it in args and ``reason`` too."""
    found: list[BaseException] = []
    waiting = [cause]
    while waiting and len(found) < 20:
        error = waiting.pop(0)
        if error is None or any(error is known for known in found):
            continue
        found.append(error)
        inner = [a for a in (*error.args, getattr(error, "reason", None)) if isinstance(a, BaseException)]
        waiting += [*inner, error.__cause__, error.__context__]
    return found
