"""Detect the language of texts. An uncertain text gets None: a wrong guess would be scored with the wrong words.

Three steps, each for the texts that the previous one could not decide: two common words that only English has; a script
that only one common language uses (kana, hangul, Greek ...); and py3langid's model, run on a whole batch at once. The
model's automaton looks at six bytes at most, so six array operations compute its state at every position of every
text, instead of one step per byte: the same answers, four times as fast.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from py3langid.langid import MODEL_FILE, LanguageIdentifier

MIN_CONFIDENCE = 0.5
"""A guess of the model with a lower probability is discarded."""
MIN_WORDS = 3
MIN_LETTERS = 8
"""Minimum left for the model after names and links are removed; less is not enough to decide."""
MAX_CHARS = 600
"""Characters examined per text; more do not change the answer."""
MODEL_BATCH_TEXTS = 128
"""Texts that go through the model together; limits its memory."""

_SCRIPT_RANGES = {
    "ja": "\u3041-\u30ff", "ko": "\u1100-\u11ff\uac00-\ud7a3", "zh": "\u3400-\u4dbf\u4e00-\u9fff",
    "el": "\u0370-\u03ff\u1f00-\u1fff", "he": "\u0590-\u05ff", "th": "\u0e00-\u0e7f", "hy": "\u0530-\u058f",
    "ka": "\u10a0-\u10ff", "ta": "\u0b80-\u0bff", "te": "\u0c00-\u0c7f", "kn": "\u0c80-\u0cff", "ml": "\u0d00-\u0d7f",
    "gu": "\u0a80-\u0aff", "pa": "\u0a00-\u0a7f", "si": "\u0d80-\u0dff", "km": "\u1780-\u17ff", "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f", "am": "\u1200-\u137f",
}  # fmt: skip
"""Scripts that identify one language. Japanese comes before Chinese: a Japanese sentence has kana and Han, a Chinese
one only Han."""
_MODEL_LANGUAGES = (
    "ar az be bg bn ca cs cy da de en es et eu fa fi fr ga gl hi hr hu id is it kk lt lv mk mr ms ne nl no pl pt ro ru "
    "sk sl sq sr sv sw tl tr uk ur uz vi"
)
"""Languages that the model may return: those in which people discuss brands. Rare ones would cause wrong guesses."""

_NOT_LANGUAGE = re.compile(
    r"https?://\S+|www\.\S+|[@#]\w*|(?<![^\W_\u3005-\u3007])\w*\d\w*|\b[^\W_a-z]*[a-z]+[A-Z]\w*"
    '|[\0-"$-&(-,./:-?\\[-`{-\x7f\u2010-\u2017\u201a-\u2bff\u3000-\u3020\ufe0f\U0001f000-\U0001faff]+'
)
"""Parts that belong to no language: links, handles, hashtags, anything with a digit, names like JetBlue and iPhone,
punctuation, emoji.

The lookbehind limits the search for a digit to the start of a word; searching from every letter took a third longer.
"""
_SCRIPT_PATTERNS = {code: re.compile(f"[{letters}]") for code, letters in _SCRIPT_RANGES.items()}
_SINGLE_LANGUAGE_LETTER = re.compile("[" + "".join(_SCRIPT_RANGES.values()) + "]")
_NON_ENGLISH_LETTER = re.compile("[\u00c0-\u1fff\u2c00-\ufdff\ufe70-\uffff\U00010000-\U0001efff]")
"""Letters that English does not use. Curly quotes and emoji are not among them."""
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

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


class LanguageDetector:
    """Detects languages. Loads its model (60 MB, 0.8 s) when it first needs it. Threads may share a detector."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: _Model | None = None

    def detect(self, texts: Sequence[str]) -> list[str | None]:
        """Return the ISO 639-1 code of each text, None if the text is too short or too mixed to decide."""
        texts = [text[:MAX_CHARS] for text in texts]
        codes = [_by_words_or_script(text) for text in texts]
        undecided: dict[int, str] = {}
        for index, code in enumerate(codes):
            if code is None:
                words = _language_words(texts[index])
                codes[index] = _english_by_words([word.lower() for word in words])
                if codes[index] is None and len(words) >= MIN_WORDS and sum(map(len, words)) >= MIN_LETTERS:
                    undecided[index] = " ".join(words)
        indexes = list(undecided)
        for start in range(0, len(indexes), MODEL_BATCH_TEXTS):
            batch = indexes[start : start + MODEL_BATCH_TEXTS]
            for index, guess in zip(batch, self._load_model().guess([undecided[i] for i in batch]), strict=True):
                codes[index] = guess
        return codes

    def _load_model(self) -> _Model:
        with self._lock:
            if self._model is None:
                self._model = _Model(LanguageIdentifier.from_model_file(MODEL_FILE))
            return self._model


class _Model:
    """py3langid's automaton and naive Bayes tables, reduced to ``_MODEL_LANGUAGES``."""

    def __init__(self, identifier: LanguageIdentifier) -> None:
        languages = _MODEL_LANGUAGES.split()
        kept = [i for i, code in enumerate(identifier.nb_classes) if code in languages]
        self._codes = [identifier.nb_classes[i] for i in kept]
        self._likelihood = np.ascontiguousarray(identifier.nb_ptc[:, kept], dtype=np.float32)
        self._prior = np.asarray(identifier.nb_pc[kept], dtype=np.float32)
        self._next_state = np.frombuffer(identifier.tk_nextmove, dtype=np.uint32).view(np.int32)
        self._row = np.asarray(identifier.tk_row, dtype=np.int32) << 8
        self._feature = np.asarray(identifier.tk_output, dtype=np.int32)
        byte_pairs = np.arange(1 << 16, dtype=np.int32)
        self._state_after_pair = self._step(self._step(np.zeros_like(byte_pairs), byte_pairs >> 8), byte_pairs & 255)

    def guess(self, texts: Sequence[str]) -> list[str | None]:
        """Return the likeliest language of each text, None below MIN_CONFIDENCE. No text may contain U+0000."""
        encoded = b"\0" * 6 + "\0".join(texts).encode("utf-8", "surrogatepass")
        text_bytes = np.frombuffer(encoded, dtype=np.uint8)
        text_of = np.cumsum(text_bytes[6:] == 0)
        scores = self._scores(self._features(text_bytes), text_of, len(texts))
        lengths = np.bincount(text_of, minlength=len(texts)) - 1
        # As py3langid does: dividing by the root of the length keeps probabilities comparable between lengths.
        scores /= np.sqrt(np.maximum(lengths, 1))[:, None]
        np.exp(scores - scores.max(axis=1, keepdims=True), out=scores)
        best = scores.argmax(axis=1)
        sure = scores.max(axis=1) >= MIN_CONFIDENCE * scores.sum(axis=1)
        return [self._codes[b] if s else None for b, s in zip(best.tolist(), sure.tolist(), strict=True)]

    def _features(self, text_bytes: Bytes) -> Ints:
        """The feature that ends at each byte from the seventh on, -1 for none."""
        n = len(text_bytes) - 6
        state = self._state_after_pair[(text_bytes[1 : n + 1].astype(np.int32) << 8) | text_bytes[2 : n + 2]]
        for offset in range(3, 7):
            state = self._step(state, text_bytes[offset : n + offset])
        features: Ints = self._feature[state]
        return features

    def _step(self, state: Ints, next_bytes: Bytes | Ints) -> Ints:
        """The automaton's states after one more byte each."""
        next_state: Ints = self._next_state[self._row[state] + next_bytes]
        return next_state

    def _scores(self, features: Ints, text_of: npt.NDArray[np.int64], texts: int) -> Floats:
        """Log-likelihood of each language (columns) for each text (rows)."""
        positions = np.flatnonzero(features >= 0)
        pairs, counts = np.unique((text_of[positions] << 20) | features[positions], return_counts=True)
        text, feature = pairs >> 20, pairs & 0xFFFFF
        weighted = self._likelihood[feature] * np.log1p(counts).astype(np.float32)[:, None]
        scores = np.zeros((texts, len(self._prior)), dtype=np.float32)
        if len(pairs):
            starts = np.flatnonzero(np.diff(text, prepend=-1))
            scores[text[starts]] = np.add.reduceat(weighted, starts, axis=0) + self._prior
        return scores


def _by_words_or_script(text: str) -> str | None:
    """The language, if common English words or the script alone decide it."""
    if text.isascii() or not _NON_ENGLISH_LETTER.search(text):
        return _english_by_words(text.lower().split())
    letters = _SINGLE_LANGUAGE_LETTER.findall(text)
    return _by_script("".join(letters), _NOT_LANGUAGE.sub("", text)) if len(letters) > 1 else None


def _by_script(letters: str, text: str) -> str | None:
    """The language whose script has most of ``letters``, if these are at least _MIN_SCRIPT_SHARE of ``text``."""
    counts = {code: len(script.findall(letters)) for code, script in _SCRIPT_PATTERNS.items()}
    if counts["ja"] >= _MIN_KANA_SHARE * (counts["ja"] + counts["zh"]):
        counts["ja"] += counts["zh"]
    code = max(counts, key=counts.__getitem__)
    return code if counts[code] >= _MIN_SCRIPT_SHARE * len(text) else None


def _english_by_words(words: Sequence[str]) -> str | None:
    """ "en" if enough of ``words`` (in lower case) exist only in English."""
    english = len(_ENGLISH_ONLY_WORDS.intersection(words))
    return "en" if english >= min(2, len(words)) > 0 and english * _WORDS_PER_ENGLISH_WORD >= len(words) else None


def _language_words(text: str) -> list[str]:
    """The words of ``text`` that belong to a language. Text all in capitals is lower-cased."""
    words = _NOT_LANGUAGE.sub(" ", text)
    return unicodedata.normalize("NFC", words.lower() if words.isupper() else words).split()
