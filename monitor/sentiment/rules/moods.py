"""Kind: what is not asserted. Questions, wishes, plans, conditions, reports and sympathy are not opinions.

What stays: a reproach in the form of a question ("why is it so slow?") keeps its negative words, a request ("can you
fix it?") half of them, and a wish or a plan keeps what is said beside it. For the costs see ``lexicon.moods``.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import CueKind
from monitor.sentiment import token_flags
from monitor.sentiment.lexicon import THANKING_WORDS, moods
from monitor.sentiment.tokenized_text import Sentence, TokenCue, TokenizedText, TokenValence
from monitor.sentiment.vocabulary import Opening

TRIGGER = 0
REQUEST_FACTOR = 0.5
INTONATION_FACTOR = 0.7
"""For negative words in a question without an opener: "another delay?"."""
EXCLAIMED_FACTOR = 0.7
"""For negative words in a question that is shouted: "which of you has my bag?!"."""
UNREAL_VALENCE = -1.2
"""For "if it did not crash": it does."""
CONDITION_FACTOR = 0.6
"""For negative words in a condition: "if it breaks"."""
MAX_OPENER_POSITION = 4
"""Fillers and handles that may precede the opener of a question."""
TAG_WORDS = 3

_KEPT_IN_WISHES = THANKING_WORDS


def apply(text: TokenizedText) -> None:
    """Mute what is not asserted."""
    entries = text.entries
    first = 0
    for end, is_question in zip(text.sentence_ends, text.is_question, strict=True):
        if is_question:
            _judge_question(text, Sentence(first, end, is_question=True))
        elif entries[first].opening:
            _judge_unmarked(text, first, end)
        first = end + 1
    if first < len(entries) and entries[first].opening:
        _judge_unmarked(text, first, len(entries) - 1)
    for mark in text.marks:
        _apply_mark(text, mark)


def _judge_unmarked(text: TokenizedText, first: int, last: int) -> None:
    """A sentence without a question mark, which may be a question by the order of its words."""
    start = _skip_fillers(text, first, last) if last - first > 1 else None
    if start is not None and _can_open(text, start) and _is_inverted(text, start, last):
        _apply_question(text, start, start, last)


def _judge_question(text: TokenizedText, sentence: Sentence) -> None:
    """The question begins at the first clause with an opener; before it may be a statement."""
    if _has_tag(text, sentence):
        return
    for start in _clause_starts(text, sentence):
        opener = _skip_fillers(text, start, sentence.last)
        if opener is not None and _can_open(text, opener):
            is_choice = text.words[start] == "or"  # "going well or should I wait?" asks both
            _apply_question(text, sentence.first if is_choice else start, opener, sentence.last)
            return
    cue = TokenCue(sentence.first, sentence.last, CueKind.QUESTION)
    text.mute(sentence.first, sentence.last, cue, negative=INTONATION_FACTOR)
    text.unreal.append(cue)


def _openers_by_first_word() -> dict[str, list[tuple[str, Sequence[str]]]]:
    """First word -> the openers that begin with it, the longest first, each with all of its kind."""
    by_first_word: dict[str, list[tuple[str, Sequence[str]]]] = {}
    for kind in (moods.STATEMENT_OPENERS, moods.COMPLAINT_OPENERS, moods.REQUEST_OPENERS):
        for opener in kind:
            by_first_word.setdefault(opener.split()[0], []).append((opener + " ", kind))
    for openers in by_first_word.values():
        openers.sort(key=lambda one: -len(one[0]))
    return by_first_word


_OPENERS = _openers_by_first_word()


def _clause_starts(text: TokenizedText, sentence: Sentence) -> list[int]:
    if len(text.clause_starts) == 1:
        return [sentence.first]
    return [sentence.first, *[start for start in text.clause_starts if sentence.first < start <= sentence.last]]


def _apply_question(text: TokenizedText, start: int, opener: int, last: int) -> None:
    words = text.words[opener : min(last + 1, opener + 7)]
    kind = _kind_of_question(words)
    if kind is moods.STATEMENT_OPENERS:
        return
    is_exclaimed = "!" in text.tokens[last]
    factor = 1.0 if kind is moods.COMPLAINT_OPENERS else REQUEST_FACTOR if kind is moods.REQUEST_OPENERS else 0.0
    factor = max(factor, EXCLAIMED_FACTOR if is_exclaimed else 0.0)
    cue = TokenCue(start, last, CueKind.QUESTION)
    text.mute(start, last, cue, negative=factor)
    if kind is not moods.COMPLAINT_OPENERS and text.hints:
        text.keep_hints(lambda first, _: not text.sentence_of(opener)[0] <= first <= last)
    if words[0] != "why":  # "why is A better than B" takes for granted that it is
        text.unreal.append(cue)


def _kind_of_question(words: Sequence[str]) -> Sequence[str]:
    """The openers that the question begins with, by the longest of them; () for a question that asks for an opinion."""
    opening = " ".join(words) + " "
    return next((kind for opener, kind in _OPENERS.get(words[0], ()) if opening.startswith(opener)), ())


def _skip_fillers(text: TokenizedText, start: int, last: int) -> int | None:
    """The first token from ``start`` that is no filler and no handle; None if there are only such tokens."""
    entries = text.entries
    for i in range(start, min(last, start + MAX_OPENER_POSITION) + 1):
        if entries[i].opening != Opening.SKIPPED:
            return i
    return None


def _can_open(text: TokenizedText, i: int) -> bool:
    """Whether the word at ``i`` can open a sentence that ends with a question mark."""
    return text.entries[i].opening == Opening.OPENER


def _is_inverted(text: TokenizedText, i: int, last: int) -> bool:
    """Whether a sentence without question mark is one by its words: "is it any good", "anyone tried Acme".

    Cost: "@acme is the shop open" is not one, but such questions rarely have words that count.
    """
    if i >= last or last - i < 2:
        return False
    word, following = text.entries[i].word, text.entries[i + 1].word
    if word in ("anyone", "anybody"):
        return following in ("tried", "know", "knows", "used", "using", "else", "here", "have", "had", "got", "been")
    if word in moods.AUXILIARIES:
        if following == "the" and i and text.entries[i - 1].is_handle:
            return False  # whom the text addresses is its subject: "@acme is the worst"
        if word == "do" and following in moods.OBJECTS:
            return False  # an order: "do the right thing"
        return following in moods.SUBJECTS or "any" in [entry.word for entry in text.entries[i + 2 : i + 5]]
    if word == "which" and following in moods.AUXILIARIES:
        return text.words[i + 2] in moods.CHOICES  # else relative: "which is why I left"
    return word in ("which", "how", "where", "when", "who") and following in moods.AUXILIARIES | {
        "do",
        "one",
        "much",
        "many",
    }


def _has_tag(text: TokenizedText, sentence: Sentence) -> bool:
    """Whether the question mark belongs to a tag after a statement: "Acme is slow, right?"."""
    starts = [start for start in text.clause_starts if sentence.first < start <= sentence.last]
    if not starts or sentence.last - starts[-1] >= TAG_WORDS:
        return False
    words = [entry.word for entry in text.entries[starts[-1] : sentence.last + 1]]
    is_tag = (
        words[0] in moods.TAGS or "n't" in words[0] or (words[0] in moods.AUXILIARIES and words[-1] in moods.SUBJECTS)
    )
    opener = _skip_fillers(text, sentence.first, sentence.last)
    return is_tag and opener is not None and not _can_open(text, opener)


def _apply_mark(text: TokenizedText, mark: TokenCue) -> None:
    """Mute what follows a mark up to the end of the statement."""
    end = text.statement_end(mark.last)
    kind = mark.kind
    if kind in (CueKind.QUESTION, CueKind.SYMPATHY, CueKind.DENIED):
        text.mute(mark.first, end, mark)
        text.unreal.append(TokenCue(mark.first, end, mark.kind))
    elif kind is CueKind.CONDITION:
        _apply_condition(text, mark, end)
    else:
        thanks = [one for one in text.valences if text.entries[one.last].word in _KEPT_IN_WISHES]
        text.mute(mark.first, end, mark, negative=1.0)
        if kind is not CueKind.REPORTED:
            text.unreal.append(TokenCue(mark.first, end, mark.kind))
        if kind is CueKind.WISH and thanks:
            _restore(text, thanks)
        if text.words[mark.last] == "wish" and not moods.SERVED.isdisjoint(text.words[mark.last + 1 : end + 1][:6]):
            text.valences.append(TokenValence(mark.first, end, UNREAL_VALENCE))


def _restore(text: TokenizedText, valences: Sequence[object]) -> None:
    """Undo the muting of words of thanks, which are an opinion in a wish too: "I'd like to thank"."""
    kept = {(one.first, one.last): one for one in valences}  # type: ignore[attr-defined]
    text.valences = [kept.get((one.first, one.last), one) for one in text.valences]  # type: ignore[misc]


def _apply_condition(text: TokenizedText, mark: TokenCue, end: int) -> None:
    """ "If" mutes its clause. With "would" or an unreal past, praise before it is muted too: "awesome if it worked"."""
    is_if = text.entries[mark.first].word in ("if", "unless")
    first, last = text.sentence_of(mark.first)
    is_asked = bool(text.entries[last].flags & token_flags.QUESTION)  # "if it breaks, do I get a new one?"
    text.mute(mark.first, end, mark, negative=0.0 if is_if and is_asked else CONDITION_FACTOR if is_if else 1.0)
    text.unreal.append(TokenCue(mark.first, end, mark.kind))
    if not is_if:
        return
    words = {entry.word for entry in text.entries[first : last + 1]}
    after = {entry.word for entry in text.entries[mark.last : min(last + 1, mark.last + 6)]}
    is_missed = not moods.SERVED.isdisjoint(after) and not _WOULD.isdisjoint(text.words[first : mark.first])
    if is_missed or after & _UNREAL_DENIALS or ("not" in after and after & {"did", "was", "were"}):
        text.valences.append(TokenValence(mark.first, end, UNREAL_VALENCE))
    if words & {"would", "could", "i'd", "it'd", "you'd", "might", "be", "wouldn't"} or after & _UNREAL_PAST:
        text.mute(first, mark.first, mark, negative=1.0)


_WOULD = frozenset(("would", "'d", "i'd", "it'd", "that'd", "we'd", "id"))
_UNREAL_DENIALS = {"worked", "actually", "didn't", "didnt", "wasn't", "weren't", "stopped"}
_UNREAL_PAST = {
    "did",
    "didn't",
    "didnt",
    "was",
    "were",
    "wasn't",
    "weren't",
    "worked",
    "only",
    "had",
    "could",
    "stopped",
    "wasnt",
}
