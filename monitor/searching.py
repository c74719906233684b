"""What a source that can only be searched makes of the rules: which part is checked here, and what it cannot find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from monitor.model import Brand
from monitor.query import parse
from monitor.sources import SourceOptions

MOST_PARTS = 6
"""Parts of rules that a note names."""


@dataclass(frozen=True, slots=True)
class Searched:
    """How the search of a source deals with the rules. Neither: all of them is searched for, or all is read."""

    here: tuple[str, ...] = ()
    """The parts of the rules that its search cannot take, so that they are checked here; nothing is lost by that."""
    missed: tuple[str, ...] = ()
    """Sentences: what is not found at all, or only by luck."""

    def note(self, most: int = MOST_PARTS) -> str:
        """All of it as sentences; empty where there is nothing to say."""
        here = [f"Checked here, not by its search: {self._parts(most)}."] if self.here else []
        return " ".join([*self.missed, *here])

    def _parts(self, most: int) -> str:
        named = ", ".join(f"`{part}`" for part in self.here[:most])
        more = len(self.here) - most
        return f"{named} and {more} more" if more > 0 else named


def searched(options: BaseModel | None, brands: Sequence[Brand]) -> Searched:
    """How the source with ``options`` deals with the rules of ``brands``."""
    if not isinstance(options, SourceOptions) or not options.searches:
        return Searched()
    rules = [(brand, parse(brand.rule)) for brand in brands]
    terms = tuple(dict.fromkeys(term for _, rule in rules for term in rule.terms()))
    wordless = [brand.name for brand, rule in rules if not rule.terms()]
    missed = [f"It finds nothing of {name}: that rule has no word that must be there." for name in wordless]
    parts = (part for _, rule in rules if rule.terms() for part in rule.left_open(signs=options.finds_signs))
    return Searched(tuple(dict.fromkeys(parts)), (*missed, *options.missed(terms)))
