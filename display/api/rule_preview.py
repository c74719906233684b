"""What another rule would find, as the page of the rule shows it, as a document."""

from __future__ import annotations

from display.api.documents import Json, time_text
from display.pages.context import PageContext
from display.pages.health_line import HealthLine
from display.pages.mentions.filters import RANGES
from display.pages.mentions.histogram import Histogram
from display.pages.rules.preview import Preview, ShownSide, preview
from display.pages.rules.subject import Subject
from monitor.errors import FilterError
from monitor.model import Brand

DEFAULT_SHOWN, MAX_SHOWN = 20, 200
"""Posts of each side."""


def find_preview(
    context: PageContext, health: HealthLine, brand: Brand, text: str, range_name: str, shown: int
) -> Preview:
    """What ``text`` would find as the rule of ``brand``. Raises FilterError and QueryError."""
    if range_name not in RANGES:
        raise FilterError("range", range_name, ", ".join(RANGES))
    return preview(context, health, Subject.of_brand(brand), text, range_name, shown=shown)


def preview_document(brand: Brand, text: str, found: Preview) -> Json:
    """``found`` as a document, without its coverage."""
    return {
        "brand": brand.name,
        "rule": text,
        "sentence": found.sentence,
        "detail": found.detail,
        "warnings": list(found.warnings),
        "exact": found.exact,
        "posts": found.posts,
        "now": found.now,
        "found": found.found,
        "entering": _side(found.entering),
        "leaving": _side(found.leaving),
        "bins": _bins(found.chart),
    }


def _side(side: ShownSide) -> Json:
    posts = [
        {
            "mention": one.mention,
            "source": one.source,
            "published_at": time_text(one.published_at),
            "excerpt": "".join(run.text for run in one.runs),
            "reason": one.reason,
        }
        for one in side.posts
    ]
    return {"n": side.n, "posts": posts}


def _bins(chart: Histogram | None) -> list[Json]:
    """The bins of the chart, whose line is what the rule in use found."""
    bars = [] if chart is None else chart.bars
    return [
        {
            "start": time_text(bar.bin.start),
            "end": time_text(bar.bin.end),
            "n": bar.bin.n,
            "now": None if bar.usual is None else round(bar.usual),
            "unread": bar.partly_unread,
        }
        for bar in bars
    ]
