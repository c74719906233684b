"""Replays recordings of real sites: a script for tests.fake_server that answers as the recorded site did.

The requests are made by the real client over real sockets. ``detour`` sends them to the fake server, with an adapter in
our session; no code of the client or of ours is replaced.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import yaml
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from monitor.http import Http
from tests.fake_server import Connection, Server

_NOT_REPLAYED = {"content-encoding", "content-length", "transfer-encoding", "connection"}
"""Headers of the recorded connection that do not apply to this one."""


@dataclass(frozen=True)
class Exchange:
    """A request and its response."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def query(self) -> set[tuple[str, str]]:
        return set(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))


def cassette(path: Path) -> list[Exchange]:
    """The exchanges in a file of vcr (YAML or JSON) or betamax (JSON)."""
    text = path.read_text(encoding="utf-8")
    kept = (
        json.loads(text) if path.suffix == ".json" else yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    )
    found = kept.get("interactions") or kept.get("http_interactions")
    return [_exchange(each["request"], each["response"]) for each in found]


def _exchange(request: dict[str, Any], response: dict[str, Any]) -> Exchange:
    headers = {name: value if isinstance(value, str) else value[0] for name, value in response["headers"].items()}
    status = response["status"]["code"]
    return Exchange(request["method"], request["uri"], status, headers, _body(response["body"], headers))


def _body(body: dict[str, Any], headers: Mapping[str, str]) -> bytes:
    raw = body.get("string", body.get("base64_string", ""))
    if "base64_string" in body:
        raw = base64.b64decode(raw)
    found = raw.encode() if isinstance(raw, str) else cast("bytes", raw)
    zipped = any(name.lower() == "content-encoding" and value == "gzip" for name, value in headers.items())
    return gzip.decompress(found) if zipped and found[:2] == b"\x1f\x8b" else found


@dataclass
class Player:
    """Answers each request with the most similar exchange: same method and path, most parameters in common.

    Of several similar ones it plays the one that was played least, in the recorded order.
    """

    exchanges: Sequence[Exchange]
    unrecorded: list[str] = field(default_factory=list)
    """Requests that were not recorded. They are answered with 404."""
    played: list[Exchange] = field(default_factory=list)

    def __call__(self, conn: Connection) -> None:
        url = urlsplit(conn.request.path)
        params = set(parse_qsl(url.query, keep_blank_values=True))
        similar = [e for e in self.exchanges if (e.method, e.path) == (conn.request.method, url.path)]
        if not similar:
            self.unrecorded.append(f"{conn.request.method} {url.path}")
            return conn.answer(404, b'{"error": "not recorded"}')
        found = min(similar, key=lambda e: (-len(e.query & params), self.played.count(e)))
        self.played.append(found)
        headers = {name: value for name, value in found.headers.items() if name.lower() not in _NOT_REPLAYED}
        return conn.answer(found.status, found.body, **headers)


class _Detour(HTTPAdapter):
    """Sends requests to another site, through the adapter that would have sent them."""

    def __init__(self, through: HTTPAdapter, url: str) -> None:
        super().__init__()
        self._through, self._site = through, urlsplit(url)

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        parts = urlsplit(request.url or "")
        request.url = urlunsplit((self._site.scheme, self._site.netloc, parts.path, parts.query, ""))
        return self._through.send(request, *args, **options)


def detour(http: Http, server: Server, *sites: str) -> Http:
    """``http``, which sends requests to ``sites`` (such as "https://api.example") to ``server``."""
    guarded = cast("HTTPAdapter", http.session.get_adapter("https://"))
    for site in sites:
        http.session.mount(site, _Detour(guarded, server.url))
    return http
