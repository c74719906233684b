"""Secrets by name: where they are read from, and that they are never shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from monitor import secrets
from monitor.errors import AuthError

HOW = "Get one at https://keys.example; it needs to read public posts."


class Options(BaseModel):
    key: secrets.SecretName


class Several(BaseModel):
    name: str = "A_NAME"
    token: secrets.SecretName | None = None
    password: secrets.SecretName = "A_PASSWORD"
    other: secrets.SecretName | None = "OTHER"


def test_a_secret_is_read_from_the_environment() -> None:
    assert secrets.get("A_KEY", environ={"A_KEY": " abc123 \n"}) == "abc123"


def test_a_secret_is_read_from_a_file_named_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text("abc123\n")
    assert secrets.get("A_KEY", environ={"A_KEY_FILE": str(tmp_path / "key.txt")}) == "abc123"


@pytest.mark.parametrize("name", ["A_KEY", "a_key"])
def test_a_secret_is_read_from_the_credentials_of_systemd(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("abc123\n")
    assert secrets.get("A_KEY", environ={"CREDENTIALS_DIRECTORY": str(tmp_path)}) == "abc123"


def test_the_environment_comes_first_unless_it_is_empty(tmp_path: Path) -> None:
    (tmp_path / "A_KEY").write_text("from the file")
    places = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert secrets.get("A_KEY", environ={**places, "A_KEY": "first"}) == "first"
    assert secrets.get("A_KEY", environ={**places, "A_KEY": ""}) == "from the file"


@pytest.mark.parametrize(
    "environ", [{}, {"A_KEY": ""}, {"A_KEY_FILE": "/nowhere/at/all"}, {"CREDENTIALS_DIRECTORY": "/no"}]
)
def test_the_error_of_a_missing_secret_says_where_to_get_it(environ: dict[str, str]) -> None:
    with pytest.raises(AuthError) as caught:
        secrets.get("A_KEY", HOW, environ=environ)
    assert "A_KEY" in str(caught.value)
    assert str(caught.value).endswith(HOW)


@pytest.mark.parametrize("value", ["two\nlines-of-it", "x" * 9_000, "cl\u00e9-secr\u00e8te", "tab\tbed-inside"])
def test_an_invalid_value_is_rejected_without_being_shown(value: str) -> None:
    with pytest.raises(AuthError) as caught:
        secrets.get("A_KEY", environ={"A_KEY": value})
    assert value[:6] not in str(caught.value)


def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    with pytest.raises(AuthError, match="permissions"):
        secrets.get("A_KEY", environ={"A_KEY_FILE": str(tmp_path)})
    (tmp_path / "A_KEY").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AuthError, match="A_KEY"):
        secrets.get("A_KEY", environ={"CREDENTIALS_DIRECTORY": str(tmp_path)})


@pytest.mark.parametrize("pasted", ["ghp_16C7e42F292c6912E7710c838347Ae178B4a", "AIzaSyA-made-up", "key", "", "A KEY"])
def test_a_key_pasted_in_place_of_its_name_is_rejected(pasted: str) -> None:
    with pytest.raises(ValidationError, match="never the secret itself"):
        Options(key=pasted)
    assert Options(key="A_KEY").key == "A_KEY"


def test_a_secret_is_redacted_plain_and_url_encoded() -> None:
    text = "GET https://api.example/?key=ab%2Fcd%2Bef+1 failed for ab/cd+ef 1"
    assert secrets.redact(text, "ab/cd+ef 1") == "GET https://api.example/?key=… failed for …"
    assert secrets.redact("an apple", "a") == "an apple"


def test_the_secrets_in_options_are_recognised_by_their_type() -> None:
    assert secrets.secret_names(Several()) == ("A_PASSWORD", "OTHER")
    assert secrets.secret_names(Several(token="A_TOKEN")) == ("A_TOKEN", "A_PASSWORD", "OTHER")
