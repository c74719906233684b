"""Removes what feed software adds below the text of every entry: nobody wrote it about a brand.

Only whole lines at the end are removed, and only in the form in which the software writes them. Ordinary sentences
with the same words stay.
"""

from __future__ import annotations

import re

_ARROW = r"(?:\s*(?:\u2192|\u00bb|\u203a|>+|&raquo;|\.{3}|\u2026))"
_MORE = (
    "continue reading|keep reading|read more|read the rest|read full (?:article|story|post|topic)|read on"
    "|view (?:the )?original(?: post| article| source)?|view full coverage on google news|weiterlesen|mehr lesen"
    "|lire la suite|lire plus|leer m\u00e1s|seguir leyendo|continua a leggere|leggi tutto|lees meer|lees verder"
    "|ler mais|leia mais|czytaj dalej|l\u00e4s mer|l\u00e6s mere"
)
_LINES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Reddit and Lemmy
        r"(?:\[link\]\s*)?\[comments\]|\[link\]",
        r"submitted by\s+/?u/\S+(?:\s+to\s+/?[rc]/\S+)?(?:\s+\[link\])?(?:\s+\[comments\])?",
        r"submitted by \S+ to \S+|-?\d+ points? \| \[?\d+ comments?\]?(?:\(\S+\))?",
        # links to the whole text, of WordPress and many others
        rf"[\[(]?(?:{_MORE})[\])]?{_ARROW}?[\])]?|(?:{_MORE})\s*:?\s*https?://\S+",
        r"(?:\[(?:\u2026|\.\.\.)\]\s*)?(?:continue reading|read more)\b[^.!?\n]{0,200}(?:\u2192|\u00bb|\u203a|>)",
        # Discourse, phpBB
        r"\d+ posts? - \d+ participants?",
        r"statistics: posted by .{1,100} \u2014 .{6,60}",
    )
)
_SIGNATURES = tuple(
    re.compile(rf"{before}\s*(.{{1,500}}?)\s*{between}\s+.{{1,200}}", re.IGNORECASE)
    for before, between in (
        ("the post", "(?:first )?appeared first on"),
        ("the post", "first appeared on"),
        ("der beitrag", "erschien zuerst auf"),
        ("l[\u2019']article", "est apparu en premier sur"),
        ("la entrada", "(?:se public\u00f3 primero en|apareci\u00f3 primero en|aparece primero en)"),
        ("l[\u2019']articolo", "(?:proviene da|sembra essere il primo su)"),
        ("o post", "apareceu primeiro em"),
        ("het bericht", "verscheen eerst op"),
        ("artyku\u0142", "pochodzi z serwisu"),
        ("inl\u00e4gget", "d\u00f6k f\u00f6rst upp p\u00e5"),
    )
)
"""How WordPress ends an entry, in its languages. The group is the title, which tells it from an ordinary sentence."""
_CONTINUED_TITLE = re.compile(rf"(?:continue reading|read more(?: about)?):?\s*(.{{1,500}}?){_ARROW}?", re.IGNORECASE)
_FOOTERS = (
    (
        "[comments]",
        re.compile(r"\s*submitted by\s+/?u/\S+(?:\s+to\s+/?r/\S+)?\s+(?:\[link\]\s*)?\[comments\]\s*\Z", re.I),
    ),
    (
        "Comments URL:",  # hnrss.org
        re.compile(r"(?:\s*Article URL: \S+)?\s*Comments URL: \S+(?:\s+Points: \d+)?(?:\s+# Comments: \d+)?\s*\Z"),
    ),
)
"""Text that every such footer contains, and the footer, which may have several lines."""
_TITLED_START = re.compile(
    "the post|der beitrag|l[\u2019']arti|la entrada|o post|het bericht|artyku|inl|continue reading|read more",
    re.IGNORECASE,
)
_NOT_LETTERS = re.compile(r"[\W_]+")
_MAX_LINES = 8
_MAX_LINE_CHARS = 800
_MAX_FIXED_CHARS = 300
"""A line without a title is no longer than this."""


def without_boilerplate(text: str, title: str) -> str:
    """``text``, which is plain text, without such lines at its end. ``title`` is that of the same entry."""
    for hint, footer in _FOOTERS:
        if hint in text:
            text = footer.sub("", text)
    for _ in range(_MAX_LINES):
        start = text.rstrip().rfind("\n") + 1
        line = text[start:].strip()
        if len(line) > _MAX_LINE_CHARS or not _is_boilerplate(line, title):
            break
        text = text[:start].rstrip()
    return text


def _is_boilerplate(line: str, title: str) -> bool:
    if len(line) <= _MAX_FIXED_CHARS and any(form.fullmatch(line) for form in _LINES):
        return True
    if not _TITLED_START.match(line):
        return False
    named = (found[1] for form in (*_SIGNATURES, _CONTINUED_TITLE) if (found := form.fullmatch(line)))
    return bool(title) and any(_letters(name) == _letters(title) for name in named)


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub("", text).casefold()
