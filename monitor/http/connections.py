"""Connections that go only where they may, and that end in time.

Our own step stands where urllib3 opens a socket (``_new_conn``) and where http.client reads from it
(``response_class``): every address is checked just before it is connected to, and every read looks at the clock, so
that a server which sends a byte a second is cut off too. Read timeouts never fire on such a one.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import threading
from functools import cached_property, partial
from typing import Any

import certifi
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Timeout
from urllib3.util.ssl_ import create_urllib3_context

from monitor.clock import Clock
from monitor.errors import SourceError
from monitor.http.addresses import Resolve, is_allowed, is_public

_TRUST = (
    *("cert_reqs", "ca_certs", "ca_cert_dir", "ca_cert_data", "ssl_context", "cert_file", "key_file", "key_password"),
    *("assert_hostname", "assert_fingerprint", "server_hostname"),
    *("ssl_version", "ssl_minimum_version", "ssl_maximum_version"),
)


class Deadline:
    """Until when an answer must be complete."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self.seconds = seconds
        self._end = clock.monotonic() + seconds

    def left(self) -> float:
        """Seconds to go. Raises TimeoutError when there are none."""
        left = self._end - self._clock.monotonic()
        if left <= 0:
            raise TimeoutError("deadline")
        return left

    @property
    def passed(self) -> bool:
        """Whether the time is up."""
        return self._clock.monotonic() >= self._end

    def put_off(self, seconds: float) -> None:
        """Do not count ``seconds`` that were spent waiting for our own turn."""
        self._end += seconds


class Guard:
    """Opens sockets, to allowed addresses only; knows the deadline of the request that runs in this thread."""

    def __init__(self, resolve: Resolve, allowed: frozenset[str], patience: float) -> None:
        self._resolve = resolve
        self._allowed = allowed
        self._patience = patience
        self._running = threading.local()

    @property
    def deadline(self) -> Deadline | None:
        """Of the request that runs in this thread."""
        found: Deadline | None = getattr(self._running, "deadline", None)
        return found

    @deadline.setter
    def deadline(self, deadline: Deadline | None) -> None:
        self._running.deadline = deadline

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """How certificates are verified. One for all connections: to load the authorities takes 17 ms of processor."""
        context = ssl.create_default_context(cafile=certifi.where())
        context.hostname_checks_common_name = False  # no authority vouches for that one any more
        context.set_alpn_protocols(["http/1.1"])
        return context

    @cached_property
    def tls_of_pools(self) -> ssl.SSLContext:
        """The same for urllib3. One of its own: urllib3 may take the check of names out of its context."""
        context = create_urllib3_context()
        context.load_verify_locations(certifi.where())
        return context

    def patience(self) -> float:
        """Seconds to wait for the next byte."""
        return min(self._patience, self.deadline.left()) if self.deadline else self._patience

    def hurry(self, sock: socket.socket) -> None:
        """Let the next read or write of ``sock`` last as long as there is patience. Raises TimeoutError for none."""
        seconds = self.patience()
        if seconds != sock.gettimeout():  # to set it takes a call of the system, for which threads wait in line
            sock.settimeout(seconds)

    def open(self, host: str, port: int, secure: bool) -> socket.socket:
        """``connect``, and over TLS where it is to be ``secure``."""
        sock = self.connect(host, port)
        if not secure:
            return sock
        try:
            self.hurry(sock)
            return self.tls.wrap_socket(sock, server_hostname=host.rstrip("."))
        except BaseException:
            sock.close()
            raise

    def connect(self, host: str, port: int) -> socket.socket:
        """A socket connected to ``host``. Raises SourceError where we may not go, OSError where nobody answers."""
        failure: OSError | None = None
        for address in self._addresses(host, port):
            try:
                return socket.create_connection((address, port), self.patience())
            except OSError as error:
                failure = error
        raise failure or ConnectionError("no address")

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = self._resolve(host.strip("[]"), port)
        except (OSError, UnicodeError) as error:
            raise SourceError(f"{host} was not found: no such name in the DNS, or the DNS does not answer.") from error
        if is_allowed(host, port, self._allowed):
            return list(found)
        public = [address for address in found if is_public(address)]
        if found and not public:
            raise SourceError(
                f"{host} leads into a private network, which sources may not read. "
                f'If that is meant, put "{host}" into allow_hosts in the config.'
            )
        return public


class _TimedReader(io.RawIOBase):
    """A socket's bytes; each read waits no longer than the deadline of the request allows."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, guard: Guard) -> None:
        self._raw, self._sock, self._guard = raw, sock, guard

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._guard.hurry(self._sock)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class TimedResponse(http.client.HTTPResponse):
    """A response that is read within the deadline of the request."""

    def __init__(self, guard: Guard, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_TimedReader(self.fp.detach(), sock, guard))

    def begin(self) -> None:
        """Read status and headers. A connection serves one answer: kept open, the site may close it as we write."""
        super().begin()
        self.will_close = True


class _PlainConnection(HTTPConnection):
    def __init__(self, guard: Guard, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._guard = guard
        self._raw: TimedResponse | None = None

    def _new_conn(self) -> socket.socket:
        return self._guard.connect(self.host, self.port)

    def response_class(self, sock: socket.socket, *args: Any, **options: Any) -> TimedResponse:  # type: ignore[override]
        self._raw = TimedResponse(self._guard, sock, *args, **options)
        return self._raw

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        try:
            return super().getresponse()
        except BaseException:
            # urllib3 may refuse the headers only after http.client gave the socket to the response
            if self._raw is not None:
                self._raw.close()
            raise


class _SecureConnection(_PlainConnection, HTTPSConnection):
    def __init__(self, guard: Guard, *args: Any, **options: Any) -> None:
        # what a caller says of authorities and verifying counts for nothing; nor may it change what all share
        kept = {name: value for name, value in options.items() if name not in _TRUST}
        super().__init__(guard, *args, **kept, ssl_context=guard.tls_of_pools, cert_reqs=ssl.CERT_REQUIRED)


class _PlainPool(HTTPConnectionPool):
    def __init__(self, guard: Guard, host: str, port: int | None = None, **options: Any) -> None:
        super().__init__(host, port, **options)
        self.ConnectionCls = partial(_PlainConnection, guard)  # type: ignore[assignment]


class _SecurePool(HTTPSConnectionPool):
    def __init__(self, guard: Guard, host: str, port: int | None = None, **options: Any) -> None:
        super().__init__(host, port, **options)
        self.ConnectionCls = partial(_SecureConnection, guard)  # type: ignore[assignment]


class GuardedPools(PoolManager):
    """A pool manager all of whose connections are opened by ``guard``."""

    def __init__(self, guard: Guard, patience: float, **options: Any) -> None:
        super().__init__(timeout=Timeout(connect=patience, read=patience), **options)
        self.pool_classes_by_scheme = {"http": partial(_PlainPool, guard), "https": partial(_SecurePool, guard)}  # type: ignore[dict-item]
