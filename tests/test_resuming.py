"""How a source resumes at a start of the program, also when its rules have changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.collector import ConfiguredSource, restore_source, rules_digest
from monitor.model import Batch, Brand, Json
from monitor.store import open_store
from tests.fakes import NOON, FakeClock
from tests.pass_setup import BRANDS, POLLING, new_status, pass_context


class RereadingSource:
    """A source that can read again what it has passed over."""

    def fetch(self, terms: Any, cursor: Json, now: datetime) -> Batch:
        return Batch(cursor=cursor)

    def reset_cursor(self, cursor: Json) -> Json:
        return ["reset", cursor]


@pytest.mark.parametrize(
    ("stored", "current", "ready", "cursor"),
    [
        ("one", "two", True, ["reset", "here"]),
        ("one", "one", True, "here"),
        ("", "two", True, "here"),
        ("one", "", True, "here"),
        ("one", "two", False, "here"),
    ],
)
def test_changed_rules_reset_the_cursor_once(
    tmp_path: Path, clock: FakeClock, stored: str, current: str, ready: bool, cursor: Json
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")
    store.register_brands(BRANDS, NOON)
    status = replace(new_status(), last_try=NOON, last_success=NOON, rules_digest=stored)
    store.save("Forum", (), now=NOON, cursor="here", status=status)
    source = ConfiguredSource("Forum", "feed", RereadingSource(), POLLING, ready=ready)
    context = replace(pass_context(store, clock), rules_digest=current)
    resumed = restore_source(source, status, context)
    assert store.cursor("Forum") == cursor
    assert resumed.rules_digest == (current if current and ready else stored)
    restore_source(source, resumed, context)
    assert store.cursor("Forum") == cursor
    store.close()


def test_the_digest_changes_with_brands_and_rules() -> None:
    acme, globex = Brand("Acme", "acme"), Brand("Globex", "globex")
    assert rules_digest([acme, globex]) == rules_digest([globex, acme])
    variants = ([acme], [globex], [acme, globex], [Brand("Acme", "acme -jobs")])
    assert len({rules_digest(brands) for brands in variants}) == 4
