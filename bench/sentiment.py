"""How well and how fast scores towards a brand agree with labels, beside VADER on the whole text.

    python -m bench.sentiment FILE [--map text=text,brand=airline,label=airline_sentiment] [--half 0|1]

FILE is CSV or JSON Lines with a text, a brand, a label (negative, neutral, positive or a number) and, if it has them,
aliases. Columns are guessed from common names. Every text is taken as English.
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

from monitor.model import Sentiment
from monitor.sentiment import BrandScorers

CLASSES = ("negative", "neutral", "positive")
VADERS_NEUTRAL = 0.05
"""The threshold that VADER's authors recommend."""
COLUMNS = {
    "text": ("text", "body", "sentence", "content"),
    "brand": ("brand", "airline", "target", "entity"),
    "label": ("label", "airline_sentiment", "sentiment", "polarity"),
    "aliases": ("aliases",),
}
AIRLINES = {
    "United": ("@united",),
    "Southwest": ("@southwestair", "Southwest Airlines"),
    # These tweets speak to @JetBlue but are labelled as Delta's: a quirk of that set.
    "Delta": ("@delta", "@jetblue", "JetBlue"),
    "US Airways": ("@usairways",),
    "American": ("@americanair", "American Airlines"),
    "Virgin America": ("@virginamerica",),
}
"""The handles in the airline tweets, which carry no aliases themselves."""


class Labelled(NamedTuple):
    """A text and what somebody says it says about a brand."""

    text: str
    brand: str
    aliases: tuple[str, ...]
    label: str


def load(path: Path, columns: Mapping[str, str]) -> list[Labelled]:
    """Every labelled line of ``path``; those with no label of ours are left out."""
    rows = list(_rows(path))
    names = {field: columns.get(field) or _guess(field, rows[0]) for field in COLUMNS} if rows else {}
    found = []
    for row in rows:
        label = _label(row.get(names["label"]))
        if label:
            brand = str(row[names["brand"]])
            aliases = row.get(names["aliases"]) or AIRLINES.get(brand, ())
            spelt = tuple(aliases.split("|")) if isinstance(aliases, str) else tuple(aliases)
            found.append(Labelled(str(row[names["text"]]), brand, spelt, label))
    return found


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(newline="", encoding="utf-8") as file:
        if path.suffix.lower() == ".csv":
            yield from csv.DictReader(file)
        else:
            yield from (json.loads(line) for line in file if line.strip())


def _guess(field: str, row: Mapping[str, Any]) -> str:
    found = next((name for name in COLUMNS[field] if name in row), None)
    if found is None and field != "aliases":
        sys.exit(f"No column for {field} among {', '.join(row)}: say --map {field}=COLUMN")
    return found or ""


def _label(value: Any) -> str:
    """One of CLASSES, or "" for what is none of them. Numbers tell by their sign."""
    text = str(value).strip().lower()
    if text in CLASSES:
        return text
    try:
        number = float(text)
    except ValueError:
        return ""
    return "neutral" if number == 0 else "positive" if number > 0 else "negative"


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    """Mean F1 of the three classes."""
    pairs = Counter(zip(truth, said, strict=True))
    total = 0.0
    for name in CLASSES:
        hits = pairs[name, name]
        wrong = sum(n for (t, s), n in pairs.items() if (t == name) != (s == name))
        total += 2 * hits / (2 * hits + wrong) if hits else 0.0
    return total / len(CLASSES)


def flipped(truth: Sequence[str], said: Sequence[str]) -> float:
    """Share of the texts labelled positive or negative that got the opposite sign."""
    felt = [(t, s) for t, s in zip(truth, said, strict=True) if t != "neutral"]
    return sum(s not in (t, "neutral") for t, s in felt) / len(felt) if felt else 0.0


def measure(name: str, judge: Callable[[Labelled], str], rows: Sequence[Labelled]) -> tuple[str, float]:
    """(a line of the table, texts per second of processor time, every word met for the first time)."""
    began = time.process_time()
    said = [judge(row) for row in rows]
    rate = len(rows) / (time.process_time() - began)
    truth = [row.label for row in rows]
    unscored = sum(s == "unscored" for s in said)
    said = ["neutral" if s == "unscored" else s for s in said]
    return f"{name:<26}{macro_f1(truth, said):>9.3f}{flipped(truth, said):>9.3f}{rate:>10,.0f}{unscored:>10}", rate


def vaders_judge() -> Callable[[Labelled], str]:
    """VADER's word for the whole text, the brand unseen."""
    vader = SentimentIntensityAnalyzer()

    def judge(row: Labelled) -> str:
        compound = vader.polarity_scores(row.text)["compound"]
        return "neutral" if abs(compound) < VADERS_NEUTRAL else "positive" if compound > 0 else "negative"

    return judge


def our_judge() -> Callable[[Labelled], str]:
    """Wallflower's word, towards the brand."""
    scorers = BrandScorers()
    return lambda row: str(Sentiment.of(scorers.score(row.text, row.brand, row.aliases, "en").value))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--map", default="", help="text=COLUMN,brand=COLUMN,label=COLUMN,aliases=COLUMN")
    parser.add_argument("--half", type=int, choices=(0, 1), help="one half of the texts, drawn by their checksum")
    args = parser.parse_args()
    rows = load(args.file, dict(pair.split("=", 1) for pair in args.map.split(",") if pair))
    if args.half is not None:
        rows = [row for row in rows if zlib.crc32(row.text.encode()) % 2 == args.half]
    print(f"{len(rows):,} labelled texts, {dict(Counter(row.label for row in rows))}")
    print(f"{'':<26}{'macro-F1':>9}{'flipped':>9}{'texts/s':>10}{'unscored':>10}")
    theirs, their_rate = measure("VADER on the whole text", vaders_judge(), rows)
    ours, our_rate = measure("towards the brand", our_judge(), rows)
    print(theirs)
    print(ours)
    print(f"time ratio (ours / VADER's) {their_rate / our_rate:.2f}")


if __name__ == "__main__":
    main()
