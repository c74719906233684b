"""``wallflower opml``, and what it reads as OPML."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.opml import NotOpml, read_opml
from tests.cli_runner import Run, feed, printed_tables, runner
from tests.fake_server import Server, item, rss, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(feed(item(1), item(2, "Nothing to see."))) as server:
        yield server


@pytest.fixture
def wallflower(tmp_path: Path, server: Server) -> Run:
    return runner(tmp_path, server)


OPML = """<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0"><head><title>Mine</title></head><body>
  <outline text="News"><outline text="Phones">
    <outline type="rss" text="Harbour" xmlUrl="https://harbour.example/rss"/>
    <outline type="rss" title="Harbour" xmlUrl="https://harbour.example/atom?a=1&amp;b=2"/>
  </outline></outline>
  <outline text="Again" XMLURL="https://harbour.example/rss"/>
  <outline text="No feed"/>
  <outline text="&#x1f600; &quot;quoted&quot; \\ back" xmlUrl="https://a.example/0123456789abcdef0123/feed"/>
  <outline text="Local" xmlUrl="file:///etc/passwd"/>
  <outline text="Login" xmlUrl="https://ann:geheim@b.example/feed"/>
</body></opml>"""


def test_the_feeds_of_an_opml_file_are_printed_as_tables(wallflower: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.opml"
    file.write_text(OPML)
    result = wallflower("opml", str(file))
    first, second, third = printed_tables(result)
    assert first == {"kind": "feed", "name": "Harbour", "url": "https://harbour.example/rss"}
    assert second == {"kind": "feed", "name": "Harbour 2", "url": "https://harbour.example/atom?a=1&b=2"}
    assert third["name"] == '😀 "quoted" \\ back'
    assert "# News / Phones" in result.stdout
    assert "may contain a secret" in result.stdout
    assert "# Local (file:///etc/passwd). Left out: " in result.stdout
    assert "# Login (https://b.example/feed). Left out: Its URL contains a login." in result.stdout
    assert "geheim" not in result.stdout
    with (tmp_path / "config.toml").open("a") as config:
        config.write(result.stdout)
    assert wallflower("check").exit_code == 0
    assert printed_tables(wallflower("opml", str(file))) == []


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("feed://a.example/rss", "http://a.example/rss"),
        ("feed:https://a.example/rss", "https://a.example/rss"),
        ("https://a.example/feed:x", "https://a.example/feed:x"),
    ],
)
def test_the_feed_scheme_is_replaced(written: str, url: str) -> None:
    (one,) = read_opml(f"<opml><body><outline xmlUrl='{written}'/></body></opml>".encode()).subscriptions
    assert one.url == url


BOMB = """<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<opml><body><outline text="&b;" xmlUrl="https://a.example/"/></body></opml>"""
EXTERNAL = """<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml/>"""


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (BOMB.encode(), "declares a DOCTYPE"),
        (BOMB.replace('version="1.0"', 'version="1.0" encoding="utf-16"', 1).encode("utf-16"), "declares a DOCTYPE"),
        (EXTERNAL.encode(), "declares a DOCTYPE"),
        (b"", "not valid XML"),
        (b"<opml><body>", "not valid XML"),
        (b"nonsense", "not valid XML"),
        (b'<?xml version="1.0" encoding="klingon"?><opml/>', "not OPML"),
        (rss(item(1)), "but not OPML"),
        (b"<opml>" + b" " * 10_000_001 + b"</opml>", "larger than"),
    ],
)
def test_a_file_that_is_not_opml_is_rejected_with_the_reason(
    wallflower: Run, tmp_path: Path, document: bytes, error: str
) -> None:
    file = tmp_path / "list.opml"
    file.write_bytes(document)
    result = wallflower("opml", str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    assert error in result.stderr


def test_deep_and_long_files_are_read_within_limits() -> None:
    deep = (
        b"<opml>" + b"<outline text='x'>" * 10_000 + b"<outline xmlUrl='https://a.example/'/>" + b"</outline>" * 10_000
    )
    (one,) = read_opml(deep + b"</opml>").subscriptions
    assert len(one.folder) <= 2_000
    wide = "".join(f"<outline xmlUrl='https://a.example/{n}'/>" for n in range(10_000))
    assert len(read_opml(f"<opml>{wide}</opml>".encode()).subscriptions) == 5_000


DAMAGED = """<opml><body>
<outline text="R&D" xmlUrl="https://a.example/rss?a=1&b=2"/>
<outline text="Folder">
<outline text="Caf&eacute;" xmlUrl="https://b.example/rss"/>
</outline>
{}
<outline text="Last" xmlUrl="https://c.example/rss"/>
</body></opml>"""


def test_a_bare_ampersand_is_read_and_its_line_reported(wallflower: Run, tmp_path: Path) -> None:
    found = read_opml(DAMAGED.format("").encode())
    assert [(one.title, one.url, one.folder) for one in found.subscriptions] == [
        ("R&D", "https://a.example/rss?a=1&b=2", ""),
        ("Caf\u00e9", "https://b.example/rss", "Folder"),
        ("Last", "https://c.example/rss", ""),
    ]
    assert [problem.partition(" contains")[0] for problem in found.problems] == ["Line 2", "Line 4"]
    file = tmp_path / "list.opml"
    file.write_text(DAMAGED.format(""))
    result = wallflower("opml", str(file))
    assert (result.exit_code, len(printed_tables(result))) == (0, 3)
    assert f'{file}: Line 2 contains "&", which must be written as "&amp;".' in result.stderr


@pytest.mark.parametrize(
    ("line", "reported"),
    [
        ("<outline text=broken xmlUrl='https://d.example/rss'/>", "Line 6 is not valid XML, and was left out."),
        ("<outline text='never closed' xmlUrl='https://d.example/<'/>", "Line 6 is not valid XML, and was left out."),
        ("</outline></outline>", "Line 6 is not valid XML."),
        ("<outline text='x' \x01/>", ""),
    ],
)
def test_the_other_lines_of_a_damaged_file_are_read(line: str, reported: str) -> None:
    found = read_opml(DAMAGED.format(line).encode())
    urls = [one.url for one in found.subscriptions]
    assert urls == ["https://a.example/rss?a=1&b=2", "https://b.example/rss", "https://c.example/rss"]
    assert reported in ["", *found.problems]


def test_a_file_that_breaks_off_is_read_up_to_there() -> None:
    found = read_opml(b"<opml><body>\n<outline xmlUrl='https://a.example/rss'/>\n<outline xmlUrl='https://b.ex")
    assert [one.url for one in found.subscriptions] == ["https://a.example/rss"]
    assert found.problems == ["Line 3 is not valid XML, and was left out."]


@given(st.binary(max_size=300), st.sampled_from([b"", b"<opml>", b'<?xml version="1.0" encoding="utf-16"?>']))
def test_invalid_documents_raise_only_not_opml(noise: bytes, start: bytes) -> None:
    with contextlib.suppress(NotOpml):
        read_opml(start + noise)
