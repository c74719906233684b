"""Texts as counts see them: the phrases of each by number, whose voice it is, which named topics it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from monitor.analysis.topics.reading import Gram, grams, segments
from monitor.errors import QueryError
from monitor.model import Text, Topic
from monitor.query import Document, Query, parse

Keys = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Heard(NamedTuple):
    """What one text says."""

    keys: Keys
    """Hashes of its phrases, each once."""
    named: int
    """A bit for each named topic that it is about."""
    words: int
    """Hash of what it was read from: an edited mention is read again."""


class Ear:
    """Reads texts and remembers those it was last given, for most of them come again a minute later."""

    def __init__(self, blocked: Collection[str], named: Sequence[Topic]) -> None:
        self._blocked = frozenset(blocked)
        self._rules = [(bit, query) for bit, topic in enumerate(named) if (query := _parsed(topic)) is not None]
        self._known: dict[str, dict[int, Heard]] = {}

    def hear(self, texts: Iterable[Text], kept_as: str = "") -> list[Heard]:
        """What each of the texts says. Those kept under a name are what the last call with that name was given."""
        heard: dict[int, Heard] = {}
        found = []
        for text in texts:
            known = next((some[text.mention] for some in self._known.values() if text.mention in some), None)
            if known is None or known.words != hash((text.title, text.text, text.lang)):
                known = self._read(text)
            heard[text.mention] = known
            found.append(known)
        if kept_as:
            self._known[kept_as] = heard
        return found

    def phrases(self, text: Text) -> list[Gram]:
        """Every phrase of a text at its place."""
        found = (gram for words in segments(text, self._blocked) for gram in grams(words))
        return [gram for gram in found if len(gram.words) == 1 or gram.key.replace(" ", "") not in self._blocked]

    def _read(self, text: Text) -> Heard:
        keys = {hash(gram.key) for gram in self.phrases(text)}
        array = np.fromiter(keys, dtype=np.int64, count=len(keys))
        return Heard(array, self._named(text), hash((text.title, text.text, text.lang)))

    def _named(self, text: Text) -> int:
        if not self._rules:
            return 0
        head = len(text.title) + 2 if text.title else 0
        document = Document(text.body, text.author, text.site, text.lang, text.source, head)
        return sum(1 << bit for bit, query in self._rules if query.matches(document))


@dataclass(frozen=True)
class Said:
    """All phrases of some texts: ``keys`` in order, beside each the place of its text and the number of its voice."""

    keys: Keys
    places: Ints
    voices: Ints
    texts: int
    speakers: int
    """How many voices there are."""

    @classmethod
    def of(cls, heard: Sequence[Heard], voices: Sequence[int]) -> Said:
        """``voices``: the number of each text's voice."""
        lengths = [len(one.keys) for one in heard]
        keys = np.concatenate([one.keys for one in heard]) if heard else np.zeros(0, dtype=np.int64)
        order = np.argsort(keys, kind="stable")
        places = np.repeat(np.arange(len(heard)), lengths)[order]
        numbers = np.asarray(voices, dtype=np.int64)
        return cls(keys[order], places, numbers[places], len(heard), len(set(voices)))

    def where(self, key: int) -> Ints:
        """The places of the texts that say ``key``."""
        start, end = (int(np.searchsorted(self.keys, key, side)) for side in ("left", "right"))
        return self.places[start:end]

    def counts(self) -> tuple[Keys, Ints, Ints]:
        """Each key once, how many texts say it, how many voices."""
        if not len(self.keys):
            return self.keys, self.places, self.places
        starts = np.flatnonzero(np.diff(self.keys, prepend=self.keys[0] - 1))
        texts = np.diff(starts, append=len(self.keys))
        group = np.repeat(np.arange(len(starts)), texts)
        once = np.unique(group * (self.voices.max() + 1) + self.voices)
        return self.keys[starts], texts, np.bincount(once // (self.voices.max() + 1), minlength=len(starts))


def voices(texts: Sequence[Text], by_day: bool = False) -> list[int]:
    """The number of each text's voice: of its author, or of who told its story first; of its own without an author.

    ``by_day``: who speaks on two days has two voices.
    """
    first: dict[int, Text] = {}
    for text in texts:
        if text.story is not None and text.published_at < first.setdefault(text.story, text).published_at:
            first[text.story] = text
    numbers: dict[object, int] = {}
    return [numbers.setdefault(_voice(_teller(text, first), by_day), len(numbers)) for text in texts]


def _teller(text: Text, first: dict[int, Text]) -> Text:
    return text if text.story is None else first[text.story]


def _voice(text: Text, by_day: bool) -> object:
    who: object = text.author.casefold() or text.post
    return (who, text.published_at.date()) if by_day else who


def _parsed(topic: Topic) -> Query | None:
    """The config was checked when it was read; a rule that a newer version refuses finds nothing."""
    try:
        return parse(topic.rule)
    except QueryError:
        return None
