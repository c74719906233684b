"""A post's body, folded, with a mapping back to the characters of the original."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property

from monitor.model import Span
from monitor.query.folding import NOT_ASCII, WORD, fold, fold_character
from monitor.query.hashtags import Hashtag, hashtags

_TITLE_DISTANCE_WORDS = 1_000_000
"""Added to word numbers after the title, so that no NEAR reaches from the title into the text."""


class FoldedText:
    """A post's body, folded, with a mapping back to the characters of the original.

    ``text_start`` is where the text starts in the body, 0 without a title. No phrase and no NEAR reaches across it.
    """

    def __init__(self, body: str, text_start: int = 0) -> None:
        self.body = body
        self.folded = fold(body)
        self._hashtags: tuple[Hashtag, ...] | None = None if "#" in self.folded else ()
        self._origins = None if body.isascii() or _is_one_to_one(body) else _origins(body)
        title_end = len(fold(body[:text_start])) if text_start else 0
        self.regions = ((0, title_end), (title_end, len(self.folded))) if title_end else ((0, len(self.folded)),)
        """The title and the text, or only the text, as (start, end) in ``folded``."""

    def span(self, start: int, end: int) -> Span:
        """The characters of the body that ``folded[start:end]`` comes from, including combining accents."""
        if self._origins is None:
            return Span(start, end)
        return Span(self._origins[start], max(self._origins[end - 1] + 1, self._origins[end]))

    @property
    def hashtags(self) -> tuple[Hashtag, ...]:
        """The hashtags, in order."""
        if self._hashtags is None:  # cached_property takes a lock
            self._hashtags = hashtags(self.folded, self.body)
        return self._hashtags

    def word_number(self, start: int) -> int:
        """The number of words before the one at ``start``, counting the title as far away from the text.

        ``start`` may be inside a word, or at the sign before one.
        """
        starts = self._word_starts
        number = bisect_left(starts, start)
        is_inside = (number == len(starts) or starts[number] != start) and WORD.match(self.folded, start)
        return number - bool(is_inside) + self._title_distance(start)

    @cached_property
    def _word_starts(self) -> list[int]:
        return [word.start() for word in WORD.finditer(self.folded)]

    def _title_distance(self, start: int) -> int:
        return _TITLE_DISTANCE_WORDS if len(self.regions) > 1 and start >= self.regions[1][0] else 0


def _is_one_to_one(body: str) -> bool:
    return all(char.isascii() or len(fold_character(char)) == 1 for char in set(body))


def _origins(body: str) -> list[int]:
    """For each character of the folded body, and for its end, the index of the character it comes from."""
    origins: list[int] = []
    start = 0
    for run in NOT_ASCII.finditer(body):
        origins.extend(range(start, run.start()))
        for index, char in enumerate(run[0], start=run.start()):
            origins += [index] * len(fold_character(char))
        start = run.end()
    origins.extend(range(start, len(body) + 1))
    return origins
