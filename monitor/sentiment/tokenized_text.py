"""A text as tokens, clauses and sentences, with the valence of each word. Created once per text, for all its brands."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from operator import add, itemgetter
from typing import NamedTuple

from monitor.model import CueKind, Span
from monitor.sentiment import token_flags
from monitor.sentiment.lexicon import Phrase
from monitor.sentiment.valence import has_mixed_capitals, word_valence
from monitor.sentiment.vocabulary import Vocabulary

_ENDS = token_flags.CLAUSE_END | token_flags.SENTENCE_END
_BOUNDARIES = _ENDS | token_flags.CONJUNCTION | token_flags.HANDLE
_LINKING = frozenset(("been", "a", "an", "too", "that", "at", "any", "be", "once"))
_PHRASE_NEGATION_DISTANCE = 2
"""Words before a phrase in which a negation reverses it: "wasn't really worth it"."""


class TokenValence(NamedTuple):
    """The valence of the tokens from ``first`` to ``last`` (inclusive), before any weighting."""

    first: int
    last: int
    valence: float


class TokenCue(NamedTuple):
    """Tokens from ``first`` to ``last`` (inclusive) that change how others count."""

    first: int
    last: int
    kind: CueKind


class Sentence(NamedTuple):
    """The tokens from ``first`` to ``last`` (inclusive)."""

    first: int
    last: int
    is_question: bool


class TokenizedText:
    """The tokens of a text and what they say, independent of any brand."""

    __slots__ = (
        "_shift",
        "_text",
        "clause_starts",
        "cues",
        "entries",
        "flags",
        "handles",
        "hints",
        "is_excerpt",
        "is_question",
        "marks",
        "replaced",
        "sentence_ends",
        "starts",
        "tokens",
        "unreal",
        "valences",
        "vocabulary",
        "words",
    )

    def __init__(self, text: str, shift: int, vocabulary: Vocabulary, *, is_excerpt: bool = False) -> None:
        """Tokenize ``text``, which begins at character ``shift`` of the post's body."""
        self.is_excerpt = is_excerpt
        self.vocabulary = vocabulary
        self._text = text
        self._shift = shift
        self.tokens = _split_tokens(text)
        self.entries = list(map(vocabulary.__getitem__, self.tokens))
        flagged = self._flagged_tokens()
        if self.flags & token_flags.COMPOUND:
            self.tokens = [part for token in self.tokens for part in vocabulary[token].parts or (token,)]
            self.entries = list(map(vocabulary.__getitem__, self.tokens))
            flagged = self._flagged_tokens()
        self.words = [entry.word for entry in self.entries]
        self.starts = _token_starts(text, shift, self.tokens)
        """Where each token begins in the body."""
        self.clause_starts = [0]
        """Tokens that begin a clause."""
        self.sentence_ends: list[int] = []
        """Tokens that end a sentence."""
        self.is_question: list[bool] = []
        """For each of these sentences, whether it ends with a question mark."""
        self.handles: list[int] = []
        """Handles other than those that open the text."""
        self._find_boundaries(flagged)
        self.hints: dict[str, list[tuple[int, int]]] = {}
        """Kind of hint at a complaint -> first and last token of each."""
        self.marks: list[TokenCue] = []
        """Phrases after which nothing is asserted, for the rules."""
        self.cues: list[TokenCue] = []
        """What the rules found."""
        self.unreal: list[TokenCue] = []
        """Tokens that assert nothing, so that comparisons in them do not count."""
        self.replaced: set[int] = set()
        """Tokens of phrases that mean something else than their words."""
        self.valences = [*self._find_phrases(flagged), *self._find_words(flagged)]

    def _flagged_tokens(self) -> list[tuple[int, int]]:
        """The tokens that are more than plain words, as (index, flags). Sets ``flags`` to the union of them all."""
        flagged = [(i, flags) for i, entry in enumerate(self.entries) if (flags := entry.flags)]
        union = 0
        for _, flags in flagged:
            union |= flags
        self.flags = union
        return flagged

    def _find_words(self, flagged: Sequence[tuple[int, int]]) -> list[TokenValence]:
        """The valences of words."""
        if not self.flags & token_flags.VALENCE:
            return []
        found = []
        entries, replaced = self.entries, self.replaced
        emphasis = bool(self.flags & token_flags.CAPITALS) and has_mixed_capitals(entries)
        idioms = bool(self.flags & token_flags.IDIOM)
        may_be_modified = emphasis or idioms or bool(self.flags & token_flags.MODIFIER)
        for i, flags in flagged:
            if not flags & token_flags.VALENCE or i in replaced:
                continue
            if may_be_modified and (emphasis or idioms or self._has_modifier(i)):
                valence = self._modified_valence(i, emphasis, idioms)
            else:  # most words: this is much faster
                valence = entries[i].valence
            if valence:
                found.append(TokenValence(i, i, valence))
        return found

    def _has_modifier(self, i: int) -> bool:
        """Whether the word at ``i``, or one of the three before it, is a modifier."""
        return any(entry.flags & token_flags.MODIFIER for entry in self.entries[max(0, i - 3) : i + 1])

    def _modified_valence(self, i: int, emphasis: bool, idioms: bool) -> float:
        """The valence of the word at ``i`` among its neighbours."""
        entries, lexicon = self.entries, self.vocabulary.lexicon
        start = self._sentence_start(i) if lexicon.sentence_bound else 0
        valence = word_valence(entries[start:] if start else entries, i - start, emphasis, idioms)
        if valence > 0 > entries[i].valence:
            valence *= lexicon.adjacent_reversal if self._is_negated_directly(i) else lexicon.reversal
        return valence

    def _is_negated_directly(self, i: int) -> bool:
        entries = self.entries
        if i and entries[i - 1].negates:
            return True
        return i > 1 and entries[i - 2].negates and (bool(entries[i - 1].booster) or entries[i - 1].word in _LINKING)

    def _sentence_start(self, i: int) -> int:
        """The first token of the sentence of ``i`` if one begins within three tokens before ``i``, else 0."""
        n = bisect_left(self.sentence_ends, i) - 1
        end = self.sentence_ends[n] if n >= 0 else -1
        return end + 1 if i - end <= 3 else 0

    def _find_phrases(self, flagged: Sequence[tuple[int, int]]) -> list[TokenValence]:
        """The valences of phrases. Fills ``hints``, ``marks`` and ``replaced``."""
        added: list[tuple[int, int, float]] = []
        replacing: list[tuple[int, int, float]] = []
        words, hints = self.words, self.hints
        for last, phrases in self._phrase_ends(flagged):
            for phrase in phrases:
                first = last - len(phrase.before)
                if first < last - 1 and (first < 0 or tuple(words[first:last]) != phrase.before):
                    continue
                if phrase.hint:
                    hints.setdefault(phrase.hint, []).append((first, last))
                elif phrase.mark is not None:
                    self.marks.append(TokenCue(first, last, phrase.mark))
                else:
                    (replacing if phrase.replaces else added).append((first, last, phrase.valence))
        found = added
        if replacing:
            found = self._replace(replacing)
            replaced = self.replaced
            found += [one for one in added if one[0] not in replaced or one[1] not in replaced]
            self.keep_hints(lambda first, last: first not in replaced or last not in replaced)
        if self.flags & token_flags.NEGATION:
            found = [(first, last, self._unless_negated(first, valence)) for first, last, valence in found]
        return [TokenValence(*one) for one in found if one[2]]

    def _phrase_ends(self, flagged: Sequence[tuple[int, int]]) -> list[tuple[int, tuple[Phrase, ...]]]:
        """The tokens that may end phrases, with those whose last two words, or only word, are there."""
        by_end, entries = self.vocabulary.phrases_by_end, self.entries
        found = map(by_end.get, pairwise(self.words))
        ends = [(i, phrases) for i, phrases in enumerate(found, 1) if phrases is not None]
        if self.flags & token_flags.PHRASE:
            single = [(i, entries[i].phrases) for i, flags in flagged if flags & token_flags.PHRASE]
            ends = sorted(single + ends, key=itemgetter(0))
        return ends

    def _replace(self, replacing: Sequence[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
        """Those of the phrases that count, the longest first. A negation in one ends with it."""
        found = []
        replaced = self.replaced
        for first, last, valence in sorted(replacing, key=lambda one: one[0] - one[1]):
            tokens = range(first, last + 1)
            if replaced.isdisjoint(tokens):  # else a longer phrase has these words: "not the best", "the best"
                replaced.update(tokens)
                found.append((first, last, valence))
        for i in replaced:
            if self.entries[i].negates or self.entries[i].word == "no":
                self.entries[i] = self.entries[i].without_negation()
        return found

    def _unless_negated(self, first: int, valence: float) -> float:
        """The valence of a phrase that begins at ``first``: reversed, or nothing, after a negation."""
        for i in range(first - 1, max(-1, first - 1 - _PHRASE_NEGATION_DISTANCE), -1):
            if self.entries[i].flags & _ENDS:
                break
            if self.entries[i].negates:
                return -0.74 * valence if valence > 0 else 0.0
        return valence

    def _find_boundaries(self, flagged: Sequence[tuple[int, int]]) -> None:
        """Find where clauses and sentences begin and end."""
        opening = 0  # the handles that open the text, to which it is addressed
        for i, flags in flagged:
            if not flags & _BOUNDARIES:
                continue
            if flags & token_flags.HANDLE:
                if i == opening:
                    opening += 1
                else:
                    self.handles.append(i)
            if flags & token_flags.CONJUNCTION and self.clause_starts[-1] != i:
                self.clause_starts.append(i)
            if flags & _ENDS:
                self.clause_starts.append(i + 1)
                if flags & token_flags.SENTENCE_END:
                    self.sentence_ends.append(i)
                    self.is_question.append(bool(flags & token_flags.QUESTION))

    def clause_of(self, i: int) -> int:
        """The number of the clause that contains token ``i``."""
        return bisect_right(self.clause_starts, i) - 1

    def sentences(self) -> Iterator[Sentence]:
        """The sentences, in order."""
        first = 0
        for end, is_question in zip(self.sentence_ends, self.is_question, strict=True):
            if end >= first:
                yield Sentence(first, end, is_question)
            first = end + 1
        if first < len(self.tokens):
            yield Sentence(first, len(self.tokens) - 1, False)

    def sentence_of(self, i: int) -> tuple[int, int]:
        """The first and the last token of the sentence of token ``i``."""
        n = bisect_left(self.sentence_ends, i)
        first = self.sentence_ends[n - 1] + 1 if n else 0
        return first, self.sentence_ends[n] if n < len(self.sentence_ends) else len(self.tokens) - 1

    def statement_end(self, i: int) -> int:
        """The last token of the statement of token ``i``, which ends at punctuation or before "but" and the like."""
        entries, starts = self.entries, self.clause_starts
        for start in starts[bisect_right(starts, i) :]:
            if entries[start - 1].flags & _ENDS:
                return start - 1
            if start < len(entries) and entries[start].flags & token_flags.CONTRAST:
                return start - 1
        return len(entries) - 1

    def mute(self, first: int, last: int, cue: TokenCue, *, positive: float = 0.0, negative: float = 0.0) -> None:
        """Scale the valences between the tokens ``first`` and ``last``, because of ``cue``."""
        valences = self.valences
        if not valences:
            return
        changed = False
        for n, one in enumerate(valences):
            if first <= one.last <= last and one.valence:
                factor = positive if one.valence > 0 else negative
                if factor != 1.0:
                    valences[n] = TokenValence(one.first, one.last, one.valence * factor)
                    changed = True
        if changed:
            self.cues.append(cue)

    def keep_hints(self, is_kept: Callable[[int, int], bool]) -> None:
        """Drop the hints for whose first and last token ``is_kept`` is false."""
        for kind, found in [*self.hints.items()]:
            if kept := [one for one in found if is_kept(*one)]:
                self.hints[kind] = kept
            else:
                del self.hints[kind]

    def unreal_at(self, i: int) -> TokenCue | None:
        """The question, wish or plan that token ``i`` is part of."""
        return next((cue for cue in self.unreal if cue.first <= i <= cue.last), None)

    def bounds(self, first: int, last: int) -> tuple[int, int]:
        """The characters of the body of the tokens ``first`` to ``last``, without the punctuation around them.

        A plain tuple, because most callers add something to it.
        """
        start, end = self.starts[first], self.starts[last] + len(self.tokens[last])
        leading, trailing = self.entries[first].leading, self.entries[last].trailing
        return (start + leading, end - trailing) if start + leading < end - trailing else (start, end)

    def same_sentence(self, first: int, last: int) -> bool:
        """Whether no sentence ends between the tokens ``first`` and ``last``."""
        return bisect_right(self.sentence_ends, last - 1) == bisect_right(self.sentence_ends, first - 1)

    @property
    def text_span(self) -> Span:
        """The characters of the body that this text covers."""
        return Span(self._shift, self._shift + len(self._text))

    def clauses_span(self, first: int, last: int) -> Span:
        """The characters of the body of the clauses number ``first`` to ``last``."""
        next_clause = self.clause_starts[last + 1] if last + 1 < len(self.clause_starts) else len(self.tokens)
        last_token = min(next_clause, len(self.tokens)) - 1
        return Span(self.starts[self.clause_starts[first]], self.starts[last_token] + len(self.tokens[last_token]))

    def token_at(self, character: int) -> int:
        """The token at ``character`` of the body, or the last one before it."""
        return max(0, bisect_right(self.starts, character) - 1)


def _token_starts(text: str, shift: int, tokens: Sequence[str]) -> list[int]:
    if " ".join(tokens) == text:  # as in most texts: each token begins one character after the previous one ends
        return list(map(add, accumulate(map(len, tokens), initial=shift), range(len(tokens))))
    starts = []
    at = 0
    for token in tokens:
        at = text.find(token, at)
        starts.append(at + shift)
        at += len(token)
    return starts


def _split_tokens(text: str) -> list[str]:
    """Split at whitespace, as VADER does. A line break is a token too, because it ends a clause."""
    if "\n" not in text:
        return text.split()
    tokens: list[str] = []
    for line in text.split("\n"):
        tokens += line.split()
        tokens.append("\n")
    return tokens[:-1]
