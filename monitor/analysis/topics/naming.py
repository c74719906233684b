"""What a topic is called, and the rule that finds its mentions."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from monitor.analysis.topics.reading import ARTICLE, DOER, FULL, PREPOSITION, STOPPED, Gram, Spoken
from monitor.model import Text

LONGEST_NAME = 22
"""Graphemes."""
MOST_VARIANTS = 4
DOERS = 4
"""A phrase of which one in so many, or more, follows a doer is what is done."""
RARE = 0.05
"""Share of a topic's phrases under which a way to write it is not worth its place in the rule."""
_JOINER = "\u200d"


def is_thing(grams: Sequence[Gram]) -> bool:
    """Whether a phrase is the name of something, by what stands around it: an article, a capital, a tag.

    A verb is not, nor what mostly describes the next word. A single word must be seen to be a noun.
    """
    words = [gram.words[0] for gram in grams]
    within = [word for word in words if not word.first]
    capital = sum(word.surface[:1].isupper() for word in within) * 2 > len(within) > 0
    leads = sum(gram.after == FULL for gram in grams) * 2 > len(grams)
    done = sum(gram.before == DOER for gram in grams) * DOERS > len(grams)
    if leads or (done and not capital):
        return False
    if len(grams[0].words) > 1 or capital or sum(word.tag for word in words) * 2 > len(words):
        return True
    return sum(_a_noun_follows(gram) for gram in grams) * 4 >= len(grams)


def _a_noun_follows(gram: Gram) -> bool:
    if gram.before == PREPOSITION:
        return gram.after == STOPPED and not gram.words[0].stem.endswith("ing")  # "for responding" is no noun
    return gram.before == ARTICLE


def name_of(grams: Sequence[Gram], texts: Sequence[Text]) -> str:
    """As most people write it. ``texts`` tell whether a word that only begins sentences is written small elsewhere."""
    most, _ = Counter(_lower(gram) for gram in grams).most_common(1)[0]
    same = [gram for gram in grams if _lower(gram) == most]
    parts = []
    for place in range(len(same[0].words)):
        words = [gram.words[place] for gram in same]
        parts.append((words[0].joint if place else "") + _written(words, texts))
    if len(parts) > 1 and all(gram.words[0].first for gram in same) and parts[1].strip().islower():
        parts[0] = parts[0].lower()  # no name begins with a capital alone
    return shortened("".join(parts))


def rule_of(grams: Sequence[Gram]) -> str:
    """Finds what was counted: each way in which people write it, the most common first."""
    ways = Counter(" ".join(word.surface.lower() for word in gram.words) for gram in grams)
    kept = [way for way, n in ways.most_common(MOST_VARIANTS) if n >= RARE * len(grams)] or [ways.most_common(1)[0][0]]
    return " OR ".join(f'"{way}"' for way in kept)


def shortened(name: str, most: int = LONGEST_NAME) -> str:
    """``name`` in at most so many graphemes, the last a … where some were cut."""
    starts = _graphemes(name)
    return name if len(starts) <= most else name[: starts[most - 1]].rstrip() + "…"


def fits(gram: Gram) -> bool:
    """Whether a phrase of several words can be shown whole; a single word is cut."""
    length = sum(len(word.surface) + 1 for word in gram.words) - 1
    return len(gram.words) == 1 or length <= LONGEST_NAME


def _lower(gram: Gram) -> str:
    return "".join(word.joint + word.surface.lower() for word in gram.words)


def _written(words: Sequence[Spoken], texts: Sequence[Text]) -> str:
    """One word of the name, in the case that it mostly has where case tells something."""
    telling = [word.surface for word in words if not word.first]
    surface = Counter(telling or [word.surface for word in words]).most_common(1)[0][0]
    small = surface.lower()
    shouted = surface.isupper() and len(surface) > 4
    if small != surface and (shouted or not telling) and any(small in text.text for text in texts):
        surface = small
    return f"#{surface}" if sum(word.tag for word in words) * 2 > len(words) else surface


def _graphemes(name: str) -> list[int]:
    """Where each grapheme begins, near enough: marks, joined emoji, skin tones and flags are parts of one."""
    starts: list[int] = []
    for place, char in enumerate(name):
        flag = "\U0001f1e6" <= char <= "\U0001f1ff"
        joined = unicodedata.category(char)[0] == "M" or char == _JOINER or "\U0001f3fb" <= char <= "\U0001f3ff"
        joined = joined or name[place - 1 : place] == _JOINER
        if flag and starts and starts[-1] == place - 1 and "\U0001f1e6" <= name[place - 1] <= "\U0001f1ff":
            joined = True
        if not joined or not starts:
            starts.append(place)
    return starts
