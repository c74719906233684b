"""The session and the adapter that send every request of every source, including those of SDKs."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from monitor.clock import Clock
from monitor.errors import BadResponse, SourceError
from monitor.http.connections import Deadline, Guard, GuardedPoolManager
from monitor.http.error_messages import connection_error, deadline_error
from monitor.http.rate_limit_status import RateLimitStatus, parse_rate_limit
from monitor.http.rate_limiter import HostRateLimiter, retry_after
from monitor.urls import check_redirect, check_url, site_of

_MAX_REDIRECTS = 5
_READ_BYTES = 64 * 1024
_RETRY_LATER_STATUSES = (429, 503)
_TRANSPORT_ERRORS = (requests.RequestException, HTTPError, HTTPException, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one response."""

    read_timeout: float = 20.0
    """Maximum seconds without a byte."""
    total_timeout: float = 60.0
    """Maximum seconds until the response is complete, including redirects."""
    max_bytes: int = 15_000_000
    """Maximum size after decompression."""


@dataclass(slots=True)
class Traffic:
    """Counts what was sent and received since the start. Safe to use from several threads."""

    requests: int = 0
    failures: int = 0
    bytes: int = 0
    rate_limits: dict[str, RateLimitStatus] = field(default_factory=dict)
    """Site -> its last reported rate limit, for sites that report one."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def count(self, *, requests: int = 0, failures: int = 0, size: int = 0) -> None:
        """Add to the totals; ``size`` in bytes."""
        with self._lock:
            self.requests += requests
            self.failures += failures
            self.bytes += size

    def record_rate_limit(self, site: str, status: RateLimitStatus | None) -> None:
        """Store the rate limit that ``site`` reported; None changes nothing."""
        if status is not None:
            with self._lock:
                self.rate_limits[site] = status


class GuardAdapter(HTTPAdapter):
    """Checks the address of a request, waits for a slot at its host, and reads the whole response within the limits.

    The caller's ``stream``, ``timeout``, ``verify`` and ``proxies`` are ignored: SDKs would weaken them.
    Raises SourceErrors, which pass through requests and SDKs unchanged.
    """

    def __init__(
        self, clock: Clock, guard: Guard, limits: Limits, rate_limiter: HostRateLimiter, traffic: Traffic
    ) -> None:
        self._clock = clock
        self._guard = guard
        self._limits = limits
        self._rate_limiter = rate_limiter
        self._traffic = traffic
        super().__init__(pool_maxsize=4)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        """Use pools of guarded connections instead of those of requests."""
        self.poolmanager = GuardedPoolManager(
            self._guard, self._limits.read_timeout, num_pools=connections, maxsize=maxsize, block=block, **options
        )

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """The response with its whole body. Raises only SourceErrors."""
        url = request.url or ""
        try:
            check_url(url)
            return self._send(request, url, cert)
        except SourceError as error:
            error.failed_url = error.failed_url or url
            raise

    def _send(self, request: requests.PreparedRequest, url: str, cert: Any) -> requests.Response:
        site = site_of(url)
        with self._rate_limiter.slot(site) as waited, self.deadline() as deadline:
            deadline.extend(waited)
            self._traffic.count(requests=1)
            try:
                seconds = self._guard.read_timeout()
                response = super().send(request, stream=True, timeout=(seconds, seconds), verify=True, cert=cert)
                response._content = self._read_body(response.raw, site)
            except SourceError:
                self._traffic.count(failures=1)
                raise
            except _TRANSPORT_ERRORS as error:
                self._traffic.count(failures=1)
                late = deadline_error(site, deadline.seconds) if deadline.has_passed else None
                raise late or connection_error(error, site) from error
            self._apply_rate_limit(response.status_code, response.headers, site)
            return response

    @contextmanager
    def deadline(self) -> Iterator[Deadline]:
        """One deadline for everything that this thread sends and reads inside the block, including redirects."""
        outer = self._guard.deadline
        deadline = outer or Deadline(self._clock, self._limits.total_timeout)
        self._guard.deadline = deadline
        try:
            yield deadline
        finally:
            self._guard.deadline = outer

    def _apply_rate_limit(self, status: int, headers: Mapping[str, str], site: str) -> None:
        """Record the rate limit that a response reports, and block the site for as long as it asks."""
        self._traffic.record_rate_limit(site, parse_rate_limit(headers, self._clock.now()))
        if status in _RETRY_LATER_STATUSES and (value := headers.get("Retry-After")):
            self._rate_limiter.block(site, retry_after(value, self._clock.now()))

    def _read_body(self, response: BaseHTTPResponse, site: str) -> bytes:
        body = bytearray()
        try:
            for chunk in response.stream(_READ_BYTES, decode_content=True):
                body += chunk
                if len(body) > self._limits.max_bytes:
                    raise BadResponse(f"{site} sent more than {self._limits.max_bytes // 1_000_000} MB.")
        except BaseException:
            response.close()
            raise
        finally:
            self._traffic.count(size=len(body))
        response.release_conn()
        return bytes(body)


class GuardedSession(requests.Session):
    """A requests session that ignores the environment, keeps no cookies and sends everything through one adapter."""

    def __init__(self, adapter: GuardAdapter, user_agent: str) -> None:
        super().__init__()
        self.trust_env = False
        self.max_redirects = _MAX_REDIRECTS
        self.headers["User-Agent"] = user_agent
        self.headers["Connection"] = "close"
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.adapters.clear()
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """The address that ``resp`` redirects to, or None. Raises SourceError for a malformed or deceptive address."""
        try:
            target = super().get_redirect_target(resp)
        except UnicodeError:
            target = resp.headers["location"]  # no UTF-8
        if target is not None:
            check_redirect(resp.url, target)
        return target
