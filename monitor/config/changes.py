"""From one config to the next while the program runs: what can be used at once, and what needs a restart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import NamedTuple

from monitor.config import Config

_KEYS = {
    "backup_folder": "backup.to",
    "keep_backups": "backup.keep",
    "postgres_url": "wallflower.database",
    "database_password": "wallflower.database_password",
}
"""Attribute of Config -> the key that sets it, where they differ."""


@dataclass(frozen=True, slots=True)
class ConfigStatus:
    """How the config in use relates to its file, as of the last time that the file was read."""

    loaded_at: datetime
    """When the config in use was loaded."""
    problems: tuple[str, ...] = ()
    """Why the file could not be used, one sentence each, as ``wallflower check`` prints them; empty if it could."""
    problems_since: datetime | None = None
    """When the first attempt failed after ``loaded_at``; None without problems."""
    needs_restart: tuple[str, ...] = ()
    """What differs in the file but is only used after a restart, one sentence each."""


class UsableConfig(NamedTuple):
    """A new config as far as it can be used without a restart."""

    config: Config | None
    """None: nothing of it can be used."""
    needs_restart: tuple[str, ...]
    """See ``ConfigStatus``."""


def usable_config(running: Config, new: Config) -> UsableConfig:
    """``new`` with what only a start can change as it is in ``running``, and sentences about that."""
    if new.is_sample != running.is_sample:
        before, after = ("sample data", "real data") if running.is_sample else ("real data", "sample data")
        sentence = f"sources: changed from {before} to {after}, which has a database of its own."
        return UsableConfig(None, (f"{sentence} Until a restart, nothing of the file is used.",))
    sentences = [
        f"server.{field.name}: {_quoted(now)} in the file, {_quoted(before)} in use."
        for field in fields(running.server)
        if (now := getattr(new.server, field.name)) != (before := getattr(running.server, field.name))
    ]
    if new.data != running.data:
        sentences.append(f"wallflower.data: {_quoted(str(new.data))} in the file, {_quoted(str(running.data))} in use.")
    if new.postgres_url != running.postgres_url:
        before, after = running.database_name, new.database_name
        sentences.append(f"wallflower.database: {_quoted(after)} in the file, {_quoted(before)} in use.")
    if new.database_password != running.database_password:
        names = _quoted(new.database_password or ""), _quoted(running.database_password or "")
        sentences.append(f"wallflower.database_password: {names[0]} in the file, {names[1]} in use.")
    if new.sign_in != running.sign_in:
        sentences.append("sign_in: changed in the file; the old settings are in use.")
    kept = replace(
        new,
        server=running.server,
        data=running.data,
        sign_in=running.sign_in,
        postgres_url=running.postgres_url,
        database_password=running.database_password,
    )
    return UsableConfig(kept, tuple(sentences))


def describe_changes(old: Config, new: Config) -> str:
    """What differs, for the log: "brands: Globex changed; sources: Forum added"; empty if nothing does."""
    tables = {
        "brands": _changed_names({b.name: b for b in old.brands}, {b.name: b for b in new.brands}),
        "sources": _changed_names({s.name: s for s in old.sources}, {s.name: s for s in new.sources}),
        "topics": _changed_names({t.name: t for t in old.topics}, {t.name: t for t in new.topics}),
        "walls": _changed_names({w.name: w for w in old.walls}, {w.name: w for w in new.walls}),
    }
    parts = [f"{table}: {changes}" for table, changes in tables.items() if changes]
    others = [
        _KEYS.get(field.name, field.name)
        for field in fields(old)
        if field.name not in tables and getattr(old, field.name) != getattr(new, field.name)
    ]
    return "; ".join([*parts, *others])


def _changed_names(old: Mapping[str, object], new: Mapping[str, object]) -> str:
    changed = [name for name in new if name in old and new[name] != old[name]]
    added, removed = [name for name in new if name not in old], [name for name in old if name not in new]
    order_changed = not (added or removed) and list(old) != list(new)
    return ", ".join(
        [
            *_with_verb(added, "added"),
            *_with_verb(changed, "changed"),
            *_with_verb(removed, "removed"),
            *(["order changed"] if order_changed else []),
        ]
    )


def _with_verb(names: Collection[str], verb: str) -> Iterable[str]:
    return [f"{name or 'the default wall'} {verb}" for name in names]


def _quoted(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_quoted, value))}]" if value else "none"
    return str(value) if isinstance(value, int) else f'"{value}"'
