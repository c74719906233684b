"""The Mentions page over a real store: every part counts the same, and no text or search breaks it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from display.pages.mentions.facets import FACET_BY_NAME
from display.pages.mentions.views import count_mentions, count_stories, format_count
from monitor.config.source_tables import SourceConfig
from monitor.model import UNDATED, Count, Cue, CueKind, Health, JudgedPost, MentionFilter, Post, StoryCount
from monitor.sources.sample import Options as SampleOptions
from monitor.store import Store, open_store
from monitor.text.near_duplicates import signatures
from tests import mentions_data as data
from tests.fake_site import app_for
from tests.fake_site import config as site_config
from tests.fakes import NOON, FakeClock

PLAIN_POSTS = 120
FILTERS = [
    "",
    "brand=Globex",
    "brand=-Globex&sentiment=negative",
    "source=Forum&sentiment=unscored&sentiment=positive",
    "q=globex",
    "q=parcel*+OR+price",
    "q=author:user3&brand=Initech",
    "lang=de",
    "lang=-en",
    "author=user1",
    "intent=switching_from",
    "range=24h",
    "range=all&order=old",
    "since=2026-03-01T00:00&until=2026-03-03T12:30",
    "rule=Globex@1",
    "order=negative&brand=Acme",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mentions")


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[Store]:
    """Filled once; tests that write use ``own_store``."""
    store = data.new_store(folder, NOON)
    data.save_posts(store, NOON, PLAIN_POSTS)
    yield store
    store.close()


@pytest.fixture(scope="module")
def client(folder: Path, store: Store) -> FlaskClient:
    return client_of(folder, store)


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Store]:
    store = data.new_store(tmp_path, NOON)
    yield store
    store.close()


def client_of(folder: Path, store: Store, clock: FakeClock | None = None, **config: Any) -> FlaskClient:
    settings = {"brands": data.BRANDS, "sources": data.SOURCES, **config}
    app = app_for(site_config(folder, **settings), store, clock or FakeClock())
    app.test_client_class = ClosingClient
    return app.test_client()


class ClosingClient(FlaskClient):
    """Reads and closes each response, as a server does: an export holds its place until then."""

    def open(self, *args: Any, buffered: bool = True, **kwargs: Any) -> Any:
        """Send a request."""
        return super().open(*args, buffered=True, **kwargs)


class Page(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def by(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        wanted = {name.rstrip("_"): value for name, value in wanted.items()}
        return [a for t, a in self.elements if t == tag and all(a.get(n) == v for n, v in wanted.items())]


def shown(client: FlaskClient, query: str = "") -> tuple[str, Page]:
    answer = client.get(f"/mentions?{query}", follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text, Page(answer.text)


def head_count(text: str) -> int:
    found = re.search(r'<span id="count">([\d,]+)', text)
    assert found
    return int(found.group(1).replace(",", ""))


def ids(page: Page) -> list[int]:
    return [int(row["data-id"]) for row in page.by("tr", class_="row")]


def chart_sum(text: str) -> int:
    return sum(int(n.replace(",", "")) for n in re.findall(r"<title>[^<]*: ([\d,]+) mentions?, [\d,]+ negative", text))


@pytest.mark.parametrize("query", FILTERS)
def test_head_chart_csv_and_json_count_the_same(client: FlaskClient, query: str) -> None:
    text, _ = shown(client, query)
    rows = list(csv.DictReader(io.StringIO(client.get(f"/mentions.csv?{query}").text)))
    listed = json.loads(client.get(f"/mentions.json?{query}").text)
    assert head_count(text) == len(rows) == len(listed) == chart_sum(text) > 0
    assert [row["id"] for row in rows] == [str(one["id"]) for one in listed]


@pytest.mark.parametrize("query", ["", "brand=Globex", "q=globex&order=old", "order=negative"])
def test_paging_shows_every_mention_once(client: FlaskClient, query: str) -> None:
    text, page = shown(client, query)
    seen = ids(page)
    while following := page.by("a", rel="next"):
        _, page = shown(client, unescape(following[0]["href"]).partition("?")[2])
        seen += ids(page)
    assert len(seen) == len(set(seen)) == head_count(text)


def test_newer_leads_back_page_by_page(client: FlaskClient) -> None:
    pages = [shown(client)[1]]
    while following := pages[-1].by("a", rel="next"):
        pages.append(shown(client, following[0]["href"].partition("?")[2])[1])
    assert len(pages) == 3
    for earlier, later in pairwise(pages):
        back = later.by("a", rel="prev")[0]["href"].partition("?")[2]
        assert ids(shown(client, back)[1]) == ids(earlier)


def test_each_facet_counts_what_its_link_leads_to(client: FlaskClient) -> None:
    _, page = shown(client, "sentiment=negative")
    picks = [unescape(a["href"]) for a in page.by("a", class_="toggle")]
    assert len(picks) >= 10
    text = client.get("/mentions?sentiment=negative").text
    counts = re.findall(r'class="toggle" href="([^"]*)".*?<span class="n">([\d,]+)</span>', text, re.DOTALL)
    for href, n in counts:
        if "brand=" in href or "source=" in href:
            assert head_count(client.get(unescape(href)).text if int(n) else '<span id="count">0') == int(n), href


def test_equal_views_have_one_url(client: FlaskClient) -> None:
    answer = client.get("/mentions?brand=Globex&q=+price+&range=7d&last_valid_q=&since=")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/mentions?q=price&brand=Globex"


@pytest.mark.parametrize("path", ["/mentions", "/mentions.csv", "/mentions.json", "/mentions/new"])
@pytest.mark.parametrize("query", ["colour=red", "brand=Nobody", "range=week", "since=never", "upto=x"])
def test_an_invalid_url_is_a_400_that_names_the_parameter(client: FlaskClient, path: str, query: str) -> None:
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.text


def test_an_invalid_search_is_explained_in_place_and_the_last_list_stays(client: FlaskClient) -> None:
    answer = client.get("/mentions?q=globex+AND+(pickup+OR+NEAR+late)&last_valid_q=price")
    page = Page(answer.text)
    field = page.by("input", id="q")[0]
    assert answer.status_code == 400
    assert field["value"] == "globex AND (pickup OR NEAR late)"
    assert (field["aria-invalid"], field["data-column"]) == ("true", "23")
    assert "Column 23" in answer.text
    assert '<span class="squiggle">NEAR</span>' in answer.text
    assert 'href="/mentions?q=globex+AND+%28pickup+NEAR%2F5+late%29">' in answer.text
    assert "Below are the results of the last valid query: 2 mentions for <code>price</code>" in answer.text
    assert len(ids(page)) == 2


def test_a_search_of_exclusions_needs_another_filter(client: FlaskClient) -> None:
    alone = client.get("/mentions?q=-globex")
    assert alone.status_code == 400
    assert "Choose a brand, a source or a time range too" in alone.text
    assert "/mentions?q=globex" not in alone.text
    assert client.get("/mentions.csv?q=-globex").status_code == 400
    for narrowed in ("brand=Globex", "source=Forum", "range=30d", "sentiment=negative"):
        assert client.get(f"/mentions?q=-price&{narrowed}").status_code == 200
    all_of_brand, without_price = (client.get(f"/mentions.json?{q}brand=Globex").json for q in ("", "q=-price&"))
    assert all_of_brand is not None
    assert without_price == [m for m in all_of_brand if "price" not in f"{m['title']} {m['text']}".lower()]
    assert 0 < len(without_price) < len(all_of_brand)


def test_an_operator_of_another_tool_is_corrected(client: FlaskClient) -> None:
    answer = client.get("/mentions?q=globex|price")
    assert answer.status_code == 400
    assert 'href="/mentions?q=globex+OR+price">' in answer.text


TWO_HOURS = {"since": "2026-03-04T10:00", "until": "2026-03-04T12:00"}
"""Few bars, which take most of the time of a page."""


# A page takes 20 ms; test_fts.py searches for more strings, without pages.
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.text('()"*-@#=:ORAND NEAR/3xé新', max_size=20)
)
def test_no_search_ever_breaks_the_page(client: FlaskClient, q: str) -> None:
    answer = client.get("/mentions", query_string={"q": q, **TWO_HOURS}, follow_redirects=True)
    assert answer.status_code in (200, 400)


any_time = st.builds(
    lambda at, offset: at.isoformat(timespec="minutes") + offset,
    st.datetimes() | st.sampled_from([datetime.min, datetime.max, datetime(9999, 12, 1), datetime(1970, 1, 1)]),
    st.sampled_from(["", "Z", "+14:00", "-14:00", "-00:30", "+25:00", "+00:00:30"]),
) | st.sampled_from(["10000-01-01T00:00", "-0001-01-01", "2026-W10", "2026-03-01T24:00", "99999999999", "0"])
PATHS = ["/mentions", "/mentions.csv", "/mentions.json", "/mentions/new", "/mentions/1", "/mentions/topics"]
PARTS = ["/mentions/1/drawer", "/mentions/newer-than/1", "/mentions/parts", "/mentions/complete", "/mentions/999/block"]
OTHERS = {
    "view": ["1", "2", "999", "", "0", "-1", "1.5", "9" * 30],
    "state": ["mine", "-mine", "noted", "-noted", "-unclaimed", "theirs"],
    "story": ["1", "999", "x", ""],
    "bom": ["1", "2", ""],
    "range": ["all", "24h", "x"],
    "order": ["old", "negative", "x"],
    "q": ["globex", "(", "", "\0", "author:"],
    "before": ["1", "1.5", "999.99999999999999", "x"],
    "upto": ["1", "999", "x"],
    "ids": ["1", "1,2", "x"],
    "field": ["author", "x"],
    "prefix": ["us", "%", "\ud800"],
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "time", ["9999-12-31T23:59", "9999-12-31T23:59-14:00", "9998-12-31T23:59", "1970-01-01T00:00", "0001-01-01T00:00"]
)
@pytest.mark.parametrize("name", ["since", "until"])
def test_the_first_and_the_last_time_give_a_page_or_a_message(
    client: FlaskClient, path: str, name: str, time: str
) -> None:
    answer = client.get(path, query_string={name: time, "upto": "1"}, follow_redirects=True)
    assert answer.status_code in (200, 400)
    reasons = ("a time in the years 1970 to 9998", "a time that is not in the future", "a time after 1970 began")
    assert answer.status_code == 200 or any(reason in answer.text for reason in reasons)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(PATHS),
    st.dictionaries(st.sampled_from(["since", "until"]), any_time),
    st.dictionaries(st.sampled_from(["range", "order", "q", "before", "upto"]), st.sampled_from(["all", "old", "1"])),
)
def test_no_time_ever_breaks_a_url(
    client: FlaskClient, path: str, times: dict[str, str], others: dict[str, str]
) -> None:
    answer = client.get(path, query_string=times | others, follow_redirects=True)
    assert answer.status_code in (200, 400), (path, times, others)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(PATHS + PARTS),
    st.lists(
        st.sampled_from(list(OTHERS)).flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(OTHERS[name]))),
        max_size=5,
    ),
)
def test_no_parameter_ever_breaks_a_url(client: FlaskClient, path: str, sent: list[tuple[str, str]]) -> None:
    query = urlencode([*sent, *TWO_HOURS.items()], errors="surrogatepass")
    answer = client.get(f"{path}?{query}", follow_redirects=True)
    assert answer.status_code in (200, 400, 404), (path, sent)


@pytest.mark.parametrize("text", data.HOSTILE)
def test_hostile_posts_stay_text(tmp_path: Path, own_store: Store, text: str) -> None:
    hostile: dict[str, Any] = {
        "author": '"><script>x</script>',
        "title": "{{ 7*7 }}",
        "url": 'https://a.example/"><svg onload=x>',
    }
    post = Post("Forum", "<b>id</b>", text, NOON, **hostile)
    finding = data.finding("Acme", text, -0.4, [("Acme", -1.0)], title="{{ 7*7 }}")
    own_store.save("Forum", [data.judged(post, finding)], now=NOON)
    client = client_of(tmp_path, own_store)
    for path in ("/mentions", "/mentions/1", "/mentions?q=acme"):
        page = Page(client.get(path).text)
        assert {a.get("src") for t, a in page.elements if t == "script"} == {page.by("script")[0]["src"]}
        assert len(page.by("script")) == 1
        assert not page.by("img")
        assert not [a for _, a in page.elements if any(name.startswith("on") or name == "style" for name in a)]
    assert "{{ 7*7 }}" in client.get("/mentions/1").text


def test_a_mention_names_the_cues_of_its_score_as_text(tmp_path: Path, own_store: Store) -> None:
    text = "Is <b>Acme</b> great?"
    found = data.finding("Acme", text, 0.0)
    cue = Cue(0, len(text), CueKind.QUESTION)
    found = replace(found, score=replace(found.score, evidence=replace(found.score.evidence, cues=(cue,))))
    own_store.save("Forum", [data.judged(Post("Forum", "1", text, NOON), found)], now=NOON)
    page = client_of(tmp_path, own_store).get("/mentions/1").text
    assert (
        "In a question, words of opinion count less or not at all: “<bdi>Is &lt;b&gt;Acme&lt;/b&gt; great?</bdi>”"
        in page
    )
    assert "No opinion found</b>" in page
    assert "No word in this post counted as praise or criticism of <bdi>Acme</bdi>." in page
    rows = client_of(tmp_path, own_store).get("/mentions").text
    assert "No opinion found</span>" in rows
    assert "Neutral includes posts in which no opinion was found." in rows


def test_no_page_has_a_style_attribute_or_an_inline_script(client: FlaskClient) -> None:
    for path in ("/mentions?q=price&brand=Globex", "/mentions?q=nothing-like-it", "/mentions/3", "/mentions?x=1"):
        answer = client.get(path)
        assert " style=" not in answer.text
        assert re.findall(r"<script(?![^>]* src=)", answer.text) == []


def test_cells_that_a_spreadsheet_would_run_are_written_as_text(tmp_path: Path, own_store: Store) -> None:
    for i, text in enumerate(["=1+1 Acme", "+Acme", "-Acme", "@SUM(A1) Acme", "  =Acme", "\uff1dAcme", "Acme = fine"]):
        post = Post("Forum", str(i), text, NOON, author="=cmd()")
        own_store.save("Forum", [data.judged(post, data.finding("Acme", text, -0.5))], now=NOON)
    rows = list(csv.DictReader(io.StringIO(client_of(tmp_path, own_store).get("/mentions.csv").text)))
    assert [row["text"][0] for row in reversed(rows)] == ["'"] * 6 + ["A"]
    assert {row["author"] for row in rows} == {"'=cmd()"}
    assert {row["score"] for row in rows} == {"-0.5"}


def test_an_export_is_fixed_at_its_moment(tmp_path: Path, own_store: Store) -> None:
    data.save_posts(own_store, NOON)
    client = client_of(tmp_path, own_store)
    assert len(json.loads(client.get("/mentions.json?upto=4").text)) == 4
    assert client.get("/mentions/new?upto=4").text == "2"
    assert client.get("/mentions/new?upto=4&brand=Umbrella").text == "0"


def test_a_fixed_list_does_not_change_when_mentions_arrive(tmp_path: Path, own_store: Store) -> None:
    data.save_posts(own_store, NOON, 60)
    client = client_of(tmp_path, own_store)
    following = shown(client)[1].by("a", rel="next")[0]["href"]
    before = client.get(unescape(following)).text
    post = Post("Forum", "late", "Acme is new here.", NOON)
    own_store.save("Forum", [data.judged(post, data.finding("Acme", post.text, 0.1))], now=NOON)
    after = client.get(unescape(following)).text
    assert ids(Page(before)) == ids(Page(after))
    assert head_count(before) == head_count(after) == 66


def test_hidden_mentions_leave_the_list_and_are_counted_below_it(tmp_path: Path, own_store: Store) -> None:
    data.save_posts(own_store, NOON)
    own_store.set_hidden(6, True, NOON)
    client = client_of(tmp_path, own_store)
    text, page = shown(client)
    assert 6 not in ids(page)
    assert '1 hidden, still counted. <a href="/mentions?state=hidden">Show them</a>' in text
    assert ids(shown(client, "state=hidden")[1]) == [6]
    listed = json.loads(client.get("/mentions.json").text)
    assert head_count(text) == chart_sum(text) == len(listed) == len(ids(page)) + 1
    assert [one["id"] for one in listed if one["hidden"]] == [6]
    assert "including 1 hidden." in text


def test_an_empty_list_offers_relaxed_filters_and_names_unread_sources(tmp_path: Path, own_store: Store) -> None:
    data.save_posts(own_store, NOON)
    broken = data.status("Reddit", NOON, health=Health.BROKEN, last_success=NOON - timedelta(hours=3))
    own_store.save_status(broken, NOON)
    text, page = shown(client_of(tmp_path, own_store), "brand=Umbrella&sentiment=positive")
    assert ids(page) == []
    assert "Nothing matches in the last 7 days." in text
    assert "without “Umbrella”" in text
    assert "without “Positive”" in text
    assert "Reddit has not been read since 09:00. There may be more mentions." in text
    assert "2 of 3 sources read." in text
    assert "Reddit is broken" in text


def test_old_imports_are_one_click_away_from_an_empty_list(tmp_path: Path, own_store: Store) -> None:
    post = Post("Old", "1", "Acme of old.", datetime(2014, 5, 20, tzinfo=UTC))
    own_store.save("Old", [data.judged(post, data.finding("Acme", post.text, 0.0))], now=NOON, imported=True)
    client = client_of(tmp_path, own_store, sources=())
    text, page = shown(client)
    assert "No mentions in the last 7 days." in text
    assert "[[sources]]" not in text
    (button,) = [a for a in page.by("a") if "primary" in a.get("class", "") and "range" in a["href"]]
    assert "Show all time: 1 mention<" in text
    assert ids(shown(client, unescape(button["href"]).partition("?")[2])[1]) == [1]


def test_a_first_run_and_a_config_without_sources_are_explained(tmp_path: Path, own_store: Store) -> None:
    for name in data.SOURCES:
        own_store.save_status(data.status(name, NOON, first_seen=NOON - timedelta(seconds=40)), NOON)
    text, _ = shown(client_of(tmp_path, own_store))
    assert "Nothing yet. The first check is under way." in text
    assert "It started 40 s ago." in text
    assert "Check what each rule finds" in text
    for name in data.SOURCES:
        own_store.save_status(data.status(name, NOON, last_success=None, failures=1, health=Health.BROKEN), NOON)
    assert "Nothing yet. No source could be read so far." in shown(client_of(tmp_path, own_store))[0]
    bare = open_store(f"sqlite:///{tmp_path / 'bare.db'}")
    text, _ = shown(client_of(tmp_path, bare, sources=()))
    bare.close()
    assert "No source is set up." in text
    assert "[[sources]]" in text


def test_a_story_is_one_row_and_counts_each_mention(tmp_path: Path, own_store: Store) -> None:
    body = "Acme raises its prices in spring, say three people who have seen the letter"
    copies = [
        JudgedPost(
            Post("Forum", str(n), f"{body} {n}", NOON - timedelta(minutes=n)),
            (data.finding("Acme", body, 0.0),),
            signatures([body])[0],
        )
        for n in range(4)
    ]
    own_store.save("Forum", copies, now=NOON)
    client = client_of(tmp_path, own_store)
    text, page = shown(client)
    assert len(ids(page)) == 1
    assert "and 3 more" in text
    assert "4 mentions" in re.sub("<[^>]*>", "", text)
    story = own_store.mentions(ids(page))[ids(page)[0]].story
    assert len(ids(shown(client, f"story={story}")[1])) == 4


def test_sample_data_is_labelled(tmp_path: Path, own_store: Store) -> None:
    settings = site_config(tmp_path, brands=data.BRANDS)
    sample = SourceConfig("sample", "Sample", None, SampleOptions(name="Sample"))
    client = app_for(replace(settings, sources=(sample,)), own_store, FakeClock()).test_client()
    assert "ample data" not in shown(client)[0]
    own_store.save_status(data.status("Sample", NOON, sample=True), NOON)
    assert "Sample data<span" in shown(client)[0]
    own_store.save("Archive", data.plain_posts(NOON, 1), now=NOON, imported=True)
    assert "Contains sample data" in shown(client)[0]


def test_left_over_sample_data_beside_real_posts_is_not_called_all_there_is(tmp_path: Path, own_store: Store) -> None:
    client = client_of(tmp_path, own_store)
    own_store.save_status(data.status("Old samples", NOON, sample=True), NOON)
    text = shown(client)[0]
    assert "Contains sample data" in text
    assert "Nothing here is real" not in text
    assert "wallflower remove-source &#39;Old samples&#39;" in text


def test_a_gap_is_hatched_and_labelled(tmp_path: Path, own_store: Store) -> None:
    data.save_posts(own_store, NOON, 40)
    client = client_of(tmp_path, own_store)
    assert "url(#hatch)" not in shown(client)[0]
    own_store.open_gap("Reddit", NOON - timedelta(hours=2), "asks us to wait", NOON)
    text, _ = shown(client)
    assert "url(#hatch)" in text
    assert "no Reddit since 10:00" in text
    assert "not fully read" in text
    assert "url(#hatch)" not in shown(client, "source=Forum")[0]


def test_a_mention_shows_its_evidence_and_why_it_is_here(client: FlaskClient, store: Store) -> None:
    newest = store.last_mention_id()
    text = client.get(f"/mentions/{newest}?brand=Globex&upto={newest}").text
    page = Page(client.get(f"/mentions/{newest}/drawer?brand=Globex&upto={newest}").text)
    assert '<mark class="hit b2 hit">Globex</mark>' in text
    assert '<span class="neg">worst</span>' in text
    assert re.search(r'<span class="off">[^<]*A friend loves Acme', text)
    total = "In total -4.40, which gives a score of -0.75 on a scale from -1 to 1."
    assert total in text.replace("\N{MINUS SIGN}", "-")
    assert '<mark class="hit b2">globex</mark> OR &#34;globex parcel*&#34;' in text
    original = page.by("a", href="https://example.com/24")[0]
    assert original["rel"] == "noopener noreferrer nofollow"
    assert page.by("a", class_="back")[0]["href"] == f"/mentions?brand=Globex&upto={newest}"
    assert page.by("a", rel="next")[0]["href"].startswith(f"/mentions/{newest - 1}?brand=Globex")


def test_imported_mentions_are_not_called_late_and_undated_ones_have_no_date(tmp_path: Path, own_store: Store) -> None:
    posts = [Post("Old", "1", "Acme of old.", datetime(2014, 5, 20, 9, tzinfo=UTC)), Post("Old", "2", "Acme.", UNDATED)]
    imported = [data.judged(post, data.finding("Acme", post.text, 0.0)) for post in posts]
    own_store.save("Old", imported, now=NOON, imported=True)
    client = client_of(tmp_path, own_store)
    text, _ = shown(client, "range=all")
    assert 'class="late"' not in text
    assert "20 May 2014" in text
    assert "no date" in text
    assert "Imported posts only, no source is read." not in text, "a source is set up"
    opened = client.get("/mentions/1").text
    widened = '<p class="widened">All time, because the open mention is older than 7 days.</p>'
    assert widened in opened, "not among what is hidden beside the drawer"
    assert 'id="m1"' in opened
    assert "because the open mention" not in client.get("/mentions/1?range=7d").text
    assert "1970" not in text
    assert re.search(
        r"Published <time[^>]*>Tue 20 May 2014, 10:00</time>, imported <time", client.get("/mentions/1").text
    )
    assert re.search(r"No date, imported <time", client.get("/mentions/2").text)
    listed = json.loads(client.get("/mentions.json?range=all").text)
    assert {one["id"]: one["published_at"] for one in listed} == {1: "2014-05-20T09:00:00+00:00", 2: None}
    assert "1970" not in client.get("/mentions.csv?range=all").text


def test_a_mention_that_does_not_exist_is_a_404(client: FlaskClient) -> None:
    answer = client.get("/mentions/999999")
    assert answer.status_code == 404
    assert "There is no such mention: its author may have deleted the post" in answer.text
    assert ids(Page(answer.text))[0] == 126, "the list is still there"
    assert client.get("/mentions/999999/drawer").status_code == 404


def test_a_story_is_one_click_away(tmp_path: Path, own_store: Store) -> None:
    text = "Globex lost every parcel of ours again and the support line hangs up on people who ask where they are."
    for i in range(3):
        post = Post("Forum", f"copy-{i}", text, NOON - timedelta(minutes=3 - i), author=f"a{i}")
        one = JudgedPost(post, (data.finding("Globex", text, -0.5),), signatures([text])[0])
        own_store.save("Forum", [one], now=NOON - timedelta(minutes=3 - i))
    client = client_of(tmp_path, own_store)
    text, page = shown(client)
    stories = [a["href"] for a in page.by("a", class_="story-link")]
    assert stories
    story = shown(client, stories[0].partition("?")[2])[1]
    assert set(ids(story)) == {1, 2, 3}
    assert story.by("a", class_="story-link") == [], "the copies that it would lead to are already listed"
    assert re.search(r"Story: \d+ more posts?<", client.get("/mentions/3").text)


def test_the_colour_of_a_brand_comes_as_a_style_sheet(tmp_path: Path, own_store: Store) -> None:
    brands = (data.BRANDS[0], type(data.BRANDS[1])("Globex", "globex", colour="#123456"))
    answer = client_of(tmp_path, own_store, brands=brands).get("/mentions/brands.css")
    assert answer.mimetype == "text/css"
    assert ".b2 { --brand-colour: #123456;" in answer.text
    assert ".b1" not in answer.text


def story_of(store: Store, count: int, brand: str = "Globex", first: int = 0) -> None:
    """Save near-duplicates, one minute apart."""
    text = "Globex and Acme lost every parcel again and the support line hangs up on people who ask where they are."
    for n in range(first, first + count):
        post = Post("Forum", f"copy-{n}", text, NOON - timedelta(minutes=30 - n), author=f"a{n}")
        store.save("Forum", [JudgedPost(post, (data.finding(brand, text, -0.5),), signatures([text])[0])], now=NOON)


def test_the_head_states_posts_and_stories(tmp_path: Path, own_store: Store) -> None:
    story_of(own_store, 5)
    story_of(own_store, 1, "Acme", first=5)
    data.save_posts(own_store, NOON)
    client = client_of(tmp_path, own_store)
    assert "12 mentions in 7 stories as of" in re.sub("<[^>]*>", "", shown(client)[0])
    assert "5 mentions in 1 story as of" in re.sub("<[^>]*>", "", shown(client, "brand=Globex&q=hangs")[0])
    text, _ = shown(client, "q=hangs")
    assert 'title="5 posts in one story">and 4 more</a>' in text
    assert count_stories(StoryCount(3149, exact=False)) == "about 3,100 stories"


def test_new_rows_are_those_gained_since_with_one_row_per_story(tmp_path: Path, own_store: Store) -> None:
    data.save_posts(own_store, NOON)
    client, after = client_of(tmp_path, own_store), own_store.last_mention_id()
    late = Post("Forum", "late", "Globex was late last week.", NOON - timedelta(days=2))
    own_store.save("Forum", [data.judged(late, data.finding("Globex", late.text, -0.5))], now=NOON)
    story_of(own_store, 3)
    story_of(own_store, 1, "Acme", first=3)
    page = Page(client.get(f"/mentions/newer-than/{after}?brand=Globex").text)
    assert ids(page) == [after + 4, after + 1]
    assert page.by("tbody")[0]["data-count"] == "4"
    assert ids(Page(client.get(f"/mentions/newer-than/{after}?q=late&upto={after}").text)) == []
    assert client.get(f"/mentions/newer-than/{after}?q=(").status_code == 400


def test_a_mention_beyond_the_first_page_is_listed_with_rows_above_it(client: FlaskClient) -> None:
    listed = ids(Page(client.get("/mentions/10?brand=Acme").text))
    assert 10 not in listed or listed.index(10) < 50
    text = client.get("/mentions/10").text
    listed = ids(Page(text))
    assert listed.index(10) == 20
    assert [row["data-id"] for row in Page(text).by("tr", aria_current="true")] == []
    assert '<tr class="row" role="row" id="m10"' in text


def test_a_mention_lists_five_others_of_its_story_and_brand(tmp_path: Path, own_store: Store) -> None:
    story_of(own_store, 8)
    story_of(own_store, 3, "Acme", first=8)
    client = client_of(tmp_path, own_store)
    listed = re.findall(r'<li><a href="/mentions/(\d+)"', client.get("/mentions/8/drawer").text)
    assert listed == ["7", "6", "5", "4", "3"]
    assert re.findall(r'<li><a href="/mentions/(\d+)"', client.get("/mentions/9/drawer").text) == ["11", "10"]


def test_the_neighbours_of_a_mention_end_at_the_moment_of_its_list(tmp_path: Path, own_store: Store) -> None:
    data.save_posts(own_store, NOON)
    client = client_of(tmp_path, own_store)
    assert Page(client.get("/mentions/4").text).by("a", rel="prev")[0]["href"] == "/mentions/5?upto=6"
    fixed = Page(client.get("/mentions/4?upto=4").text)
    assert fixed.by("a", rel="prev") == []
    assert fixed.by("a", rel="next")[0]["href"] == "/mentions/3?upto=4"


def test_a_source_that_was_removed_from_the_config_can_still_be_filtered(tmp_path: Path, own_store: Store) -> None:
    own_store.save_status(data.status("Old forum", NOON), NOON)
    client = client_of(tmp_path, own_store)
    assert client.get("/mentions?source=Old+forum").status_code == 200
    assert client.get("/mentions?source=Other+forum").status_code == 400


def test_pages_are_never_cached_without_revalidation(client: FlaskClient) -> None:
    for path in ("/mentions", "/mentions.csv", "/mentions/1", "/sources"):
        assert client.get(path).headers["Cache-Control"] == "private, no-cache"


def test_forms_repeat_the_filters_except_their_own(client: FlaskClient) -> None:
    _, page = shown(client, "q=price&brand=Globex&range=30d&upto=90")
    fields = page.by("input", type="hidden")
    hidden = [(field["name"], field["value"]) for field in fields if field["name"] not in ("next", "query")]  # of menus
    search_form = [("brand", "Globex"), ("range", "30d"), ("last_valid_q", "price")]
    time_form = [("q", "price"), ("brand", "Globex")]
    assert hidden == [*time_form, *search_form, *time_form], "times are in the sheet of a phone as well"


def test_a_count_that_is_not_exact_says_about() -> None:
    assert [count_mentions(Count(1)), count_mentions(Count(2))] == ["1 mention", "2 mentions"]
    assert [format_count(Count(1_284)), format_count(Count(45_217, exact=False))] == ["1,284", "about 45,000"]


def test_the_store_counts_only_facets_that_the_page_knows(store: Store) -> None:
    assert set(store.facets(MentionFilter())) <= set(FACET_BY_NAME)


def test_csv_for_excel_begins_with_a_byte_order_mark(client: FlaskClient) -> None:
    plain, marked = (client.get(f"/mentions.csv?brand=Globex{bom}").data for bom in ("", "&bom=1"))
    assert marked == b"\xef\xbb\xbf" + plain
    assert client.get("/mentions.csv?bom=2").json["error"] == "bom='2' is not valid. Allowed: 1."
    assert client.get("/mentions.json?bom=1").status_code == 400
    text, _ = shown(client, "brand=Globex")
    assert re.search(r'href="/mentions\.csv\?brand=Globex&amp;upto=\d+&amp;bom=1" download>CSV for Excel<', text)
