"""Write text into a search index.

The batch index, the stored index and the check of a single post all use ``folding``, so they cannot disagree. What
depends on Unicode happens there, and SQLite's ``ascii`` tokenizer only splits at ASCII separators. (``unicode61`` uses
another version of Unicode than Python, splits Indic words at their vowel signs, and joins unspaced Japanese into one
word.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from monitor.query.folding import HANDLE_OR_TAG, UNSPACED, fold_keeping_ascii_case
from monitor.query.hashtags import hashtags

TOKENIZER = "ascii"
"""The ``tokenize=`` option of every FTS5 table that holds ``index_text``."""

_HANDLE_OR_TAG_ASCII = re.compile(r"@(?<!\w@)\w+|#(?<!\w#)(?<!&#)\w+", re.ASCII)
"""The same as HANDLE_OR_TAG for ASCII text, three times as fast."""
_UNSPACED_CHARACTER = re.compile(f"[{UNSPACED}]")

KEPT_TEXTS, MAX_KEPT_CHARS = 2_048, 1_000
"""Texts whose ``index_text`` is kept, at most 8 MB."""

# In an index, a handle or tag is one more word, which starts with one of these. The store's own tokens start with
# U+E000. Folding removes all private-use characters, so no word of a text can be mistaken for one.
_HANDLE, _TAG, _UNDERSCORE = "\ue001", "\ue002", "\ue003"
TAG_WORD = "\ue004"
"""The start of a word inside a hashtag. Alone it separates readings, so that no phrase reaches from one to the next."""


def index_text(text: str) -> str:
    """``text`` as written into a column of an FTS5 table with ``TOKENIZER``; often ``text`` itself."""
    if not text:  # as most titles are
        return text
    return _kept(text) if len(text) <= MAX_KEPT_CHARS else _index_text(text)


def _index_text(text: str) -> str:
    folded = fold_keeping_ascii_case(text)
    is_ascii = folded.isascii()
    pattern = _HANDLE_OR_TAG_ASCII if is_ascii else HANDLE_OR_TAG
    handles_and_tags = pattern.findall(folded) if "@" in folded or "#" in folded else ()
    tagged = folded
    if not is_ascii:
        folded = _UNSPACED_CHARACTER.sub(r" \g<0> ", folded)
    if not handles_and_tags:
        return folded
    words = list(map(_kept_index_word, handles_and_tags))
    if is_ascii and ("#" not in folded or not any(map(_may_be_several_words, handles_and_tags))):
        return f"{folded} {' '.join(words)}"
    return " ".join([folded, *words, *_tag_words(tagged, text)])


# The matcher indexes a post, and a moment later the store does.
_kept = lru_cache(KEPT_TEXTS)(_index_text)


def _may_be_several_words(handle_or_tag: str) -> bool:
    name = handle_or_tag[1:]
    return handle_or_tag[0] == "#" and not (name.islower() and name.isalpha())


def _tag_words(folded: str, text: str) -> Iterator[str]:
    """The words of each reading of each hashtag in ``text``, as written into the index."""
    for tag in hashtags(folded, text):
        for reading in tag.readings:
            yield TAG_WORD
            yield from (TAG_WORD + word.text for word in reading)


def index_word(handle_or_tag: str) -> str:
    """The index word of a handle or tag, which starts with its sign."""
    return (_HANDLE if handle_or_tag[0] == "@" else _TAG) + handle_or_tag[1:].replace("_", _UNDERSCORE)


_kept_index_word = lru_cache(KEPT_TEXTS)(index_word)
