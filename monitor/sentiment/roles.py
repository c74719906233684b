"""Kind: direction of anger. Whether words near a brand are about the brand, about somebody else, or said by the brand.

"Acme warns of a terrible storm", "I hate my neighbours", "the man next to me stinks". What is done to customers
("passengers stranded with no food") is about the brand. Cost: a brand that is blamed through its customers ("people
hate Acme's boss") loses most of that blame.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.sentiment import token_flags
from monitor.sentiment.brand_names import NameMatch
from monitor.sentiment.lexicon import people
from monitor.sentiment.lexicon.comparisons import VERB_AUXILIARIES
from monitor.sentiment.tokenized_text import TokenizedText

_BEFORE_VERB = VERB_AUXILIARIES | people.SPOKESPEOPLE
_MAX_WORDS_TO_SUFFERING = 4
_COPULAS = frozenset(("is", "was", "are", "were"))


def speech_spans(text: TokenizedText, own: Sequence[NameMatch]) -> list[tuple[int, int, int]]:
    """What the brand says or does to others, as tokens (verb, first, last)."""
    spans = []
    for _, start, end in own:
        i = end
        while i < len(text.entries) and text.words[i] in _BEFORE_VERB:
            i += 1
        is_after_name = i < len(text.entries) and not text.entries[end - 1].flags & token_flags.CLAUSE_END
        if is_after_name and _is_spoken_by(text, i) and not text.entries[start].is_handle:
            spans.append((i, i, text.sentence_of(i)[1]))
    return spans


def _is_spoken_by(text: TokenizedText, i: int) -> bool:
    """Whether the word at ``i`` is a verb by which the brand before it speaks, not one in the passive."""
    is_passive = text.words[i] in people.PASSIVES and not people.PASSIVE_MARKS.isdisjoint(text.words[i + 1 : i + 2])
    return bool(text.entries[i].flags & token_flags.REPORTING) and not is_passive


def others_tokens(text: TokenizedText, own: Sequence[NameMatch]) -> dict[int, int]:
    """Token with a valence -> token of the other person that it is about."""
    named = {i for _, start, end in own for i in range(start, end)}
    found: dict[int, int] = {}
    for i, entry in enumerate(text.entries):
        if entry.flags & token_flags.OTHERS and i not in named and _is_somebody_else(text, i):
            for k in _about(text, i, named):
                found[k] = i
    return found


def _is_somebody_else(text: TokenizedText, i: int) -> bool:
    """Whether the noun at ``i`` is not the brand's own: "your people" and "the driver" may be."""
    before = [entry.word for entry in text.entries[max(0, i - 2) : i]]
    if not people.OWN_PEOPLE.isdisjoint(before) and (text.entries[i].word in people.STAFF or "your" in before):
        return False
    if text.entries[i].word in people.CUSTOMERS and _suffers(text, i):
        return False
    return text.entries[i].word not in people.STAFF or not people.OTHERS_DETERMINERS.isdisjoint(before)


def _suffers(text: TokenizedText, i: int) -> bool:
    """Whether something is done to the customers at ``i``: "passengers stranded with no food", "kids left hungry"."""
    return not people.SUFFERED.isdisjoint(text.words[i + 1 : i + 1 + _MAX_WORDS_TO_SUFFERING])


def _goes_on(text: TokenizedText, i: int, last: int) -> bool:
    """Whether the conjunction at ``i`` adds another property: "is drunk and rude"."""
    return text.words[i] in ("and", "or") and i < last and bool(text.entries[i + 1].flags & token_flags.VALENCE)


def _about(text: TokenizedText, i: int, named: set[int]) -> range:
    """The tokens whose words are about the somebody else at ``i``: anger right before it, and its own predicate.

    Nothing if the brand is between: "my boss hates Acme" is about Acme.
    """
    entries = text.entries
    first, last = text.sentence_of(i)
    start = i
    for k in range(i - 1, max(first, i - 5) - 1, -1):
        if k in named or entries[k].flags & token_flags.CLAUSE_END:
            break
        if entries[k].word in people.ANGER or entries[k].flags & token_flags.VALENCE:
            start = k
    end = i
    is_predicate = i < last and text.words[i + 1] in _COPULAS
    while (
        end < last
        and not entries[end].flags & token_flags.CLAUSE_END
        and (not entries[end + 1].flags & token_flags.CONJUNCTION or _goes_on(text, end + 1, last))
    ):
        end += 1
        if end in named:
            return range(start, end if is_predicate else i + 1)
    return range(start, end + 1)
