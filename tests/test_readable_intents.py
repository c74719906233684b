"""Where the phrase that raises an intent ends for a reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.intent.readable import MAX_CHARS, readable
from monitor.model import Intent, IntentPhrase

WORDS = ("for", "my", "the", "not", "parcel", "to", "of", ".", "\n", "@acme", "still", "\U0001f600", "caf\xe9")


def end(text: str, lang: str = "en") -> str:
    """The phrase that is left of the part of ``text`` in brackets."""
    start, stop = text.index("["), text.index("]") - 1
    body = text.replace("[", "").replace("]", "")
    found = readable(IntentPhrase(Intent.COMPLAINT, start, stop), body, lang)
    return body[found.start : found.end]


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("we are [leaving for] Globex", "en", "leaving"),
        ("I [asked about the] fare", "en", "asked"),
        ("the call [disconnects as soon] as I answer", "en", "disconnects as soon as I answer"),
        ("[on hold for] an hour", "en", "on hold"),
        ("you [lost my] parcel", "en", "lost my parcel"),
        ("[Still no] word", "en", "Still no word"),
        ("the [site will not] load today", "en", "site will not load"),
        ("can I [speak to a] human", "en", "speak to a human"),
        ("[lack of] any help", "en", "lack of any"),
        ("oh [come on], Acme", "en", "come on"),
        ("[not]", "en", "not"),
        ("the app [works but it doesn't]. Why?", "en", "works but it doesn't"),
        ("ihr habt [gewartet auf die] Bahn", "de", "gewartet auf"),
        ("[seit Wochen keine] Antwort", "de", "seit Wochen keine Antwort"),
        ("[annul\xe9 sans] pr\xe9venir", "fr", "annul\xe9 sans pr\xe9venir"),
        ("[cancel\xf3 el] vuelo", "es", "cancel\xf3"),
    ],
)
def test_phrases_end_where_a_reader_stops(text: str, lang: str, expected: str) -> None:
    assert end(text, lang) == expected


def test_phrases_of_other_languages_and_of_one_word_stay() -> None:
    assert end("[aspetto il] pacco", "it") == "aspetto il"
    assert end("[for] you") == "for"


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_a_readable_phrase_lies_in_the_text_and_begins_where_it_did(words: list[str]) -> None:
    body = " ".join(("lost", *words))
    for stop in range(4, len(body) + 1):
        found = readable(IntentPhrase(Intent.PRICE, 0, stop), body, "en")
        assert found[:2] == (Intent.PRICE, 0)
        assert 0 < found.end <= len(body)
        assert found.end <= max(stop, MAX_CHARS)
