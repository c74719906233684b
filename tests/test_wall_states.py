"""The made-up states have exactly the shape of the server's document."""

from __future__ import annotations

import json
import types
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from display.wall_state.document import WallState
from tests.wall_states import fixtures

NAMES = sorted(fixtures.states())


def differences(value: Any, kind: Any, where: str = "state") -> list[str]:
    """Where the JSON ``value`` is not of type ``kind``."""
    if is_dataclass(kind):
        return dataclass_differences(value, kind, where)
    origin, args = get_origin(kind), get_args(kind)
    if origin is Literal:
        return [] if value in args else [f"{where} is none of {args}"]
    if origin in (Union, types.UnionType):
        return [] if any(not differences(value, a, where) for a in args) else [f"{where} is none of {kind}"]
    if origin is tuple:
        each = [args[0]] * len(value) if args[-1] is Ellipsis else list(args)
        if not isinstance(value, list) or len(each) != len(value):
            return [f"{where} has not {len(args)} entries"]
        return [f for n, (v, k) in enumerate(zip(value, each, strict=True)) for f in differences(v, k, f"{where}[{n}]")]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return [] if value in list(kind) else [f"{where} is no {kind}"]
    allowed = (int, float) if kind is float else kind
    right = isinstance(value, allowed) and (kind is bool or not isinstance(value, bool))
    return [] if right else [f"{where} is not {kind}"]


def dataclass_differences(value: Any, kind: Any, where: str) -> list[str]:
    """The same for an object: its keys, then each of its values."""
    hints = get_type_hints(kind)
    names = [f.name for f in fields(kind)]
    if not isinstance(value, dict):
        return [f"{where} is no object"]
    odd = [f"{where}.{key} is missing or unknown" for key in {*names} ^ {*value}]
    return odd + [f for n in names if n in value for f in differences(value[n], hints[n], f"{where}.{n}")]


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_has_exactly_the_keys_of_the_document(name: str) -> None:
    read = json.loads((fixtures.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert differences(read, WallState) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_up_to_date(name: str) -> None:
    written = (fixtures.FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert written == fixtures.text(fixtures.states()[name]), "run: python -m tests.wall_states.fixtures"


def test_the_languages_for_the_front_end_tests_are_up_to_date() -> None:
    written = fixtures.LANGUAGES.read_text(encoding="utf-8")
    assert written == fixtures.languages_text(), "run: python -m tests.wall_states.fixtures"


def test_there_is_no_other_file() -> None:
    assert sorted(path.stem for path in fixtures.FOLDER.glob("*.json")) == NAMES


def test_differences_from_the_document_are_found() -> None:
    state = fixtures.states()["normal"].json()
    state["headline"] = {"word": 1, "text": "", "caption": ""}
    found = " ".join(differences(json.loads(json.dumps(state)), WallState))
    assert "headline.caption" in found
    assert "headline.clause" in found
    assert "headline.word is not" in found
