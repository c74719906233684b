"""Installs the servers that tests/servers uses: ``python -m tests.servers.setup``, as root on Debian.

They are optional: without them their tests are skipped. Use this on test machines only, because Debian starts an nginx
when it is installed. isso is not in Debian's archive and needs no root: pip installs it into its own environment.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from hatch_build import node_path, npm_path
from tests.browser_setup import run
from tests.postgres_cluster import binaries
from tests.servers import ISSO_ENVIRONMENT, OIDC_FOLDER, PROMETHEUS_FOLDER

PACKAGES = ("nginx-light", "caddy", "dokuwiki", "php-cli", "php-cgi", "postgresql", "systemd-container")
"""php-cgi keeps apt from installing another web server with PHP; systemd-container boots a systemd for tests/drills;
the tests of the store start a PostgreSQL server of their own."""
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
"""isso and everything that it imports. It also declares misaka, which it does not load by default and which needs a C
compiler, so pip installs exactly this list."""


def missing() -> list[str]:
    """The servers that are not installed."""
    installed = {
        "nginx-light": shutil.which("nginx") or Path("/usr/sbin/nginx").exists(),
        "caddy": shutil.which("caddy"),
        "dokuwiki": Path("/usr/share/dokuwiki").is_dir(),
        "php-cli": shutil.which("php"),
        "postgresql": binaries(),
        "systemd-container": shutil.which("systemd-nspawn"),
        "isso": shutil.which("isso", path=ISSO_ENVIRONMENT / "bin"),
        "promtool": shutil.which("promtool") or (PROMETHEUS_FOLDER / "usr" / "bin" / "promtool").exists(),
    }
    installed["oidc-provider"] = (OIDC_FOLDER / "node_modules" / "oidc-provider").is_dir()
    return [name for name, found in installed.items() if not found]


def install() -> list[str]:
    """Install what is missing, as far as possible; returns what is still missing."""
    needed = set(missing())
    if needed - {"isso", "promtool", "oidc-provider"} and os.geteuid() == 0 and shutil.which("apt-get"):
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES)
    if "isso" in needed:
        _install_isso()
    if "oidc-provider" in needed:
        _install_oidc_provider()
    if "promtool" in needed and shutil.which("apt-get"):
        _unpack_prometheus()
    return missing()


def _unpack_prometheus() -> None:
    """Unpack Debian's package of Prometheus for its promtool. Installing it would start a server."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-qq", "prometheus"], cwd=folder, check=False)
        for package in Path(folder).glob("prometheus_*.deb"):
            run("dpkg-deb", "--extract", str(package), str(PROMETHEUS_FOLDER))


def _install_oidc_provider() -> None:
    """Install oidc-provider, from the npm registry, with the Node that builds the front end."""
    OIDC_FOLDER.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_name("oidc") / "package.json", OIDC_FOLDER)
    node = node_path()
    quick = ("--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=20000", "--prefix", str(OIDC_FOLDER))
    run(str(node), str(npm_path(node)), "install", *quick)


def _install_isso() -> None:
    """Install isso, with short timeouts so that this does not hang without a network."""
    run(sys.executable, "-m", "venv", "--clear", str(ISSO_ENVIRONMENT))
    if (python := ISSO_ENVIRONMENT / "bin" / "python").exists():
        quick = ("--disable-pip-version-check", "--quiet", "--retries", "1", "--timeout", "10")
        run(str(python), "-m", "pip", *quick, "install", "--no-deps", *ISSO)


if __name__ == "__main__":
    if still_missing := install():
        sys.exit(
            f"Missing: {', '.join(still_missing)}. Their tests are skipped. Run this as root on Debian to install them."
        )
    print("All servers are installed.")
