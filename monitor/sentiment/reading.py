"""A text read once, for every brand in it: tokens with their places, clauses, what each word weighs by itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from operator import add
from typing import NamedTuple

from monitor.model import Span
from monitor.sentiment import roles, words
from monitor.sentiment.valence import mixed_capitals, weigh
from monitor.sentiment.vocabulary import Vocabulary

_ENDS = roles.CLAUSE_END | roles.SENTENCE_END


class Weighed(NamedTuple):
    """The words from token ``first`` to ``last`` (inclusive) and their valence by themselves."""

    first: int
    last: int
    valence: float


class Reading:
    """The tokens of a text and what they say, no brand in mind yet."""

    __slots__ = (
        "_shift",
        "_text",
        "asks",
        "clauses",
        "entries",
        "excerpt",
        "kinds",
        "sentences",
        "starts",
        "tokens",
        "weighed",
    )

    def __init__(self, text: str, shift: int, vocabulary: Vocabulary, *, excerpt: bool = False) -> None:
        """Read ``text``, which begins at character ``shift`` of the post's body and may be but an excerpt of it."""
        self.excerpt = excerpt
        self._text = text
        self._shift = shift
        self.tokens = _tokens(text)
        self.entries = list(map(vocabulary.__getitem__, self.tokens))
        marked = self._marked()
        if self.kinds & roles.PIECES:
            self.tokens = [piece for token in self.tokens for piece in vocabulary[token].pieces or (token,)]
            self.entries = list(map(vocabulary.__getitem__, self.tokens))
            marked = self._marked()
        self.starts = _starts(text, shift, self.tokens)
        """Where each token begins in the body."""
        self.weighed = self._weigh(marked)
        self.clauses = [0]
        """Tokens at which a clause begins."""
        self.sentences: list[int] = []
        """Tokens behind which a sentence ends."""
        self.asks: list[bool] = []
        """Whether that sentence is a question."""
        self._divide(marked)

    def _marked(self) -> list[tuple[int, int]]:
        """The tokens that are more than plain words: (index, kind); sets ``kinds`` to all that there is."""
        marked = [(i, entry.kind) for i, entry in enumerate(self.entries) if entry.kind]
        self.kinds = 0
        for _, kind in marked:
            self.kinds |= kind
        return marked

    def _weigh(self, marked: Sequence[tuple[int, int]]) -> list[Weighed]:
        entries = self.entries
        loud = bool(self.kinds & roles.LOUD) and mixed_capitals(entries)
        idioms = bool(self.kinds & roles.IDIOM)
        found = []
        for i, kind in marked:
            if kind & roles.VALUED and (valence := weigh(entries, i, loud, idioms)):
                found.append(Weighed(i, i, valence))
            if kind & roles.PHRASE:
                found += self._phrases(i)
            if kind & roles.UNIT and i and (entries[i - 1].word[:1].isdigit() or entries[i - 1].word == "an"):
                found.append(Weighed(i - 1, i, words.WAIT))
        return found

    def _phrases(self, last: int) -> Sequence[Weighed]:
        """The phrases that end with the token ``last``."""
        entries = self.entries
        ending, word_before = entries[last].phrases, entries[last - 1].word if last else ""
        if word_before not in ending and None not in ending:
            return ()
        found = []
        for before, weight in (*ending.get(None, ()), *ending.get(word_before, ())):
            first = last - len(before)
            if first >= 0 and all(entries[first + k].word == word for k, word in enumerate(before)):
                found.append(Weighed(first, last, weight))
        return found

    def _divide(self, marked: Sequence[tuple[int, int]]) -> None:
        for i, kind in marked:
            if kind & roles.JOINS and self.clauses[-1] != i:
                self.clauses.append(i)
            if kind & _ENDS:
                self.clauses.append(i + 1)
                if kind & roles.SENTENCE_END:
                    self.sentences.append(i)
                    self.asks.append(bool(kind & roles.ASKS))

    def clause(self, i: int) -> int:
        """Number of the clause that token ``i`` stands in."""
        return bisect_right(self.clauses, i) - 1

    def in_question(self, i: int) -> bool:
        """Whether the sentence of token ``i`` ends with a question mark."""
        if not self.kinds & roles.ASKS:
            return False
        sentence = bisect_right(self.sentences, i - 1)
        return sentence < len(self.asks) and self.asks[sentence]

    def span(self, first: int, last: int) -> Span:
        """Where the tokens ``first`` to ``last`` stand in the body, the marks around words left out."""
        start, end = self.starts[first], self.starts[last] + len(self.tokens[last])
        lead, trail = self.entries[first].lead, self.entries[last].trail
        return Span(start + lead, end - trail) if start + lead < end - trail else Span(start, end)

    def ends_sentence(self, i: int) -> bool:
        """Whether a sentence ends with token ``i``."""
        return bool(self.entries[i].kind & roles.SENTENCE_END)

    def same_sentence(self, first: int, last: int) -> bool:
        """Whether no sentence ends between the tokens ``first`` and ``last``."""
        return bisect_right(self.sentences, last - 1) == bisect_right(self.sentences, first - 1)

    @property
    def whole(self) -> Span:
        """All that was read."""
        return Span(self._shift, self._shift + len(self._text))

    def clauses_span(self, first: int, last: int) -> Span:
        """Where the clauses of the numbers ``first`` to ``last`` stand in the body."""
        behind = self.clauses[last + 1] if last + 1 < len(self.clauses) else len(self.tokens)
        end = min(behind, len(self.tokens)) - 1
        return Span(self.starts[self.clauses[first]], self.starts[end] + len(self.tokens[end]))

    def token_at(self, character: int) -> int:
        """The token that stands at ``character`` of the body, or the last one before it."""
        return max(0, bisect_right(self.starts, character) - 1)


def _starts(text: str, shift: int, tokens: Sequence[str]) -> list[int]:
    if " ".join(tokens) == text:  # as in most texts: then a token begins one character behind the end of the last
        return list(map(add, accumulate(map(len, tokens), initial=shift), range(len(tokens))))
    starts = []
    at = 0
    for token in tokens:
        at = text.find(token, at)
        starts.append(at + shift)
        at += len(token)
    return starts


def _tokens(text: str) -> list[str]:
    """Runs without a space, as VADER has them; a line's end is a token too, for it ends a clause."""
    if "\n" not in text:
        return text.split()
    tokens: list[str] = []
    for line in text.split("\n"):
        tokens += line.split()
        tokens.append("\n")
    return tokens[:-1]
