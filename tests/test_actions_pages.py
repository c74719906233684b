"""Actions on mentions over HTTP: forms without scripts, and what scripts receive."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from display.pages.actions.outcomes import action_outcome, undo_outcome
from display.pages.actions.shown import block_effect, taken_text
from monitor.model import Choice, MentionFilter
from monitor.model.actions import ActionKind, ActionResult, Claim, Signature, UndoResult
from tests.access_setup import Site
from tests.fake_site import config, judged
from tests.fakes import NOON

MINUTE = timedelta(minutes=1)
SCRIPT = {"X-Requested-With": "fetch"}
ACTIONS = ("claim", "unclaim", "hide", "unhide", "irrelevant", "relevant", "undo-relevance", "undo", "assign")
CLAIM = Claim(Signature("Jonas Ott", 4, NOON))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(config(tmp_path))
    posts = [
        judged(f"acme {n}", external_id=str(n), score=-0.75, author="bob", published_at=NOON - timedelta(hours=n))
        for n in range(1, 5)
    ]
    site.store.save("Forum", posts, now=NOON)
    yield site
    site.close()


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return plain(answer.text)


def plain(html: str) -> str:
    return " ".join(unescape(html).split())


def listed(site: Site, *states: str, person: int | None = None) -> list[int]:
    return sorted(m.id for m in site.store.page(MentionFilter(state=Choice(states), person=person)))


def test_forms_without_scripts_do_everything_and_lead_back(site: Site) -> None:
    client = site.signed_in("dana")
    answer = client.post("/mentions/1/claim?brand=Acme")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/mentions/1?brand=Acme#actions")
    page = text_of(client, "/mentions/1")
    assert "Claimed by you" in page
    assert "Unclaim" in page
    assert "Claimed. Undo" in page.replace('</span> <button class="action">', " ").replace("</span>", "")
    assert listed(site, "mine", person=site.account("dana").id) == [1]
    assert 'id="m1"' in text_of(client, "/mentions?state=mine")
    assert 'id="m1"' not in text_of(site.signed_in("priya"), "/mentions?state=mine")
    assert (
        client.post("/mentions/1/sentiment", data={"sentiment": "neutral"}).headers["Location"].endswith("#sentiment")
    )
    page = text_of(client, "/mentions/1")
    assert "Corrected by you, was \N{MINUS SIGN}0.75" in page
    assert "Corrected by Dana Kim, was \N{MINUS SIGN}0.75" in text_of(site.signed_in("bo"), "/mentions/1")
    answer = client.post("/mentions/2/hide?brand=Acme", data={"to": "list", "next": "3"})
    assert answer.headers["Location"] == "/mentions?brand=Acme#mention-3"
    client.post("/mentions/1/notes", data={"text": "Call <b>them</b>."})
    assert "Call <b>them</b>." in text_of(client, "/mentions?state=noted") or listed(site, "noted") == [1]
    assert "Call &lt;b&gt;them&lt;/b&gt;." in client.get("/mentions/1").text
    client.post("/mentions/1/notes/1", data={"text": "Called."})
    assert "Called." in text_of(client, "/mentions/1")
    client.post("/mentions/1/undo")
    assert "Call &lt;b&gt;them" in client.get("/mentions/1").text
    client.post("/mentions/1/notes/1", data={"text": "x", "delete": "1"})
    assert site.store.actions.notes(1) == []
    client.post("/mentions/1/assign", data={"person": str(site.account("priya").id)})
    assert "Assigned to Priya Nair by you" in text_of(client, "/mentions/1")


def test_the_export_says_who_claimed_and_corrected(site: Site) -> None:
    client = site.signed_in("dana")
    client.post("/mentions/1/claim")
    client.post("/mentions/1/sentiment", data={"sentiment": "positive"})
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(client.get("/mentions.csv").text))}
    assert [rows["1"][name] for name in ("state", "claimed_by", "corrected_by", "score")] == [
        *("claimed", "Dana Kim", "Dana Kim", "0.5")
    ]  # fmt: skip
    assert (rows["2"]["claimed_by"], rows["2"]["corrected_by"]) == ("", "")
    found = {row["id"]: row for row in json.loads(client.get("/mentions.json?state=mine").text)}
    assert list(found) == [1]


def test_a_script_receives_the_parts_that_changed(site: Site) -> None:
    client = site.signed_in("dana")
    answer = client.post("/mentions/2/claim", headers=SCRIPT)
    assert answer.status_code == 200
    for part in ('data-action="1">Claimed.', 'id="m2"', 'id="sentiment"', 'id="note-list"', 'id="actions"'):
        assert part in answer.text
    answer = client.post("/mentions/2/hide", headers=SCRIPT)
    assert '<tr class="row left-list"' in answer.text
    assert '<span class="left-text">Hidden.</span>' in answer.text
    assert '<input type="hidden" name="action" value="2">' in answer.text
    live = site.signed_in("bo").get("/mentions/parts?mention=1&mention=2&mention=99&open=1", headers=SCRIPT).text
    assert [f'id="m{n}"' in live for n in (1, 2, 99)] == [True] * 3
    assert ("Hidden." in live, "was deleted" in live, "<button" in live) == (True, True, False)
    shown = client.get("/mentions/parts?mention=2&state=hidden", headers=SCRIPT).text
    assert "left-list" not in shown
    assert "Shown again." in client.post("/mentions/2/unhide?state=hidden", headers=SCRIPT).text


def test_who_is_slower_learns_who_was_faster(site: Site) -> None:
    site.signed_in("priya").post("/mentions/1/claim")
    site.clock.advance(60)
    client = site.signed_in("dana")
    answer = client.post("/mentions/1/claim", headers=SCRIPT)
    assert answer.status_code == 409
    assert "Priya Nair claimed this 1 min ago." in answer.text
    assert "Claimed by Priya Nair" in answer.text
    page = client.post("/mentions/1/claim")
    assert page.status_code == 409
    assert "<h1>Priya Nair claimed this 1 min ago.</h1>" in page.text
    assert client.post("/mentions/1/unclaim").status_code == 409
    seen = str(int((NOON - MINUTE).timestamp() * 1000))
    me = str(site.account("dana").id)
    assert client.post("/mentions/1/assign", data={"person": me, "seen": seen}).status_code == 409
    assert client.post("/mentions/1/assign", data={"person": me}).status_code == 303


@pytest.mark.parametrize("person", ["99", "x", "9" * 40, "\N{SUPERSCRIPT TWO}", ""])
def test_an_unknown_assignee_gets_a_clear_answer(site: Site, person: str) -> None:
    answer = site.signed_in("dana").post("/mentions/1/assign", data={"person": person})
    assert answer.status_code == 409
    assert "removed" in answer.text or "Choose the person" in answer.text


def test_several_are_acted_on_at_once(site: Site) -> None:
    site.signed_in("priya").post("/mentions/2/claim")
    client = site.signed_in("dana")
    data = {"do": "claim", "mention": ["1", "2", "3", "99", "x"], "to": "list"}
    answer = client.post("/mentions/selected?brand=Acme", data=data, headers=SCRIPT)
    assert "2 claimed. Priya Nair claimed 1 of them. 1 were deleted." in answer.text or "1 was deleted" in answer.text
    assert answer.text.count("<tr ") == 4
    assert client.post("/mentions/undo", headers=SCRIPT).text.count("<tr ") == 2
    assert listed(site, "claimed") == [2]
    for do in ("hide", "unhide", "irrelevant", "relevant", "negative", f"assign-{site.account('dana').id}", "unclaim"):
        answer = client.post("/mentions/selected?brand=Acme", data={"do": do, "mention": ["1", "3"]})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/mentions?brand=Acme"), do
    assert client.post("/mentions/selected", data={"do": "claim"}).status_code == 409
    assert client.post("/mentions/selected", data={"do": "nothing", "mention": "1"}).status_code == 400


@pytest.mark.parametrize("text", ["x" * 2001, " ", "x" * 400_000])
def test_a_note_that_is_refused_is_not_lost(site: Site, text: str) -> None:
    answer = site.signed_in("dana").post("/mentions/1/notes", data={"text": text})
    assert answer.status_code == 409
    assert "A note has at most 2,000 characters" in answer.text or "The note is empty." in answer.text
    assert text.strip() == "" or text in answer.text
    assert 'action="/mentions/1/notes?"' in answer.text or text.strip() == ""


def test_what_happens_to_a_mention_that_was_erased_meanwhile(site: Site) -> None:
    client = site.signed_in("dana")
    site.store.delete_posts("Forum", ["1"], NOON)
    for action in ACTIONS:
        data = {"person": str(site.account("dana").id)}
        answer = client.post(f"/mentions/1/{action}", data=data)
        assert answer.status_code in (404, 409), action
        assert "This post was deleted at its source." in answer.text or action == "undo"
    answer = client.post("/mentions/1/notes", data={"text": "I wrote this."})
    assert (answer.status_code, "I wrote this." in answer.text) == (404, True)
    assert client.get("/mentions/1/block").status_code == 404
    assert client.post("/blocks", data={"mention": "1", "kind": "author"}).status_code == 404


def test_a_stale_undo_says_why(site: Site) -> None:
    client = site.signed_in("dana")
    assert "There is nothing to undo" in client.post("/mentions/undo").text
    client.post("/mentions/1/hide")
    assert client.post("/mentions/1/undo", data={"action": "1"}).status_code == 303
    assert "This is undone already." in client.post("/mentions/1/undo", data={"action": "1"}).text
    client.post("/mentions/1/hide")
    site.signed_in("priya").post("/mentions/1/unhide")
    assert "changed again since" in client.post("/mentions/1/undo", data={"action": "2"}).text
    client.post("/mentions/1/hide")
    site.clock.advance(601)
    assert "10 minutes" in client.post("/mentions/1/undo", data={"action": "4"}).text
    assert client.post("/mentions/1/undo", data={"action": "9" * 30}).status_code == 409


def test_a_block_says_first_what_it_does_and_an_admin_ends_it(site: Site) -> None:
    client = site.signed_in("dana")
    page = text_of(client, "/mentions/1/block")
    assert (
        "<b><bdi>bob</bdi></b> in <bdi>Forum</bdi>. Hides 4 mentions from the last 30 days and all future ones." in page
    )
    for wrong in ({}, {"mention": "1"}, {"mention": ["1", "2"], "kind": "author"}, {"mention": "1", "kind": "site"}):
        assert client.post("/blocks", data=wrong).status_code == 400
    answer = client.post("/blocks", data={"mention": "1", "kind": "author"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/mentions/1#actions")
    assert listed(site, "hidden") == [1, 2, 3, 4]
    assert client.get("/blocks").status_code == 403
    admin = site.signed_in("priya")
    page = text_of(admin, "/blocks")
    assert "<bdi>bob</bdi> in <bdi>Forum</bdi>" in page
    assert "4 mentions" in page
    block = site.store.actions.blocks()[-1].id
    assert admin.post(f"/blocks/{block}/unblock").status_code == 303
    assert "bob" not in text_of(admin, "/blocks")
    client.post("/mentions/undo")


def test_a_viewer_sees_no_action_and_may_do_none(site: Site) -> None:
    site.signed_in("dana").post("/mentions/1/notes", data={"text": "A note"})
    client = site.signed_in("bo")
    page = client.get("/mentions/1").text
    assert "A note" in page
    assert 'method="post" action="/mentions' not in page
    for sign in ('id="selection"', "row-actions", 'type="checkbox" form', "<textarea"):
        assert sign not in page
    for action in (*ACTIONS, "notes", "sentiment", "notes/1"):
        assert client.post(f"/mentions/1/{action}").status_code == 403
    assert client.post("/mentions/selected").status_code == 403
    assert client.post("/blocks", data={"mention": "1", "kind": "author"}).status_code == 403


def test_a_mention_that_is_not_relevant_says_what_would_have_kept_it_out(site: Site) -> None:
    if "rules.editor" not in site.app.view_functions:
        site.app.add_url_rule("/rules/<path:brand>", "rules.editor", lambda brand: brand)
    trees = [judged(f"acme orchard {n}", external_id=f"tree {n}") for n in range(9)]
    site.store.save("Forum", [*trees, *(judged(f"acme bank {n}", external_id=f"b{n}") for n in range(12))], now=NOON)
    client = site.signed_in("dana")
    for id_ in range(5, 14):
        client.post(f"/mentions/{id_}/irrelevant")
    for id_ in range(14, 26):
        client.post(f"/mentions/{id_}/relevant")
    page = text_of(client, "/mentions/5")
    assert "The rule with <code>NOT orchard</code> would have kept it out. It occurs in 9 of 9 mentions" in page
    assert "No other mention would leave." in page
    # In place of the row, with how many others would leave. Who is no admin cannot change the rule.
    site.store.save("Forum", [judged(f"acme orchard {n}", external_id=f"late {n}") for n in "ab"], now=NOON)
    headers = {"X-Requested-With": "fetch"}
    parts = client.post("/mentions/26/irrelevant", data={"to": "list"}, headers=headers).text
    row = plain(re.sub("<[^>]+>", "", parts))
    assert "Not relevant. Undo u" in row
    assert "The rule with NOT orchard would have kept it out. 1 mention would leave. See the rule" in row
    text = site.signed_in("priya").get("/mentions/26").text
    assert '<a href="/rules/Acme?text=(acme)+NOT+orchard">Try this rule</a>' in text
    client.post("/mentions/14/irrelevant")
    assert "No word of it can be proposed for the rule yet." in text_of(client, "/mentions/14")


def test_outcomes_in_words() -> None:
    taken = ActionResult(taken={1: CLAIM})
    assert action_outcome(ActionKind.CLAIM, taken, NOON + 3 * MINUTE).text == "Jonas Ott claimed this 3 min ago."
    both = ActionResult(7, (1, 2), {3: CLAIM}, (4, 5), (6,))
    assert action_outcome(ActionKind.CLAIM, both, NOON).text == (
        "2 claimed. Jonas Ott claimed 1 of them. 2 were deleted. 1 are not relevant or no longer match."
    )
    assert action_outcome(ActionKind.HIDE, ActionResult(1, (1,)), NOON).text == "Hidden."
    assert action_outcome(ActionKind.HIDE, ActionResult(), NOON).text == ""
    undone = UndoResult(kind=ActionKind.HIDE, undone=(1, 2), changed_since=(3,))
    assert undo_outcome(undone).text == "Undone: hiding (2 mentions). 1 was changed again since, and left."
    assert [taken_text(CLAIM, NOON + n * MINUTE).split("this ")[1] for n in (0, 90, 4000)] == [
        *("just now.", "1 h ago.", "2 days ago.")
    ]  # fmt: skip
    assert [block_effect(n).split(" from")[0] for n in (0, 1, 1234)] == [
        *("Hides no mention", "Hides 1 mention", "Hides 1,234 mentions")
    ]  # fmt: skip
