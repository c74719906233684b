"""kill -9 at any moment loses and duplicates nothing: posts and cursor are committed together."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from monitor.store import open_store
from tests.fake_store import World, raw_connection
from tests.fakes import NOON
from tests.test_store_sqlite_derived import inconsistencies

BATCHES = 60
SAVER = f"""
import sys
from pathlib import Path
from tests.test_store_sqlite_kill import save_from_cursor
save_from_cursor(Path(sys.argv[1]), {BATCHES})
"""
TABLES = {
    "post": "SELECT * FROM post",
    "mention": "SELECT * FROM mention",
    "change": "SELECT * FROM change",
    "cube_day": "SELECT * FROM cube_day WHERE n > 0",
    "cube_5min": "SELECT * FROM cube_5min WHERE n > 0",
    "source": "SELECT name, cursor FROM source",
}


def save_from_cursor(path: Path, batches: int) -> None:
    """Save numbered batches from the cursor on; print the number of each batch that is committed."""
    store = open_store(f"sqlite:///{path}")
    number = store.cursor("Forum") or 0
    while isinstance(number, int) and number < batches:
        number += 1
        judged = World(number).batch("Forum", 25, ids=600)
        store.save("Forum", judged, now=NOON, deleted=[str(number)], cursor=number)
        print(number, flush=True)
    store.close()


def content(path: Path) -> dict[str, list[Any]]:
    db = raw_connection(path)
    rows = {name: db.execute(f"{sql} ORDER BY 1, 2").fetchall() for name, sql in TABLES.items()}
    db.close()
    return rows


def run_until_killed(path: Path, lines: int, pick: random.Random) -> None:
    """Start saving, and kill the process within the batch after ``lines`` were printed."""
    with subprocess.Popen([sys.executable, "-c", SAVER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = [process.stdout.readline() for _ in range(lines)]
        for _ in range(pick.randrange(200_000)):  # kills at a random moment, sooner than any sleep
            pass
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    done = [int(line) for line in printed if line.strip()]
    store = open_store(f"sqlite:///{path}")
    reached = store.cursor("Forum")
    store.close()
    assert isinstance(reached, int)
    assert reached >= max(done, default=0)


@pytest.mark.parametrize("seed", [1])
def test_after_eight_kills_the_database_equals_that_of_an_undisturbed_run(tmp_path: Path, seed: int) -> None:
    pick = random.Random(seed)
    path, undisturbed = tmp_path / "killed.db", tmp_path / "undisturbed.db"
    for _ in range(8):
        run_until_killed(path, pick.randint(1, 8), pick)
        assert inconsistencies(path) == []
    save_from_cursor(path, BATCHES)
    save_from_cursor(undisturbed, BATCHES)

    assert inconsistencies(path) == []
    assert len(content(undisturbed)["mention"]) > 300
    assert content(path) == content(undisturbed)
