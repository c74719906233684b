"""Scoring texts whose brands are told with each text, as ``wallflower score`` and the bench do."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from monitor.model import Brand, Score
from monitor.sentiment.scorer import Scorer

REMEMBERED = 512
"""Scorers kept, one per brand and its aliases; the one used longest ago goes first."""


class BrandScorers:
    """A scorer per distinct brand and aliases, all sharing one vocabulary. For one thread."""

    def __init__(self) -> None:
        self._any = Scorer(())
        self._scorers: OrderedDict[tuple[str, ...], Scorer] = OrderedDict()

    def score(self, text: str, brand: str, aliases: Sequence[str], lang: str | None) -> Score:
        """Score ``text`` towards ``brand``, which it may also call by one of ``aliases``; see ``Scorer.score``."""
        return self._scorer(brand, aliases).score(text, (brand,), lang)[brand]

    def _scorer(self, brand: str, aliases: Sequence[str]) -> Scorer:
        key = (brand, *aliases)
        scorer = self._scorers.get(key)
        if scorer is None:
            scorer = self._scorers[key] = self._any.with_brands([Brand(brand, rule="", aliases=tuple(aliases))])
            if len(self._scorers) > REMEMBERED:
                self._scorers.popitem(last=False)
        self._scorers.move_to_end(key)
        return scorer
