"""The figures of all answers as tables of texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from display.error_figures import error_sentence, likely_interval, of_100
from display.formatting import pluralize
from monitor.model import Answer, CheckAnswer, Sentiment
from monitor.quality import CALLED, MIN_ANSWERS, Basis, Confusion, ErrorFigures, Interval
from monitor.text.language_codes import language_name

LANGUAGE_MODEL, RULES_ALONE = "Words and language model", "Words alone"


@dataclass(frozen=True, slots=True)
class CalledRow:
    """Posts that were called so."""

    called: Sentiment
    sentence: str
    """"Of 100 called negative, about 9 are not (likely between 5 and 15; checked by hand, 140)."; empty for
    unscored ones."""
    n: int
    said: list[str]
    """How many people called negative, neutral, positive and not about the brand."""
    is_public: bool
    """Whether the sentence is measured on a public set."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """The answers about a brand, a language, a source or a kind of judge."""

    name: str
    n: int
    wrong: list[str]
    """Of 100 called negative, neutral, positive, and of 100 mentions that are not about the brand."""


@dataclass(frozen=True, slots=True)
class Group:
    """A breakdown."""

    title: str
    rows: list[GroupRow]


@dataclass(frozen=True, slots=True)
class FiguresView:
    """Everything below the chart."""

    n: int
    called: list[CalledRow]
    unscored: CalledRow
    not_relevant: str
    """"Of 100 mentions, about 3 are not about their brand (...)."; empty with too few answers."""
    changed: str
    """How many checked mentions would be judged differently today; empty if none."""
    groups: list[Group]


def figures_view(figures: ErrorFigures) -> FiguresView:
    """From the figures of the moment."""
    answers, confusion = figures.answers, figures.all
    return FiguresView(
        n=len(answers),
        called=[_called(figures, sentiment) for sentiment in CALLED],
        unscored=_called(figures, Sentiment.UNSCORED),
        not_relevant=_not_relevant(confusion),
        changed=_changed(answers),
        groups=[
            _group("By brand", answers, lambda one: one.brand),
            _group("By language", answers, lambda one: language_name(None if one.lang == "und" else one.lang)),
            _group("By source", answers, lambda one: one.source),
            _group("By judge", answers, lambda one: LANGUAGE_MODEL if one.has_opinion else RULES_ALONE),
        ]
        if answers
        else [],
    )


def _called(figures: ErrorFigures, called: Sentiment) -> CalledRow:
    n = figures.all.n(called)
    said = [str(figures.all.n(called, answer)) for answer in Answer]
    figure = figures.figure(called) if called in CALLED else None
    sentence = error_sentence(figure) if figure else ""
    return CalledRow(called, sentence, n, said, figure is not None and figure.basis is Basis.PUBLIC)


def _not_relevant(confusion: Confusion) -> str:
    n = confusion.n()
    if n < MIN_ANSWERS:
        return ""
    share = confusion.not_relevant()
    words = of_100(share.value)
    verb = "is" if words == "about 1" else "are"
    return f"Of 100 mentions, {words} {verb} not about their brand ({likely_interval(share)}; checked by hand, {n:,})."


def _changed(answers: Sequence[CheckAnswer]) -> str:
    left = [one for one in answers if one.today is not None]
    changed = sum(one.today is not one.sentiment for one in left)
    if not changed:
        return ""
    there = pluralize(len(left), "checked mention")
    return f"Of the {there} that still exist, {changed:,} would be judged differently today."


def _group(title: str, answers: Sequence[CheckAnswer], name_of: Callable[[CheckAnswer], str]) -> Group:
    counts = Counter(map(name_of, answers))
    rows = []
    for name, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        confusion = Confusion.of_answers(one for one in answers if name_of(one) == name)
        wrong = [_cell(confusion.n(called), confusion.wrong(called)) for called in CALLED]
        rows.append(GroupRow(name, n, [*wrong, _cell(n, confusion.not_relevant())]))
    return Group(title, rows)


def _cell(n: int, share: Interval) -> str:
    """ "about 9 (likely between 5 and 15), 140 checked", or "too few to say (12)"."""
    if n < MIN_ANSWERS:
        return f"too few to say ({n})"
    return f"{of_100(share.value)} ({likely_interval(share)}), {n:,} checked"
