"""The parts of the config that the set-up pages edit: their fields, names and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import abort

from display.pages.setup.fields import BACKUP, BRAND, GENERAL, SERVER, TOPIC, Field, source_fields, wall_fields
from display.setup.kinds import all_kinds
from display.wall_state.i18n import catalogue

if TYPE_CHECKING:
    from monitor.config import Config


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the config: the tables ``[[brands]]``, or the one table ``[backup]``."""

    name: str
    """In the file."""
    singular: str = ""
    """What one of several tables is; empty for a single table."""
    title: str = ""
    """Of a single table."""
    can_try: bool = False
    note: str = ""
    """What to know before changing it."""

    @property
    def is_single(self) -> bool:
        """Whether there is only one such table."""
        return not self.singular


SECTIONS = {
    "brands": Section("brands", "brand", can_try=True),
    "sources": Section("sources", "source", can_try=True),
    "topics": Section(
        "topics",
        "topic",
        can_try=True,
        note="Wallflower finds topics by itself. One that is set up here is shown under its own name whenever enough"
        " mentions are about it.",
    ),
    "walls": Section("walls", "wall"),
    "wallflower": Section("wallflower", title="General settings"),
    "backup": Section("backup", title="Backups", note="Takes effect with the next backup; no restart is needed."),
    "server": Section(
        "server",
        title="Server",
        note="Changes take effect after a restart. On this machine, the pages always open as localhost.",
    ),
}


def section_of(name: str) -> Section:
    """The section; 404 if there is none."""
    return SECTIONS.get(name) or abort(404)


def fields_of(section: Section, config: Config, kind: str) -> tuple[Field, ...]:
    """The fields of the form; 404 for a kind of source that does not exist."""
    constant = {"brands": BRAND, "topics": TOPIC, "wallflower": GENERAL, "backup": BACKUP, "server": SERVER}
    if section.name in constant:
        return constant[section.name]
    if section.name == "walls":
        return wall_fields([brand.name for brand in config.brands], sorted(catalogue()))
    if kind not in {one.name for one in all_kinds()}:
        abort(404)
    return source_fields(kind)


def found_table(tables: list[dict[str, Any]], name: str) -> tuple[int, Mapping[str, Any] | None]:
    """The position and the content of the table called ``name``; (-1, None) if there is none."""
    return next(((n, table) for n, table in enumerate(tables) if name and table.get("name") == name), (-1, None))
