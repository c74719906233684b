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
BRANDS = (Brand("Acme", "acme", ours=True), Brand("Globex", "globex"))


class LabelledPost(NamedTuple):
    """A text with the intents that a person saw in it towards Acme."""

    lang: str
    intents: frozenset[str]
    text: str

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


def labelled_posts() -> list[LabelledPost]:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [LabelledPost(row["language"], frozenset(row["intents"].split()), row["text"]) for row in rows]


def tallies(posts: Iterable[LabelledPost]) -> dict[str, Tally]:
    """Intent -> how well the rules of the program find it in ``posts``."""
    finder, scorer = IntentFinder(load_intent_rules(), BRANDS), Scorer(BRANDS)
    right, found, present = Counter[str](), Counter[str](), Counter[str]()
    for post in posts:
        names = [brand.name for brand in BRANDS if brand.name.lower() in post.text.lower()]
        scores = scorer.score(post.text, names, post.lang)
        phrases = finder.find(post.text, 0, post.lang, dict.fromkeys(names, ()), scores).get("Acme", ())
        raised = {str(phrase.intent.name).lower() for phrase in phrases}
        right.update(raised & post.intents)
        found.update(raised)
        present.update(post.intents)
    names_of_intents = [str(intent.name).lower() for intent in Intent]
    return {name: Tally(right[name], found[name], present[name]) for name in names_of_intents}
