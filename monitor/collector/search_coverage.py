"""What the search of a source cannot find: parts of the rules that Wallflower checks itself, and posts it misses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from monitor.model import Brand
from monitor.query import Query, parse
from monitor.sources import SourceOptions

MAX_PARTS = 6
"""Maximum number of parts that a sentence lists."""


@dataclass(frozen=True, slots=True)
class SearchCoverage:
    """How the search of a source covers the rules. All empty: it covers everything, or the source is read whole."""

    checked_locally: tuple[str, ...] = ()
    """Parts of the rules that its search does not support, so Wallflower checks them. They cause no misses."""
    missed: tuple[str, ...] = ()
    """Sentences about posts that it misses, always or sometimes."""
    unsearchable: tuple[str, ...] = ()
    """Brands for which it finds nothing."""

    def summary(self, max_parts: int = MAX_PARTS) -> str:
        """Everything as sentences; empty if the search covers all."""
        missed = list(self.missed)
        if self.checked_locally:
            parts = _quoted(self.checked_locally, max_parts)
            missed.append(f"Its search does not support these, so Wallflower checks them: {parts}.")
        return " ".join(missed)


FULL_COVERAGE = SearchCoverage()


def search_coverage(options: BaseModel | None, brands: Sequence[Brand]) -> SearchCoverage:
    """How the source with ``options`` covers the rules of ``brands``."""
    if not isinstance(options, SourceOptions) or not (options.is_searched or options.is_prefiltered):
        return FULL_COVERAGE
    rules = [(brand.name, parse(brand.rule)) for brand in brands]
    terms = tuple(dict.fromkeys(term for _, rule in rules for term in rule.searchable_terms()))
    missed = tuple(_missed(brand, rule) for brand, rule in rules if rule.unsearchable_alternatives())
    unsearchable = tuple(
        brand for brand, rule in rules if rule.unsearchable_alternatives() and not rule.searchable_terms()
    )
    if not options.is_searched:  # without any term, a prefiltered source keeps everything
        return SearchCoverage((), missed, unsearchable) if terms else FULL_COVERAGE
    parts = [
        part
        for _, rule in rules
        if rule.searchable_terms()
        for part in rule.unsearched_parts(supports_handles=options.supports_handles)
    ]
    return SearchCoverage(tuple(dict.fromkeys(parts)), (*missed, *options.coverage_notes(terms)), unsearchable)


def _missed(brand: str, rule: Query) -> str:
    """A sentence about the posts that a search for words misses, for a rule with alternatives that contain no word."""
    parts = _quoted(rule.unsearchable_alternatives(), MAX_PARTS)
    if rule.searchable_terms():
        return f"It finds only posts about {brand} that contain the rule's words, and none that match {parts} alone."
    return (
        f"It finds nothing about {brand}: {parts} alone satisfies the rule, so there is no word to search for. Add one."
    )


def _quoted(parts: Sequence[str], max_parts: int) -> str:
    quoted = ", ".join(f"`{part}`" for part in parts[:max_parts])
    more = len(parts) - max_parts
    return f"{quoted} and {more} more" if more > 0 else quoted
