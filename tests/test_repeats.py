"""A post that was imported and collected is stored once; different posts with one link are all stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

from monitor.model import UNDATED, Brand, JudgedPost, MentionFilter
from monitor.store import Store, open_store
from monitor.store.sql import links
from tests.fake_store import ALL, BRANDS, judged
from tests.fakes import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LINK = "https://forum.example/t/17"
TEXT = "My flight with Acme was cancelled twice this week, and nobody answers the phone."


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = open_store(store_url)
    store.register_brands(BRANDS, NOON)
    yield store
    store.close()


def collected(external_id: str = "c1", text: str = TEXT, **changes: object) -> JudgedPost:
    fields: dict[str, object] = {"external_id": external_id, "url": LINK, "author": "jorun", **changes}
    return judged(text, **fields)  # type: ignore[arg-type]


def import_rows(store: Store, *rows: JudgedPost, source: str = "old.csv") -> dict[str, str]:
    return store.save(source, rows, now=NOON + DAY, imported=True).repeats


def collect(store: Store, *posts: JudgedPost) -> dict[str, str]:
    return store.save("Forum", posts, now=NOON + DAY).repeats


def stored_ids(store: Store) -> list[str]:
    return sorted(m.post.external_id for m in store.page(ALL, limit=1000))


def test_importing_what_a_source_collected_stores_nothing(store: Store) -> None:
    collect(store, collected())
    assert import_rows(store, collected("i1")) == {"i1": "Forum"}
    assert stored_ids(store) == ["c1"]


def test_collecting_what_was_imported_stores_nothing(store: Store) -> None:
    import_rows(store, collected("i1"))
    assert collect(store, collected()) == {"c1": "old.csv"}
    assert stored_ids(store) == ["i1"]
    assert [m.imported for m in store.page(ALL)] == [True]


def test_importing_a_second_file_with_the_same_posts_stores_nothing(store: Store) -> None:
    import_rows(store, collected("i1"))
    assert import_rows(store, collected("other id"), source="new.csv") == {"other id": "old.csv"}


def test_two_collected_posts_are_never_compared(store: Store) -> None:
    import_rows(store, collected("i1", url="https://elsewhere.example/"))
    assert collect(store, collected("c1"), collected("c2")) == {}
    assert collect(store, collected("c3")) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://www.forum.example/t/17/?utm_source=newsletter"},
        {"text": TEXT[:50] + "…"},
        {"text": f"{TEXT} {LINK}"},
        {"text": TEXT.upper()},
        {"title": "Cancelled twice"},
        {"author": "", "published_at": NOON + 11 * HOUR},
        {"author": "u/Jorun", "published_at": NOON - 12 * HOUR},
        {"author": "Jo Runsdottir"},
        {"published_at": UNDATED},
    ],
)
def test_exports_write_the_same_post_differently(store: Store, changes: dict[str, object]) -> None:
    collect(store, collected())
    assert import_rows(store, collected("i1", **changes)) == {"i1": "Forum"}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://forum.example/t/18"},
        {"url": ""},
        {"text": "Another comment in the same thread: Acme never called back."},
        {"published_at": NOON - 3 * DAY},
        {"author": "somebody else", "published_at": NOON - 2 * HOUR},
    ],
)
def test_another_post_is_stored_even_with_the_same_link(store: Store, changes: dict[str, object]) -> None:
    collect(store, collected())
    assert import_rows(store, collected("i1", **changes)) == {}  # type: ignore[arg-type]
    assert stored_ids(store) == ["c1", "i1"]


def episodes(prefix: str, at: timedelta) -> list[JudgedPost]:
    """Items of a podcast: one link, one description, one author."""
    return [
        collected(f"{prefix}{n}", "A weekly talk about Acme and the airlines of the world.", title=f"Episode {n}")
        for n in range(15)
        for _ in (at,)
    ]


@pytest.mark.parametrize("first", ["collected", "imported"])
def test_items_that_share_one_link_are_all_stored_once(store: Store, first: str) -> None:
    if first == "collected":
        assert collect(store, *episodes("c", HOUR)) == {}
        assert set(import_rows(store, *episodes("i", HOUR)).values()) == {"Forum"}
    else:
        assert import_rows(store, *episodes("i", HOUR)) == {}
        assert set(collect(store, *episodes("c", HOUR)).values()) == {"old.csv"}
    assert len(stored_ids(store)) == 15


def test_short_reviews_of_one_file_are_told_apart_by_their_ids(store: Store) -> None:
    rows = [collected(str(n), "Great service, Acme!", author="", url="https://reviews.example/acme") for n in range(5)]
    assert import_rows(store, *rows) == {}
    assert len(stored_ids(store)) == 5


def test_the_same_long_text_twice_in_one_file_is_one_post(store: Store) -> None:
    assert import_rows(store, collected("1"), collected("2")) == {"2": "old.csv"}
    assert import_rows(store, collected("3")) == {"3": "old.csv"}
    assert import_rows(store, collected("4", author="Ana")) == {}


def test_a_repeat_adds_the_brands_that_were_not_known_when_the_post_was_stored(store: Store) -> None:
    collect(store, judged(TEXT, external_id="c1", url=LINK))
    store.register_brands([*BRANDS, Brand("Hooli", "hooli")], NOON)
    both = [judged(TEXT, "Acme", "Hooli", external_id=id_, url=LINK) for id_ in ("i1", "i2")]
    saved = store.save("old.csv", both, now=NOON + DAY, imported=True)
    assert (saved.new, saved.per_brand, set(saved.repeats)) == (1, {"Hooli": 1}, {"i1", "i2"})
    assert {(m.brand, m.post.source, m.imported) for m in store.page(ALL)} == {
        ("Acme", "Forum", False),
        ("Hooli", "Forum", False),
    }
    assert {v.value: v.n for v in store.facets(MentionFilter())["source"]} == {"Forum": 2, "old.csv": 0}


def test_a_deleted_post_can_be_imported_again(store: Store) -> None:
    import_rows(store, collected("i1"))
    store.delete_posts("old.csv", ["i1"], NOON)
    assert import_rows(store, collected("i2"), source="new.csv") == {}
    assert stored_ids(store) == ["i2"]


def test_collected_posts_are_indexed_in_steps(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "wallflower.schema")
    monkeypatch.setattr(links, "MIN_POSTS_TO_LOG", 3)
    monkeypatch.setattr(links, "POSTS_PER_STEP", 3)
    posts: Sequence[JudgedPost] = [collected(str(n), url=f"https://forum.example/{n}") for n in range(10)]
    collect(store, *posts[:7])
    assert len(import_rows(store, *posts)) == 7
    collect(store, *(collected(f"later {n}", url=f"https://later.example/{n}") for n in range(4)))
    assert len(import_rows(store, collected("i", url="https://later.example/3"))) == 1
    assert [record.getMessage() for record in caplog.records if "indexed" in record.getMessage()] == [
        "Before the first import, the links of about 7 posts are indexed. This may take minutes."
    ]


def test_a_post_without_a_date_is_in_no_time_range(store: Store) -> None:
    import_rows(store, collected("i1", published_at=UNDATED))
    (mention,) = store.page(MentionFilter())
    assert mention.post.undated
    assert not judged().post.undated
    assert store.page(MentionFilter(since=NOON - 10_000 * DAY)) == []
    assert store.tallies(NOON - 10_000 * DAY, NOON + DAY)[0].n == 0


def test_the_period_of_imported_posts_is_known(store: Store) -> None:
    collect(store, collected("c", published_at=NOON - 90 * DAY))
    assert store.imported_periods() == {}
    import_rows(store, collected("1", "One", published_at=NOON - 9 * DAY), collected("2", "Two", published_at=UNDATED))
    import_rows(store, collected("3", "Three", published_at=NOON - 50 * DAY))
    assert store.imported_periods() == {"old.csv": (NOON - 50 * DAY, NOON - 9 * DAY)}
    import_rows(store, collected("4", "Four", published_at=UNDATED), source="undated.csv")
    assert "undated.csv" not in store.imported_periods()
