"""Saved views in the store, on every storage engine, and their filters as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import SavedViewError
from monitor.model import FILTER_STATES, Brand, Choice, Intent, MentionFilter, Order, Sentiment
from monitor.model.filter_json import FilterJsonError, filter_from_json, filter_to_json
from monitor.model.people import NewAccount, Role
from monitor.model.saved_views import MAX_VIEWS_PER_PERSON, BrandGroup, LastLook, NewView, SavedView, ViewFeed
from monitor.store import Store, open_store
from tests.fake_store import BRANDS, judged
from tests.fakes import NOON

NAMES = st.lists(st.text(min_size=1, max_size=5), max_size=3, unique=True)
CLOSED = {
    "sentiment": [*Sentiment, "corrected"],
    "intent": [str(intent.name).lower() for intent in Intent],
    "state": list(FILTER_STATES),
}
AT_START = [
    "Everything",
    "Us, negative",
    "Leaving a competitor",
    "Asks for a recommendation",
    "To check: unscored or unsure",
]
NEGATIVE = MentionFilter(sentiment=Choice(("negative",)))
MINUTE = timedelta(minutes=1)


def choices(name: str) -> st.SearchStrategy[Choice]:
    values = st.lists(st.sampled_from(CLOSED[name]), max_size=3, unique=True) if name in CLOSED else NAMES
    return st.builds(Choice, values.map(tuple), values.map(tuple))


TIMES = st.none() | st.datetimes(datetime(1970, 1, 2), datetime(9998, 1, 1), timezones=st.just(UTC))
FILTERS = st.builds(
    MentionFilter,
    q=st.text(max_size=20),
    since=TIMES,
    until=TIMES,
    story=st.none() | st.integers(1, 10**15),
    order=st.sampled_from(Order),
    **{field.name: choices(field.name) for field in fields(MentionFilter) if isinstance(field.default, Choice)},
)


@given(FILTERS)
def test_every_filter_round_trips(f: MentionFilter) -> None:
    assert filter_from_json(filter_to_json(f)) == f


def test_the_json_contains_only_what_differs_from_the_default() -> None:
    assert filter_to_json(MentionFilter()) == "{}"
    assert filter_to_json(replace(NEGATIVE, q="é")) == '{"q": "é", "sentiment": {"include": ["negative"]}}'


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"mood": "grim"}', "“mood”"),
        ('{"sentiment": {"include": ["sarcastic"]}}', 'sentiment "sarcastic"'),
        ('{"sentiment": {"exclude": ["sarcastic"]}}', 'sentiment "sarcastic"'),
        ('{"state": {"include": ["archived"]}}', 'state "archived"'),
        ('{"intent": {"any": ["price"]}}', "intent"),
        ('{"brand": "Acme"}', "brand"),
        ('{"brand": {"include": [3]}}', "brand"),
        ('{"order": "loudest"}', 'order "loudest"'),
        ('{"since": "soon"}', "since"),
        ('{"since": "2026-03-04T12:00:00"}', "since"),
        ('{"story": true}', "story"),
        ('{"q": 3}', "q 3"),
        ("[]", "object"),
        ("{", "JSON"),
    ],
)
def test_what_a_newer_version_wrote_is_an_error_that_names_it(text: str, named: str) -> None:
    with pytest.raises(FilterJsonError) as error:
        filter_from_json(text)
    assert named in str(error.value)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with closing(open_store(store_url)) as store:
        store.register_brands(BRANDS, NOON)
        yield store


@pytest.fixture
def priya(store: Store) -> int:
    return store.people.add_account(NewAccount("priya", "Priya Nair", Role.ADMIN, "h"), NOON, "command line").id


@pytest.fixture
def dana(store: Store, priya: int) -> int:
    return store.people.add_account(NewAccount("dana", "Dana Kim", Role.MEMBER, "h"), NOON, "priya").id


def names(store: Store, account: int | None) -> list[str]:
    return [view.name for view in store.views.visible(account) if view.name not in AT_START]


def at_start(store: Store, name: str) -> SavedView:
    return next(view for view in store.views.visible(None) if view.name == name)


def test_five_views_exist_at_the_start_and_belong_to_everybody(store: Store, dana: int) -> None:
    found = store.views.visible(dana)
    assert [view.name for view in found] == AT_START
    assert {(view.owner, view.shared, view.range, view.problem) for view in found} == {(None, True, "7d", "")}


def test_views_at_the_start_follow_the_brands_of_the_config(store: Store) -> None:
    def brands_of(name: str, *config: Brand) -> tuple[str, ...] | str:
        resolved = at_start(store, name).resolve(config, NOON)
        return resolved.problem if resolved.filter is None else resolved.filter.brand.include

    renamed = (Brand("New Acme", "acme", ours=True), Brand("Hooli", "hooli"), Brand("Globex", "globex"))
    assert brands_of("Us, negative", *BRANDS) == ("Acme",)
    assert brands_of("Us, negative", *renamed) == ("New Acme",)
    assert brands_of("Leaving a competitor", *BRANDS) == ("Globex", "Initech")
    assert brands_of("Leaving a competitor", *renamed) == ("Globex", "Hooli")
    assert "no competitor" in brands_of("Leaving a competitor", renamed[0])
    assert "no brand as yours" in brands_of("Us, negative", renamed[1])
    assert at_start(store, "Everything").resolve((), NOON).filter == MentionFilter(since=NOON - timedelta(days=7))


def test_a_view_whose_brand_left_the_config_finds_nothing_and_says_why(store: Store) -> None:
    for f in (
        MentionFilter(brand=Choice(("Umbrella",))),
        MentionFilter(brand=Choice((), ("Umbrella",))),
        MentionFilter(rule=Choice(("Umbrella@3",))),
    ):
        view = replace(at_start(store, "Everything"), filter=f)
        resolved = view.resolve(BRANDS, NOON)
        assert resolved.filter is None
        assert resolved.missing_brand == "Umbrella"
        assert "“Umbrella”" in resolved.problem
        assert view.resolve((*BRANDS, Brand("Umbrella", "umbrella")), NOON).filter is not None


def test_fixed_times_stay_and_a_range_moves(store: Store) -> None:
    fixed = replace(NEGATIVE, since=NOON - MINUTE, until=NOON)
    view = store.views.add(NewView("Then", fixed, range=""), None, NOON)
    assert store.views.get(view.id, None) == view
    assert view.resolve(BRANDS, NOON + MINUTE).filter == fixed
    day = replace(view, filter=NEGATIVE, range="24h").resolve(BRANDS, NOON).filter
    assert day == replace(NEGATIVE, since=NOON - timedelta(hours=24))
    assert replace(view, filter=NEGATIVE, range="all").resolve(BRANDS, NOON).filter == NEGATIVE


def test_a_private_view_is_visible_to_its_owner_alone(store: Store, priya: int, dana: int) -> None:
    view = store.views.add(NewView("  My \n view ", NEGATIVE), dana, NOON)
    assert (view.owner, view.name, view.shared, view.created_at) == (dana, "My view", False, NOON)
    assert (names(store, dana), names(store, priya), names(store, None)) == (["My view"], [], [])
    assert store.views.get(view.id, priya) is None
    assert view in store.views.everyones()

    assert store.views.set_shared(view.id, True)
    assert not store.views.set_shared(view.id, True)
    assert names(store, priya) == ["My view"]
    assert store.views.set_shared(view.id, False)
    assert store.views.get(view.id, priya) is None


def test_without_accounts_every_view_is_shared(store: Store) -> None:
    view = store.views.add(NewView("Mine", NEGATIVE), None, NOON)
    assert view.shared
    assert not store.views.set_shared(view.id, False)


def test_a_view_is_renamed_updated_and_deleted(store: Store, dana: int) -> None:
    id_ = store.views.add(NewView("Mine", NEGATIVE), dana, NOON).id
    assert store.views.rename(id_, "Also mine")
    assert store.views.replace_filter(id_, MentionFilter(q="refund"), "30d", BrandGroup.OURS)
    view = store.views.get(id_, dana)
    assert view is not None
    assert (view.name, view.filter.q, view.range, view.brand_group) == ("Also mine", "refund", "30d", BrandGroup.OURS)
    assert store.views.delete(id_)
    assert store.views.get(id_, dana) is None
    assert not store.views.delete(id_)
    assert not store.views.rename(id_, "Gone")
    assert not store.views.replace_filter(id_, NEGATIVE, "7d")
    assert not store.views.look(id_, dana, 5, NOON)


def test_names_are_refused_that_are_empty_too_long_or_taken(store: Store, priya: int, dana: int) -> None:
    mine = store.views.add(NewView("Mine", NEGATIVE), dana, NOON)
    for name in (" ", "x" * 81, "MINE", "everything"):
        with pytest.raises(SavedViewError):
            store.views.add(NewView(name, NEGATIVE), dana, NOON)
    with pytest.raises(SavedViewError, match="“Everything”"):
        store.views.rename(mine.id, "Everything")
    assert store.views.rename(mine.id, "mine")
    assert store.views.add(NewView("Mine", NEGATIVE), priya, NOON).id != mine.id


def test_there_is_a_limit_for_each_person(store: Store, priya: int, dana: int) -> None:
    for n in range(MAX_VIEWS_PER_PERSON):
        store.views.add(NewView(f"View {n}", NEGATIVE), dana, NOON)
    with pytest.raises(SavedViewError, match="200"):
        store.views.add(NewView("One more", NEGATIVE), dana, NOON)
    store.views.add(NewView("One more", NEGATIVE), priya, NOON)


def test_last_looks_are_per_person_and_view_and_never_go_back(store: Store, priya: int, dana: int) -> None:
    everything, negative = at_start(store, "Everything").id, at_start(store, "Us, negative").id
    assert store.views.last_looks(dana) == {}
    assert store.views.look(everything, dana, 5, NOON)
    assert not store.views.look(everything, dana, 4, NOON + MINUTE)
    assert not store.views.look(everything, dana, 5, NOON)
    assert store.views.look(everything, dana, 5, NOON + MINUTE)
    assert store.views.look(everything, priya, 2, NOON)
    assert store.views.look(everything, None, 1, NOON)
    assert store.views.look(negative, dana, 7, NOON)
    assert store.views.last_looks(dana) == {everything: LastLook(5, NOON + MINUTE), negative: LastLook(7, NOON)}
    assert store.views.last_looks(priya) == {everything: LastLook(2, NOON)}
    assert store.views.last_looks(None) == {everything: LastLook(1, NOON)}


def test_each_person_has_an_order(store: Store, priya: int, dana: int) -> None:
    ids = [view.id for view in store.views.visible(dana)]
    store.views.look(ids[0], dana, 5, NOON)
    store.views.arrange(dana, [ids[4], ids[0], 999])
    store.views.arrange(dana, [ids[2], ids[0]])
    assert [view.id for view in store.views.visible(dana)] == [ids[2], ids[0], ids[1], ids[3], ids[4]]
    assert [view.id for view in store.views.visible(priya)] == ids
    assert store.views.last_looks(dana)[ids[0]].mention == 5


def test_a_removed_person_leaves_the_shared_views(store: Store, priya: int, dana: int) -> None:
    shared = store.views.add(NewView("Shared", NEGATIVE, shared=True), dana, NOON)
    private = store.views.add(NewView("Private", NEGATIVE), dana, NOON)
    store.views.look(shared.id, dana, 5, NOON)
    store.people.remove_account(dana, NOON, "priya")
    assert store.views.get(shared.id, priya) == replace(shared, owner=None)
    assert private.id not in [view.id for view in store.views.everyones()]
    assert store.views.last_looks(dana) == {}


def test_who_may_change_a_view(store: Store, priya: int, dana: int) -> None:
    admin, member = store.people.account("priya"), store.people.account("dana")
    view = replace(at_start(store, "Everything"), owner=dana, shared=False)
    assert view.may_change(member)
    assert view.may_change(None)
    assert not view.may_change(admin)
    assert replace(view, shared=True).may_change(admin)
    assert not replace(view, owner=priya, shared=True).may_change(member)
    assert at_start(store, "Everything").may_change(admin)
    assert not at_start(store, "Everything").may_change(member)


def test_new_mentions_of_several_filters_are_counted_from_each_look_on(store: Store) -> None:
    store.save("Forum", [judged(f"Acme {n}", score=-0.5) for n in range(3)], now=NOON)
    store.save("Forum", [judged(f"Globex {n}", "Globex") for n in range(4)], now=NOON)
    filters = [(MentionFilter(), 0), (MentionFilter(), 2), (NEGATIVE, 1), (MentionFilter(q="globex"), 7)]
    assert store.views.count_new(filters) == [7, 5, 2, 0]
    assert store.views.count_new(filters, limit=3) == [3, 3, 2, 0]


def test_a_feed_is_found_by_its_token_until_it_is_renewed_or_revoked(store: Store, priya: int, dana: int) -> None:
    id_ = at_start(store, "Everything").id
    assert store.views.feed(id_, dana) is None
    assert store.views.set_feed(id_, dana, b"one", NOON)
    assert store.views.set_feed(id_, priya, b"two", NOON)
    assert store.views.feed(id_, dana) == ViewFeed(NOON)
    found = store.views.followed(b"one")
    assert found is not None
    assert (found[0].id, found[1]) == (id_, dana)
    store.views.record_feed_use(b"one", NOON + MINUTE)
    assert store.views.feed(id_, dana) == ViewFeed(NOON, NOON + MINUTE)

    store.views.set_feed(id_, dana, b"three", NOON)
    assert store.views.followed(b"one") is None
    assert store.views.followed(b"three") is not None
    assert store.views.revoke_feed(id_, dana)
    assert not store.views.revoke_feed(id_, dana)
    assert store.views.followed(b"three") is None
    assert store.views.followed(b"two") is not None
    assert not store.views.set_feed(999, dana, b"four", NOON)


def test_a_feed_ends_with_its_view_its_person_and_its_sharing(store: Store, priya: int, dana: int) -> None:
    shared = store.views.add(NewView("Shared", NEGATIVE, shared=True), priya, NOON).id
    store.views.set_feed(shared, dana, b"d", NOON)
    store.views.set_feed(shared, priya, b"p", NOON)
    store.views.set_shared(shared, False)
    assert store.views.followed(b"d") is None
    assert store.views.followed(b"p") is not None
    store.views.set_shared(shared, True)
    assert store.views.followed(b"d") is not None
    store.people.remove_account(dana, NOON, "priya")
    assert store.views.followed(b"d") is None
    store.views.delete(shared)
    assert store.views.followed(b"p") is None


def test_the_first_account_ends_the_feeds_of_nobody(store: Store) -> None:
    store.views.set_feed(1, None, b"local", NOON)
    found = store.views.followed(b"local")
    assert found is not None
    assert found[1] is None
    store.people.add_account(NewAccount("priya", "Priya Nair", Role.ADMIN, "h"), NOON, "command line")
    assert store.views.followed(b"local") is None
