"""What helps to judge a post, stored, shown and exported: whom it replies to, whether it is a repost, its quotes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from display.pages.mentions.export import csv_lines, json_lines
from monitor.model import MentionFilter, Post
from monitor.store import Store, open_store
from monitor.text.cleaning import clean
from tests.fake_site import ALL_HEALTHY, app_for, judged
from tests.fake_site import config as site_config
from tests.fake_store import raw_connection
from tests.fakes import NOON, FakeClock, post
from tests.test_sources_stored import BRANDS


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened_store = open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")
    opened_store.register_brands(BRANDS, NOON)
    yield opened_store
    opened_store.close()


def only_post(store: Store) -> Post:
    (mention,) = store.export(MentionFilter())
    return mention.post


def mention_page(store: Store, folder: Path) -> str:
    pages = app_for(site_config(folder), store, FakeClock(NOON), ALL_HEALTHY).test_client()
    return str(pages.get("/mentions/1").get_data(as_text=True))


def test_the_context_of_a_post_is_stored(store: Store) -> None:
    store.save("Forum", [judged(external_id="1", reply_to="bob", repost=True)], now=NOON)
    stored = only_post(store)
    assert (stored.reply_to, stored.repost) == ("bob", True)


def test_a_changed_context_is_an_edit(store: Store) -> None:
    for reply_to, repost in (("", False), ("bob", False), ("bob", False), ("bob", True)):
        store.save("Forum", [judged(external_id="1", reply_to=reply_to, repost=repost)], now=NOON)
    assert [str(change.kind) for change in store.changes(0)] == ["saved", "edited", "edited"]
    assert (only_post(store).reply_to, only_post(store).repost) == ("bob", True)


def test_a_known_reply_stays_one_where_a_site_does_not_repeat_to_whom(store: Store) -> None:
    store.save("Forum", [judged(external_id="1", reply_to="bob")], now=NOON)
    store.save("Forum", [judged(external_id="1")], now=NOON)
    assert len(store.changes(0)) == 1
    store.save("Forum", [judged("Acme is late.", external_id="1")], now=NOON)
    assert (only_post(store).text, only_post(store).reply_to) == ("Acme is late.", "bob")


def test_posts_of_an_older_database_have_no_context(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'wallflower.db'}"
    store = open_store(url)
    store.register_brands(BRANDS, NOON)
    store.save("Forum", [judged(external_id="1", reply_to="bob", repost=True)], now=NOON)
    store.close()
    db = raw_connection(tmp_path / "wallflower.db")
    for column in ("reply_to", "repost"):
        db.execute(f"ALTER TABLE post DROP COLUMN {column}")
    db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm018_context'")
    db.close()
    store = open_store(url)
    assert (only_post(store).reply_to, only_post(store).repost) == ("", False)
    store.close()


def test_a_name_is_cleaned_as_that_of_an_author() -> None:
    cleaned = clean(post(author="@ana", reply_to="@<b>bob</b>\n", repost=True), NOON)
    assert (cleaned.author, cleaned.reply_to, cleaned.repost) == ("ana", "bob", True)
    assert clean(cleaned, NOON) is cleaned


@pytest.mark.parametrize(
    ("reply_to", "shown"),
    [
        ("bob", "replying to <bdi>@bob</bdi>"),
        ("bob@harbour.example", "replying to <bdi>@bob@harbour.example</bdi>"),
        ("Bob Harbour", "replying to <bdi>Bob Harbour</bdi>"),
        ("did:plc:bob", "replying to <bdi>did:plc:bob</bdi>"),
        ('"><script>', "replying to <bdi>@&#34;&gt;&lt;script&gt;</bdi>"),
        ("", ""),
    ],
)
def test_a_mention_shows_whom_it_replies_to(store: Store, tmp_path: Path, reply_to: str, shown: str) -> None:
    store.save("Forum", [judged(external_id="1", reply_to=reply_to)], now=NOON)
    page = mention_page(store, tmp_path)
    assert shown in page
    assert ("replying to" in page) == bool(reply_to)
    assert "sharing" not in page


def test_a_mention_shows_that_it_is_a_repost(store: Store, tmp_path: Path) -> None:
    store.save("Forum", [judged(external_id="1", repost=True)], now=NOON)
    assert "sharing somebody else&#39;s post" in mention_page(store, tmp_path).replace("else's", "else&#39;s")


def test_quoted_lines_are_set_apart_and_escaped(store: Store, tmp_path: Path) -> None:
    store.save("Forum", [judged("> <script>Acme</script> is late\nNo & yes", external_id="1")], now=NOON)
    page = mention_page(store, tmp_path)
    assert '<span class="quote">&gt; &lt;script&gt;Acme&lt;/script&gt; is late</span>' in page
    assert "No &amp; yes" in page
    assert "<script>Acme" not in page


def test_the_export_has_the_context(store: Store) -> None:
    store.save("Forum", [judged(external_id="1", reply_to="=bob", repost=True)], now=NOON)
    mentions = list(store.export(MentionFilter()))
    (row,) = csv.DictReader(io.StringIO("".join(csv_lines(mentions))))
    assert (row["reply_to"], row["repost"]) == ("'=bob", "True")
    assert list(row)[-4:-2] == ["reply_to", "repost"]
    (line,) = json_lines(mentions)
    assert json.loads(line).items() >= {"reply_to": "=bob", "repost": True}.items()
