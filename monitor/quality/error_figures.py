"""How many of 100 posts that are called negative are not: from people's answers, or else from public figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from monitor.model import Answer, CheckAnswer, Sentiment
from monitor.quality.confusion import OPINIONS, Confusion
from monitor.quality.mood import MoodModel
from monitor.quality.public_figures import PublicFigures, public_confusion, public_figures
from monitor.quality.shares import Interval
from monitor.quality.strength import Strength

MIN_ANSWERS = 50
"""With fewer answers of a kind, the public figure is shown, and a brand's mood rests on more than its own answers."""

LanguageCounts = Mapping[tuple[str, str, str], int]
"""(source, brand, language) -> mentions."""


class Basis(Enum):
    """Where a figure comes from."""

    OWN = "own"
    """People's answers about the posts that were asked for: those of a brand, for example."""
    ALL = "all"
    """People's answers about all brands."""
    PUBLIC = "public"
    """A public set of labelled posts."""


@dataclass(frozen=True, slots=True)
class ErrorFigure:
    """How often posts that are called so are something else."""

    called: Sentiment
    wrong: Interval
    n: int
    """How many posts it was measured on."""
    basis: Basis
    measured_on: str = ""
    """Completes "measured on", for a public set: "English tweets to airlines"."""
    strength: Strength | None = None
    """Of the scores on which it was measured; None: any."""
    said: Mapping[Answer, float] = field(default_factory=dict)
    """What people said of these posts, as shares."""


class ErrorFigures:
    """The figures of one moment. Answers are compared with what the program said when they were given."""

    def __init__(
        self,
        answers: Sequence[CheckAnswer] = (),
        *,
        by_model: Collection[str] = (),
        language_counts: Callable[[], LanguageCounts] = dict,
    ) -> None:
        """``by_model``: the languages that the language model scores, which decide which public figures fit.

        ``language_counts``: called when a mood first needs them.
        """
        self.answers, self.by_model = answers, by_model
        self._language_counts = language_counts

    @cached_property
    def all(self) -> Confusion:
        """All answers."""
        return Confusion.of_answers(self.answers)

    @cached_property
    def _all_today(self) -> Confusion:
        return Confusion.of_answers(self.answers, today=True)

    def answers_of(self, brand: str = "", lang: str = "", source: str = "") -> list[CheckAnswer]:
        """The answers about posts of a brand, a language and a source; empty: any."""
        wanted = (brand, lang, source)
        return [
            one
            for one in self.answers
            if all(w in ("", has) for w, has in zip(wanted, (one.brand, one.lang, one.source), strict=True))
        ]

    def figure(
        self,
        called: Sentiment,
        *,
        brand: str = "",
        lang: str = "",
        source: str = "",
        uses_model: bool | None = None,
        strength: Strength | None = None,
    ) -> ErrorFigure | None:
        """The figure for posts of a brand, language and source; None if nobody measured any that fits.

        It rests on the answers about just these posts, or about this brand, or about all, whichever first has
        MIN_ANSWERS; else on a public set, in this language. ``uses_model``: whether the language model has judged the
        posts; None: as it does in this language. Among those of a basis, only scores of this ``strength`` count, if
        there are MIN_ANSWERS of it.
        """
        scopes = ((brand, lang, source), (brand, "", ""), ("", lang, ""))
        for scope in dict.fromkeys(scope for scope in scopes if any(scope)):
            if own := self._from_answers(called, self.answers_of(*scope), Basis.OWN, strength):
                return own
        if lang in ("", "en") and (found := self._from_answers(called, self.answers, Basis.ALL, strength)):
            return found
        if uses_model is None:
            uses_model = (lang or "en") in self.by_model
        public = public_figures(lang, uses_model=uses_model)
        return _from_public(called, public, strength) if public is not None else None

    @staticmethod
    def _from_answers(
        called: Sentiment, answers: Sequence[CheckAnswer], basis: Basis, strength: Strength | None
    ) -> ErrorFigure | None:
        for wanted in dict.fromkeys((strength, None)):
            confusion = Confusion.of_answers(
                one for one in answers if wanted is None or (one.score is not None and Strength.of(one.score) is wanted)
            )
            if confusion.n(called) >= MIN_ANSWERS:
                return _figure(called, confusion, basis, "", wanted)
        return None

    @cached_property
    def _languages(self) -> Mapping[str, Mapping[str, int]]:
        """Brand -> language -> mentions."""
        by_brand: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for (_, brand, lang), n in self._language_counts().items():
            by_brand[brand][lang] += n
        return by_brand

    def mood_model(self, brand: str) -> MoodModel:
        """What the mood of ``brand`` rests on: answers beside today's judgements, because it counts these.

        Public figures count as its mentions are spread over languages.
        """
        public = public_confusion(self._languages.get(brand, {}), self.by_model)
        own = Confusion.of_answers(self.answers_of(brand), today=True)
        return MoodModel(public, self._all_today, own, MIN_ANSWERS)


def _from_public(called: Sentiment, public: PublicFigures, strength: Strength | None) -> ErrorFigure:
    confusion = public.by_strength.get(strength) if strength is not None else None
    if confusion is None or confusion.n(called) < MIN_ANSWERS:
        confusion, strength = public.confusion, None
    return _figure(called, confusion, Basis.PUBLIC, public.measured_on, strength)


def _figure(
    called: Sentiment, confusion: Confusion, basis: Basis, measured_on: str, strength: Strength | None
) -> ErrorFigure:
    n = confusion.n(called)
    said = {answer: confusion.n(called, answer) / n for answer in OPINIONS} if n else {}
    return ErrorFigure(called, confusion.wrong(called), n, basis, measured_on, strength, said)
