"""Texts as sets of words, for models without an encoder and for reasons in words."""

from __future__ import annotations

import re
from collections.abc import Collection

MAX_CHARS = 5_000
MAX_WORD_CHARS = 40
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_LINK = re.compile(r"https?://\S+|www\.\S+")


def word_set(text: str, without: Collection[str] = ()) -> frozenset[str]:
    """The words of ``text`` in lower case, without links and without the words ``without``, such as the brand's."""
    plain = _LINK.sub(" ", text[:MAX_CHARS]).casefold()
    return frozenset(word for word in _WORD.findall(plain) if len(word) <= MAX_WORD_CHARS).difference(without)
