"""Serve generated feeds on many loopback addresses until stdin closes: ``python -m bench._feeds_server FEEDS HOSTS``.

Prints one line of JSON once it listens: the URL and the format of each feed. ``/count`` on any host returns how many
responses of each status were sent since the last request for it. Connections stay open unless the client closes them.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Mapping

from bench._feeds_generator import GeneratedFeed, feed_kind, generated_feed

_CHUNK_BYTES = 8_192
_CONDITION = re.compile(r"^(if-none-match|if-modified-since): *(.*?)\r?$", re.IGNORECASE | re.MULTILINE)


class FeedProtocol(asyncio.Protocol):
    """One connection of a client."""

    def __init__(self, feeds: Mapping[str, GeneratedFeed], counts: Counter[int]) -> None:
        self._feeds, self._counts = feeds, counts
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport for the responses."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each complete request."""
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
            response = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        else:
            response = self._feed_response(self._feeds[path], head, closes)
        self._transport.write(response)
        if closes:
            self._transport.close()

    def _feed_response(self, feed: GeneratedFeed, head: str, closes: bool) -> bytes:
        conditions = {name.lower(): value for name, value in _CONDITION.findall(head)}
        same_etag = feed.etag and conditions.get("if-none-match") == feed.etag
        same_date = feed.modified and conditions.get("if-modified-since") == feed.modified
        status = 304 if same_etag or same_date else 200
        self._counts[status] += 1
        compresses = feed.compressed and "gzip" in head.lower()
        lines = _headers(feed, closes)
        if status == 304:
            return "\r\n".join(["HTTP/1.1 304 Not Modified", *lines, "", ""]).encode()
        body = feed.compressed if compresses else feed.body
        lines += [f"Content-Type: {feed.content_type}", *(["Content-Encoding: gzip"] if compresses else [])]
        lines += ["Transfer-Encoding: chunked" if feed.chunked else f"Content-Length: {len(body)}"]
        return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + (_chunked(body) if feed.chunked else body)


def _headers(feed: GeneratedFeed, closes: bool) -> list[str]:
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


def _chunked(body: bytes) -> bytes:
    chunks = [body[start : start + _CHUNK_BYTES] for start in range(0, len(body), _CHUNK_BYTES)]
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


async def serve(feeds: int, hosts: int) -> None:
    """Listen on ``hosts`` addresses, from 127.0.0.2, at one port, until stdin closes."""
    loop, counts = asyncio.get_running_loop(), Counter[int]()
    addresses = [f"127.0.0.{2 + n}" for n in range(hosts)]
    served: dict[str, GeneratedFeed] = {}
    first = await loop.create_server(lambda: FeedProtocol(served, counts), addresses[0], 0, backlog=256)
    port = first.sockets[0].getsockname()[1]
    await loop.create_server(lambda: FeedProtocol(served, counts), addresses[1:], port, backlog=256)
    listed = []
    for n in range(feeds):
        host = f"{addresses[n % hosts]}:{port}"
        served[f"/{n}"] = generated_feed(n, host)
        listed.append((f"http://{host}/{n}", feed_kind(n)))
    sizes = [len(feed.body) for feed in served.values()]
    print(json.dumps({"feeds": listed, "bytes": sum(sizes)}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
