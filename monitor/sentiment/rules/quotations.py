"""Kind: what somebody else wrote, repeated as a whole: "RT @acme: our seats are the best".

Praise in it does not count. Blame does, because who repeats it mostly agrees. Cost: the praise of a customer that
another one repeats is missed.
"""

from __future__ import annotations

from monitor.model import CueKind
from monitor.sentiment import token_flags
from monitor.sentiment.lexicon.text import word_set
from monitor.sentiment.tokenized_text import TokenCue, TokenizedText

TRIGGER = token_flags.QUOTED_SPEAKER
REPEATING = word_set("rt mt via")
_CLOSING = '"\u201d'


def apply(text: TokenizedText) -> None:
    """Mute praise from the name of the speaker to the quotation mark that ends the quotation, or to the end."""
    for i, entry in enumerate(text.entries):
        if not entry.flags & token_flags.QUOTED_SPEAKER or (entry.is_handle and not _is_repeated(text, i)):
            continue
        ends = (k for k in range(i + 1, len(text.tokens)) if text.tokens[k].rstrip(".,!?")[-1:] in _CLOSING)
        end = len(text.tokens) - 1 if entry.is_handle else next(ends, len(text.tokens) - 1)
        text.mute(i, end, TokenCue(i, i, CueKind.REPORTED), negative=1.0)


def _is_repeated(text: TokenizedText, i: int) -> bool:
    return i > 0 and text.words[i - 1] in REPEATING
