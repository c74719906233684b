"""Kind: names of others. "the Great British Bake Off" is not an opinion, and neither is a word in quotes.

A word with a valence is part of a name if it and its neighbour are capitalised inside a sentence that is not written in
capitals throughout. Only praise is muted: "Terrible Service" is capitalised in anger.
Cost: "It is So Good" loses a word.
"""

from __future__ import annotations

from monitor.model import CueKind
from monitor.sentiment import token_flags
from monitor.sentiment.lexicon.text import word_set
from monitor.sentiment.tokenized_text import TokenCue, TokenizedText

TRIGGER = token_flags.CAPITALIZED | token_flags.QUOTED
SMALL_WORDS = word_set(
    "a an the and or nor but of on in at to for with by from as is it its via vs over into after than be"
)
"""Not capitalised in a headline in title case, where capitals mean nothing."""


MIN_TITLE_CAPITALS = 4


def apply(text: TokenizedText) -> None:
    """Mute praise that is part of a name or stands in quotation marks of its own."""
    entries = text.entries
    is_title_case: bool | None = None
    for i, entry in enumerate(entries):
        if entry.flags & token_flags.QUOTED:
            text.mute(i, i, TokenCue(i, i, CueKind.REPORTED), negative=1.0)
        elif entry.flags & token_flags.CAPITALIZED and not entry.is_upper and _has_capital_neighbour(text, i):
            if is_title_case is None:
                is_title_case = _is_title_case(text)
            if not is_title_case:
                text.mute(i, i, TokenCue(i, i, CueKind.NAME), negative=1.0)


def _has_capital_neighbour(text: TokenizedText, i: int) -> bool:
    """Whether the word before or after ``i`` is capitalised, and is not just the beginning of a sentence."""
    first, last = text.sentence_of(i)
    if i == first or text.entries[i - 1].is_handle:
        return False
    previous, following = text.tokens[i - 1], text.tokens[i + 1] if i < last else ""
    is_after_name = i - 1 > first and _is_capitalised(previous) and previous[-1:].isalnum()
    return is_after_name or (_is_capitalised(following) and text.tokens[i][-1:].isalnum())


def _is_capitalised(token: str) -> bool:
    return token[:1].isupper() and token != "I" and not token.startswith(("I'", "I\u2019")) and not token.isupper()


def _is_title_case(text: TokenizedText) -> bool:
    """Whether a text long enough to show it begins all its words with capitals, apart from small ones."""
    capitals = sum(map(_is_capitalised, text.tokens))
    return capitals >= MIN_TITLE_CAPITALS and not any(
        token[:1].islower() and word not in SMALL_WORDS for token, word in zip(text.tokens, text.words, strict=True)
    )
