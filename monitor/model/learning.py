"""What the program learnt from people's answers about its scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model.mentions import Evidence
from monitor.model.opinions import Opinion


@dataclass(frozen=True, slots=True)
class Offset:
    """What is added to scores. All figures are in the unit of the weights of words, and zero changes nothing."""

    uses_opinions: bool = False
    """Whether it is for scores with an opinion of the language model, or for those from words alone."""
    shift: float = 0.0
    """For every score."""
    brands: Mapping[str, float] = field(default_factory=dict)
    """Brand -> what is added for it."""
    words: Mapping[str, float] = field(default_factory=dict)
    """Word, in lower case -> change of the factor by which its weight counts: -1 is not at all, -2 the opposite."""
    balance: float = 0.0
    """Times the balance of the opinion."""
    neutral: float = 0.0
    """Times the opinion's probability of neutral, less a third."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How often the category of a score is the one that people gave, on answers that the offset was not fitted to."""

    plain_right: float
    """Share of the answers, without an offset."""
    learned_right: float
    """Share of the answers, with one."""
    low: float
    """The interval of the difference. See ``monitor.learning.validation`` for how sure it is."""
    high: float
    plain_wrong_signs: float
    """Share of the answers that say the opposite: positive for negative, or negative for positive."""
    learned_wrong_signs: float

    @property
    def gain(self) -> float:
        """How many more scores are right, as a share of the answers."""
        return self.learned_right - self.plain_right


@dataclass(frozen=True, slots=True)
class LearningResult:
    """What came of the answers so far."""

    checked: int = 0
    """Answers about mentions drawn at random that can be learnt from."""
    corrected: int = 0
    """Corrected scores that were used as well."""
    rarest: int = 0
    """How many of ``checked`` give the sentiment that is given least often."""
    comparison: Comparison | None = None
    """None: there are too few answers."""
    offset: Offset | None = None
    """The offset in use; None: scores are not adjusted."""
    since: datetime | None = None
    """Since when scores are adjusted without a break."""


@dataclass(frozen=True, slots=True)
class StoredScore:
    """A stored mention's score, to be adjusted again."""

    mention: int
    brand: str
    lang: str | None
    body: str
    evidence: Evidence
    opinion: Opinion | None
    plain: float
    """The program's score without an offset."""


@dataclass(frozen=True, slots=True)
class ScoreReview:
    """Stored scores, the newest first, which an offset that changed must be applied to."""

    scores: tuple[StoredScore, ...] = ()
    reviewed_to: int | None = None
    """Where the review is once these are saved; None: nothing is left."""
