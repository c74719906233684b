"""A text in which the names of brands are replaced, so that one pattern fits every brand."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from monitor.intent.pattern import BRAND_WORD, OTHER_WORD
from monitor.model import Span
from monitor.query import Document
from monitor.query.folded_text import FoldedText

_BEFORE_HANDLE = ' \t\n."\u201c'
_BOTH, _BRAND, _OTHER, _NEITHER = (frozenset(kinds) for kinds in (("BRAND", "OTHER"), ("BRAND",), ("OTHER",), ()))
_GREETING = re.compile(
    r"(?:hi|hello|hey|heya|hiya|dear|(?:good )?(?:morning|afternoon|evening)|"
    r"(?:a |one )?(?:quick )?(?:question|one) (?:for|to)|"
    r"hallo|moin|servus|guten (?:tag|morgen|abend)|liebes?|(?:kurze )?frage an|sagt mal|"
    r"bonjour|bonsoir|salut|coucou|(?:une |petite )?question (?:pour|à)|"
    r"hola|buenas(?: tardes| noches)?|buenos d[ií]as|(?:una )?pregunta (?:para|a)|oye|oigan)[\s,:!]+",
    re.IGNORECASE,
)
"""How a message to somebody begins."""
# Begins with one set of characters, so that the regex engine can skip to them.
_SENTENCE_END = re.compile(r"[.!?\n](?:(?<=\n)|[.!?]*(?=\s|\Z))")


class NamedText:
    """``body`` with BRAND_WORD for each of ``names`` and OTHER_WORD for each of ``others``."""

    def __init__(self, body: str, text_start: int, names: Sequence[Span], others: Sequence[Span]) -> None:
        self._body, self._text_start = body, text_start
        # Found on first use, without ``cached_property``, which takes a lock.
        self._places: tuple[list[int], list[int]] | None = None
        self._sentence_ends: list[int] | None = None
        self._is_addressed: bool | None = None
        self._replaced: list[tuple[int, int, str]] = []
        """The start and the end of each name, with a sign before it, in ``body``, and the word in its place."""
        pieces: list[str] = []
        position = 0
        replaced = [(start, end, BRAND_WORD) for start, end in names]
        if others:
            replaced = sorted(replaced + [(start, end, OTHER_WORD) for start, end in others])
        for start, end, word in replaced:
            if start < position:
                continue  # names overlap
            if start > position and body[start - 1] in "@#":
                start -= 1
            pieces += (body[position:start], f" {word} ")
            self._replaced.append((start, end, word))
            position = end
        self.names = _BOTH if names and others else _BRAND if names else _OTHER if others else _NEITHER
        """Those of "BRAND" and "OTHER" that the text contains."""
        self.text = "".join([*pieces, body[position:]])
        self.folded = FoldedText(self.text, self._position(text_start) if text_start else 0)
        """The text as patterns see it."""

    def _find_places(self) -> tuple[list[int], list[int]]:
        """Where each piece starts in the text, and where in the body. Names are pieces of their own."""
        if self._places is None:
            starts, origins = [0], [0]
            for start, end, word in self._replaced:
                name = starts[-1] + start - origins[-1]
                starts += (name, name + len(word) + 2)
                origins += (start, end)
            self._places = starts, origins
        return self._places

    def _position(self, origin: int) -> int:
        starts, origins = self._find_places()
        piece = bisect_right(origins, origin) - 1
        return starts[piece] + origin - origins[piece]

    @property
    def document(self) -> Document:
        """The text as rules see it."""
        start = self._position(self._text_start) if self._text_start else 0
        return Document(self.text, text_start=start, folded_text=self.folded)

    @property
    def is_addressed(self) -> bool:
        """Whether it begins with the brand's handle, or greets the brand, and names no other brand."""
        if self._is_addressed is None:
            self._is_addressed = "OTHER" not in self.names and self._begins_with_name()
        return self._is_addressed

    def _begins_with_name(self) -> bool:
        body = self._body
        start = len(body) - len(body[self._text_start :].lstrip(_BEFORE_HANDLE))
        greeting = _GREETING.match(body, start)
        start = greeting.end() if greeting else start
        is_named = any(start == name for name, _, _ in self._replaced)
        return is_named and (greeting is not None or body.startswith("@", start))

    def origin(self, span: Span) -> Span:
        """The characters of the body that ``span`` of the text comes from."""
        start, end = self._origin(span.start, is_end=False), self._origin(span.end, is_end=True)
        return Span(start, max(start, end))

    def _origin(self, position: int, *, is_end: bool) -> int:
        starts, origins = self._find_places()
        piece = bisect_right(starts, position - is_end) - 1
        if piece % 2:  # a name, which counts as a whole
            return origins[piece + 1] if is_end else origins[piece]
        return origins[piece] + position - starts[piece]

    def _sentence_bounds(self, position: int) -> tuple[int, int]:
        """Where the sentence around ``position`` starts and ends."""
        if self._sentence_ends is None:
            self._sentence_ends = [match.end() for match in _SENTENCE_END.finditer(self.text)]
        ends = self._sentence_ends
        n = bisect_right(ends, position)
        return ends[n - 1] if n else 0, ends[n] if n < len(ends) else len(self.text)

    def sentence(self, position: int) -> str:
        """The sentence around ``position``, with its last sign."""
        start, end = self._sentence_bounds(position)
        return self.text[start:end]

    def text_before(self, position: int) -> str:
        """What its sentence says before ``position``."""
        return self.text[self._sentence_bounds(position)[0] : position]
