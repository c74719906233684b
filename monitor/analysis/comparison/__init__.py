"""Brands side by side: ``compare`` takes sides and a store and returns a ``Comparison``.

    sides, store --> figures (counts, mood, shares)      one per side
                     unread  (what each side lacks)
                     rows    (intents, sources, languages, topics)
                     words   (log-odds with a prior)      --> Comparison --> ratios: which of two is mentioned more

Nothing is written. ``compare`` reads through the Store that it is given, whose heavy queries wait for their turn; the
other modules compute.
"""

from monitor.analysis.comparison.compare import Installation, compare
from monitor.analysis.comparison.ratios import volume_ratio

__all__ = ["Installation", "compare", "volume_ratio"]
