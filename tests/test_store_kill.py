"""kill -9 at any moment loses nothing and doubles nothing: posts and cursor are committed together."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from monitor.store import Store
from tests.fake_store import World, raw
from tests.fakes import NOON
from tests.test_store_truth import broken

BATCHES = 60
SAVER = f"""
import sys
from pathlib import Path
from tests.test_store_kill import save_from_cursor
save_from_cursor(Path(sys.argv[1]), {BATCHES})
"""
TABLES = {
    "post": "SELECT * FROM post",
    "mention": "SELECT * FROM mention",
    "change": "SELECT * FROM change",
    "cube": "SELECT * FROM cube_day WHERE n > 0",
    "pulse": "SELECT * FROM pulse WHERE n > 0",
    "source": "SELECT name, cursor FROM source",
}


def save_from_cursor(path: Path, batches: int) -> None:
    """Save numbered batches from where the cursor stands, telling each that is committed."""
    store = Store.open(path)
    number = store.cursor("Forum") or 0
    while isinstance(number, int) and number < batches:
        number += 1
        judged = World(number).batch("Forum", 25, ids=600)
        store.save("Forum", judged, now=NOON, deleted=[str(number)], cursor=number)
        print(number, flush=True)
    store.close()


def content(path: Path) -> dict[str, list[Any]]:
    db = raw(path)
    rows = {name: db.execute(f"{sql} ORDER BY 1, 2").fetchall() for name, sql in TABLES.items()}
    db.close()
    return rows


def run_until_killed(path: Path, lines: int, pick: random.Random) -> None:
    """Start saving and kill it within the batch after ``lines`` more were told."""
    with subprocess.Popen([sys.executable, "-c", SAVER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(lines)]
        for _ in range(pick.randrange(200_000)):  # into the middle of something, without a sleep
            pass
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    done = [int(line) for line in told if line.strip()]
    store = Store.open(path)
    reached = store.cursor("Forum")
    store.close()
    assert isinstance(reached, int)
    assert reached >= max(done, default=0)


@pytest.mark.parametrize("seed", [1])
def test_killed_eight_times_it_holds_what_an_undisturbed_run_holds(tmp_path: Path, seed: int) -> None:
    pick = random.Random(seed)
    path, calm = tmp_path / "killed.db", tmp_path / "calm.db"
    for _ in range(8):
        run_until_killed(path, pick.randint(1, 8), pick)
        assert broken(path) == []
    save_from_cursor(path, BATCHES)
    save_from_cursor(calm, BATCHES)

    assert broken(path) == []
    assert len(content(calm)["mention"]) > 300
    assert content(path) == content(calm)
