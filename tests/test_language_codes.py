"""Language codes and names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.language_codes import language_code, language_name
from monitor.text.languages import LANGUAGES


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", "en"), ("en-GB", "en"), ("EN_us", "en"), ("eng", "en"), ("zh-Hant-TW", "zh"), ("iw", "he"), ("nb", "no"),
        ("fil", "tl"), ("yo", "yo"), ("und", None), ("zxx", None), ("qme", None), ("", None), (None, None), ("*", None),
        ("english", None), ("日本", None),
    ],
)  # fmt: skip
def test_language_code(tag: str | None, expected: str | None) -> None:
    assert language_code(tag) == expected


@given(st.text() | st.text("abENü_-", max_size=5))
def test_language_code_is_two_letters_or_none(tag: str) -> None:
    code = language_code(tag)
    assert code is None or (len(code) == 2 and code == code.lower() and language_code(code) == code)


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("de", "German"),
        ("de-AT", "German"),
        ("EN_us", "English"),
        ("no", "Norwegian"),
        ("und", "Unknown language"),
        (None, "Unknown language"),
        ("qq", "language qq"),
    ],
)
def test_language_name(tag: str | None, name: str) -> None:
    assert language_name(tag) == name


def test_every_detectable_language_has_a_name() -> None:
    codes = list(LANGUAGES)
    assert [code for code in codes if language_name(code) == f"language {code}"] == []
