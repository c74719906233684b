"""What the program called posts, and what people called the same posts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from monitor.model import Answer, CheckAnswer, Sentiment
from monitor.quality.shares import Interval, wilson

CALLED = (Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE)
"""The sentiments of scored posts."""
OPINIONS = (Answer.NEGATIVE, Answer.NEUTRAL, Answer.POSITIVE)
"""The answers about posts that are relevant, in the order of CALLED."""


@dataclass(frozen=True)
class Confusion:
    """Counts of posts by what they were called and by what people said."""

    counts: Mapping[tuple[Sentiment, Answer], int] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of_answers(cls, answers: Iterable[CheckAnswer], *, today: bool = False) -> Confusion:
        """Each answer beside what the program said at that time, or with ``today`` says now, if the mention exists."""
        return cls(Counter(((today and one.today) or one.sentiment, one.answer) for one in answers))

    @classmethod
    def of_table(cls, rows: Mapping[Sentiment, Sequence[int]]) -> Confusion:
        """Called -> how many people called negative, neutral, positive."""
        return cls({(called, said): n for called, row in rows.items() for said, n in zip(OPINIONS, row, strict=True)})

    def n(self, called: Sentiment | None = None, said: Answer | None = None) -> int:
        """How many posts were called so, and were so by people's answers; None: any."""
        return sum(n for (a, b), n in self.counts.items() if called in (None, a) and said in (None, b))

    @property
    def scored(self) -> int:
        """How many posts were called negative, neutral or positive."""
        return sum(self.n(called) for called in CALLED)

    def wrong(self, called: Sentiment) -> Interval:
        """The share of the posts that were called so and are something else, or not about the brand."""
        n = self.n(called)
        return wilson(n - self.counts.get((called, Answer(called.value)), 0), n)

    def not_relevant(self) -> Interval:
        """The share of all posts that are not about the brand."""
        return wilson(self.n(said=Answer.NOT_RELEVANT), self.n())
