"""Words that a brand's rule could exclude: frequent in mentions marked as not relevant, and absent from the others.

It only proposes; a person decides, because a word may also begin to occur in mentions about the brand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from monitor.relevance.words import word_set

MIN_REJECTED = 3
"""Rejected mentions in which a word occurs."""
MIN_KEPT = 5
"""With fewer kept mentions, nobody knows which words these have."""
MIN_CHARS = 3
MAX_PROPOSALS = 5
MAX_KEPT_SHARE = 0.02
"""A word that occurs in a larger share of the kept mentions is not proposed."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A word to exclude, and in how many of the clicked mentions it occurs."""

    word: str
    rejected: int
    of_rejected: int
    kept: int
    of_kept: int


def propose_exclusions(rejected: Sequence[str], kept: Sequence[str], without: Collection[str] = ()) -> list[Exclusion]:
    """The best words, each of which would exclude rejected mentions that those before it leave.

    ``without``: words that the rule itself looks for.
    """
    if len(kept) < MIN_KEPT:
        return []
    left = [word_set(text, without) for text in rejected]
    kept_counts = Counter(word for text in kept for word in word_set(text, without))
    totals = Counter(word for text in left for word in text)
    found: list[Exclusion] = []
    while len(found) < MAX_PROPOSALS:
        counts = Counter(word for text in left for word in text if _is_specific(word, kept_counts[word], len(kept)))
        best = min(counts, key=lambda word: (kept_counts[word] - counts[word], word), default="")
        if counts[best] < MIN_REJECTED:
            break
        found.append(Exclusion(best, totals[best], len(rejected), kept_counts[best], len(kept)))
        left = [text for text in left if best not in text]
    return found


def _is_specific(word: str, n_kept: int, of_kept: int) -> bool:
    is_word = len(word) >= MIN_CHARS and word.isalnum() and not word.isdigit()
    return is_word and n_kept <= MAX_KEPT_SHARE * of_kept
