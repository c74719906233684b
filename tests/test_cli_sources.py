"""fetch, feeds and opml: the commands that look at sources, over a server on loopback and a real database."""

from __future__ import annotations

import contextlib
import sqlite3
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from display.cli.explanations import excerpt, marked, parts_held
from display.cli.main import cli
from monitor.feeds.opml import NotOpml, read_opml
from monitor.model import Health, Span
from monitor.store import open_store
from tests.fake_server import Connection, Script, Server, item, rss, serving
from tests.fakes import post

Run = Callable[..., Result]

CONFIG = """
[wallflower]
data = "data"
allow_hosts = ["{host}"]
[[brands]]
name = "Acme"
ours = true
rule = 'acme (fine OR "very good") -jobs'
[[sources]]
kind = "feed"
name = "Forum"
url = "{url}/feed.xml"
every = "20m"
"""


def feed(*items: str, **headers: str) -> Script:
    return partial(Connection.answer, body=rss(*items), content_type="application/rss+xml", **headers)  # type: ignore[arg-type]


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(feed(item(1), item(2, "Nothing to see."))) as server:
        yield server


@pytest.fixture
def wallflower(tmp_path: Path, server: Server) -> Run:
    """Runs a command with a config of one feed."""
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(host=server.host, url=server.url))

    def run(command: str, *arguments: str, input: str | bytes | None = None) -> Result:
        return CliRunner().invoke(cli, [command, "--config", str(config), *arguments], input=input)

    return run


def stored(folder: Path) -> list[str]:
    """All that the database holds."""
    db = sqlite3.connect(folder / "data" / "wallflower.db")
    lines = [line for line in db.iterdump() if "mention_fts" not in line]
    db.close()
    return lines


# fetch


def test_a_pass_tells_what_came_and_why_it_matched(wallflower: Run, server: Server) -> None:
    server.script = feed(
        item(1, "Acme is fine, and I love how they work with us every day."), item(2, "Nothing to see.")
    )
    result = wallflower("fetch", "Forum")
    assert result.exit_code == 0, result.output
    for said in (
        "Forum (feed), never read before",
        "2 posts came, 1 of them mentions a brand",
        "«Acme» is «fine», and",
        'by the rule «acme» («fine» OR "very good") -jobs',
        "1 without a mention, such as:",
        "Nothing to see.",
        "Health: working.",
        "Next check: 20",
        "Stored: 1 new mention.",
    ):
        assert said in result.stdout
    with_score = next(line for line in result.stdout.splitlines() if line.startswith("  Acme: "))
    assert "positive" in with_score
    assert "love +" in with_score


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, "Limits: none was told in 1 request."),
        (
            {"x_ratelimit_remaining": "58", "x_ratelimit_limit": "60", "x_ratelimit_reset": "1772625600"},
            "lets 58 of 60 through until 2026-03-04 12:00.",
        ),
        ({"x_rate_limit_remaining": "0"}, "Limits: after 1 request, 127.0.0.1"),
        ({"ratelimit_remaining": "many"}, "Limits: none was told"),
    ],
)
def test_a_pass_tells_what_the_site_says_of_its_limits(
    wallflower: Run, server: Server, headers: dict[str, str], said: str
) -> None:
    server.script = lambda line: line.answer(body=rss(item(1)), content_type="application/rss+xml", **headers)
    assert said in wallflower("fetch", "Forum", "--dry-run").stdout


def test_a_pass_is_stored_as_the_daemon_does_it(wallflower: Run, server: Server, tmp_path: Path) -> None:
    wallflower("fetch", "Forum")
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'wallflower.db'}")
    (status,) = store.statuses()
    assert (status.source, status.kind, status.health) == ("Forum", "feed", Health.WORKING)
    assert status.next_check is not None
    assert store.last_mention_id() == 1
    store.close()
    server.script = feed(item(1), item(2, "Nothing to see."), item(3, "acme is fine again"))
    result = wallflower("fetch", "forum")
    assert "Forum (feed), read last at 20" in result.stdout
    assert "1 post came, 1 of them mentions a brand" in result.stdout
    assert "Stored: 1 new mention." in result.stdout
    assert "Stored: no new mention." in wallflower("fetch", "Forum").stdout


def test_a_dry_run_changes_nothing(wallflower: Run, server: Server, tmp_path: Path) -> None:
    result = wallflower("fetch", "Forum", "--dry-run")
    assert result.exit_code == 0
    assert "2 posts came, 1 of them mentions a brand" in result.stdout
    assert "Nothing was stored: this was a dry run." in result.stdout
    assert not (tmp_path / "data").exists()
    wallflower("fetch", "Forum")
    before = stored(tmp_path)
    server.script = feed(item(1), item(3, "acme is fine again"))
    again = wallflower("fetch", "Forum", "--dry-run")
    assert "1 post came, 1 of them mentions a brand" in again.stdout
    afresh = wallflower("fetch", "Forum", "--dry-run", "--afresh")
    assert "2 posts came, 2 of them mention a brand" in afresh.stdout
    assert stored(tmp_path) == before


def test_a_rule_that_changed_finds_what_was_passed_over(wallflower: Run, server: Server, tmp_path: Path) -> None:
    server.script = feed(item(1, "acme is fine"), item(2, "Initech is fine"))
    assert "Stored: 1 new mention." in wallflower("fetch", "Forum").stdout
    config = tmp_path / "config.toml"
    config.write_text(config.read_text() + '[[brands]]\nname = "Initech"\nrule = "initech"\n')
    assert "2 posts came, 2 of them mention a brand" in wallflower("fetch", "Forum", "--dry-run").stdout
    assert "Stored: 1 new mention." in wallflower("fetch", "Forum").stdout
    assert "0 posts came" in wallflower("fetch", "Forum").stdout


def test_what_limits_say_is_told(wallflower: Run, server: Server) -> None:
    server.script = feed(item(1), cache_control="max-age=7200")
    result = wallflower("fetch", "Forum", "--dry-run")
    assert "The site asks us to come back not before 20" in result.stdout


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_trouble_is_told_and_ends_with_1(wallflower: Run, server: Server, dry: list[str]) -> None:
    server.script = partial(Connection.answer, status=500)
    result = wallflower("fetch", "Forum", *dry)
    assert result.exit_code == 1
    assert "Health: broken." in result.stdout
    assert "has an internal error (500)" in result.stdout
    assert result.stderr == "Forum could not be read.\n"


def test_a_site_that_asked_us_to_wait_is_not_asked_again(wallflower: Run, server: Server) -> None:
    server.script = partial(Connection.answer, status=429, retry_after="7200")
    assert "limited" in wallflower("fetch", "Forum").stdout
    asked = len(server.requests)
    for arguments in ([], ["--dry-run"]):
        result = wallflower("fetch", "Forum", *arguments)
        assert result.exit_code == 1
        assert "Forum is limited until" in result.stderr
    assert len(server.requests) == asked


def test_a_source_that_costs_money_is_not_tried_for_nothing(wallflower: Run, tmp_path: Path) -> None:
    with (tmp_path / "config.toml").open("a") as config:
        config.write('[[sources]]\nkind = "x"\nname = "X"\nbudget = "20 USD / month"\n')
    result = wallflower("fetch", "X", "--dry-run")
    assert result.exit_code == 1
    assert "costs money" in result.stderr


def test_a_source_that_is_not_there_is_named(wallflower: Run) -> None:
    result = wallflower("fetch", "Forun")
    assert result.exit_code == 78
    assert 'Did you mean "Forum"?' in result.stderr
    assert wallflower("fetch", "Forum", "--afresh").exit_code == 2


def test_a_source_is_paused_and_resumed_and_says_so(wallflower: Run, server: Server) -> None:
    assert wallflower("resume", "Forum").stdout == "Forum was not paused.\n"
    first = wallflower("pause", "forum")
    assert (first.exit_code, first.stdout) == (
        0,
        "Forum is paused. It is not read, not even after a restart, until you resume it.\n",
    )
    assert wallflower("pause", "Forum").stdout.startswith("Forum has been paused since ")
    assert "\tPaused\t" in wallflower("sources").stdout
    result = wallflower("fetch", "Forum")
    assert (result.exit_code, server.requests) == (1, [])
    assert "`wallflower resume`" in result.stderr
    assert wallflower("fetch", "Forum", "--dry-run").exit_code == 0
    assert wallflower("resume", "Forum").stdout.startswith("Forum was paused since ")
    assert wallflower("fetch", "Forum").exit_code == 0


def test_what_the_config_gets_wrong_can_be_paused_all_the_same(wallflower: Run, tmp_path: Path) -> None:
    with (tmp_path / "config.toml").open("a") as config:
        config.write('[[sources]]\nkind = "reddlt"\nname = "Reddit"\n')
    assert wallflower("pause", "Reddit").exit_code == 0
    assert wallflower("pause", "Redit").exit_code == 78
    assert wallflower("fetch", "Reddit").exit_code == 78


def test_no_more_is_shown_than_was_asked_for(wallflower: Run, server: Server) -> None:
    server.script = feed(*(item(n, f"acme is fine {n}") for n in range(1, 8)))
    result = wallflower("fetch", "Forum", "--dry-run", "--show", "2")
    assert result.stdout.count("by the rule") == 2
    assert "… and 5 older ones" in result.stdout


def test_what_could_move_the_cursor_of_a_terminal_is_not_printed(wallflower: Run, server: Server) -> None:
    server.script = feed(item(1, "acme is fine \x9b2J\u202e \u0085"))
    result = wallflower("fetch", "Forum", "--dry-run")
    assert "\x9b" not in result.stdout
    assert "\u202e" not in result.stdout


# why a rule matched


@pytest.mark.parametrize(
    ("rule", "held"),
    [
        ("acme", ["acme"]),
        ("acme OR globex", ["acme"]),
        ('"is fine" OR =Acme OR globex', ['"is fine"', "=Acme"]),
        ("fin* -jobs", ["fin*"]),
        ("acme NEAR/3 fine", ["acme", "fine"]),
        ("@ann OR #acme OR author:ann", ["author:ann"]),
        ('site:"harbour.example" (acme OR x)', ['site:"harbour.example"', "acme"]),
    ],
)
def test_the_parts_of_a_rule_that_hold(rule: str, held: list[str]) -> None:
    of = post("Acme is fine", author="ann", site="harbour.example")
    assert [rule[start:end] for start, end in parts_held(rule, of)] == held


def test_an_excerpt_is_around_the_first_match() -> None:
    body = "x " * 200 + "acme is here" + " y" * 200
    text, (span,) = excerpt(body, [Span(400, 404)])
    assert text[span.start : span.end] == "acme"
    assert text.startswith("…")
    assert text.endswith("…")
    assert excerpt("acme", [Span(0, 4)]) == ("acme", [Span(0, 4)])


def test_marks_do_not_overlap() -> None:
    assert marked("acme air", [Span(0, 4), Span(0, 8), Span(5, 8)], plain=True).plain == "«acme» «air»"


# feeds


def page(*links: str) -> bytes:
    return f"<!doctype html><html><head>{''.join(links)}</head><body>Hello</body></html>".encode()


def link(href: str, title: str = "", kind: str = "application/rss+xml") -> str:
    return f"<link rel='alternate nofollow' type='{kind}' title='{title}' href='{href}'>"


def site(at: dict[str, bytes]) -> Script:
    def answer(line: Connection) -> None:
        body = at.get(line.request.path)
        if body is None:
            return line.answer(404)
        kind = "text/html" if body.startswith(b"<!doctype") else "application/rss+xml"
        return line.answer(body=body, content_type=kind)

    return answer


def tables(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = tomllib.loads(result.stdout).get("sources", [])
    return found


def test_the_feeds_of_a_page_are_printed_as_tables(wallflower: Run, server: Server) -> None:
    links = link("/posts.rss", 'Latest [posts] "all"'), link("/topics.rss", "Topics"), link("/gone.rss", "Gone")
    server.script = site({"/": page(*links), "/posts.rss": rss(item(1), item(2)), "/topics.rss": rss(item(1))})
    result = wallflower("feeds", server.url + "/")
    posts, topics = tables(result)
    assert posts == {"kind": "feed", "name": 'Latest [posts] "all"', "url": server.url + "/posts.rss"}
    assert topics["name"] == "Topics"
    assert "2 entries, the newest of 04 March 2026" in result.stdout
    assert "gone.rss. Left out: 127.0.0.1" in result.stdout


def test_links_are_found_as_browsers_find_them(wallflower: Run, server: Server) -> None:
    links = (
        f"<!-- {link('/old.rss')} -->",
        '<LINK REL="Alternate" TYPE="application/rss+xml; charset=x" HREF="/a.rss?x=1&amp;y=2" TITLE="A &raquo; B">',
        link("/b.rss", "a > b"),
        link("/c.rss", kind="text/xml"),
        link("javascript:alert(1)"),
        "<!-- never ends",
        link("/d.rss"),
    )
    there = {path: rss(item(1)) for path in ("/old.rss", "/a.rss?x=1&y=2", "/b.rss", "/c.rss", "/d.rss")}
    server.script = site({"/": page(*links), **there})
    found = tables(wallflower("feeds", server.url))
    assert [(one["url"].removeprefix(server.url), one["name"]) for one in found] == [
        ("/a.rss?x=1&y=2", "A » B"),
        ("/b.rss", "a > b"),
        ("/c.rss", "127.0.0.1"),
    ]


@pytest.mark.parametrize("base", ["/blog/", "../blog/", "{url}/blog/"])
def test_the_links_of_a_page_count_from_where_its_base_says(wallflower: Run, server: Server, base: str) -> None:
    stated = f"<base target=_top href='{base.format(url=server.url)}'>"
    server.script = site({"/de/": page(stated, link("posts.rss"), link("/x.rss")), "/blog/posts.rss": rss(item(1))})
    (table,) = tables(wallflower("feeds", server.url + "/de/"))
    assert table["url"] == server.url + "/blog/posts.rss"


def test_a_base_that_leads_nowhere_changes_nothing(wallflower: Run, server: Server) -> None:
    server.script = site({"/": page("<base target=_blank>", link("a.rss")), "/a.rss": rss(item(1))})
    (table,) = tables(wallflower("feeds", server.url))
    assert table["url"] == server.url + "/a.rss"


def test_what_is_printed_can_be_put_into_the_config(wallflower: Run, server: Server, tmp_path: Path) -> None:
    server.script = site({"/": page(link("/a", "Forum"), link("/feed.xml")), "/a": rss(item(1)), "/feed.xml": rss()})
    result = wallflower("feeds", server.url)
    assert [table["name"] for table in tables(result)] == ["Forum 2"]
    assert "It stands in the config already" in result.stdout
    with (tmp_path / "config.toml").open("a") as config:
        config.write(result.stdout)
    assert wallflower("check").exit_code == 0


def test_a_feed_itself_is_one(wallflower: Run, server: Server) -> None:
    server.script = site({"/other.xml": rss(item(1))})
    (table,) = tables(wallflower("feeds", server.url + "/other.xml"))
    assert table["url"] == server.url + "/other.xml"
    assert table["name"] == "127.0.0.1"


def test_a_page_that_names_none_is_asked_at_the_usual_places(wallflower: Run, server: Server) -> None:
    server.script = site({"/blog/": page(), "/blog/feed.xml": rss(item(1))})
    (table,) = tables(wallflower("feeds", server.url + "/blog/"))
    assert table["url"] == server.url + "/blog/feed.xml"


def test_no_feed_is_told_in_words(wallflower: Run, server: Server) -> None:
    server.script = site({"/": page(link("/x", kind="text/html"))})
    result = wallflower("feeds", server.url)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "It names none, and there is none at the usual places." in result.stderr
    server.script = site({})
    assert "404" in wallflower("feeds", server.url + "/?token=0123456789").stderr
    assert "token" not in wallflower("feeds", server.url + "/?token=0123456789").stderr


def test_without_a_config_private_hosts_are_refused(server: Server, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["feeds", server.url])
    assert result.exit_code == 1
    assert "private" in result.stderr
    assert server.requests == []


# opml

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


def test_the_feeds_of_an_opml_list_are_printed_as_tables(wallflower: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.opml"
    file.write_text(OPML)
    result = wallflower("opml", str(file))
    first, second, third = tables(result)
    assert first == {"kind": "feed", "name": "Harbour", "url": "https://harbour.example/rss"}
    assert second == {"kind": "feed", "name": "Harbour 2", "url": "https://harbour.example/atom?a=1&b=2"}
    assert third["name"] == '😀 "quoted" \\ back'
    assert "# News / Phones" in result.stdout
    assert "looks as if it held a secret" in result.stdout
    assert "# Local (file:///etc/passwd). Left out: " in result.stdout
    assert "# Login (https://b.example/feed). Left out: Its address holds a login." in result.stdout
    assert "geheim" not in result.stdout
    with (tmp_path / "config.toml").open("a") as config:
        config.write(result.stdout)
    assert wallflower("check").exit_code == 0
    assert tables(wallflower("opml", str(file))) == []


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("feed://a.example/rss", "http://a.example/rss"),
        ("feed:https://a.example/rss", "https://a.example/rss"),
        ("https://a.example/feed:x", "https://a.example/feed:x"),
    ],
)
def test_the_scheme_of_feed_readers_is_understood(written: str, url: str) -> None:
    (one,) = read_opml(f"<opml><body><outline xmlUrl='{written}'/></body></opml>".encode())
    assert one.url == url


BOMB = """<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<opml><body><outline text="&b;" xmlUrl="https://a.example/"/></body></opml>"""
EXTERNAL = """<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml/>"""


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (BOMB.encode(), "declares a DOCTYPE"),
        (BOMB.replace('version="1.0"', 'version="1.0" encoding="utf-16"', 1).encode("utf-16"), "declares a DOCTYPE"),
        (EXTERNAL.encode(), "declares a DOCTYPE"),
        (b"", "not XML"),
        (b"<opml><body>", "not XML"),
        (b"nonsense", "not XML"),
        (b'<?xml version="1.0" encoding="klingon"?><opml/>', "no OPML"),
        (rss(item(1)), "but no OPML"),
        (b"<opml>" + b" " * 10_000_001 + b"</opml>", "larger than"),
    ],
)
def test_what_is_no_opml_is_refused_in_words(wallflower: Run, tmp_path: Path, document: bytes, said: str) -> None:
    file = tmp_path / "list.opml"
    file.write_bytes(document)
    result = wallflower("opml", str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr


def test_ten_thousand_levels_and_as_many_feeds_are_read() -> None:
    deep = (
        b"<opml>" + b"<outline text='x'>" * 10_000 + b"<outline xmlUrl='https://a.example/'/>" + b"</outline>" * 10_000
    )
    (one,) = read_opml(deep + b"</opml>")
    assert len(one.folder) <= 2_000
    wide = "".join(f"<outline xmlUrl='https://a.example/{n}'/>" for n in range(10_000))
    assert len(read_opml(f"<opml>{wide}</opml>".encode())) == 5_000


@given(st.binary(max_size=300), st.sampled_from([b"", b"<opml>", b'<?xml version="1.0" encoding="utf-16"?>']))
def test_no_document_raises_anything_but_not_opml(noise: bytes, start: bytes) -> None:
    with contextlib.suppress(NotOpml):
        read_opml(start + noise)
