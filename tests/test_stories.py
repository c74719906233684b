"""Posts become one story by their links, headlines and texts; what unrelated posts have in common joins nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench._story_posts import load_stories, make_posts
from bench.stories import stories_of
from monitor.model import UNDATED, Finding, JudgedPost, KeyKind, Match, MentionFilter, Post, Score
from monitor.store import Store, open_store
from monitor.store.sql import story_keys as stored_keys
from monitor.text.near_duplicates import signatures
from monitor.text.story_keys import story_keys, story_text
from tests.fake_store import BRANDS, raw_connection
from tests.fakes import NOON, post
from tests.test_store_sqlite_schema import old_database

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ARTICLE = "https://daily.example/2026/03/04/acme-recalls-40-000-heaters"
TITLE = "Acme recalls 40,000 heaters after fires"
TEXT = "A faulty switch in the most popular model of Acme can overheat, and eleven fires were reported since March."
OTHER_TEXT = "Owners of the device should pull the plug and will get their money back, says the firm from Leeds."


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = open_store(store_url)
    store.register_brands(BRANDS, NOON)
    yield store
    store.close()


def save(store: Store, source: str, *posts: Post, now: datetime = NOON + 90 * DAY) -> None:
    judged = [
        JudgedPost(
            one, (Finding(Match("Acme", "acme"), Score(None)),), signatures([story_text(one)])[0], story_keys(one)
        )
        for one in posts
    ]
    store.save(source, judged, now=now)


def item(source: str, title: str, url: str, text: str = "", at: datetime = NOON, **fields: Any) -> Post:
    return post(text, source=source, external_id=f"{url} {title}", title=title, url=url, published_at=at, **fields)


def note(text: str, author: str = "ana", at: datetime = NOON, **fields: Any) -> Post:
    address = f"https://social.example/@{author}/1000{len(text)}"
    return post(text, source="Social", author=author, url=address, published_at=at, **fields)


def joined(store: Store, *posts: Post) -> bool:
    """Save the posts one after the other; return whether all are one story."""
    for one in posts:
        save(store, one.source, one)
    stories = {mention.story for mention in store.page(MentionFilter(), limit=100)}
    return len(stories) == 1 and None not in stories


ORIGINAL = item("Daily", TITLE, ARTICLE, TEXT)


@pytest.mark.parametrize(
    "other",
    [
        note(f"not again... {ARTICLE}?utm_source=social"),
        note("not again", link=ARTICLE),
        note("six days later", link=ARTICLE, at=NOON + 6 * DAY),
        note(f"see https://m.daily.example/2026/03/04/acme-recalls-40-000-heaters/amp and {ARTICLE}."),
        item("Reddit", "Oh dear", "https://www.reddit.com/r/news/comments/1abc23/oh_dear/", link=ARTICLE),
        item("Alerts", f"{TITLE} - The Daily", f"https://www.google.com/url?url={ARTICLE}"),
        item("Herald", f"{TITLE} | Herald", "https://herald.example/1", OTHER_TEXT),
        item("Post", "Heater maker orders huge recall", "https://post.example/a/70000123", TEXT),
        note(TITLE),
    ],
)
def test_a_story_goes_round_under_other_words(store: Store, other: Post) -> None:
    assert joined(store, ORIGINAL, other)


@pytest.mark.parametrize(
    "other",
    [
        note("eight days later", link=ARTICLE, at=NOON + 8 * DAY),
        note("the same paper", link="https://daily.example/2026/03/04/globex-drops-its-paper-cups"),
        note(f"three to read {ARTICLE} https://a.example/2026/03/04/x https://b.example/2026/03/04/y"),
        note("their home page https://daily.example/"),
        item("Herald", f"{TITLE} | Herald", "https://herald.example/1", OTHER_TEXT, NOON + 4 * DAY),
        item("Daily", "Globex drops single-use cups", "https://daily.example/2026/03/04/globex-drops-cups", TEXT),
        item("Wire", "Acme recalls 12,000 lamps after floods", "https://wire.example/1", OTHER_TEXT),
    ],
)
def test_other_posts_are_no_part_of_it(store: Store, other: Post) -> None:
    assert not joined(store, ORIGINAL, other)


def test_the_order_of_arrival_does_not_matter(store: Store) -> None:
    shares = [note("not again", "bob", link=ARTICLE), note(f"oh no {ARTICLE}", "eve")]
    assert joined(store, *shares, ORIGINAL)


def test_posts_of_one_batch_are_joined(store: Store) -> None:
    save(store, "Social", note("not again", "bob", link=ARTICLE), note("oh no", "eve", link=ARTICLE))
    stories = {mention.story for mention in store.page(MentionFilter())}
    assert len(stories) == 1
    assert None not in stories


def test_an_edit_in_the_same_batch_does_not_keep_the_first_post_out_of_its_story(store: Store) -> None:
    old = note("Acme is on my mind", "old")
    save(store, "Social", old)
    edited = post("Acme is on my mind!", source="Social", external_id=old.external_id, author="old", url=old.url)
    save(store, "Social", edited, note("not again", "bob", link=ARTICLE), note("oh no", "eve", link=ARTICLE))
    assert [mention.story is None for mention in store.page(MentionFilter())] == [False, False, True]


def test_without_a_date_a_link_joins_nothing(store: Store) -> None:
    assert not joined(store, ORIGINAL, note("not again", link=ARTICLE, at=UNDATED))


@pytest.mark.parametrize(
    "page",
    [
        "https://acme.example/",
        "https://daily.example/business",
        "https://linktr.ee/acme_fans",
        "https://play.google.com/store/apps/details?id=com.acme.app",
        "https://shop.example/heaters/model-7",
        "https://weekly.example/newsletter/sign-up-for-the-weekly-heater",
        "https://click.weekly.example/?qs=4f0c8a1b2233445566",
        "https://social.example/@acme/100000123",
    ],
)
def test_a_page_that_anything_links_to_joins_nothing(store: Store, page: str) -> None:
    texts = ("worst heating of my life", "where is the button for the night?", "ordered two of them yesterday")
    assert not joined(store, *(note(f"{text} {page}", f"author{n}") for n, text in enumerate(texts)))


def test_posts_about_a_page_of_a_shop_are_joined_if_their_words_agree(store: Store) -> None:
    page = "https://shop.example/heaters/model-7"
    texts = ("Model seven half price until Friday only", "friday: model seven for half the price")
    assert joined(store, *(note(f"{text} {page}", f"author{n}") for n, text in enumerate(texts)))


def test_short_headlines_count_together_with_their_link(store: Store) -> None:
    page = "https://status.acme.example/"
    assert joined(store, item("Status", "Acme outage", page), item("Mirror", "Acme outage", page))


@pytest.mark.parametrize("page", ["https://status.acme.example/", "https://globex.example/"])
def test_short_headlines_with_other_words_or_links_stay_apart(store: Store, page: str) -> None:
    title = "Acme outage" if "globex" in page else "Acme is back"
    assert not joined(store, item("Status", "Acme outage", "https://status.acme.example/"), item("Mirror", title, page))


def test_episodes_and_comments_under_one_address_stay_apart(store: Store) -> None:
    page = "https://pod.example/shows/heating-and-more-with-mo"
    show = [item("Podcast", f"{name} talks about heat", page, TEXT) for name in ("Ada and Bo", "Cleo", "Dov of Oslo")]
    save(store, "Podcast", *show)
    assert {mention.story for mention in store.page(MentionFilter())} == {None}
    # What the address is shared by says nothing about those who link to it either.
    save(store, "Social", note("nice one", "bob", link=page), note("what a bore", "eve", link=page))
    assert {mention.story for mention in store.page(MentionFilter())} == {None}


def test_what_an_author_puts_under_each_post_joins_nothing(store: Store) -> None:
    link = "https://acme-fans.example/join-the-club-of-acme-fans"
    posts = [note(f"{text}\n{link}", "fan") for text in ("new heater arrived", "trams at dawn", "chocolate for supper")]
    assert not joined(store, *posts)
    save(store, "Social", note("what is this?", "bob", link=link))
    assert {mention.story for mention in store.page(MentionFilter())} == {None}


def test_a_footer_makes_no_story(store: Store) -> None:
    footer = (
        "You receive this letter because you are a reader of The Weekly Heater. Read more at https://weekly.example/ "
        "and follow us everywhere. Our terms of use and the privacy policy apply. All rights reserved."
    )
    issues = [
        item(source, title, f"https://{source.lower()}.example/issues/{n}", f"{text}. {footer}")
        for n, (source, title, text) in enumerate(
            (
                ("Weekly", "Letter to Ada Bosen", "Acme trams run at dawn again"),
                ("Weekly", "Letter to Finn Gussen", "Nobody likes the new chocolate"),
                ("South", "Notes from the coast", "Seventy turbines, and no wind"),
            )
        )
    ]
    assert not joined(store, *issues)


def test_answers_that_quote_the_same_post_stay_apart(store: Store) -> None:
    quote = (
        "> Has anybody noticed that the new models of Acme switch themselves off at night, in spite of the manual?\n\n"
    )
    answers = ("Yes, and it is by design.", "Mine does not, which version do you have?", "Write to the support.")
    assert not joined(store, *(note(quote + text, f"author{n}") for n, text in enumerate(answers)))


def test_a_deleted_or_edited_post_no_longer_founds_a_story(store: Store) -> None:
    share = note("not again", "bob", link=ARTICLE)
    save(store, "Social", share)
    store.delete_posts("Social", [share.external_id], NOON)
    save(store, "Social", note("oh no", "eve", link=ARTICLE))
    assert [mention.story for mention in store.page(MentionFilter())] == [None]


def test_a_story_outlives_a_restart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'wallflower.db'}"
    for one in (ORIGINAL, note("not again", link=ARTICLE)):
        store = open_store(url)
        store.register_brands(BRANDS, NOON)
        save(store, one.source, one)
        found = {mention.story for mention in store.page(MentionFilter())}
        store.close()
    assert len(found) == 1
    assert None not in found


def test_keys_of_a_failed_batch_are_forgotten(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(stored_keys.StoryKeys, "write", lambda *_: 1 / 0)
        with pytest.raises(Exception):  # noqa: B017, PT011
            save(store, "Daily", ORIGINAL)
    assert not joined(store, note("not again", link=ARTICLE))


def stored_key_posts(path: Path) -> dict[int, set[int]]:
    """Kind -> the posts of its keys."""
    found: dict[int, set[int]] = {kind: set() for kind in KeyKind}
    for kind, of_post in raw_connection(path).execute("SELECT kind, post FROM story_key"):
        found[kind].add(of_post)
    return found


def save_a_post_each_hour(path: Path, hours: int) -> None:
    """Post n, added in hour n, shares a link and has a headline."""
    store = open_store(f"sqlite:///{path}")
    store.register_brands(BRANDS, NOON)
    for n in range(1, hours + 1):
        at, name = NOON + n * HOUR, f"Acme opens its store number {n} in a town by the sea"
        save(store, "Daily", item("Daily", name, f"https://daily.example/a/{10_000 + n}", at=at), now=at)
    store.close()


@pytest.fixture
def pruned_often(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(stored_keys, "MIN_POSTS", 10)
    monkeypatch.setattr(stored_keys, "POSTS_PER_PRUNING", 1)
    return monkeypatch


@pytest.mark.usefixtures("pruned_often")
def test_keys_are_kept_as_long_as_their_window(tmp_path: Path) -> None:
    save_a_post_each_hour(tmp_path / "wallflower.db", 7 * 24 + 30)
    kept = stored_key_posts(tmp_path / "wallflower.db")
    newest = 7 * 24 + 30
    assert kept[KeyKind.OWN] == set(range(newest - 7 * 24, newest + 1))
    assert kept[KeyKind.TITLE] == set(range(newest - 72, newest + 1))


def test_keys_of_a_flood_are_limited(tmp_path: Path, pruned_often: pytest.MonkeyPatch) -> None:
    pruned_often.setattr(stored_keys, "MAX_POSTS", 50)
    save_a_post_each_hour(tmp_path / "wallflower.db", 70)
    kept = stored_key_posts(tmp_path / "wallflower.db")
    assert kept[KeyKind.OWN] == kept[KeyKind.TITLE] == set(range(21, 71))


@pytest.mark.usefixtures("pruned_often")
def test_the_newest_keys_are_kept_however_old_they_are(tmp_path: Path) -> None:
    path = tmp_path / "wallflower.db"
    save_a_post_each_hour(path, 12)
    store = open_store(f"sqlite:///{path}")
    save(store, "Social", note("a year later", link=ARTICLE, at=NOON + 365 * DAY), now=NOON + 365 * DAY)
    store.close()
    assert stored_key_posts(path)[KeyKind.OWN] == set(range(4, 13))


def test_a_lookup_reads_no_other_row(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path / 'wallflower.db'}").close()
    db = raw_connection(tmp_path / "wallflower.db")
    plans = [
        *db.execute(f"EXPLAIN QUERY PLAN {stored_keys._SELECT}", ("[1]",)),
        *db.execute(f"EXPLAIN QUERY PLAN {stored_keys._DELETE}", (9,)),
        *db.execute(f"EXPLAIN QUERY PLAN {stored_keys._DELETE_KINDS}", (1, 9, "[1]")),
    ]
    details = [row[3] for row in plans if "story_key" in row[3]]
    assert details == [
        "SEARCH story_key USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH story_key USING INDEX story_key_post (post<?)",
        "SEARCH story_key USING INDEX story_key_post (post>? AND post<?)",
    ]


def test_recent_posts_of_an_older_database_found_stories(tmp_path: Path) -> None:
    path = old_database(tmp_path, "m022_opinions")
    db = raw_connection(path)
    (newest,) = db.execute("SELECT max(published_at) FROM post").fetchone()
    update = "UPDATE post SET url = ?, title = 'Acme', published_at = ? WHERE id = (SELECT min(id) FROM post)"
    db.execute(update, (ARTICLE, newest))
    db.commit()
    db.close()
    store = open_store(f"sqlite:///{path}")
    store.register_brands(BRANDS, NOON)
    save(store, "Social", note("not again", link=ARTICLE, at=UNDATED + timedelta(milliseconds=newest)))
    (mention,) = store.page(MentionFilter(), limit=1)
    assert mention.post.text == "not again"
    assert mention.story == 1
    store.close()


def test_made_up_news_of_both_halves() -> None:
    """The figures that ``bench/stories.py`` prints, on eight of its stories."""
    posts = make_posts(load_stories()[:8])
    found = stories_of([one.post for one in posts])
    labels: dict[int, set[str]] = {}
    stories: dict[str, set[int]] = {}
    for one, number in zip(posts, found, strict=True):
        labels.setdefault(number, set()).add(one.story)
        stories.setdefault(one.story, set()).add(number)
    assert [names for names in labels.values() if len(names) > 1] == []
    assert [name for name, numbers in stories.items() if len(numbers) > 1] == []


@given(st.text(), st.text(), st.text(), st.booleans())
def test_no_post_causes_an_error(title: str, text: str, link: str, titled: bool) -> None:
    keys = story_keys(post(text, title=title if titled else "", url=f"https://a.example/{link}", link=link))
    assert len({key.hash for key in keys}) == len(keys) <= len(KeyKind)
    assert story_text(post(text, title=title)) or not (title or text)
