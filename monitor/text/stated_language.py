"""Whether a site's statement of a text's language can be true.

The statement is trusted, because it needs no guess and short texts cannot be detected. On some sites, however, it is
only the default of the author's settings. It is ignored where the script refutes it: a text in Cyrillic letters is not
English. Languages with a script of their own that people also write in Latin letters, such as Hindi, are not checked
for the absence of that script.
"""

from __future__ import annotations

import re

from monitor.text.languages import LANGUAGES, SCRIPTS

_OTHER_LETTER = re.compile(
    r"[^\W\d_\u0000-\u036f\u1d00-\u1dbf\u1e00-\u1eff\u2071-\u218f\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab6f\ufb00-\ufb06"
    r"\uff00-\uff5a\U0001d400-\U0001d7ff]"
)
"""A letter that is not Latin. Small capitals, fullwidth and mathematical letters are Latin ones in another style."""
_LATIN_LETTER = re.compile(f"[{SCRIPTS['Latin']}]")
_NOT_TEXT = re.compile(r"https?://\S+|[@#]\w+")
_MIN_LATIN_LETTERS, _MIN_OTHER_LETTERS = 8, 4
"""Letters from which a script says anything: a name may be foreign. Chinese words have few letters."""

_SCRIPTS_OF_LANGUAGE = {"ja": SCRIPTS["Kana"] + SCRIPTS["Han"]}
_OWN_LETTER = {
    code: re.compile(f"[{_SCRIPTS_OF_LANGUAGE.get(code, SCRIPTS[row.script])}]")
    for code, row in LANGUAGES.items()
    if row.script != "Latin" and not row.mixed
}
"""Languages that people hardly ever write in Latin letters."""
_LATIN_LANGUAGES = frozenset(
    code for code, row in LANGUAGES.items() if row.script == "Latin" and code not in ("az", "uz")
)
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
