"""Small configs for a real ``wallflower run``, as the text of config.toml."""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor.encoder import load_head


def table(kind: str, /, **keys: str | int | bool | Sequence[str]) -> str:
    """A ``[[kind]]`` table. JSON's strings, numbers, booleans and lists are TOML's."""
    return f"[[{kind}]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())


def brand(name: str, rule: str = "", *, ours: bool = False) -> str:
    """A brand whose rule is its name, unless there is another."""
    return table("brands", name=name, ours=ours, rule=rule or name.lower())


def feed(name: str, url: str, every: str = "1s") -> str:
    """A feed."""
    return table("sources", kind="feed", name=name, url=url, every=every)


def webhook(name: str, secret: str) -> str:
    """A webhook. ``secret``: the name of the variable that holds its secret."""
    return table("sources", kind="webhook", name=name, secret=secret)


def wall(name: str, **keys: str) -> str:
    """A wall."""
    return table("walls", name=name, **keys)


def without_model() -> str:
    """Switches the language model off. Where it is installed, each start would load it, and old posts keep it busy."""
    return f"[languages]\noff = {json.dumps(sorted(load_head().languages))}\n"


def config_text(port: int, *tables: str, site: int | None = None, server: str = "") -> str:
    """A config with the brand Acme, and ``tables``.

    ``port``: of the pages. ``site``: the port on loopback that sources may read; 0: every port.
    ``server``: more keys of ``[server]``.
    """
    allowed = json.dumps([] if site is None else [f"127.0.0.1:{site}" if site else "127.0.0.1"])
    head = f'[wallflower]\ndata = "data"\nallow_hosts = {allowed}\n[server]\nport = {port}\n{server}\n'
    return head + brand("Acme", ours=True) + "".join(tables)
