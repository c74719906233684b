"""Every parameter of the Mentions page with wrong values, at every address that takes filters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from display.pages.mentions.filters import PARAMETERS
from monitor.clock import Clock
from tests import mentions_data as data
from tests.fake_site import app_for, config

WRONG = {
    "view": ("x", "-1", "1&view=2"),
    "q": ("a&q=b",),
    "brand": ("Nobody", "-Nobody", "%2B", "Acme&brand=-Acme"),
    "source": ("Nowhere",),
    "lang": ("English", "qq"),
    "author": ("-",),
    "site": ("%2B",),
    "rule": ("Acme", "Acme@2", "Acme@0", "-Acme@99", "Nobody@1"),
    "sentiment": ("angry",),
    "intent": ("none", ""),
    "topic": ("NEAR", "-(", "-jobs%20OR", "a&topic=-a", "x%20" * 600),
    "named_topic": ("Nobody",),
    "state": ("theirs", "-unclaimed&state=-claimed"),
    "range": ("week", "7d&since=2026-03-01"),
    "since": ("yesterday", "2999-01-01", "2026-02-30"),
    "until": ("1970-01-01T00:00Z", "2026-03-02&since=2026-03-03", "10000-01-01"),
    "story": ("x", "4711", "0"),
    "order": ("random",),
    "upto": ("-1", "1.5"),
    "before": ("x", "99999999999999999999"),
}
ADDRESSES = (
    "/mentions",
    "/mentions.csv",
    "/mentions.json",
    "/mentions/new",
    "/mentions/newer-than/1",
    "/mentions/topics",
    "/mentions/1",
    "/views/new",
)
CASES = [(name, value) for name, values in WRONG.items() for value in values if value]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder, clock = tmp_path_factory.mktemp("urls"), Clock()
    store = data.new_store(folder, clock.now() - timedelta(days=8))
    data.save_posts(store, clock.now(), 8)
    yield app_for(config(folder, sources=data.SOURCES, brands=data.BRANDS), store, clock).test_client()
    store.close()


def test_every_parameter_is_tried() -> None:
    assert list(WRONG) == list(PARAMETERS)


@pytest.mark.parametrize(("name", "value"), [*CASES, ("colour", "red"), ("Brand", "Acme")])
def test_a_wrong_value_is_a_400_that_names_the_parameter_and_what_is_allowed(
    client: FlaskClient, name: str, value: str
) -> None:
    for address in ADDRESSES:
        answer = client.get(f"{address}?{name}={value}")
        assert answer.status_code == 400, (address, answer.status_code)
        assert name in answer.text, address
        assert "Allowed: " in answer.text, address
        assert "None" not in answer.text, address
        answer.close()  # an export has its share of the threads until then


def test_a_mention_can_still_be_opened_without_its_list(client: FlaskClient) -> None:
    for wrong in ("since=2999-01-01", "q=(", "view=99"):
        page = client.get(f"/mentions/1?{wrong}")
        assert page.status_code == (404 if "view" in wrong else 400)
        assert 'href="/mentions/1">This mention without the' in page.text
    assert "a search that can be read. Column 1: " in client.get("/mentions/1?q=(").text


def test_what_exists_is_accepted(client: FlaskClient) -> None:
    for right in ("rule=Acme@1", "rule=-Acme@1", "since=2026-01-01", "until=2999-01-01", "upto=999999", "view=1"):
        assert client.get(f"/mentions?{right}", follow_redirects=True).status_code == 200, right
    empty = client.get("/mentions?upto=0")
    assert "Nothing yet" not in empty.text
    assert empty.status_code == 200
