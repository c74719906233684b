"""An index of the phrases in some texts: which texts contain a phrase, and how many voices use it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from monitor.analysis.topics.phrases import Phrase, phrase_key, phrases_in, tokenize
from monitor.errors import QueryError
from monitor.model import Text, Topic
from monitor.query import Document, Query, parse

Hashes = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class TextPhrases(NamedTuple):
    """The phrases and configured topics of one text."""

    hashes: Hashes
    """Hashes of its phrases, each once."""
    topic_bits: int
    """A bit for each configured topic it is about."""
    digest: int
    """Hash of the text: if it differs, the mention was edited and its phrases are extracted again."""


class PhraseExtractor:
    """Extracts the phrases of texts. Caches the last results, because most texts are requested again a minute later."""

    def __init__(self, blocked: Collection[str], configured: Sequence[Topic]) -> None:
        """``blocked``: words and stems that are never part of a phrase."""
        self._blocked = frozenset(blocked)
        self._rules = [(bit, query) for bit, topic in enumerate(configured) if (query := _parsed(topic)) is not None]
        self._caches: dict[str, dict[int, TextPhrases]] = {}

    def extract(self, texts: Iterable[Text], cache: str = "") -> list[TextPhrases]:
        """The phrases of each text. ``cache``: replace the cache of that name with the result."""
        by_mention: dict[int, TextPhrases] = {}
        result = []
        for text in texts:
            known = next((cached[text.mention] for cached in self._caches.values() if text.mention in cached), None)
            if known is None or known.digest != _digest(text):
                known = self._extract(text)
            by_mention[text.mention] = known
            result.append(known)
        if cache:
            self._caches[cache] = by_mention
        return result

    def phrases(self, text: Text) -> list[Phrase]:
        """Every occurrence of a phrase in a text."""
        found = (phrase for tokens in tokenize(text, self._blocked) for phrase in phrases_in(tokens))
        return [
            phrase for phrase in found if len(phrase.tokens) == 1 or phrase.key.replace(" ", "") not in self._blocked
        ]

    def key(self, title: str) -> str:
        """The key of the phrase that has this title, which may begin with the name of the brand."""
        return " ".join(word for word in phrase_key(title).split() if word not in self._blocked)

    def _extract(self, text: Text) -> TextPhrases:
        hashes = {hash(phrase.key) for phrase in self.phrases(text)}
        return TextPhrases(np.fromiter(hashes, np.int64, len(hashes)), self._topic_bits(text), _digest(text))

    def _topic_bits(self, text: Text) -> int:
        if not self._rules:
            return 0
        title_length = len(text.title) + 2 if text.title else 0
        document = Document(text.body, text.author, text.site, text.lang, text.source, title_length)
        return sum(1 << bit for bit, query in self._rules if query.matches(document))


@dataclass(frozen=True)
class PhraseIndex:
    """All phrases of some texts. ``hashes`` is sorted; ``texts`` and ``voices`` are parallel to it."""

    hashes: Hashes
    texts: Ints
    """The number of the text that contains the phrase."""
    voices: Ints
    text_count: int
    voice_count: int

    @classmethod
    def of(cls, texts: Sequence[TextPhrases], voices: Sequence[int]) -> PhraseIndex:
        """``voices``: the voice of each text."""
        lengths = [len(text.hashes) for text in texts]
        hashes = np.concatenate([text.hashes for text in texts]) if texts else np.zeros(0, dtype=np.int64)
        order = np.argsort(hashes, kind="stable")
        numbers = np.repeat(np.arange(len(texts)), lengths)[order]
        return cls(hashes[order], numbers, np.asarray(voices, np.int64)[numbers], len(texts), len(set(voices)))

    def texts_with(self, phrase_hash: int) -> Ints:
        """The numbers of the texts that contain the phrase with this hash."""
        start, end = (int(np.searchsorted(self.hashes, phrase_hash, side)) for side in ("left", "right"))
        return self.texts[start:end]

    def counts(self) -> tuple[Hashes, Ints, Ints]:
        """Each phrase once, the number of texts that contain it, and the number of voices that use it."""
        if not len(self.hashes):
            return self.hashes, self.texts, self.texts
        starts = np.flatnonzero(np.diff(self.hashes, prepend=self.hashes[0] - 1))
        texts = np.diff(starts, append=len(self.hashes))
        group = np.repeat(np.arange(len(starts)), texts)
        width = self.voices.max() + 1
        pairs = np.unique(group * width + self.voices)
        return self.hashes[starts], texts, np.bincount(pairs // width, minlength=len(starts))


def voices(texts: Sequence[Text], by_day: bool = False) -> list[int]:
    """The voice of each text, as a number: its author, or the author of the first post of its story.

    A post without an author counts as a separate voice. ``by_day``: an author counts as a new voice each day.
    """
    first: dict[int, Text] = {}
    for text in texts:
        if text.story is not None and text.published_at < first.setdefault(text.story, text).published_at:
            first[text.story] = text
    numbers: dict[object, int] = {}
    origins = (text if text.story is None else first[text.story] for text in texts)
    return [numbers.setdefault(_voice(origin, by_day), len(numbers)) for origin in origins]


def _voice(text: Text, by_day: bool) -> object:
    author: object = text.author.casefold() or text.post
    return (author, text.published_at.date()) if by_day else author


def _digest(text: Text) -> int:
    return hash((text.title, text.text, text.lang))


def _parsed(topic: Topic) -> Query | None:
    """None for a rule that this version rejects; the config was checked when it was loaded."""
    try:
        return parse(topic.rule)
    except QueryError:
        return None
