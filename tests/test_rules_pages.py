"""/rules: everybody looks and previews, admins save, and nothing is lost."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from display.pages.rules.history import changed_parts
from display.pages.rules.listing import warning
from display.pages.setup import saving
from display.setup.config_file import NotWritable
from display.setup.service import Setup, Trials
from monitor.analysis.jobs import NamedTopicsJob
from monitor.collector import Judge
from monitor.config import Config
from monitor.errors import StoreError
from monitor.model import State, Topic
from monitor.query.matcher import Matcher
from monitor.query.topic_matcher import TopicMatcher, topics_digest
from monitor.rules import Rematcher
from monitor.sentiment import Scorer
from monitor.store.sql.rule_preview import PreviewLimits
from monitor.store.sql.rules import SqlRules
from monitor.store.sqlite import SqliteStore
from tests.access_setup import add_people, sign_in
from tests.fake_server import Connection, http_for, serving
from tests.fakes import NOON, post
from tests.test_setup_pages import Site as SetupSite

TEXTS = (
    "Acme phone arrived broken",
    "Acme refund took weeks",
    "Globex is late, acmeville too",
    "Globex parcel, no acme here",
    "Acme <b>wins</b>",
)


class Site(SetupSite):
    """A site that uses a reloaded config as the service does."""

    def _apply(self, old: Config, new: Config) -> None:
        self.store.register_brands(new.brands, self.clock.now())
        self.store.named_topics.use(new.topics, topics_digest(new.topics), self.clock.now())
        super()._apply(old, new)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    now, brands = site.clock.now(), site.reloader.config.brands
    posts = [post(text, external_id=text, published_at=now - timedelta(hours=n + 1)) for n, text in enumerate(TEXTS)]
    site.store.save("Forum", Judge(Matcher(brands), Scorer(brands)).judge(posts, now), now=now)
    yield site
    site.store.close()


def shown(page: str) -> str:
    """The text of a page."""
    return unescape(" ".join(re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL).split()))


def form(site: Site, **changes: str) -> dict[str, str]:
    page = site.client.get("/rules/Acme").text
    base = re.findall(r'name="base" value="(\w*)"', page)[0]
    return {"base": base, "text": "acme", "reason": "", "range": "7d", **changes}


def topic_form(site: Site, **changes: str) -> dict[str, str]:
    page = site.client.get("/topics/Delivery").text
    base = re.findall(r'name="base" value="(\w*)"', page)[0]
    return {"base": base, "text": "parcel", "range": "7d", **changes}


def match_again(site: Site) -> None:
    brands = site.reloader.config.brands
    one = Rematcher(site.store, Judge(Matcher(brands), Scorer(brands)), brands)
    while one.step(site.clock.now()) is not None:
        pass


def test_the_list_has_every_brand_with_its_rule_and_count(site: Site) -> None:
    page = shown(site.client.get("/rules").text)
    assert "Acme acme 4 unchanged since" in page
    assert "Globex globex 2" in page


def test_the_list_has_the_topics_of_the_config_and_what_is_left_to_match(site: Site) -> None:
    topics = (Topic("Delivery", "refund OR parcel"),)
    site.store.named_topics.use(topics, topics_digest(topics), NOON)
    old = site.reloader.config
    site._apply(old, replace(old, topics=topics))
    assert "Stored posts are matched again: 5 left." in shown(site.client.get("/rules").text)
    NamedTopicsJob(site.store, TopicMatcher(topics)).run(site.clock.now())
    page = site.client.get("/rules").text
    assert "Delivery refund OR parcel 3" in shown(page)  # one post is about both brands
    assert ('href="/mentions?named_topic=Delivery"' in page, "left." in page) == (True, False)


def test_the_editor_shows_the_rule_and_what_it_found(site: Site) -> None:
    page = site.client.get("/rules/Acme").text
    assert "Last 7 days: this rule found 4 mentions." in page
    assert re.search(r'<textarea id="rule-text"[^>]*>\nacme</textarea>', page)
    assert site.client.get("/rules/Unknown").status_code == 404
    assert site.client.get("/rules/Acme?range=2y").status_code == 400


def test_a_preview_says_what_enters_and_leaves_and_why(site: Site) -> None:
    page = site.client.get("/rules/Acme", query_string={"text": "(acme OR acmeville) NOT refund"}).text
    text = shown(page)
    assert "Last 7 days: this rule would have found 4 mentions, the same as now." in text
    assert "1 would enter and 1 would leave. Checked against the 5 posts kept since" in text
    assert "Posts that matched no rule were not kept, so a broader rule may find more than this." in text
    assert re.search(r"1 entering Globex is late, acmeville too Forum 3 h acmeville Open", text)
    assert re.search(r"1 leaving Acme refund took weeks Forum 2 h refund Open", text)
    assert "<b>wins</b>" not in page
    sent = site.client.post("/rules/Acme/preview", data={"text": "acme NOT (refund OR broken)", "range": "24h"})
    assert "Last 24 hours: this rule would have found 2 mentions, 2 fewer than now." in shown(sent.text)
    assert sent.status_code == 200


def test_a_preview_from_a_sample_says_so_in_every_figure(site: Site) -> None:
    store = site.store
    assert isinstance(store, SqliteStore)
    store.rules = SqlRules(store._read, store._write, store._slow_read, PreviewLimits(posts=3))
    page = shown(site.client.get("/rules/Acme?text=globex").text)
    assert re.search(r"would have found about \d+ mentions?, (about \d+ (fewer|more)|as many as now)", page)
    assert re.search(r"About \d+ would enter and about \d+ would leave. These are estimates from an even sample", page)
    assert re.search(r"about \d+ entering .* about \d+ leaving", page)
    assert "Last 7 days: this rule found 4 mentions." in shown(site.client.get("/rules/Acme").text)


def test_an_invalid_rule_is_explained_at_its_column_and_cannot_be_saved(site: Site) -> None:
    wrong = {"text": "acme AND (pickup OR NEAR late)"}
    answer = site.client.get("/rules/Acme", query_string=wrong)
    assert answer.status_code == 400
    assert "Column 21: NEAR needs a word before it and a number." in shown(answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert re.search(r'id="save-rule" disabled', answer.text)
    before = site.text
    assert site.client.post("/rules/Acme", data=form(site, **wrong)).status_code == 400
    huge = site.client.post("/rules/Acme", data=form(site, text="acme OR " * 12_500 + "x"))
    assert (huge.status_code, site.text) == (400, before)
    assert "at most 4,000 characters; this one has 100,001" in shown(huge.text)


def test_a_rule_that_matches_everything_is_named_as_too_broad(site: Site) -> None:
    now = site.clock.now()
    brands = site.reloader.config.brands
    posts = [post(f"Globex parcel {n}", external_id=str(n), published_at=now - timedelta(hours=1)) for n in range(30)]
    site.store.save("Forum", Judge(Matcher(brands), Scorer(brands)).judge(posts, now), now=now)
    page = shown(site.client.get("/rules/Acme?text=acme+OR+source:Forum").text)
    assert "It would find nearly every stored post, also those about other brands only." in page
    assert warning(0, timedelta(days=31), None) == "Found nothing in the last 30 days."
    assert warning(0, timedelta(days=3), None) == ""


def test_the_list_and_the_preview_measure_how_broad_a_rule_is_in_the_same_way(site: Site) -> None:
    read = 1_000
    site.app.extensions["activity"].count_posts("Forum", posts=read)
    assert "of all posts of the" not in shown(site.client.get("/rules").text)
    now, brands = site.clock.now(), site.reloader.config.brands
    site.store.save("Forum", Judge(Matcher(brands), Scorer(brands)).judge(
        [post(f"Acme {n}", external_id=str(n), published_at=now) for n in range(76)], now), now=now)  # fmt: skip
    site.clock.advance(60)
    said = "Finds 8 % of all posts of the sources that are read in full. It may be too broad."
    assert shown(site.client.get("/rules").text).count(said) == 1
    assert "It finds 8 % of all posts of the" in shown(site.client.get("/rules/Acme").text)
    half = shown(site.client.get("/rules/Acme?text=acme+-1*+-2*+-3*+-4*+-5*").text)
    assert "of all posts of the" not in half.partition("Checked against")[2]
    assert "about 8 % of all posts" in shown(site.client.get("/rules/Globex?text=acme").text)


def test_saving_keeps_the_file_and_says_who_why_and_what_came_of_it(site: Site) -> None:
    add_people(site.store, site.clock)
    sign_in(site.client, "priya")
    data = form(site, text="acme NOT\r\nrefund", reason="Leave out refunds")
    answer = site.client.post("/rules/Acme", data=data)
    assert (answer.status_code, answer.location) == (303, "/rules/Acme")
    assert 'rule = "acme NOT refund"' in site.text
    assert "# Dana wrote it" in site.text
    assert "# ours, do not touch" in site.text
    assert site.reloader.config.brands[0].rule == "acme NOT refund"
    page = site.client.get("/rules/Acme").text
    assert "data-progress" in page
    assert "Stored posts are being matched again: 0 % done." in shown(page)
    part = site.client.get("/rules/Acme/progress").text
    assert "0 % done" in part
    assert "<main" not in part
    match_again(site)
    assert "data-progress" not in site.client.get("/rules/Acme/progress").text
    text = shown(site.client.get("/rules/Acme").text)
    assert "by Priya" in text
    assert "Leave out refunds 0 mentions entered, 1 left" in text
    assert ("priya", "changed rule", "Acme") in site.audit()
    assert "Last 7 days: this rule found 3 mentions." in text
    restored = form(site, text="acme")
    assert site.client.post("/rules/Acme", data=restored).status_code == 303
    match_again(site)
    assert "Last 7 days: this rule found 4 mentions." in shown(site.client.get("/rules/Acme").text)
    compared = shown(site.client.get("/rules/Acme?version=1&with=2").text)
    assert "Compare Added: NOT refund" in compared.replace("+ ", "")


def test_a_rule_saved_on_the_set_up_page_says_who_too(site: Site) -> None:
    add_people(site.store, site.clock)
    sign_in(site.client, "priya")
    address = "/setup/brands/edit?original=Acme"
    changed = {**site.form(address), "rule": "acme NOT broken"}
    assert site.client.post("/setup/brands/edit", data=changed).status_code == 303
    newest = site.store.rules.versions("Acme")[0]
    assert (newest.text, newest.person.split()[0]) == ("acme NOT broken", "Priya")


def test_two_people_at_once_see_both_rules_and_lose_nothing(site: Site) -> None:
    first, second = form(site, text="acme NOT broken"), form(site, text="acme NOT refund")
    assert site.client.post("/rules/Acme", data=first).status_code == 303
    answer = site.client.post("/rules/Acme", data=second)
    assert answer.status_code == 409
    text = shown(answer.text)
    assert "changed this rule" in text
    assert "It is now acme NOT broken" in text
    assert re.search(r'<textarea id="rule-text"[^>]*>\nacme NOT refund</textarea>', answer.text)
    base = re.findall(r'name="base" value="(\w*)"', answer.text)[0]
    assert site.client.post("/rules/Acme", data={**second, "base": base}).status_code == 303
    assert site.reloader.config.brands[0].rule == "acme NOT refund"


def test_a_file_that_was_changed_by_hand_meanwhile_is_not_overwritten(site: Site) -> None:
    data = form(site, text="acme NOT refund")
    site.file.write_text(site.text.replace("rule = 'acme' ", "rule = 'acme phone' "), encoding="utf-8")
    answer = site.client.post("/rules/Acme", data=data)
    assert answer.status_code == 409
    assert "It is now acme phone" in shown(answer.text)
    page = shown(site.client.get("/rules/Acme").text)
    assert "The file has another rule, which is not used yet: acme phone" in page


def test_a_source_that_is_removed_meanwhile_stays_removed(site: Site) -> None:
    data = form(site, text="acme NOT source:Forum")
    text, _, _ = site.text.partition("[[sources]]")
    site.file.write_text(text, encoding="utf-8")
    assert site.client.post("/rules/Acme", data=data).status_code == 303
    assert [one["rule"] for one in tomllib.loads(site.text)["brands"]] == ["acme NOT source:Forum", "globex"]
    assert "sources" not in tomllib.loads(site.text)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_read_only_file_shows_the_lines_to_change(site: Site) -> None:
    data = form(site, text="acme NOT refund")
    site.file.parent.chmod(0o500)
    answer = site.client.post("/rules/Acme", data=data)
    site.file.parent.chmod(0o700)
    assert answer.status_code == 400
    assert "acme NOT refund" in shown(answer.text)


def test_lines_to_change_are_shown_if_the_file_cannot_be_replaced(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise NotWritable("config.toml cannot be written: Read-only file system.")

    monkeypatch.setattr(saving, "replace", refuse)
    answer = site.client.post("/rules/Acme", data=form(site, text="acme NOT refund", reason="r"))
    text = shown(answer.text)
    assert answer.status_code == 400
    assert "Read-only file system. Change these lines in an editor" in text
    assert 'rule = "acme NOT refund" # Dana wrote it' in text
    assert re.search(r">\nacme NOT refund</textarea>", answer.text)
    assert site.store.rules.versions("Acme")[0].version == 1


def test_a_database_that_cannot_be_written_loses_nothing_that_was_typed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("The disk is full.")

    data = form(site, text="acme NOT refund", reason="Leave out refunds")
    with monkeypatch.context() as patched:
        patched.setattr(site.store.rules, "announce", fail)
        answer = site.client.post("/rules/Acme", data=data)
    assert answer.status_code == 400
    assert "Nothing was saved, and what you typed is still here: The disk is full." in shown(answer.text)
    assert ">\nacme NOT refund</textarea>" in answer.text
    assert 'value="Leave out refunds"' in answer.text
    monkeypatch.setattr(site.store.people, "record", fail)
    answer = site.client.post("/rules/Acme", data=data)
    assert "config.toml has the new rule, but it is not in use yet: The disk is full." in shown(answer.text)
    assert 'rule = "acme NOT refund"' in site.text


def test_viewers_preview_but_cannot_save(site: Site) -> None:
    add_people(site.store, site.clock)
    sign_in(site.client, "bo")
    page = site.client.get("/rules/Acme?text=acme+NOT+refund").text
    assert "Only admins can change rules. Priya is an admin." in shown(page)
    assert "save-rule" not in page
    assert "1 leaving" in shown(site.client.post("/rules/Acme/preview", data={"text": "acme NOT refund"}).text)
    assert site.client.post("/rules/Acme", data={"text": "x"}).status_code == 403


def test_it_explains_a_pasted_text_and_a_mention(site: Site) -> None:
    ask = {"text": "acme NOT refund", "post": "My Acme refund"}
    assert "This rule does not find it: refund" in shown(site.client.get("/rules/Acme", query_string=ask).text)
    mention = next(one.id for one in site.store.mentions(range(1, 9)).values() if "broken" in one.post.text)
    page = shown(site.client.get("/rules/Acme", query_string={"post": f"http://x.example/mentions/{mention}?a=b"}).text)
    assert "This rule finds it, because of acme" in page
    site.store.set_state(mention, State.IRRELEVANT, site.clock.now())
    page = shown(site.client.get("/rules/Acme", query_string={"post": str(mention)}).text)
    assert "Somebody marked it as not relevant." in page


def test_looking_there_asks_only_sources_that_search_and_stores_nothing(site: Site) -> None:
    assert "Look there too" not in site.client.get("/rules/Acme").text
    answer = site.client.post("/rules/Acme/look", data={"text": "acme"})
    assert "No source that can be searched is set up." in shown(answer.text)
    site.file.write_text(f'{site.text}\n[[sources]]\nkind = "hackernews"\nname = "HN"\n', encoding="utf-8")
    site.reloader.reload()
    before = site.store.last_mention_id()
    page = site.client.post("/rules/Acme/look", data={"text": "acme"}).text
    assert site.trials.tried == [(["Acme"], ["HN"])]
    assert "What it finds there now" in page
    assert site.store.last_mention_id() == before


def mastodon(conn: Connection) -> None:
    """An instance that knows one post with #acme; its neighbour asks to wait."""
    if "/tag/acme" not in conn.request.path:
        return conn.answer(404, b"{}", content_type="application/json")
    status = {
        "id": str(int((NOON - timedelta(hours=2)).timestamp() * 1000) << 16),
        "created_at": (NOON - timedelta(hours=2)).isoformat(),
        "content": "<p>My <b>#acme</b> phone</p>",
        "url": "https://social.example/@dana/1",
        "uri": "https://social.example/@dana/1",
        "visibility": "public",
        "language": "en",
        "account": {"acct": "dana", "username": "dana", "id": "7"},
    }
    found = [] if "max_id" in conn.request.path or "min_id" in conn.request.path else [status]
    return conn.answer(200, json.dumps(found).encode(), content_type="application/json")


def test_looking_there_reads_real_servers_and_names_those_that_refuse(site: Site) -> None:
    def refuse(conn: Connection) -> None:
        conn.answer(429, b"", retry_after="900")

    with serving(mastodon) as good, serving(refuse) as busy:
        tables = [f'kind = "mastodon"\nname = "{one}"\ninstances = ["{url}"]' for one, url in
                  (("Social", good.url), ("Busy", busy.url))]  # fmt: skip
        tables.append('kind = "youtube"\nname = "Films"\nkey = "NO_SUCH_SECRET"')
        site.file.write_text(site.text + "".join(f"\n[[sources]]\n{one}\n" for one in tables), encoding="utf-8")
        site.reloader.reload()
        site.app.extensions["setup"] = Setup(Trials(http_for(good, busy), site.clock))
        before = site.store.last_mention_id()
        page = shown(site.client.post("/rules/Acme/look", data={"text": "acme NOT refund"}).text)
        site.file.write_text(site.text.replace(f'["{busy.url}"]', "[]"), encoding="utf-8")
        partly = shown(site.client.post("/rules/Acme/look", data={"text": "acme"}).text)
    assert "My # acme phone" in page
    assert "My # acme phone" in partly, "a source that is wrong in the file does not keep the others from being asked"
    assert "Could not be asked: " in partly
    assert re.search(r"Social\W+1 post, mentions: Acme 1", page)
    assert re.search(r"Busy\W+Could not be read: ", page)
    assert site.store.last_mention_id() == before
    assert len(good.requests) <= 8


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("acme", "acme OR acmephone*", [("+", "OR acmephone*")]),
        ("acme", "acme NOT (rain* OR wet)", [("+", "NOT (rain* OR wet)")]),
        ("acme -jobs", "acme", [("-", "-jobs")]),
        ('acme "a b"', 'acme "a c"', [("-", '"a b"'), ("+", '"a c"')]),
        ("acme", "acme", []),
    ],
)
def test_a_change_is_shown_as_its_parts(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    assert [(one.sign, one.text) for one in changed_parts(before, after)] == expected


@pytest.fixture
def topical(site: Site) -> Site:
    """With a topic in the file."""
    site.file.write_text(f'{site.text}\n[[topics]]\nname = "Delivery"\nrule = "parcel" # ours\n', encoding="utf-8")
    site.reloader.reload()
    fit_topics(site)
    return site


def fit_topics(site: Site) -> None:
    NamedTopicsJob(site.store, TopicMatcher(site.reloader.config.topics)).run(site.clock.now())


def test_a_topic_is_changed_with_a_preview_saved_and_flagged(topical: Site) -> None:
    add_people(topical.store, topical.clock)
    sign_in(topical.client, "priya")
    page = shown(topical.client.get("/topics/Delivery").text)
    assert "Last 7 days: this rule found 2 mentions." in page  # a post about both brands
    assert "A topic counts mentions of all brands." in page
    data = topic_form(topical, text="parcel OR\r\nrefund", reason="Money too")
    page = shown(topical.client.post("/topics/Delivery/preview", data=data).text)
    assert "this rule would have found 3 mentions, 1 more than now." in page
    assert "Acme refund took weeks" in page
    answer = topical.client.post("/topics/Delivery", data=data)
    assert (answer.status_code, answer.location) == (303, "/topics/Delivery")
    assert 'rule = "parcel OR refund" # ours' in topical.text
    assert "Stored posts are being matched again: 0 % done." in shown(
        topical.client.get("/topics/Delivery/progress").text
    )
    fit_topics(topical)
    page = shown(topical.client.get("/topics/Delivery").text)
    assert "by Priya" in page
    assert "Money too 1 mention entered, 0 left" in page
    assert "Last 7 days: this rule found 3 mentions." in page
    chart = topical.client.get("/mentions?named_topic=Delivery").text
    assert "Rule of the topic Delivery changed" in chart
    assert 'href="/topics/Delivery#version-2"' in chart
    assert "Rule of the topic Delivery" not in topical.client.get("/mentions").text
    assert ("priya", "changed rule", "Delivery") in topical.audit()
    assert "Delivery 3 mentions changed" in shown(topical.client.get("/rules/Acme").text)


def test_two_people_at_one_topic_lose_nothing(topical: Site) -> None:
    first, second = topic_form(topical, text="parcel OR broken"), topic_form(topical, text="refund")
    assert topical.client.post("/topics/Delivery", data=first).status_code == 303
    answer = topical.client.post("/topics/Delivery", data=second)
    assert answer.status_code == 409
    assert "It is now parcel OR broken" in shown(answer.text)
    assert re.search(r'<textarea id="rule-text"[^>]*>\nrefund</textarea>', answer.text)


def test_a_topic_is_added(site: Site) -> None:
    page = shown(site.client.get("/topics").text)
    assert "Type a rule to see which mentions fit it." in page
    page = shown(site.client.post("/topics/", data={"text": "refund OR parcel", "name": "Delivery"}).text)
    assert "would have found 3 mentions, 3 more than now" in page
    for name, text, reason in (
        ("", "refund", "A topic needs a name."),
        ("Delivery", " ", "A topic needs a rule."),
        ("Delivery", "refund OR (", "The rule is not valid yet."),
        ("D\0", "refund", "This cannot be saved as it is."),
    ):
        answer = site.client.post("/topics", data={"name": name, "text": text})
        assert answer.status_code == 400
        assert reason in shown(answer.text)
    answer = site.client.post("/topics", data={"name": " Late  parcels", "text": "refund"})
    assert answer.location == "/topics/Late%20parcels"
    assert tomllib.loads(site.text)["topics"] == [{"name": "Late parcels", "rule": "refund"}]
    again = site.client.post("/topics", data={"name": "Late parcels", "text": "broken"})
    assert (again.status_code, "There is a topic Late parcels already." in shown(again.text)) == (400, True)
    assert "broken</textarea>" in again.text
    assert site.client.get("/topics/Other").status_code == 404


def test_a_topic_that_was_removed_meanwhile_is_not_written(topical: Site) -> None:
    data = topic_form(topical, text="refund")
    topical.file.write_text(topical.text.partition("[[topics]]")[0], encoding="utf-8")
    answer = topical.client.post("/topics/Delivery", data=data)
    assert answer.status_code == 400
    assert "has no topic Delivery any more. Somebody removed it." in shown(answer.text)
    assert "refund</textarea>" in answer.text


def test_a_topic_that_most_mentions_fit_or_none_is_named(topical: Site) -> None:
    now, brands = topical.clock.now(), topical.reloader.config.brands
    posts = [post(f"Globex thing {n}", external_id=str(n), published_at=now) for n in range(30)]
    topical.store.save("Forum", Judge(Matcher(brands), Scorer(brands)).judge(posts, now), now=now)
    page = shown(topical.client.get("/topics/Delivery?text=globex").text)
    assert "More than half of all mentions fit this rule." in page
    assert "It would have found nothing in this time." in shown(topical.client.get("/topics/Delivery?text=xyz").text)


def test_a_topic_saved_on_the_set_up_page_says_who_too(topical: Site) -> None:
    add_people(topical.store, topical.clock)
    sign_in(topical.client, "priya")
    address = "/setup/topics/edit?original=Delivery"
    changed = {**topical.form(address), "rule": "refund"}
    assert topical.client.post("/setup/topics/edit", data=changed).status_code == 303
    newest = topical.store.named_topics.versions("Delivery")[0]
    assert (newest.text, newest.person.split()[0]) == ("refund", "Priya")
