"""How often judgements are wrong, for walls and pages: the figures from the store, and their sentences in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.quality import Basis, ErrorFigure, ErrorFigures, Interval

if TYPE_CHECKING:
    from monitor.store import Store

MAX_ANSWERS = 5_000
"""Older ones say little about how often judgements are wrong now, and reading them would take long."""


def error_figures(store: Store) -> ErrorFigures:
    """From the newest MAX_ANSWERS answers."""
    return ErrorFigures(store.checks.answers(newest=MAX_ANSWERS), by_model=store.opinions.languages())


def of_100(share: float) -> str:
    """ "about 9", "fewer than 1"."""
    n = round(100 * share)
    return f"about {n}" if n else "fewer than 1"


def likely_interval(interval: Interval) -> str:
    """ "likely between 5 and 15": of 100, at the ends of the interval."""
    return f"likely between {round(100 * interval.low)} and {round(100 * interval.high)}"


def error_sentence(figure: ErrorFigure) -> str:
    """ "Of 100 called negative, about 9 are not (likely between 5 and 15; checked by hand, 140)."."""
    verb = "is" if of_100(figure.wrong.value) == "about 1" else "are"
    found = f"Of 100 called {figure.called.value}, {of_100(figure.wrong.value)} {verb} not"
    return f"{found} ({likely_interval(figure.wrong)}; {basis_words(figure)})."


def basis_words(figure: ErrorFigure) -> str:
    """Where the figure comes from: "checked by hand, 140"."""
    if figure.basis is Basis.PUBLIC:
        return f"measured on {figure.n:,} {figure.measured_on}, not on your posts"
    brands = ", all brands" if figure.basis is Basis.ALL else ""
    return f"checked by hand, {figure.n:,}{brands}"


def short_error(figure: ErrorFigure) -> str:
    """ "of 100 negative, about 9 are not", for narrow places."""
    found = of_100(figure.wrong.value)
    return f"of 100 {figure.called.value}, {found} {'is' if found == 'about 1' else 'are'} not"
