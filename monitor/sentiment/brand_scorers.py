"""Score texts that each come with their own brand, as in the benchmark of labelled texts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from monitor.model import Brand, Score
from monitor.sentiment.scorer import Scorer

MAX_SCORERS = 512
"""Scorers kept, one per brand and its aliases. The least recently used is dropped first."""


class BrandScorers:
    """One scorer per brand and aliases. All share one vocabulary. Not thread-safe."""

    def __init__(self) -> None:
        self._base = Scorer(())
        self._scorers: OrderedDict[tuple[str, ...], Scorer] = OrderedDict()

    def score(self, text: str, brand: str, aliases: Sequence[str], lang: str | None) -> Score:
        """Score ``text`` towards ``brand``, also known by ``aliases``. See ``Scorer.score``."""
        return self._scorer(brand, aliases).score(text, (brand,), lang)[brand]

    def _scorer(self, brand: str, aliases: Sequence[str]) -> Scorer:
        key = (brand, *aliases)
        scorer = self._scorers.get(key)
        if scorer is None:
            scorer = self._scorers[key] = self._base.with_brands([Brand(brand, rule="", aliases=tuple(aliases))])
            if len(self._scorers) > MAX_SCORERS:
                self._scorers.popitem(last=False)
        self._scorers.move_to_end(key)
        return scorer
