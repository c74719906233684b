"""Detect the language of texts. An uncertain text gets None: a wrong guess would be scored with the wrong words.

Three steps, each for the texts that the previous one could not decide: two common words that only English has; a script
that only one common language uses (kana, hangul, Greek ...); and a naive Bayes estimate, which adds up

- py3langid's model, which knows languages by their letters, and says little about a headline of five words;
- the words of ``language_words.txt``, which say most about short texts;
- a prior, which is the same everywhere: most short texts are English.

A text that is still undecided gets the language that is usual where it was found, if the caller names one and nothing
in the text speaks against it. ``bench/languages.py`` measures all of this.
"""

from __future__ import annotations

import re
import string
import threading
import unicodedata
from collections.abc import Sequence
from functools import cached_property, lru_cache

import numpy as np

from monitor.text.language_model import Floats, LanguageModel
from monitor.text.languages import LANGUAGES, SCRIPTS, words_of_languages
from monitor.text.stated_language import contradicts_script

MIN_PROBABILITY = 0.5
"""A guess with a lower probability is discarded."""
MIN_WORDS = 3
MIN_LETTERS = 8
"""Minimum left for the model after names and links are removed, unless one of the words is known."""
MAX_CHARS = 600
"""Characters examined per text; more do not change the answer."""
MODEL_BATCH_TEXTS = 128
"""Texts that go through the model together; limits its memory."""
ENGLISH_WORD, SHARED_WORD, OTHER_WORD = 2.5, 2.0, 3.5
"""Added to the log-probability of a language for each of its words. English words occur in texts of any language; less
is added to that of English for words that other languages have too."""
USUAL = 6.0
"""Added to that of the usual language, instead of the prior, for a text that is undecided without it."""
ROMANISED = -3.0
"""Minimum log-probability of a language in Latin letters that the model knows in its own script only."""
MIN_SURE_WORDS = 12
SURE = 0.98
"""Words and probability from which a text refutes the language that a site states."""

_SINGLE_SCRIPTS = {
    code: SCRIPTS[row.script]
    for code, row in LANGUAGES.items()
    if sum(other.script == row.script for other in LANGUAGES.values()) == 1
}
"""Scripts that identify one language. Japanese has kana and Han, Chinese only Han."""
_NOT_LANGUAGE = re.compile(
    r"https?://\S+|www\.\S+|[@#]\w*|(?<![^\W_\u3005-\u3007])\w*\d\w*|\b[^\W_a-z]*[a-z]+[A-Z]\w*"
    '|[\0-"$-&(-,./:-?\\[-`{-\x7f\u2010-\u2017\u201a-\u2bff\u3000-\u3020\ufe0f\U0001f000-\U0001faff]+'
)
"""Parts that belong to no language: links, handles, hashtags, anything with a digit, names like JetBlue and iPhone,
punctuation, emoji.

The lookbehind limits the search for a digit to the start of a word; searching from every letter took a third longer.
"""
_SCRIPT_PATTERNS = {code: re.compile(f"[{letters}]") for code, letters in _SINGLE_SCRIPTS.items()}
_SINGLE_LANGUAGE_LETTER = re.compile("[" + "".join(_SINGLE_SCRIPTS.values()) + "]")
_NON_ENGLISH_LETTER = re.compile("[\u00c0-\u1fff\u2c00-\ufdff\ufe70-\uffff\U00010000-\U0001efff]")
"""Letters that English does not use. Curly quotes and emoji are not among them."""
_CAPITALS, _SMALL_LETTERS = string.ascii_uppercase.encode(), string.ascii_lowercase.encode()
_MIN_SCRIPT_SHARE = 0.3
"""Share of the text in the script. It is low because many Japanese sentences contain a brand name in Latin letters."""
_MIN_KANA_SHARE = 0.1
"""Share of kana among kana and Han from which a text is Japanese: a Chinese sentence may quote a Japanese name."""

_ENGLISH_ONLY = (
    "about after again and anyone because been before being can't could couldn't didn't does doesn't doing don't every "
    "everyone from get getting gets going gonna got had hasn't have haven't how i'd i'll i'm i've isn't it's just keep "
    "know let's many never our people please really right said should since someone something than thank thanks that "
    "that's the their them then there there's these they they're thing think this those through today trying very want "
    "wasn't we're were what what's when where which while who why with won't would wouldn't yes you you're your"
)
"""Everyday words that exist only in English, or almost."""
_ENGLISH_ONLY_WORDS = frozenset(_ENGLISH_ONLY.split())
_WORDS_PER_ENGLISH_WORD = 9
"""A text is English if at least one in this many words exists only in English, and at least two of its words do."""

MIN_ENGLISH_WORDS, MAX_WORDS_PER_ENGLISH_WORD = 3, 3
"""English words that decide a text if they are a third of it and it has no word of another language."""


class LanguageDetector:
    """Detects languages. Loads its model (60 MB, 0.8 s) when it first needs it. Threads may share a detector."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: _Estimator | None = None

    def detect(self, texts: Sequence[str], usual: Sequence[str | None] = ()) -> list[str | None]:
        """Return the ISO 639-1 code of each text, None if the text is too short or too mixed to decide.

        ``usual``: for each text the language to assume if nothing in the text speaks against it; None for none.
        """
        codes: list[str | None] = []
        undecided: dict[int, list[str]] = {}
        for index, text in enumerate(texts):
            code = self._by_words_or_script(text[:MAX_CHARS])
            codes.append(code)
            if code is None:
                words = _language_words(text[:MAX_CHARS])
                codes[index] = self._mostly_english({word.lower() for word in words})
                if codes[index] is None and words:
                    undecided[index] = words
        indexes = list(undecided)
        for start in range(0, len(indexes), MODEL_BATCH_TEXTS):
            batch = indexes[start : start + MODEL_BATCH_TEXTS]
            guesses = self._estimator().guess([undecided[i] for i in batch], [usual[i] for i in batch] if usual else ())
            for index, guess in zip(batch, guesses, strict=True):
                codes[index] = guess
        return codes

    def refuted(self, texts: Sequence[str], stated: Sequence[str]) -> list[bool]:
        """Whether each text is surely in another language than the site states, and long enough to say so.

        On some sites the statement is only the default of the author's settings, or of the software.
        """
        found = [False] * len(texts)
        doubtful: dict[int, list[str]] = {}
        for index, (text, code) in enumerate(zip(texts, stated, strict=True)):
            row = LANGUAGES.get(code)
            if row is None or row.mixed or len(text) < 2 * MIN_SURE_WORDS:
                continue
            text = text[:MAX_CHARS]
            if code != "en" or self._by_words_or_script(text) != "en":
                words = _language_words(text)
                if len(words) >= MIN_SURE_WORDS:
                    doubtful[index] = words
        indexes = list(doubtful)
        for start in range(0, len(indexes), MODEL_BATCH_TEXTS):
            batch = indexes[start : start + MODEL_BATCH_TEXTS]
            sure = self._estimator().refuted([doubtful[i] for i in batch], [stated[i] for i in batch])
            for index, is_refuted in zip(batch, sure, strict=True):
                found[index] = is_refuted
        return found

    @cached_property
    def _english_words(self) -> frozenset[str]:
        return frozenset(word for word, codes in words_of_languages().items() if codes == ("en",))

    @cached_property
    def _other_words(self) -> frozenset[str]:
        return frozenset(word for word, codes in words_of_languages().items() if "en" not in codes)

    def _estimator(self) -> _Estimator:
        with self._lock:
            if self._loaded is None:
                self._loaded = _Estimator(self._load_model())
            return self._loaded

    def _load_model(self) -> LanguageModel:
        return LanguageModel()

    def _by_words_or_script(self, text: str) -> str | None:
        """The language, if common English words or the script alone decide it."""
        if text.isascii() or not _NON_ENGLISH_LETTER.search(text):
            return self._english_by_words(text.lower().split())
        letters = _SINGLE_LANGUAGE_LETTER.findall(text)
        return _by_script("".join(letters), _NOT_LANGUAGE.sub("", text)) if len(letters) > 1 else None

    def _english_by_words(self, words: Sequence[str]) -> str | None:
        """ "en" if enough of ``words`` (in lower case) exist only in English, and fewer only in other languages."""
        english = len(_ENGLISH_ONLY_WORDS.intersection(words))
        if english < min(2, len(words)) or not english or english * _WORDS_PER_ENGLISH_WORD < len(words):
            return None
        return "en" if english > len(self._other_words.intersection(words)) else None

    def _mostly_english(self, words: set[str]) -> str | None:
        """ "en" if so many of ``words`` are English, and none of another language, that the model is not needed."""
        english = len(words & self._english_words)
        return (
            "en"
            if english >= MIN_ENGLISH_WORDS
            and MAX_WORDS_PER_ENGLISH_WORD * english >= len(words)
            and not words & self._other_words
            else None
        )


class _Estimator:
    """Adds the evidence of words and priors to that of the model."""

    def __init__(self, model: LanguageModel) -> None:
        self._model, codes = model, model.codes
        self._columns = {code: [n for n, other in enumerate(codes) if other == code] for code in codes}
        self._prior = np.asarray([LANGUAGES[code].prior for code in codes], dtype=np.float32)
        self._romanised = [
            n for n, code in enumerate(codes) if LANGUAGES[code].mixed and LANGUAGES[code].script == "Devanagari"
        ]
        self._words = words_of_languages()

    def guess(self, texts: Sequence[Sequence[str]], usual: Sequence[str | None] = ()) -> list[str | None]:
        """The language of each text, given as its words; None below MIN_PROBABILITY."""
        scores, known = self._scores(texts)
        allowed = [bool(n) or _is_long_enough(words) for n, words in zip(known, texts, strict=True)]
        found = [code if ok else None for code, ok in zip(self._best(scores), allowed, strict=True)]
        if not any(usual):
            return found
        possible = [
            code if code and guess is None and code in self._columns and not self._speaks_against(words, code) else None
            for guess, code, words in zip(found, usual, texts, strict=True)
        ]
        for row, code in enumerate(possible):
            if code:
                scores[row] -= self._prior
                scores[row, self._columns[code]] += USUAL
        with_usual = self._best(scores)
        return [
            guess or (code if code == best else None)
            for guess, code, best in zip(found, possible, with_usual, strict=True)
        ]

    def _speaks_against(self, words: Sequence[str], code: str) -> bool:
        """Whether a word or the letters show that a text is not in the language ``code``."""
        text = " ".join(words)
        if (code == "en" and _NON_ENGLISH_LETTER.search(text)) or contradicts_script(code, text):
            return True
        return any(code not in self._words.get(word.lower(), (code,)) for word in words)

    def refuted(self, texts: Sequence[Sequence[str]], stated: Sequence[str]) -> list[bool]:
        """Whether each text is surely in another language than the stated one, by its words as well as by the model."""
        scores, _ = self._scores(texts)
        found = self._best(scores, SURE)
        refuted = []
        for words, code, best in zip(texts, stated, found, strict=True):
            votes = [self._words.get(word.lower(), ()) for word in words]
            lead = sum(best in codes for codes in votes) - sum(code in codes for codes in votes) if best else 0
            refuted.append(best not in (None, code) and lead >= MIN_SURE_WORDS // 3)
        return refuted

    def _scores(self, texts: Sequence[Sequence[str]]) -> tuple[Floats, list[int]]:
        """The log-probability of each language (columns) for each text, up to a constant, and its known words."""
        scores = self._model.log_probabilities([" ".join(words) for words in texts])
        scores[:, self._romanised] = np.maximum(scores[:, self._romanised], ROMANISED)
        scores += self._prior
        known, rows, columns, added = [], list[int](), list[int](), list[float]()
        for row, words in enumerate(texts):
            matches = [codes for word in {word.lower() for word in words} if (codes := self._words.get(word))]
            known.append(len(matches))
            for codes in matches:
                for code in codes:
                    weight = OTHER_WORD if code != "en" else ENGLISH_WORD if len(codes) == 1 else SHARED_WORD
                    rows += [row] * len(self._columns[code])
                    columns += self._columns[code]
                    added += [weight] * len(self._columns[code])
        np.add.at(scores, (rows, columns), np.asarray(added, dtype=np.float32))
        return scores, known

    def _best(self, scores: Floats, min_probability: float = MIN_PROBABILITY) -> list[str | None]:
        relative = np.exp(scores - scores.max(axis=1, keepdims=True))
        sure = min_probability * relative.sum(axis=1) <= 1
        best = scores.argmax(axis=1)
        return [self._model.codes[b] if s else None for b, s in zip(best.tolist(), sure.tolist(), strict=True)]


def _is_long_enough(words: Sequence[str]) -> bool:
    return len(words) >= MIN_WORDS and sum(map(len, words)) >= MIN_LETTERS


def _by_script(letters: str, text: str) -> str | None:
    """The language whose script has most of ``letters``, if these are at least _MIN_SCRIPT_SHARE of ``text``."""
    counts = {code: len(script.findall(letters)) for code, script in _SCRIPT_PATTERNS.items()}
    if counts["ja"] >= _MIN_KANA_SHARE * (counts["ja"] + counts["zh"]):
        counts["ja"] += counts["zh"]
    code = max(counts, key=counts.__getitem__)
    return code if counts[code] >= _MIN_SCRIPT_SHARE * len(text) else None


def _language_words(text: str) -> list[str]:
    """The words of ``text`` that belong to a language. Text mostly in capitals is lower-cased."""
    # In ASCII, nothing that is removed depends on what stands beyond a space.
    words = " ".join(map(_language_part, text.split())) if text.isascii() else _NOT_LANGUAGE.sub(" ", text)
    if _is_mostly_capitals(words):
        words = words.lower()
    return unicodedata.normalize("NFC", words.replace("\u2019", "'")).split()


@lru_cache(maxsize=20_000)
def _language_part(token: str) -> str:
    """What belongs to a language of a text without spaces. Kept, because most tokens occur often."""
    return _NOT_LANGUAGE.sub(" ", token)


def _is_mostly_capitals(text: str) -> bool:
    if not text.isascii():
        return sum(map(str.isupper, text)) > sum(map(str.islower, text))
    # Deleting bytes counts them twenty times as fast as a loop over the letters.
    letters = text.encode()
    return len(letters.translate(None, _CAPITALS)) < len(letters.translate(None, _SMALL_LETTERS))
