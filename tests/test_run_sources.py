"""Sources that fail in every way at once, in a real process: each says why, and none delays another."""

from __future__ import annotations

import contextlib
import gzip
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from tests.certificates import generate_certificate
from tests.config_text import config_text, feed, without_model
from tests.fake_server import Connection, Script, item, rss, serving
from tests.run_process import TIMEOUT_SECONDS, Running, until

PASSES = 4
"""Of the feed that works, while the others fail."""
POISON = item(1).replace("<item>", f"<item><author>{'a ' * 50_000}</author><title>&#0;&#xD800;\x0b</title>")
BOMB = gzip.compress(b" " * (40 << 20))


def answer(status: int, body: bytes = b"", **headers: str) -> Script:
    return lambda conn: conn.answer(status, body, **headers)


def working(conn: Connection) -> None:
    """A feed whose posts name its path."""
    conn.answer(200, rss(item(1), item(2)), content_type="application/rss+xml")


def cut_off(conn: Connection) -> None:
    conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<rss>")


FAULTS: dict[str, tuple[Script, str]] = {
    "Error": (answer(500), "has an internal error (500)"),
    "Gateway": (answer(502), "is not reachable behind its gateway (502)"),
    "Unpaid": (answer(402), "requires payment (402)"),
    "Login": (answer(401), "requires a login or rejects the key (401)"),
    "Gone": (answer(410), "is permanently gone (410)"),
    "Limited": (answer(429, retry_after="3600"), "asks us to wait (429)"),
    "Inside": (answer(302, location="http://169.254.169.254/latest/meta-data"), "redirected us to"),
    "Circle": (answer(302, location="/again"), "redirected us too many times"),
    "Bomb": (answer(200, BOMB, content_encoding="gzip"), "MB"),
    "Lie": (answer(200, b"<!doctype html><html><title>Hello</title></html>", content_type="text/html"), "not a feed"),
    "Reset": (Connection.reset, "closed the connection"),
    "Cut off": (cut_off, "in the middle of its response"),
}
WITHOUT_ANSWER: dict[str, Script] = {
    "Hanging": Connection.hang,
    "Dripping": lambda conn: conn.drip(b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 10_000, 0.1),
}
OTHERS = {
    "Unknown": "was not found",
    "Certificate": "its certificate is not valid",
    "Plain": "could not set up a secure connection",
    "Closed": "refuses connections",
}


class Sites:
    """A server for each source, and the config that reads them all every second."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        scripts = {name: script for name, (script, _) in FAULTS.items()} | WITHOUT_ANSWER
        self.servers = {name: stack.enter_context(serving(script)) for name, script in scripts.items()}
        self.good = stack.enter_context(serving(working))
        self.poison = stack.enter_context(serving(answer(200, rss(POISON, item(2)))))
        secure = stack.enter_context(serving(working, tls=generate_certificate(folder).server))
        plain = stack.enter_context(serving(lambda conn: conn.send(b"not TLS at all")))
        plain.reads_requests = False
        with serving(working) as closed:
            pass
        addresses = {
            "Good": self.good.url,
            "Poison": self.poison.url,
            "Unknown": "http://nowhere.invalid",
            "Certificate": secure.url,
            "Plain": plain.url.replace("http:", "https:"),
            "Closed": closed.url,
        } | {name: server.url for name, server in self.servers.items()}
        self.tables = [feed(name, f"{address}/feed.xml") for name, address in addresses.items()]


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Sites]:
    with contextlib.ExitStack() as stack:
        yield Sites(tmp_path, stack)


@pytest.fixture
def running(tmp_path: Path, sites: Sites) -> Iterator[Running]:
    run = Running(tmp_path, 1)
    run.config.write_text(config_text(run.port, *sites.tables, without_model(), site=0))
    yield run
    run.kill()


def rows(run: Running) -> dict[str, str]:
    """Source -> its row on /sources."""
    page = unescape(run.get("/sources")[2].decode())
    return {row[1]: row[0] for row in re.finditer(r'class="source [^>]*>.*?<bdi>(.*?)</bdi>.*?</tr>', page, re.DOTALL)}


def stored(run: Running, sql: str) -> dict[str, int]:
    with contextlib.closing(run._db()) as db:
        return dict(db.execute(sql))


MENTIONS = "SELECT name, count(*) FROM mention JOIN source ON source.id = source GROUP BY name"
OPEN_GAPS = "SELECT name, count(*) FROM gap JOIN source ON source.id = gap.source WHERE until IS NULL GROUP BY name"


def check_now(run: Running, name: str) -> None:
    request = Request(f"http://127.0.0.1:{run.port}/sources/{quote(name)}/try", b"")
    urlopen(request, timeout=TIMEOUT_SECONDS).close()


def test_every_fault_has_its_words_and_no_source_waits_for_another(running: Running, sites: Sites) -> None:
    running.start()
    expected = {name: text for name, (_, text) in FAULTS.items()} | OTHERS

    def unexplained() -> dict[str, str]:
        found = rows(running)
        return {name: found[name] for name, text in expected.items() if text not in found[name]}

    until(lambda: not unexplained(), lambda: str(unexplained()))
    before = len(sites.good.requests)
    until(lambda: len(sites.good.requests) >= before + PASSES, running.output)
    found = stored(running, MENTIONS)
    assert (found["Good"], found["Poison"]) == (2, 2)
    assert set(stored(running, OPEN_GAPS)) >= expected.keys()
    asked = {name: len(server.requests) for name, server in sites.servers.items()}
    assert asked["Limited"] == 1, "a site that asks us to wait is not asked again"
    assert [name for name, n in asked.items() if n > len(sites.good.requests) / 2 and name != "Circle"] == []

    repaired = [name for name in FAULTS if name != "Limited"]
    for name in repaired:
        sites.servers[name].script = working
        check_now(running, name)
    until(lambda: all(stored(running, MENTIONS).get(name) == 2 for name in repaired), running.output)
    until(lambda: not set(stored(running, OPEN_GAPS)) & set(repaired), running.output)
    assert all("Broken" not in row for name, row in rows(running).items() if name in repaired)
    assert "Traceback" not in running.output()
    assert running.end() == 0
