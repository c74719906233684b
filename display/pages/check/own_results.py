"""Where one person and we differ on the mentions of a draw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from display.pages.context import PageContext
from display.pages.mentions.cards import Card, Cards
from monitor.model import Answer, CheckAnswer, CheckDraw, Sentiment, State


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A mention with both judgements."""

    answer: CheckAnswer
    card: Card | None
    """None: it was deleted since."""
    differs: bool
    """Never for one that is unscored: nothing was said of it."""
    is_out: bool
    """Whether it left the figures because it is not about the brand."""


@dataclass(frozen=True, slots=True)
class OwnResults:
    """A finished draw."""

    draw: CheckDraw
    rows: list[ComparedRow]
    """Those that differ first."""

    @property
    def agreed(self) -> int:
        """The scored mentions of which both said the same."""
        return self.scored - sum(row.differs for row in self.rows)

    @property
    def scored(self) -> int:
        """The answered mentions that are scored."""
        return sum(row.answer.sentiment is not Sentiment.UNSCORED for row in self.rows)


def own_results(context: PageContext, draw: CheckDraw, now: datetime) -> OwnResults:
    """The answers of a draw beside what we said."""
    cards = Cards(context.config.brands, context.config.timezone, context.opinions())
    answers = context.store.checks.answers(draw.id)
    mentions = context.store.mentions([one.mention for one in answers if one.mention is not None])
    rows = []
    for one in answers:
        mention = mentions.get(one.mention or 0)
        is_out = one.answer is Answer.NOT_RELEVANT and mention is not None and mention.state is State.IRRELEVANT
        differs = one.sentiment is not Sentiment.UNSCORED and one.answer.value != one.sentiment.value
        rows.append(ComparedRow(one, cards.row(mention, now) if mention else None, differs, is_out))
    return OwnResults(draw, sorted(rows, key=lambda row: not row.differs))
