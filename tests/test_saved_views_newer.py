"""A saved view that a newer version wrote is listed, and can be deleted, but finds nothing."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from monitor.store import open_store
from tests.fake_store import BRANDS, raw_connection
from tests.fakes import NOON


@pytest.mark.parametrize(
    ("column", "value"), [("filter", '{"mood": 3}'), ("range", "90d"), ("brand_group", "partners"), ("filter", "{")]
)
def test_a_view_of_a_newer_version(tmp_path: Path, column: str, value: str) -> None:
    path = tmp_path / "wallflower.db"
    open_store(f"sqlite:///{path}").close()
    db = raw_connection(path)
    db.execute(f"UPDATE saved_view SET {column} = ? WHERE id = 2", (value,))
    db.close()
    with closing(open_store(f"sqlite:///{path}")) as store:
        newer = store.views.visible(None)[1]
        assert newer.name == "Us, negative"
        assert newer.problem.startswith("A newer version of Wallflower saved it.")
        assert newer.resolve(BRANDS, NOON).filter is None
        assert store.views.delete(newer.id)
