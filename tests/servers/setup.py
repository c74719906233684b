"""Installs the servers that tests/servers reads: ``python -m tests.servers.setup``, as root on Debian.

They are optional: without them their tests are skipped, and say so. For a machine that only tests, for Debian starts an
nginx that it installs. isso, which Debian does not have, needs no root: pip puts it into an environment of its own.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tests.browser_setup import run
from tests.servers import OWN

PACKAGES = ("nginx-light", "dokuwiki", "php-cli", "php-cgi")
"""php-cgi: so that no other web server comes along."""
ISSO = (
    "isso==0.14.0",
    "bleach==6.4.0",
    "html5lib==1.1",
    "itsdangerous==2.2.0",
    "Jinja2==3.1.6",
    "MarkupSafe==3.0.4",
    "mistune==3.4.0",
    "six==1.17.0",
    "webencodings==0.6.1",
    "Werkzeug==3.1.9",
)
"""All that it uses. It asks for misaka too, which it does not load unless its config says so, and which needs a C
compiler; so pip is told to look for nothing by itself."""


def missing() -> list[str]:
    """What is not there."""
    there = {
        "nginx-light": shutil.which("nginx") or Path("/usr/sbin/nginx").exists(),
        "dokuwiki": Path("/usr/share/dokuwiki").is_dir(),
        "php-cli": shutil.which("php"),
        "isso": shutil.which("isso", path=OWN / "bin"),
    }
    return [name for name, found in there.items() if not found]


def get() -> list[str]:
    """Install what is missing, where that can be; what is missing still."""
    lacking = set(missing())
    if lacking - {"isso"} and os.geteuid() == 0 and shutil.which("apt-get"):
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES)
    if "isso" in lacking:
        _get_isso()
    return missing()


def _get_isso() -> None:
    """Within seconds, or not at all: where there is no network nobody waits for it."""
    run(sys.executable, "-m", "venv", "--clear", str(OWN))
    if (python := OWN / "bin" / "python").exists():
        quick = ("--disable-pip-version-check", "--quiet", "--retries", "1", "--timeout", "10")
        run(str(python), "-m", "pip", *quick, "install", "--no-deps", *ISSO)


if __name__ == "__main__":
    if left := get():
        sys.exit(
            f"Missing: {', '.join(left)}. As root on Debian this installs them, isso with pip; their tests are skipped."
        )
    print("All servers are here.")
