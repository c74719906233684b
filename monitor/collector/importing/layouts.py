"""Layouts of exports: how to recognise the tool that wrote a file, and which of its columns hold which field."""

from __future__ import annotations

import difflib
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitor.collector.importing.rows import ImportFailed

NO_LAYOUT = "none"
"""The value of ``--layout`` that turns the recognition off."""

MAX_NAME_CHARS = 200
"""A longer name of a column is none that a layout or a person uses."""

_SEPARATORS = re.compile(r"[\s_-]+")
_AT_END = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$|[\s_-]+(UTC|GMT)\s*$", re.IGNORECASE)
"""A parenthesis at the end of a name, or UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """An export of one tool.

    The fields from ``text`` to ``link`` say which columns hold a field of a post: ``A | B`` is the first of them that
    is not empty in a row, ``A + B`` is both, or the one that exists. A value with braces is a template. Upper case,
    spaces, ``_`` and ``-`` in the names of columns make no difference, nor does a time zone in parentheses after them.
    """

    name: str
    """As in ``--layout``."""
    title: str
    """Such as "Meltwater export"."""
    recognised_by: tuple[str, ...]
    """Lists of columns. A file with all the columns of one list has this layout, unless another matches more."""
    confirmed: str
    """Where the names of the columns come from, or that they are not confirmed."""
    text: str
    fuller_text: str = ""
    """Columns that may hold the whole of a text that ends with an ellipsis."""
    title_columns: str = ""
    id: str = ""
    author: str = ""
    published: str = ""
    url: str = ""
    url_base: str = ""
    """Precedes links that begin with a slash."""
    site: str = ""
    lang: str = ""
    stars: str = ""
    reply_to: str = ""
    """Columns with the name of the author that a row replies to, or with a link to that author's post."""
    repost: str = ""
    """Columns that say whether a row only shares somebody else's post: see ``contexts.states_repost``."""
    marks_reposts: bool = False
    """The texts of reposts begin with ``RT @name:``."""
    link: str = ""
    """Columns with the address of the page that a row shares."""
    quoted: str = ""
    """Columns with the text of another post that a row quotes. It follows the row's own text, as lines of a quote."""
    is_exact: bool = False
    """The cells are the fields of a post, as ``wallflower export`` writes them; nothing stands for a missing value."""
    ours: str = ""
    """``COLUMN = VALUE: AUTHOR``: a row with this value is a reply of our own, by the account in the column AUTHOR."""

    @property
    def sentence(self) -> str:
        """A sentence for the summary."""
        article = "an" if self.title.startswith((*"AEIOU", "X ")) else "a"
        return f"Read as {article} {self.title}."

    @property
    def fields(self) -> Mapping[str, str]:
        """Field of a post -> its columns, for the fields that the export has."""
        columns = {
            **{"text": self.text, "id": self.id, "author": self.author, "published": self.published},
            **{"title": self.title_columns, "url": self.url, "site": self.site, "lang": self.lang},
            **{"stars": self.stars, "reply_to": self.reply_to, "repost": self.repost},
            **{"link": self.link, "quoted": self.quoted},
        }
        return {field: names for field, names in columns.items() if names}


@lru_cache(20_000)
def column_key(name: str) -> str:
    """A name of a column for comparison: without case, spaces, ``_``, ``-``, and a parenthesis or UTC at its end."""
    if len(name) > MAX_NAME_CHARS:
        return name
    return _SEPARATORS.sub("", _AT_END.sub("", name)).replace("/", ".").casefold()


def stated_zone(name: str) -> str:
    """What a name says at its end, which may be a time zone, as in "Time (UTC)"; '' if it says nothing there."""
    found = _AT_END.search(name) if len(name) <= MAX_NAME_CHARS else None
    return (found[1] or found[2] or "").strip() if found else ""


def recognise(columns: Sequence[str], layouts: Sequence[Layout]) -> Layout | None:
    """The layout whose columns ``columns`` contain; the one with the most columns if several do."""
    present = {column_key(name) for name in columns}
    best, most = None, 0
    for layout in layouts:
        for names in layout.recognised_by:
            needed = {column_key(name) for name in names.split(",")}
            if needed <= present and len(needed) > most:
                best, most = layout, len(needed)
    return best


def has_text(layout: Layout, keys: Container[str]) -> bool:
    """Whether a file with columns of these keys has one with the text of ``layout``, or may have it in an object."""
    names = re.split(r" [|+] ", layout.text)
    return any(column_key(name) in keys for name in names)


def layout_named(name: str, layouts: Sequence[Layout]) -> Layout:
    """The layout of that name. Raises ImportFailed, which lists those that exist."""
    names = [layout.name for layout in layouts]
    for layout in layouts:
        if column_key(layout.name) == column_key(name):
            return layout
    matches = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean {matches[0]!r}?" if matches else ""
    raise ImportFailed(
        f"--layout: there is no layout {name!r}.{hint} Known layouts: {', '.join(names)}; {NO_LAYOUT} turns them off."
    )
