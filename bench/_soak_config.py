"""The config and the environment of the soak's run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench._soak_plan import Plan, Planned
from bench._soak_sites import HOOK, SECRET
from tests import sites

MORE: dict[str, dict[str, Any]] = {"youtube": {"searches_a_day": 100_000}}
"""What a kind needs to be read so often."""
NO_CACHES = "glibc.malloc.tcache_count=0"
"""glibc keeps freed memory apart for each thread, up to some 200 KB, which for 228 threads takes hours to fill (seen:
16 MB in the first hour). Without that, what grows is a leak."""
HEAD = """[wallflower]
data = "data"
allow_hosts = ["127.0.0.1"]
[server]
port = {port}
[[brands]]
name = "Acme"
ours = true
rule = "acme"
[[brands]]
name = "Globex"
rule = "globex"
[[sources]]
kind = "sample"
name = "The sample"
rate = 300
history = 0.1
"""


def config(plan: Plan) -> str:
    """config.toml."""
    return HEAD.format(port=plan.page_port) + "".join(map(_table, plan.sources))


def _table(source: Planned) -> str:
    keys = {"kind": source.kind, "name": source.name, "every": f"{source.every:g}s", **_options(source)}
    return "[[sources]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())


def _options(source: Planned) -> dict[str, Any]:
    url = _url(source.port)
    if source.kind == "feed":
        return {"url": f"{url}/{source.number}"}
    if source.kind == "webhook":
        return {"secret": HOOK}
    given = sites.module(source.kind).OPTIONS.items()
    return {key: value.format(url=url) for key, value in given} | MORE.get(source.kind, {})


def environment(plan: Plan, inside: Path) -> dict[str, str]:
    """The secrets, where the hosts that stand in an SDK are led, and where the run tells of its memory."""
    led = {host: _url(source.port) for source in plan.sources for host in sites.sdk_hosts(source.kind)}
    inner = {"SOAK_DETOURS": json.dumps(led), "SOAK_INSIDE": str(inside), "GLIBC_TUNABLES": NO_CACHES}
    return {**sites.SECRETS, HOOK: SECRET, **inner}


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"
