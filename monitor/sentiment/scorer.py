"""Score posts towards brands: one call per post scores every brand in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from monitor.model import Brand, Evidence, Score, Span
from monitor.sentiment import token_flags
from monitor.sentiment.brand_names import BrandNames, NameMatch
from monitor.sentiment.lexicon import english_lexicon
from monitor.sentiment.rules import apply_rules
from monitor.sentiment.targeted import targeted_score
from monitor.sentiment.tokenized_text import TokenizedText
from monitor.sentiment.vocabulary import Vocabulary
from monitor.text.language_codes import language_name
from monitor.text.quotes import blank_quotes, outside_quotes, quoted_spans

MAX_WHOLE_TEXT_CHARS = 2_500
"""Longer texts (more than about 400 words) are not scored as a whole, but only in excerpts around the brand."""
CHARS_BEFORE_NAME, CHARS_AFTER_NAME = 300, 700
"""Size of an excerpt around each name of the brand."""
MAX_NAMES = 4
"""Occurrences of a brand's name that get an excerpt."""

NOTHING_TO_JUDGE = "nothing to judge"
UNKNOWN_LANGUAGE = "unknown language"
_NO_SPANS: Mapping[str, Sequence[Span]] = MappingProxyType({})


class Scorer:
    """Scores posts towards brands. Threads may share one."""

    def __init__(self, brands: Sequence[Brand], vocabulary: Vocabulary | None = None) -> None:
        # A vocabulary is a dict that starts empty, so its truth value says nothing about whether there is one.
        self._vocabulary = vocabulary if vocabulary is not None else english_vocabulary()
        self._names = BrandNames(brands, self._vocabulary)

    def with_brands(self, brands: Sequence[Brand]) -> Scorer:
        """A scorer for other brands that shares this one's vocabulary, so that creating it costs almost nothing."""
        return Scorer(brands, self._vocabulary)

    def score(
        self, body: str, brands: Sequence[str], lang: str | None, spans: Mapping[str, Sequence[Span]] = _NO_SPANS
    ) -> dict[str, Score]:
        """Score ``body`` towards each of ``brands`` (their names).

        ``lang`` is an ISO 639-1 code or None. Only English is scored. ``spans`` are the matches of each brand's rule,
        which mark the brand where the text contains neither its name nor an alias. Lines that quote somebody else do
        not count. A value is in -1..1, or None (unscored) with a reason.
        """
        if _is_other_language(lang):
            unscored = Score(None, Evidence(reason=language_name(lang)))
            return dict.fromkeys(brands, unscored)
        if ">" in body and (quotes := quoted_spans(body)):
            return self._score_own_words(body, quotes, brands, lang, spans)
        return self._score(body, brands, lang, spans)

    def score_batch(
        self,
        bodies: Sequence[str],
        langs: Sequence[str | None],
        spans: Sequence[Mapping[str, Sequence[Span]]],
    ) -> list[dict[str, Score]]:
        """Score each of ``bodies`` towards the brands of its ``spans``, as ``score`` does.

        Reads all texts before it scores them, because that is faster: code and tables stay in the processor's cache.
        """
        texts = [
            self._read(body, 0) if _is_simple(body, lang) else None for body, lang in zip(bodies, langs, strict=True)
        ]
        return [
            self._score_text(text, body, list(own), lang, own) if text else self.score(body, list(own), lang, own)
            for text, body, lang, own in zip(texts, bodies, langs, spans, strict=True)
        ]

    def _score_own_words(
        self,
        body: str,
        quotes: Sequence[Span],
        brands: Sequence[str],
        lang: str | None,
        spans: Mapping[str, Sequence[Span]],
    ) -> dict[str, Score]:
        """Score what lies outside ``quotes``. A brand that is named only there counts as not named."""
        own_spans = {
            brand: [span for span in spans.get(brand, ()) if not any(q.start <= span.start < q.end for q in quotes)]
            for brand in brands
        }
        scores = self._score(blank_quotes(body), brands, lang, own_spans)
        return {brand: _with_own_clauses(score, body, quotes) for brand, score in scores.items()}

    def _score(
        self, body: str, brands: Sequence[str], lang: str | None, spans: Mapping[str, Sequence[Span]]
    ) -> dict[str, Score]:
        if len(body) > MAX_WHOLE_TEXT_CHARS:
            return {brand: self._score_parts(self._excerpts(body, brand, spans), brand, lang) for brand in brands}
        return self._score_text(self._read(body, 0), body, brands, lang, spans)

    def _score_text(
        self,
        text: TokenizedText,
        body: str,
        brands: Sequence[str],
        lang: str | None,
        spans: Mapping[str, Sequence[Span]],
    ) -> dict[str, Score]:
        names = self._find_names(text, body, brands, spans)
        return {brand: self._score_parts([(text, names)], brand, lang) for brand in brands}

    @staticmethod
    def _score_parts(parts: Sequence[tuple[TokenizedText, Sequence[NameMatch]]], brand: str, lang: str | None) -> Score:
        """Score the text of one post, or its excerpts. In an unknown language, only a text without words is scored."""
        is_language_known = bool(lang) and lang != "und"
        scoring = token_flags.VALENCE | token_flags.TIME_UNIT
        has_valence = False
        for text, _ in parts:
            if text.flags & scoring or text.valences or text.marks:
                has_valence = True
        if (not has_valence or not is_language_known) and not any(_has_words(text, names) for text, names in parts):
            if not has_valence:
                return Score(None, Evidence(reason=NOTHING_TO_JUDGE))
        elif not is_language_known:
            return Score(None, Evidence(reason=UNKNOWN_LANGUAGE))
        return targeted_score(parts, brand)

    def _read(self, text: str, shift: int, *, is_excerpt: bool = False) -> TokenizedText:
        tokenized = TokenizedText(text, shift, self._vocabulary, is_excerpt=is_excerpt)
        apply_rules(tokenized)
        return tokenized

    def _find_names(
        self, text: TokenizedText, body: str, brands: Sequence[str], spans: Mapping[str, Sequence[Span]]
    ) -> list[NameMatch]:
        """Every name in ``text``. If one of ``brands`` is not named, its ``spans`` count as its names."""
        names = self._names.find(text.entries)
        named = {name.brand for name in names}
        for brand in [brand for brand in brands if brand not in named]:
            for start, end in spans.get(brand) or self._names.search(body, brand, MAX_NAMES):
                if text.text_span.start <= start < end <= text.text_span.end and text.tokens:
                    names.append(NameMatch(brand, text.token_at(start), text.token_at(end - 1) + 1))
        return names

    def _excerpts(
        self, body: str, brand: str, spans: Mapping[str, Sequence[Span]]
    ) -> list[tuple[TokenizedText, Sequence[NameMatch]]]:
        """The excerpts of a long ``body`` around the brand, each with its names."""
        occurrences = self._names.search(body, brand, MAX_NAMES) or list(spans.get(brand, ()))[:MAX_NAMES]
        excerpts: list[tuple[TokenizedText, Sequence[NameMatch]]] = []
        for start, end in _windows(body, occurrences):
            text = self._read(body[start:end], start, is_excerpt=True)
            excerpts.append((text, self._find_names(text, body, [brand], {brand: occurrences})))
        return excerpts


def english_vocabulary() -> Vocabulary:
    """A new vocabulary for English. Loading the lexicon takes 15 ms: share one."""
    return Vocabulary(english_lexicon())


def _is_other_language(lang: str | None) -> bool:
    return lang is not None and lang not in ("", "und") and lang.lower()[:2] != "en"


def _is_simple(body: str, lang: str | None) -> bool:
    """Whether a text is scored as a whole."""
    return len(body) <= MAX_WHOLE_TEXT_CHARS and ">" not in body and not _is_other_language(lang)


def _with_own_clauses(score: Score, body: str, quotes: Sequence[Span]) -> Score:
    """``score`` without the parts of its clauses that lie in ``quotes``."""
    own = tuple(outside_quotes(body, score.evidence.clauses, quotes))
    return replace(score, evidence=replace(score.evidence, clauses=own))


def _windows(body: str, occurrences: Sequence[Span]) -> Iterator[Span]:
    """The parts of ``body`` around ``occurrences``, merged where they overlap; its beginning if there are none."""
    if not occurrences:
        yield Span(0, MAX_WHOLE_TEXT_CHARS)
        return
    start = end = -1
    for occurrence in sorted(occurrences):
        first = max(0, occurrence.start - CHARS_BEFORE_NAME)
        last = min(len(body), occurrence.start + CHARS_AFTER_NAME)
        if first > end:
            if end >= 0:
                yield _trim_to_words(body, start, end)
            start = first
        end = max(end, last)
    yield _trim_to_words(body, start, end)


def _trim_to_words(body: str, start: int, end: int) -> Span:
    """Move both ends inwards to a space, if there is one within 50 characters, so that no word is cut."""
    if start > 0:
        start = max(start, body.find(" ", start, start + 50))
    return Span(start, end if end >= len(body) else max(body.rfind(" ", end - 50, end), start + CHARS_BEFORE_NAME + 1))


def _has_words(text: TokenizedText, names: Sequence[NameMatch]) -> bool:
    """Whether the text has any word besides names, links, numbers and punctuation."""
    in_names = {i for _, start, end in names for i in range(start, end)}
    return any(not entry.flags & token_flags.NOT_A_WORD and i not in in_names for i, entry in enumerate(text.entries))
