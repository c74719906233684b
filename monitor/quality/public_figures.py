"""How often judgements are wrong on public sets of labelled posts, as counts. Every other figure follows from these.

``python -m bench.sentiment`` and ``python -m bench.other_languages`` print them as "counts". docs/sentiment.md and
docs/languages.md show the same figures in per cent; ``tests/test_docs.py`` compares them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from monitor.model import Sentiment
from monitor.quality.confusion import CALLED, Confusion


@dataclass(frozen=True, slots=True)
class PublicFigures:
    """A public set, and what the program called its posts."""

    measured_on: str
    """Completes "measured on"."""
    confusion: Confusion


def _table(*rows: Sequence[int]) -> Confusion:
    """Called negative, neutral, positive, unscored x what people called negative, neutral, positive."""
    return Confusion.of_table(dict(zip((*CALLED, Sentiment.UNSCORED), rows, strict=True)))


RULES = PublicFigures(
    "English tweets to airlines",
    _table((3744, 344, 115), (748, 1031, 224), (145, 163, 837), (0, 1, 0)),
)
"""English, by the rules alone, on the half of the tweets that no rule was chosen on."""
WITH_LANGUAGE_MODEL = PublicFigures(
    "English tweets to airlines",
    _table((996, 93, 14), (141, 263, 73), (19, 31, 217), (0, 0, 0)),
)
"""English, by the rules and the language model together, on a quarter of that half."""
LANGUAGE_MODEL: Mapping[str, PublicFigures] = MappingProxyType(
    {
        "ar": PublicFigures("tweets in Arabic", _table((67, 28, 11), (9, 20, 12), (1, 14, 34), (31, 46, 51))),
        "de": PublicFigures("tweets in German", _table((55, 17, 5), (10, 30, 5), (8, 32, 68), (35, 29, 30))),
        "es": PublicFigures("tweets in Spanish", _table((55, 19, 2), (13, 21, 5), (8, 32, 76), (32, 36, 25))),
        "fr": PublicFigures("tweets in French", _table((54, 11, 4), (26, 65, 49), (1, 16, 35), (27, 16, 20))),
        "hi": PublicFigures("tweets in Hindi", _table((22, 15, 11), (33, 35, 33), (21, 33, 19), (32, 25, 45))),
        "it": PublicFigures("tweets in Italian", _table((62, 16, 12), (7, 47, 8), (6, 25, 47), (33, 20, 41))),
        "pt": PublicFigures("tweets in Portuguese", _table((31, 16, 3), (25, 36, 27), (4, 21, 48), (48, 35, 30))),
    }
)
"""Other languages, by the language model alone: as many negative as neutral and positive tweets, so that of posts in
general more of those called positive or negative may be neutral."""


def general_figures(*, uses_model: bool) -> PublicFigures:
    """Those of English, for posts in any language."""
    return WITH_LANGUAGE_MODEL if uses_model else RULES


def public_figures(lang: str, *, uses_model: bool) -> PublicFigures | None:
    """The figures that fit posts in a language; empty: in any. None if nobody measured any."""
    if lang in ("", "en"):
        return general_figures(uses_model=uses_model)
    return LANGUAGE_MODEL.get(lang) if uses_model else None
