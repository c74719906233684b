"""Topics are found in the languages that have stop words, and in no others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.analysis.topics import TopicFinder
from tests.fakes import NOON
from tests.test_topics import ACME, BRANDS, MentionWriter, texts, topics_of

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
def test_languages_without_stop_words_have_no_topics(lang: str, written: str) -> None:
    writer = MentionWriter()
    rows = [writer.text(f"{written} {n}", NOON - HOUR / 2, lang=lang) for n in range(20)]
    found = topics_of(writer.everyday(10, NOON - HOUR, NOON) + rows)
    assert (found.hour, found.day, found.without_topic) == (None, (), 30)


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
def test_languages_with_stop_words_have_topics(lang: str, everyday: str, about: str, shown: str) -> None:
    writer, finder = MentionWriter(), TopicFinder(ACME, BRANDS)
    past = [writer.text(everyday, NOON - (k / 40 + 1.1) * DAY, lang=lang) for k in range(1_000)]
    rows = [writer.text(everyday, NOON - HOUR / 2, lang=lang) for _ in range(10)]
    rows += [writer.text(about, NOON - HOUR / 3, lang=lang) for _ in range(12)]
    found = finder.topics(texts(rows), texts(rows), finder.background(texts(past), NOON - DAY), None, NOON)
    assert found.hour is not None
    assert found.hour.name == shown


def test_texts_of_unknown_language_alone_make_no_topic() -> None:
    writer = MentionWriter()
    rows = writer.everyday(10, NOON - HOUR, NOON)
    unknown = writer.about("signal booster", 12, lang=None)
    assert topics_of(rows + unknown).hour is None
    found = topics_of(rows + unknown + writer.about("signal booster", 12)).hour
    assert found is not None
    assert found.n == 24
