"""The only socket of ours: one guarded requests session for every source, SDKs included.

    Http.get --> GuardedSession --> GuardAdapter --> Pacer (two per host) --> Guard (address, deadline) --> socket

Nothing private is connected to unless allowed by name, no answer lasts longer than a minute or weighs more than 15 MB,
certificates are always verified, and every failure is a SourceError in plain words.
"""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import requests

from monitor.clock import Clock
from monitor.errors import BadResponse, RateLimited, SourceError
from monitor.http.adapter import GuardAdapter, GuardedSession, Limits, Traffic
from monitor.http.addresses import Resolve, check_url, resolve, site_of
from monitor.http.allowance import Allowance
from monitor.http.connections import Deadline, Guard
from monitor.http.lines import Line, open_line
from monitor.http.pacing import Pacer, retry_after
from monitor.http.wording import redact, refusal, trouble

__all__ = [
    "Allowance",
    "Http",
    "Limits",
    "Line",
    "Pacer",
    "Response",
    "Traffic",
    "check_url",
    "redact",
    "retry_after",
    "site_of",
]

T = TypeVar("T")

AGENT = "Wallflower/0.1 (brand listening; reads public feeds)"
_PERMANENT = (301, 308)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, read completely. ``headers`` ignores case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    """Where it came from in the end."""
    moved_to: str | None = None
    """The address to use from now on, when the site said that it has moved for good."""

    def json(self) -> Any:
        """The body as JSON. Raises BadResponse."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise BadResponse(f"{site_of(self.url)} did not answer with JSON.", self.sample) from error

    @property
    def sample(self) -> str:
        """The first 200 bytes as text, to show to ops."""
        return self.body[:200].decode("utf-8", "replace")


class Http:
    """Reads the outside. Safe to use from several threads."""

    def __init__(
        self,
        clock: Clock,
        allow_hosts: Collection[str] = frozenset(),
        *,
        limits: Limits | None = None,
        pacer: Pacer | None = None,
        resolve: Resolve = resolve,
        agent: str = AGENT,
    ) -> None:
        """``allow_hosts``: "host" or "host:port" that may lie in a private network."""
        self.traffic = Traffic()
        self._clock = clock
        self._pacer = pacer or Pacer(clock)
        self._shared: dict[Callable[[], Any], Any] = {}
        self._lines: weakref.WeakSet[Line] = weakref.WeakSet()
        self._lock = threading.Lock()
        limits = limits or Limits()
        self._guard = guard = Guard(resolve, frozenset(host.lower() for host in allow_hosts), limits.patience)
        self._adapter = GuardAdapter(clock, guard, limits, self._pacer, self.traffic)
        self.session = GuardedSession(self._adapter, agent)
        """For SDKs: every request on it is guarded in the same way, and raises SourceErrors too."""

    def shared(self, make: Callable[[], T]) -> T:
        """What ``make`` gives, made once for all sources that read through this Http, and closed with it.

        A place for what is dear to have twice, such as the process in which feeds are parsed.
        """
        with self._lock:
            if make not in self._shared:
                self._shared[make] = make()
            found: T = self._shared[make]
            return found

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Response:
        """The answer at ``url``, redirects followed. Statuses of 400 and above raise, but for those in ``accept``.

        Raises AuthError (401), RateLimited (429, or 503 with Retry-After), Gone (410), BadResponse (other statuses,
        too much) and SourceError (no connection, too slow, an address we may not read).
        """
        check_url(url)
        with self._adapter.one_deadline():
            try:
                got = self.session.get(url, headers=headers, params=params)
            except (requests.RequestException, ValueError) as error:
                raise trouble(error, site_of(url)) from error
        answer = Response(got.status_code, got.headers, got.content or b"", got.url, _moved_to(got))
        if answer.status >= 400 and answer.status not in accept:
            raise self.refusal(answer.url, answer.status, answer.headers, answer.body)
        return answer

    def connect(self, url: str) -> Line:
        """A line to the site of ``url``, for a stream: the same guard, certificates verified. Raises SourceErrors."""
        check_url(url)
        site = site_of(url)
        with self._pacer.turn(site) as waited, self._adapter.one_deadline() as deadline:
            deadline.put_off(waited)
            try:
                line = open_line(url, self._guard)
            except (OSError, ValueError) as error:
                raise trouble(error, site) from error
        self._lines.add(line)
        return line

    def one_deadline(self) -> AbstractContextManager[Deadline]:
        """One deadline, as for an answer, for all that this thread connects, sends and reads inside."""
        return self._adapter.one_deadline()

    def close(self) -> None:
        """Close what is kept open: connections, streams, and what is shared."""
        self.session.close()
        for line in list(self._lines):
            line.shutdown()
        with self._lock:
            for thing in self._shared.values():
                if hasattr(thing, "close"):
                    thing.close()
            self._shared.clear()

    def refusal(self, url: str, status: int, headers: Mapping[str, str], body: bytes = b"") -> SourceError:
        """The error for an answer of 400 and above at ``url``; a host that asks us to wait is left alone so long."""
        site, wish = site_of(url), headers.get("Retry-After") or headers.get("retry-after")
        if status == 429 or (status == 503 and wish):
            until = self._pacer.rest(site, retry_after(wish, self._clock.now()))
            return RateLimited(f"{site} asks us to wait ({status}).", until)
        return refusal(status, site, body[:200].decode("utf-8", "replace"))


def _moved_to(answer: requests.Response) -> str | None:
    """Where the unbroken run of permanent redirects at the start of the way leads."""
    moved = None
    for hop, after in pairwise([*answer.history, answer]):
        if hop.status_code not in _PERMANENT:
            break
        moved = after.url
    return moved
