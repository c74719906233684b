"""Serves generated feeds on many loopback hosts: ``python -m bench._feeds_server FEEDS HOSTS``, until stdin closes.

Prints one line of JSON when it listens: the addresses of the feeds, with their formats. ``/count`` on any host returns
how many responses of each status were sent since the last call. Connections stay open for clients that reuse them.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Mapping

from bench._feeds_generator import GeneratedFeed, format_of, generate_feed

_CHUNK_BYTES = 8_192
_CONDITION = re.compile(r"^(if-none-match|if-modified-since): *(.*?)\r?$", re.IGNORECASE | re.MULTILINE)


class Site(asyncio.Protocol):
    """One connection."""

    def __init__(self, feeds: Mapping[str, GeneratedFeed], counts: Counter[int]) -> None:
        self._feeds, self._counts = feeds, counts
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every complete request."""
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            self._answer(head.decode("latin-1"))

    def _answer(self, head: str) -> None:
        path = head.split(" ", 2)[1]
        closes = "connection: close" in head.lower()
        if path == "/count":
            body = json.dumps(self._counts).encode()
            self._counts.clear()
            answer = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        else:
            answer = self._feed(self._feeds[path], head, closes)
        self._transport.write(answer)
        if closes:
            self._transport.close()

    def _feed(self, feed: GeneratedFeed, head: str, closes: bool) -> bytes:
        given = {name.lower(): value for name, value in _CONDITION.findall(head)}
        etag_matches = feed.etag and given.get("if-none-match") == feed.etag
        not_modified = feed.modified and given.get("if-modified-since") == feed.modified
        status = 304 if etag_matches or not_modified else 200
        self._counts[status] += 1
        use_gzip = feed.gzipped and "gzip" in head.lower()
        lines = _head_lines(feed, closes)
        if status == 304:
            return "\r\n".join(["HTTP/1.1 304 Not Modified", *lines, "", ""]).encode()
        body = feed.gzipped if use_gzip else feed.body
        lines += [f"Content-Type: {feed.content_type}", *(["Content-Encoding: gzip"] if use_gzip else [])]
        lines += ["Transfer-Encoding: chunked" if feed.chunked else f"Content-Length: {len(body)}"]
        return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + (_in_chunks(body) if feed.chunked else body)


def _head_lines(feed: GeneratedFeed, closes: bool) -> list[str]:
    lines = [
        "Date: Wed, 04 Mar 2026 10:00:00 GMT",
        "Server: nginx",
        f"Connection: {'close' if closes else 'keep-alive'}",
        "Vary: Accept-Encoding",
        "X-Content-Type-Options: nosniff",
        "Strict-Transport-Security: max-age=31536000",
    ]
    lines += [f"ETag: {feed.etag}"] if feed.etag else []
    return lines + ([f"Last-Modified: {feed.modified}"] if feed.modified else [])


def _in_chunks(body: bytes) -> bytes:
    chunks = [body[start : start + _CHUNK_BYTES] for start in range(0, len(body), _CHUNK_BYTES)]
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


async def serve(feeds: int, hosts: int) -> None:
    """Listen on one port of ``hosts`` addresses, from 127.0.0.2 on, until stdin closes."""
    loop, counts = asyncio.get_running_loop(), Counter[int]()
    addresses = [f"127.0.0.{2 + n}" for n in range(hosts)]
    served: dict[str, GeneratedFeed] = {}
    first = await loop.create_server(lambda: Site(served, counts), addresses[0], 0, backlog=256)
    port = first.sockets[0].getsockname()[1]
    await loop.create_server(lambda: Site(served, counts), addresses[1:], port, backlog=256)
    listed = []
    for n in range(feeds):
        host = f"{addresses[n % hosts]}:{port}"
        served[f"/{n}"] = generate_feed(n, host)
        listed.append((f"http://{host}/{n}", format_of(n)))
    sizes = [len(one.body) for one in served.values()]
    print(json.dumps({"feeds": listed, "bytes": sum(sizes)}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
