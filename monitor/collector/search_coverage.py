"""What a source that can only be searched makes of the rules: which part is checked here, and what it cannot find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from monitor.model import Brand
from monitor.query import Query, parse
from monitor.sources import SourceOptions

MOST_PARTS = 6
"""Parts of rules that a note names."""
NOTHING_OF = "It finds nothing of"
"""How a sentence begins that tells of a whole brand that is missed."""


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


def _missed(brand: str, rule: Query) -> str:
    """What a search for words does not find of a rule that can be met without one."""
    parts = rule.wordless()
    more = f" and {len(parts) - MOST_PARTS} more" if len(parts) > MOST_PARTS else ""
    named = ", ".join(f"`{part}`" for part in parts[:MOST_PARTS]) + more
    if rule.sought():
        return f"Of {brand} it finds what has its words, and not what is found by {named} alone."
    return (
        f"{NOTHING_OF} {brand}: its rule can be met by {named} alone, without a word to look for. Put a word beside it."
    )


def searched(options: BaseModel | None, brands: Sequence[Brand]) -> Searched:
    """How the source with ``options`` deals with the rules of ``brands``."""
    if not isinstance(options, SourceOptions) or not (options.is_searched or options.is_prefiltered):
        return Searched()
    rules = [(brand, parse(brand.rule)) for brand in brands]
    terms = tuple(dict.fromkeys(term for _, rule in rules for term in rule.sought()))
    missed = [_missed(brand.name, rule) for brand, rule in rules if rule.wordless()]
    if not options.is_searched:
        return Searched(missed=tuple(missed) if terms else ())
    parts = [part for _, rule in rules if rule.sought() for part in rule.left_open(signs=options.supports_handles)]
    return Searched(tuple(dict.fromkeys(parts)), (*missed, *options.coverage_notes(terms)))
