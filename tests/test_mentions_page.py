"""What the Mentions page computes for a view, over a real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from display.pages.health_line import HealthLine
from display.pages.mentions.facets import FACET_BY_NAME, STATE
from display.pages.mentions.filters import MentionsView
from display.pages.mentions.page import MentionsPage
from display.source_health import source_health
from monitor.model import UNDATED, MentionFilter, Order, Post
from monitor.store import Store
from tests import mentions_data as data
from tests.fake_site import config, judged
from tests.fakes import NOON

BRAND, SOURCE = FACET_BY_NAME["brand"], FACET_BY_NAME["source"]
DAY = timedelta(days=1)
WEEK_VIEW = MentionsView(MentionFilter(since=NOON - 7 * DAY))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = data.new_store(tmp_path, NOON)
    data.save_posts(store, NOON)
    yield store
    store.close()


def page(store: Store, view: MentionsView = WEEK_VIEW) -> MentionsPage:
    settings = config(Path(), brands=data.BRANDS, sources=data.SOURCES)
    health = source_health(settings, store.statuses(), NOON, NOON - DAY)
    return MentionsPage(settings, store, view, HealthLine(health, NOON, settings.timezone))


def save(store: Store, name: str, at: datetime, brand: str = "Acme") -> None:
    post = Post("Forum", name, f"{brand} again, {name}.", at)
    store.save("Forum", [data.judged(post, data.finding(brand, post.text, 0.1))], now=NOON)


def test_an_empty_list_offers_four_relaxed_filters_the_most_mentions_first(tmp_path: Path) -> None:
    """Each of five filters excludes other mentions, so each finds some when it is removed."""
    store = data.new_store(tmp_path / "relaxed", NOON)
    plain = {"source": "Reddit", "lang": "en", "author": "ann", "site": "", "score": 0.5}
    excluded = {"source": "Forum", "lang": "fr", "author": "bob", "site": "shop.example", "score": 0.0}
    for count, field in enumerate(excluded, start=1):
        for n in range(count):
            values = {**plain, field: excluded[field]}
            score, source = float(values.pop("score")), str(values.pop("source"))
            post = Post(source, f"{field}-{n}", f"Acme, {field} {n}.", NOON - DAY, **values)  # type: ignore[arg-type]
            store.save(source, [data.judged(post, data.finding("Acme", post.text, score))], now=NOON)
    view = WEEK_VIEW
    for facet, value in {**excluded, "score": None}.items():
        name, value = ("sentiment", "neutral") if facet == "score" else (facet, str(value))
        view = view.with_value(FACET_BY_NAME[name], value, exclude=True)
    relaxed = page(store, view).relaxed
    assert [(option.relaxed.label, option.count.n) for option in relaxed] == [
        ("without “not Neutral”", 5),
        ("without “not shop.example”", 4),
        ("without “not bob”", 3),
        ("without “not French”", 2),
    ]
    store.close()


def test_an_empty_list_first_offers_the_shortest_range_that_has_mentions(store: Store) -> None:
    save(store, "this month", NOON - 20 * DAY)
    save(store, "long ago", datetime(2014, 5, 20, tzinfo=UTC), "Umbrella")
    minute = WEEK_VIEW.between(NOON - DAY, NOON - DAY)
    quiet = WEEK_VIEW.with_range("24h", NOON).changed(q="again")
    assert wider(store, quiet) == ("Show the last 30 days", 1)
    assert wider(store, quiet.with_value(BRAND, "Umbrella")) == ("Show all time", 1)
    assert wider(store, minute) == ("Show all time", 8)
    assert wider(store, quiet.with_range("all", NOON).changed(q="nothing")) is None


def test_an_empty_list_that_no_single_change_fills_offers_everything(store: Store) -> None:
    view = WEEK_VIEW.changed(q="nothing").with_value(BRAND, "Umbrella").with_value(SOURCE, "Reddit")
    assert page(store, view).relaxed == []
    assert wider(store, view) == ("Show everything", 6)
    assert page(store, view).clearing_helps
    assert not page(store, view.between(NOON - 60 * DAY, NOON - 50 * DAY)).clearing_helps


def wider(store: Store, view: MentionsView) -> tuple[str, int] | None:
    found = page(store, view)
    assert found.count.n == 0
    return found.wider and (found.wider.relaxed.label, found.wider.count.n)


def test_hidden_mentions_are_counted_unless_the_view_chooses_states(store: Store) -> None:
    store.set_hidden(1, True, NOON)
    assert page(store).hidden == 1
    assert page(store, WEEK_VIEW.with_value(STATE, "hidden")).hidden == 0


def test_the_chart_hatches_only_the_gaps_of_the_sources_of_the_view(store: Store) -> None:
    store.open_gap("Reddit", NOON - timedelta(hours=3), "Down.", NOON)

    def gaps(view: MentionsView) -> tuple[str, ...]:
        chart = page(store, view).chart
        assert chart
        return chart.gaps

    assert gaps(WEEK_VIEW) == ("no Reddit since 09:00",)
    assert gaps(WEEK_VIEW.with_value(SOURCE, "Reddit")) == ("no Reddit since 09:00",)
    assert gaps(WEEK_VIEW.with_value(SOURCE, "Forum")) == ()
    assert gaps(WEEK_VIEW.with_value(SOURCE, "Reddit", exclude=True)) == ()


def test_the_chart_of_all_time_begins_in_the_month_of_the_first_mention(store: Store) -> None:
    for n in range(10):
        save(store, f"number {n}", datetime(2015, 5, 20, tzinfo=UTC) + n * 390 * DAY)
    chart = page(store, MentionsView(MentionFilter(), "all")).chart
    assert chart
    assert (chart.bars[0].bin.start, chart.unit) == (datetime(2015, 4, 30, 23, tzinfo=UTC), "month")
    assert chart.total == 16
    assert not chart.breaks
    long_ago = MentionsView(MentionFilter(since=datetime(1990, 1, 1, tzinfo=UTC)), "")
    assert page(store, long_ago).chart == chart
    assert page(store, MentionsView(MentionFilter(q="nothing"), "all")).chart is None


def test_one_old_mention_leaves_the_chart_to_the_others(store: Store) -> None:
    """And not 142 months without a bar."""
    save(store, "first", datetime(2014, 5, 20, tzinfo=UTC))
    save(store, "second", NOON - 28 * DAY)
    save(store, "some day", UNDATED)
    chart = page(store, MentionsView(MentionFilter(), "all")).chart
    assert chart
    assert (chart.total, chart.unit) == (8, "6 hours")
    assert [b.text for b in chart.breaks] == ["none from 21 May 2014 to 3 Feb 2026"]
    assert len(chart.bars) < 140


def test_the_chart_ends_with_a_history_that_ended_long_ago(tmp_path: Path) -> None:
    store = data.new_store(tmp_path / "history", NOON)
    for n in range(40):
        save(store, str(n), datetime(2014, 1, 5, tzinfo=UTC) + n * 20 * DAY)
    chart = page(store, MentionsView(MentionFilter(), "all")).chart
    store.close()
    assert chart
    assert (chart.total, chart.unit, chart.end) == (40, "week", "29 Feb 2016")
    assert chart.bars[-1].bin.end == datetime(2016, 3, 1, tzinfo=UTC)


def test_mentions_without_a_date_have_no_chart(tmp_path: Path) -> None:
    store = data.new_store(tmp_path / "undated", NOON)
    save(store, "some day", UNDATED)
    found = page(store, MentionsView(MentionFilter(), "all"))
    assert (found.count.n, found.chart) == (1, None)
    store.close()


def test_a_fixed_moment_is_named_by_its_newest_mention(store: Store) -> None:
    assert page(store).as_of == "12:00"
    fixed = page(store, MentionsView(WEEK_VIEW.filter, upto=4))
    assert (fixed.as_of, fixed.count.n, fixed.current) == ("11:30", 4, False)


def test_newer_is_the_first_page_for_an_order_that_cannot_be_reversed(store: Store) -> None:
    by_score = MentionsView(MentionFilter(order=Order.NEGATIVE), "all", before=3)
    assert page(store, by_score).newer == MentionsView(MentionFilter(order=Order.NEGATIVE), "all", upto=6)


def test_a_first_run_is_one_without_any_mention(store: Store, tmp_path: Path) -> None:
    assert not page(store).first_run
    empty = data.new_store(tmp_path / "empty", NOON)
    assert page(empty).first_run
    empty.close()


def test_imported_hours_of_a_source_are_not_hatched(store: Store) -> None:
    hour = timedelta(hours=1)
    store.open_gap("Reddit", NOON - 10 * hour, "Down.", NOON)
    rows = [judged(external_id=f"i{n}", published_at=NOON - n * hour) for n in (8, 4)]
    store.save("Reddit", rows, now=NOON, imported=True)
    store.save("Old", [judged(external_id="o", published_at=NOON - n * hour) for n in (1,)], now=NOON, imported=True)
    chart = page(store).chart
    assert chart
    assert chart.gaps == ("no Reddit for 2 h", "no Reddit since 08:00")
    imported = [bar for bar in chart.bars if bar.bin.start in (NOON - 8 * hour, NOON - 5 * hour)]
    assert [bar.partly_unread for bar in imported] == [False, False]
