"""Terms as the searches of sites take them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.model import Term

_UNQUOTABLE = re.compile(r'["\\\x00-\x1f\x7f\ud800-\udfff]+')
_ONE_WORD = re.compile(r"\w+")


def texts(terms: Sequence[Term], shortest: int = 1, signs: bool = False) -> list[str]:
    """What to search for, each once, without quotes; ``#`` and ``@`` stay only with ``signs``.

    Terms of fewer than ``shortest`` characters are left out: sites refuse them.
    """
    found: dict[str, str] = {}
    for term in terms:
        text = " ".join(_UNQUOTABLE.sub(" ", term.text).split())
        text = text if signs else " ".join(text.replace("#", " ").replace("@", " ").split())
        if len(text) >= shortest:
            found.setdefault(text.casefold(), text)
    return list(found.values())


def quoted(text: str) -> str:
    """``text`` as a phrase, unless it is one plain word."""
    return text if _ONE_WORD.fullmatch(text) else f'"{text}"'


def packed(parts: Sequence[str], joint: str, longest: int, most: int = 1_000) -> list[str]:
    """``parts`` joined into as few queries as possible, each of ``most`` parts and ``longest`` characters at most.

    A part that alone is longer is left out.
    """
    queries: list[list[str]] = []
    for part in parts:
        if len(part) > longest:
            continue
        if queries and len(queries[-1]) < most and len(joint.join([*queries[-1], part])) <= longest:
            queries[-1].append(part)
        else:
            queries.append([part])
    return [joint.join(query) for query in queries]
