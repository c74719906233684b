"""Serves made-up feeds on many hosts of loopback: ``python -m bench._feeds_server FEEDS HOSTS``, until stdin closes.

Prints one line of JSON when it listens: the addresses of the feeds, with their kinds. ``/count`` on any host tells how
many answers of each status were given since it was last asked. Connections are kept open for clients that like it so.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Mapping

from bench._feeds_made_up import Made, kind_of, made_up

_PIECE = 8_192
_CONDITION = re.compile(r"^(if-none-match|if-modified-since): *(.*?)\r?$", re.IGNORECASE | re.MULTILINE)


class Site(asyncio.Protocol):
    """One connection."""

    def __init__(self, feeds: Mapping[str, Made], counts: Counter[int]) -> None:
        self._feeds, self._counts = feeds, counts
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to answer by."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer what was asked completely."""
        self._asked += data
        while b"\r\n\r\n" in self._asked:
            head, _, self._asked = self._asked.partition(b"\r\n\r\n")
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

    def _feed(self, made: Made, head: str, closes: bool) -> bytes:
        given = {name.lower(): value for name, value in _CONDITION.findall(head)}
        same = made.etag and given.get("if-none-match") == made.etag
        since = made.modified and given.get("if-modified-since") == made.modified
        status = 304 if same or since else 200
        self._counts[status] += 1
        packs = made.packed and "gzip" in head.lower()
        lines = _head_lines(made, closes)
        if status == 304:
            return "\r\n".join(["HTTP/1.1 304 Not Modified", *lines, "", ""]).encode()
        body = made.packed if packs else made.body
        lines += [f"Content-Type: {made.content_type}", *(["Content-Encoding: gzip"] if packs else [])]
        lines += ["Transfer-Encoding: chunked" if made.chunked else f"Content-Length: {len(body)}"]
        return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + (_in_chunks(body) if made.chunked else body)


def _head_lines(made: Made, closes: bool) -> list[str]:
    lines = [
        "Date: Wed, 04 Mar 2026 10:00:00 GMT",
        "Server: nginx",
        f"Connection: {'close' if closes else 'keep-alive'}",
        "Vary: Accept-Encoding",
        "X-Content-Type-Options: nosniff",
        "Strict-Transport-Security: max-age=31536000",
    ]
    lines += [f"ETag: {made.etag}"] if made.etag else []
    return lines + ([f"Last-Modified: {made.modified}"] if made.modified else [])


def _in_chunks(body: bytes) -> bytes:
    pieces = [body[start : start + _PIECE] for start in range(0, len(body), _PIECE)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


async def serve(feeds: int, hosts: int) -> None:
    """Listen on ``hosts`` addresses from 127.0.0.2 on, at one port, until stdin closes."""
    loop, counts = asyncio.get_running_loop(), Counter[int]()
    addresses = [f"127.0.0.{2 + n}" for n in range(hosts)]
    made: dict[str, Made] = {}
    first = await loop.create_server(lambda: Site(made, counts), addresses[0], 0, backlog=256)
    port = first.sockets[0].getsockname()[1]
    await loop.create_server(lambda: Site(made, counts), addresses[1:], port, backlog=256)
    listed = []
    for n in range(feeds):
        host = f"{addresses[n % hosts]}:{port}"
        made[f"/{n}"] = made_up(n, host)
        listed.append((f"http://{host}/{n}", kind_of(n)))
    sizes = [len(one.body) for one in made.values()]
    print(json.dumps({"feeds": listed, "bytes": sum(sizes)}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
