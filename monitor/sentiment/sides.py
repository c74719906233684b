"""Where a text sets the brand above or below another: comparisons, moves, choices, thanks."""

from __future__ import annotations

import math
from collections.abc import Sequence

from monitor.sentiment import roles, words
from monitor.sentiment.naming import Named
from monitor.sentiment.reading import Reading, Weighed

SIDE = 3.0
"""Weight of one of these before the general factors."""
_FAR = 12
"""Words that may stand between the brand and "is better than"."""

_ARTICLES = words.word_set("the a an my our your their his her this that these those any all old new")
_PASSED = words.word_set("is are was were has have just still really clearly totally definitely always can could will")
_CHOSEN = words.word_set("prefer prefers preferred chose choose")
_ABOVE = words.word_set("superior prefer preferred preferable")
_RID = frozenset(("instead", "rid"))


def sides(reading: Reading, mine: Sequence[Named]) -> list[Weighed]:
    """What the words around each naming of the brand say for it (+) or against it (-)."""
    if not reading.kinds & (roles.SIDE | roles.THAN):
        return []
    spoken = [entry.word for entry in reading.entries]
    found: list[Weighed] = []
    for _, start, end in mine:
        found += _before(reading, spoken, start)
        after = end
        while after < len(spoken) and spoken[after] in _PASSED:
            after += 1
        if after < len(spoken) and spoken[after] in words.BEAT:
            found.append(Weighed(after, after, SIDE))
    if reading.kinds & roles.THAN:
        found += _compared(reading, spoken, mine)
    return found


def _before(reading: Reading, spoken: Sequence[str], start: int) -> list[Weighed]:
    """The side taken by what leads up to the brand, articles passed over: "switched from my old Acme"."""
    i = start - 1
    while i > 0 and spoken[i] in _ARTICLES:
        i -= 1
    if i < 0 or reading.ends_sentence(i):
        return []
    side = _leads(reading, spoken, i)
    return [Weighed(i, i, side)] if side else []


def _leads(reading: Reading, spoken: Sequence[str], i: int) -> float:
    word = spoken[i]
    if word in words.LEAVE:
        return SIDE if any(entry.negates for entry in reading.entries[max(0, i - 3) : i]) else -SIDE
    if word in words.BEAT or word == "unlike":
        return -SIDE
    if word in words.THANK or word in _CHOSEN:
        return SIDE
    if word == "to":
        return _leads_to(spoken, i)
    if word == "from":
        return -SIDE if _near(spoken, i, 8, words.MOVE) else 0.0
    if word == "over":
        return -SIDE if _near(spoken, i, 6, words.CHOOSE) else 0.0
    return -SIDE if word == "of" and _near(spoken, i, 1, _RID) else 0.0


def _leads_to(spoken: Sequence[str], i: int) -> float:
    """The side of "... to BRAND"; "thanks to BRAND" takes none, for it blames as often."""
    if spoken[i - 1] in words.THANK:
        return 0.0 if spoken[i - 1] in ("thanks", "thank") else SIDE
    if _near(spoken, i, 4, _ABOVE):
        return -SIDE
    return SIDE if _near(spoken, i, 8, words.MOVE) or _near(spoken, i, 2, words.LOSE | {"inferior"}) else 0.0


def _near(spoken: Sequence[str], i: int, back: int, among: frozenset[str]) -> bool:
    return not among.isdisjoint(spoken[max(0, i - back) : i])


def _compared(reading: Reading, spoken: Sequence[str], mine: Sequence[Named]) -> list[Weighed]:
    """ "BRAND ... better than" speaks for the brand, "better than BRAND" against it."""
    found = []
    for than, entry in enumerate(reading.entries):
        if not entry.kind & roles.THAN:
            continue
        at, sign = _comparative(reading, spoken, than)
        for _, start, end in mine if sign else ():
            if than < start <= than + 4:
                found.append(Weighed(at, than, -sign * SIDE))
            elif at - _FAR < end <= at and reading.same_sentence(end, at):
                found.append(Weighed(at, than, sign * SIDE))
    return found


def _comparative(reading: Reading, spoken: Sequence[str], than: int) -> tuple[int, float]:
    """Where the comparative before ``than`` stands, and the sign of it: 0 when it takes nobody's side."""
    for i in range(than - 1, max(-1, than - 7), -1):
        word = spoken[i]
        if word in words.BETTER or word in words.WORSE:
            negated = any(entry.negates for entry in reading.entries[max(0, i - 3) : i])
            return i, 1.0 if (word in words.BETTER) != negated else -1.0
        if word in ("more", "less"):
            valence = sum(entry.valence for entry in reading.entries[i + 1 : than])
            sign = math.copysign(1.0, valence) if valence else 0.0
            return i, sign if word == "more" else -sign
    return than, 0.0
