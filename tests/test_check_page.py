"""/check and /check/results, without scripts: drawing, answering, results, figures, exports and who may do what."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from display.pages.check.drawing import sent_answers
from display.pages.check.weeks import weekly_chart
from monitor.errors import StoreError
from monitor.model import Answer, CheckAnswer, CheckDraw, DrawFilter, MentionFilter, Sentiment, State
from monitor.quality import LANGUAGE_MODEL, RULES, WITH_LANGUAGE_MODEL, Strength
from tests.access_setup import Site
from tests.fake_site import config, judged
from tests.fakes import NOON

DAY = timedelta(days=1)
SCORES = (-0.6, 0.0, 0.7, None)
SHOWN_NEGATIVE = RULES.confusion.n(Sentiment.NEGATIVE)
STRONG_NEGATIVE = RULES.by_strength[Strength.STRONG].n(Sentiment.NEGATIVE)
MODEL_NEGATIVE = WITH_LANGUAGE_MODEL.confusion.n(Sentiment.NEGATIVE)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(config(tmp_path, sources=("Forum", "Reddit")))
    yield site
    site.close()


@pytest.fixture
def dana(site: Site) -> FlaskClient:
    return site.signed_in("dana")


def fill(site: Site, count: int = 24, **changes: object) -> None:
    """Mentions of Acme, each with its own text, with scores in turn."""
    first = site.store.last_mention_id()
    for n in range(first, first + count):
        text = f"Acme, wonderful or terrible, number {n}."
        one = judged(text, score=SCORES[n % 4], published_at=site.clock.now() - DAY, lang="en", **changes)
        site.store.save("Forum", [one], now=site.clock.now())


def drawn(site: Site, client: FlaskClient, **form: str) -> CheckDraw:
    """A new draw of dana's."""
    assert client.post("/check/draw", data=form).status_code == 303
    draw = site.store.checks.open_draw("dana", site.clock.now())
    assert draw is not None
    return draw


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2])).split())


def chosen(page: str) -> dict[str, str]:
    """Field -> its checked value."""
    return dict(re.findall(r'name="(m\d+)" value="(\w+)" checked', page))


def answer_all(site: Site, client: FlaskClient, value: str = "negative") -> CheckDraw:
    draw = drawn(site, client)
    form = {f"m{mention}": value for mention in draw.mentions}
    assert client.post(f"/check/{draw.id}/save", data={**form, "finish": "1"}).status_code == 303
    return draw


def test_an_empty_database_has_nothing_to_check(dana: FlaskClient) -> None:
    assert "Nothing to check yet" in text_of(dana.get("/check").text)
    assert dana.post("/check/draw").status_code == 404
    page = text_of(dana.get("/check/results").text)
    assert "Nobody has checked any mention yet." in page
    assert f"measured on {SHOWN_NEGATIVE:,} English tweets to airlines, not on your posts" in page


def test_the_form_offers_brands_languages_and_sources(site: Site, dana: FlaskClient) -> None:
    fill(site, 2)
    page = dana.get("/check").text
    for option in ('<option value="Acme">', '<option value="en">English', '<option value="Forum">'):
        assert option in page
    assert '<option value="Reddit">' not in page


def test_twenty_are_shown_without_any_judgement(site: Site, dana: FlaskClient) -> None:
    fill(site)
    drawn(site, dana)
    page = dana.get("/check").text
    articles = re.findall(r"<article.*?</article>", page, re.DOTALL)
    assert len(articles) == 20
    for article in articles:
        assert '<mark class="hit' in article or "Acme" in article
        text, _, choices = article.partition("<fieldset")
        assert not re.search(r'class="(mark|[^"]*\b(pos|neg|off|tag|sentiment)\b)', text)
        assert not re.search(r"[+-]0\.|score|praise|complaint", text, re.IGNORECASE)
        assert re.findall(r'value="(\w+)"', choices) == ["negative", "neutral", "positive", "not_relevant", "skip"]
    assert chosen(page) == {}


def test_answers_are_kept_when_only_some_are_sent_and_when_they_are_sent_again(site: Site, dana: FlaskClient) -> None:
    fill(site)
    draw = drawn(site, dana)
    first, second, *_ = draw.mentions
    for _ in range(2):
        answer = dana.post(f"/check/{draw.id}/save", data={f"m{first}": "negative", f"m{second}": "skip"})
        assert answer.status_code == 303
    assert answer.location == "/check?saved=2"
    page = dana.get("/check?saved=2").text
    assert chosen(page) == {f"m{first}": "negative", f"m{second}": "skip"}
    assert "Saved." in text_of(page)
    assert len(site.store.checks.answers()) == 1
    assert dana.post("/check/draw").status_code == 303
    assert site.store.checks.open_draw("dana", site.clock.now()) == site.store.checks.get_draw(draw.id)


def test_a_script_stores_one_answer(site: Site, dana: FlaskClient) -> None:
    fill(site)
    draw = drawn(site, dana)
    form, headers = {f"m{draw.mentions[3]}": "positive"}, {"X-Requested-With": "fetch"}
    assert dana.post(f"/check/{draw.id}/save", data=form, headers=headers).text == "1"
    assert dana.post(f"/check/{draw.id}/save", data={"m999": "positive"}, headers=headers).text == "0"


def test_nobody_can_choose_what_counts(site: Site, dana: FlaskClient) -> None:
    fill(site, 30)
    draw = drawn(site, dana)
    other = next(n for n in range(1, 31) if n not in draw.mentions)
    dana.post(f"/check/{draw.id}/save", data={f"m{other}": "negative", "m": "negative", "mx": "neutral", "brand": "x"})
    dana.post(f"/check/{draw.id}/save", data={f"m{draw.mentions[0]}": "excellent"})
    assert site.store.checks.answers() == []
    priya = site.signed_in("priya")
    assert priya.post(f"/check/{draw.id}/save", data={f"m{draw.mentions[0]}": "negative"}).status_code == 404
    assert dana.post("/check/999/save").status_code == 404


def test_answers_that_cannot_be_stored_stay_chosen(
    site: Site, dana: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(site)
    draw = drawn(site, dana)

    def full(*_: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(site.store.checks, "save_answers", full)
    answer = dana.post(f"/check/{draw.id}/save", data={f"m{draw.mentions[0]}": "negative", "finish": "1"})
    assert answer.status_code == 503
    assert chosen(answer.text) == {f"m{draw.mentions[0]}": "negative"}
    assert "could not be stored" in text_of(answer.text)
    assert "The disk is full." in text_of(answer.text)


@pytest.mark.parametrize(
    "form", [{"brand": "Umbrella"}, {"lang": "xx"}, {"source": "Nowhere"}, {"brand": "<b>" * 40}], ids=str
)
def test_a_choice_that_is_not_offered_is_named(site: Site, dana: FlaskClient, form: dict[str, str]) -> None:
    fill(site, 2)
    answer = dana.post("/check/draw", data=form)
    assert answer.status_code == 400
    assert "No mention of the last 31 days has the" in text_of(answer.text)
    assert "<b><b>" not in answer.text


def test_what_everybody_has_checked_is_not_drawn_again(site: Site, dana: FlaskClient) -> None:
    fill(site, 3)
    answer_all(site, dana)
    answer = dana.post("/check/draw")
    assert answer.status_code == 404
    assert "nobody has checked" in text_of(answer.text)


def test_a_draw_that_is_over_takes_no_answers(site: Site, dana: FlaskClient) -> None:
    fill(site)
    draw = drawn(site, dana)
    later = site.store.checks.get_draw(draw.id)
    assert later is not None
    site.clock.advance(8 * 86_400)
    dana = site.signed_in("dana")
    answer = dana.post(f"/check/{draw.id}/save", data={f"m{draw.mentions[0]}": "negative"})
    assert answer.status_code == 409
    assert "takes no more answers" in text_of(answer.text)
    assert site.store.checks.answers() == []
    assert "Draw twenty" in dana.get("/check").text


def test_mentions_that_were_deleted_meanwhile_are_reported(site: Site, dana: FlaskClient) -> None:
    fill(site, 3)
    draw = drawn(site, dana)
    gone = site.store.mention(draw.mentions[0])
    assert gone is not None
    site.store.delete_posts("Forum", [gone.post.external_id], NOON)
    page = dana.get("/check")
    assert "1 mention of this draw was deleted." in text_of(page.text)
    answer = dana.post(f"/check/{draw.id}/save", data={f"m{draw.mentions[0]}": "negative"})
    assert answer.status_code == 303
    assert site.store.checks.answers() == []
    site.store.delete_posts("Forum", [m.post.external_id for m in site.store.page(MentionFilter())], NOON)
    assert "Nothing to check yet" in text_of(dana.get("/check").text)


def test_results_show_where_both_differ_and_how_many_agree(site: Site, dana: FlaskClient) -> None:
    fill(site, 20)
    draw = answer_all(site, dana)
    page = dana.get(f"/check/results?draw={draw.id}").text
    assert "You and Wallflower agree on 5 of 15" in text_of(page)
    classes = re.findall(r'<tr role="row" class="(differs|agrees)"', page)
    assert classes == ["differs"] * 10 + ["agrees"] * 10
    assert len(re.findall(r'href="/mentions/\d+"', page)) == 20
    assert "Of 100 called negative, about 10 are not" in text_of(page)
    assert "Checked by hand: 5, too few to say." in text_of(page)
    shown_to_bo = site.signed_in("bo").get(f"/check/results?draw={draw.id}").text
    assert "dana and Wallflower agree on 5 of 15" in text_of(shown_to_bo)


def test_results_of_an_open_draw_are_not_shown(site: Site, dana: FlaskClient) -> None:
    fill(site)
    draw = drawn(site, dana)
    assert dana.get(f"/check/results?draw={draw.id}").location == "/check"
    for wrong in ("999", "x", "-1", "1" * 40):
        assert dana.get(f"/check/results?draw={wrong}").status_code == 404


def test_what_is_not_relevant_leaves_the_figures_and_can_be_brought_back(site: Site, dana: FlaskClient) -> None:
    fill(site, 1)
    draw = answer_all(site, dana, "not_relevant")
    assert site.store.count(MentionFilter()).n == 0
    click = site.store.relevance.click_on(1)
    assert click is not None
    assert (click.relevant, click.person) == (False, "dana")
    assert "Left lists and figures." in text_of(dana.get(f"/check/results?draw={draw.id}").text)
    assert site.signed_in("priya").post(f"/check/{draw.id}/relevant/1").status_code == 404
    assert dana.post(f"/check/{draw.id}/relevant/1").location == f"/check/results?draw={draw.id}"
    assert dana.post(f"/check/{draw.id}/relevant/999").status_code == 303
    mention = site.store.mention(1)
    assert mention is not None
    assert mention.state is State.UNCLAIMED
    assert "Left lists and figures." not in dana.get(f"/check/results?draw={draw.id}").text


def test_figures_come_from_the_answers_once_there_are_fifty(site: Site, dana: FlaskClient) -> None:
    fill(site, 400)
    for number in range(18):
        draw = drawn(site, dana)
        form = {f"m{mention}": "negative" if number else "not_relevant" for mention in draw.mentions}
        dana.post(f"/check/{draw.id}/save", data={**form, "finish": "1"})
    n = len([one for one in site.store.checks.answers() if one.sentiment is Sentiment.NEGATIVE])
    assert n > 50
    page = text_of(site.signed_in("bo").get("/check/results").text)
    found = r"Of 100 called negative, (about \d+|fewer than 1) (is|are) not \(likely between \d+ and \d+"
    assert re.search(rf"{found}; checked by hand, {n}", page)
    assert "Of 100 mentions, about 6 are not about their brand (likely between 4 and 8; checked by hand, 360)." in page
    assert "From week to week" in page
    assert re.search(r"English 360 about \d+ \(likely between \d+ and \d+\), \d+ checked", page)


def test_a_judgement_that_changed_since_is_stated(site: Site, dana: FlaskClient) -> None:
    fill(site, 4)
    answer_all(site, dana)
    assert "judged differently today" not in dana.get("/check/results").text
    first = site.store.mention(1)
    assert first is not None
    edited = judged(first.post.text + "!", external_id=first.post.external_id, score=0.9, lang="en")
    site.store.save("Forum", [edited], now=site.clock.now())
    page = text_of(dana.get("/check/results").text)
    assert "Of the 4 checked mentions that still exist, 1 would be judged differently today." in page


def test_viewers_see_results_and_cannot_answer(site: Site, dana: FlaskClient) -> None:
    fill(site)
    draw = drawn(site, dana)
    bo = site.signed_in("bo")
    page = bo.get("/check/results").text
    assert 'href="/check/results"' in page
    assert 'href="/check"' not in page
    for answer in (bo.get("/check"), bo.post("/check/draw"), bo.post(f"/check/{draw.id}/save")):
        assert answer.status_code == 403


def test_exports_have_all_answers_and_no_formula(site: Site, dana: FlaskClient) -> None:
    fill(site, 4)
    odd = judged("Acme", source="=Forum", published_at=site.clock.now() - DAY, lang="en")
    site.store.save("=Forum", [odd], now=site.clock.now())
    answer_all(site, dana)
    bo = site.signed_in("bo")
    rows = list(csv.DictReader(io.StringIO(bo.get("/check/answers.csv").text)))
    records = bo.get("/check/answers.json").json
    assert len(rows) == len(records) == 5
    assert [row["answer"] for row in rows] == ["negative"] * 5
    assert "'=Forum" in {row["source"] for row in rows}
    assert {record["person"] for record in records} == {"dana"}
    assert "text" not in records[0]


def test_only_fields_of_mentions_are_read() -> None:
    form = {"m1": "negative", "m2": "skip", "m3": "", "m": "neutral", "m٣": "neutral", "x4": "neutral"}
    assert sent_answers({**form, "m" + "9" * 30: "neutral", "m-5": "neutral"}) == {1: Answer.NEGATIVE, 2: None}


def test_the_chart_has_a_point_and_an_interval_for_each_week() -> None:
    def answer(days: int, said: Answer, sentiment: Sentiment = Sentiment.NEGATIVE) -> CheckAnswer:
        at = NOON - days * DAY
        return CheckAnswer(1, 1, 1, "Acme", "en", "Forum", sentiment, -0.5, False, said, "dana", at)

    answers = [answer(14, Answer.NEUTRAL), *[answer(0, Answer.NEGATIVE)] * 9, answer(0, Answer.POSITIVE)]
    chart = weekly_chart([*answers, answer(0, Answer.NEUTRAL, Sentiment.UNSCORED)], NOON.tzinfo)  # type: ignore[arg-type]
    assert [(week.n, week.wrong) for week in chart.weeks] == [(1, 1), (10, 1)]
    first, second = chart.weeks
    assert first.x < second.x
    assert first.high <= first.y <= first.low
    assert second.high < second.y < second.low
    assert chart.lines[0][1] == "0 %"
    assert weekly_chart([], NOON.tzinfo).weeks == []  # type: ignore[arg-type]


def test_a_draw_remembers_what_was_chosen(site: Site, dana: FlaskClient) -> None:
    fill(site, 3)
    assert drawn(site, dana, brand="Acme", lang="en").filter == DrawFilter("Acme", "en", "")


def test_lists_and_mentions_say_how_often_such_judgements_are_wrong(site: Site, dana: FlaskClient) -> None:
    fill(site, 4)
    public = f"about 10 are not (give or take 1; measured on {SHOWN_NEGATIVE:,} English tweets to airlines"
    page = dana.get("/mentions?range=all").text
    assert public in unescape(page)
    assert "of 100 negative, about 10 are not" in text_of(page)
    negative, unscored = site.store.mention(1), site.store.mention(4)
    assert negative is not None
    assert unscored is not None
    assert (negative.score.sentiment, unscored.score.sentiment) == (Sentiment.NEGATIVE, Sentiment.UNSCORED)
    shown = unescape(dana.get("/mentions/1/drawer").text)
    wrong = round(100 * RULES.by_strength[Strength.STRONG].wrong(Sentiment.NEGATIVE).value)
    assert f"Of 100 called negative with a strong score (from 0.60 on), about {wrong} are not (likely between" in shown
    assert f"measured on {STRONG_NEGATIVE:,} English tweets" in shown
    neutral = unescape(dana.get("/mentions/2/drawer").text)
    assert "Of 100 called neutral because no opinion was found, about" in neutral
    assert "Of 100 called" not in dana.get("/mentions/4/drawer").text
    site.store.correct_score(1, -0.9, NOON)
    assert "Of 100 called" not in dana.get("/mentions/1/drawer").text


@pytest.mark.parametrize("languages", [["fr"], ["en", "fr"]])
def test_the_figure_of_a_mention_without_an_opinion_is_that_of_the_rules(
    site: Site, dana: FlaskClient, languages: list[str]
) -> None:
    """That of the list follows whether the model judges English."""
    fill(site, 4)
    site.store.opinions.use_model("e5", "1", languages)
    by_rules, with_model = (f"measured on {n:,} English" for n in (SHOWN_NEGATIVE, MODEL_NEGATIVE))
    assert f"measured on {STRONG_NEGATIVE:,} English" in unescape(dana.get("/mentions/1/drawer").text)
    listed = unescape(dana.get("/mentions?range=all").text)
    assert (by_rules in listed, with_model in listed) == ("en" not in languages, "en" in languages)


def test_the_figure_of_a_list_is_that_of_its_brand_language_and_source(site: Site, dana: FlaskClient) -> None:
    fill(site, 4)
    assert "tweets in French" not in dana.get("/mentions?lang=fr&range=all").text
    french = judged("Acme est nul", score=-0.5, lang="fr", published_at=site.clock.now() - DAY)
    site.store.save("Forum", [french], now=site.clock.now())
    site.store.opinions.use_model("e5", "1", ["fr"])
    page = unescape(dana.get("/mentions?lang=fr&range=all").text)
    figures = LANGUAGE_MODEL["fr"].confusion
    n = figures.n(Sentiment.NEGATIVE)
    share, low, high = (f"{100 * value:.0f}" for value in figures.wrong(Sentiment.NEGATIVE))
    measured = f"measured on {n} tweets in French, not on your posts"
    assert f"Of 100 called negative, about {share} are not (likely between {low} and {high}; {measured})." in page
