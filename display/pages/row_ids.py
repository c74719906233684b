"""The ids in paths: ``<int:id>`` matches only numbers that a row can have."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter, Map

MAX_ROW_ID = 2**63 - 1
"""SQLite raises for larger ones, and Python for numbers of more than 4,300 digits."""


class RowIdConverter(IntegerConverter):
    """Every other number is a page that does not exist."""

    regex = r"[0-9]{1,19}"

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=MAX_ROW_ID)
