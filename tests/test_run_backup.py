"""`wallflower backup` beside a process that stores all the time: the restored database is whole."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections import Counter
from pathlib import Path

from display.cli.dependencies import load_config
from monitor.model import MentionFilter
from monitor.store import open_store
from tests.attack.running_server import ROOT, RunningServer
from tests.fake_store import raw_connection
from tests.senders import sending


def command(server: RunningServer, *arguments: str) -> str:
    line = [sys.executable, "-m", "display.cli.main", *arguments, "--config", str(server.config)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def stored(server: RunningServer) -> Counter[str]:
    store = open_store(load_config(server.config).database_url)
    with contextlib.closing(store):
        return Counter(mention.post.external_id for mention in store.export(MentionFilter()))


def test_a_backup_while_posts_are_stored_has_all_that_was_acknowledged_before_it(tmp_path: Path) -> None:
    server = RunningServer(tmp_path).start()
    try:
        with sending(server, "Forum", 2, "sender") as senders:
            server.until(lambda: sum(len(one.acknowledged) for one in senders) >= 200)
            before = [post for one in senders for post in one.acknowledged]
            backup = Path(command(server, "backup", "--to", str(tmp_path / "backups")).partition(": ")[0])
            server.until(lambda: sum(len(one.acknowledged) for one in senders) >= len(before) + 200)
        acknowledged = [post for one in senders for post in one.acknowledged]
    finally:
        server.stop()
    found = stored(server)
    assert {post for post in acknowledged if found[post] != 1} == set()
    with contextlib.closing(raw_connection(backup)) as db:
        posts, mentions = (db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("post", "mention"))
    command(server, "restore", str(backup), "--yes")
    restored = stored(server)
    assert sum(restored.values()) == mentions == posts
    assert {post for post in before if restored[post] != 1} == set()
    with contextlib.closing(raw_connection(load_config(server.config).database)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.execute("INSERT INTO mention_fts (mention_fts, rank) VALUES ('integrity-check', 1)")
    server.start()
    server.stop()
    assert "Traceback" not in server.output()
