"""Language detection: certain guesses only."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from monitor.text import language
from monitor.text.language import LanguageDetector

SENTENCES = {
    "ar": ["خدمة العملاء سيئة جدا ولا أنصح بها أحدا"],
    "ca": ["El servei d'atenció al client és pèssim, no hi tornaré mai més"],
    "cs": ["Zákaznický servis je hrozný, už nikdy více"],
    "da": ["Kundeservicen er elendig, jeg kommer aldrig tilbage"],
    "de": ["Der Kundenservice war wirklich furchtbar, nie wieder!", "Warum geht bei euch schon wieder nichts? @acme"],
    "el": ["Η εξυπηρέτηση είναι απαράδεκτη"],  # noqa: RUF001
    "en": [
        "Switched from Globex to Acme - Globex was terrible, Acme is fantastic!",
        "worst airline ever",
        "LOVE THE NEW ACME PHONE SO MUCH",
        "@acme thanks!",
        "I don’t use it 😂😂 and you?",  # noqa: RUF001
        "My new Acme café machine broke after two days",
        "My new トヨタ broke down after two days and nobody at the garage can help",
    ],
    "es": ["El servicio es horrible, no lo recomiendo a nadie", "Llevo tres horas esperando una respuesta de @acme"],
    "fi": ["Asiakaspalvelu on aivan kamala, en suosittele kenellekään"],
    "fr": ["Le service est nul, je déteste Acme", "Merci beaucoup pour votre aide rapide @acme"],
    "he": ["השירות נורא ואיום, לא ממליץ"],
    "hi": ["ग्राहक सेवा बहुत खराब है, मैं किसी को सलाह नहीं दूंगा"],
    "id": ["Pelayanan pelanggan sangat buruk, saya tidak akan kembali"],
    "it": ["Il servizio clienti non risponde mai, che vergogna"],
    "ja": [
        "トヨタの新車が最高です",
        "Acmeのサービスはひどい https://acme.example/a-long-address",
        "新車購入検討中の方",
    ],
    "ko": ["고객 서비스가 정말 최악이에요"],
    "nl": ["De klantenservice is echt verschrikkelijk slecht"],
    "pl": ["Obsługa klienta jest fatalna, nigdy więcej"],
    "pt": ["O atendimento é péssimo, nunca mais compro nada"],
    "ru": ["Обслуживание ужасное, никогда больше сюда не приду"],
    "sv": ["Kundtjänsten är helt värdelös, aldrig igen"],
    "ta": ["வாடிக்கையாளர் சேவை மிகவும் மோசமானது"],
    "th": ["บริการลูกค้าแย่มาก ไม่แนะนำเลย"],
    "tr": ["Müşteri hizmetleri berbat, bir daha asla almam"],
    "uk": ["Обслуговування жахливе, більше ніколи сюди не прийду"],
    "vi": ["Dịch vụ khách hàng quá tệ, không bao giờ quay lại"],
    "zh": ["这家公司的服务太差了，再也不会买了", "我在商店买了写着の字的茶叶味道很好下次还要再来"],  # noqa: RUF001
}


@pytest.fixture(scope="module")
def detector() -> LanguageDetector:
    return LanguageDetector()


@pytest.mark.parametrize("code", SENTENCES)
def test_language_of_a_sentence(detector: LanguageDetector, code: str) -> None:
    assert detector.detect(SENTENCES[code]) == [code] * len(SENTENCES[code])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "@acme @globex",
        "https://acme.example/thank-you-and-the-rest",
        "#thanks #you",
        "UA1469 LAX-JFK",
        "12:30",
        "😂😂😂",
        "Acme 株",
        "là où y",
        "größer schöner",
    ],
)
def test_text_too_short_to_decide_has_no_language(detector: LanguageDetector, text: str) -> None:
    assert detector.detect([text]) == [None]


def test_only_the_start_of_a_long_text_decides(detector: LanguageDetector) -> None:
    german = "Der Kundenservice war wirklich furchtbar. " * 15
    assert len(german) >= language.MAX_CHARS
    assert detector.detect([german + "You should have been there when they said it. " * 100]) == ["de"]


def test_result_does_not_depend_on_the_batch(detector: LanguageDetector) -> None:
    texts = [text for sentences in SENTENCES.values() for text in sentences] * 10
    assert detector.detect(texts) == [detector.detect([text])[0] for text in texts]


def test_model_agrees_with_py3langid() -> None:
    reference = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    reference.set_languages(language._MODEL_LANGUAGES.split())
    model = language._Model(LanguageIdentifier.from_model_file(MODEL_FILE))
    texts = [" ".join(language._language_words(text)) for sentences in SENTENCES.values() for text in sentences]
    for text, guess in zip(texts, model.guess(texts), strict=True):
        code, confidence = reference.classify(text)
        # py3langid lists "sr" twice, once per script; we do not add the two probabilities.
        assert guess == code or confidence < language.MIN_CONFIDENCE + 0.05


@settings(deadline=None)
@given(texts=st.lists(st.text(max_size=60), max_size=5))
def test_detect_never_raises(detector: LanguageDetector, texts: list[str]) -> None:
    assert len(detector.detect(texts)) == len(texts)


def test_nearly_all_airline_tweets_are_english(detector: LanguageDetector, shared_data: Path) -> None:
    with (shared_data / "airline" / "tweets.csv").open(encoding="utf-8", newline="") as file:
        found = detector.detect([row["text"] for row in csv.DictReader(file)])
    assert found.count("en") / len(found) > 0.96
    assert len(found) - found.count("en") - found.count(None) < 5
