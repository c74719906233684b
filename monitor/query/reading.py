"""How a text is read: folded, cut into words, and written into a search index.

One reading serves the batch index, the stored index and the exact check, so that they cannot disagree: everything that
depends on Unicode happens here, and SQLite's ``ascii`` tokenizer is left with nothing to decide. (``unicode61`` knows
another Unicode than Python does, cuts Indic words at their vowel signs and glues unspaced Japanese into one word.)

A word is a run of letters and digits. In a script that is written without spaces every character is a word of its own.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from functools import lru_cache

from monitor.model import Span

TOKENIZER = "ascii"
"""The ``tokenize=`` option of every FTS5 table that holds ``index_text``."""

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff\u3130-\u318f"  # Hangul
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u302f\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\U00020000-\U0003ffff"  # more of it
    "\u3040-\u312f\u31a0-\u31ff\U0001aff0-\U0001b16f"  # kana, bopomofo
)
"""Inside a character class, in folded text: the characters that are words by themselves."""
SEPARATOR = r"\x00-/:-@\[-`{-\x7f"
"""Inside a character class, in folded text: what stands between words. Folding leaves no other."""
_BUT_UNDERSCORE = r"\x00-/:-@\[-^`{-\x7f"

IN_WORD = f"[^{SEPARATOR}{UNSPACED}]"
IN_HANDLE = f"[^{_BUT_UNDERSCORE}{UNSPACED}]"
IN_TAG = f"[^{_BUT_UNDERSCORE}]"

WORD = re.compile(f"[{UNSPACED}]|{IN_WORD}+")
# Where a look behind could stand first it stands after a literal, so that the engine can skip to the next literal.
MARKED = re.compile(f"@(?<!{IN_HANDLE}@)(?:{IN_HANDLE}+|[{UNSPACED}]+)|#(?<!{IN_HANDLE}#)(?<!&#){IN_TAG}+")
"""A handle or a tag. An address like bob@acme.example is neither."""
_MARKED_ASCII = re.compile(r"@(?<!\w@)\w+|#(?<!\w#)(?<!&#)\w+", re.ASCII)
"""The same in a text of ASCII only, three times as fast."""
_UNSPACED_CHARACTER = re.compile(f"[{UNSPACED}]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")

# In an index, a handle or tag is one more word, which starts with one of these. The store's own tokens start with
# U+E000. Folding takes all private characters out of a text, so no user's word can be mistaken for one.
_HANDLE, _TAG, _UNDERSCORE = "\ue001", "\ue002", "\ue003"

_FAR = 1_000_000
"""Words between the title and the text: nothing is near across them."""


def index_text(text: str) -> str:
    """``text`` as it is written into a column of an FTS5 index with ``TOKENIZER``; often ``text`` itself."""
    plain = _plain(text)
    ascii_only = plain.isascii()
    marked = (_MARKED_ASCII if ascii_only else MARKED).findall(plain) if "@" in plain or "#" in plain else ()
    if not ascii_only:
        plain = _UNSPACED_CHARACTER.sub(r" \g<0> ", plain)
    return f"{plain} {' '.join(map(mark, marked))}" if marked else plain


def mark(marked: str) -> str:
    """The index word of a handle or tag, which starts with its sign."""
    return (_HANDLE if marked[0] == "@" else _TAG) + marked[1:].replace("_", _UNDERSCORE)


def fold(text: str) -> str:
    """``text`` with case, accents and styles of letters gone and everything foreign between words turned to spaces."""
    return _plain(text).lower()


def _plain(text: str) -> str:
    """Folded but for the case of ASCII, which the index folds by itself."""
    return text if text.isascii() else _NOT_ASCII.sub(lambda run: "".join(map(_fold, run[0])), text)


@lru_cache(maxsize=20_000)
def _fold(char: str) -> str:
    """One character beyond ASCII: its folded form, a space when it separates words, nothing when it is a mere sign."""
    if _vanishes(char):
        return ""
    if not _is_letter(char):
        return chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else " "
    kept = [part for part in unicodedata.normalize("NFKD", char) if not _vanishes(part)]
    folded = unicodedata.normalize("NFC", "".join(kept)).casefold().lower()
    return folded if all(map(_is_letter, folded)) else " "


def _is_letter(char: str) -> bool:
    # U+02BC is typed as an apostrophe: "Acme\u02bcs".
    return unicodedata.category(char)[0] in "LNM" and char != "\u02bc"


def _vanishes(char: str) -> bool:
    """Accents, vowel points, variation selectors, joiners and marks of direction: a word is the same without them.

    Vowel signs, viramas and tone marks of Indic and Thai scripts stay: they have other combining classes.
    """
    category = unicodedata.category(char)
    if category == "Cf":
        return char != "\u200b"
    if category == "Me" or "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef":
        return True
    kind = unicodedata.combining(char)
    return kind == 1 or 10 <= kind <= 36 or kind >= 200


class Reading:
    """A post's body as rules see it: folded, and with the way back to the characters of the original.

    ``head`` is where the text starts in the body, 0 without a title; no phrase and no NEAR reaches across it.
    """

    def __init__(self, body: str, head: int = 0) -> None:
        self.body = body
        self.text = fold(body)
        self._origins = None if body.isascii() or _one_to_one(body) else _origins(body)
        cut = len(fold(body[:head])) if head else 0
        self.regions = ((0, cut), (cut, len(self.text))) if cut else ((0, len(self.text)),)
        self._starts: list[int] | None = None

    def span(self, start: int, end: int) -> Span:
        """The characters of the body that ``text[start:end]`` was folded from, accents set apart included."""
        if self._origins is None:
            return Span(start, end)
        return Span(self._origins[start], max(self._origins[end - 1] + 1, self._origins[end]))

    def place(self, start: int) -> int:
        """How many words stand before ``start``; the text is far away from the title."""
        if self._starts is None:
            self._starts = [word.start() for word in WORD.finditer(self.text)]
        far = _FAR if len(self.regions) > 1 and start >= self.regions[1][0] else 0
        return bisect_left(self._starts, start) + far


def _one_to_one(body: str) -> bool:
    return all(char.isascii() or len(_fold(char)) == 1 for char in set(body))


def _origins(body: str) -> list[int]:
    """For each character of the folded body, and for its end, the index of the character it came from."""
    origins: list[int] = []
    for index, char in enumerate(body):
        origins += [index] * (1 if char.isascii() else len(_fold(char)))
    return [*origins, len(body)]
