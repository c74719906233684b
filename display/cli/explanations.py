"""Why a post matched and scored as it did, as lines for people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.text import Text

from monitor.model import Finding, Judged, Post, Span
from monitor.query import Document, parse
from monitor.query.tree import Field, Near, Words, leaves

BEFORE, AROUND = 60, 240
"""Characters of a post that are shown before the first match, and in all."""
MOST_WORDS = 6
_FIELD = re.compile(r'\w+:(?:"[^"]*"|[^\s()]+)')


def parts_held(rule: str, post: Post) -> list[Span]:
    """The parts of ``rule`` that ``post`` satisfies, as characters of the rule. Negated ones are left out."""
    query, document = parse(rule), Document.of(post)
    held = [leaf for leaf in leaves(query.tree) if leaf.found(document) is not None]
    return sorted({span for leaf in held for span in _written(rule, leaf)})


def _written(rule: str, leaf: object) -> Iterator[Span]:
    """Where a leaf stands in the rule."""
    if isinstance(leaf, Near):
        for words in (*leaf.left, *leaf.right):
            yield from _written(rule, words)
    elif isinstance(leaf, Words) and (start := rule.find(leaf.text, leaf.at)) >= 0:
        yield Span(leaf.at, start + len(leaf.text) + (rule[start + len(leaf.text) :][:1] in ('"', "*")))
    elif isinstance(leaf, Field) and (found := _FIELD.match(rule, leaf.at)):
        yield Span(*found.span())


def marked(text: str, spans: Sequence[Span], *, plain: bool) -> Text:
    """``text`` with ``spans`` made to stand out: by style, or between « and » where there is none."""
    shown, at = Text(), 0
    for start, end in spans:
        if start < at:
            continue
        shown.append(_printable(text[at:start]))
        words = _printable(text[start:end])
        shown.append(f"«{words}»" if plain else words, style="" if plain else "bold reverse")
        at = end
    return shown.append(_printable(text[at:]))


def excerpt(body: str, spans: Sequence[Span]) -> tuple[str, list[Span]]:
    """The stretch of ``body`` around its first span, in one line, and the spans in it."""
    start = max(0, spans[0].start - BEFORE) if spans else 0
    end = start + AROUND
    head, tail = "…" if start else "", "…" if end < len(body) else ""
    inside = [Span(s - start + len(head), e - start + len(head)) for s, e in spans if start <= s and e <= end]
    return head + body[start:end] + tail, inside


def told(judged: Judged, zone: ZoneInfo, *, plain: bool) -> Iterator[Text]:
    """The lines of one post that mentions a brand: whose it is, what it says, and each brand's reasons."""
    post = judged.post
    yield Text(headline(post, zone), style="" if plain else "cyan")
    spans = sorted({span for finding in judged.findings for span in finding.match.spans})
    yield Text("  ").append_text(marked(*excerpt(post.body, spans), plain=plain))
    for finding in judged.findings:
        yield Text(f"  {finding.match.brand}: {_score(finding, post.body)}")
        rule = finding.match.rule
        yield Text("    by the rule ").append_text(marked(rule, parts_held(rule, post), plain=plain))


def headline(post: Post, zone: ZoneInfo) -> str:
    """When, who, where and in which language, on one line."""
    parts = (_time(post.published_at, zone), post.author, post.site, post.lang or "", post.url)
    return _printable("  ".join(filter(None, parts)))


def _score(finding: Finding, body: str) -> str:
    score = finding.score
    if score.value is None:
        return f"unscored ({score.evidence.reason})" if score.evidence.reason else "unscored"
    words = sorted(score.evidence.words, key=lambda word: -abs(word.weight))[:MOST_WORDS]
    why = ", ".join(f"{_printable(body[w.start : w.end])} {w.weight:+.2f}" for w in words)
    return f"{score.value:+.2f} {score.sentiment}" + (f" ({why})" if why else "")


def _time(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _printable(text: str) -> str:
    """Without what could move a terminal's cursor."""
    return "".join(c if c.isprintable() else " " for c in text)
