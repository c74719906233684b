"""The rail and the chips: which values are listed, in which order, and where their links lead."""

from __future__ import annotations

from dataclasses import fields

from display.pages.mentions.facets import FACET_BY_NAME, FACETS, INTENT, SENTIMENT, STATE
from display.pages.mentions.filters import MentionsView
from display.pages.mentions.rail import MAX_VALUES, Rail, RailSection, chips, relaxed_filters, wider_ranges
from monitor.model import Choice, FacetValue, MentionFilter
from tests.fakes import NOON

BRAND, SOURCE, LANG = FACET_BY_NAME["brand"], FACET_BY_NAME["source"], FACET_BY_NAME["lang"]
VIEW = MentionsView()


def rail(view: MentionsView = VIEW, unread: tuple[str, ...] = (), **counts: dict[str, int]) -> Rail:
    found = {facet: [FacetValue(value, n) for value, n in values.items()] for facet, values in counts.items()}
    configured = {"brand": ["Acme", "Globex"], "source": ["Forum", "Reddit"]}
    return Rail(view, found, configured, unread)


def listed(section: RailSection) -> list[tuple[str, int]]:
    return [(value.value, value.n) for value in section.all_values]


def test_every_choice_of_the_filter_is_a_facet() -> None:
    choices = [f.name for f in fields(MentionFilter) if isinstance(f.default, Choice)]
    assert sorted(choices) == sorted(facet.name for facet in FACETS)


def test_open_values_are_sorted_by_count_and_configured_names_are_always_listed() -> None:
    section = rail(source={"Old forum": 3, "Reddit": 9}).section(SOURCE)
    assert listed(section) == [("Reddit", 9), ("Old forum", 3), ("Forum", 0)]


def test_closed_values_keep_their_order() -> None:
    section = rail(sentiment={"positive": 9, "corrected": 1}).section(SENTIMENT)
    assert listed(section) == [("negative", 0), ("neutral", 0), ("positive", 9), ("unscored", 0), ("corrected", 1)]
    assert "corrected" not in [value.value for value in rail().section(SENTIMENT).all_values]


def test_chosen_and_excluded_values_are_listed_even_without_a_mention() -> None:
    view = VIEW.with_value(LANG, "de").with_value(LANG, "fr", exclude=True)
    section = rail(view, lang={"en": 5}).section(LANG)
    assert [(v.label, v.chosen, v.excluded) for v in section.all_values] == [
        ("English", False, False),
        ("German", True, False),
        ("French", False, True),
    ]
    assert section.active


def test_seven_values_are_listed_before_more() -> None:
    section = rail(lang=dict.fromkeys(("de", "en", "es", "fr", "it", "nl", "pl", "pt", "sv"), 1)).section(LANG)
    assert (len(section.values), len(section.more)) == (7, 2)
    assert MAX_VALUES == 7


def test_the_bar_of_the_most_frequent_value_is_24_px_wide_and_small_bars_stay_visible() -> None:
    widths = [v.bar_width for v in rail(lang={"en": 1000, "de": 500, "fr": 1}).section(LANG).values]
    assert widths == [24.0, 12.0, 1.0]
    assert rail().section(BRAND).values[0].bar_width == 0.0


def test_a_source_that_is_not_read_is_marked() -> None:
    marks = {v.value: v.unread for v in rail(unread=("Reddit", "Acme")).section(SOURCE).values}
    assert marks == {"Forum": False, "Reddit": True}
    assert not any(v.unread for v in rail(unread=("Acme",)).section(BRAND).values)


def test_intent_and_state_are_hidden_until_a_mention_uses_them() -> None:
    names = [section.facet.name for section in rail(intent={"price": 0}).sections(collapsed=False)]
    assert names == ["brand", "sentiment", "source"]
    used = rail(intent={"price": 1}).sections(collapsed=False)
    assert [section.facet.name for section in used] == ["brand", "intent", "sentiment", "source"]
    assert not rail(state={"unclaimed": 9}).section(STATE).shown
    assert rail(state={"unclaimed": 9, "claimed": 1}).section(STATE).shown
    assert rail(VIEW.with_value(INTENT, "price")).section(INTENT).shown


def test_a_click_chooses_a_value_or_removes_it() -> None:
    chosen = VIEW.with_value(BRAND, "Acme")
    acme, globex = rail(chosen).section(BRAND).values
    assert (acme.toggled, globex.toggled) == (VIEW, chosen.with_value(BRAND, "Globex"))
    assert globex.excluding.filter.brand == Choice(("Acme",), ("Globex",))
    excluded = VIEW.with_value(BRAND, "Acme", exclude=True)
    assert rail(excluded).section(BRAND).values[0].toggled == VIEW


def test_each_brand_has_its_own_chip_and_other_facets_have_one() -> None:
    view = VIEW.with_value(BRAND, "Acme").with_value(BRAND, "Globex").with_value(BRAND, "Initech", exclude=True)
    view = (
        view.with_value(INTENT, "switching_from")
        .with_value(INTENT, "recommendation")
        .with_value(LANG, "pl", exclude=True)
    )
    view = view.changed(story=7)
    found = chips(view)
    assert [(chip.label, chip.brand) for chip in found] == [
        ("Acme", "Acme"),
        ("Globex", "Globex"),
        ("not Initech", ""),
        ("Leaving or Asks what to buy", ""),
        ("not Polish", ""),
        ("One story", ""),
    ]
    assert found[3].without.filter.intent == Choice()
    assert found[-1].without.filter.story is None


def test_relaxed_filters_remove_one_filter() -> None:
    view = VIEW.with_value(BRAND, "Acme").changed(q="price")
    assert [relaxed.label for relaxed in relaxed_filters(view)] == ["without “Acme”", "without the search"]
    assert relaxed_filters(VIEW) == []


def test_wider_ranges_are_those_longer_than_the_chosen_one() -> None:
    view = VIEW.with_value(BRAND, "Acme")
    assert [(wider.label, wider.view.range) for wider in wider_ranges(view, NOON)] == [
        ("Show the last 30 days", "30d"),
        ("Show all time", "all"),
    ]
    assert all(wider.view.filter.brand == Choice(("Acme",)) for wider in wider_ranges(view, NOON))
    assert [wider.view.range for wider in wider_ranges(VIEW.between(NOON, NOON), NOON)] == ["all"]
    assert wider_ranges(VIEW.with_range("all", NOON), NOON) == []


def test_the_last_sentiment_cannot_be_excluded_too() -> None:
    view = VIEW
    for value in ("negative", "neutral", "positive"):
        view = view.with_value(SENTIMENT, value, exclude=True)
    offered = {v.value: v.excluding is not None for v in rail(view).section(SENTIMENT).values}
    assert offered["unscored"] is False
    assert rail(VIEW).section(SENTIMENT).values[0].excluding is not None
