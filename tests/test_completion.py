"""Known values that complete a field of the search."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from display.pages.mentions.completion import completions
from monitor.query import parse
from tests.access_setup import Site
from tests.fake_site import config, judged
from tests.fakes import NOON

POSTS = (
    {"author": "bob", "site": "shop.example", "lang": "de"},
    {"author": "@Bobby", "site": "www.shop.example", "lang": "de"},
    {"author": "bob", "site": "news.example", "lang": "en"},
    {"author": 'Bo "the" boss', "site": "", "lang": None},
    {"author": "Bo Lund", "site": "100%_real.example", "lang": "da"},
    {"author": "", "site": "", "lang": "en"},
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(config(tmp_path_factory.mktemp("completion"), sources=("Forum", "Hacker News")))
    posts = [judged(f"Acme {n}", external_id=str(n), **fields) for n, fields in enumerate(POSTS)]
    site.store.save("Forum", posts, now=NOON)
    yield site
    site.close()


def found(site: Site, field: str, prefix: str = "") -> list[str]:
    return [one.text for one in completions(site.config, site.store, field, prefix)]


def test_known_values_are_found_by_their_beginning_the_most_frequent_first(site: Site) -> None:
    assert found(site, "author", "BO") == ["author:bob", "author:@Bobby", 'author:"Bo Lund"']
    assert found(site, "site", "shop") == ["site:shop.example", "site:www.shop.example"]
    assert found(site, "site", "100%_") == ['site:"100%_real.example"']
    assert found(site, "site", "1000") == []
    assert found(site, "source", "h") == ['source:"Hacker News"']
    assert found(site, "source") == ["source:Forum", 'source:"Hacker News"']
    assert found(site, "colour", "x") == []


def test_a_language_is_found_by_its_code_and_by_its_name(site: Site) -> None:
    assert found(site, "lang", "d") == ["lang:de", "lang:da"]
    assert [one.label for one in completions(site.config, site.store, "lang", "germ")] == ["de, German"]
    assert set(found(site, "lang")) == {"lang:de", "lang:en", "lang:da", "lang:und"}


def test_every_completion_is_a_valid_search(site: Site) -> None:
    for field in ("author", "site", "lang", "source"):
        for text in found(site, field):
            parse(text)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["author", "site", "lang", "source", ""]), st.text(max_size=10))
def test_anything_may_be_typed(site: Site, field: str, prefix: str) -> None:
    assert len(found(site, field, prefix)) <= 8


def test_a_viewer_gets_them_as_json(site: Site, tmp_path: Path) -> None:
    answer = site.signed_in("bo").get("/mentions/complete?field=author&prefix=bob")
    assert answer.json == [{"text": "author:bob", "label": "bob"}, {"text": "author:@Bobby", "label": "@Bobby"}]
    assert site.client().get("/mentions/complete?field=author").status_code in (303, 401)
