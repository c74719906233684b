"""Sentiment towards a brand, from words alone: no model weights to ship, and every score names the words behind it.

    lexicon          words and phrases by kind, data only: a new word goes here
    vocabulary       token -> what it is: VADER's lexicon (Hutto & Gilbert 2014) and ours
    tokenized_text   a text as tokens and clauses, with the valence of each word by VADER's rules (``valence``)
    rules            what a text does not say, one module per kind: questions, wishes, sarcasm, money and others
    brand_names      where a text names which brand
    comparisons      comparisons with other brands, switching, choices
    roles            what is said about somebody else, or by the brand itself
    targeted         the score towards one brand, from the position of words, roles and comparisons
    decisive         which scores are left to the rules alone
    scorer           the interface that the rest of the program uses

The rules were measured on labelled texts with a named target. ``bench/sentiment.py`` measures them on any such file.
"""

from monitor.sentiment.brand_scorers import BrandScorers
from monitor.sentiment.decisive import counts_by_words
from monitor.sentiment.scorer import Scorer
from monitor.sentiment.targeted import SIGN_WEIGHTS, score_from_weights

RULES_VERSION = 3
"""Raised with every change of words or rules that changes scores or their evidence: stored posts are judged again.

``tests/test_rules_version.py`` fails where this was forgotten."""

__all__ = ["RULES_VERSION", "SIGN_WEIGHTS", "BrandScorers", "Scorer", "counts_by_words", "score_from_weights"]
