"""The stars of App Store reviews: storage, page, export and import."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from display.pages.mentions.export import csv_lines, json_lines
from monitor.collector.importing.files import open_rows
from monitor.collector.importing.preparation import ImportPlan, prepare
from monitor.model import MentionFilter
from monitor.store import Store, open_store
from tests.fake_site import ALL_HEALTHY, app_for, judged
from tests.fake_site import config as site_config
from tests.fakes import NOON, FakeClock, post
from tests.sites import fake_posts
from tests.sites.appstore import Site
from tests.test_sources_http import reading
from tests.test_sources_stored import BRANDS, Reader


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened_store = open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")
    opened_store.register_brands(BRANDS, NOON)
    yield opened_store
    opened_store.close()


def stars_in(store: Store) -> dict[str, int | None]:
    return {mention.post.external_id: mention.post.stars for mention in store.export(MentionFilter())}


def test_an_app_store_review_is_stored_with_its_stars_and_edits(store: Store) -> None:
    clock = FakeClock(NOON)

    def rated(stars: int) -> Site:
        return Site(fake_posts(1, 2), alter=lambda record: {**record, "im:rating": {"label": str(stars)}})

    with reading("appstore", rated(2)) as (source, server):
        reader = Reader("appstore", source, store, clock)
        reader.read()
        assert stars_in(store) == {"900001": 2, "900002": 2}
        before = store.last_change_id()
        server.script = rated(5)
        clock.advance(3600)
        reader.read()
    assert stars_in(store) == {"900001": 5, "900002": 5}
    assert {str(change.kind) for change in store.changes(before)} == {"edited"}


def test_changed_stars_are_an_edit(store: Store) -> None:
    for stars in (None, 4, 4, None):
        store.save("Shop", [judged(external_id="1", stars=stars)], now=NOON)
        assert stars_in(store) == {"1": stars}
    assert [str(change.kind) for change in store.changes(0)] == ["saved", "edited", "edited"]


def test_a_card_shows_stars(store: Store, tmp_path: Path) -> None:
    store.save("Shop", [judged("Acme is fine.", external_id="1", stars=4)], now=NOON)
    store.save("Forum", [judged("Acme is late.", external_id="2")], now=NOON)
    clock = FakeClock(NOON + timedelta(minutes=1))
    pages = app_for(site_config(tmp_path, sources=("Shop", "Forum")), store, clock, ALL_HEALTHY).test_client()
    page = pages.get("/mentions").get_data(as_text=True)
    assert page.count("of 5 stars") == page.count("4 of 5 stars") == 1
    assert "4 of 5 stars" in pages.get("/mentions/1/drawer").get_data(as_text=True)
    assert "of 5 stars" not in pages.get("/mentions/2/drawer").get_data(as_text=True)


def test_an_export_with_stars_can_be_imported(store: Store, tmp_path: Path) -> None:
    store.save("Shop", [judged(external_id="a", stars=3), judged("Acme, again.", external_id="b")], now=NOON)
    mentions = list(store.export(MentionFilter()))
    as_csv, as_json = tmp_path / "out.csv", tmp_path / "out.jsonl"
    as_csv.write_text("".join(csv_lines(mentions)), newline="")
    as_json.write_text("".join(json_lines(mentions)))
    assert [row["stars"] for row in csv.DictReader(io.StringIO(as_csv.read_text()))] == ["", "3"]
    for file in (as_csv, as_json):
        with open_rows(file) as rows:
            reader, _ = prepare(ImportPlan(file, "Old", "", UTC, "rules"), rows, NOON)
            posts = [reader.post(row) for row in rows]
        assert [(p.external_id, p.stars) for p in posts] == [("b", None), ("a", 3)]


def test_posts_have_no_stars_by_default() -> None:
    assert post().stars is None
    assert replace(post(), stars=5).body == post().body
