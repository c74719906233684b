"""The scorer: one call per post serves every brand in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from monitor.model import Brand, Evidence, Score, Span
from monitor.sentiment import roles, words
from monitor.sentiment.naming import Named, Names
from monitor.sentiment.reading import Reading
from monitor.sentiment.towards import judge
from monitor.sentiment.vocabulary import Vocabulary
from monitor.text.language_codes import language_name

WHOLE = 2_500
"""Characters up to which a text is read as a whole, some 400 words."""
AHEAD, BEYOND = 300, 700
"""Of a longer one: characters before and behind each naming of the brand that are read."""
NAMINGS = 4
"""Of a longer one: namings of a brand that are looked at."""

NOTHING = "nothing to judge"
UNKNOWN = "language not known"
_NO_SPANS: Mapping[str, Sequence[Span]] = MappingProxyType({})


class Scorer:
    """Scores posts towards brands. Safe to share between threads."""

    def __init__(self, brands: Sequence[Brand], vocabulary: Vocabulary | None = None) -> None:
        self._vocabulary = vocabulary or Vocabulary(words.valences(), words.PHRASES, words.word_roles())
        self._names = Names(brands, self._vocabulary)

    def with_brands(self, brands: Sequence[Brand]) -> Scorer:
        """A scorer for other brands that shares what this one knows of words, and so costs next to nothing."""
        return Scorer(brands, self._vocabulary)

    def score(
        self, body: str, brands: Sequence[str], lang: str | None, spans: Mapping[str, Sequence[Span]] = _NO_SPANS
    ) -> dict[str, Score]:
        """Score ``body`` towards each of ``brands`` (their names).

        ``lang`` is an ISO 639-1 code or None; only English is judged. ``spans`` tells what a brand's rule found;
        it serves where neither name nor alias is in the text. A value is in -1..1, or None (unscored) with a reason.
        """
        if lang and lang != "und" and lang.lower()[:2] != "en":
            unscored = Score(None, Evidence(reason=language_name(lang)))
            return dict.fromkeys(brands, unscored)
        if len(body) > WHOLE:
            return {brand: self._scored(self._excerpts(body, brand, spans), brand, lang) for brand in brands}
        reading = Reading(body, 0, self._vocabulary)
        named = self._named(reading, body, brands, spans)
        return {brand: self._scored([(reading, named)], brand, lang) for brand in brands}

    @staticmethod
    def _scored(readings: Sequence[tuple[Reading, Sequence[Named]]], brand: str, lang: str | None) -> Score:
        known = bool(lang) and lang != "und"
        silent = not any(reading.kinds & (roles.VALUED | roles.PHRASE | roles.UNIT) for reading, _ in readings)
        if (silent or not known) and not any(_has_words(reading, named) for reading, named in readings):
            if silent:
                return Score(None, Evidence(reason=NOTHING))
        elif not known:
            return Score(None, Evidence(reason=UNKNOWN))
        return judge(readings, brand)

    def _named(
        self, reading: Reading, body: str, brands: Sequence[str], spans: Mapping[str, Sequence[Span]]
    ) -> list[Named]:
        """Every naming in ``reading``; where a brand of ``brands`` has none, what is in ``spans`` stands for it."""
        named = self._names.find(reading.entries)
        missing = set(brands).difference([naming.brand for naming in named])
        for brand in missing:
            for start, end in spans.get(brand) or self._names.search(body, brand, NAMINGS):
                if reading.whole.start <= start < end <= reading.whole.end and reading.tokens:
                    named.append(Named(brand, reading.token_at(start), reading.token_at(end - 1) + 1))
        return named

    def _excerpts(
        self, body: str, brand: str, spans: Mapping[str, Sequence[Span]]
    ) -> list[tuple[Reading, Sequence[Named]]]:
        """Readings of what stands around the brand in a long ``body``."""
        places = self._names.search(body, brand, NAMINGS) or list(spans.get(brand, ()))[:NAMINGS]
        readings: list[tuple[Reading, Sequence[Named]]] = []
        for start, end in _windows(body, places):
            reading = Reading(body[start:end], start, self._vocabulary, excerpt=True)
            readings.append((reading, self._named(reading, body, [brand], {brand: places})))
        return readings


def _windows(body: str, places: Sequence[Span]) -> Iterator[Span]:
    """The parts of ``body`` around ``places``, those that touch joined, no word cut; its beginning without any."""
    if not places:
        yield Span(0, WHOLE)
        return
    start = end = -1
    for place in sorted(places):
        first, last = max(0, place.start - AHEAD), min(len(body), place.start + BEYOND)
        if first > end:
            if end >= 0:
                yield _trimmed(body, start, end)
            start = first
        end = max(end, last)
    yield _trimmed(body, start, end)


def _trimmed(body: str, start: int, end: int) -> Span:
    if start > 0:
        start = max(start, body.find(" ", start, start + 50))
    return Span(start, end if end >= len(body) else max(body.rfind(" ", end - 50, end), start + AHEAD + 1))


def _has_words(reading: Reading, named: Sequence[Named]) -> bool:
    """Whether there is any word besides names, links, numbers and signs."""
    names = {i for _, start, end in named for i in range(start, end)}
    return any(not entry.kind & roles.BARE and i not in names for i, entry in enumerate(reading.entries))
