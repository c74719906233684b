"""How often judgements are wrong, for walls and pages: the figures from the store, and their sentences in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import Sentiment
from monitor.quality import Basis, ErrorFigure, ErrorFigures, Interval

if TYPE_CHECKING:
    from monitor.store import Store


def error_figures(store: Store) -> ErrorFigures:
    """From all answers up to now."""
    return ErrorFigures(store.checks.answers(), uses_model=store.opinions.uses_model())


def of_100(share: float) -> str:
    """ "about 9", "fewer than 1"."""
    n = round(100 * share)
    return f"about {n}" if n else "fewer than 1"


def interval_of_100(interval: Interval) -> str:
    """ "5 to 15": of 100, at the ends of the interval."""
    return f"{round(100 * interval.low)} to {round(100 * interval.high)}"


def error_sentence(figure: ErrorFigure) -> str:
    """ "Of 100 called negative, about 9 are not (5 to 15; checked by hand, 140)."."""
    verb = "is" if of_100(figure.wrong.value) == "about 1" else "are"
    found = f"Of 100 called {figure.called.value}, {of_100(figure.wrong.value)} {verb} not"
    return f"{found} ({interval_of_100(figure.wrong)}; {basis_words(figure)})."


def basis_words(figure: ErrorFigure) -> str:
    """Where the figure comes from: "checked by hand, 140"."""
    if figure.basis is Basis.PUBLIC:
        return f"measured on {figure.n:,} {figure.measured_on}, not on your posts"
    brands = ", all brands" if figure.basis is Basis.ALL else ""
    return f"checked by hand, {figure.n:,}{brands}"


def error_sentences(figures: ErrorFigures, *, brand: str = "", lang: str = "", source: str = "") -> list[str]:
    """The sentences for negative and positive posts; [] if nobody measured any that fit."""
    found = (
        figures.figure(called, brand=brand, lang=lang, source=source)
        for called in (Sentiment.NEGATIVE, Sentiment.POSITIVE)
    )
    return [error_sentence(figure) for figure in found if figure is not None]
