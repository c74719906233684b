"""Examples of the query language, for the help pages and docs/rules.md. Tests check that each finds what it says.

Their words occur in posts about any brand, so that each example can be tried on whatever is stored.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A query, what it means in a few words, and texts that it finds and does not find."""

    query: str
    meaning: str
    finds: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


EXAMPLES = (
    Example("late", "this word", ("Late again", "#late", "#AlwaysLate"), ("later",)),
    Example('"no refund"', "this phrase", ("still no refund", "#NoRefund"), ("a refund? no",)),
    Example("refund late", "both words", ("the refund is late", "late, and no refund"), ("a refund",)),
    Example("late OR slow", "either word", ("so slow", "late again"), ("on time",)),
    Example("late -train", "not that word", ("late again",), ("a late train",)),
    Example("(late OR slow) NOT train", "brackets group", ("so slow", "late again"), ("a slow train",)),
    Example("refund*", "begins with", ("refunded in a day", "two refunds"), ("fund",)),
    Example("late NEAR/5 again", "within 5 words", ("late, once again",), ("late on Monday but not on any day again",)),
    Example("@support", "this account name", ("@Support please help",), ("support", "@supportteam")),
    Example("#fail", "this hashtag", ("what a #fail",), ("fail", "#failure")),
    Example("=IT", "exact capitals", ("the IT desk",), ("it works",)),
    Example("Q&A", "a name with signs", ("our Q&A page", "a q&a"), ("q and a",)),
    Example("配送", "text without spaces", ("配送が遅い",), ("配",)),
)

FIELD_EXAMPLES = {
    "author": Example("author:bob", "by this author"),
    "site": Example("site:reddit.com", "on this site or its subdomains"),
    "lang": Example("lang:en", "in this language"),
    "source": Example('source:"Cycling forum"', "found by this source"),
}
"""By the name of the field."""
