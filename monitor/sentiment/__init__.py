"""Sentiment towards a brand, from words alone: no weights to ship, and every score can say which words made it.

    vocabulary   token -> what it is: VADER's lexicon (Hutto & Gilbert 2014) and our own ``words``
    reading      a text read once: tokens, clauses, what each word weighs by VADER's rules (``valence``)
    naming       where it names which brand
    towards      what that says about one brand: place (``towards``), comparisons and moves (``sides``)
    scorer       the call that the rest of the program makes

The recipe was measured on labelled texts with a named target; ``bench/sentiment.py`` measures it on any such file.
"""

from monitor.sentiment.adhoc import BrandScorers
from monitor.sentiment.scorer import Scorer
from monitor.sentiment.towards import score_of

__all__ = ["BrandScorers", "Scorer", "score_of"]
