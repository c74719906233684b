"""Made-up posts about Acme with their intents, half of them for writing rules and half for the figures."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from monitor.intent import IntentFinder, load_intent_rules
from monitor.model import Brand, Intent
from monitor.sentiment import Scorer

FILE = Path(__file__).parent / "data" / "intents.tsv"
INDIRECT_FILE = FILE.with_name("intents_indirect.tsv")
"""Posts that say it in unusual words, written after the first version of the rules."""
BRANDS = (Brand("Acme", "acme", ours=True), Brand("Globex", "globex"))


class LabelledPost(NamedTuple):
    """A text with the intents that a person saw in it towards Acme."""

    lang: str
    intents: frozenset[str]
    text: str
    doubtful: frozenset[str] = frozenset()
    """Intents that people may disagree on: found or not, they do not count."""

    @property
    def half(self) -> int:
        """See ``half_of``."""
        return half_of(self.text)


class Tally(NamedTuple):
    """How often an intent was found rightly, how often it was found, and how often it was there."""

    right: int
    found: int
    present: int


def half_of(text: str) -> int:
    """0: rules may be written with it in view; 1: only for figures."""
    return hashlib.sha256(text.encode()).digest()[-1] % 2


def labelled_posts(path: Path = FILE) -> list[LabelledPost]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [_labelled_post(row) for row in rows]


def _labelled_post(row: dict[str, str]) -> LabelledPost:
    names = row["intents"].split()
    certain = frozenset(name for name in names if not name.startswith("?"))
    doubtful = frozenset(name[1:] for name in names if name.startswith("?"))
    return LabelledPost(row["language"], certain, row["text"], doubtful)


def tallies(posts: Iterable[LabelledPost]) -> dict[str, Tally]:
    """Intent -> how well the rules of the program find it in ``posts``."""
    finder, scorer = IntentFinder(load_intent_rules(), BRANDS), Scorer(BRANDS)
    right, found, present = Counter[str](), Counter[str](), Counter[str]()
    for post in posts:
        names = [brand.name for brand in BRANDS if brand.name.lower() in post.text.lower()]
        scores = scorer.score(post.text, names, post.lang)
        phrases = finder.find(post.text, 0, post.lang, dict.fromkeys(names, ()), scores).get("Acme", ())
        raised = {str(phrase.intent.name).lower() for phrase in phrases} - post.doubtful
        right.update(raised & post.intents)
        found.update(raised)
        present.update(post.intents)
    names_of_intents = [str(intent.name).lower() for intent in Intent]
    return {name: Tally(right[name], found[name], present[name]) for name in names_of_intents}
