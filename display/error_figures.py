"""How often judgements are wrong, for walls and pages: the figures from the store, and their sentences in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import Mention, Sentiment
from monitor.quality import CALLED, Basis, ErrorFigure, ErrorFigures, Interval, Strength
from monitor.quality.confusion import OPINIONS
from monitor.quality.strength import CLEAR_FROM, STRONG_FROM

if TYPE_CHECKING:
    from monitor.store import Store

MAX_ANSWERS = 5_000
"""Older ones say little about how often judgements are wrong now, and reading them would take long."""
SCORE_BANDS = {
    Strength.WEAK: f"below {CLEAR_FROM:.2f}",
    Strength.CLEAR: f"{CLEAR_FROM:.2f} to {STRONG_FROM:.2f}",
    Strength.STRONG: f"from {STRONG_FROM:.2f} on",
}
"""Regardless of the sign."""
NO_OPINION = "called neutral because no opinion was found"


def error_figures(store: Store) -> ErrorFigures:
    """From the newest MAX_ANSWERS answers."""
    return ErrorFigures(
        store.checks.answers(newest=MAX_ANSWERS),
        by_model=store.opinions.languages(),
        language_counts=store.language_counts,
    )


def error_of_mention(store: Store, mention: Mention) -> ErrorFigure | None:
    """How often posts that are called as this one, as surely, are not so; None if a person or nobody judged it."""
    sentiment = mention.score.sentiment
    if mention.corrected or sentiment not in CALLED or mention.score.value is None:
        return None
    # a score of zero from words that balance is not one without words
    balances = not mention.score.value and not mention.score.rests_on_nothing
    return error_figures(store).figure(
        sentiment,
        brand=mention.brand,
        lang=mention.post.lang or "",
        source=mention.post.source,
        uses_model=mention.opinion is not None,
        strength=Strength.WEAK if balances else Strength.of(mention.score.value),
    )


def of_100(share: float) -> str:
    """ "about 9", "fewer than 1"."""
    n = round(100 * share)
    return f"about {n}" if n else "fewer than 1"


def likely_interval(interval: Interval) -> str:
    """ "likely between 5 and 15": of 100, at the ends of the interval. "give or take 1" if these are so close."""
    low, high = round(100 * interval.low), round(100 * interval.high)
    return "give or take 1" if high - low <= 1 else f"likely between {low} and {high}"


def error_sentence(figure: ErrorFigure) -> str:
    """ "Of 100 called negative, about 9 are not (likely between 5 and 15; checked by hand, 140)."."""
    if figure.called is Sentiment.NEUTRAL and figure.strength is Strength.WEAK and figure.said:
        return _weak_neutral_sentence(figure)
    verb = "is" if of_100(figure.wrong.value) == "about 1" else "are"
    found = f"Of 100 {_called(figure)}, {of_100(figure.wrong.value)} {verb} not"
    return f"{found} ({likely_interval(figure.wrong)}; {basis_words(figure)})."


def _weak_neutral_sentence(figure: ErrorFigure) -> str:
    """What such posts are. That most are not neutral would only say that the word on the page is wrong."""
    negative, neutral, positive = (round(100 * figure.said[answer]) for answer in OPINIONS)
    leaning = "Too close to zero to call negative or positive: read it before you rely on it."
    if negative >= max(neutral, positive):
        leaning = "Too close to zero to call, but such posts are critical more often than anything else: worth reading."
    return (
        f"{leaning} Of 100 such posts, people call about {negative} negative, {neutral} neutral and "
        f"{positive} positive ({basis_words(figure)})."
    )


def _called(figure: ErrorFigure) -> str:
    """ "called negative", "called negative with a weak score (below 0.35)"."""
    if figure.strength is None:
        return f"called {figure.called.value}"
    if figure.called is Sentiment.NEUTRAL:
        return NO_OPINION
    return f"called {figure.called.value} with a {figure.strength.value} score ({SCORE_BANDS[figure.strength]})"


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
