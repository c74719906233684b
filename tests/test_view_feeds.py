"""Saved views as Atom and JSON Feed behind a secret address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from display.pages.saved_views import feeds
from display.pages.saved_views.documents import Document, Entry, atom_document, json_document
from monitor.model import UNDATED, Choice, Intent, IntentPhrase, Mention, MentionFilter, Post, Score
from monitor.model.saved_views import NewView, SavedView
from tests.access_setup import Site
from tests.consistency import everything_stored
from tests.fake_site import config, judged
from tests.fakes import NOON
from tests.test_mentions import ClosingClient

ATOM = "{http://www.w3.org/2005/Atom}"
EVERYTHING, US_NEGATIVE = 1, 2
VIEW = SavedView(1, None, "Everything", MentionFilter(), "all", True, NOON)
HOSTILE = "Acme <script>alert(1)</script> ]]> &amp; \x0b\x00\ufffe \"q\" 'a' \U0001f600 é"


@pytest.fixture
def site(tmp_path: Path, store_url: str) -> Iterator[Site]:
    site = Site(config(tmp_path), database=store_url)
    site.app.test_client_class = ClosingClient
    for n in range(3):
        post = judged(f"Acme {n}", external_id=str(n), published_at=NOON - timedelta(hours=n + 1), score=(n - 1) / 2)
        site.store.save("Forum", [post], now=site.clock.now())
    yield site
    site.close()


def made(client: FlaskClient, view: int = EVERYTHING) -> tuple[str, str]:
    """The paths of a new feed, Atom and JSON, from the page that shows them once."""
    page = client.post(f"/views/{view}/feed/make")
    assert page.status_code == 200
    atom, json_feed, _csv = re.findall(r"<code>(http.*?)</code>", unescape(page.text))
    return urlsplit(atom).path, urlsplit(json_feed).path


def test_a_spreadsheet_reads_the_same_mentions_as_csv(site: Site) -> None:
    atom, _ = made(site.signed_in("dana"), US_NEGATIVE)
    client = site.client()
    answer = client.get(atom.replace(".atom", ".csv"))
    assert (answer.status_code, answer.content_type) == (200, "text/csv; charset=utf-8")
    export = site.signed_in("dana").get(f"/mentions.csv?view={US_NEGATIVE}")
    assert answer.text == export.text
    assert len(answer.text.splitlines()) == 2
    unchanged = client.get(atom.replace(".atom", ".csv"), headers={"If-None-Match": answer.headers["ETag"]})
    assert unchanged.status_code == 304


def test_a_feed_has_the_mentions_of_the_view_for_whoever_knows_the_address(site: Site) -> None:
    atom, json_feed = made(site.signed_in("dana"), US_NEGATIVE)
    answer = site.client().get(atom)
    assert (answer.status_code, answer.content_type) == (200, "application/atom+xml; charset=utf-8")
    found = feedparser.parse(answer.data)
    assert not found.bozo
    assert found.feed.title == "Us, negative - Wallflower"
    (entry,) = found.entries
    assert (entry.title, entry.author) == ("Acme, negative: Acme 0", "Forum")
    assert entry.link == "http://localhost/mentions/1"
    assert entry.content[0].value == "Acme 0"
    answer = site.client().get(json_feed)
    assert answer.content_type == "application/feed+json"
    (item,) = answer.json["items"]
    assert item["id"] == entry.id
    assert item["_wallflower"]["mention"]["sentiment"] == "negative"


def test_the_address_is_shown_once_and_stored_hashed(site: Site, store_url: str) -> None:
    client = site.signed_in("dana")
    atom, _ = made(client)
    token = atom.split("/")[-1].removesuffix(".atom")
    assert token not in client.get(f"/views/{EVERYTHING}/feed").text
    assert token not in everything_stored(store_url)
    assert token not in str(site.store.people.audit_log())


def test_the_feed_is_not_sent_again_until_something_changes(site: Site) -> None:
    atom, json_feed = made(site.signed_in("dana"))
    for path in (atom, json_feed):
        first = site.client().get(path)
        tag = {"If-None-Match": first.headers["ETag"]}
        site.clock.advance(5)
        again = site.client().get(path, headers=tag)
        assert (again.status_code, again.data) == (304, b"")
        name = f"more {path[-4:]}"
        post = judged(f"Acme {name}", external_id=name, published_at=site.clock.now())
        site.store.save("Forum", [post], now=site.clock.now())
        assert site.client().get(path, headers=tag).status_code == 200
        assert site.client().head(path).status_code == 200


def test_a_renewed_or_revoked_address_ends_at_once(site: Site) -> None:
    client = site.signed_in("dana")
    old, _ = made(client)
    new, _ = made(client)
    assert site.client().get(old).status_code == 404
    assert "revoked" in site.client().get(old).text
    assert site.client().get(new).status_code == 200
    assert client.post(f"/views/{EVERYTHING}/feed/revoke").status_code == 303
    assert site.client().get(new).status_code == 404
    assert "You have no feed" in client.get(f"/views/{EVERYTHING}/feed").text


def test_the_feed_of_a_person_ends_with_the_account_and_with_sharing(site: Site) -> None:
    view = site.store.views.add(NewView("Shared", MentionFilter(), shared=True), site.account("priya").id, NOON)
    dana, _ = made(site.signed_in("dana"), view.id)
    priya, _ = made(site.signed_in("priya"), view.id)
    site.store.views.set_shared(view.id, False)
    assert [site.client().get(path).status_code for path in (dana, priya)] == [404, 200]
    site.store.views.set_shared(view.id, True)
    site.store.people.remove_account(site.account("dana").id, NOON, "priya")
    assert site.client().get(dana).status_code == 404
    site.store.views.delete(view.id)
    assert site.client().get(priya).status_code == 404


@pytest.mark.parametrize("token", ["x", "a" * 43, "a" * 500, "é" * 43, "%00" * 43])
def test_a_wrong_token_is_no_feed(site: Site, token: str) -> None:
    for ending in ("atom", "json"):
        assert site.client().get(f"/feeds/{token}.{ending}").status_code == 404
    assert site.client().post(f"/feeds/{token}.atom").status_code == 405


def test_a_session_or_an_api_token_is_no_replacement_for_the_secret(site: Site) -> None:
    client = site.signed_in("priya")
    made(client)
    assert client.get(f"/feeds/{'a' * 43}.atom").status_code == 404
    assert site.client().get(f"/views/{EVERYTHING}/feed").status_code == 303


def test_a_view_that_finds_nothing_says_why(site: Site) -> None:
    account = site.account("dana").id
    view = site.store.views.add(NewView("Gone", MentionFilter(brand=Choice(("Umbrella",)))), account, NOON)
    atom, _ = made(site.signed_in("dana"), view.id)
    answer = site.client().get(atom)
    assert (answer.status_code, "“Umbrella”" in answer.text) == (404, True)


def test_the_page_says_when_the_feed_was_last_read(site: Site) -> None:
    client = site.signed_in("dana")
    atom, _ = made(client)
    assert "It has not been read yet." in client.get(f"/views/{EVERYTHING}/feed").text
    site.client().get(atom)
    assert "It was last read Wed 4 Mar 2026, 12:00, to the hour." in client.get(f"/views/{EVERYTHING}/feed").text
    used = site.store.views.feed(EVERYTHING, site.account("dana").id)
    site.clock.advance(600)
    site.client().get(atom)
    assert site.store.views.feed(EVERYTHING, site.account("dana").id) == used


def test_a_bug_is_logged_without_the_secret(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    atom, _ = made(site.signed_in("dana"))

    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(feeds, "newest", broken)
    assert site.client().get(atom).status_code == 500
    assert "GET /feeds/<token>.atom" in caplog.text
    assert atom.split("/")[-1].removesuffix(".atom") not in caplog.text


def mention(id_: int, text: str, at: datetime = NOON, **changes: object) -> Mention:
    post = Post("Forum", f"x{id_}", text, at, **changes)  # type: ignore[arg-type]
    intents = (IntentPhrase(Intent.PRICE, 0, 1), IntentPhrase(Intent.COMPLAINT, 0, 1))
    return Mention(id_, post, "Acme", "acme", 1, Score(-0.5), NOON, intents=intents)


def document(*mentions: Mention) -> Document:
    entries = [Entry(one, f"https://w.example/mentions/{one.id}") for one in mentions]
    return Document(VIEW, "https://w.example/mentions?view=1", "https://w.example/feeds/t.atom", entries)


def test_atom_has_what_the_standard_requires() -> None:
    text = atom_document(document(mention(1, HOSTILE), mention(2, "Acme", UNDATED, author="@bob", title="A title")))
    feed = ElementTree.fromstring(text)
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (one,) = element.findall(ATOM + name)
            assert one.text
        assert element.find(f"{ATOM}link[@rel='alternate']") is not None
    assert feed.find(f"{ATOM}link[@rel='self']") is not None
    first, second = feed.findall(f"{ATOM}entry")
    assert all(entry.findtext(f"{ATOM}author/{ATOM}name") for entry in (first, second))
    assert first.findtext(f"{ATOM}content") == HOSTILE.replace("\x0b", "").replace("\x00", "").replace("\ufffe", "")
    assert "<script" not in text
    assert second.find(f"{ATOM}published") is None
    assert second.findtext(f"{ATOM}title") == "Acme, negative: A title"
    assert [c.get("term") for c in second.findall(f"{ATOM}category")] == ["Acme", "Forum", "Complaint", "Price"]


def test_ids_are_the_same_in_every_database_and_differ_by_brand() -> None:
    one = Entry(mention(1, "Acme"), "https://a.example/1")
    elsewhere = Entry(mention(1, "Acme is edited"), "https://b.example/99")
    assert one.id == elsewhere.id
    assert one.id.startswith("urn:uuid:")
    assert one.id != Entry(mention(2, "Acme"), "").id


@given(st.text(max_size=200), st.text(min_size=1, max_size=20))
def test_any_text_makes_a_valid_feed(text: str, author: str) -> None:
    found = document(mention(1, text, author=author, title=text, url="https://x.example/?a=1&b=<"))
    assert ElementTree.fromstring(atom_document(found)).tag == f"{ATOM}feed"
    assert '"version"' in json_document(found)
