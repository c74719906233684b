"""What the Compare page and its file show: figures as texts and links, bars as widths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from display.comparison.notes import hours, missing_share, side_names, unevenness
from display.comparison.sentence import comparison_sentence
from display.formatting import about, clock_time, day_and_month, format_signed, join_with_and, pluralize
from display.pages.compare.chart import CompareChart
from display.pages.compare.choice import CompareChoice
from display.pages.mentions.cards import Cards
from display.pages.mentions.facets import INTENT, SENTIMENT
from display.pages.mentions.filters import RANGES, MentionsView, query_string
from monitor.model import Bin, Choice, MentionFilter, Sentiment, StoryCount
from monitor.model.comparison import Comparison, Estimate, Figure, Row, Side, SideFigures
from monitor.text.language_codes import language_name

BAR_PX = 84
"""The bar of 100 %."""
WORD_BAR_PX = 40
"""The bar of the most distinctive word of a side."""
MOOD_PX = 100
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
SERIES_COLOUR = 0
"""In place of the number of a brand's colour: the earlier time of a brand."""


@dataclass(frozen=True, slots=True)
class ShownSide:
    """How a side appears everywhere."""

    number: int
    """From 1; its line has the dashes of this number."""
    name: str
    colour: int
    """The number of the brand's colour; SERIES_COLOUR for the earlier time of a brand."""
    figures: SideFigures


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of a table."""

    text: str
    path: str
    """The page that lists what it counts; empty if it counts nothing."""
    percent: str = ""
    bar: float = 0.0
    """Width in px."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A line of a table, with a cell for each side."""

    label: str
    cells: tuple[Cell, ...]
    mark: str = ""
    """The sentiment whose mark it shows."""


@dataclass(frozen=True, slots=True)
class ShownMood:
    """A mood on a scale of MOOD_PX, from -1 to 1."""

    text: str
    mark: str
    left: float
    width: float
    middle: float
    interval: str
    path: str


@dataclass(frozen=True, slots=True)
class ShownWord:
    """A word that differs."""

    text: str
    bar: float
    ratio: str
    cells: tuple[Cell, Cell]


@dataclass(frozen=True, slots=True)
class WordList:
    """The words that are more frequent with one side."""

    side: ShownSide
    title: str
    words: tuple[ShownWord, ...]
    note: str


class ComparePage:
    """The parts of the page."""

    def __init__(
        self, comparison: Comparison, choice: CompareChoice, chart: Callable[[Sequence[str]], CompareChart | None],
        cards: Cards, zone: tzinfo,
    ) -> None:  # fmt: skip
        """``chart``: names of the sides -> the chart."""
        self.comparison, self.choice, self.zone = comparison, choice, zone
        self.when = [self._when(one.side, n) for n, one in enumerate(comparison.sides)]
        names = side_names(comparison, self.when)
        self.sides = tuple(
            ShownSide(n + 1, name, self._colour(cards, n, one), one)
            for n, (name, one) in enumerate(zip(names, comparison.sides, strict=True))
        )
        self.chart = chart(names)

    def _colour(self, cards: Cards, n: int, one: SideFigures) -> int:
        return cards.colour_number(one.side.brand) if self.comparison.is_of_brands or not n else SERIES_COLOUR

    def _when(self, side: Side, n: int) -> str:
        """The range of a side within a sentence."""
        if self.choice.range and not n:
            return RANGES[self.choice.range].phrase
        if self.choice.range and not self.comparison.is_of_brands and self.choice.against is None:
            return RANGES[self.choice.range].phrase.replace("in the last", "in the") + " before"
        return range_words(side.since, side.until, self.comparison.as_of, self.zone)

    @property
    def sentence(self) -> str:
        """One sentence to say aloud. Names in other scripts do not turn the words around them."""
        text = comparison_sentence(self.comparison, self.when)
        for name in dict.fromkeys(one.side.brand for one in self.comparison.sides):
            text = text if name.isascii() else text.replace(name, f"{FIRST_STRONG_ISOLATE}{name}{POP_ISOLATE}")
        return text

    @property
    def unevenness(self) -> list[str]:
        """Why the comparison is not even; [] if it is."""
        return unevenness(self.comparison, self.when, self.zone)

    @property
    def summary(self) -> str:
        """ "2,214 mentions of Globex and 1,304 of Acme in the last 7 days." """
        if not self.comparison.is_of_brands:
            parts = [f"{side.figures.mentions.n:,} {when}" for side, when in zip(self.sides, self.when, strict=True)]
            return f"Mentions of {self.sides[0].figures.side.brand}: {join_with_and(parts)}."
        first, *others = self.sides
        parts = [f"{pluralize(first.figures.mentions.n, 'mention')} of {first.name}"]
        parts += [f"{side.figures.mentions.n:,} of {side.name}" for side in others]
        return f"{join_with_and(parts)} {self.when[0]}."

    @property
    def unread_note(self) -> str:
        """What hatching means, if anything is hatched."""
        if not any(one.unread.gaps for one in self.comparison.sides):
            return ""
        return "Hatched times were not fully read, so counts there are minimums."

    @property
    def as_of(self) -> str:
        """The moment in words."""
        return clock_time(self.comparison.as_of, self.comparison.as_of, self.zone)

    @property
    def volume(self) -> list[TableRow]:
        """Mentions, stories, share, and what was not read."""
        sides = self.comparison.sides
        return [
            TableRow("Mentions", tuple(self.cell(one.mentions) for one in sides)),
            TableRow("Stories", tuple(Cell(_stories(one.stories), self.path(one.mentions.filter)) for one in sides)),
            TableRow("Share of all brands", tuple(self._share(one) for one in sides)),
            TableRow("Not fully read", tuple(Cell(hours(one), "") for one in sides)),
            TableRow("Probably missing", tuple(Cell(missing_share(one), "") for one in sides)),
        ]

    def _share(self, one: SideFigures) -> Cell:
        if one.share is None:
            return Cell("?", "")
        return Cell(_percent(one.mentions.n, one.all_brands.n), self.path(one.all_brands.filter))

    @property
    def sentiments(self) -> list[TableRow]:
        """Mentions by sentiment."""
        totals = [one.mentions.n for one in self.comparison.sides]
        return [
            TableRow(
                SENTIMENT.label(row.value),
                tuple(self._part(figure, total) for figure, total in zip(row.figures, totals, strict=True)),
                row.value,
            )
            for row in self.comparison.sentiments
        ]

    def _part(self, figure: Figure, total: int) -> Cell:
        share = figure.n / total if total else 0.0
        width = round(max(1.0, BAR_PX * share), 1) if figure.n else 0.0
        return replace(self.cell(figure), percent=_percent(figure.n, total), bar=width)

    @property
    def moods(self) -> list[ShownMood | None]:
        """The mood of each side, as on walls."""
        return [self._mood(one) for one in self.comparison.sides]

    def _mood(self, one: SideFigures) -> ShownMood | None:
        if one.mood is None:
            return None
        mood, scored = one.mood, replace(one.side.filter, sentiment=Choice(exclude=(Sentiment.UNSCORED.value,)))
        mark = Sentiment.POSITIVE if mood.low > 0 else Sentiment.NEGATIVE if mood.high < 0 else Sentiment.NEUTRAL
        low, high, middle = (round((each + 1) / 2 * MOOD_PX, 1) for each in (mood.low, mood.high, mood.value))
        interval = f"{format_signed(mood.low)} to {format_signed(mood.high)}"
        return ShownMood(
            format_signed(mood.value),
            mark.value,
            low,
            round(max(1.0, high - low), 1),
            middle,
            interval,
            self.path(scored),
        )

    @property
    def negative(self) -> list[str]:
        """ "38 to 62 %" for each side: the share of negative opinions; "too few to say"."""
        return [_negative(one) for one in self.comparison.sides]

    @property
    def tables(self) -> list[tuple[str, list[TableRow]]]:
        """(title, rows) of intents, sources, languages and topics, without those that are empty."""
        c = self.comparison
        found = [
            ("Intent", self._rows(c.intents, INTENT.label)),
            ("Topics", self._rows(c.topics, str)),
            ("Source", self._rows(c.sources, str)),
            ("Language", self._rows(c.languages, language_name)),
        ]
        return [(title, rows) for title, rows in found if rows]

    def _rows(self, rows: Sequence[Row], label: Callable[[str], str]) -> list[TableRow]:
        return [
            TableRow(label(row.value) if row.value else "Others", tuple(self.cell(one) for one in row.figures))
            for row in rows
        ]

    @property
    def words(self) -> list[WordList]:
        """The words that differ, for each side."""
        found = []
        for side, words in zip(self.sides, self.comparison.words, strict=True):
            highest = max((word.ratio or 0.0 for word in words.words), default=1.0) or 1.0
            shown = tuple(
                ShownWord(
                    word.text,
                    round(WORD_BAR_PX * min(1.0, (word.ratio or highest) / highest), 1),
                    f"{word.ratio:.1f}" if word.ratio else "",
                    (self.cell(word.figures[0]), self.cell(word.figures[1])),
                )
                for word in words.words
            )
            note = "" if words.read == words.total else f"From {words.read:,} of {words.total:,} mentions."
            found.append(WordList(side, self._words_title(side), shown, note))
        return found

    def _words_title(self, side: ShownSide) -> str:
        return f"More with {side.name}" if self.comparison.is_of_brands else f"More {self.when[side.number - 1]}"

    def cell(self, figure: Figure) -> Cell:
        """A figure with its link."""
        n = f"{figure.n:,}" if figure.count.exact else about(figure.n)
        return Cell(n, self.path(figure.filter) if figure.n else "")

    def path(self, mentions: MentionFilter) -> str:
        """The path of the list of ``mentions``, at the moment of this page."""
        range_name = "all" if mentions.since is None and mentions.until is None else ""
        view = MentionsView(mentions, range_name, self.comparison.upto)
        return f"/mentions?{query_string(view, self.zone)}"

    def bin_path(self, side: ShownSide, found: Bin) -> str:
        """The list of the mentions of one side in one bin of the chart."""
        return self._between(side, found, MentionFilter(brand=side.figures.side.filter.brand))

    def slot_path(self, bins: Sequence[Bin | None]) -> str:
        """The list of the mentions of all brands in one bin of the chart; of one brand, those of its first time."""
        brands = tuple(dict.fromkeys(side.figures.side.brand for side in self.sides))
        side, found = next((side, one) for side, one in zip(self.sides, bins, strict=True) if one)
        return self._between(side, found, MentionFilter(brand=Choice(brands)))

    def _between(self, side: ShownSide, found: Bin, mentions: MentionFilter) -> str:
        by = self.chart.lines[side.number - 1].moved_by if self.chart else timedelta(0)
        view = MentionsView(mentions, "").between(found.start - by, found.end - by)
        return f"/mentions?{query_string(replace(view, upto=self.comparison.upto), self.zone)}"


def range_words(since: datetime | None, until: datetime | None, now: datetime, zone: tzinfo) -> str:
    """ "from 10 Nov to 17 Nov", "since 10 Nov", with times unless both are midnight."""
    if since is None:
        return f"before {_time_words(until, now, zone)}" if until else "at any time"
    if until is None:
        return f"since {_time_words(since, now, zone)}"
    return f"from {_time_words(since, now, zone)} to {_time_words(until, now, zone)}"


def _time_words(at: datetime, now: datetime, zone: tzinfo) -> str:
    local, today = at.astimezone(zone), now.astimezone(zone)
    day = day_and_month(local, today)
    return day if not local.hour and not local.minute else f"{day}, {local:%H:%M}"


def _stories(count: StoryCount) -> str:
    return f"{count.n:,}" if count.exact else about(count.n)


def _percent(n: int, total: int) -> str:
    """ "18 %", "<1 %"."""
    percent = round(100 * n / total) if total else 0
    return "<1 %" if n and not percent else f"{percent} %"


def _negative(one: SideFigures) -> str:
    if one.negative is None:
        return "mostly without a score" if one.is_mostly_unscored and one.mentions.n else "too few to say"
    return _interval(one.negative)


def _interval(share: Estimate) -> str:
    low, high = round(100 * share.low), round(100 * share.high)
    return f"{low} to {high} %" if low < high else f"{low} %"
