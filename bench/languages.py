"""How many texts are recognised in their language, and how many in a wrong one, with 95 % intervals.

    python -m bench.languages [--half 0|1] [--errors]

The texts are the made-up short ones of ``tests/data/short_texts.tsv``; and where ../shared/data exists, the airline
tweets, the tweets of UMSAB in eight languages, and titles of recorded Reddit posts, which are nearly all English.
"usual English" is the same detection in a source whose posts are nearly all English: what that gains, and what it costs
where a text in another language comes along. "stated" is the share of texts whose stated language is not believed: with
a right statement (the lower the better) and with the wrong statement "en" (the higher the better).
--half prints one half only; constants were chosen on half 0. --errors prints the texts that are taken for English.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from bench._shares import HALVES, half_of, share
from bench._tweets import SHARED_DATA, airline_tweets
from monitor.text.language import LanguageDetector

SHORT_TEXTS = Path(__file__).resolve().parents[1] / "tests" / "data" / "short_texts.tsv"
UMSAB = {
    "ar": "arabic", "de": "german", "en": "english", "es": "spanish", "fr": "french", "hi": "hindi", "it": "italian",
    "pt": "portuguese",
}  # fmt: skip
SPEED_TEXTS = 5_000

Sets = dict[str, list[tuple[str, str]]]
"""Name -> texts with their language."""


def load_sets() -> Sets:
    """Every set that is there."""
    sets: Sets = defaultdict(list)
    with SHORT_TEXTS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            name = f"{'English' if row['language'] == 'en' else 'others'}, {row['kind']}"
            sets[name].append((row["text"], row["language"]))
    if SHARED_DATA.is_dir():
        sets["airline tweets"] = [(row["text"], "en") for row in airline_tweets(None)]
        sets["Reddit titles"] = [(title, "en") for title in reddit_titles()]
        for code, name in UMSAB.items():
            lines = (SHARED_DATA / "umsab" / f"{name}_val_text.txt").read_text(encoding="utf-8").splitlines()
            sets[f"tweets, {name}"] = [(line, code) for line in lines]
    return sets


def reddit_titles() -> list[str]:
    """The titles of the recorded posts, without those of bots' test posts of a word or two."""
    titles: set[str] = set()
    for path in sorted((SHARED_DATA / "recordings" / "reddit").glob("*.json")):
        for found in re.finditer(r'\\"title\\": \\"((?:[^"\\]|\\\\.)+)\\"', path.read_text(encoding="utf-8")):
            try:
                title = str(json.loads(f'"{found[1].encode().decode().replace(chr(92) * 2, chr(92))}"'))
            except ValueError:
                continue
            if len(title.split()) > 2:
                titles.add(title)
    return sorted(titles)


def print_set(name: str, texts: Sequence[tuple[str, str]], detector: LanguageDetector, errors: bool) -> None:
    """One row: right, taken for English, for another language; and the same where English is usual."""
    plain = detector.detect([text for text, _ in texts])
    usual = detector.detect([text for text, _ in texts], ["en"] * len(texts))
    n = len(texts)
    cells = []
    for found in (plain, usual):
        kinds = Counter(
            "right" if code == lang else "English" if code == "en" else "wrong" if code else "unknown"
            for code, (_, lang) in zip(found, texts, strict=True)
        )
        cells.append(f"{share(kinds['right'], n)}  {share(kinds['English'], n)}  {100 * kinds['wrong'] / n:4.1f}")
    print(f"  {name:28}{n:6}  {cells[0]}    {cells[1]}")
    if errors:
        for code, (text, lang) in zip(plain, texts, strict=True):
            if code == "en" != lang:
                print(f"      {text}")


def print_statements(sets: Sets, detector: LanguageDetector) -> None:
    """How often a right and a wrong statement of a site are not believed."""
    for name, texts in sets.items():
        if name.startswith("tweets, "):
            bodies = [text for text, _ in texts]
            right = sum(detector.refuted(bodies, [lang for _, lang in texts]))
            wrong = sum(detector.refuted(bodies, ["en"] * len(texts)))
            print(
                f"  {name:28}{len(texts):6}  right {share(right, len(texts))}   as English {share(wrong, len(texts))}"
            )


def main() -> None:
    """Print every set, by halves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", type=int, choices=HALVES)
    parser.add_argument("--errors", action="store_true")
    options = parser.parse_args()
    sets, detector = load_sets(), LanguageDetector()
    for half in HALVES if options.half is None else [options.half]:
        halved = {name: [one for one in texts if half_of(one[0]) == half] for name, texts in sets.items()}
        print(f"Half {half} ({HALVES[half]}), percent")
        print(f"  {'':34}{'right':^20}{'as English':^20}{'wrong':^6}  usual English: the same")
        for name, texts in halved.items():
            print_set(name, texts, detector, options.errors)
        others = [
            one for name, texts in halved.items() if name.startswith("tweets, ") for one in texts if one[1] != "en"
        ]
        if others:
            print_set("other tweets, all", others, detector, False)
            print_set("... without Hindi", [one for one in others if one[1] != "hi"], detector, False)
        print("  statements of the site that are not believed")
        print_statements(halved, detector)
    bodies = [text for texts in sets.values() for text, _ in texts][:SPEED_TEXTS]
    start = time.process_time()
    detector.detect(bodies)
    print(f"{1e6 * (time.process_time() - start) / len(bodies):.0f} µs of CPU time for a text")


if __name__ == "__main__":
    main()
