"""Accuracy and speed of scores towards a brand on labelled texts, compared with VADER on the whole text.

    python -m bench.sentiment [FILE] [--map text=text,brand=airline,label=airline_sentiment] [--half 0|1]

FILE is CSV or JSON Lines with a text, a brand, a label (negative, neutral, positive or a number) and optional aliases.
The default is the airline tweets; where these are missing, the texts are generated, and only the speed means something.
--map names the columns; without it they are guessed from common names. --half takes one half of the texts. All texts
are treated as English. The ratio is the CPU time of Wallflower divided by that of VADER.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from bench._tweets import airline_tweets
from monitor.model import Sentiment
from monitor.sentiment import BrandScorers

CLASSES = ("negative", "neutral", "positive")
VADER_NEUTRAL_BELOW = 0.05
"""The threshold that VADER's authors recommend."""
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


class LabelledText(NamedTuple):
    """A text with its label towards a brand, one of CLASSES."""

    text: str
    brand: str
    aliases: tuple[str, ...]
    label: str


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


def macro_f1(labels: Sequence[str], predictions: Sequence[str]) -> float:
    """Mean F1 of the three classes."""
    pairs = Counter(zip(labels, predictions, strict=True))
    total = 0.0
    for name in CLASSES:
        hits = pairs[name, name]
        wrong = sum(n for (label, prediction), n in pairs.items() if (label == name) != (prediction == name))
        total += 2 * hits / (2 * hits + wrong) if hits else 0.0
    return total / len(CLASSES)


def wrong_sign_share(labels: Sequence[str], predictions: Sequence[str]) -> float:
    """Share of the texts labelled positive or negative that got the opposite sign."""
    opinions = [
        (label, prediction) for label, prediction in zip(labels, predictions, strict=True) if label != "neutral"
    ]
    wrong = sum(prediction not in (label, "neutral") for label, prediction in opinions)
    return wrong / len(opinions) if opinions else 0.0


def measure(name: str, classify: Callable[[LabelledText], str], texts: Sequence[LabelledText]) -> tuple[str, float]:
    """Return a line of the table, and texts per second of CPU time with an empty vocabulary."""
    start = time.process_time()
    predictions = [classify(text) for text in texts]
    rate = len(texts) / (time.process_time() - start)
    labels = [text.label for text in texts]
    unscored = predictions.count("unscored")
    predictions = ["neutral" if prediction == "unscored" else prediction for prediction in predictions]
    f1, wrong = macro_f1(labels, predictions), wrong_sign_share(labels, predictions)
    return f"{name:<26}{f1:>9.3f}{wrong:>11.3f}{rate:>10,.0f}{unscored:>10}", rate


def vader_classifier() -> Callable[[LabelledText], str]:
    """Classify by VADER's score of the whole text, without regard to the brand."""
    vader = SentimentIntensityAnalyzer()

    def classify(text: LabelledText) -> str:
        compound = vader.polarity_scores(text.text)["compound"]
        return "neutral" if abs(compound) < VADER_NEUTRAL_BELOW else "positive" if compound > 0 else "negative"

    return classify


def our_classifier() -> Callable[[LabelledText], str]:
    """Classify by Wallflower's score towards the brand."""
    scorers = BrandScorers()
    return lambda text: str(Sentiment.of(scorers.score(text.text, text.brand, text.aliases, "en").value))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--map", default="", help="text=COLUMN,brand=COLUMN,label=COLUMN,aliases=COLUMN")
    parser.add_argument("--half", type=int, choices=(0, 1), help="one half of the texts, chosen by their checksum")
    args = parser.parse_args()
    texts = load(args.file, dict(pair.split("=", 1) for pair in args.map.split(",") if pair))
    if args.half is not None:
        texts = [text for text in texts if zlib.crc32(text.text.encode()) % 2 == args.half]
    print(f"{len(texts):,} labelled texts, {dict(Counter(text.label for text in texts))}")
    print(f"{'':<26}{'macro-F1':>9}{'wrong sign':>11}{'texts/s':>10}{'unscored':>10}")
    vader_line, vader_rate = measure("VADER on the whole text", vader_classifier(), texts)
    our_line, our_rate = measure("towards the brand", our_classifier(), texts)
    print(vader_line)
    print(our_line)
    print(f"ratio of our time to VADER's: {vader_rate / our_rate:.2f}")


if __name__ == "__main__":
    main()
