"""The config and the environment of the soak's run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench._soak_plan import Plan, PlannedSource
from bench._soak_webhook import SECRET, SECRET_NAME
from tests import sites

EXTRA_OPTIONS: dict[str, dict[str, Any]] = {"youtube": {"searches_a_day": 100_000}}
"""Options that a kind needs to be read this often."""
NO_THREAD_CACHES = "glibc.malloc.tcache_count=0"
"""glibc caches up to some 200 KB of freed memory per thread, which takes hours to fill with 228 threads (16 MB in the
first hour). Without these caches, growth means a leak."""
ARCHIVE = "Archive"
"""A webhook whose posts are kept for a day."""
HEAD = """[wallflower]
data = "data"
allow_hosts = ["127.0.0.1"]
[server]
port = {port}
hosts = ["localhost"]
proxies = ["127.0.0.1"]
[backup]
to = "backups"
keep = 3
[[brands]]
name = "Acme"
ours = true
rule = "acme"
[[brands]]
name = "Globex"
rule = "globex"
[[walls]]
name = "desk"
[[walls]]
name = "lobby"
language = "{language}"
[[sources]]
kind = "webhook"
name = "Archive"
secret = "SOAK_HOOK"
keep = "1d"
"""
CHANGED = """
[[brands]]
name = "Initech"
rule = "initech"
[[walls]]
name = "canteen"
[[sources]]
kind = "webhook"
name = "Season"
secret = "SOAK_HOOK"
"""
"""What every second config has besides: a brand, a wall and a source."""


def config(plan: Plan, *, changed: bool = False) -> str:
    """The text of config.toml. ``changed``: the other of two, which a reload replaces by each other."""
    head = HEAD.format(port=plan.page_port, language="de" if changed else "en")
    return head + "".join(map(_table, plan.sources)) + (CHANGED if changed else "")


def _table(source: PlannedSource) -> str:
    keys = {"kind": source.kind, "name": source.name, "every": f"{source.interval:g}s", **_options(source)}
    return "[[sources]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())


def _options(source: PlannedSource) -> dict[str, Any]:
    url = _url(source.port)
    if source.kind == "feed":
        return {"url": f"{url}/{source.number}"}
    if source.kind == "webhook":
        return {"secret": SECRET_NAME}
    options = sites.module(source.kind).OPTIONS.items()
    return {key: value.format(url=url) for key, value in options} | EXTRA_OPTIONS.get(source.kind, {})


def environment(plan: Plan, memory_file: Path) -> dict[str, str]:
    """The secrets, the redirects for hosts that are fixed in an SDK, and where the run writes its memory figures."""
    redirects = {host: _url(source.port) for source in plan.sources for host in sites.sdk_hosts(source.kind)}
    settings = {
        "SOAK_REDIRECTS": json.dumps(redirects),
        "SOAK_MEMORY": str(memory_file),
        "GLIBC_TUNABLES": NO_THREAD_CACHES,
        "MALLOC_ARENA_MAX": "2",  # as in deploy/wallflower.service
    }
    return {**sites.SECRETS, SECRET_NAME: SECRET, **settings}


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"
