"""A web server on loopback that a test scripts down to the single byte. The sockets are real."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from monitor.clock import Clock
from monitor.http import HostRateLimiter, Http, Limits

Script = Callable[["Connection"], None]
"""What the server does with a connection once it has read the request."""


@dataclass
class Request:
    """A request as the server received it. Header names are in lower case."""

    path: str
    headers: dict[str, str]
    method: str = "GET"
    body: bytes = b""


@dataclass
class Connection:
    """One connection, as a script sees it."""

    sock: socket.socket
    request: Request
    closing: threading.Event

    def send(self, data: bytes) -> None:
        """Send as much of ``data`` as the client reads."""
        with contextlib.suppress(OSError):
            self.sock.sendall(data)

    def answer(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        """Send a whole response; ``content_type="..."`` becomes Content-Type."""
        named = {"Content-Length": str(len(body)), "Connection": "close"}
        named |= {name.replace("_", "-").title(): value for name, value in headers.items()}
        lines = [f"HTTP/1.1 {status} Reason", *(f"{name}: {value}" for name, value in named.items()), "", ""]
        self.send("\r\n".join(lines).encode() + body)

    def hang(self) -> None:
        """Send nothing more until the server closes."""
        self.closing.wait(30)

    def reset(self) -> None:
        """Make the connection end with a TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def drip(self, data: bytes, pause: float = 0.02) -> None:
        """Send ``data`` byte by byte, with ``pause`` seconds between, until the client closes the connection."""
        for n in range(len(data)):
            try:
                self.sock.sendall(data[n : n + 1])
            except OSError:
                return
            if self.closing.wait(pause):
                return


@dataclass
class Server:
    """Runs ``script`` for every request and records the requests."""

    script: Script = lambda conn: conn.answer()
    reads_requests: bool = True
    """Whether to read a request before the script runs."""
    tls: ssl.SSLContext | None = None
    """None for plain HTTP."""
    requests: list[Request] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http{'s' if self.tls else ''}://{self.host}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop accepting connections and end those that hang."""
        self.closing.set()
        # close() alone does not wake a waiting accept(); a connection does
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            pass
        self._thread.join(5)
        self._listener.close()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            stack.callback(sock.close)
            sock.settimeout(30)
            if self.tls:
                sock = stack.enter_context(self.tls.wrap_socket(sock, server_side=True))
            raw = b""
            while self.reads_requests and b"\r\n\r\n" not in raw:
                part = sock.recv(65536)
                if not part:
                    return
                raw += part
            head, _, body = (raw or b"GET /").partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            while len(body) < int(headers.get("content-length", 0)) and (part := sock.recv(65536)):
                body += part
            request = Request(first.split(" ")[1], headers, first.split(" ")[0], body)
            self.requests.append(request)
            self.script(Connection(sock, request, self.closing))


@contextlib.contextmanager
def serving(script: Script | None = None, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server that runs until the end of the block."""
    server = Server(script, tls=tls) if script else Server(tls=tls)
    try:
        yield server
    finally:
        server.close()


def http_for(*servers: Server, clock: Clock | None = None, **limits: float) -> Http:
    """An Http that may read these servers, with no pause between requests. ``limits`` are those of ``Limits``."""
    clock = clock or Clock()
    allowed = [server.host for server in servers]
    chosen = Limits(**limits)  # type: ignore[arg-type]
    return Http(clock, allowed, limits=chosen, rate_limiter=HostRateLimiter(clock, interval_seconds=0.0))


def rss(*items: str, head: str = "") -> bytes:
    """An RSS document with these items, as ``item`` returns them."""
    channel = f"<title>Harbour Forum</title><link>https://harbour.example/</link>{head}{''.join(items)}"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{channel}</channel></rss>'.encode()


def item(n: int, text: str = "Acme is fine.", date: str = "Wed, 04 Mar 2026 10:00:00 GMT") -> str:
    """An RSS item with an id, a link, a title and a date."""
    return (
        f"<item><guid isPermaLink='false'>g{n}</guid><link>https://harbour.example/{n}</link>"
        f"<title>Thread {n}</title><description>{text}</description><pubDate>{date}</pubDate></item>"
    )
