"""A text as tokens and clauses, with the valence of each word. It is created once per text, for all brands in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from operator import add
from typing import NamedTuple

from monitor.model import Span
from monitor.sentiment import brand_lexicon, token_flags
from monitor.sentiment.valence import has_mixed_capitals, word_valence
from monitor.sentiment.vocabulary import Vocabulary

_ENDS = token_flags.CLAUSE_END | token_flags.SENTENCE_END


class TokenValence(NamedTuple):
    """The valence of the tokens from ``first`` to ``last`` (inclusive), before any weighting."""

    first: int
    last: int
    valence: float


class TokenizedText:
    """The tokens of a text and what they say, independent of any brand."""

    __slots__ = (
        "_shift",
        "_text",
        "clause_starts",
        "entries",
        "flags",
        "is_excerpt",
        "is_question",
        "sentence_ends",
        "starts",
        "tokens",
        "valences",
    )

    def __init__(self, text: str, shift: int, vocabulary: Vocabulary, *, is_excerpt: bool = False) -> None:
        """Tokenize ``text``, which begins at character ``shift`` of the post's body."""
        self.is_excerpt = is_excerpt
        self._text = text
        self._shift = shift
        self.tokens = _split_tokens(text)
        self.entries = list(map(vocabulary.__getitem__, self.tokens))
        flagged = self._flagged_tokens()
        if self.flags & token_flags.COMPOUND:
            self.tokens = [part for token in self.tokens for part in vocabulary[token].parts or (token,)]
            self.entries = list(map(vocabulary.__getitem__, self.tokens))
            flagged = self._flagged_tokens()
        self.starts = _token_starts(text, shift, self.tokens)
        """Where each token begins in the body."""
        self.valences = self._find_valences(flagged)
        self.clause_starts = [0]
        """Tokens that begin a clause."""
        self.sentence_ends: list[int] = []
        """Tokens that end a sentence."""
        self.is_question: list[bool] = []
        """For each of these sentences, whether it is a question."""
        self._find_boundaries(flagged)

    def _flagged_tokens(self) -> list[tuple[int, int]]:
        """The tokens that are more than plain words, as (index, flags). Sets ``flags`` to the union of them all."""
        flagged = [(i, entry.flags) for i, entry in enumerate(self.entries) if entry.flags]
        self.flags = 0
        for _, flags in flagged:
            self.flags |= flags
        return flagged

    def _find_valences(self, flagged: Sequence[tuple[int, int]]) -> list[TokenValence]:
        entries = self.entries
        emphasis = bool(self.flags & token_flags.CAPITALS) and has_mixed_capitals(entries)
        idioms = bool(self.flags & token_flags.IDIOM)
        found = []
        for i, flags in flagged:
            if flags & token_flags.VALENCE and (valence := word_valence(entries, i, emphasis, idioms)):
                found.append(TokenValence(i, i, valence))
            if flags & token_flags.PHRASE_END:
                found += self._phrases_ending_at(i)
            if (
                flags & token_flags.TIME_UNIT
                and i
                and (entries[i - 1].word[:1].isdigit() or entries[i - 1].word == "an")
            ):
                found.append(TokenValence(i - 1, i, brand_lexicon.WAITING_VALENCE))
        return found

    def _phrases_ending_at(self, last: int) -> Sequence[TokenValence]:
        entries = self.entries
        phrases, previous_word = entries[last].phrases, entries[last - 1].word if last else ""
        if previous_word not in phrases and None not in phrases:
            return ()
        found = []
        for words_before, valence in (*phrases.get(None, ()), *phrases.get(previous_word, ())):
            first = last - len(words_before)
            if first >= 0 and all(entries[first + k].word == word for k, word in enumerate(words_before)):
                found.append(TokenValence(first, last, valence))
        return found

    def _find_boundaries(self, flagged: Sequence[tuple[int, int]]) -> None:
        """Find where clauses and sentences begin and end."""
        for i, flags in flagged:
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

    def in_question(self, i: int) -> bool:
        """Whether the sentence of token ``i`` ends with a question mark."""
        if not self.flags & token_flags.QUESTION:
            return False
        sentence = bisect_right(self.sentence_ends, i - 1)
        return sentence < len(self.is_question) and self.is_question[sentence]

    def span(self, first: int, last: int) -> Span:
        """The characters of the body of the tokens ``first`` to ``last``, without the punctuation around them."""
        start, end = self.starts[first], self.starts[last] + len(self.tokens[last])
        leading, trailing = self.entries[first].leading, self.entries[last].trailing
        return Span(start + leading, end - trailing) if start + leading < end - trailing else Span(start, end)

    def ends_sentence(self, i: int) -> bool:
        """Whether token ``i`` ends a sentence."""
        return bool(self.entries[i].flags & token_flags.SENTENCE_END)

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
