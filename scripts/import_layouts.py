"""Write the table of layouts in docs/import.md from monitor/collector/importing/layout_table.

Run ``python -m scripts.import_layouts`` after a layout changed.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from monitor.collector.importing.layout_table import LAYOUTS
from monitor.collector.importing.layouts import Layout

TARGET = Path(__file__).resolve().parents[1] / "docs" / "import.md"
BEGIN, END = "<!-- layouts: written by scripts/import_layouts.py -->\n", "<!-- end of layouts -->\n"


def table() -> str:
    """The table in Markdown, one row for each layout."""
    head = ("`--layout`", "export", "what is read, from which columns", "the names of the columns come from")
    return _line(*head) + _line(*("---" for _ in head)) + "".join(_row(layout) for layout in LAYOUTS)


def _row(layout: Layout) -> str:
    fields = "; ".join(f"{field}: {_in_words(columns)}" for field, columns in layout.fields.items())
    if layout.ours:
        fields += f"; our own replies: {layout.ours.replace(': ', ', by ')}"
    return _line(f"`{layout.name}`", layout.title, fields, layout.confirmed)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _in_words(columns: str) -> str:
    return columns.replace(" | ", " or ").replace(" + ", " and ")


def with_table(document: str) -> str:
    """``document`` with the present table between its markers."""
    pattern = re.escape(BEGIN) + ".*?" + re.escape(END)
    return re.sub(pattern, lambda _: f"{BEGIN}\n{table()}\n{END}", document, flags=re.DOTALL)


if __name__ == "__main__":
    TARGET.write_text(with_table(TARGET.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {TARGET.name}", file=sys.stderr)
