"""How often judgements are wrong on public sets of labelled posts, as counts. Every other figure follows from these.

``python -m bench.sentiment`` and ``python -m bench.other_languages --tweets 3660`` print them as "counts", for English
by strength. docs/sentiment.md and docs/languages.md show the same figures in per cent; ``tests/test_docs.py`` compares
them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from monitor.model import Answer, Sentiment
from monitor.quality.confusion import CALLED, OPINIONS, Confusion
from monitor.quality.strength import BANDS, Strength


@dataclass(frozen=True)
class PublicFigures:
    """A public set, and what the program called its posts."""

    measured_on: str
    """Completes "measured on"."""
    by_strength: Mapping[Strength | None, Confusion]
    """By the strength of scores; None: those whose strength was not counted, and unscored posts."""

    @cached_property
    def confusion(self) -> Confusion:
        """All posts."""
        counts: Counter[tuple[Sentiment, Answer]] = Counter()
        for one in self.by_strength.values():
            counts.update(one.counts)
        return Confusion(counts)


def _table(*rows: Sequence[int]) -> Mapping[Strength | None, Confusion]:
    """Called negative, neutral, positive, unscored x what people called negative, neutral, positive."""
    return {None: Confusion.of_table(dict(zip((*CALLED, Sentiment.UNSCORED), rows, strict=True)))}


def _table_by_strength(*rows: Sequence[int]) -> Mapping[Strength | None, Confusion]:
    """The same with a row for each of BANDS, and one for unscored posts."""
    tables: defaultdict[Strength | None, dict[Sentiment, Sequence[int]]] = defaultdict(dict)
    for (called, strength), row in zip((*BANDS, (Sentiment.UNSCORED, None)), rows, strict=True):
        tables[strength][called] = row
    return {strength: Confusion.of_table(table) for strength, table in tables.items()}


RULES = PublicFigures(
    "English tweets to airlines",
    _table_by_strength(
        (422, 135, 45),
        (879, 110, 40),
        (2462, 78, 29),
        (523, 938, 139),
        (211, 118, 77),
        (81, 99, 244),
        (49, 53, 352),
        (10, 7, 250),
        (0, 1, 0),
    ),
)
"""English, by the rules alone, on the half of the tweets that no rule was chosen on."""
WITH_LANGUAGE_MODEL = PublicFigures(
    "English tweets to airlines",
    _table_by_strength(
        (238, 63, 11),
        (570, 23, 3),
        (168, 1, 0),
        (31, 28, 3),
        (135, 241, 61),
        (11, 28, 102),
        (3, 3, 123),
        (0, 0, 1),
        (0, 0, 0),
    ),
)
"""English, by the rules and the language model together, on a quarter of that half."""
LANGUAGE_MODEL: Mapping[str, PublicFigures] = MappingProxyType(
    {
        "ar": PublicFigures("tweets in Arabic", _table((76, 29, 12), (9, 42, 17), (2, 9, 38), (21, 28, 41))),
        "de": PublicFigures("tweets in German", _table((65, 25, 10), (6, 48, 8), (7, 18, 60), (30, 17, 30))),
        "es": PublicFigures("tweets in Spanish", _table((56, 18, 6), (13, 34, 10), (5, 24, 68), (34, 32, 24))),
        "fr": PublicFigures("tweets in French", _table((63, 14, 5), (29, 69, 50), (0, 12, 33), (16, 13, 20))),
        "hi": PublicFigures("tweets in Hindi", _table((15, 10, 7), (44, 48, 39), (28, 32, 31), (21, 18, 31))),
        "it": PublicFigures("tweets in Italian", _table((71, 26, 16), (9, 47, 13), (3, 18, 46), (25, 17, 33))),
        "pt": PublicFigures("tweets in Portuguese", _table((47, 20, 1), (34, 49, 36), (3, 16, 46), (24, 23, 25))),
    }
)
"""Other languages, by the language model alone: as many negative as neutral and positive tweets, so that of posts in
general more of those called positive or negative may be neutral."""
_MIXTURE = 100_000


def general_figures(*, uses_model: bool) -> PublicFigures:
    """Those of English, for posts in any language."""
    return WITH_LANGUAGE_MODEL if uses_model else RULES


def public_figures(lang: str, *, uses_model: bool) -> PublicFigures | None:
    """The figures that fit posts in a language; empty: in any. None if nobody measured any."""
    if lang in ("", "en"):
        return general_figures(uses_model=uses_model)
    return LANGUAGE_MODEL.get(lang) if uses_model else None


def public_confusion(languages: Mapping[str, int], by_model: Collection[str]) -> Confusion:
    """How posts are called, of each 100,000 that people call the same, in the mixture of ``languages`` (code -> posts).

    Languages without public figures have no weight: their posts are unscored, or count as unscored. Without any other,
    the figures are those of English.
    """
    found = {lang: public_figures(lang, uses_model=(lang or "en") in by_model) for lang, n in languages.items() if n}
    parts = [(public.confusion, languages[lang]) for lang, public in found.items() if public is not None]
    if not parts:
        return general_figures(uses_model="en" in by_model).confusion
    total = sum(posts for _, posts in parts)
    counts: Counter[tuple[Sentiment, Answer]] = Counter()
    for confusion, posts in parts:
        for said in OPINIONS:
            scored = sum(confusion.n(called, said) for called in CALLED)
            for called in CALLED:
                counts[called, said] += round(_MIXTURE * posts / total * confusion.n(called, said) / scored)
    return Confusion(counts)
