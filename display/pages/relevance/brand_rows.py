"""The rows of /relevance: one for each brand. Pure: imports neither Flask nor the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from display.formatting import pluralize
from monitor.judging import RelevanceStatus
from monitor.model import BrandRelevance
from monitor.relevance import MIN_CLICKS, MIN_OF_EACH, can_learn, threshold


@dataclass(frozen=True, slots=True)
class BrandRow:
    """A brand, and what to say about it."""

    known: BrandRelevance
    state: str
    """What the program does, in sentences."""


def brand_rows(brands: Sequence[BrandRelevance], status: RelevanceStatus) -> list[BrandRow]:
    """One row for each brand."""
    return [BrandRow(brand, state_text(brand, status)) for brand in brands]


def state_text(brand: BrandRelevance, status: RelevanceStatus) -> str:
    """What the program does with the clicks on a brand."""
    if not brand.is_on:
        return "Switched off: nothing is set aside. Clicks are kept."
    if not can_learn(brand.relevant, brand.irrelevant):
        return missing_clicks(brand)
    if not brand.model:
        return "Learning from the clicks."
    below = threshold(brand.clicks, has_vectors=status.uses_encoder)
    text = f"Sets aside mentions that are about {brand.brand} with a probability below {below:.0%}."
    return text.replace("%", " %") + (" It is still judging stored mentions." if brand.is_reviewing else "")


def missing_clicks(brand: BrandRelevance) -> str:
    """How many clicks are missing: "Needs 7 more clicks, at least 1 of “It is about Acme”."."""
    parts = [f"{max(0, MIN_OF_EACH - n)} of “{name}”" for name, n in _kinds(brand) if n < MIN_OF_EACH]
    missing = max(MIN_CLICKS - brand.clicks, sum(max(0, MIN_OF_EACH - n) for _, n in _kinds(brand)))
    needs = f"Needs {pluralize(missing, 'more click')} before it sets anything aside"
    return f"{needs}, at least {' and '.join(parts)}." if parts else f"{needs}."


def _kinds(brand: BrandRelevance) -> tuple[tuple[str, int], tuple[str, int]]:
    return ("Not relevant", brand.irrelevant), (f"It is about {brand.brand}", brand.relevant)
