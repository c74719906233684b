"""Why a post matched and scored as it did, as lines of text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.text import Text

from monitor.model import Finding, JudgedPost, Post, Span
from monitor.query import Document, parse
from monitor.query.rule_text import RuleText
from monitor.query.tree import Field, Near, Phrase, leaves

EXCERPT_CHARS = 240
CHARS_BEFORE_MATCH = 60
"""Characters of an excerpt before its first match."""
MAX_REASON_WORDS = 6
"""How many words are listed as reasons for a score, those with the greatest weight."""
_FIELD = re.compile(r'\w+:(?:"[^"]*"|[^\s()]+)')


def matched_rule_parts(rule: str, post: Post) -> list[Span]:
    """The parts of ``rule`` that ``post`` satisfies, as spans of the rule. Negated parts are left out."""
    query, document = parse(rule), Document.of(post)
    matched = [leaf for leaf in leaves(query.tree) if leaf.find(document) is not None]
    normalized, origins = RuleText.of(rule)
    found = {span for leaf in matched for span in _spans_in_rule(normalized, leaf)}
    return sorted(Span(origins[start], origins[end]) for start, end in found)


def _spans_in_rule(rule: str, leaf: object) -> Iterator[Span]:
    """Where a leaf of the parsed rule is written in its normalised text."""
    if isinstance(leaf, Near):
        for phrase in (*leaf.left, *leaf.right):
            yield from _spans_in_rule(rule, phrase)
    elif isinstance(leaf, Phrase) and (start := rule.find(leaf.text, leaf.position)) >= 0:
        yield Span(leaf.position, start + len(leaf.text) + (rule[start + len(leaf.text) :][:1] in ('"', "*")))
    elif isinstance(leaf, Field) and (found := _FIELD.match(rule, leaf.position)):
        yield Span(*found.span())


def highlight(text: str, spans: Sequence[Span], *, plain: bool) -> Text:
    """``text`` with ``spans`` highlighted: in reverse video, or between « and » if ``plain``."""
    highlighted, end_of_last = Text(), 0
    for start, end in spans:
        if start < end_of_last:
            continue
        highlighted.append(printable(text[end_of_last:start]))
        words = printable(text[start:end])
        highlighted.append(f"«{words}»" if plain else words, style="" if plain else "bold reverse")
        end_of_last = end
    return highlighted.append(printable(text[end_of_last:]))


def excerpt(body: str, spans: Sequence[Span]) -> tuple[str, list[Span]]:
    """The EXCERPT_CHARS characters of ``body`` around its first span, and the spans that lie inside, moved to fit."""
    start = max(0, spans[0].start - CHARS_BEFORE_MATCH) if spans else 0
    end = start + EXCERPT_CHARS
    head, tail = "…" if start else "", "…" if end < len(body) else ""
    inside = [Span(s - start + len(head), e - start + len(head)) for s, e in spans if start <= s and e <= end]
    return head + body[start:end] + tail, inside


def explanation_lines(judged_post: JudgedPost, zone: ZoneInfo, *, plain: bool) -> Iterator[Text]:
    """A post that mentions a brand: its headline, an excerpt, and each brand's score and matched rule."""
    post = judged_post.post
    yield Text(headline(post, zone), style="" if plain else "cyan")
    spans = sorted({span for finding in judged_post.findings for span in finding.match.spans})
    yield Text("  ").append_text(highlight(*excerpt(post.body, spans), plain=plain))
    for finding in judged_post.findings:
        yield Text(f"  {finding.match.brand}: {_score(finding, post.body)}")
        rule = finding.match.rule
        yield Text("    by the rule ").append_text(highlight(rule, matched_rule_parts(rule, post), plain=plain))


def headline(post: Post, zone: ZoneInfo) -> str:
    """The time, author, site, language and URL of ``post`` on one line, those that are known."""
    parts = (_time(post.published_at, zone), post.author, post.site, post.lang or "", post.url)
    return printable("  ".join(filter(None, parts)))


def _score(finding: Finding, body: str) -> str:
    """ "+0.62 positive (love +0.80, slow -0.18)" or "unscored (reason)"."""
    score = finding.score
    if score.value is None:
        return f"unscored ({score.evidence.reason})" if score.evidence.reason else "unscored"
    words = sorted(score.evidence.words, key=lambda word: -abs(word.weight))[:MAX_REASON_WORDS]
    reasons = ", ".join(f"{printable(body[w.start : w.end])} {w.weight:+.2f}" for w in words)
    return f"{score.value:+.2f} {score.sentiment}" + (f" ({reasons})" if reasons else "")


def _time(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def printable(text: str) -> str:
    """``text`` with spaces in place of characters that could control a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
