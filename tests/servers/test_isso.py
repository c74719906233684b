"""The comments of a real isso: said, edited, answered and deleted by their authors, from its database to our store."""

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
from tests.servers import command, feed, reading, running
from tests.servers.passes import Reader, passes

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
limit = {most}
"""
ANGLED = str.maketrans("{}", "\u2039\u203a")
"""What looks like a tag is kept in brackets that are none."""


class Isso:
    """A running isso, and a browser that has the cookies of all who comment."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._browser = requests.Session()
        self._browser.trust_env = False

    def say(self, text: str, author: str | None = "Ann", answers: int | None = None) -> int:
        """Write a comment, or an answer to one; its number."""
        what = {"text": text, "author": author, "parent": answers, "title": "The harbour"}
        return int(self._ask("POST", "/new?uri=/harbour/", what)["id"])

    def edit(self, number: int, text: str) -> None:
        self._ask("PUT", f"/id/{number}", {"text": text, "author": "Ann"})

    def delete(self, number: int) -> None:
        self._ask("DELETE", f"/id/{number}")

    def seen(self, number: int) -> dict[str, Any]:
        """A comment as isso shows it on a page."""
        return dict(self._ask("GET", f"/id/{number}"))

    def _ask(self, method: str, path: str, what: Json = None) -> Any:
        answer = self._browser.request(method, f"http://127.0.0.1:{self.port}{path}", json=what, timeout=20)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def close(self) -> None:
        self._browser.close()


@contextmanager
def served(folder: Path, zone: str = "UTC0", base: str = "https://harbour.example", most: int = 100) -> Iterator[Isso]:
    """An isso whose machine is in this time zone and whose feed lists so many."""
    port = free_port()
    (folder / "isso.cfg").write_text(CONFIG.format(folder=folder, port=port, base=base, most=most))
    with running([command("isso"), "-c", str(folder / "isso.cfg"), "run"], port, folder / "log", {"TZ": zone}):
        made = Isso(port)
        yield made
        made.close()


@pytest.fixture
def isso(tmp_path: Path) -> Iterator[Isso]:
    with served(tmp_path) as made:
        yield made


@pytest.fixture
def here(isso: Isso, tmp_path: Path) -> Iterator[Reader]:
    with passes(isso.port, tmp_path, THREAD) as made:
        yield made


def once(isso: Isso, cursor: Json = None) -> Batch:
    """One pass."""
    with reading(isso.port) as http:
        return feed(http, f"http://127.0.0.1:{isso.port}{THREAD}").fetch((), cursor, datetime.now(UTC))


def status(isso: Isso, cursor: Json) -> int:
    """What isso answers to one who has read this far."""
    assert isinstance(cursor, dict)
    with reading(isso.port) as http:
        said = {"If-None-Match": cursor["etag"], "If-Modified-Since": cursor["modified"]}
        return http.get(f"http://127.0.0.1:{isso.port}{THREAD}", headers=said).status


def words(batch: Batch) -> dict[str, str]:
    """What is said, by the end of the external id."""
    return {post.external_id.rpartition("/")[2]: post.text for post in batch.posts}


def test_a_comment_has_its_author_its_words_its_address_and_its_time(isso: Isso) -> None:
    number = isso.say("**Acme** is great,\nand [its shop](https://acme.example/) is `open`.", "Bob & Sons")
    (post,) = once(isso).posts
    assert (post.author, post.text) == ("Bob & Sons", "Acme is great,\nand its shop is open.")
    assert (post.external_id, post.title) == ("tag:harbour.example,2018:/isso/1/1", "Comment #1")
    assert (post.url, post.site) == ("https://harbour.example/harbour/#isso-1", "harbour.example")
    assert post.published_at == datetime.fromtimestamp(int(isso.seen(number)["created"]), UTC)


def test_nothing_new_is_a_304_and_a_new_comment_comes_alone(isso: Isso) -> None:
    nobody = once(isso)
    assert nobody.posts == ()
    assert (status(isso, nobody.cursor), once(isso, nobody.cursor).posts) == (304, ())
    isso.say("Acme is great, they say.")
    first = once(isso, nobody.cursor)
    assert (status(isso, first.cursor), once(isso, first.cursor).posts) == (304, ())
    isso.say("Globex is greater.", "Ben")
    second = once(isso, first.cursor)
    assert [words(first), words(second)] == [{"1": "Acme is great, they say."}, {"2": "Globex is greater."}]
    assert second.complete_since is not None


def edit(isso: Isso) -> None:
    isso.edit(1, "Acme is terrible after all.")


def answer(isso: Isso) -> None:
    isso.say("Acme is terrible after all.", "Ben", answers=1)


hidden = pytest.mark.parametrize(("act", "number"), [(edit, "1"), (answer, "2")])
"""What changes a thread, but not the ETag of its feed: that is the number of the newest comment that answers nobody."""


@hidden
def test_what_isso_keeps_behind_a_304_comes_with_the_next_comment(
    isso: Isso, act: Callable[[Isso], None], number: str
) -> None:
    isso.say("Acme is great, they say.")
    first = once(isso)
    act(isso)
    second = once(isso, first.cursor)
    assert (status(isso, first.cursor), second.posts) == (304, ())
    last = isso.say("The harbour is calm.", "Cid")
    said = {number: "Acme is terrible after all.", str(last): "The harbour is calm."}
    assert words(once(isso, second.cursor)) == said


@hidden
def test_an_isso_that_was_caught_at_it_is_read_whole_from_then_on(
    isso: Isso, act: Callable[[Isso], None], number: str
) -> None:
    isso.say("Acme is great, they say.")
    with reading(isso.port) as http:
        source = feed(http, f"http://127.0.0.1:{isso.port}{THREAD}")
        batch = source.fetch((), None, datetime.now(UTC))
        act(isso)
        quiet = 0
        while not (batch := source.fetch((), batch.cursor, datetime.now(UTC))).posts:
            quiet += 1
            assert quiet < 100, "the whole feed is not fetched"
    assert words(batch) == {number: "Acme is terrible after all."}
    isso.say("Acme, Acme.", "Cid", answers=1)
    after = once(isso, batch.cursor)
    assert list(words(after).values()) == ["Acme, Acme."]
    assert once(isso, after.cursor).posts == ()


def test_an_edited_comment_is_one_mention_that_changes_and_keeps_its_time(isso: Isso, here: Reader) -> None:
    number = isso.say("Acme is great, they say.")
    (before,) = here.read()
    isso.edit(number, "Acme is terrible after all.")
    isso.say("The harbour is calm.", "Cid")
    (after,) = here.read()
    assert (after.external_id, after.published_at) == (before.external_id, before.published_at)
    assert after.text == "Acme is terrible after all."


def test_a_deleted_comment_stays_for_the_feed_only_leaves_it_out(isso: Isso, here: Reader) -> None:
    isso.say("Acme is great, they say.")
    number = isso.say("Acme is terrible, I say.", "Ben")
    assert len(here.read()) == 2
    isso.delete(number)
    assert sorted(post.text for post in here.read()) == ["Acme is great, they say.", "Acme is terrible, I say."]
    assert len(here.read()) == 2


def test_isso_gives_the_number_of_a_deleted_comment_to_the_next_one(isso: Isso, here: Reader) -> None:
    number = isso.say("Acme is great, they say.")
    here.read()
    isso.delete(number)
    assert len(here.read()) == 1
    assert isso.say("Acme is terrible, I say.", "Ben") == number
    (post,) = here.read()
    assert (post.author, post.text) == ("Ben", "Acme is terrible, I say.")


def test_a_deleted_comment_that_has_answers_loses_its_words_and_is_no_mention_any_more(
    isso: Isso, here: Reader
) -> None:
    number = isso.say("Acme is great, they say.")
    isso.say("Acme? No.", "Ben", answers=number)
    assert len(here.read()) == 2
    isso.delete(number)
    isso.say("The harbour is calm.", "Cid")
    assert [post.text for post in here.read()] == ["Acme? No."]


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
def test_hostile_words_are_but_words(isso: Isso, typed: str, read: str) -> None:
    isso.say("Globex is greater.", "Ben")
    isso.say(typed, "Eve")
    assert words(once(isso)) == {"1": "Globex is greater.", "2": read.translate(ANGLED)}


@pytest.mark.parametrize(
    ("typed", "read"),
    [("<b>Eve</b>", "{b}Eve{/b}"), ("Eve\x00\x08\ufffe", "Eve"), ("Eve & Co", "Eve & Co"), (None, "")],
)
def test_the_name_of_one_breaks_no_other_comment(isso: Isso, typed: str | None, read: str) -> None:
    """isso lets characters into a name that XML does not have: its feed is broken then."""
    isso.say("Globex is greater.", "Ben")
    isso.say("Acme is great, they say.", typed)
    assert {post.text: post.author for post in once(isso).posts} == {
        "Globex is greater.": "Ben",
        "Acme is great, they say.": read.translate(ANGLED),
    }


@pytest.mark.parametrize(("zone", "off"), [("EAST-9", timedelta(0)), ("WEST5", timedelta(hours=5))])
def test_the_clock_of_another_zone_tells_no_time_to_come(tmp_path: Path, zone: str, off: timedelta) -> None:
    """isso tells the time of its machine's zone as if it were UTC; one to come is the time when it was first seen."""
    with served(tmp_path, zone) as isso, passes(isso.port, tmp_path, THREAD) as here:
        number = isso.say("Acme is great, they say.")
        (before,) = here.read()
        written = datetime.fromtimestamp(isso.seen(number)["created"], UTC)
        assert abs(before.published_at + off - written) < timedelta(minutes=1)
        isso.say("The harbour is calm.", "Cid")
        assert here.read() == [before]


def test_more_comments_at_once_than_the_feed_lists_are_a_hole(tmp_path: Path) -> None:
    with served(tmp_path, most=3) as isso:
        for number in range(3):
            isso.say(f"Acme is great, says number {number}.")
        first = once(isso)
        for number in range(5):
            isso.say(f"Acme is terrible, says number {number}.")
        second = once(isso, first.cursor)
    assert sorted(words(first) | words(second)) == ["1", "2", "3", "6", "7", "8"]
    assert second.complete_since is None


def test_an_isso_without_feeds_is_told_in_words(tmp_path: Path) -> None:
    with served(tmp_path, base="") as isso, pytest.raises(SourceError, match=r"nothing at this address \(404\)"):
        once(isso)
