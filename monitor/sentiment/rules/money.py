"""Kind: direction of money words. What is measured decides whether up is good: losses narrow, profit halves.

Cost: "shares" and "sales" that are no figures ("sales staff cut my hair") are read as figures if a direction is near.
"""

from __future__ import annotations

from monitor.model import CueKind
from monitor.sentiment import token_flags
from monitor.sentiment.lexicon import money
from monitor.sentiment.lexicon.text import word_set
from monitor.sentiment.tokenized_text import TokenCue, TokenizedText, TokenValence

TRIGGER = token_flags.DIRECTION
_SPLITTING = word_set("split splits splitting break breaks breaking broke divide divided add clear clears cleared")


def apply(text: TokenizedText) -> None:
    """Give each direction with a measure near it the sign that the two have together."""
    if not text.flags & token_flags.MEASURE:
        return
    for i, entry in enumerate(text.entries):
        if (
            entry.flags & token_flags.DIRECTION
            and not _is_particle(text, i)
            and (measure := _measure(text, i)) is not None
        ):
            _combine(text, measure, i)


def _is_particle(text: TokenizedText, i: int) -> bool:
    """Whether the word at ``i`` belongs to a verb that says nothing about amounts: "split up the charges"."""
    return text.entries[i].word in ("up", "down") and not _SPLITTING.isdisjoint(text.words[max(0, i - 3) : i])


def _measure(text: TokenizedText, i: int) -> int | None:
    """The token of what goes in the direction at ``i``: the nearest one before it, or after a transitive verb."""
    entries = text.entries
    first, last = text.sentence_of(i)
    word = entries[i].word
    if word in money.TRANSITIVE:
        for k in range(i + 1, min(last, i + money.MAX_WORDS_BETWEEN) + 1):
            if entries[k].flags & token_flags.MEASURE:
                return k
            if entries[k - 1].flags & token_flags.CLAUSE_END:
                break
    for k in range(i - 1, max(first, i - 1 - money.MAX_WORDS_BETWEEN) - 1, -1):
        if entries[k].flags & token_flags.CLAUSE_END:
            break
        if entries[k].flags & token_flags.MEASURE:
            return k
    return None


def _combine(text: TokenizedText, measure: int, direction: int) -> None:
    noun, verb = text.entries[measure].word, text.entries[direction].word
    is_up = verb in money.UP
    is_good = noun in money.GOOD_MEASURES
    first, last = min(measure, direction), max(measure, direction)
    kept = [one for one in text.valences if not (first <= one.first and one.last <= last)]
    text.valences = kept
    sign = 1.0 if is_up == is_good else -1.0
    text.valences.append(TokenValence(first, last, sign * money.DIRECTION_VALENCE))
    text.cues.append(TokenCue(first, last, CueKind.MONEY))
