"""Idioms that rank one brand above another: "leaves Globex in the dust", "could learn from Acme", "Acme > Globex".

Kind: praise of one brand that is blame of the other, whichever of them the words stand beside. "Globex makes me
appreciate Acme", "goodbye Globex, hello Acme", "with Globex I miss Acme". In these, any handle may be the other brand.
Costs: "left Globex in the dust storm" is read as one, and so is a farewell to the staff of one brand by a customer of
both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.sentiment import token_flags
from monitor.sentiment.brand_names import NameMatch
from monitor.sentiment.lexicon import comparisons as cues
from monitor.sentiment.tokenized_text import TokenizedText

_MAX_WORDS = 4
"""Of an idiom on one side of a name."""
_MAX_WORDS_TO_OBJECT = 10
_LAST_WORDS = frozenset(("from",)).union(
    *(verbs for verbs, _ in cues.BEATING_IDIOMS), (phrase[-1] for phrase in cues.BEATING_PHRASES)
)
_MAX_WORDS_TO_FEELING = 3
"""Between "makes me" and what it makes one feel: "makes me really really appreciate"."""
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
    others = [*rivals, *_other_handles(text, own, rivals)] if own else ()
    if others:
        yield from _farewells(text, own, others)
        yield from _missed(text, own, others)
        yield from _made_to_shine(text, own, others)


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
    learns = not cues.LEARNING.isdisjoint(text.words[max(0, name.start - 2 * _MAX_WORDS) : name.start])
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


def _other_handles(text: TokenizedText, own: Sequence[NameMatch], rivals: Sequence[NameMatch]) -> Iterator[NameMatch]:
    """The handles that are no name of a brand."""
    if text.flags & token_flags.HANDLE:
        named = {i for _, start, end in (*own, *rivals) for i in range(start, end)}
        for i, entry in enumerate(text.entries):
            if entry.is_handle and i not in named:
                yield NameMatch(entry.name, i, i + 1)


def _word_before(text: TokenizedText, name: NameMatch) -> str:
    """The word right before a name, "" if a sentence ends between."""
    before = name.start - 1
    return text.words[before] if before >= 0 and text.same_sentence(before, name.start) else ""


def _farewells(
    text: TokenizedText, own: Sequence[NameMatch], rivals: Sequence[NameMatch]
) -> Iterator[tuple[int, int, float]]:
    """ "goodbye RIVAL, hello BRAND"."""
    for name in own:
        if _word_before(text, name) in cues.FAREWELLS:
            yield name.start - 1, name.start - 1, -1.0
    left = any(_word_before(text, rival) in cues.FAREWELLS for rival in rivals)
    for name in own if left else ():
        if _word_before(text, name) in cues.GREETINGS:
            yield name.start - 1, name.start - 1, 1.0


def _missed(
    text: TokenizedText, own: Sequence[NameMatch], rivals: Sequence[NameMatch]
) -> Iterator[tuple[int, int, float]]:
    """ "with RIVAL I miss BRAND", "I miss flying BRAND", "at least BRAND answers"."""
    for names, rank in ((own, 1.0), (rivals, -0.5)):
        for name in names:
            i = name.start - 1
            if i > 0 and text.words[i].endswith("ing") and text.words[i] not in cues.MISSING_VERBS:
                i -= 1
            if i >= 0 and text.words[i] in cues.MISSING_VERBS and text.same_sentence(i, name.start):
                yield i, i, rank
            for phrase in cues.PREFERRED_AFTER:
                first = name.start - len(phrase)
                if first >= 0 and text.words[first : name.start] == list(phrase):
                    yield first, name.start - 1, rank


def _made_to_shine(
    text: TokenizedText, own: Sequence[NameMatch], rivals: Sequence[NameMatch]
) -> Iterator[tuple[int, int, float]]:
    """ "RIVAL makes me appreciate BRAND", "RIVAL makes BRAND look good". The span covers the praise."""
    names = sorted([(name, 1.0) for name in own] + [(rival, -1.0) for rival in rivals])
    for verb, word in enumerate(text.words):
        if word not in cues.MAKING_VERBS:
            continue
        last, praised = _praised_by_making(text, verb, [name for name, _ in names])
        if praised is None:
            continue
        before = [one for one, _ in names if one.end <= verb and one.brand != praised.brand]
        if before:
            rank = next(rank for name, rank in names if name == praised)
            if rank > 0 or any(one.brand == before[-1].brand for one in own):
                yield verb, last, rank


def _praised_by_making(text: TokenizedText, verb: int, names: Sequence[NameMatch]) -> tuple[int, NameMatch | None]:
    """The last token of the praise that "makes" at ``verb`` leads to, and the name of whom it praises."""
    _, end = text.sentence_of(verb)
    for name in names:
        if verb < name.start <= verb + 2 and text.words[name.end : name.end + 1] in (["look"], ["looks"], ["seem"]):
            for i in range(name.end + 1, min(end, name.end + _MAX_WORDS) + 1):
                if text.words[i] in cues.MADE_TO_LOOK:
                    return i, name
    if text.words[verb + 1 : verb + 2] and text.words[verb + 1] in cues.MADE_PEOPLE:
        for i in range(verb + 2, min(end, verb + 2 + _MAX_WORDS_TO_FEELING) + 1):
            if text.words[i] in cues.MADE_TO:
                return i, _object(text, i, end, names)
    return verb, None


def _object(text: TokenizedText, feeling: int, end: int, names: Sequence[NameMatch]) -> NameMatch | None:
    """The brand that is felt for: the next one that is named, or the one that "you" after the feeling means."""
    following = next((name for name in names if feeling < name.start <= min(end, feeling + _MAX_WORDS)), None)
    if following is None and not {"you", "u", "your", "y'all"}.isdisjoint(text.words[feeling + 1 : feeling + 3]):
        return next((name for name in names if name.start == 0 and text.entries[0].is_handle), None)
    return following
