"""Clicks on the page of a mention, what is set aside in lists, and /relevance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from display.pages.relevance.brand_rows import state_text
from display.pages.relevance.rule_exclusions import new_rule
from display.pages.relevance.words import reason_text, row_reason
from monitor.judging import HOW_TO_INSTALL, RelevanceStatus
from monitor.model import BrandRelevance, Choice, Mention, MentionFilter, SetAside
from tests.access_setup import Site
from tests.fake_site import config, judged
from tests.fake_store import set_aside
from tests.fakes import NOON

ACME = BrandRelevance("Acme", relevant=12, irrelevant=8, model="m")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(config(tmp_path))
    posts = [judged(f"acme {n}", external_id=str(n), published_at=NOON - timedelta(hours=n)) for n in range(1, 5)]
    site.store.save("Forum", posts, now=NOON)
    yield site
    site.close()


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return " ".join(unescape(answer.text).split())


def listed(site: Site, state: str = "") -> list[int]:
    return sorted(m.id for m in site.store.page(MentionFilter(state=Choice((state,) if state else ()))))


def test_a_member_marks_a_mention_takes_it_back_and_each_is_audited(site: Site) -> None:
    client = site.signed_in("dana")
    assert "Is it about <bdi>Acme</bdi>?" in text_of(client, "/mentions/1")

    answer = client.post("/mentions/1/irrelevant?brand=Acme")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/mentions/1?brand=Acme#relevance")
    page = text_of(client, "/mentions/1")
    assert "Dana Kim says that it is not relevant. It is in no list and no figure." in page
    assert "Not relevant, not counted." in page
    assert listed(site) == [2, 3, 4]
    client.post("/mentions/1/relevant")
    assert "Dana Kim says that it is about Acme. It is never set aside." in text_of(client, "/mentions/1")
    client.post("/mentions/1/undo-relevance")
    assert "Dana Kim" not in text_of(client, "/mentions/1").partition("<article>")[2]
    client.post("/mentions/1/undo-relevance")
    assert [(entry.actor, entry.action, entry.target) for entry in site.store.people.audit_log(actor="dana")][:3] == [
        ("dana", "took back relevance of mention", "1"),
        ("dana", "marked mention as relevant", "1"),
        ("dana", "marked mention as not relevant", "1"),
    ]
    assert client.post("/mentions/99/relevant").status_code == 404


def test_a_viewer_sees_what_was_said_and_no_button(site: Site) -> None:
    client = site.signed_in("bo")
    assert 'id="relevance"' not in text_of(client, "/mentions/1")
    site.store.relevance.click(1, True, "dana", NOON)
    page = text_of(client, "/mentions/1")
    assert "Dana Kim says that it is about Acme." in page
    assert 'action="/mentions/1/' not in page
    assert 'action="/relevance/' not in text_of(client, "/relevance")


def test_every_figure_of_the_list_counts_what_is_set_aside_and_says_so(site: Site) -> None:
    client = site.signed_in("bo")
    site.store.set_hidden(4, True, NOON)
    site.store.relevance.click(3, True, "dana", NOON)
    set_aside(site.store, "Acme", NOON)
    page = text_of(client, "/mentions")
    assert '<span id="count">4</span> mentions' in page
    assert '2 set aside, still counted. <a href="/mentions?state=set_aside">Show them</a>' in page
    assert "4 mentions in 4 stories as of" in page, "the export has what the page counts"
    assert "including 1 hidden and 2 set aside" in page
    assert page.count('class="row"') == 1
    assert len(json.loads(client.get("/mentions.json").text)) == 4
    assert [m["set_aside"] for m in json.loads(client.get("/mentions.json?state=set_aside").text)] == [True, True]


def test_the_list_of_what_is_set_aside_gives_reasons_and_a_member_brings_one_back(site: Site) -> None:
    set_aside(site.store, "Acme", NOON)
    client = site.signed_in("dana")
    page = text_of(client, "/mentions?state=set_aside")
    assert page.count("Set aside: like 3 posts marked not relevant: orchard</span>") == 4
    assert '<form method="post" action="/mentions/2/relevant?state=set_aside' in page
    answer = client.post("/mentions/2/relevant?state=set_aside", data={"to": "list"})
    assert answer.headers["Location"] == "/mentions?state=set_aside"
    assert listed(site) == [2]
    assert "It is about us" not in text_of(site.signed_in("bo"), "/mentions?state=set_aside")


def test_a_list_of_which_everything_is_set_aside_says_so(site: Site) -> None:
    set_aside(site.store, "Acme", NOON)
    page = text_of(site.signed_in("bo"), "/mentions")
    assert "4 set aside, still counted." in page
    assert "All 4 mentions are set aside." in page


def test_the_page_of_a_mention_gives_the_reason_and_links_similar_ones(site: Site) -> None:
    set_aside(site.store, "Acme", NOON)
    page = text_of(site.signed_in("bo"), "/mentions/1")
    assert "Set aside: probably not about Acme. Similar to 3 posts marked not relevant, by the word orchard." in page
    assert "Set aside, still counted." in page


def test_all_of_a_brand_come_back_and_are_judged_again(site: Site) -> None:
    client = site.signed_in("dana")
    set_aside(site.store, "Acme", NOON)
    page = text_of(client, "/relevance")
    assert "Bring all 4 back" in page
    assert "Switch off, which brings 4 back" in page
    client.post("/relevance/bring-back", data={"brand": "Acme"})
    assert listed(site) == [1, 2, 3, 4]
    assert "Judge the 4 again" in text_of(client, "/relevance")
    client.post("/relevance/judge-again", data={"brand": "Acme"})
    assert site.store.relevance.brands()[0].kept == 0
    assert client.post("/relevance/switch", data={"brand": "Nobody"}).status_code == 404


def test_the_switch_is_audited_with_how_many_came_back(site: Site) -> None:
    client = site.signed_in("dana")
    set_aside(site.store, "Acme", NOON)
    client.post("/relevance/switch", data={"brand": "Acme", "on": "0"})
    page = text_of(client, "/relevance")
    assert "Switched off: nothing is set aside. Clicks are kept." in page
    assert listed(site) == [1, 2, 3, 4]
    client.post("/relevance/switch", data={"brand": "Acme", "on": "1"})
    entries = site.store.people.audit_log(actor="dana")
    assert [(entry.action, dict(entry.details)) for entry in entries][:2] == [
        ("switched on setting aside", {}),
        ("switched off setting aside", {"mentions": 4}),
    ]


def test_without_the_language_model_the_page_says_that_words_are_weaker(site: Site) -> None:
    page = text_of(site.signed_in("bo"), "/relevance")
    assert "It compares words only, which is much weaker." in page
    assert HOW_TO_INSTALL in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Sets aside mentions that are about Acme with a probability below 25 %."),
        ({"relevant": 50}, "Sets aside mentions that are about Acme with a probability below 50 %."),
        (
            {"is_reviewing": True},
            "Sets aside mentions that are about Acme with a probability below 25 %. "
            "It is still judging stored mentions.",
        ),
        ({"model": ""}, "Learning from the clicks."),
        ({"relevant": 11}, "Needs 1 more click before it sets anything aside."),
        (
            {"relevant": 40, "irrelevant": 0},
            "Needs 2 more clicks before it sets anything aside, at least 2 of “Not relevant”.",
        ),
        (
            {"relevant": 1, "irrelevant": 0},
            "Needs 19 more clicks before it sets anything aside, "
            "at least 2 of “Not relevant” and 1 of “It is about Acme”.",
        ),
        ({"is_on": False}, "Switched off: nothing is set aside. Clicks are kept."),
    ],
)
def test_the_state_of_a_brand_in_words(changes: dict[str, int], words: str) -> None:
    assert state_text(replace(ACME, **changes), RelevanceStatus(uses_encoder=True)) == words  # type: ignore[arg-type]


def test_reasons_in_words(site: Site) -> None:
    similar: dict[int, Mention] = {1: next(iter(site.store.mentions([1]).values()))}
    by_words = SetAside(0.1, ("orchard", "harvest"), (), 7)
    assert reason_text("Acme", by_words) == (
        "Set aside: probably not about Acme. Similar to 7 posts marked not relevant, by the words orchard, harvest."
    )
    assert row_reason(by_words, {}) == "like 7 posts marked not relevant: orchard, harvest"
    assert reason_text("Acme", SetAside(0.1, (), (1,))) == "Set aside: probably not about Acme."
    assert row_reason(SetAside(0.1, (), (1,)), similar) == "like “acme 1”"
    assert row_reason(SetAside(0.1, (), (1,)), {}) == "probably not relevant"


# Exclusions for a rule


def clicked_site(site: Site) -> None:
    """Nine mentions about an orchard that are not relevant, and eight relevant ones, of which one has the word too."""
    trees = [judged(f"acme orchard {n}", external_id=f"tree {n}", published_at=NOON) for n in range(9)]
    bank = [judged(f"acme balance {n}", external_id=f"bank {n}", published_at=NOON) for n in range(60)]
    both = judged("acme lends to an orchard", external_id="both", published_at=NOON)
    other = judged("acme orchard, not clicked", external_id="other", published_at=NOON)
    site.store.save("Forum", [*trees, *bank, both, other], now=NOON)
    for mention in site.store.page(MentionFilter(q="orchard OR balance"), limit=100):
        if mention.post.external_id != "other":
            site.store.relevance.click(mention.id, not mention.post.external_id.startswith("tree"), "dana", NOON)


def test_the_page_proposes_a_word_with_its_effect_and_changes_nothing(site: Site) -> None:
    clicked_site(site)
    page = text_of(site.signed_in("priya"), "/relevance")
    assert "<b>Add <code>NOT orchard</code>?</b>" in page
    assert "It occurs in 9 of 9 mentions marked not relevant, and in 1 of 61 that are about Acme." in page
    assert '<a href="/mentions?q=orchard&brand=Acme&range=all">2 stored mentions</a> that count contain it' in page
    assert "1 of them is confirmed to be about Acme: " in page
    assert "acme lends to an orchard</a>." in page
    assert ">(acme) NOT orchard</textarea>" in page
    assert '<a href="/setup/brands/edit?original=Acme">Change the rule of Acme</a>' in page
    assert "An admin can change the rule." in text_of(site.signed_in("dana"), "/relevance")
    assert "What the rule could exclude" not in page.partition("Globex")[2]


def test_a_rule_is_proposed_only_if_it_is_valid() -> None:
    assert new_rule("acme OR @acme", ["orchard", "harvest"]) == "(acme OR @acme) NOT (orchard OR harvest)"
    assert new_rule("acme", []) == ""
    assert new_rule("acme", ["a" * 5_000]) == ""
