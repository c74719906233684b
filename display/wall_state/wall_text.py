"""How the wall writes names and what other people wrote: cut to length, on one line, safe beside right-to-left text."""

from __future__ import annotations

import re
import unicodedata

MAX_TEXT_CHARS = 500
"""A hero has no room for more."""
MAX_NAME_CHARS = 28
"""For the name of a source within a sentence."""
MAX_BRAND_GRAPHEMES = 22
MAX_COMBINING_MARKS = 3
"""Per letter."""

ZERO_WIDTH_JOINER = "\u200d"
JOINERS = ZERO_WIDTH_JOINER + "\ufe0f"
"""Characters that join several emoji into one: a text must not be cut there."""
REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)
"""Two of these letters are a flag."""
TAGS = range(0xE0020, 0xE0080)
"""These follow a black flag and name a part of a country, such as Scotland."""
SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
"""These belong to the emoji before them."""
RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
"""Bidirectional classes of the letters and digits of right-to-left scripts."""
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
"""Text between these does not reorder the text around it."""
URL = re.compile(r"https?://(?:www\.)?([^\s/?#]+)[^\s]*", re.IGNORECASE)


def truncate(text: str, max_chars: int) -> str:
    """``text`` in at most ``max_chars`` characters, with an ellipsis if it was longer."""
    if len(text) <= max_chars:
        return text
    end = max_chars - 1
    while end and (unicodedata.combining(text[end]) or text[end] in JOINERS or text[end - 1] == ZERO_WIDTH_JOINER):
        end -= 1
    return text[:end].rstrip() + "…"


def truncate_graphemes(text: str, max_graphemes: int) -> str:
    """``text`` in at most ``max_graphemes`` characters as people see them, with an ellipsis if it was longer."""
    starts: list[int] = []
    for at, character in enumerate(text):
        previous = text[at - 1 : at]
        ends_flag = (
            bool(starts)
            and at - starts[-1] == 1
            and ord(character) in REGIONAL_INDICATORS
            and ord(previous) in REGIONAL_INDICATORS
        )
        if not ends_flag and _starts_grapheme(character, previous):
            starts.append(at)
    return text if len(starts) <= max_graphemes else text[: starts[max_graphemes - 1]].rstrip() + "…"


def round_to_one_digit(number: float) -> int:
    """``number`` with one significant digit: 40 for 43; at least 1."""
    power_of_ten: int = 10 ** max(len(str(round(number))) - 1, 0)
    return max(round(number / power_of_ten) * power_of_ten, 1)


def short_brand_name(brand: str) -> str:
    """The name of a brand, cut to what the board has room for."""
    return truncate_graphemes(brand, MAX_BRAND_GRAPHEMES)


def isolated(name: str) -> str:
    """``name`` as a part of a sentence: a right-to-left name must not move the figures beside it."""
    is_rtl = any(unicodedata.bidirectional(character) in RIGHT_TO_LEFT for character in name)
    return f"{ISOLATE}{name}{END_ISOLATE}" if is_rtl else name


def source_name(name: str) -> str:
    """The name of a source as a part of a sentence."""
    return isolated(truncate(name, MAX_NAME_CHARS))


def one_line(text: str, max_chars: int = MAX_TEXT_CHARS) -> str:
    """A post's text on one line: white space folded, URLs cut to their host, few combining marks per letter."""
    examined = text[: max_chars * 4]
    folded = _limit_marks(" ".join(URL.sub(r"\1", examined).split()))
    return truncate(folded if len(text) == len(examined) else f"{folded}…", max_chars)


def _starts_grapheme(character: str, previous: str) -> bool:
    """Whether a grapheme starts with ``character``, as far as that shows without Unicode's segmentation tables."""
    is_mark = unicodedata.category(character)[0] == "M" or ord(character) in TAGS
    continues = is_mark or character in JOINERS or character in SKIN_TONES
    return not continues and previous != ZERO_WIDTH_JOINER


def _limit_marks(text: str) -> str:
    marks, kept = 0, []
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MAX_COMBINING_MARKS:
            kept.append(character)
    return "".join(kept)
