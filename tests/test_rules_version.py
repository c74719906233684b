"""RULES_VERSION is raised with every change of scores, so that stored posts are judged again after an upgrade.

    python -m tests.test_rules_version

records the version and the digest of the scores in use, after RULES_VERSION was raised.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from bench._labelled_texts import SENTENCE_BRANDS, load_cause_sentences, load_sentences
from monitor.model import Brand
from monitor.sentiment import RULES_VERSION, Scorer
from monitor.sentiment.lexicon import english_lexicon

RECORDED = Path(__file__).parent / "data" / "rules_version.json"


def rules_state() -> dict[str, object]:
    """The version, with a digest of the lexicon and of all scores of our own sentences."""
    scorer = Scorer([Brand(name, name, aliases=(f"@{name.lower()}",)) for name in SENTENCE_BRANDS])
    digest = hashlib.sha256()
    lexicon = english_lexicon()
    for part in (lexicon.valences, lexicon.factors, lexicon.flags, lexicon.hashtags):
        digest.update(repr(sorted(part.items())).encode())
    phrases = [(last, repr(one)) for last, ends in lexicon.phrases.items() for end in ends.values() for one in end]
    digest.update(repr(sorted(phrases)).encode())
    for text in sorted({one.text for one in (*load_sentences(), *load_cause_sentences())}):
        named = [name for name in SENTENCE_BRANDS if name.lower() in text.lower()]
        scores = scorer.score(text, named, "en")
        found = [(name, score.value, score.evidence.words, score.evidence.cues) for name, score in scores.items()]
        digest.update(repr((text, found)).encode())
    return {"version": RULES_VERSION, "digest": digest.hexdigest()[:32]}


def test_the_version_of_the_rules_is_raised_with_every_change_of_scores() -> None:
    recorded, state = json.loads(RECORDED.read_text(encoding="utf-8")), rules_state()
    if state["digest"] != recorded["digest"]:
        assert state["version"] != recorded["version"], "Scores changed: raise RULES_VERSION in monitor/sentiment"
    assert state == recorded, "Record the new version: python -m tests.test_rules_version"


if __name__ == "__main__":
    RECORDED.write_text(json.dumps(rules_state(), indent=1) + "\n", encoding="utf-8")
