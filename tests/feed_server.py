"""A web server on loopback that does as a test tells it, down to the single byte. Real sockets, nothing else."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from monitor.clock import Clock
from monitor.http import HostRateLimiter, Http, Limits

Script = Callable[["Line"], None]
"""What the server does with a connection whose request it has read."""


@dataclass
class Request:
    """What a client asked for; header names in lower case."""

    path: str
    headers: dict[str, str]
    method: str = "GET"
    body: bytes = b""


@dataclass
class Line:
    """One connection, as a script sees it."""

    sock: socket.socket
    request: Request
    closing: threading.Event

    def send(self, data: bytes) -> None:
        """Send what the client still takes."""
        with contextlib.suppress(OSError):
            self.sock.sendall(data)

    def answer(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        """A whole answer; ``content_type="..."`` becomes Content-Type."""
        named = {"Content-Length": str(len(body)), "Connection": "close"}
        named |= {name.replace("_", "-").title(): value for name, value in headers.items()}
        lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in named.items()), "", ""]
        self.send("\r\n".join(lines).encode() + body)

    def hang(self) -> None:
        """Say nothing more until the server closes."""
        self.closing.wait(30)

    def reset(self) -> None:
        """End with a TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def drip(self, data: bytes, pause: float = 0.02) -> None:
        """Send ``data`` byte by byte until the client has had enough."""
        for n in range(len(data)):
            try:
                self.sock.sendall(data[n : n + 1])
            except OSError:
                return
            if self.closing.wait(pause):
                return


@dataclass
class Server:
    """Answers every request by ``script``, and remembers what was asked."""

    script: Script = lambda line: line.answer()
    listens: bool = True
    """Whether the request is read before the script runs."""
    tls: ssl.SSLContext | None = None
    """What it secures its connections with; None: nothing."""
    asked: list[Request] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http{'s' if self.tls else ''}://{self.host}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.closing.set()
        # an accept that waits is not woken by close alone
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
        with contextlib.ExitStack() as until_done, contextlib.suppress(OSError):
            until_done.callback(sock.close)
            sock.settimeout(30)
            if self.tls:
                sock = until_done.enter_context(self.tls.wrap_socket(sock, server_side=True))
            raw = b""
            while self.listens and b"\r\n\r\n" not in raw:
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
            self.asked.append(request)
            self.script(Line(sock, request, self.closing))


@contextlib.contextmanager
def serving(script: Script | None = None, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server that runs as long as the ``with`` block."""
    server = Server(script, tls=tls) if script else Server(tls=tls)
    try:
        yield server
    finally:
        server.close()


def http_for(*servers: Server, clock: Clock | None = None, **limits: float) -> Http:
    """An Http that may read these loopback servers, without pauses between requests."""
    clock = clock or Clock()
    allowed = [server.host for server in servers]
    chosen = Limits(**limits)  # type: ignore[arg-type]
    return Http(clock, allowed, limits=chosen, rate_limiter=HostRateLimiter(clock, interval_seconds=0.0))


def rss(*items: str, head: str = "") -> bytes:
    """An RSS document of ready-made items."""
    channel = f"<title>Harbour Forum</title><link>https://harbour.example/</link>{head}{''.join(items)}"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{channel}</channel></rss>'.encode()


def item(n: int, text: str = "Acme is fine.", date: str = "Wed, 04 Mar 2026 10:00:00 GMT") -> str:
    """An RSS item with an id, a link, a title and a date."""
    return (
        f"<item><guid isPermaLink='false'>g{n}</guid><link>https://harbour.example/{n}</link>"
        f"<title>Thread {n}</title><description>{text}</description><pubDate>{date}</pubDate></item>"
    )
