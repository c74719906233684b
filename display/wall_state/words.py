"""How the wall puts names and strangers' texts."""

from __future__ import annotations

import re
import unicodedata

LONGEST_TEXT = 500
"""Characters; no hero has room for more."""
LONGEST_NAME = 28
"""Characters of a source's name within a sentence."""
LONGEST_BRAND = 22
"""Characters of a brand's name, as people see them."""
MOST_MARKS = 3
"""Combining marks on one letter."""

JOINERS = "\u200d\ufe0f"
"""What makes one sign of several: it must not be cut there."""
FLAGS = range(0x1F1E6, 0x1F200)
"""Letters of which two are a flag."""
TAGS = range(0xE0020, 0xE0080)
"""What names a part of a country behind a black flag."""
TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
"""Colours of skin, which belong to the sign before them."""
FROM_THE_RIGHT = frozenset({"R", "AL", "AN"})
"""What Unicode calls letters and figures of scripts that are written so."""
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
"""Between these nothing moves what stands outside."""
ADDRESS = re.compile(r"https?://(?:www\.)?([^\s/?#]+)[^\s]*", re.IGNORECASE)


def cut(text: str, most: int) -> str:
    """``text`` in at most ``most`` characters, with an ellipsis where it was longer."""
    if len(text) <= most:
        return text
    end = most - 1
    while end and (unicodedata.combining(text[end]) or text[end] in JOINERS or text[end - 1] == JOINERS[0]):
        end -= 1
    return text[:end].rstrip() + "…"


def short(text: str, most: int) -> str:
    """``text`` in at most ``most`` characters as people see them, with an ellipsis where it was longer."""
    begins: list[int] = []
    for at, character in enumerate(text):
        whole = begins and at - begins[-1] == 1 and ord(character) in FLAGS and ord(text[at - 1]) in FLAGS
        if not whole and _begins(character, text[at - 1 : at]):
            begins.append(at)
    return text if len(begins) <= most else text[: begins[most - 1]].rstrip() + "…"


def one_digit(number: float) -> int:
    """``number`` with one significant digit: 43 is 40."""
    place: int = 10 ** max(len(str(round(number))) - 1, 0)
    return max(round(number / place) * place, 1)


def called(brand: str) -> str:
    """The name of a brand as the wall says it."""
    return short(brand, LONGEST_BRAND)


def isolated(name: str) -> str:
    """``name`` as a part of a sentence: one that is written from the right keeps its place beside the figures."""
    from_the_right = any(unicodedata.bidirectional(character) in FROM_THE_RIGHT for character in name)
    return f"{ISOLATE}{name}{END_ISOLATE}" if from_the_right else name


def source_name(name: str) -> str:
    """The name of a source as a part of a sentence."""
    return isolated(cut(name, LONGEST_NAME))


def plain(text: str, most: int = LONGEST_TEXT) -> str:
    """A stranger's text on one line: white space folded, addresses cut to their host, few marks per letter."""
    folded = _few_marks(" ".join(ADDRESS.sub(r"\1", text[: most * 4]).split()))
    # What was not even looked at is left out, too.
    return cut(folded if len(text) <= most * 4 else f"{folded}…", most)


def _begins(character: str, before: str) -> bool:
    """Whether a sign begins with ``character``, as far as one can tell without the tables of Unicode."""
    mark = unicodedata.category(character)[0] == "M" or ord(character) in TAGS
    belongs = mark or character in JOINERS or character in TONES
    return not belongs and before != JOINERS[0]


def _few_marks(text: str) -> str:
    marks, kept = 0, []
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)
