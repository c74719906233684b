"""Texts with a label towards a brand: the airline tweets, SemEval's tweets, our own sentences, or any file."""

from __future__ import annotations

import csv
import json
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench._tweets import SHARED_DATA, airline_tweets

CLASSES = ("negative", "neutral", "positive")
COLUMNS = {
    "text": ("text", "body", "sentence", "content"),
    "brand": ("brand", "airline", "target", "entity"),
    "label": ("label", "airline_sentiment", "sentiment", "polarity"),
    "aliases": ("aliases",),
}
AIRLINE_ALIASES = {
    "United": ("@united",),
    "Southwest": ("@southwestair", "Southwest Airlines"),
    # The data set labels tweets that address @JetBlue as Delta's.
    "Delta": ("@delta", "@jetblue", "JetBlue"),
    "US Airways": ("@usairways",),
    "American": ("@americanair", "American Airlines"),
    "Virgin America": ("@virginamerica",),
}
"""Aliases for the airline tweets, which have no such column."""
SEMEVAL = SHARED_DATA / "umsab"
"""English tweets of SemEval-2017 task 4 (CC BY 3.0), labelled as a whole."""
SENTENCES = Path(__file__).resolve().parents[1] / "tests" / "data" / "sentiment.txt"
"""Made-up sentences about made-up brands, by kind of rule."""
CHOOSING_SENTENCES = SENTENCES.with_name("sentiment_choosing.txt")
"""More of them, all of which chose the rules."""
CAUSE_SENTENCES = SENTENCES.with_name("sentiment_causes.txt")
"""More of them, written without the lexicon in view; half of them chose rules."""
SENTENCE_BRANDS = ("Acme", "Globex", "Initech", "Hooli", "Vandelay", "Bluth", "Oceanic")
_SIGNS = {"-": "negative", "0": "neutral", "+": "positive"}


class LabelledText(NamedTuple):
    """A text with its label towards a brand, one of CLASSES."""

    text: str
    brand: str
    aliases: tuple[str, ...]
    label: str
    kind: str = ""
    """The kind of rule that the text is about, for our own sentences."""
    chose_rules: bool = False
    """Whether rules were chosen on it whatever its checksum."""

    @property
    def half(self) -> int:
        """0 for the half that rules are chosen on, 1 for the half that measures them."""
        return 0 if self.chose_rules else zlib.crc32(self.text.encode()) % 2


def load(path: Path | None, columns: Mapping[str, str]) -> list[LabelledText]:
    """The labelled rows of ``path``, or the airline tweets. Rows with an unknown label are left out."""
    rows = list(_read_rows(path)) if path else airline_tweets()
    names = {field: columns.get(field) or _guess_column(field, rows[0]) for field in COLUMNS} if rows else {}
    texts = []
    for row in rows:
        label = _label(row.get(names["label"]))
        if label:
            brand = str(row[names["brand"]])
            aliases = row.get(names["aliases"]) or AIRLINE_ALIASES.get(brand, ())
            aliases = tuple(aliases.split("|")) if isinstance(aliases, str) else tuple(aliases)
            texts.append(LabelledText(str(row[names["text"]]), brand, aliases, label))
    return texts


def load_semeval(folder: Path = SEMEVAL) -> list[LabelledText]:
    """Tweets that name no brand: everything in them counts. Empty if the folder is missing."""
    texts = []
    for part in ("train", "val") if folder.is_dir() else ():
        lines = (folder / f"english_{part}_text.txt").read_text(encoding="utf-8").split("\n")
        labels = (folder / f"english_{part}_labels.txt").read_text(encoding="utf-8").split()
        for text, label in zip(lines, labels, strict=False):
            plain = text.replace("\\u2019", "'").replace("\\u002c", ",").replace('\\""', '"').replace('""', '"')
            texts.append(LabelledText(plain, "Zzyx", (), CLASSES[int(label)]))
    return texts


def load_sentences() -> list[LabelledText]:
    """Our own sentences."""
    return [*_read_sentences(SENTENCES, chose_rules=False), *_read_sentences(CHOOSING_SENTENCES, chose_rules=True)]


def load_cause_sentences() -> list[LabelledText]:
    """Our own sentences by cause of wrong signs."""
    return list(_read_sentences(CAUSE_SENTENCES, chose_rules=False))


def _read_sentences(path: Path, *, chose_rules: bool) -> Iterator[LabelledText]:
    """A line is a sign, a brand and a sentence; "[kind]" begins the sentences of a kind."""
    kind = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            sign, brand, sentence = line.split(" ", 2)
            yield LabelledText(sentence, brand, (f"@{brand.lower()}",), _SIGNS[sign], kind, chose_rules)


def order_pairs(texts: Sequence[LabelledText]) -> list[tuple[LabelledText, LabelledText]]:
    """The pairs of rows with the same text whose brands are labelled differently, the more favourable one first."""
    by_text: dict[str, list[LabelledText]] = {}
    for one in texts:
        by_text.setdefault(one.text, []).append(one)
    pairs = []
    for rows in by_text.values():
        for n, first in enumerate(rows):
            for second in rows[n + 1 :]:
                if first.label != second.label and first.brand != second.brand:
                    ranked = sorted((first, second), key=lambda row: -CLASSES.index(row.label))
                    pairs.append((ranked[0], ranked[1]))
    return pairs


def _read_rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(newline="", encoding="utf-8") as file:
        if path.suffix.lower() == ".csv":
            yield from csv.DictReader(file)
        else:
            yield from (json.loads(line) for line in file if line.strip())


def _guess_column(field: str, row: Mapping[str, Any]) -> str:
    found = next((name for name in COLUMNS[field] if name in row), None)
    if found is None and field != "aliases":
        sys.exit(f"None of the columns {', '.join(row)} looks like {field}. Use --map {field}=COLUMN.")
    return found or ""


def _label(value: Any) -> str:
    """One of CLASSES, or "" for an unknown label. The sign of a number decides."""
    text = str(value).strip().lower()
    if text in CLASSES:
        return text
    try:
        number = float(text)
    except ValueError:
        return ""
    return "neutral" if number == 0 else "positive" if number > 0 else "negative"
