"""How a mention is shown: its words cut into runs that each have one look, and its figures as people read them.

Pure: nothing here knows of Flask or of the store. Templates write ``Run.text`` escaped and never anything else.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise

from display.formatting import FormattedTime, duration, format_time, signed
from monitor.model import Brand, Intent, Mention, Sentiment, Span
from monitor.text.language_codes import language_name

HUES = 6
"""Brand colours there are; a seventh brand begins again at the first."""
FIRST_MATCH_WITHIN = 120
"""Characters that two lines, or three on a phone, show for certain: the cut of a row keeps its first match in here."""
EXCERPT = 420
"""Characters of a row: more than its lines can show at any width."""
LATE = timedelta(hours=1)
"""Read later than this after it was published, a row says so."""
INTENT_WORDS = {
    Intent.SWITCHING: "Switching",
    Intent.ASKS: "Asks what to use",
    Intent.COMPLAINT: "Complaint",
    Intent.PRICE: "Price",
}

_WORD = re.compile(r"(?<!\S)\S+")
_WORDS = re.compile(r"\w+")
_RULE_WORD = re.compile(r"\w+\*?")
_RULE_PART = re.compile(r'"[^"]*"|\w+\*?')


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that look alike: "hit" matched the rule, "found" the search, "pos" or "neg" counted, "off" did not."""

    text: str
    looks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weight:
    """A word that counted, for the list beside the text. ``part`` is its share of the heaviest one, in -1..1."""

    text: str
    figure: str
    part: float


@dataclass(frozen=True, slots=True)
class Card:
    """A mention as the list and its own page show it."""

    mention: Mention
    hue: int
    """1 to HUES; the brand's colour."""
    runs: tuple[Run, ...]
    cut: tuple[bool, bool]
    """Whether text was left out before and after the runs."""
    sentiment: Sentiment
    word: str
    """"Negative", "Neutral, corrected"."""
    figure: str
    """"+0.49"; for an unscored one the reason."""
    published: FormattedTime
    read: FormattedTime
    late: str
    """"read 3 h late", or empty."""
    intents: tuple[str, ...]
    stars: str
    """"4 of 5 stars", as the writer gave them; empty for what is no review."""


def runs(
    body: str, looks: Mapping[str, Iterable[tuple[int, int]]], start: int = 0, end: int | None = None
) -> list[Run]:
    """``body[start:end]`` cut wherever a look begins or ends. Spans may overlap, and may reach beyond the text."""
    end = len(body) if end is None else min(end, len(body))
    turns: dict[int, Counter[str]] = defaultdict(Counter, {start: Counter(), end: Counter()})
    for look, spans in looks.items():
        for a, b in spans:
            if (a := max(a, start)) < (b := min(b, end)):
                turns[a][look] += 1
                turns[b][look] -= 1
    active: Counter[str] = Counter()
    found = []
    for here, there in pairwise(sorted(turns)):
        active.update(turns[here])
        found.append(Run(body[here:there], tuple(look for look in looks if active[look] > 0)))
    return found


def excerpt(body: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Where to cut ``body`` so that its first match stands in what a row shows, at a word's begin if possible."""
    first = min(spans, default=(0, 0))
    start = 0
    if first[1] > FIRST_MATCH_WITHIN:
        earliest = max(0, first[0] - FIRST_MATCH_WITHIN // 2)
        word = next((m.start() for m in _WORD.finditer(body, earliest, first[0])), first[0])
        start = word if word < first[0] else earliest
    return start, min(len(body), start + EXCERPT)


class Cards:
    """Makes cards: knows the brands' colours and the zone that times are told in."""

    def __init__(self, brands: Sequence[Brand], zone: tzinfo) -> None:
        self.hues = {brand.name: i % HUES + 1 for i, brand in enumerate(brands)}
        self.zone = zone

    def hue(self, brand: str) -> int:
        """The number of the brand's colour; the last one for a brand that is no longer in the config."""
        return self.hues.get(brand, HUES)

    def row(self, mention: Mention, now: datetime, found: Sequence[Span] = ()) -> Card:
        """A row of the list; ``found`` are the words that the search found."""
        body = mention.post.body
        start, end = excerpt(body, mention.spans or found)
        looks = {"title": [(0, len(mention.post.title))], "hit": mention.spans, "found": found}
        return self._card(mention, now, tuple(runs(body, looks, start, end)), (start > 0, end < len(body)))

    def full(self, mention: Mention, now: datetime, found: Sequence[Span] = ()) -> Card:
        """The mention's own page: the whole text, with what counted for its score and what did not."""
        body, evidence = mention.post.body, mention.score.evidence
        looks: dict[str, Iterable[tuple[int, int]]] = {
            "title": [(0, len(mention.post.title))],
            "hit": mention.spans,
            "found": found,
            "pos": [(w.start, w.end) for w in evidence.words if w.weight > 0],
            "neg": [(w.start, w.end) for w in evidence.words if w.weight < 0],
            "off": outside(evidence.judged, len(body)) if evidence.judged else [],
        }
        return self._card(mention, now, tuple(runs(body, looks)), (False, False))

    def _card(self, mention: Mention, now: datetime, cut: tuple[Run, ...], dropped: tuple[bool, bool]) -> Card:
        word = mention.score.sentiment.value.capitalize() + (", corrected" if mention.corrected else "")
        delay = mention.added_at - mention.post.published_at
        return Card(
            mention=mention,
            hue=self.hue(mention.brand),
            runs=cut,
            cut=dropped,
            sentiment=mention.score.sentiment,
            word=word,
            figure=figure(mention),
            published=format_time(mention.post.published_at, now, self.zone),
            read=format_time(mention.added_at, now, self.zone),
            late=f"read {duration(delay)} late" if delay > LATE else "",
            intents=tuple(words for bit, words in INTENT_WORDS.items() if bit in mention.intent),
            stars=f"{mention.post.stars} of 5 stars" if mention.post.stars else "",
        )


def figure(mention: Mention) -> str:
    """The score as a figure, or why there is none."""
    if mention.score.value is not None:
        return signed(mention.score.value)
    foreign = language_name(mention.post.lang) if mention.post.lang != "en" else ""
    return mention.score.evidence.reason or foreign or "not judged"


def outside(judged: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """What of ``length`` characters lies in none of the ``judged`` spans."""
    left, here = [], 0
    for start, end in sorted(judged):
        if start > here:
            left.append((here, start))
        here = max(here, end)
    return [*left, (here, length)] if here < length else left


def weights(mention: Mention) -> list[Weight]:
    """The words that counted for the score, the heaviest first."""
    words = sorted(mention.score.evidence.words, key=lambda w: -abs(w.weight))
    top = max((abs(w.weight) for w in words), default=0.0) or 1.0
    body = mention.post.body
    return [Weight(body[w.start : w.end], signed(w.weight, 1), w.weight / top) for w in words]


def rule_runs(mention: Mention) -> list[Run]:
    """The rule's text, with those of its words tinted that stand among the words that matched; a phrase only whole."""
    body = mention.post.body
    matched = {word.casefold() for a, b in mention.spans for word in _WORDS.findall(body[a:b])}
    parts = _RULE_PART.finditer(mention.rule)
    return runs(mention.rule, {"hit": [part.span() for part in parts if _stands_in(part.group(), matched)]})


def _stands_in(part: str, matched: Collection[str]) -> bool:
    """Whether every word of a part of a rule is among ``matched``; one that ends in ``*`` may go on."""
    words = _RULE_WORD.findall(part.casefold())
    begins = (w[:-1] for w in words if w.endswith("*"))
    whole = all(w in matched for w in words if not w.endswith("*"))
    return bool(words) and whole and all(any(m.startswith(begin) for m in matched) for begin in begins)
