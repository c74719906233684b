"""Which entries of a feed are the same: from one pass to the next, and within one document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from monitor.feeds.entries import Entry
from monitor.feeds.feed_cursor import FeedCursor, content_digest
from monitor.feeds.identity import identify, listing

FEED = "https://site.example/feed"
NINE = datetime(2026, 3, 4, 9, 30, tzinfo=UTC).timestamp()
MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC).timestamp()


class Passes:
    """Runs passes over documents, as the feed source does, and counts the ids."""

    def __init__(self) -> None:
        self.cursor = FeedCursor(FEED)
        self.ids: set[str] = set()
        self.read = 0
        """Entries that were new or edited."""

    def run(self, *entries: Entry) -> list[str]:
        """The external ids of ``entries``, in order."""
        found = identify(entries, FEED, self.cursor)
        digests = {name: found.digest(entry) for name, entry in found.entries.items()}
        self.read += sum(not found.is_unchanged(name, digests[name], self.cursor) for name in digests)
        listed = {name: listing(digests[name], entry) for name, entry in found.entries.items()}
        kept = {**found._asdict(), "listed": listed}
        del kept["entries"], kept["renamed"]
        self.cursor = FeedCursor(FEED, **kept)
        self.cursor = FeedCursor.from_json(self.cursor.to_json(), FEED)
        self.ids |= found.entries.keys()
        return list(found.entries)


def news(run: int, numbers: Sequence[int] = range(5), at: float | None = NINE) -> list[Entry]:
    """Five stories, with ids and links that differ in each run."""
    return [
        Entry(
            f"CBMi{run}-{n}",
            f"https://news.example/rss/{run}-{n}",
            f"Story {n}",
            f'<a href="https://news.example/{run}-{n}">Story {n}</a>',
            published=at and at + n,
        )
        for n in numbers
    ]


@pytest.mark.parametrize("at", [NINE, MIDNIGHT, None])
def test_entries_that_change_id_and_link_at_each_poll_keep_their_first_id(at: float | None) -> None:
    passes = Passes()
    first = passes.run(*news(1, at=at))
    assert passes.run(*news(2, at=at)) == first
    assert passes.run(*reversed(news(3, at=at))) == first[::-1]
    assert (len(passes.ids), passes.read) == (5, 5)
    edited = [entry._replace(author="Ann") for entry in news(4, at=at)]
    passes.run(*edited)
    assert (len(passes.ids), passes.read) == (5, 10)


def test_entries_with_changing_ids_are_read_again_after_a_rule_change() -> None:
    passes = Passes()
    passes.run(*news(1))
    unread = FeedCursor.with_entries_unread(passes.cursor.to_json())
    passes.cursor = FeedCursor.from_json(unread, FEED)
    passes.run(*news(2))
    assert (len(passes.ids), passes.read) == (5, 10)


def test_entries_that_kept_their_id_are_not_read_again_when_another_changes() -> None:
    passes = Passes()
    passes.run(*news(1))
    passes.run(*news(1, range(4)), *news(2, [4]))
    assert (len(passes.ids), passes.read) == (5, 5)


def test_a_new_story_among_changing_ids_is_new() -> None:
    passes = Passes()
    passes.run(*news(1))
    passes.run(*news(2, range(1, 7)))
    assert len(passes.ids) == 7


def test_a_story_that_leaves_and_returns_with_another_id_is_the_same() -> None:
    passes = Passes()
    passes.run(*news(1))
    passes.run(*news(2, [0, 1]))
    passes.run(*news(3))
    passes.run(*news(4, [4]))
    passes.run(*news(5))
    assert len(passes.ids) == 5


def test_links_with_a_number_used_once_are_one_entry() -> None:
    passes = Passes()
    for nonce in range(3):
        passes.run(Entry("", f"https://shop.example/lamp?nonce={nonce}", "A lamp", "It is bright.", published=NINE))
    assert len(passes.ids) == 1


def test_two_listed_entries_with_the_same_title_and_time_stay_apart() -> None:
    passes = Passes()
    alert = Entry("a", "https://a.example/a", "Alert", published=NINE)
    other = alert._replace(id="b", link="https://a.example/b")
    passes.run(alert)
    passes.run(alert, other)
    passes.run(other)
    assert passes.ids == {"a", "b"}


def test_another_text_on_the_same_day_is_another_entry() -> None:
    passes = Passes()
    passes.run(Entry("a", "", "Prices", "Lamps cost 5.", published=MIDNIGHT))
    passes.run(Entry("b", "", "Prices", "Lamps cost 6.", published=MIDNIGHT))
    assert passes.ids == {"a", "b"}


def test_a_feed_with_stable_ids_keeps_them_whatever_an_older_version_stored() -> None:
    entries = [Entry(f"g{n}", f"https://a.example/{n}", f"Title {n}", "Text", published=NINE) for n in range(5)]
    old = FeedCursor(FEED, listed={f"g{n}": content_digest(entries[n]) for n in range(5)})
    found = identify(entries, FEED, old)
    assert list(found.entries) == [f"g{n}" for n in range(5)]
    assert all(old.is_unchanged(name, found.digest(entry)) for name, entry in found.entries.items())


def episodes(count: int, first: int = 1) -> list[Entry]:
    """Episodes of a podcast without guids, all with the link of the podcast."""
    return [
        Entry("", "https://cast.example/", f"Episode {n}", "About lamps.", published=NINE + n * 86_400)
        for n in range(first, first + count)
    ]


def test_entries_that_share_a_link_are_different_entries() -> None:
    passes = Passes()
    assert len(set(passes.run(*episodes(15)))) == 15
    passes.run(*episodes(15, first=2))
    passes.run(*episodes(15, first=2)[:1])
    assert len(passes.ids) == 16
    assert passes.read == 16


def test_the_only_entry_at_a_link_is_replaced_by_another() -> None:
    passes = Passes()
    for n in range(1, 5):
        passes.run(*episodes(1, first=n))
    assert len(passes.ids) == 4


def test_an_edited_title_at_the_same_link_is_an_edit() -> None:
    passes = Passes()
    [episode] = episodes(1)
    passes.run(episode)
    passes.run(episode._replace(title="Episode 1, corrected"))
    passes.run(episode._replace(title="Episode 1, corrected", published=NINE))
    assert len(passes.ids) == 1


def test_a_page_of_several_is_edited_though_its_title_and_time_change() -> None:
    """A wiki gives each page's link, and the summary and time of its last edit."""
    passes = Passes()
    page, other = (Entry("", f"https://wiki.example/{n}", "first", "Lamps.", published=NINE) for n in range(2))
    passes.run(page, other)
    passes.run(page._replace(title="second", text="No lamps.", published=NINE + 60), other)
    assert len(passes.ids) == 2


@pytest.mark.parametrize("link", ["https://a.example/", ""])
@pytest.mark.parametrize("title", ["Lamp {}", ""])
def test_entries_that_share_a_guid_are_different_entries(link: str, title: str) -> None:
    passes = Passes()
    entries = [Entry("guid", link, title.format(n), f"Lamp {n} is bright.", published=NINE + n) for n in range(4)]
    assert len(set(passes.run(*entries))) == 4
    passes.run(*entries[:2])
    passes.run(entries[0])
    assert (len(passes.ids), passes.read) == (4, 4)


def test_entries_that_shared_an_id_in_an_older_version_are_not_read_again() -> None:
    four = [Entry("guid", "https://a.example/", f"Lamp {n}", "Bright.", published=NINE + n) for n in range(4)]
    passes = Passes()
    passes.cursor = FeedCursor(FEED, listed={"guid": content_digest(four[3])})
    assert passes.run(*four)[3] == "guid"
    assert passes.read == 3


TITLES = ["Acme recalls lamps", "Globex opens a shop", "Acme sues Hooli", "Prices of lamps rise", "Acme hires 300"]


def reissued(run: int, title: str = "{}", at: float | None = None, count: int = 5) -> list[Entry]:
    """Stories with other ids and links in each run. ``at``: their times; None: those of the run."""
    start = NINE + 600 * run if at is None else at
    return [
        Entry(
            f"{run}-{n}",
            f"https://news.example/{run}-{n}",
            title.format(TITLES[n]),
            f"More on {TITLES[n]}.",
            published=start + n,
        )
        for n in range(count)
    ]


def test_entries_that_change_id_link_and_time_at_each_poll_keep_their_first_id() -> None:
    passes = Passes()
    first = passes.run(*reissued(1))
    assert passes.run(*reissued(2)) == first
    assert passes.run(*reissued(3)) == first
    assert (len(passes.ids), passes.read) == (5, 5)


def test_entries_without_text_that_change_id_and_time_are_recognised_by_their_link() -> None:
    passes = Passes()
    for run in range(3):
        passes.run(*(entry._replace(text="", link=entry.title) for entry in reissued(run)))
    assert (len(passes.ids), passes.read) == (5, 5)


def test_entries_whose_title_ends_with_another_publisher_at_each_poll_keep_their_first_id() -> None:
    passes = Passes()
    titles = ("{} - Harbour Post", "{} | The Quay", "{}")
    for run, title in enumerate(titles):
        passes.run(*reissued(run, title, at=NINE))
    assert (len(passes.ids), passes.read) == (5, 5)


def test_a_few_entries_of_the_same_name_and_text_are_new_ones() -> None:
    bulletins = reissued(1, count=2)
    others = [Entry(f"o{n}", f"https://news.example/o{n}", f"Report {n}", published=NINE) for n in range(8)]
    passes = Passes()
    passes.run(*bulletins, *others)
    passes.run(*reissued(2, count=2), *others)
    assert len(passes.ids) == 12
    passes = Passes()
    passes.run(*bulletins)
    passes.run(*reissued(2, count=2))
    assert len(passes.ids) == 4


def test_series_with_the_same_titles_but_other_texts_are_new_entries() -> None:
    passes = Passes()
    for day in range(3):
        passes.run(*(entry._replace(text=f"Number {day}: {entry.text}") for entry in reissued(day)))
    assert len(passes.ids) == 15


@pytest.mark.parametrize("count", [1, 2])
def test_a_few_entries_that_change_id_and_time_at_each_poll_are_not_new_every_time(count: int) -> None:
    passes = Passes()
    for run in range(8):
        last = passes.run(*reissued(run, count=count))
    assert (len(passes.ids), passes.read) == (2 * count, 2 * count)
    edited = [entry._replace(title=f"{entry.title}, again") for entry in reissued(8, count=count)]
    assert not set(passes.run(*edited)) & set(last)
    assert passes.run(*(entry._replace(id=f"x{entry.id}") for entry in edited)) == passes.run(*edited)
    assert len(passes.ids) == 3 * count


@pytest.mark.parametrize("count", [1, 2])
def test_daily_bulletins_with_the_same_words_are_new_posts(count: int) -> None:
    passes = Passes()
    for day in range(6):
        for _ in range(3):
            passes.run(*reissued(day, at=NINE + 86_400 * day, count=count))
    assert len(passes.ids) == 6 * count


def test_an_entry_that_keeps_its_id_is_not_counted_as_reissued() -> None:
    passes = Passes()
    stays, changes = reissued(0, count=2)
    for run in range(6):
        passes.run(stays, changes._replace(id=f"n{run}", published=NINE + 60 * run))
    assert len(passes.ids) == 7
