"""Secrets are removed from texts by their value, by their form and by what stands before them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import secrets
from monitor.redaction import MAX_CHARS, REFRESH_SECONDS, Redactor, redact_patterns
from tests.fakes import FakeClock

S = "c4naryS3cret77"

LEAKS = [
    f"GET https://user:{S}@site.example/feed",
    f"GET https://site.example/feed?token={S}&page=2",
    f"wss://stream.example/subscribe?key={S}",
    f"postgresql://wallflower:{S}@db.example/x",
    f"Max retries exceeded with url: /feed.xml?k={S} (Caused by TimeoutError)",
    f"Authorization: Bearer {S}",
    f"authorization: Basic {S}==",
    f"{{'Authorization': 'Bearer {S}', 'Accept': '*/*'}}",
    f"[('authorization', 'token {S}')]",
    f'headers={{"Cookie": "session={S}; theme=dark"}}',
    f"Set-Cookie: wallflower={S}; HttpOnly",
    f"b'cookie: a={S}'",
    f"X-Hub-Signature-256: sha256={S}",
    f"X-Api-Key: {S}",
    f"x-auth-token={S}",
    f"sent Bearer {S}",
    f"Options(client_secret='{S}', api_key=\"{S}\")",
    f'{{"access_token": "{S}", "expires_in": 3600}}',
    f"password={S}",
    f"('refresh_token', '{S}')",
    f"-----BEGIN RSA PRIVATE KEY-----\n{S}\n{S}\n-----END RSA PRIVATE KEY-----",
    f"-----BEGIN PRIVATE KEY-----\n{S}",
    f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ{S}.{S}",
    f"ghp_{S}0123456789abcdef",
    f"the token wfl_{S}0123456789-abcdef",
]
HARMLESS = [
    "Forum: broken. The site does not answer. Wallflower tries again in 15 minutes.",
    "The key YOUTUBE_KEY is missing: set it in the environment or as a systemd credential.",
    "The token: get one at the site's settings.",
    "The site asks for basic authentication, which this source cannot do.",
    "Bearer of bad news: the cookie banner hides the feed.",
    "Migrating the database: adding the index of links. This may take a minute.",
    "Is it switched on? Last shown: nothing = fine",
    "Cannot store since 14:02: the disk is full (3 failures).",
    "The set-up code is KXWP-4821. It is valid for 30 minutes.",
    "sqlite:///data/wallflower.db cannot be opened",
]


@pytest.mark.parametrize("text", LEAKS)
def test_what_looks_like_a_secret_is_removed(text: str) -> None:
    assert S not in redact_patterns(text)
    assert S not in redact_patterns(f"error: {text}, then more")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_people_need_to_read_stays(text: str) -> None:
    assert redact_patterns(text) == text


def test_the_place_of_a_secret_stays_readable() -> None:
    text = redact_patterns(f"GET https://u:{S}@site.example/feed?token={S} with {{'Authorization': 'Bearer {S}'}}")
    assert text == "GET https://site.example/feed?… with {'Authorization': '…'}"


def test_the_punctuation_after_an_address_stays() -> None:
    text = f"Blog (redirected to https://site.example/x?a={S}) failed. See https://site.example/help. Then /y?b={S}."
    assert redact_patterns(text) == (
        "Blog (redirected to https://site.example/x?…) failed. See https://site.example/help. Then /y?…."
    )


def test_a_known_value_is_removed_in_every_form() -> None:
    value = 'it\'s/a+"secret" 1'
    redact = Redactor(lambda: {value})
    assert "secret" not in redact(f"{value} {value!r} https%3A it%27s%2Fa%2B%22secret%22%201")


def test_a_rotated_key_is_known_soon_and_the_old_one_stays_secret() -> None:
    clock, values = FakeClock(), {"old-value-1"}
    redact = Redactor(lambda: values, clock.monotonic)
    assert redact("old-value-1") == "…"
    values = {"new-value-2"}
    clock.advance(REFRESH_SECONDS)
    assert redact("old-value-1 new-value-2") == "… …"


def test_a_value_that_contains_another_leaves_no_rest() -> None:
    assert Redactor(lambda: {"secret", "secret-and-more"})("x secret-and-more x") == "x … x"


def test_every_secret_of_the_environment_and_of_systemd_is_known(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "youtube").write_text("from-credentials\n")
    (tmp_path / "file").write_text("from-a-file\nsecond-line\n")
    environ = {
        "PATH": "/usr/local/bin",
        "REDDIT_SECRET": "from-environment",
        "FEED": "https://forum.example/private/token-path.xml",
        "LOGIN_PASSWORD_FILE": str(tmp_path / "file"),
        "MISSING_TOKEN_FILE": str(tmp_path / "missing"),
        "UNREADABLE_KEY_FILE": str(tmp_path),
        "UNREADABLE_KEY": "still-known",
        "CREDENTIALS_DIRECTORY": str(credentials),
    }
    found = secrets.visible_values(["FEED"], environ)
    assert {"from-environment", "from-credentials", "from-a-file", "second-line", "still-known"} <= found
    assert "private/token-path.xml" in found, "a part of a secret address"
    assert "/usr/local/bin" not in found


def test_a_huge_text_is_shortened() -> None:
    text = Redactor(tuple)("a" * 1_000_000 + S)
    assert len(text) < MAX_CHARS + 100
    assert "shortened" in text
    assert text.endswith(S)


@given(st.text(alphabet=st.sampled_from("token='\"?/:;, bearer-_x=\\"), max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    redact_patterns(text)
