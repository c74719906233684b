"""The sparkline of a source: its mentions of a week, with the times hatched in which it was not read."""

from __future__ import annotations

from dataclasses import dataclass

from display.pages.sources.rows import SPARK_BIN, SPARK_BINS, WEEK, SourceRow

WIDTH_PX, HEIGHT_PX = 168.0, 26.0
"""3 px for each bin."""
MIN_BAR_PX = 1.0
MIN_HATCH_PX = 1.5


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Positions in px."""

    bars: tuple[tuple[float, float, float], ...]
    """x, y and height of each bar."""
    hatches: tuple[tuple[float, float], ...]
    """x and width of each time in which the source was not read."""
    description: str
    """The sparkline as a sentence."""


def sparkline(row: SourceRow) -> Sparkline:
    """The week of ``row``, scaled to its own peak."""
    peak, bin_px = max(row.volume, default=0), WIDTH_PX / SPARK_BINS
    heights = ((n, max(MIN_BAR_PX, count * (HEIGHT_PX - 1) / peak)) for n, count in enumerate(row.volume) if count)
    start = row.context.now - WEEK
    spans = [(start, row.context.now)] if row.never_read else row.unread_spans
    hatches = (((a - start) / SPARK_BIN * bin_px, (b - start) / SPARK_BIN * bin_px) for a, b in spans)
    return Sparkline(
        tuple((round(n * bin_px + 0.5, 2), round(HEIGHT_PX - h, 2), round(h, 2)) for n, h in heights),
        tuple((round(min(a, WIDTH_PX - MIN_HATCH_PX), 2), round(max(MIN_HATCH_PX, b - a), 2)) for a, b in hatches),
        f"{row.mentions:,} mentions in 7 days, at most {peak:,} in 3 hours. Not read: {row.not_read}.",
    )
