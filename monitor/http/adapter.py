"""The adapter through which every request of every source goes, our own and those of SDKs."""

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
from monitor.http.addresses import check_url, site_of
from monitor.http.allowance import Allowance, allowance
from monitor.http.connections import Deadline, Guard, GuardedPools
from monitor.http.pacing import Pacer, retry_after
from monitor.http.wording import trouble

_MOST_REDIRECTS = 5
_CHUNK = 64 * 1024
_RESTING = (429, 503)
_FAILURES = (requests.RequestException, HTTPError, HTTPException, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one answer may cost: seconds without a byte, seconds in all, bytes after decompression."""

    patience: float = 20.0
    deadline: float = 60.0
    size: int = 15_000_000


@dataclass(slots=True)
class Traffic:
    """What went over the wire since the start."""

    requests: int = 0
    failures: int = 0
    bytes: int = 0
    allowances: dict[str, Allowance] = field(default_factory=dict)
    """Site -> what it said last of how many more requests it lets through, where it says such a thing."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, requests: int = 0, failures: int = 0, size: int = 0) -> None:
        """Count."""
        with self._lock:
            self.requests += requests
            self.failures += failures
            self.bytes += size

    def note(self, site: str, left: Allowance | None) -> None:
        """Keep what a site said, if it did."""
        if left is not None:
            with self._lock:
                self.allowances[site] = left


class GuardAdapter(HTTPAdapter):
    """Checks where a request goes, waits for the host's turn, and reads the whole answer within its limits.

    The caller's ``stream``, ``timeout``, ``verify`` and ``proxies`` count for nothing: SDKs would weaken them.
    Raises SourceErrors, which pass through requests and through SDKs as they are.
    """

    def __init__(self, clock: Clock, guard: Guard, limits: Limits, pacer: Pacer, traffic: Traffic) -> None:
        self._clock = clock
        self._guard = guard
        self._limits = limits
        self._pacer = pacer
        self._traffic = traffic
        super().__init__(pool_maxsize=4)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        """Put pools of guarded connections in the place of requests' own."""
        self.poolmanager = GuardedPools(
            self._guard, self._limits.patience, num_pools=connections, maxsize=maxsize, block=block, **options
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
        """The whole answer, body included. Raises SourceErrors only."""
        with self._guarded(request.url or "") as site:
            patience = self._guard.patience()
            response = super().send(request, stream=True, timeout=(patience, patience), verify=True, cert=cert)
            response._content = self._read(response.raw, site)
            self._heed(response.status_code, response.headers, site)
            return response

    @contextmanager
    def _guarded(self, url: str) -> Iterator[str]:
        """One request's turn at the site of ``url``, within its deadline and counted; what fails is a SourceError."""
        check_url(url)
        site = site_of(url)
        with self._pacer.turn(site) as waited, self.one_deadline() as deadline:
            deadline.put_off(waited)
            try:
                self._traffic.add(requests=1)
                yield site
            except SourceError:
                self._traffic.add(failures=1)
                raise
            except _FAILURES as error:
                self._traffic.add(failures=1)
                late = f"{deadline.seconds:g} seconds" if deadline.passed else ""
                raise trouble(error, site, late) from error

    @contextmanager
    def one_deadline(self) -> Iterator[Deadline]:
        """One deadline for all that this thread sends inside, redirects included."""
        outer = self._guard.deadline
        deadline = outer or Deadline(self._clock, self._limits.deadline)
        self._guard.deadline = deadline
        try:
            yield deadline
        finally:
            self._guard.deadline = outer

    def _heed(self, status: int, headers: Mapping[str, str], site: str) -> None:
        """Let the site rest where it asks for it, and note what it says is left."""
        self._traffic.note(site, allowance(headers, self._clock.now()))
        if status in _RESTING and (wish := headers.get("Retry-After")):
            self._pacer.rest(site, retry_after(wish, self._clock.now()))

    def _read(self, answer: BaseHTTPResponse, site: str) -> bytes:
        body = bytearray()
        try:
            for chunk in answer.stream(_CHUNK, decode_content=True):
                body += chunk
                if len(body) > self._limits.size:
                    raise BadResponse(f"{site} sends more than {self._limits.size // 1_000_000} MB at once.")
        except BaseException:
            answer.close()
            raise
        finally:
            self._traffic.add(size=len(body))
        answer.release_conn()
        return bytes(body)


class GuardedSession(requests.Session):
    """A requests session that takes nothing from the environment, keeps no cookies and goes through one adapter."""

    def __init__(self, adapter: GuardAdapter, agent: str) -> None:
        super().__init__()
        self.trust_env = False
        self.max_redirects = _MOST_REDIRECTS
        self.headers["User-Agent"] = agent
        self.headers["Connection"] = "close"
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.adapters.clear()
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Where ``resp`` sends us, None when nowhere. Raises SourceError for a target written to mislead."""
        target = super().get_redirect_target(resp)
        if target is not None and any(c == "\\" or c < " " or c == "\x7f" for c in target):
            raise SourceError(f"{site_of(resp.url)} sent us on to an address that cannot be read.")
        return target
