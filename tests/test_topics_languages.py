"""Topics in languages: those we know have them, of all others we say nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.analysis.topics import TopicFinder
from tests.fakes import NOON
from tests.test_topics import ACME, BRANDS, Talk, look, texts

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("lang", "written"),
    [
        ("pl", "Acme znowu nie działa aplikacja bankowa od rana, co się dzieje z aplikacja bankowa"),
        ("sv", "Acmes mobilapp fungerar inte idag heller, varför ligger mobilapp nere"),
        ("tr", "Acme uygulamas\u0131 yine çal\u0131\u015fm\u0131yor, internet sabahtan beri yok"),
        ("ja", "アクメのアプリがまた落ちています。ログインできません"),
        ("ar", "تطبيق أكمي لا يعمل منذ الصباح ولا أحد يرد على الهاتف"),
        ("ko", "아크메 앱이 또 안 됩니다 로그인이 안 돼요"),
        ("zh", "艾克美的应用又无法登录了"),
        ("ru", "Приложение Акме снова не работает утром"),
        ("th", "แอปใช้งานไม่ได้อีกแล้ว"),
        ("xx", "nothing that anybody knows of the signal booster"),
    ],
)
def test_where_we_know_no_stop_words_we_say_nothing(lang: str, written: str) -> None:
    talk = Talk()
    rows = [talk.text(f"{written} {n}", NOON - HOUR / 2, lang=lang) for n in range(20)]
    found = look(talk.everyday(10, NOON - HOUR, NOON) + rows)
    assert (found.hour, found.day, found.unsorted) == (None, (), 30)


@pytest.mark.parametrize(
    ("lang", "everyday", "about", "shown"),
    [
        (
            "de",
            "Bei Acme ist heute nichts los",
            "Wann kommt die Rechnung, Acme? Keine Rechnung seit Wochen",
            "Rechnung",
        ),
        ("fr", "Acme et moi, une histoire", "Encore la panne chez Acme, une panne depuis hier", "panne"),
        ("es", "Acme y yo", "Otra vez la factura de Acme, una factura sin sentido", "factura"),
        ("it", "Acme e io", "Ancora la bolletta di Acme, una bolletta senza senso", "bolletta"),
        ("nl", "Acme en ik", "Waar blijft de rekening, Acme? Alweer een rekening", "rekening"),
        ("pt", "Acme e eu", "Outra vez a fatura da Acme, uma fatura sem sentido", "fatura"),
    ],
)
def test_languages_that_we_know_have_topics(lang: str, everyday: str, about: str, shown: str) -> None:
    talk, finder = Talk(), TopicFinder(ACME, BRANDS)
    past = [talk.text(everyday, NOON - (k / 40 + 1.1) * DAY, lang=lang) for k in range(1_000)]
    rows = [talk.text(everyday, NOON - HOUR / 2, lang=lang) for _ in range(10)]
    rows += [talk.text(about, NOON - HOUR / 3, lang=lang) for _ in range(12)]
    found = finder.topics(texts(rows), texts(rows), finder.background(texts(past), NOON - DAY), None, NOON)
    assert found.hour is not None
    assert found.hour.name == shown


def test_texts_of_an_unknown_language_make_no_topic_by_themselves() -> None:
    talk = Talk()
    rows = talk.everyday(10, NOON - HOUR, NOON)
    unknown = talk.about("signal booster", 12, lang=None)
    assert look(rows + unknown).hour is None
    found = look(rows + unknown + talk.about("signal booster", 12)).hour
    assert found is not None
    assert found.n == 24
