"""Outgoing HTTP: one guarded requests session for every source, including SDKs.

    Http.get --> GuardedSession --> GuardAdapter --> HostRateLimiter --> Guard (address, deadline) --> socket

Private addresses are refused unless the config allows the host, no response may take longer than a minute or exceed
15 MB, certificates are always verified, and every failure is a SourceError with a readable message.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
import weakref
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeVar

import requests

from monitor.clock import Clock
from monitor.errors import BadResponse, RateLimited, Refused, SourceError
from monitor.http.adapter import GuardAdapter, GuardedSession, Limits, Traffic
from monitor.http.addresses import Resolve, resolve
from monitor.http.bot_checks import bot_check
from monitor.http.connections import Deadline, Guard
from monitor.http.error_messages import (
    bot_check_message,
    connection_error,
    name_redirect,
    site_label,
    status_error,
    wait_message,
)
from monitor.http.guarded_socket import GuardedSocket, open_guarded_socket
from monitor.http.rate_limit_status import RateLimitStatus
from monitor.http.rate_limiter import MAX_RETRY_AFTER, HostRateLimiter, requested_wait, retry_after
from monitor.urls import check_url, redact, site_of

__all__ = [
    "GuardedSocket",
    "HostRateLimiter",
    "Http",
    "Limits",
    "RateLimitStatus",
    "Response",
    "Traffic",
    "bot_check",
    "bot_check_message",
    "check_url",
    "redact",
    "retry_after",
    "site_of",
]

T = TypeVar("T")

USER_AGENT = "Wallflower/0.1 (brand listening; reads public feeds)"
_PERMANENT_REDIRECTS = (301, 308)


@dataclass(frozen=True, slots=True)
class Response:
    """A complete response. ``headers`` is case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    """The address after all redirects."""
    moved_to: str | None = None
    """The address to use from now on, after a permanent redirect."""
    requested: str = ""
    """The address that was asked for; empty if that is ``url``."""

    @property
    def label(self) -> str:
        """How messages name the site, and the redirect if there was one."""
        return site_label(self.requested or self.url, self.url)

    def unexpected(self, wanted: str) -> BadResponse:
        """The error for a status below 400 with which the site answered instead of sending ``wanted``."""
        product = bot_check(self.status, self.headers, self.body)
        message = f"{self.label} returned status {self.status} instead of {wanted}."
        return BadResponse(bot_check_message(self.label, product) if product else message, self.sample)

    def json(self) -> Any:
        """The body parsed as JSON. Raises BadResponse."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise BadResponse(f"{site_of(self.url)} did not return JSON.", self.sample) from error

    @property
    def sample(self) -> str:
        """The first 200 bytes as text, shown to the operator when the response cannot be used."""
        return self.body[:200].decode("utf-8", "replace")


class Http:
    """Fetches from the internet. Safe to use from several threads."""

    def __init__(
        self,
        clock: Clock,
        allow_hosts: Collection[str] = frozenset(),
        *,
        limits: Limits | None = None,
        rate_limiter: HostRateLimiter | None = None,
        resolve: Resolve = resolve,
        user_agent: str = USER_AGENT,
    ) -> None:
        """``allow_hosts``: entries "host" or "host:port", which may resolve to private addresses."""
        self.traffic = Traffic()
        self._clock = clock
        self._rate_limiter = rate_limiter or HostRateLimiter(clock)
        self._shared: dict[Callable[[], Any], Any] = {}
        self._sockets: weakref.WeakSet[GuardedSocket] = weakref.WeakSet()
        self._lock = threading.Lock()
        limits = limits or Limits()
        self._guard = Guard(resolve, frozenset(host.lower() for host in allow_hosts), limits.read_timeout)
        self._adapter = GuardAdapter(clock, self._guard, limits, self._rate_limiter, self.traffic)
        self.session = GuardedSession(self._adapter, user_agent)
        """For SDKs: its requests are guarded in the same way, and raise the same SourceErrors."""

    def allow(self, hosts: Collection[str]) -> None:
        """Replace ``allow_hosts``, for connections that are opened from now on."""
        self._guard.allowed_hosts = frozenset(host.lower() for host in hosts)

    def shared(self, factory: Callable[[], T]) -> T:
        """The object that ``factory`` makes, created once and shared by all sources; ``close`` closes it.

        For objects that are expensive or must be shared, such as the process that parses feeds.
        """
        with self._lock:
            if factory not in self._shared:
                self._shared[factory] = factory()
            shared: T = self._shared[factory]
            return shared

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        allow_status: Collection[int] = (),
    ) -> Response:
        """Fetch ``url`` and follow redirects. Statuses of 400 and above raise, except those in ``allow_status``.

        Raises AuthError (401), RateLimited (429, or 503 with Retry-After), Gone (410), Refused (other statuses below
        500), BadResponse (other statuses, too many bytes) and SourceError (no connection, timeout, blocked address).
        """
        check_url(url)
        with self._adapter.deadline():
            try:
                got = self.session.get(url, headers=headers, params=params)
            except (requests.RequestException, ValueError) as error:
                raise connection_error(error, site_of(url)) from error
            except SourceError as error:
                name_redirect(error, url)
                raise
        requested = got.history[0].url if got.history else got.url
        response = Response(got.status_code, got.headers, got.content or b"", got.url, _moved_to(got), requested)
        if response.status >= 400 and response.status not in allow_status:
            raise self.response_error(
                response.url, response.status, response.headers, response.body, label=response.label
            )
        return response

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Response:
        """Send ``body``; return the response with whatever status. Redirects are not followed.

        Raises RateLimited while the host asks us to wait, and SourceError (no connection, timeout, blocked address).
        """
        check_url(url)
        with self._adapter.deadline():
            try:
                got = self.session.post(url, data=body, headers=headers, allow_redirects=False)
            except (requests.RequestException, ValueError) as error:
                raise connection_error(error, site_of(url)) from error
        return Response(got.status_code, got.headers, got.content or b"", got.url)

    def wait_until(self, value: str | None) -> datetime | None:
        """The time that a Retry-After header asks us to wait for, at most a day ahead; None if it is unreadable."""
        return retry_after(value, self._clock.now())

    def open_connection(self, host: str, port: int, *, tls: bool = False) -> socket.socket:
        """A socket for another protocol than HTTP, to an address that may be connected to. Raises SourceErrors."""
        with self._adapter.deadline():
            try:
                return self._guard.connect(host, port, tls=tls)
            except (OSError, ValueError) as error:
                raise connection_error(error, f"{host}:{port}") from error

    @property
    def tls_context(self) -> ssl.SSLContext:
        """Verifies certificates; for protocols that begin without TLS."""
        return self._guard.tls_context

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """The hosts that may have private addresses."""
        return self._guard.allowed_hosts

    def connect(self, url: str) -> GuardedSocket:
        """A socket to the site of ``url`` for a stream, guarded like a request. Raises SourceErrors."""
        check_url(url)
        site = site_of(url)
        with self._rate_limiter.slot(site) as waited, self._adapter.deadline() as deadline:
            deadline.extend(waited)
            try:
                sock = open_guarded_socket(url, self._guard)
            except (OSError, ValueError) as error:
                raise connection_error(error, site) from error
        self._sockets.add(sock)
        return sock

    def deadline(self) -> AbstractContextManager[Deadline]:
        """Limit everything that this thread connects, sends and reads inside the block to one request's deadline."""
        return self._adapter.deadline()

    def close(self) -> None:
        """Close connections, streams and shared objects."""
        self.session.close()
        for sock in list(self._sockets):
            sock.shutdown()
        with self._lock:
            for shared in self._shared.values():
                if hasattr(shared, "close"):
                    shared.close()
            self._shared.clear()

    def response_error(
        self, url: str, status: int, headers: Mapping[str, str], body: bytes = b"", label: str = ""
    ) -> SourceError:
        """The error for a status of 400 or above at ``url``. A host that asks us to wait is blocked until then.

        ``label`` names the site in the message, if its host is not enough.
        """
        site, value = site_of(url), headers.get("Retry-After") or headers.get("retry-after")
        sample, label = body[:200].decode("utf-8", "replace"), label or site
        if product := bot_check(status, headers, body):
            if status == 429 or value:
                self._rate_limiter.block(site, retry_after(value, self._clock.now()))
            kind = BadResponse if status in (429, 503) else Refused
            return kind(bot_check_message(label, product), sample, status)
        if status == 429 or (status == 503 and value):
            wait = requested_wait(value, self._clock.now())
            until = self._rate_limiter.block(site, retry_after(value, self._clock.now()))
            return RateLimited(wait_message(label, status, wait, MAX_RETRY_AFTER), until)
        return status_error(status, label, sample)


def _moved_to(response: requests.Response) -> str | None:
    """The target of the permanent redirects at the start of the redirect chain; None without any."""
    moved_to = None
    for hop, following in pairwise([*response.history, response]):
        if hop.status_code not in _PERMANENT_REDIRECTS:
            break
        moved_to = following.url
    return moved_to
