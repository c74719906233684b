"""The sorts of table that the set-up pages edit: their fields, names and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import abort

from display.pages.setup.fields import BRAND, GENERAL, Field, source_fields, wall_fields
from display.setup.kinds import all_kinds
from display.wall_state.i18n import catalogue

if TYPE_CHECKING:
    from monitor.config import Config


@dataclass(frozen=True, slots=True)
class Section:
    """A sort of table."""

    name: str
    """In the file: ``[[brands]]``."""
    singular: str
    can_try: bool = False


SECTIONS = {
    "brands": Section("brands", "brand", can_try=True),
    "sources": Section("sources", "source", can_try=True),
    "walls": Section("walls", "wall"),
    "wallflower": Section("wallflower", "general settings"),
}


def section_of(name: str) -> Section:
    """The section; 404 if there is none."""
    return SECTIONS.get(name) or abort(404)


def fields_of(section: Section, config: Config, kind: str) -> tuple[Field, ...]:
    """The fields of the form; 404 for a kind of source that does not exist."""
    if section.name == "brands":
        return BRAND
    if section.name == "wallflower":
        return GENERAL
    if section.name == "walls":
        return wall_fields([brand.name for brand in config.brands], sorted(catalogue()))
    if kind not in {one.name for one in all_kinds()}:
        abort(404)
    return source_fields(kind)


def found_table(tables: list[dict[str, Any]], name: str) -> tuple[int, Mapping[str, Any] | None]:
    """The position and the content of the table called ``name``; (-1, None) if there is none."""
    return next(((n, table) for n, table in enumerate(tables) if name and table.get("name") == name), (-1, None))
