"""How the list shows a mention: its excerpt, score, delay and the words that counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from display.pages.mentions.cards import (
    BRAND_COLOURS,
    Cards,
    RaisedIntent,
    opinion_effect,
    opinion_shares,
)
from display.pages.mentions.cues import CUE_TEXTS, NEGATIVE_TEXTS, CueNote, cue_notes
from display.pages.mentions.word_weights import word_weights
from monitor.judging import LanguagePolicy, OpinionStatus
from monitor.model import (
    UNDATED,
    Brand,
    Cue,
    CueKind,
    Evidence,
    Intent,
    IntentPhrase,
    Mention,
    Opinion,
    Score,
    Span,
    Trust,
    WordWeight,
)
from tests.fakes import NOON, post

LONDON = ZoneInfo("Europe/London")
MINUS = "\N{MINUS SIGN}"


def mention(text: str = "Acme is awful.", lang: str | None = "en", **changes: object) -> Mention:
    fields = {"score": Score(-0.5), "spans": (Span(0, 4),), "rule": "acme", "added_at": NOON, **changes}
    return Mention(id=1, post=post(text, lang=lang), brand="Acme", rule_version=1, **fields)  # type: ignore[arg-type]


def test_a_row_shows_an_excerpt_that_fills_its_lines() -> None:
    """Three lines at the widest hold about 400 characters; a much shorter excerpt would leave them empty."""
    long = mention("Acme " + "word " * 300)
    row = Cards([], LONDON).row(long, NOON)
    assert 400 <= sum(len(run.text) for run in row.runs) <= 450
    assert row.truncated == (False, True)
    assert row.runs[0].styles == ("hit",)


def test_a_row_shows_its_first_match_and_marks_where_it_was_truncated() -> None:
    body = "word " * 300 + "Acme. " + "word " * 300
    row = Cards([], LONDON).row(mention(body, spans=(Span(1500, 1504),)), NOON)
    assert row.truncated == (True, True)
    assert "Acme" in [run.text for run in row.runs]
    full = Cards([], LONDON).full(mention(body, spans=(Span(1500, 1504),)), NOON)
    assert full.truncated == (False, False)
    assert "".join(run.text for run in full.runs) == mention(body).post.body


def test_a_row_without_a_match_of_the_rule_shows_what_the_search_found() -> None:
    body = "word " * 300 + "Acme."
    row = Cards([], LONDON).row(mention(body, spans=()), NOON, [Span(1500, 1504)])
    assert [run.text for run in row.runs if "found" in run.styles] == ["Acme"]


def test_an_unscored_mention_shows_the_reason_and_is_never_neutral() -> None:
    cards = Cards([Brand("Acme", "acme", ours=True)], LONDON)
    unscored = cards.row(mention(score=Score(None, Evidence(reason="too long"))), NOON)
    assert (unscored.sentiment_label, unscored.figure) == ("Unscored", "too long")
    assert cards.row(mention(score=Score(None), lang="de"), NOON).figure == "German"
    assert cards.row(mention(score=Score(None), lang=None), NOON).figure == "Unknown language"
    assert cards.row(mention(score=Score(None)), NOON).figure == "not scored"
    assert cards.row(mention(score=Score(0.0), corrected=True), NOON).sentiment_label == "Neutral, corrected"


def test_a_mention_in_which_nothing_was_recognised_is_not_called_neutral() -> None:
    cards = Cards([], LONDON)
    weighed = Evidence(words=(WordWeight(0, 4, 1.2), WordWeight(5, 9, -1.2)))
    shown = {
        (card.sentiment_label, card.figure)
        for card in (
            cards.row(mention(score=score, corrected=corrected, opinion=opinion), NOON)
            for score, corrected, opinion in (
                (Score(0.0), False, None),
                (Score(0.0, weighed), False, None),
                (Score(0.0), True, None),
                (Score(0.0), False, Opinion(0.1, 0.8, 0.1)),
                (Score(0.01), False, None),
            )
        )
    }
    assert shown == {
        ("No opinion found", "counts as neutral"),
        ("Neutral", "0.00"),
        ("Neutral, corrected", "was unscored"),
        ("Neutral", "+0.01"),
    }


def test_a_mention_read_more_than_an_hour_after_its_publication_is_marked_late() -> None:
    cards = Cards([], LONDON)
    assert cards.row(mention(added_at=NOON + timedelta(minutes=59)), NOON).late == ""
    assert cards.row(mention(added_at=NOON + timedelta(hours=3)), NOON).late == "read 3 h late"


def test_an_imported_mention_was_not_read_late() -> None:
    """Its file says nothing about when it could have been read."""
    imported = mention(added_at=NOON + timedelta(days=4298), imported=True)
    assert Cards([], LONDON).row(imported, NOON).late == ""


def test_a_mention_without_a_date_has_no_time_and_was_not_read_late() -> None:
    undated = mention(added_at=NOON)
    undated = replace(undated, post=replace(undated.post, published_at=UNDATED))
    row = Cards([], LONDON).row(undated, NOON)
    assert (row.published, row.late) == (None, "")


def test_intents_are_written_as_in_the_rail() -> None:
    intents = (IntentPhrase(Intent.SWITCHING_FROM, 0, 4), IntentPhrase(Intent.COMPLAINT, 5, 12))
    row = Cards([], LONDON).row(mention("Acme is  awful", intents=intents), NOON)
    assert row.intents == (
        RaisedIntent("switching_from", "Leaving", "Acme"),
        RaisedIntent("complaint", "Complaint", "is awf"),
    )


def test_brands_have_colours_in_the_order_of_the_config_and_a_removed_brand_has_the_last() -> None:
    cards = Cards([Brand(f"Brand {n}", "x") for n in range(1, 14)], LONDON)
    assert [cards.colour_number(f"Brand {n}") for n in (1, 6, 7, 12, 13)] == [1, 6, 7, 12, 1]
    assert cards.colour_number("Removed") == BRAND_COLOURS


def test_the_page_of_a_mention_marks_what_counted_and_what_did_not() -> None:
    body = "Acme is awful. The rest is another story."
    evidence = Evidence((Span(0, 14),), (WordWeight(8, 13, -3.0),))
    card = Cards([], LONDON).full(mention(body, score=Score(-0.5, evidence)), NOON)
    assert [(run.text, run.styles) for run in card.runs] == [
        ("Acme", ("hit",)),
        (" is ", ()),
        ("awful", ("neg",)),
        (".", ()),
        (" The rest is another story.", ("off",)),
    ]


def test_the_heaviest_word_comes_first_and_sets_the_scale() -> None:
    evidence = Evidence((), (WordWeight(18, 21, -1.5), WordWeight(8, 13, -3.0)))
    one = mention("Acme is awful and bad.", score=Score(-0.5, evidence))
    assert [(w.text, w.figure, w.share) for w in word_weights(one).words] == [
        ("awful", f"{MINUS}3.00", -1.0),
        ("bad", f"{MINUS}1.50", -0.5),
    ]


def test_cue_notes_name_each_kind_once_with_its_words() -> None:
    text = "Is Acme great? Is Globex? We hope so."
    cues = (Cue(0, 13, CueKind.QUESTION), Cue(15, 24, CueKind.QUESTION), Cue(29, 33, CueKind.WISH))
    shown = mention(text, score=Score(0.0, Evidence(cues=cues)))
    assert cue_notes(shown) == [
        CueNote(CUE_TEXTS[CueKind.QUESTION], ["Is Acme great"]),
        CueNote(CUE_TEXTS[CueKind.WISH], ["hope"]),
    ]


def test_weak_signs_of_a_complaint_are_one_group_and_criticism_only_as_part_of_a_word_that_counts() -> None:
    text = "@Acme they had to call me twice, and it was delayed"
    cues = (Cue(11, 17, CueKind.HINTS), Cue(26, 31, CueKind.HINTS), Cue(44, 51, CueKind.HINTS))
    words = (WordWeight(15, 17, -0.5), WordWeight(26, 31, -0.5), WordWeight(44, 51, -2.0), WordWeight(44, 51, -0.5))
    shown = mention(text, score=Score(-0.6, Evidence(words=words, cues=cues)))
    weights = word_weights(shown)
    assert [(w.text, w.figure) for w in weights.words] == [("delayed", f"{MINUS}2.50")]
    assert (weights.signs, weights.signs_total, weights.total) == (["had to", "twice"], f"{MINUS}1.00", f"{MINUS}3.50")
    assert cue_notes(shown) == []
    runs = Cards([], LONDON).full(shown, NOON).runs
    assert [run.text for run in runs if "neg" in run.styles] == ["delayed"]
    assert [run.text for run in runs if "sign" in run.styles] == ["had to", "twice"]


@pytest.mark.parametrize(
    ("text", "word", "shown"),
    [
        ("Acme is not great", "great", "not great"),
        ("No compassion at Acme", "compassion", "No compassion"),
        ("Acme doesn\u2019t really care", "care", "doesn\u2019t really care"),
        ("hours without a dedicated agent", "dedicated", "without a dedicated"),
        ("Why not? Great Acme", "Great", "Great"),
        ("Not the first time that Acme is great", "great", "great"),
        ("A knot great as Acme", "great", "great"),
    ],
)
def test_a_word_is_shown_with_its_negation(text: str, word: str, shown: str) -> None:
    start = text.index(word)
    one = mention(text, score=Score(-0.3, Evidence(words=(WordWeight(start, start + len(word), -1.0),))))
    assert [w.text for w in word_weights(one).words] == [shown]
    assert "".join(run.text for run in Cards([], LONDON).full(one, NOON).runs if "neg" in run.styles) == shown


@pytest.mark.parametrize(
    ("value", "meanings"),
    [
        (0.0, [CUE_TEXTS[CueKind.QUESTION]]),
        (-0.3, [NEGATIVE_TEXTS[CueKind.QUESTION]]),
        (-0.6, []),
    ],
)
def test_no_note_says_that_criticism_counts_less_beside_a_strong_score(value: float, meanings: list[str]) -> None:
    evidence = Evidence(words=(WordWeight(0, 4, -1.0),), cues=(Cue(0, 13, CueKind.QUESTION),))
    shown = mention("Is Acme awful?", score=Score(value, evidence))
    assert [note.meaning for note in cue_notes(shown)] == meanings


def test_where_no_word_counted_no_part_of_the_text_is_grey() -> None:
    evidence = Evidence((Span(0, 14),))
    card = Cards([], LONDON).full(mention("Acme is there. We are here.", score=Score(0.0, evidence)), NOON)
    assert not any("off" in run.styles for run in card.runs)


@pytest.mark.parametrize(
    ("weights", "figures", "total"),
    [
        ((-0.5, -0.5, -0.5), ["0.50", "0.50", "0.50"], "1.50"),
        ((-0.525, -0.525, -0.525), ["0.52", "0.53", "0.53"], "1.58"),
        ((-0.011, -0.021), ["0.02", "0.01"], "0.03"),
    ],
)
def test_the_weights_that_are_shown_add_up_to_the_total(
    weights: tuple[float, ...], figures: list[str], total: str
) -> None:
    words = tuple(WordWeight(3 * n, 3 * n + 2, weight) for n, weight in enumerate(weights))
    one = mention("so so so Acme", score=Score(-0.1, Evidence(words=words)))
    assert [w.figure for w in word_weights(one).words] == [MINUS + figure for figure in figures]
    assert word_weights(one).total == MINUS + total


@pytest.mark.parametrize(
    ("added", "clock"),
    [
        (timedelta(days=20), "today, 12:00"),
        (timedelta(days=19), "Mon 23 Mar, 12:00"),
        (timedelta(days=20, hours=-1), "today, 11:00"),
    ],
)
def test_beside_a_date_of_another_day_a_time_names_its_day(added: timedelta, clock: str) -> None:
    now = NOON + timedelta(days=20)
    shown = mention(added_at=NOON + added)
    assert Cards([], LONDON).full(shown, now).read.clock == clock
    same_day = replace(shown, post=replace(shown.post, published_at=now))
    assert "today" not in Cards([], LONDON).full(same_day, now).read.clock


def test_every_kind_of_cue_has_a_text() -> None:
    assert set(CUE_TEXTS) == set(CueKind)


POLICY = LanguagePolicy({"en": Trust.ON, "fr": Trust.ON, "de": Trust.ROUGH, "tr": Trust.UNMEASURED, "hi": Trust.OFF})
BAD = Opinion(0.5, 0.3, 0.2)


def with_model(**fields: object) -> Cards:
    return Cards([], LONDON, OpinionStatus(policy=POLICY, **{"is_used": True, **fields}))  # type: ignore[arg-type]


def test_a_mention_names_both_parts_of_its_evidence() -> None:
    words = Score(-0.1, Evidence(words=(WordWeight(0, 4, 2.0), WordWeight(8, 13, -0.8))))
    assert with_model().row(mention(score=words, opinion=BAD), NOON).grounds == f"words +1.20, sentence {MINUS}0.30"
    assert with_model().row(mention(opinion=BAD, lang="fr"), NOON).grounds == f"sentence {MINUS}0.30"
    assert opinion_shares(mention(opinion=BAD)) == "negative 50 %, neutral 30 %, positive 20 %"
    assert opinion_shares(mention()) == ""


def test_a_mention_says_what_its_score_follows_from() -> None:
    compared = Score(0.5, Evidence(cues=(Cue(0, 4, CueKind.COMPARISON),)))
    assert opinion_effect(mention(score=compared, opinion=BAD)) == "by the words alone, "
    assert opinion_effect(mention(opinion=BAD)) == "together "
    assert opinion_effect(mention(opinion=BAD, lang="fr")) == ""


def test_scores_in_rough_and_unmeasured_languages_are_marked() -> None:
    labels = {
        lang: with_model().row(mention(opinion=BAD, lang=lang), NOON).sentiment_label for lang in ("fr", "de", "tr")
    }
    assert labels == {"fr": "Negative", "de": "Negative, rough", "tr": "Negative, rough"}


def test_an_unscored_mention_says_how_to_get_its_language_scored() -> None:
    def grounds(lang: str | None, cards: Cards) -> str:
        return cards.row(mention(score=Score(None), lang=lang), NOON).grounds

    assert grounds("de", with_model(is_used=False)) == (
        "German is not scored without the language model: pip install 'wallflower[languages]'"
    )
    assert grounds("de", with_model()) == "It waits for the language model."
    assert grounds("hi", with_model()) == "Scores in Hindi are not reliable, so there are none."
    assert grounds("ja", with_model(is_used=False)) == "Scores in Japanese are not reliable, so there are none."
    assert [grounds(lang, with_model()) for lang in ("en", None)] == ["", ""]


def test_words_that_counted_twice_stand_once_with_the_sum_of_their_weights() -> None:
    words = (WordWeight(5, 9, -1.0), WordWeight(5, 12, -2.0), WordWeight(13, 16, 0.5), WordWeight(10, 12, -0.5))
    one = mention("Acme lost my bag", score=Score(-0.5, Evidence(words=words)))
    assert [(w.text, w.figure) for w in word_weights(one).words] == [("lost my", f"{MINUS}3.50"), ("bag", "+0.50")]
