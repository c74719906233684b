"""Idioms that rank one brand above another: "leaves Globex in the dust", "could learn from Acme", "Acme > Globex".

Cost: "left Globex in the dust storm" is read as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.sentiment.brand_names import NameMatch
from monitor.sentiment.lexicon import comparisons as cues
from monitor.sentiment.tokenized_text import TokenizedText

_MAX_WORDS = 4
"""Of an idiom on one side of a name."""
_MAX_WORDS_TO_OBJECT = 10
_LAST_WORDS = frozenset(("from",)).union(
    *(verbs for verbs, _ in cues.BEATING_IDIOMS), (phrase[-1] for phrase in cues.BEATING_PHRASES)
)
"""What may stand right before the object of an idiom."""


def ranked_by_idioms(
    text: TokenizedText, own: Sequence[NameMatch], rivals: Sequence[NameMatch]
) -> Iterator[tuple[int, int, float]]:
    """Tokens (first, last) of each idiom, with 1 if it favours the brand and -1 if it favours a rival."""
    for name in own:
        if rank := _rank_of_object(text, name):
            yield name.start - 1, name.start - 1, rank
    for rival in rivals:
        rank = _rank_of_object(text, rival)
        if rank and any(_is_subject(text, name, rival) for name in own):
            yield rival.start - 1, rival.start - 1, -rank
        elif _is_contrast(text, rival) and any(_is_subject(text, rival, name) for name in own):
            yield rival.start - 1, rival.start - 1, 0.5


def _rank_of_object(text: TokenizedText, name: NameMatch) -> float:
    """-1 if an idiom says that something beats the brand at ``name``, 1 if that is its model, 0 otherwise."""
    if not name.start or text.words[name.start - 1] not in _LAST_WORDS:
        return 0.0
    before = text.words[max(0, name.start - _MAX_WORDS) : name.start]
    after = text.words[name.end : name.end + _MAX_WORDS]
    for verbs, ending in cues.BEATING_IDIOMS:
        if before[-1] in verbs and after[: len(ending)] == list(ending):
            return -1.0
    if any(before[-len(idiom) :] == list(idiom) for idiom in cues.BEATING_PHRASES):
        return -1.0
    learns = "learn" in text.words[max(0, name.start - 2 * _MAX_WORDS) : name.start]
    return 1.0 if learns and before[-1:] == ["from"] else 0.0


def _is_subject(text: TokenizedText, name: NameMatch, other: NameMatch) -> bool:
    """Whether ``name`` comes before ``other``, near and in the same sentence."""
    is_near = name.end <= other.start <= name.end + _MAX_WORDS_TO_OBJECT
    return is_near and text.same_sentence(name.start, other.start)


def _is_contrast(text: TokenizedText, rival: NameMatch) -> bool:
    """ "Unlike RIVAL, the brand answers": nothing in the sentence is denied."""
    if text.words[rival.start - 1 : rival.start] != ["unlike"]:
        return False
    first, last = text.sentence_of(rival.start)
    return not any(entry.negates for entry in text.entries[first : last + 1])
