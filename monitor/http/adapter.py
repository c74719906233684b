"""The adapter through which every request of every source goes, our own and those of SDKs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from monitor.clock import Clock
from monitor.errors import BadResponse, SourceError
from monitor.http.addresses import check_url, site_of
from monitor.http.connections import Deadline, Guard, GuardedPools
from monitor.http.pacing import Pacer, retry_after
from monitor.http.wording import trouble

_MOST_REDIRECTS = 5
_CHUNK = 64 * 1024
_RESTING = (429, 503)


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
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, requests: int = 0, failures: int = 0, size: int = 0) -> None:
        """Count."""
        with self._lock:
            self.requests += requests
            self.failures += failures
            self.bytes += size


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
        url = request.url or ""
        check_url(url)
        site = site_of(url)
        with self._pacer.turn(site) as waited, self.one_deadline() as deadline:
            deadline.put_off(waited)
            try:
                self._traffic.add(requests=1)
                return self._exchange(request, site, cert)
            except SourceError:
                self._traffic.add(failures=1)
                raise
            except (requests.RequestException, OSError, ValueError) as error:
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

    def _exchange(self, request: requests.PreparedRequest, site: str, cert: Any) -> requests.Response:
        patience = self._guard.patience()
        response = super().send(request, stream=True, timeout=(patience, patience), verify=True, cert=cert)
        response._content = self._read(response, site)
        if response.status_code in _RESTING and (wish := response.headers.get("Retry-After")):
            self._pacer.rest(site, retry_after(wish, self._clock.now()))
        return response

    def _read(self, response: requests.Response, site: str) -> bytes:
        body = bytearray()
        try:
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > self._limits.size:
                    raise BadResponse(f"{site} sends more than {self._limits.size // 1_000_000} MB at once.")
        except BaseException:
            response.raw.close()
            raise
        finally:
            self._traffic.add(size=len(body))
        response.raw.release_conn()
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
