"""What pages say of the scores that were learnt from answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from display.learning import IS_OFF, learned_details, learning_sentence
from display.pages.mentions.score_steps import ScoreSteps, score_steps
from monitor.model import Comparison, JudgedMention, LearningResult, Mention, Offset, Opinion, Score
from monitor.store import Store, open_store
from tests.fake_site import BRANDS, app_for, config
from tests.fake_store import judged
from tests.fakes import NOON, FakeClock

MINUS = "\N{MINUS SIGN}"
ZONE = ZoneInfo("Pacific/Auckland")  # where NOON is already the next day
COMPARISON = Comparison(0.764, 0.806, 0.012, 0.072, 0.05, 0.04)


def sentence(result: LearningResult, *, is_on: bool = True) -> str:
    return learning_sentence(result, NOON, ZONE, is_on=is_on)


# The sentence


def test_it_says_since_when_and_how_much_better() -> None:
    used = LearningResult(212, 0, 40, COMPARISON, Offset(shift=1.0), NOON)
    day = NOON.astimezone(ZONE)
    start = f"Scores are adjusted since {day.day} {day:%b} from 212 answers"
    agree = "81 of 100 now agree with people, 76 before (on answers it had not seen)."

    assert sentence(used) == f"{start}: {agree}"
    assert sentence(replace(used, corrected=31)) == f"{start} and 31 corrections: {agree}"


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (LearningResult(), "Not adjusted: 0 answers about scored posts so far, 100 are needed."),
        (LearningResult(64, 0, 5), "Not adjusted: 64 answers about scored posts so far, 100 are needed."),
        (
            LearningResult(140, 0, 7),
            "Not adjusted: 140 answers about scored posts so far, "
            "but 10 of each sentiment are needed, and the rarest has 7.",
        ),
        (
            LearningResult(240, 0, 30, replace(COMPARISON, learned_right=0.761)),
            "Not adjusted: 240 answers show no clear improvement (76 of 100 agree either way).",
        ),
        (
            LearningResult(240, 0, 30, replace(COMPARISON, learned_right=0.74)),
            "Not adjusted: 240 answers show no clear improvement "
            "(76 of 100 agree with people as they are, 74 if they were adjusted).",
        ),
    ],
)
def test_it_says_why_scores_are_not_adjusted(result: LearningResult, expected: str) -> None:
    assert sentence(result) == expected
    assert sentence(result, is_on=False) == IS_OFF


def test_it_names_what_changed_most() -> None:
    offset = Offset(
        False, 0.1, {"Acme": 0.2, "Globex": -0.3}, {"late": 0.5, "sick": -1.8, "dope": -2.0, "fine": -0.2, "slow": -1.0}
    )

    assert learned_details(offset) == [
        "\N{LEFT DOUBLE QUOTATION MARK}dope\N{RIGHT DOUBLE QUOTATION MARK} counts as its opposite.",
        "\N{LEFT DOUBLE QUOTATION MARK}sick\N{RIGHT DOUBLE QUOTATION MARK} counts as its opposite, 0.8 times as much.",
        "\N{LEFT DOUBLE QUOTATION MARK}slow\N{RIGHT DOUBLE QUOTATION MARK} no longer counts.",
        "\N{LEFT DOUBLE QUOTATION MARK}late\N{RIGHT DOUBLE QUOTATION MARK} counts 1.5 times as much.",
        "Posts about Acme are scored higher.",
        "Posts about Globex are scored lower.",
    ]
    assert learned_details(Offset(False, -0.5)) == ["Posts are scored lower."]
    assert learned_details(Offset(False, 0.1)) == learned_details(None) == []


# The steps of a score


def scored(program: float | None, adjustment: float) -> Mention:
    one = judged("Acme is sick").post
    score = Score(program)
    evidence = replace(score.evidence, adjustment=adjustment)
    return Mention(1, one, "Acme", "acme", 1, replace(score, evidence=evidence), NOON, program_score=program)


def test_the_steps_that_are_shown_add_up() -> None:
    for thousandths in range(-900, 900, 7):
        for added in range(-99, 99, 4):
            score = (thousandths + added) / 1000
            steps = score_steps(scored(score, added / 1000))
            computed, adjustment, result = (
                float(figure.replace(MINUS, "-") or 0) for figure in (steps.computed, steps.adjustment, steps.result)
            )
            assert round(computed + adjustment, 2) == result


def test_an_adjustment_that_does_not_show_is_not_named() -> None:
    assert score_steps(scored(0.302, 0.001)) == ScoreSteps("+0.30", "", "+0.30")
    assert score_steps(scored(None, 0.0)) == ScoreSteps()


# The pages


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(config(tmp_path).database_url)) as store:
        store.register_brands(BRANDS, NOON)
        yield store


@pytest.fixture
def client(tmp_path: Path, store: Store) -> FlaskClient:
    return app_for(config(tmp_path), store, FakeClock()).test_client()


def text_of(client: FlaskClient, path: str) -> str:
    """The words of a page, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", client.get(path).get_data(as_text=True))).split())


def save_adjusted(store: Store, plain: float, added: float) -> None:
    one = judged("Acme is sick", score=plain + added)
    finding = one.findings[0]
    evidence = replace(finding.score.evidence, adjustment=added)
    finding = replace(finding, score=replace(finding.score, evidence=evidence))
    store.save("Forum", [replace(one, findings=(finding,))], now=NOON)


def test_a_mention_says_how_much_of_its_score_was_learnt(client: FlaskClient, store: Store) -> None:
    save_adjusted(store, -0.57, 0.12)
    page = text_of(client, "/mentions/1")

    assert f"which gives a score of {MINUS}0.57 on a scale" in page
    assert f"Adjusted from people\N{RIGHT SINGLE QUOTATION MARK}s answers: +0.12, which makes {MINUS}0.45." in page
    assert f"Negative {MINUS}0.45" in page


def test_a_corrected_mention_shows_the_score_that_its_words_gave(client: FlaskClient, store: Store) -> None:
    save_adjusted(store, -0.57, 0.12)
    store.correct_score(1, 0.8, NOON)
    page = text_of(client, "/mentions/1")

    assert f"Corrected, was {MINUS}0.45" in page
    assert f"which gave a score of {MINUS}0.57 on a scale" in page
    assert f"Adjusted from people\N{RIGHT SINGLE QUOTATION MARK}s answers: +0.12, which made {MINUS}0.45." in page


def test_a_mention_with_an_opinion_says_it_too(client: FlaskClient, store: Store) -> None:
    store.save("Forum", [judged("Acme is sick", score=-0.57)], now=NOON)
    store.opinions.use_model("e5", "1", ["en"])
    work = store.opinions.next_work(1)
    store.opinions.save_opinions(work, [JudgedMention(1, Opinion(0.2, 0.1, 0.7), 0.14, adjustment=0.25)], NOON)
    page = text_of(client, "/mentions/1")

    assert f"together a score of {MINUS}0.11 on a scale" in page
    assert "Adjusted from people\N{RIGHT SINGLE QUOTATION MARK}s answers: +0.25, which makes +0.14." in page


def test_a_mention_that_was_not_adjusted_says_nothing_of_it(client: FlaskClient, store: Store) -> None:
    store.save("Forum", [judged("Acme is sick", score=-0.57)], now=NOON)
    assert "Adjusted" not in text_of(client, "/mentions/1")


def test_the_status_of_the_program_says_what_was_learnt(client: FlaskClient, store: Store) -> None:
    assert "Not adjusted: 0 answers about scored posts so far, 100 are needed." in text_of(client, "/sources")

    store.learning.save_result(
        LearningResult(212, 0, 40, COMPARISON, Offset(shift=1.0), NOON - timedelta(days=1)), NOON
    )
    assert "from 212 answers: 81 of 100 now agree with people, 76 before" in text_of(client, "/sources")


def test_the_results_of_checks_say_what_was_learnt(client: FlaskClient, store: Store) -> None:
    assert "Not adjusted: 0 answers about scored posts so far, 100 are needed." in text_of(client, "/check/results")

    used = LearningResult(212, 0, 40, COMPARISON, Offset(words={"sick": -1.8}), NOON - timedelta(days=1))
    store.learning.save_result(used, NOON)
    page = text_of(client, "/check/results")
    assert "from 212 answers: 81 of 100 now agree with people, 76 before" in page
    assert "counts as its opposite, 0.8 times as much." in page


def test_switched_off_every_page_says_so(tmp_path: Path, store: Store) -> None:
    settings = replace(config(tmp_path), learn_from_answers=False)
    store.learning.save_result(LearningResult(212, 0, 40, COMPARISON, Offset(words={"sick": -1.8}), NOON), NOON)
    client = app_for(settings, store, FakeClock()).test_client()

    assert IS_OFF in text_of(client, "/sources")
    page = text_of(client, "/check/results")
    assert IS_OFF in page
    assert "as its opposite" not in page
