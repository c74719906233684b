"""Write text into a search index.

The batch index, the stored index and the check of a single post all use ``folding``, so they cannot disagree. What
depends on Unicode happens there, and SQLite's ``ascii`` tokenizer only splits at ASCII separators. (``unicode61`` uses
another version of Unicode than Python, splits Indic words at their vowel signs, and joins unspaced Japanese into one
word.)
"""

from __future__ import annotations

import re

from monitor.query.folding import HANDLE_OR_TAG, UNSPACED, fold_keeping_ascii_case

TOKENIZER = "ascii"
"""The ``tokenize=`` option of every FTS5 table that holds ``index_text``."""

_HANDLE_OR_TAG_ASCII = re.compile(r"@(?<!\w@)\w+|#(?<!\w#)(?<!&#)\w+", re.ASCII)
"""The same as HANDLE_OR_TAG for ASCII text, three times as fast."""
_UNSPACED_CHARACTER = re.compile(f"[{UNSPACED}]")

# In an index, a handle or tag is one more word, which starts with one of these. The store's own tokens start with
# U+E000. Folding removes all private-use characters, so no word of a text can be mistaken for one.
_HANDLE, _TAG, _UNDERSCORE = "\ue001", "\ue002", "\ue003"


def index_text(text: str) -> str:
    """``text`` as written into a column of an FTS5 table with ``TOKENIZER``; often ``text`` itself."""
    folded = fold_keeping_ascii_case(text)
    is_ascii = folded.isascii()
    pattern = _HANDLE_OR_TAG_ASCII if is_ascii else HANDLE_OR_TAG
    handles_and_tags = pattern.findall(folded) if "@" in folded or "#" in folded else ()
    if not is_ascii:
        folded = _UNSPACED_CHARACTER.sub(r" \g<0> ", folded)
    return f"{folded} {' '.join(map(index_word, handles_and_tags))}" if handles_and_tags else folded


def index_word(handle_or_tag: str) -> str:
    """The index word of a handle or tag, which starts with its sign."""
    return (_HANDLE if handle_or_tag[0] == "@" else _TAG) + handle_or_tag[1:].replace("_", _UNDERSCORE)
