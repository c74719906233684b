"""The comment feed of a real isso: comments are written, edited, answered and deleted, and reach our store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from monitor.errors import SourceError
from monitor.model import Batch, Json
from tests.ports import free_port
from tests.servers import command, feed_source, http_to, running
from tests.servers.passes import PassRunner, pass_runner

THREAD = "/feed?uri=/harbour/"
CONFIG = """
[general]
dbpath = {folder}/comments.db
host = http://127.0.0.1:{port}/
[server]
listen = http://127.0.0.1:{port}
[guard]
enabled = false
[rss]
base = {base}
limit = {limit}
"""
ANGLE_QUOTES = str.maketrans("{}", "\u2039\u203a")
"""Text that looks like a tag is kept, in angle quotes instead of angle brackets."""


class Isso:
    """A running isso, and a session with the cookies of all its commenters."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._session = requests.Session()
        self._session.trust_env = False

    def comment(self, text: str, author: str | None = "Ann", parent: int | None = None) -> int:
        """Write a comment, or a reply to ``parent``; returns its number."""
        body = {"text": text, "author": author, "parent": parent, "title": "The harbour"}
        return int(self._request("POST", "/new?uri=/harbour/", body)["id"])

    def edit(self, number: int, text: str) -> None:
        self._request("PUT", f"/id/{number}", {"text": text, "author": "Ann"})

    def delete(self, number: int) -> None:
        self._request("DELETE", f"/id/{number}")

    def get(self, number: int) -> dict[str, Any]:
        """A comment as isso's API returns it."""
        return dict(self._request("GET", f"/id/{number}"))

    def _request(self, method: str, path: str, body: Json = None) -> Any:
        response = self._session.request(method, f"http://127.0.0.1:{self.port}{path}", json=body, timeout=20)
        assert response.status_code in (200, 201), response.text
        return response.json()

    def close(self) -> None:
        self._session.close()


@contextmanager
def served(folder: Path, zone: str = "UTC0", base: str = "https://harbour.example", limit: int = 100) -> Iterator[Isso]:
    """An isso whose machine is in time zone ``zone`` and whose feed lists ``limit`` comments."""
    port = free_port()
    (folder / "isso.cfg").write_text(CONFIG.format(folder=folder, port=port, base=base, limit=limit))
    with running([command("isso"), "-c", str(folder / "isso.cfg"), "run"], port, folder / "log", {"TZ": zone}):
        made = Isso(port)
        yield made
        made.close()


@pytest.fixture
def isso(tmp_path: Path) -> Iterator[Isso]:
    with served(tmp_path) as made:
        yield made


@pytest.fixture
def runner(isso: Isso, tmp_path: Path) -> Iterator[PassRunner]:
    with pass_runner(isso.port, tmp_path, THREAD) as made:
        yield made


def run_pass(isso: Isso, cursor: Json = None) -> Batch:
    """One pass from ``cursor``."""
    with http_to(isso.port) as http:
        return feed_source(http, f"http://127.0.0.1:{isso.port}{THREAD}").fetch((), cursor, datetime.now(UTC))


def status(isso: Isso, cursor: Json) -> int:
    """The status that isso returns for the validators in ``cursor``."""
    assert isinstance(cursor, dict)
    with http_to(isso.port) as http:
        headers = {"If-None-Match": cursor["etag"], "If-Modified-Since": cursor["modified"]}
        return http.get(f"http://127.0.0.1:{isso.port}{THREAD}", headers=headers).status


def texts(batch: Batch) -> dict[str, str]:
    """Number of a comment (the end of the external id) -> its text."""
    return {post.external_id.rpartition("/")[2]: post.text for post in batch.posts}


def test_a_comment_has_author_text_address_and_time(isso: Isso) -> None:
    number = isso.comment("**Acme** is great,\nand [its shop](https://acme.example/) is `open`.", "Bob & Sons")
    (post,) = run_pass(isso).posts
    assert (post.author, post.text) == ("Bob & Sons", "Acme is great,\nand its shop is open.")
    assert (post.external_id, post.title) == ("tag:harbour.example,2018:/isso/1/1", "Comment #1")
    assert (post.url, post.site) == ("https://harbour.example/harbour/#isso-1", "harbour.example")
    assert post.published_at == datetime.fromtimestamp(int(isso.get(number)["created"]), UTC)


def test_no_news_is_a_304_and_only_a_new_comment_is_returned(isso: Isso) -> None:
    nobody = run_pass(isso)
    assert nobody.posts == ()
    assert (status(isso, nobody.cursor), run_pass(isso, nobody.cursor).posts) == (304, ())
    isso.comment("Acme is great, they say.")
    first = run_pass(isso, nobody.cursor)
    assert (status(isso, first.cursor), run_pass(isso, first.cursor).posts) == (304, ())
    isso.comment("Globex is greater.", "Ben")
    second = run_pass(isso, first.cursor)
    assert [texts(first), texts(second)] == [{"1": "Acme is great, they say."}, {"2": "Globex is greater."}]
    assert second.complete_since is not None


def edit(isso: Isso) -> None:
    isso.edit(1, "Acme is terrible after all.")


def reply(isso: Isso) -> None:
    isso.comment("Acme is terrible after all.", "Ben", parent=1)


hidden_change = pytest.mark.parametrize(("act", "number"), [(edit, "1"), (reply, "2")])
"""Changes that do not change the ETag of the feed, which is the number of the newest comment that is not a reply."""


@hidden_change
def test_a_change_hidden_by_a_304_arrives_with_the_next_comment(
    isso: Isso, act: Callable[[Isso], None], number: str
) -> None:
    isso.comment("Acme is great, they say.")
    first = run_pass(isso)
    act(isso)
    second = run_pass(isso, first.cursor)
    assert (status(isso, first.cursor), second.posts) == (304, ())
    last = isso.comment("The harbour is calm.", "Cid")
    expected = {number: "Acme is terrible after all.", str(last): "The harbour is calm."}
    assert texts(run_pass(isso, second.cursor)) == expected


@hidden_change
def test_after_a_hidden_change_the_feed_is_always_read_in_full(
    isso: Isso, act: Callable[[Isso], None], number: str
) -> None:
    isso.comment("Acme is great, they say.")
    with http_to(isso.port) as http:
        source = feed_source(http, f"http://127.0.0.1:{isso.port}{THREAD}")
        batch = source.fetch((), None, datetime.now(UTC))
        act(isso)
        passes_without_news = 0
        while not (batch := source.fetch((), batch.cursor, datetime.now(UTC))).posts:
            passes_without_news += 1
            assert passes_without_news < 100, "the whole feed is never fetched"
    assert texts(batch) == {number: "Acme is terrible after all."}
    isso.comment("Acme, Acme.", "Cid", parent=1)
    after = run_pass(isso, batch.cursor)
    assert list(texts(after).values()) == ["Acme, Acme."]
    assert run_pass(isso, after.cursor).posts == ()


def test_an_edited_comment_is_one_mention_that_changes_and_keeps_its_time(isso: Isso, runner: PassRunner) -> None:
    number = isso.comment("Acme is great, they say.")
    (before,) = runner.read()
    isso.edit(number, "Acme is terrible after all.")
    isso.comment("The harbour is calm.", "Cid")
    (after,) = runner.read()
    assert (after.external_id, after.published_at) == (before.external_id, before.published_at)
    assert after.text == "Acme is terrible after all."


def test_a_deleted_comment_stays_a_mention(isso: Isso, runner: PassRunner) -> None:
    isso.comment("Acme is great, they say.")
    number = isso.comment("Acme is terrible, I say.", "Ben")
    assert len(runner.read()) == 2
    isso.delete(number)
    assert sorted(post.text for post in runner.read()) == ["Acme is great, they say.", "Acme is terrible, I say."]
    assert len(runner.read()) == 2


def test_isso_reuses_the_number_of_a_deleted_comment(isso: Isso, runner: PassRunner) -> None:
    number = isso.comment("Acme is great, they say.")
    runner.read()
    isso.delete(number)
    assert len(runner.read()) == 1
    assert isso.comment("Acme is terrible, I say.", "Ben") == number
    (post,) = runner.read()
    assert (post.author, post.text) == ("Ben", "Acme is terrible, I say.")


def test_a_deleted_comment_with_replies_loses_its_text_and_is_no_longer_a_mention(
    isso: Isso, runner: PassRunner
) -> None:
    number = isso.comment("Acme is great, they say.")
    isso.comment("Acme? No.", "Ben", parent=number)
    assert len(runner.read()) == 2
    isso.delete(number)
    isso.comment("The harbour is calm.", "Cid")
    assert [post.text for post in runner.read()] == ["Acme? No."]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Acme <script>alert(1)</script> says", "Acme {script}alert(1){/script} says"),
        ("Acme &amp;lt;script&amp;gt; says", "Acme {script} says"),
        ("Acme &amp;amp;amp;lt;b&amp;amp;amp;gt; says", "Acme {b} says"),
        ('Acme <img src=x onerror="alert(1)"> says', 'Acme {img src=x onerror="alert(1)"} says'),
        ("Acme ]]></content></entry></feed> says", "Acme ]]>{/content}{/entry}{/feed} says"),
        ("Acme [says](javascript:alert(1)) so", "Acme says so"),
        ("Acme is 5 < 6 & 7 > 6", "Acme is 5 < 6 & 7 > 6"),
        ("Acme 👩\u200d👩\u200d👧 naïve 日本 says", "Acme 👩\u200d👩\u200d👧 naïve 日本 says"),
        ("Acme \ufffe\u202e says", "Acme says"),
    ],
)
def test_hostile_text_stays_text(isso: Isso, typed: str, read: str) -> None:
    isso.comment("Globex is greater.", "Ben")
    isso.comment(typed, "Eve")
    assert texts(run_pass(isso)) == {"1": "Globex is greater.", "2": read.translate(ANGLE_QUOTES)}


@pytest.mark.parametrize(
    ("typed", "read"),
    [("<b>Eve</b>", "{b}Eve{/b}"), ("Eve\x00\x08\ufffe", "Eve"), ("Eve & Co", "Eve & Co"), (None, "")],
)
def test_a_hostile_author_name_breaks_no_other_comment(isso: Isso, typed: str | None, read: str) -> None:
    """isso accepts characters in names that XML does not allow, and then its feed is not well-formed."""
    isso.comment("Globex is greater.", "Ben")
    isso.comment("Acme is great, they say.", typed)
    assert {post.text: post.author for post in run_pass(isso).posts} == {
        "Globex is greater.": "Ben",
        "Acme is great, they say.": read.translate(ANGLE_QUOTES),
    }


@pytest.mark.parametrize(("zone", "offset"), [("EAST-9", timedelta(0)), ("WEST5", timedelta(hours=5))])
def test_a_time_in_the_future_becomes_the_time_when_first_seen(tmp_path: Path, zone: str, offset: timedelta) -> None:
    """isso writes local time as if it were UTC. A future time becomes the time when the comment was first seen."""
    with served(tmp_path, zone) as isso, pass_runner(isso.port, tmp_path, THREAD) as runner:
        number = isso.comment("Acme is great, they say.")
        (before,) = runner.read()
        written = datetime.fromtimestamp(isso.get(number)["created"], UTC)
        assert abs(before.published_at + offset - written) < timedelta(minutes=1)
        isso.comment("The harbour is calm.", "Cid")
        assert runner.read() == [before]


def test_more_comments_at_once_than_the_feed_lists_are_a_gap(tmp_path: Path) -> None:
    with served(tmp_path, limit=3) as isso:
        for number in range(3):
            isso.comment(f"Acme is great, says number {number}.")
        first = run_pass(isso)
        for number in range(5):
            isso.comment(f"Acme is terrible, says number {number}.")
        second = run_pass(isso, first.cursor)
    assert sorted(texts(first) | texts(second)) == ["1", "2", "3", "6", "7", "8"]
    assert second.complete_since is None


def test_an_isso_without_feeds_is_an_error(tmp_path: Path) -> None:
    with served(tmp_path, base="") as isso, pytest.raises(SourceError, match=r"nothing at this address \(404\)"):
        run_pass(isso)
