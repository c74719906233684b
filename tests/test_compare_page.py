"""/compare: its addresses, its figures as links, how it says that a comparison is not even, and its file."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from flask.testing import FlaskClient

from display.pages.compare.choice import (
    PARAMETERS,
    CompareChoice,
    default_brands,
    parameters,
    parse_choice,
    query_string,
)
from monitor.analysis.jobs import NamedTopicsJob
from monitor.errors import FilterError
from monitor.model import Brand, Topic
from monitor.query.topic_matcher import TopicMatcher
from monitor.store import Store
from tests import mentions_data as data
from tests.fake_site import app_for, config
from tests.fakes import FakeClock
from tests.test_mentions import head_count

NOW = datetime(2026, 3, 4, 15, 44, 20, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BRANDS, TOPICS = data.BRANDS, (Topic("Prices", "price*"),)
HOSTILE = Brand("<b>Ümit & \u0634\u0631\u0643\u0629</b>", "umit")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = data.new_store(tmp_path, NOW - 60 * DAY)
    for name in data.SOURCES:
        store.save_status(data.status(name, NOW), NOW)
    store.save("Forum", data.plain_posts(NOW, 400), now=NOW - 50 * timedelta(minutes=1))
    data.save_posts(store, NOW)
    NamedTopicsJob(store, TopicMatcher(TOPICS)).run(NOW)
    yield store
    store.close()


@pytest.fixture
def client(tmp_path: Path, store: Store) -> FlaskClient:
    return client_of(tmp_path, store)


def client_of(folder: Path, store: Store, brands: tuple[Brand, ...] = BRANDS) -> FlaskClient:
    settings = replace(config(folder, sources=data.SOURCES, brands=brands), timezone=UTC, topics=TOPICS)
    return app_for(settings, store, FakeClock(NOW)).test_client()


def links(text: str) -> list[tuple[str, int]]:
    """(address, number) of each figure that is a link to mentions."""
    found = re.findall(r'<a(?: class="\w+")? href="(/mentions\?[^"]*)">([\d,]+)</a>', text)
    return [(html.unescape(path), int(number.replace(",", ""))) for path, number in found]


def test_the_page_compares_our_brand_with_the_next(client: FlaskClient) -> None:
    text = client.get("/compare").text
    assert "Whether" not in text
    assert 'aria-current="page">Compare</a>' in text
    assert "mentions of Acme and" in text
    assert "The comparison is not even" not in text
    for title in ("Volume", "Sentiment", "Words that differ", "Intent", "Topics", "Source", "Language"):
        assert f"<h2>{title}</h2>" in text, title
    assert 'id="main"' not in text  # the style of lists places what is in it beside the drawer
    assert not re.search(r"\sstyle=|<script(?! type=\"module\" src)", text)


@pytest.mark.parametrize("seed", range(6))
def test_every_figure_leads_to_a_list_with_just_as_many(client: FlaskClient, seed: int) -> None:
    rng = random.Random(seed)
    names = [brand.name for brand in BRANDS]
    params = [("brand", name) for name in rng.sample(names, rng.choice((1, 2, 2, 4)))]
    if rng.random() < 0.5:
        since = NOW.replace(minute=0, second=0) - rng.randrange(20, 140) * HOUR
        params += [("since", f"{since:%Y-%m-%dT%H:%M}")]
        params += [("until", f"{since + rng.randrange(5, 19) * HOUR:%Y-%m-%dT%H:%M}")] if rng.random() < 0.7 else []
    text = client.get(f"/compare?{urlencode(params)}", follow_redirects=True).text
    found = links(text)
    assert found
    for path, number in rng.sample(found, min(12, len(found))):
        listed = client.get(path)
        assert listed.status_code == 200
        assert head_count(listed.text) == number, path


def test_a_list_of_several_brands_links_to_their_comparison(client: FlaskClient) -> None:
    text = client.get("/mentions?brand=Acme&brand=Initech&range=30d").text
    assert 'href="/compare?brand=Acme&amp;brand=Initech&amp;range=30d">Compare these<' in text
    fixed = client.get("/mentions?brand=Acme&brand=Globex&since=2026-03-02T00%3A00").text
    assert 'href="/compare?since=2026-03-02T00%3A00">Compare these<' in fixed
    assert "Compare these<" not in client.get("/mentions?brand=Acme").text


def test_an_address_has_one_form(client: FlaskClient) -> None:
    for asked, expected in (
        ("brand=Globex&brand=Acme", ""),
        ("range=7d", ""),
        ("range=30d&brand=Initech&brand=Acme", "brand=Acme&brand=Initech&range=30d"),
        ("until=&brand=Acme&since=", "brand=Acme"),
        (
            "brand=Acme&since=2026-03-03&until=2026-03-04&against_since=2026-03-02&against_until=2026-03-03",
            "brand=Acme&since=2026-03-03T00%3A00&until=2026-03-04T00%3A00",
        ),
    ):
        response = client.get(f"/compare?{asked}")
        assert response.status_code == 303, asked
        assert response.location == "/compare" + (f"?{expected}" if expected else "")
        assert client.get(response.location).status_code == 200


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("brand=Acme&brand=Acme", "Acme cannot be compared with itself"),
        ("brand=Nobody", "Allowed: Acme, Globex, Initech, Umbrella"),
        ("brand=Acme&range=1y", "Allowed: 24h, 7d, 30d, all"),
        ("since=2031-01-01", "This time is in the future"),
        ("since=2026-03-02&until=2026-03-02", "The range is empty"),
        ("since=yesterday", "a time in the years"),
        ("range=7d&since=2026-03-02", "not both"),
        ("brand=Acme&range=all", "There is no time before it"),
        ("brand=Acme&until=2026-03-02", "There is no time before it"),
        ("brand=Acme&against_since=2026-02-01", "needs both a start and an end"),
        ("brand=Acme&against_since=2026-02-01&against_until=2026-03-03", "The two times overlap"),
        ("brand=Acme&brand=Globex&against_since=2026-02-01", "Only one brand can be compared with another time"),
        ("brand=Acme&against_since=2026-02-03&against_until=2026-02-01", "The range is empty"),
        ("brand=Acme&brand=Globex&range=7d&range=30d", "one value"),
        ("colour=red", "the parameters brand, range"),
    ],
)
def test_what_cannot_be_compared_is_named_and_explained(client: FlaskClient, query: str, words: str) -> None:
    response = client.get(f"/compare?{query}")
    assert response.status_code == 400
    assert words in html.unescape(response.text)
    name = re.search(r"<code>(\w+)=", response.text)
    assert name
    assert name[1] in query


def test_at_most_five_brands(tmp_path: Path, store: Store) -> None:
    brands = tuple(Brand(f"Brand {n}", f"brand{n}") for n in range(6))
    store.register_brands(brands, NOW)
    client = client_of(tmp_path, store, brands)
    everyone = urlencode([("brand", brand.name) for brand in brands])
    response = client.get(f"/compare?{everyone}")
    assert (response.status_code, "At most 5 brands" in response.text) == (400, True)
    assert client.get(f"/compare?{everyone.rpartition('&')[0]}").status_code == 200


def test_choices_of_every_kind_survive_their_own_address() -> None:
    rng = random.Random(7)
    for _ in range(300):
        names = tuple(brand.name for brand in BRANDS if rng.random() < 0.5) or ("Acme",)
        since = NOW.replace(second=0) - timedelta(minutes=rng.randrange(10, 500_000))
        until = rng.choice((None, since + timedelta(minutes=rng.randrange(1, 9_000))))
        choice = CompareChoice(names, "", since, until) if rng.random() < 0.6 else CompareChoice(names, "24h")
        if len(names) == 1 and not choice.range and rng.random() < 0.5:
            choice = replace(choice, against=(since - 3 * DAY, since - DAY))
        pairs = parameters(choice, BRANDS, UTC)
        assert [name for name, _ in pairs] == sorted((name for name, _ in pairs), key=PARAMETERS.index)
        found = parse_choice({name: [v for n, v in pairs if n == name] for name, _ in pairs}, BRANDS, UTC, NOW)
        assert parameters(found, BRANDS, UTC) == pairs
        sides = found.sides(NOW)
        assert all(one.since is not None and (one.until is None or one.since < one.until) for one in sides)
        if len(names) == 1:
            now, before = sides
            assert before.until is not None
            assert now.since is not None
            assert before.until <= now.since


def test_hostile_parameters_give_a_page_or_a_reason() -> None:
    rng = random.Random(3)
    values = ["", "Acme", "Globex", "\ud800", "2026-01-01", "9999-12-31T23:59", "1970-01-01", "all", "-Acme", "0", "'"]
    for _ in range(2_000):
        params = {rng.choice((*PARAMETERS, "x")): rng.choices(values, k=rng.randrange(3)) for _ in range(3)}
        with suppress(FilterError):
            choice = parse_choice(params, BRANDS, UTC, NOW)
            assert choice.sides(NOW)
            query_string(choice, BRANDS, UTC)


def test_the_default_is_ours_and_the_first_other_one() -> None:
    plain = tuple(Brand(name, name.lower()) for name in "ABC")
    assert default_brands(plain) == ("A", "B")
    assert default_brands((plain[0], plain[1], replace(plain[2], ours=True))) == ("A", "C")
    assert default_brands(plain[:1]) == ("A",)


def test_an_installation_with_one_brand_compares_two_times(tmp_path: Path, store: Store) -> None:
    text = client_of(tmp_path, store, BRANDS[:1]).get("/compare").text
    assert "7 days before" in text
    assert "Add a brand" not in text


def test_a_gap_is_hatched_and_counted(client: FlaskClient, store: Store) -> None:
    store.open_gap("Reddit", NOW - 30 * HOUR, "It is broken.", NOW - 20 * HOUR)
    store.close_gaps("Reddit", NOW - 20 * HOUR, NOW - 20 * HOUR)
    text = client.get("/compare").text
    assert 'fill="url(#hatch)"' in text
    assert "Hatched times were not fully read" in text
    assert "The comparison is not even" in text
    assert "10 of 168 hours for Globex" in text
    assert 'class="strip"' in text
    times = client.get("/compare?brand=Globex").text
    assert "10 of 168 hours for the last 7 days" in times


def test_a_changed_rule_is_said_and_the_time_since_then_offered(client: FlaskClient, store: Store) -> None:
    changed = (BRANDS[0], replace(BRANDS[1], rule="globex"), *BRANDS[2:])
    store.register_brands(changed, NOW - 2 * DAY)
    text = client.get("/compare").text
    assert "The rule of Globex changed in this time" in text
    assert 'class="rule-flag"' in text
    later = re.search(r'href="(/compare\?since=[^"]+)">Compare the time since then', text)
    assert later
    since = dict(parse_qsl(html.unescape(later[1]).partition("?")[2]))["since"]
    assert since == "2026-03-02T15:45"
    assert "The rule of" not in client.get(html.unescape(later[1])).text


def test_names_are_escaped_and_isolated(tmp_path: Path, store: Store) -> None:
    store.register_brands((*BRANDS, HOSTILE), NOW - 50 * DAY)
    client = client_of(tmp_path, store, (*BRANDS, HOSTILE))
    text = client.get("/compare?" + urlencode([("brand", "Acme"), ("brand", HOSTILE.name)])).text
    assert "<b>Ümit" not in text
    assert "\u2068&lt;b&gt;Ümit" in text


def test_an_empty_installation_has_a_page(tmp_path: Path) -> None:
    store = data.new_store(tmp_path, NOW)
    text = client_of(tmp_path, store).get("/compare").text
    assert "Nobody wrote about Acme or Globex in the last 7 days" in text
    store.close()


def test_the_file_needs_nothing_else(client: FlaskClient) -> None:
    response = client.get("/compare.html?brand=Acme&brand=Globex&range=30d")
    assert response.headers["Content-Disposition"] == 'attachment; filename="wallflower-compare-2026-03-04.html"'
    text = response.text
    assert "url(#hatch)" in text or "url(" not in text
    assert "@font-face" not in text
    assert not re.search(r"<script|<link|\ssrc=|@import", text)
    assert re.search(r'href="http://[^"]+/mentions\?brand=Acme&amp;', text)
    assert client.get("/compare.html?colour=red").status_code == 400


def test_names_of_lines_and_gaps_do_not_cover_each_other(client: FlaskClient, store: Store) -> None:
    store.open_gap("Forum", NOW - 20 * HOUR, "It is broken.", NOW)
    text = client.get("/compare?brand=Acme&brand=Globex&brand=Initech&brand=Umbrella").text
    gap = re.search(r'<text class="gap-label end" x="100.0%" y="14" text-anchor="end">no Forum since', text)
    assert gap
    names = re.findall(r'<text class="series-name" x="([\d.]+)%" y="([\d.]+)"', text)
    assert names
    assert not [(x, y) for x, y in names if float(x) > 85 and float(y) < 25]


def test_each_time_of_a_brand_has_its_own_dates_on_the_axis(client: FlaskClient) -> None:
    text = client.get("/compare?brand=Acme").text
    assert re.search(r'y="236" text-anchor="middle">Mon 2<', text)
    assert re.search(r'y="252" text-anchor="middle">Mon 23<', text)
    assert "that of “7 days before”" in text
    assert 'y="252" text-anchor' not in client.get("/compare").text


def test_the_chart_is_one_stop_of_the_tab_key(client: FlaskClient) -> None:
    slots = re.findall(
        r'<a class="slot" tabindex="(-?\d)" data-since="([\w:-]+)" data-until="([\w:-]+)"', client.get("/compare").text
    )
    assert [tab for tab, *_ in slots] == ["-1"] * (len(slots) - 1) + ["0"]
    assert [end for *_, end in slots[:-1]] == [start for _, start, _ in slots[1:]]
