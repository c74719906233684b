"""Installs the servers that tests/servers reads: ``python -m tests.servers.setup``, as root on Debian.

They are optional: without them their tests are skipped, and say so. For a machine that only tests, for Debian starts an
nginx that it installs.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tests.browser_setup import run

PACKAGES = ("nginx-light", "dokuwiki", "php-cli", "php-cgi")
"""php-cgi: so that no other web server comes along."""


def missing() -> list[str]:
    """What is not there."""
    there = {
        "nginx-light": shutil.which("nginx") or Path("/usr/sbin/nginx").exists(),
        "dokuwiki": Path("/usr/share/dokuwiki").is_dir(),
        "php-cli": shutil.which("php"),
    }
    return [name for name, found in there.items() if not found]


def get() -> list[str]:
    """Install what is missing, where that can be; what is missing still."""
    if missing() and os.geteuid() == 0 and shutil.which("apt-get"):
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES)
    return missing()


if __name__ == "__main__":
    if left := get():
        sys.exit(f"Missing: {', '.join(left)}. As root on Debian this installs them; their tests are skipped.")
    print("All servers are here.")
