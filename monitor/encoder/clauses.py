"""Which part of a text is about which brand, in any language.

The mean over a brand's own part tells brands in one text apart; over the whole text, all would get the same score. In a
text that names one brand, its part is the whole text. ``bench/other_languages.py`` measures this on made-up sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from monitor.model import Span

_CONJUNCTIONS = """
    but while whereas although though however yet and because than unlike vs versus instead
    aber während obwohl jedoch sondern und weil als statt hingegen
    mais tandis alors pourtant et que parce
    pero mientras aunque sino y porque
    ma mentre però e perché invece di
    maar terwijl hoewel echter en omdat dan
    mas enquanto embora porém do
    но а хотя пока и чем
    لكن بينما أما رغم
    encara i
"""  # noqa: RUF001
"""Words that may begin a clause. It does no harm if one of them does not: a clause without a brand belongs to the brand
of the clause before."""
_END = re.compile(
    r"[.!?\u2026\u061f]+(?=\s|$)|[\u3002\uff01\uff1f\n]|[,;:\u2013\u2014\u060c\u061b\u3001\uff0c\uff1b](?!\d)|\s[-|/]\s"
)
"""The end of a clause: punctuation, except within numbers and names."""
_BEGIN = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(set(_CONJUNCTIONS.split())))})(?!\w)", re.IGNORECASE)


def brand_parts(text: str, names: Mapping[str, Sequence[Span]]) -> dict[str, list[Span]]:
    """Brand -> the parts of ``text`` that are about it. ``names``: brand -> where it is named.

    A clause is about the brands that it names, or else about those of the clause before. What precedes the first named
    brand is about that one. Within a clause that names several, each is spoken of from its name to the next one. A
    brand that is not named gets the whole text.
    """
    named = sorted((span.start, brand) for brand, spans in names.items() for span in spans)
    parts: dict[str, list[Span]] = {brand: [] for brand in names}
    if len({brand for _, brand in named}) > 1:
        for brand, part in _assign(text, named):
            parts[brand].append(part)
    return {brand: found or [Span(0, len(text))] for brand, found in parts.items()}


def _assign(text: str, named: Sequence[tuple[int, str]]) -> Iterator[tuple[str, Span]]:
    """(brand, part) over the whole text. ``named`` has (position, brand) of each name, in order."""
    brand = named[0][1]
    for start, end in pairwise(_boundaries(text)):
        inside = [(at, name) for at, name in named if start <= at < end]
        starts = [start, *(at for at, _ in inside[1:]), end]
        for index, (_, name) in enumerate(inside):
            yield name, Span(starts[index], starts[index + 1])
            brand = name
        if not inside:
            yield brand, Span(start, end)


def _boundaries(text: str) -> list[int]:
    """Where clauses begin, and the end of the text."""
    ends = {match.end() for match in _END.finditer(text)}
    begins = {match.start() for match in _BEGIN.finditer(text)}
    return sorted(ends | begins | {0, len(text)})
