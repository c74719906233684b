"""/help/query: examples of the query language, each a link that searches."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient

from monitor.query import parse
from monitor.query.examples import EXAMPLES
from tests import mentions_data as data
from tests.fake_site import app_for, config
from tests.fakes import NOON, FakeClock


def client(folder: Path, *, posts: int = 0) -> FlaskClient:
    store = data.new_store(folder, NOON)
    if posts:
        data.save_posts(store, NOON, posts)
    app = app_for(config(folder, sources=data.SOURCES, brands=data.BRANDS), store, FakeClock(NOON))
    return app.test_client()


def searches(page: str) -> list[str]:
    """The queries that the links of the page search for."""
    addresses = [unescape(url) for url in re.findall(r'href="(/mentions\?[^"]*)"', page)]
    return [query for url in addresses for query in parse_qs(urlsplit(url).query)["q"]]


def test_every_example_is_a_search_that_can_be_read(tmp_path: Path) -> None:
    site = client(tmp_path)
    found = searches(site.get("/help/query").text)
    assert found[: len(EXAMPLES)] == [example.query for example in EXAMPLES]
    assert found[-4:] == ["author:bob", "site:reddit.com", "lang:en", f"source:{sorted(data.SOURCES)[0]}"]
    assert all(parse(query) for query in found)
    answers = [site.get("/mentions", query_string={"q": q}, follow_redirects=True) for q in found]
    assert {answer.status_code for answer in answers} == {200}


def test_fields_have_values_that_find_something(tmp_path: Path) -> None:
    site = client(tmp_path, posts=5)
    for query in searches(site.get("/help/query").text)[-4:-1]:
        answer = site.get("/mentions", query_string={"q": query, "range": "all"}, follow_redirects=True).text
        assert "Nothing matches" not in answer, query


def test_the_search_field_and_an_invalid_search_link_the_help(tmp_path: Path) -> None:
    site = client(tmp_path)
    assert 'href="/help/query"' in site.get("/mentions?q=nothing-such", follow_redirects=True).text
    wrong = site.get("/mentions?q=(", follow_redirects=True).text
    assert '<a href="/help/query">How to write a query</a>' in wrong.partition('id="problem"')[2].partition("</div>")[0]
