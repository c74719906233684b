"""The one table of languages: how each is written, whether it can be detected, and its other codes.

``language_words.txt`` has words of some of them, and CLDR their names.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import NamedTuple

WORDS_FILE = "language_words.txt"

SCRIPTS = {
    "Latin": "A-Za-z\u00c0-\u024f\u1e00-\u1eff", "Cyrillic": "\u0400-\u04ff", "Arabic": "\u0600-\u06ff",
    "Devanagari": "\u0900-\u097f", "Bengali": "\u0980-\u09ff", "Ethiopic": "\u1200-\u137f",
    "Greek": "\u0370-\u03ff\u1f00-\u1fff", "Hebrew": "\u0590-\u05ff", "Armenian": "\u0530-\u058f",
    "Georgian": "\u10a0-\u10ff", "Kana": "\u3041-\u30ff", "Hangul": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3",
    "Han": "\u3400-\u4dbf\u4e00-\u9fff", "Thai": "\u0e00-\u0e7f", "Lao": "\u0e80-\u0eff", "Khmer": "\u1780-\u17ff",
    "Burmese": "\u1000-\u109f", "Tamil": "\u0b80-\u0bff", "Telugu": "\u0c00-\u0c7f", "Kannada": "\u0c80-\u0cff",
    "Malayalam": "\u0d00-\u0d7f", "Gujarati": "\u0a80-\u0aff", "Gurmukhi": "\u0a00-\u0a7f", "Sinhala": "\u0d80-\u0dff",
}  # fmt: skip
"""Script -> its letters, as in a regular expression."""

# ``*`` after the script: people write the language in Latin letters too, or mix it with English.
# ``model``: py3langid may return it. Rare languages would cause wrong guesses.
# ``prior``: added to the log-probability. English is the most common, and short English texts look like anything; of
# the languages with a negative one, short texts in English, Spanish or Portuguese are often taken for them.
_TABLE = """
    code script      model prior aliases
    af   Latin       -      0    afr
    am   Ethiopic*   -      0    amh
    ar   Arabic*     yes    0    ara
    az   Latin*      yes    0    aze
    be   Cyrillic    yes    0    bel
    bg   Cyrillic    yes    0    bul
    bn   Bengali*    -      0    ben
    ca   Latin       yes   -1    cat
    cs   Latin       yes    0    ces cze
    cy   Latin       yes   -1    cym wel
    da   Latin       yes    0    dan
    de   Latin       yes    0    deu ger
    el   Greek*      yes    0    ell gre
    en   Latin       yes    2    eng
    es   Latin       yes    0    spa
    et   Latin       yes    0    est
    eu   Latin       yes   -1    eus baq
    fa   Arabic*     yes    0    fas per
    fi   Latin       yes    0    fin
    fr   Latin       yes    0    fra fre
    ga   Latin       yes   -1    gle
    gl   Latin       yes   -2    glg
    gu   Gujarati*   -      0    guj
    he   Hebrew      -      0    heb iw
    hi   Devanagari* yes    0    hin
    hr   Latin       yes    0    hrv
    hu   Latin       yes    0    hun
    hy   Armenian    -      0    hye arm
    id   Latin*      yes    0    ind in
    is   Latin       yes   -1    isl ice
    it   Latin       yes    0    ita
    ja   Kana        -      0    jpn
    ka   Georgian    -      0    kat geo
    kk   Cyrillic*   yes    0    kaz
    km   Khmer       -      0    khm
    kn   Kannada*    -      0    kan
    ko   Hangul      -      0    kor
    lo   Lao         -      0    lao
    lt   Latin       yes    0    lit
    lv   Latin       yes    0    lav
    mk   Cyrillic*   yes    0    mkd mac
    ml   Malayalam*  -      0    mal
    mr   Devanagari* yes    0    mar
    ms   Latin*      yes    0    msa may
    mt   Latin       -      0    mlt
    my   Burmese     -      0    mya bur
    ne   Devanagari* yes    0    nep
    nl   Latin       yes    0    nld dut
    no   Latin       yes    0    nor nb nn nob nno
    pa   Gurmukhi*   -      0    pan
    pl   Latin       yes    0    pol
    pt   Latin       yes    0    por
    ro   Latin       yes    0    ron rum
    ru   Cyrillic    yes    0    rus
    si   Sinhala*    -      0    sin
    sk   Latin       yes    0    slk slo
    sl   Latin       yes    0    slv
    sq   Latin       yes   -1    sqi alb
    sr   Cyrillic*   yes    0    srp
    sv   Latin       yes    0    swe
    sw   Latin*      yes   -1    swa
    ta   Tamil*      -      0    tam
    te   Telugu*     -      0    tel
    th   Thai        -      0    tha
    tl   Latin*      yes   -1    tgl fil
    tr   Latin       yes    0    tur
    uk   Cyrillic    yes    0    ukr
    ur   Arabic*     yes    0    urd
    uz   Latin*      yes   -1    uzb
    vi   Latin       yes    0    vie
    zh   Han         -      0    zho chi cmn yue
"""


class Language(NamedTuple):
    """A row of the table."""

    code: str
    """ISO 639-1."""
    script: str
    """The key in SCRIPTS of the letters that it is usually written in."""
    mixed: bool
    """Whether people write it in Latin letters too, or mix it with English."""
    in_model: bool
    prior: float
    aliases: tuple[str, ...]
    """ISO 639-2 and 639-3 codes, retired codes, and codes of languages that are treated as this one."""


def _parsed(row: str) -> Language:
    code, script, model, prior, *aliases = row.split()
    return Language(code, script.rstrip("*"), script.endswith("*"), model == "yes", float(prior), tuple(aliases))


LANGUAGES = {language.code: language for language in map(_parsed, _TABLE.strip().splitlines()[1:])}
CODES_OF_ALIASES = {alias: language.code for language in LANGUAGES.values() for alias in language.aliases}


@cache
def words_of_languages() -> dict[str, tuple[str, ...]]:
    """Word, in lower case -> the languages that have it."""
    text = resources.files("monitor.text").joinpath(WORDS_FILE).read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for code, words in re.findall(r"^\[(\w+)\]\n([^\[]*)", text, re.MULTILINE):
        for word in words.split():
            found.setdefault(word, []).append(code)
    return {word: tuple(codes) for word, codes in found.items()}
