"""Whether a site's statement of a text's language can be true.

The statement is trusted, because it needs no guess and short texts cannot be detected. On some sites, however, it is
only the default of the author's settings. It is ignored where the script refutes it: a text in Cyrillic letters is not
English. Languages with a script of their own that people also write in Latin letters, such as Hindi, are not checked
for the absence of that script.
"""

from __future__ import annotations

import re

_OTHER_LETTER = re.compile(
    r"[^\W\d_\u0000-\u036f\u1d00-\u1dbf\u1e00-\u1eff\u2071-\u218f\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab6f\ufb00-\ufb06"
    r"\uff00-\uff5a\U0001d400-\U0001d7ff]"
)
"""A letter that is not Latin. Small capitals, fullwidth and mathematical letters are Latin ones in another style."""
_LATIN_LETTER = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_NOT_TEXT = re.compile(r"https?://\S+|[@#]\w+")
_MIN_LATIN_LETTERS, _MIN_OTHER_LETTERS = 8, 4
"""Letters from which a script says anything: a name may be foreign. Chinese words have few letters."""

_OWN_SCRIPTS = {
    "ja": "\u3041-\u30ff\u3400-\u9fff", "zh": "\u3400-\u9fff", "ko": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3",
    "th": "\u0e00-\u0e7f", "he": "\u0590-\u05ff", "ru": "\u0400-\u04ff", "uk": "\u0400-\u04ff", "bg": "\u0400-\u04ff",
    "be": "\u0400-\u04ff", "hy": "\u0530-\u058f", "ka": "\u10a0-\u10ff", "km": "\u1780-\u17ff", "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f",
}  # fmt: skip
"""Languages that people hardly ever write in Latin letters."""
_OWN_LETTER = {lang: re.compile(f"[{letters}]") for lang, letters in _OWN_SCRIPTS.items()}
_LATIN_CODES = (
    "af ca cs cy da de en es et eu fi fr ga gl hr hu id is it lt lv ms mt nl no pl pt ro sk sl sq sv sw tl tr vi"
)
_LATIN_LANGUAGES = frozenset(_LATIN_CODES.split())
"""Languages that are written in Latin letters only."""


def contradicts_script(lang: str, text: str) -> bool:
    """Whether ``text`` cannot be in ``lang``: the script of nearly all its letters is another one."""
    if lang in _LATIN_LANGUAGES:
        if text.isascii() or not _OTHER_LETTER.search(text):
            return False
        words = _NOT_TEXT.sub(" ", text)
        others = len(_OTHER_LETTER.findall(words))
        return others >= _MIN_OTHER_LETTERS and others > 2 * len(_LATIN_LETTER.findall(words))
    own = _OWN_LETTER.get(lang)
    if own is None or own.search(text):
        return False
    words = _NOT_TEXT.sub(" ", text)
    latin, others = len(_LATIN_LETTER.findall(words)), len(_OTHER_LETTER.findall(words))
    return latin >= _MIN_LATIN_LETTERS or others >= _MIN_OTHER_LETTERS
