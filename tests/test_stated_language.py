"""The language that a site states for a post: trusted unless the script refutes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collector.judge import prepare_posts
from monitor.text.language import LanguageDetector
from monitor.text.language_codes import language_code
from monitor.text.stated_language import contradicts_script
from tests.fakes import NOON, post

UMSAB = {"ar": "arabic", "en": "english", "fr": "french", "de": "german", "hi": "hindi", "it": "italian",
         "pt": "portuguese", "es": "spanish"}  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Acme отключила сервер без предупреждения"),
        ("en", "Акме ужасно работает"),
        ("de", "アクメのサポートは最悪です"),
        ("en", "极差的服务"),
        ("ja", "This is the best editor there is"),
        ("ru", "Thanks for nothing, Acme"),
        ("ja", "Сервис просто ужасный"),
        ("uk", "Der Service ist leider schlecht"),
    ],
)
def test_a_text_in_another_script_refutes_the_statement(lang: str, text: str) -> None:
    assert contradicts_script(lang, text)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Acme is fine"),
        ("en", "Acme is called Акме in Russia"),
        ("de", "Schön, dass Acme größer wird"),
        ("vi", "Dịch vụ của Acme quá tệ"),
        ("en", "\U0001d4d0\U0001d4ec\U0001d4f6\U0001d4ee \U0001d4ea\U0001d4f7\U0001d4ed"),
        ("en", "\u1d00\u1d04\u1d0d\u1d07 \u2122 😀"),
        ("en", "東京"),
        ("en", "😀😀😀"),
        ("en", ""),
        ("ja", "Acme!"),
        ("ja", "Acme Widget Pro Max が壊れた"),
        ("ja", "https://shop.example/some/long/address #acmewidget @acmesupport"),
        ("hi", "yaar Acme ka network bahut kharab hai"),
        ("ar", "wallah Acme khidma sayyi'a"),
        ("sr", "Acme je odličan, sve radi"),
        ("tlh", "Сервис просто ужасный"),
    ],
)
def test_other_statements_are_trusted(lang: str, text: str) -> None:
    assert not contradicts_script(lang, text)


@given(st.text(), st.sampled_from(["en", "ja", "ru", "hi", "", "x", "zh"]))
def test_no_text_causes_an_error(text: str, lang: str) -> None:
    assert contradicts_script(lang, text) in (True, False)


@pytest.mark.parametrize(
    ("stated", "text", "lang"),
    [
        # detection would say "en", but the site knows its authors
        ("hi", "yaar that's not what they said, bahut bura", "hi"),
        ("de", "Thanks, that's what I wanted", "de"),
        ("en-GB", "Colour", "en"),
        ("en", "アクメのサポートは最悪です", "ja"),
        ("ja", "Thanks, that's what I wanted from them", "en"),
        ("ja", "Xyzzy plugh", None),
        ("und", "Thanks, that's what I wanted", "en"),
        ("qme", "Thanks, that's what I wanted", "en"),
        (None, "Thanks, that's what I wanted", "en"),
    ],
)
def test_the_statement_of_the_site_wins_unless_it_cannot_be(stated: str | None, text: str, lang: str | None) -> None:
    (prepared,) = prepare_posts([post(text, lang=stated)], NOON, LanguageDetector())
    assert prepared.lang == lang


GERMAN = (
    "Seit drei Tagen warte ich auf eine Antwort, und niemand bei Acme kann mir sagen, warum das Paket nicht ankommt. "
    "Der Kundenservice ist leider wirklich schlecht geworden."
)
ENGLISH = (
    "I have been waiting for three days, and nobody at Acme could tell me why the parcel has not arrived. "
    "They said that somebody would call me back, which never happened."
)


@pytest.mark.parametrize(
    ("stated", "text", "lang"),
    [
        ("en", GERMAN, "de"),
        ("nl", GERMAN, "de"),
        ("de", GERMAN, "de"),
        ("de", ENGLISH, "en"),
        # mixed with English, and written in Latin letters
        ("hi", ENGLISH, "hi"),
        ("tl", ENGLISH, "tl"),
        # a German post that quotes an English name
        ("de", f"Der Film „I know what they said about the people“ läuft bei Acme noch bis Montag, {GERMAN}", "de"),
        ("en", GERMAN[:40], "en"),
        # no language that the table knows
        ("la", GERMAN, "la"),
    ],
)
def test_a_long_text_that_is_surely_in_another_language_refutes_the_statement(
    stated: str, text: str, lang: str
) -> None:
    (prepared,) = prepare_posts([post(text, lang=stated)], NOON, LanguageDetector())
    assert prepared.lang == lang


def test_only_own_words_refute_the_statement() -> None:
    quoted = "> " + ENGLISH.replace(". ", ".\n> ")
    (prepared,) = prepare_posts([post(f"{quoted}\n\nStimmt leider.", lang="de")], NOON, LanguageDetector())
    assert prepared.lang == "de"


def test_no_right_statement_about_real_tweets_is_refuted_by_their_words(shared_data: Path) -> None:
    detector = LanguageDetector()
    for lang, name in UMSAB.items():
        texts = (shared_data / "umsab" / f"{name}_val_text.txt").read_text().splitlines()
        assert sum(detector.refuted(texts, [lang] * len(texts))) == 0
    spanish = (shared_data / "umsab" / "spanish_val_text.txt").read_text().splitlines()
    assert sum(detector.refuted(spanish, ["en"] * len(spanish))) > 0.5 * len(spanish)


@pytest.mark.parametrize("tag", ["und", "qme", "qht", "qam", "zxx", "art", "mul", ""])
def test_a_tag_of_no_language_states_none(tag: str) -> None:
    assert language_code(tag) is None


def test_no_right_statement_about_real_tweets_is_refuted(shared_data: Path) -> None:
    for lang, name in UMSAB.items():
        texts = (shared_data / "umsab" / f"{name}_val_text.txt").read_text().splitlines()
        assert [text for text in texts if contradicts_script(lang, text)] == []
    arabic = (shared_data / "umsab" / "arabic_val_text.txt").read_text().splitlines()
    assert sum(contradicts_script("en", text) for text in arabic) > 0.9 * len(arabic)
