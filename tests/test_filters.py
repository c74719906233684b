"""URLs to filters and back: equal views have equal URLs, and an invalid filter never widens a list."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.pages.mentions.facets import FACET_BY_NAME, INTENT, SENTIMENT, STATE, URL_FACETS
from display.pages.mentions.filters import (
    PARAMETERS,
    RANGES,
    MentionsView,
    OpenView,
    parameters,
    parse_options,
    parse_view,
    query_string,
)
from monitor.errors import FilterError
from monitor.model import Choice, MentionFilter, Order
from tests.fakes import NOON

LONDON = ZoneInfo("Europe/London")
BRAND = FACET_BY_NAME["brand"]
BRANDS = ("Acme", "Globex", "-Minus", "+Plus")
SOURCES = ("Forum", "Hacker News")


def view(query: str = "", now: datetime = NOON) -> MentionsView:
    params = parse_qs(query, keep_blank_values=True)
    return parse_view(params, brands=BRANDS, sources=SOURCES, timezone=LONDON, now=now)


def canonical_query(query: str) -> str:
    return query_string(view(query), LONDON)


def test_the_plain_list_is_the_last_seven_days_newest_first() -> None:
    plain = view()
    assert plain.filter == MentionFilter(since=NOON - timedelta(days=7))
    assert (plain.range, plain.upto, plain.before) == ("7d", None, None)
    assert query_string(plain, LONDON) == ""
    assert not plain.filtered


def test_a_repeated_parameter_means_or_and_a_minus_excludes() -> None:
    found = view("brand=Globex&brand=Acme&source=-Hacker+News&lang=und").filter
    assert found.brand == Choice(("Acme", "Globex"))
    assert found.source == Choice((), ("Hacker News",))
    assert found.lang == Choice(("und",))


def test_a_name_that_begins_with_a_sign_differs_from_an_exclusion() -> None:
    assert view("author=%2B-bob").filter.author == Choice(("-bob",))
    assert view("author=--bob").filter.author == Choice((), ("-bob",))
    assert view("brand=%2B%2BPlus").filter.brand == Choice(("+Plus",))


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("range=7d&order=new", ""),
        ("q=&brand=&since=&until=", ""),
        ("q=+globex+", "q=globex"),
        ("brand=Globex&q=x&brand=Acme", "q=x&brand=Acme&brand=Globex"),
        ("brand=Acme&brand=Acme", "brand=Acme"),
        ("sentiment=positive&sentiment=negative", "sentiment=negative&sentiment=positive"),
        ("before=9&upto=12&order=old&range=all", "range=all&order=old&upto=12&before=9"),
        ("since=2026-03-01", "since=2026-03-01T00%3A00"),
        ("since=2026-03-01T00:00Z&until=2026-03-02T00:00%2B01:00", "since=2026-03-01T00%3A00&until=2026-03-01T23%3A00"),
        ("author=%2Bbob", "author=bob"),
        ("state=-claimed&state=hidden", "state=hidden&state=-claimed"),
    ],
)
def test_equal_views_have_equal_urls(query: str, canonical: str) -> None:
    assert canonical_query(query) == canonical


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("colour=red", "colour"),
        ("brand=Umbrella", "brand"),
        ("brand=-Umbrella", "brand"),
        ("source=forum", "source"),
        ("sentiment=angry", "sentiment"),
        ("intent=none", "intent"),
        ("state=theirs", "state"),
        ("lang=English", "lang"),
        ("lang=eng", "lang"),
        ("lang=qq", "lang"),
        ("sentiment=-negative&sentiment=-neutral&sentiment=-positive&sentiment=-unscored", "sentiment"),
        ("state=-unclaimed&state=-claimed", "state"),
        ("rule=Globex", "rule"),
        ("rule=Umbrella@2", "rule"),
        ("range=week", "range"),
        ("range=7d&since=2026-03-01", "range"),
        ("since=yesterday", "since"),
        ("since=2026-03-01T10:00:30", "since"),
        ("since=0001-01-01T00:00%2B14:00", "since"),
        ("since=1969-12-31T23:59", "since"),
        ("until=9999-12-31T23:59-14:00", "until"),
        ("until=10000-01-01T00:00", "until"),
        ("since=2026-03-02&until=2026-03-01", "until"),
        ("story=x", "story"),
        ("upto=-1", "upto"),
        ("before=99999999999999999999", "before"),
        ("upto=٣", "upto"),
        ("order=random", "order"),
        ("q=a&q=b", "q"),
        ("author=-", "author"),
        ("brand=Acme&brand=-Acme", "brand"),
    ],
)
def test_an_invalid_parameter_is_rejected_by_name(query: str, parameter: str) -> None:
    with pytest.raises(FilterError) as rejected:
        view(query)
    assert rejected.value.parameter == parameter
    assert rejected.value.allowed


def test_the_hour_that_a_clock_change_repeats_is_written_with_its_offset() -> None:
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    asked = MentionsView(MentionFilter(since=first, until=second), range="")
    assert dict(parameters(asked, LONDON)) == {"since": "2026-10-25T01:30", "until": "2026-10-25T01:30+00:00"}
    assert view(query_string(asked, LONDON)) == asked


def test_adding_and_removing_a_value_gives_the_first_page_of_the_same_view() -> None:
    start = view("brand=Acme&upto=9&before=4")
    added = start.with_value(BRAND, "Globex")
    assert query_string(added, LONDON) == "brand=Acme&brand=Globex"
    assert added.without_value(BRAND, "Globex") == start.first_page()
    assert query_string(start.with_value(BRAND, "Acme", exclude=True), LONDON) == "brand=-Acme"
    assert start.without("brand") == view()
    assert query_string(start.with_range("30d", NOON), LONDON) == "brand=Acme&range=30d"


def test_every_facet_is_a_parameter_in_the_order_of_the_filter() -> None:
    assert [facet.name for facet in URL_FACETS] == list(PARAMETERS[2:13])
    named = ("brand", "source", "lang", "author", "site", "rule", "sentiment", "intent")
    named += ("topic", "named_topic", "state")
    assert PARAMETERS[2:13] == named


def test_a_range_begins_at_a_whole_minute() -> None:
    """So reloading within a minute gives the same query."""
    assert view("range=24h", NOON + timedelta(seconds=42)).filter.since == NOON - timedelta(hours=24)


def test_a_cleared_view_keeps_the_time_and_the_order() -> None:
    asked = view("brand=Acme&q=x&story=4&range=30d&order=old&upto=9")
    assert query_string(asked.cleared(), LONDON) == "range=30d&order=old"
    assert asked.filtered


def test_a_span_between_seconds_is_widened_to_whole_minutes() -> None:
    since, until = NOON + timedelta(seconds=59), NOON + timedelta(minutes=5, seconds=1)
    widened = view().between(since, until)
    assert (widened.filter.since, widened.filter.until) == (NOON, NOON + timedelta(minutes=6))
    assert view().between(NOON, NOON + timedelta(minutes=5)).filter.until == NOON + timedelta(minutes=5)


def test_command_line_options_are_parsed_like_a_url() -> None:
    params = parse_options(["brand=Globex", "brand=Acme", "q=a = b"])
    assert params == {"brand": ["Globex", "Acme"], "q": ["a = b"]}
    assert parse_view(params, brands=BRANDS, sources=SOURCES, timezone=LONDON, now=NOON).filter.q == "a = b"
    with pytest.raises(FilterError):
        parse_options(["Globex"])


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def choices(values: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, bool]]:
    return st.dictionaries(values, st.booleans(), max_size=3)


@st.composite
def views(draw: st.DrawFn) -> MentionsView:
    facets = {
        "brand": st.sampled_from(BRANDS),
        "source": st.sampled_from(SOURCES),
        "lang": st.sampled_from(["en", "de", "und"]),
        "author": names,
        "site": names,
        "rule": st.sampled_from(["Acme@1", "-Minus@7"]),
        "sentiment": st.sampled_from(SENTIMENT.values),
        "intent": st.sampled_from(INTENT.values),
        "topic": st.sampled_from(['"wall socket" OR "wall sockets"', "parcel* OR late", "price"]),
        "state": st.sampled_from(STATE.values),
    }
    drawn = MentionsView(MentionFilter(q=draw(names).strip(), order=draw(st.sampled_from(Order))))
    for facet, values in facets.items():
        for value, exclude in draw(choices(values)).items():
            drawn = drawn.with_value(FACET_BY_NAME[facet], value, exclude=exclude)
        if FACET_BY_NAME[facet].finds_nothing(FACET_BY_NAME[facet].choice(drawn.filter)):
            drawn = drawn.without(facet)
    minutes = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
    if draw(st.booleans()):
        return drawn.with_range(draw(st.sampled_from(sorted(RANGES))), NOON)
    since = draw(minutes).replace(second=0, microsecond=0)
    timed = drawn.changed(since=since, until=since + timedelta(minutes=draw(st.integers(1, 10**6))))
    return MentionsView(
        timed.filter, "", draw(st.none() | st.integers(0, 10**17)), draw(st.none() | st.integers(0, 10**17))
    )


@given(views())
def test_every_view_can_be_parsed_from_its_url(asked: MentionsView) -> None:
    assert view(query_string(asked, LONDON)) == asked


@given(
    st.lists(st.tuples(st.sampled_from(["q", "brand", "author", "since", "range", "upto", "x"]), st.text()), max_size=6)
)
def test_a_url_never_raises_anything_except_a_filter_error(sent: list[tuple[str, str]]) -> None:
    params: dict[str, list[str]] = {}
    for name, value in sent:
        params.setdefault(name, []).append(value)
    with contextlib.suppress(FilterError):
        found = parse_view(params, brands=BRANDS, sources=SOURCES, timezone=LONDON, now=NOON)
        assert view(urlencode(parameters(found, LONDON))) == found


SAVED = {
    1: OpenView(1, MentionFilter(since=NOON - timedelta(days=7)), "7d"),
    2: OpenView(
        2,
        MentionFilter(
            q="refund", brand=Choice(("Acme",)), sentiment=Choice(("negative",)), story=7, order=Order.OLD,
            since=NOON - timedelta(days=30),
        ),
        "30d",
    ),
    3: OpenView(3, MentionFilter(lang=Choice((), ("de",)), since=NOON - timedelta(days=3), until=NOON), ""),
}  # fmt: skip


def saved_view(query: str, id_: int = 2) -> MentionsView:
    params = parse_qs(f"view={id_}&{query}", keep_blank_values=True)
    names = {"brands": BRANDS, "sources": SOURCES}
    return parse_view(params, **names, timezone=LONDON, now=NOON, open_view=lambda id_, _: SAVED[id_])  # type: ignore[arg-type]


def test_a_saved_view_is_one_parameter_and_the_others_change_it() -> None:
    assert saved_view("").filter == SAVED[2].filter
    assert saved_view("").range == "30d"
    assert not saved_view("").differs_from_saved
    changed = saved_view("sentiment=positive&upto=9")
    assert changed.differs_from_saved
    assert changed.filter.sentiment == Choice(("positive",))
    assert changed.filter.q == "refund"
    assert not saved_view("upto=9").differs_from_saved
    assert saved_view("range=7d").filter.since == NOON - timedelta(days=7)
    assert saved_view("since=2026-03-01", 3).filter.until is None


def test_an_empty_parameter_takes_away_what_the_saved_view_has() -> None:
    plain = saved_view("q=&brand=&sentiment=&story=&order=&range=")
    assert plain.filter == view().filter
    assert saved_view("since=&until=").range == "7d"
    assert saved_view("q=").filter.brand == Choice(("Acme",))


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", "view=2"),
        ("q=refund&brand=Acme&range=30d&order=old&story=7", "view=2"),
        ("order=new&range=7d", "view=2&range=7d&order=new"),
        ("q=&lang=", "view=2&q="),
        ("sentiment=-negative&brand=", "view=2&brand=&sentiment=-negative"),
        ("since=&until=&story=", "view=2&range=7d&story="),
    ],
)
def test_equal_changes_of_a_saved_view_have_equal_urls(query: str, canonical: str) -> None:
    assert query_string(saved_view(query), LONDON) == canonical


@given(
    st.sampled_from(list(SAVED)),
    st.dictionaries(st.sampled_from([p for p in PARAMETERS if p != "view"]), st.lists(st.sampled_from(
        ["", "x", "Acme", "-Globex", "negative", "-price", "7d", "all", "2026-03-01", "5", "old", "en", "-de", "Forum"]
    ), max_size=2)),
)  # fmt: skip
def test_every_change_of_a_saved_view_round_trips(id_: int, params: dict[str, list[str]]) -> None:
    query = urlencode([(name, value) for name, values in params.items() for value in values])
    with contextlib.suppress(FilterError):
        found = saved_view(query, id_)
        again = saved_view(query_string(found, LONDON).partition("&")[2], id_)
        assert (again.filter, again.range, again.upto, again.before) == (
            found.filter, found.range, found.upto, found.before,
        )  # fmt: skip


def test_a_list_without_saved_views_refuses_the_parameter() -> None:
    with pytest.raises(FilterError, match="view"):
        view("view=1")
