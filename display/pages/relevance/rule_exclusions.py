"""Proposes exclusions for the rule of a brand, from the words of mentions that people marked. It changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from display.pages.relevance.words import SimilarMention, excerpt
from monitor.errors import QueryError
from monitor.model import Brand, Choice, ClickedMention, Count, MentionFilter
from monitor.query import parse
from monitor.relevance import Exclusion, propose_exclusions, word_set

if TYPE_CHECKING:
    from monitor.store import Store

MAX_CLICKS = 500
"""Of each kind, the newest."""
MAX_WRONG = 3
"""Confirmed mentions that are named because they would leave too."""
COUNTED = Choice(("unclaimed", "claimed", "hidden", "set_aside"))


@dataclass(frozen=True, slots=True)
class ShownExclusion:
    """A word to exclude, and what that would do."""

    word: str
    evidence: str
    """"It occurs in 18 of 22 mentions marked not relevant, and in none of 40 that are about Acme."."""
    leaving: Count
    """Stored mentions that count and contain the word."""
    wrong: Sequence[SimilarMention]
    """Some of those that people confirmed."""
    n_wrong: int
    brand: str
    rule: str
    """The rule with this exclusion."""


@dataclass(frozen=True, slots=True)
class RuleProposal:
    """Exclusions for one brand."""

    brand: str
    exclusions: Sequence[ShownExclusion]
    rule: str
    """The rule with all of them."""


def rule_proposal(store: Store, brand: Brand) -> RuleProposal | None:
    """What the rule of ``brand`` could exclude; None if there is nothing to propose."""
    clicked = store.relevance.clicked(brand.name, "", MAX_CLICKS)
    kept = [one for one in clicked if one.relevant]
    rejected = [one.body for one in clicked if not one.relevant]
    own_words = word_set(" ".join((brand.name, *brand.aliases, brand.rule)))
    found = propose_exclusions(rejected, [one.body for one in kept], own_words)
    rule = new_rule(brand.rule, [one.word for one in found])
    if not rule:
        return None
    return RuleProposal(brand.name, [_shown(store, brand, one, kept) for one in found], rule)


def new_rule(rule: str, words: Sequence[str]) -> str:
    """``rule`` without posts that contain one of ``words``; empty if there are none, or if it would not be valid."""
    if not words:
        return ""
    excluded = words[0] if len(words) == 1 else f"({' OR '.join(words)})"
    text = f"({rule}) NOT {excluded}"
    try:
        parse(text)
    except QueryError:
        return ""
    return text


def evidence_text(brand: str, found: Exclusion) -> str:
    """In how many of the marked mentions the word occurs."""
    kept = f"{found.kept:,}" if found.kept else "none"
    return (
        f"It occurs in {found.rejected:,} of {found.of_rejected:,} mentions marked not relevant, "
        f"and in {kept} of {found.of_kept:,} that are about {brand}."
    )


def _shown(store: Store, brand: Brand, found: Exclusion, kept: Sequence[ClickedMention]) -> ShownExclusion:
    leaving = store.count(MentionFilter(q=found.word, brand=Choice((brand.name,)), state=COUNTED))
    wrong = [one.mention for one in kept if found.word in word_set(one.body)]
    named = store.mentions(wrong[:MAX_WRONG])
    links = [SimilarMention(id_, excerpt(mention)) for id_, mention in named.items()]
    evidence, rule = evidence_text(brand.name, found), new_rule(brand.rule, [found.word])
    return ShownExclusion(found.word, evidence, leaving, links, len(wrong), brand.name, rule)
