"""Kind: change over time. "used to be slow, now fast", "was great until the update", "finally fixed", "no longer good".

Cost: nostalgia ("we used to love it, and still do") is read as a loss.
"""

from __future__ import annotations

from monitor.model import CueKind
from monitor.sentiment import token_flags
from monitor.sentiment.lexicon import changes
from monitor.sentiment.tokenized_text import TokenCue, TokenizedText, TokenValence

TRIGGER = token_flags.CHANGE
PAST_PRAISE_FACTOR = -0.7
"""Praise of how it was is a complaint about how it is."""
PAST_BLAME_FACTOR = -0.25
REPAIR_REACH = 5
"""Words after a repair that name what was repaired."""


def apply(text: TokenizedText) -> None:
    """Reverse what is over."""
    for i, entry in enumerate(text.entries):
        if not entry.flags & token_flags.CHANGE:
            continue
        word = entry.word
        if word in ("first", "initially", "originally"):
            _at_first(text, i)
        elif word == "from":
            _from_to(text, i)
        elif word == "used":
            _used_to(text, i)
        elif word in changes.UNTIL:
            _until(text, i)
        elif word in changes.REPAIR_VERBS:
            _repair(text, i)


def _used_to(text: TokenizedText, i: int) -> None:
    entries = text.entries
    if i + 1 >= len(entries) or entries[i + 1].word != "to" or (i and entries[i - 1].word in changes.NOT_PAST_BEFORE):
        return
    if i > 1 and entries[i - 2].word == "what":  # "not what it used to be" is a phrase
        return
    end = text.statement_end(i)
    text.mute(i, end, TokenCue(i, i + 1, CueKind.CHANGE), positive=PAST_PRAISE_FACTOR, negative=PAST_BLAME_FACTOR)
    text.unreal.append(TokenCue(i, end, CueKind.CHANGE))


def _at_first(text: TokenizedText, i: int) -> None:
    """ "Loved it at first", "initially great"."""
    if text.entries[i].word == "first" and (not i or text.entries[i - 1].word != "at"):
        return
    start, end = max(text.sentence_of(i)[0], i - 6), text.statement_end(i)
    text.mute(start, end, TokenCue(i, i, CueKind.CHANGE), positive=PAST_PRAISE_FACTOR, negative=PAST_BLAME_FACTOR)


def _from_to(text: TokenizedText, i: int) -> None:
    """ "went from awful to great": how it was does not count."""
    to = next((k for k in range(i + 2, min(len(text.words), i + 5)) if text.words[k] == "to"), None)
    if to is not None and i and text.words[i - 1] in ("went", "gone", "go", "goes", "going", "improved", "changed"):
        text.mute(i, to, TokenCue(i, to, CueKind.CHANGE))


def _until(text: TokenizedText, i: int) -> None:
    first, _ = text.sentence_of(i)
    if text.words[i] == "before" and changes.ENDED_BY.isdisjoint(text.words[i + 1 : i + 4]):
        return
    verbs = {entry.word for entry in text.entries[first:i]}
    if verbs.isdisjoint(
        ("was", "were", "loved", "liked", "had", "used", "worked", "good", "great", "fine", "happy", "enjoyed")
    ):
        return
    text.mute(first, i, TokenCue(i, i, CueKind.CHANGE), positive=PAST_PRAISE_FACTOR, negative=PAST_BLAME_FACTOR)


def _repair(text: TokenizedText, i: int) -> None:
    """The trouble that is named after, or right before, a repair is over, unless the repair did not happen."""
    entries = text.entries
    first, last = text.sentence_of(i)
    before = {entry.word for entry in entries[max(first, i - 4) : i]}
    did_not_happen = not changes.NOT_REPAIRED_BEFORE.isdisjoint(before)
    if did_not_happen or entries[i].word not in changes.REPAIRED:
        if "not" in before or "never" in before or any(entry.negates for entry in entries[max(first, i - 3) : i]):
            text.valences.append(TokenValence(i, i, changes.UNREPAIRED_VALENCE))
            text.cues.append(TokenCue(i, i, CueKind.CHANGE))
        return
    end = min(text.statement_end(i), i + REPAIR_REACH, last)
    text.mute(max(first, i - 4), end, TokenCue(i, i, CueKind.CHANGE), positive=1.0, negative=0.0)
    text.valences.append(TokenValence(i, i, changes.REPAIR_VALENCE))
