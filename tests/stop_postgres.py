"""Stops a PostgreSQL server when all processes that use it have ended, however they ended. Run as a program."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

UNPRIVILEGED_USER = "nobody"
"""PostgreSQL refuses to run as root."""


def as_unprivileged() -> dict[str, Any]:
    """Arguments of ``subprocess`` that run a program of PostgreSQL as another user if this is root."""
    return {"user": UNPRIVILEGED_USER, "extra_groups": []} if os.geteuid() == 0 else {}


def main(users: Path, address: Path, pg_ctl: str) -> None:
    """Wait until nobody holds a lock on the file ``users``. ``address`` has the folder of the server."""
    with users.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        place = address.read_text()
        command = [pg_ctl, "-D", f"{place}/data", "-m", "immediate", "stop"]
        subprocess.run(command, check=False, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       **as_unprivileged())  # fmt: skip
        shutil.rmtree(place, ignore_errors=True)
        address.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
