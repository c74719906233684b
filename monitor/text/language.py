"""Which language a text is in, or None: a wrong guess would be scored with the wrong words.

Three steps, each for what the one before it leaves open: two plain English words that no other language has, a script
that only one common language uses (kana, hangul, Greek ...), and py3langid's model, over a whole batch at once. Its
automaton looks at six bytes at most, so its state at every place of every text takes six steps over one array instead
of one step per byte: the same answers, four times as fast.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from py3langid.langid import MODEL_FILE, LanguageIdentifier

FLOOR = 0.5
"""A guess that the model is less sure of is no answer."""
FEWEST_WORDS = 3
FEWEST_LETTERS = 8
"""What must be left for the model once names and links are out; less tells nothing."""
LONGEST = 600
"""Characters that are looked at; more change no answer."""
CHUNK = 128
"""Texts that go through the model together: bounds its memory."""

_NAMES = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian",
    "bn": "Bengali", "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "eo": "Esperanto", "es": "Spanish", "et": "Estonian", "eu": "Basque",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "ga": "Irish", "gl": "Galician", "gu": "Gujarati",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian",
    "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh", "km": "Khmer",
    "kn": "Kannada", "ko": "Korean", "lo": "Lao", "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian",
    "ml": "Malayalam", "mr": "Marathi", "ms": "Malay", "my": "Burmese", "ne": "Nepali", "nl": "Dutch",
    "no": "Norwegian", "pa": "Punjabi", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "si": "Sinhala", "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian", "sr": "Serbian", "sv": "Swedish",
    "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tl": "Filipino", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
_SCRIPTS = {
    "ja": "\u3041-\u30ff", "ko": "\u1100-\u11ff\uac00-\ud7a3", "zh": "\u3400-\u4dbf\u4e00-\u9fff",
    "el": "\u0370-\u03ff\u1f00-\u1fff", "he": "\u0590-\u05ff", "th": "\u0e00-\u0e7f", "hy": "\u0530-\u058f",
    "ka": "\u10a0-\u10ff", "ta": "\u0b80-\u0bff", "te": "\u0c00-\u0c7f", "kn": "\u0c80-\u0cff", "ml": "\u0d00-\u0d7f",
    "gu": "\u0a80-\u0aff", "pa": "\u0a00-\u0a7f", "si": "\u0d80-\u0dff", "km": "\u1780-\u17ff", "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f", "am": "\u1200-\u137f",
}  # fmt: skip
"""Scripts that stand for one language. Han comes after kana: a Japanese sentence has both, a Chinese one only Han."""
_OTHER_CODES = {
    "ara": "ar", "bul": "bg", "ces": "cs", "chi": "zh", "cmn": "zh", "cze": "cs", "dan": "da", "deu": "de", "dut": "nl",
    "ell": "el", "eng": "en", "est": "et", "fas": "fa", "fil": "tl", "fin": "fi", "fra": "fr", "fre": "fr", "ger": "de",
    "gre": "el", "heb": "he", "hin": "hi", "hrv": "hr", "hun": "hu", "in": "id", "ind": "id", "ita": "it", "iw": "he",
    "jpn": "ja", "kor": "ko", "lav": "lv", "lit": "lt", "may": "ms", "msa": "ms", "nb": "no", "nld": "nl", "nn": "no",
    "nob": "no", "nor": "no", "per": "fa", "pol": "pl", "por": "pt", "ron": "ro", "rum": "ro", "rus": "ru", "slk": "sk",
    "slo": "sk", "slv": "sl", "spa": "es", "srp": "sr", "swe": "sv", "tgl": "tl", "tha": "th", "tur": "tr", "ukr": "uk",
    "urd": "ur", "vie": "vi", "yue": "zh", "zho": "zh",
}  # fmt: skip
"""ISO 639-2 and 639-3 codes, retired ones, and those that we do not tell from a larger one."""
_GUESSED = (
    "ar az be bg bn ca cs cy da de en es et eu fa fi fr ga gl hi hr hu id is it kk lt lv mk mr ms ne nl no pl pt ro ru "
    "sk sl sq sr sv sw tl tr uk ur uz vi"
)
"""What the model may answer: languages in which brands are talked about. Fewer rare ones, fewer wrong guesses."""

_NOISE = re.compile(
    r"https?://\S+|www\.\S+|[@#]\w*|(?<![^\W_\u3005-\u3007])\w*\d\w*|\b[^\W_a-z]*[a-z]+[A-Z]\w*"
    '|[\0-"$-&(-,./:-?\\[-`{-\x7f\u2010-\u2017\u201a-\u2bff\u3000-\u3020\ufe0f\U0001f000-\U0001faff]+'
)
"""What no language owns: links, handles, tags, anything with a digit, names like JetBlue and iPhone, signs, emoji.

The look behind keeps the search for a digit to the beginnings of words: from every letter of them it took a third more.
"""
_SCRIPT = {code: re.compile(f"[{letters}]") for code, letters in _SCRIPTS.items()}
_ONE_LANGUAGE = re.compile("[" + "".join(_SCRIPTS.values()) + "]")
_BEYOND_ENGLISH = re.compile("[\u00c0-\u1fff\u2c00-\ufdff\ufe70-\uffff\U00010000-\U0001efff]")
"""Letters that English does without; curly quotes and emoji are not among them."""
_SCRIPT_SHARE = 0.3
"""Of a text's letters: a brand's name in Latin letters stands in many a Japanese sentence."""
_KANA_SHARE = 0.1
"""Of kana and Han together: a Chinese sentence may quote a Japanese name."""

_PLAIN_ENGLISH = (
    "about after again and anyone because been before being can't could couldn't didn't does doesn't doing don't every "
    "everyone from get getting gets going gonna got had hasn't have haven't how i'd i'll i'm i've isn't it's just keep "
    "know let's many never our people please really right said should since someone something than thank thanks that "
    "that's the their them then there there's these they they're thing think this those through today trying very want "
    "wasn't we're were what what's when where which while who why with won't would wouldn't yes you you're your"
)
"""Everyday words that are English and nothing else, or hardly."""
_ENGLISH = frozenset(_PLAIN_ENGLISH.split())
_ENGLISH_SHARE = 9
"""One word in so many must be among them; two at least, but in a text of one or two words."""

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


def normal(code: str | None) -> str | None:
    """The ISO 639-1 code in lower case that ``code`` means ("en-GB", "eng", "EN_us" -> "en"), else None."""
    if code is None or code in _NAMES:
        return code
    first = re.split(r"[-_\s]", code.strip().lower()[:40], maxsplit=1)[0]
    first = _OTHER_CODES.get(first, first)
    return first if len(first) == 2 and first.isascii() and first.isalpha() else None


def name(code: str) -> str:
    """The English name of a language ("de" -> "German"); the code itself where it is a rare one."""
    return _NAMES.get(code, code)


class Detector:
    """Tells languages. The model, 60 MB, is loaded when it is first needed (0.8 s); safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: _Model | None = None

    def detect(self, texts: Sequence[str]) -> list[str | None]:
        """The language of each text, an ISO 639-1 code; None where it is too short or too mixed to tell."""
        texts = [text[:LONGEST] for text in texts]
        found = [_at_a_glance(text) for text in texts]
        unknown: dict[int, str] = {}
        for place, language in enumerate(found):
            if language is None:
                words = _bare(texts[place])
                found[place] = _plain_english([word.lower() for word in words])
                if found[place] is None and len(words) >= FEWEST_WORDS and sum(map(len, words)) >= FEWEST_LETTERS:
                    unknown[place] = " ".join(words)
        places = list(unknown)
        for start in range(0, len(places), CHUNK):
            chunk = places[start : start + CHUNK]
            for place, guess in zip(chunk, self._loaded().guess([unknown[place] for place in chunk]), strict=True):
                found[place] = guess
        return found

    def _loaded(self) -> _Model:
        with self._lock:
            if self._model is None:
                self._model = _Model(LanguageIdentifier.from_model_file(MODEL_FILE))
            return self._model


class _Model:
    """py3langid's automaton and its table of likelihoods, for the languages that we guess."""

    def __init__(self, loaded: LanguageIdentifier) -> None:
        guessed = _GUESSED.split()
        kept = [i for i, code in enumerate(loaded.nb_classes) if code in guessed]
        self._codes = [loaded.nb_classes[i] for i in kept]
        self._likelihood = np.ascontiguousarray(loaded.nb_ptc[:, kept], dtype=np.float32)
        self._prior = np.asarray(loaded.nb_pc[kept], dtype=np.float32)
        self._next = np.frombuffer(loaded.tk_nextmove, dtype=np.uint32).view(np.int32)
        self._row = np.asarray(loaded.tk_row, dtype=np.int32) << 8
        self._feature = np.asarray(loaded.tk_output, dtype=np.int32)
        pairs = np.arange(1 << 16, dtype=np.int32)
        self._after_pair = self._step(self._step(np.zeros_like(pairs), pairs >> 8), pairs & 255)

    def guess(self, texts: Sequence[str]) -> list[str | None]:
        """The likeliest language of each text, None under the FLOOR. No text may hold U+0000."""
        encoded = b"\0" * 6 + "\0".join(texts).encode("utf-8", "surrogatepass")
        letters = np.frombuffer(encoded, dtype=np.uint8)
        text_of = np.cumsum(letters[6:] == 0)
        scores = self._scores(self._features(letters), text_of, len(texts))
        lengths = np.bincount(text_of, minlength=len(texts)) - 1
        # py3langid's own softening: the root of the length keeps probabilities honest for short and long texts.
        scores /= np.sqrt(np.maximum(lengths, 1))[:, None]
        np.exp(scores - scores.max(axis=1, keepdims=True), out=scores)
        best = scores.argmax(axis=1)
        sure = scores.max(axis=1) >= FLOOR * scores.sum(axis=1)
        return [self._codes[b] if s else None for b, s in zip(best.tolist(), sure.tolist(), strict=True)]

    def _features(self, letters: Bytes) -> Ints:
        """The feature that ends at each place from the seventh on, -1 where none does."""
        n = len(letters) - 6
        state = self._after_pair[(letters[1 : n + 1].astype(np.int32) << 8) | letters[2 : n + 2]]
        for place in range(3, 7):
            state = self._step(state, letters[place : n + place])
        features: Ints = self._feature[state]
        return features

    def _step(self, state: Ints, letters: Bytes | Ints) -> Ints:
        """The automaton's states after one more byte each."""
        after: Ints = self._next[self._row[state] + letters]
        return after

    def _scores(self, features: Ints, text_of: npt.NDArray[np.int64], texts: int) -> Floats:
        """Log-likelihood of each language (columns) for each text (rows)."""
        places = np.flatnonzero(features >= 0)
        pairs, counts = np.unique((text_of[places] << 20) | features[places], return_counts=True)
        text, feature = pairs >> 20, pairs & 0xFFFFF
        weighed = self._likelihood[feature] * np.log1p(counts).astype(np.float32)[:, None]
        scores = np.zeros((texts, len(self._prior)), dtype=np.float32)
        if len(pairs):
            starts = np.flatnonzero(np.diff(text, prepend=-1))
            scores[text[starts]] = np.add.reduceat(weighed, starts, axis=0) + self._prior
        return scores


def _at_a_glance(text: str) -> str | None:
    """The language that everyday words or the script give away by themselves."""
    if text.isascii() or not _BEYOND_ENGLISH.search(text):
        return _plain_english(text.lower().split())
    found = _ONE_LANGUAGE.findall(text)
    return _by_script("".join(found), _NOISE.sub("", text)) if len(found) > 1 else None


def _by_script(telling: str, text: str) -> str | None:
    """The language whose script has most of the ``telling`` letters, if they are a fair share of ``text``."""
    counts = {code: len(script.findall(telling)) for code, script in _SCRIPT.items()}
    if counts["ja"] >= _KANA_SHARE * (counts["ja"] + counts["zh"]):
        counts["ja"] += counts["zh"]
    code = max(counts, key=counts.__getitem__)
    return code if counts[code] >= _SCRIPT_SHARE * len(text) else None


def _plain_english(words: Sequence[str]) -> str | None:
    """ "en" where enough of the words, which are in lower case, are plain English."""
    telling = len(_ENGLISH.intersection(words))
    return "en" if telling >= min(2, len(words)) > 0 and telling * _ENGLISH_SHARE >= len(words) else None


def _bare(text: str) -> list[str]:
    """The words of ``text`` that a language owns, shouting read as speech."""
    bare = _NOISE.sub(" ", text)
    return unicodedata.normalize("NFC", bare.lower() if bare.isupper() else bare).split()
