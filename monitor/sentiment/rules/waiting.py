"""Kind: time spent waiting. "3 hours" after "waited" or "on hold" is a complaint, "in 10 minutes" is not.

Cost: praise that mentions a wait ("worth the 3 hours") gets a lower score.
"""

from __future__ import annotations

from monitor.sentiment import token_flags
from monitor.sentiment.lexicon.text import word_set
from monitor.sentiment.tokenized_text import TokenizedText, TokenValence

TRIGGER = token_flags.TIME_UNIT
WAITED_VALENCE = -1.2
PLAIN_VALENCE = -0.4
"""A time alone: too little for a sign, but it adds to others."""

_QUANTIFIERS = word_set(
    "an another several many few couple two three four five six seven eight nine ten twelve half whole entire"
)
_WAITING = word_set(
    "waited waiting wait waits hold took takes taken taking late delay delayed delays sat sitting sit stuck "
    "stranded spent wasted over still been another queue queued queuing line lost without down after extra almost "
    "nearly tarmac runway"
)
_NO_WAITING = word_set(
    "in within every next last under only per first ago open opened less every under each old trial warranty notice"
)


def apply(text: TokenizedText) -> None:
    """Give each time that somebody waited a valence."""
    entries = text.entries
    for i, entry in enumerate(entries):
        if not entry.flags & token_flags.TIME_UNIT or not i:
            continue
        before = entries[i - 1].word
        if not (before[:1].isdigit() or before in _QUANTIFIERS):
            continue
        near = {one.word for one in entries[max(0, i - 5) : i + 4]}
        if not _NO_WAITING.isdisjoint({one.word for one in entries[max(0, i - 4) : i + 2]}):
            continue
        text.valences.append(TokenValence(i - 1, i, PLAIN_VALENCE if _WAITING.isdisjoint(near) else WAITED_VALENCE))
