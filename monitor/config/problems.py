"""One problem in config.toml: where it is, what was found and what is expected."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

KeyPath = tuple[str | int, ...]
"""Where a value is in the file, such as ``("sources", 2, "every")``."""

_SECRET_KEY = re.compile(r"token|secret|password|key\b", re.IGNORECASE)
_MAX_QUOTED_CHARS = 60


class Problem(NamedTuple):
    """One problem, either of a value (``expected``, ``found``) or of another sort (``message``)."""

    at: KeyPath
    message: str = ""
    """A sentence or two."""
    expected: str = ""
    """A phrase: ``a whole number``."""
    found: str = ""
    """The value, as ``quoted`` returns it. Empty if quoting it would not help, as for a whole table."""
    allowed: tuple[str, ...] = ()
    """All that is allowed here, if that is a long list."""
    is_unknown_key: bool = False

    @property
    def path(self) -> str:
        """``at`` as ``sources[2].every``."""
        return dotted(self.at)

    @property
    def sentence(self) -> str:
        """What is wrong, without ``path`` and ``allowed``."""
        if not self.expected:
            return f"{self.message} Found {self.found}." if self.found else self.message
        return f"expected {self.expected}{f', found {self.found}' if self.found else ''}."

    def __str__(self) -> str:
        allowed = f" Allowed: {', '.join(self.allowed)}." if self.allowed else ""
        return f"{self.path}: {self.sentence}{allowed}"


def dotted(path: Sequence[str | int]) -> str:
    """``("sources", 2, "every")`` as ``sources[2].every``."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")


def closest(word: str, known: Iterable[str]) -> str | None:
    """The one of ``known`` that is most similar to ``word``, ignoring case; None if none is close."""
    folded = {k.casefold(): k for k in known}
    matches = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[matches[0]] if matches else None


def did_you_mean(word: str | None) -> str:
    """`` Did you mean "port"?`` with a leading space; empty for None."""
    return f' Did you mean "{word}"?' if word else ""


def quoted(value: Any, key: str = "") -> str:
    """``value`` as a problem may quote it: short, and without anything that could be a secret."""
    if _SECRET_KEY.search(key):
        return "a value that is not shown here"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and "://" in value:
        return f'an address at "{_host(value)}"'
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= _MAX_QUOTED_CHARS else text[:_MAX_QUOTED_CHARS] + "…"


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or "?"
    except ValueError:
        return "?"
