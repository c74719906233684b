"""Connections to checked addresses only, and with an overall deadline.

We hook into urllib3 where it opens a socket (``_new_conn``) and into http.client where it reads from it
(``response_class``). Every address is checked just before it is connected to, and every read checks the deadline, so
that a server that sends one byte per second is cut off as well: a read timeout alone would never fire.
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
from monitor.errors import BlockedAddress, SourceError
from monitor.http.addresses import Resolve, is_allowed, is_metadata, is_public

_TLS_OPTIONS = (
    *("cert_reqs", "ca_certs", "ca_cert_dir", "ca_cert_data", "ssl_context", "cert_file", "key_file", "key_password"),
    *("assert_hostname", "assert_fingerprint", "server_hostname"),
    *("ssl_version", "ssl_minimum_version", "ssl_maximum_version"),
)


class Deadline:
    """When a response must be complete."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self.seconds = seconds
        self._end = clock.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left. Raises TimeoutError if there are none."""
        seconds = self._end - self._clock.monotonic()
        if seconds <= 0:
            raise TimeoutError("deadline")
        return seconds

    @property
    def has_passed(self) -> bool:
        """Whether the time is up."""
        return self._clock.monotonic() >= self._end

    def extend(self, seconds: float) -> None:
        """Add ``seconds``, such as those spent in our own rate limiter."""
        self._end += seconds


class Guard:
    """Opens sockets to allowed addresses only, and holds the deadline of the request that runs in this thread."""

    def __init__(self, resolve: Resolve, allowed_hosts: frozenset[str], read_timeout: float) -> None:
        self._resolve = resolve
        self.allowed_hosts = allowed_hosts
        """Hosts that may have private addresses. May be replaced at any time."""
        self._read_timeout = read_timeout
        self._thread = threading.local()

    @property
    def deadline(self) -> Deadline | None:
        """The deadline of the request that runs in this thread; None outside a request."""
        deadline: Deadline | None = getattr(self._thread, "deadline", None)
        return deadline

    @deadline.setter
    def deadline(self, deadline: Deadline | None) -> None:
        self._thread.deadline = deadline

    @cached_property
    def tls_context(self) -> ssl.SSLContext:
        """For streams. Shared by all connections, because loading the CA bundle costs 17 ms of CPU."""
        context = ssl.create_default_context(cafile=certifi.where())
        context.hostname_checks_common_name = False  # certificate authorities no longer verify the common name
        context.set_alpn_protocols(["http/1.1"])
        return context

    @cached_property
    def urllib3_tls_context(self) -> ssl.SSLContext:
        """For requests. A separate one, because urllib3 may switch off the host name check of its context."""
        context = create_urllib3_context()
        context.load_verify_locations(certifi.where())
        return context

    def read_timeout(self) -> float:
        """Seconds to wait for the next byte. Raises TimeoutError when the deadline has passed."""
        return min(self._read_timeout, self.deadline.remaining()) if self.deadline else self._read_timeout

    def connect(self, host: str, port: int, *, tls: bool = False) -> socket.socket:
        """A socket connected to ``host``, with TLS on request.

        Raises SourceError for an address that may not be read, OSError if no address answers.
        """
        sock = self._connect_tcp(host, port)
        if not tls:
            return sock
        try:
            sock.settimeout(self.read_timeout())
            return self.tls_context.wrap_socket(sock, server_hostname=host.rstrip("."))
        except BaseException:
            sock.close()
            raise

    def _connect_tcp(self, host: str, port: int) -> socket.socket:
        failure: OSError | None = None
        for address in self._addresses(host, port):
            try:
                return socket.create_connection((address, port), self.read_timeout())
            except OSError as error:
                failure = error
        raise failure or ConnectionError("no address")

    def _addresses(self, host: str, port: int) -> list[str]:
        """The addresses of ``host`` that may be connected to. Raises SourceError, BlockedAddress if there are none."""
        try:
            found = self._resolve(host.strip("[]"), port)
        except (OSError, UnicodeError) as error:
            raise SourceError(f"{host} was not found: the name does not exist, or DNS does not respond.") from error
        if found and all(is_metadata(address) for address in found):
            raise BlockedAddress(f"{host} is a cloud provider's internal address. Sources never read those.")
        if is_allowed(host, port, self.allowed_hosts):
            return [address for address in found if not is_metadata(address)]
        # If a name has both public and private addresses, connect only to the public ones.
        public = [address for address in found if is_public(address)]
        if found and not public:
            raise BlockedAddress(
                f"{host} is on a private network, which sources may not read.",
                f'If you trust it, add "{host}" to allow_hosts in the config.',
            )
        return public


class _DeadlineReader(io.RawIOBase):
    """Reads from a socket. Each read ends at the deadline of the request."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, guard: Guard) -> None:
        self._raw, self._sock, self._guard = raw, sock, guard

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._guard.read_timeout())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _DeadlineResponse(http.client.HTTPResponse):
    """A response that is read within the deadline of the request."""

    def __init__(self, guard: Guard, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_DeadlineReader(self.fp.detach(), sock, guard))

    def begin(self) -> None:
        """Read status and headers. Connections are not reused: the site may close an idle one while we write to it."""
        super().begin()
        self.will_close = True


class _GuardedConnection(HTTPConnection):
    def __init__(self, guard: Guard, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._guard = guard
        self._raw_response: _DeadlineResponse | None = None

    def _new_conn(self) -> socket.socket:
        return self._guard.connect(self.host, self.port)

    def response_class(self, sock: socket.socket, *args: Any, **options: Any) -> _DeadlineResponse:  # type: ignore[override]
        self._raw_response = _DeadlineResponse(self._guard, sock, *args, **options)
        return self._raw_response

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        try:
            return super().getresponse()
        except BaseException:
            # urllib3 raises InvalidHeader after http.client has passed the socket to the response, so close it there.
            if self._raw_response is not None:
                self._raw_response.close()
            raise


class _GuardedTLSConnection(_GuardedConnection, HTTPSConnection):
    def __init__(self, guard: Guard, *args: Any, **options: Any) -> None:
        # callers can neither weaken certificate verification nor change the shared context
        kept = {name: value for name, value in options.items() if name not in _TLS_OPTIONS}
        super().__init__(guard, *args, **kept, ssl_context=guard.urllib3_tls_context, cert_reqs=ssl.CERT_REQUIRED)


class _GuardedPool(HTTPConnectionPool):
    def __init__(self, guard: Guard, host: str, port: int | None = None, **options: Any) -> None:
        super().__init__(host, port, **options)
        self.ConnectionCls = partial(_GuardedConnection, guard)  # type: ignore[assignment]


class _GuardedTLSPool(HTTPSConnectionPool):
    def __init__(self, guard: Guard, host: str, port: int | None = None, **options: Any) -> None:
        super().__init__(host, port, **options)
        self.ConnectionCls = partial(_GuardedTLSConnection, guard)  # type: ignore[assignment]


class GuardedPoolManager(PoolManager):
    """A pool manager whose connections are all opened by ``guard``."""

    def __init__(self, guard: Guard, read_timeout: float, **options: Any) -> None:
        super().__init__(timeout=Timeout(connect=read_timeout, read=read_timeout), **options)
        self.pool_classes_by_scheme = {"http": partial(_GuardedPool, guard), "https": partial(_GuardedTLSPool, guard)}  # type: ignore[dict-item]
