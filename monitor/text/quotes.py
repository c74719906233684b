"""Lines in which an author quotes somebody else: they start with ">", as in mail and Markdown.

Cleaning renders the quotes of HTML in the same way. Words in such lines are not the author's own.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from monitor.model import Span

QUOTE_PREFIX = "> "

_QUOTED_LINE = r""">(?:[ >"'\u201c\u2018\u201e\xab(\[*`@#]|[^\W\d_]|(?=\n|\Z))[^\n]*"""
_QUOTED_LINES = re.compile(rf"^{_QUOTED_LINE}(?:\n{_QUOTED_LINE})*", re.MULTILINE)
"""Adjacent quoted lines. Lines such as ">100 people", ">= 2" and ">:(" quote nobody."""

_QUOTE_TAG = re.compile(r"<(/?)(blockquote|aside)\b([^<>]*)>", re.IGNORECASE)
_QUOTE_CLASS = re.compile(r"""\bclass\s*=\s*["']?[^"'<>]*\b(?:quote|onebox)\b""", re.IGNORECASE)
"""The asides of Discourse: a quoted post, and the preview of a linked page."""
_START, _END = "\x02", "\x03"
"""Stand for the start and end of a quote while tags are removed. Cleaning removes all other control characters."""


def quoted_spans(text: str) -> list[Span]:
    """The quoted lines of ``text``, adjacent ones as one span, without the line break at their end."""
    return [Span(*found.span()) for found in _QUOTED_LINES.finditer(text)] if ">" in text else []


def blank_quotes(text: str) -> str:
    """``text`` with spaces in place of its quoted lines, so that offsets stay the same."""
    return _QUOTED_LINES.sub(lambda found: " " * len(found[0]), text) if ">" in text else text


def own_text(text: str) -> str:
    """``text`` without its quoted lines; all of it if there is nothing else."""
    own = _QUOTED_LINES.sub("", text) if ">" in text else text
    return own if own.strip() else text


def outside_quotes(text: str, spans: Iterable[Span], quotes: Sequence[Span]) -> list[Span]:
    """The parts of ``spans`` that lie outside ``quotes`` (in order), without the white space around each part."""
    parts: list[Span] = []
    for start, end in spans:
        for quote in quotes:
            if start < quote.start < end:
                parts.append(Span(start, quote.start))
            if quote.start < end and start < quote.end:
                start = max(start, quote.end)
        parts.append(Span(start, end))
    trimmed = (_trim(text, part) for part in parts)
    return [part for part in trimmed if part.start < part.end]


def _trim(text: str, span: Span) -> Span:
    words = text[span.start : span.end]
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, start + len(words.strip()))


def mark_quotes(markup: str) -> str:
    """``markup`` with control characters instead of the tags of its quotes, for ``prefix_quotes``.

    ``markup`` itself must not contain these characters.
    """
    if "<blockquote" not in markup and "<aside" not in markup and "<BLOCKQUOTE" not in markup:
        return markup
    open_tags: dict[str, list[bool]] = {"blockquote": [], "aside": []}
    """Whether each open tag is a quote."""

    def mark(tag: re.Match[str]) -> str:
        name = tag[2].lower()
        if tag[1]:
            return _END if open_tags[name] and open_tags[name].pop() else "\n"
        open_tags[name].append(name == "blockquote" or bool(_QUOTE_CLASS.search(tag[3])))
        return _START if open_tags[name][-1] else "\n"

    return _QUOTE_TAG.sub(mark, markup)


def prefix_quotes(text: str) -> str:
    """``text`` with "> " before each line that ``mark_quotes`` has marked, once however deep the quotes are nested."""
    if _START not in text:
        return text.replace(_END, "") if _END in text else text
    depth = 0
    lines: list[str] = []
    for part in re.split(f"([{_START}{_END}])", text):
        if part in (_START, _END):
            depth = max(0, depth + (1 if part == _START else -1))
            continue
        lines += (_quoted_line(line) if depth else line for line in part.split("\n"))
    return "\n".join(lines)


def _quoted_line(line: str) -> str:
    """``line`` with the prefix, unless it has only spaces, some of which may still be entities."""
    return f"{QUOTE_PREFIX}{line.strip()}" if html.unescape(line).strip() else ""
