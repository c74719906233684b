"""Made-up labels for what is learnt from answers."""

from __future__ import annotations

import random

from monitor.learning import WORDS_SHARE, Label, ScoreParts
from monitor.model import Opinion, Sentiment
from monitor.sentiment import score_from_weights

WORDS = {"great": 2.1, "love": 2.6, "fine": 0.7, "awful": -3.4, "late": -1.2, "slow": -1.0}
SENTIMENTS = (Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE)


def label(
    word: str,
    weight: float,
    answer: Sentiment,
    *relatives: str,
    brand: str = "Acme",
    is_random: bool = True,
    opinion: Opinion | None = None,
) -> Label:
    """A post with one word that counts."""
    plain = round(score_from_weights([weight]), 3)
    share = 1.0
    if opinion is not None:
        plain, share = round(WORDS_SHARE * plain + 0.3 * opinion.balance, 3), WORDS_SHARE
    parts = ScoreParts(plain, brand, ((word, weight),), opinion, weight, share)
    return Label(plain, answer, parts, relatives, is_random)


def labels_that_agree(n: int, seed: int, noise: float = 0.2) -> list[Label]:
    """Answers that are as the program says, except for a random share."""
    rng = random.Random(seed)
    found = []
    for number in range(n):
        word, weight = rng.choice(list(WORDS.items()))
        said = Sentiment.of(score_from_weights([weight]))
        answer = rng.choice(SENTIMENTS) if rng.random() < noise else said
        found.append(label(word, weight, answer, f"post {number}"))
    return found


def labels_with_slang(n: int, seed: int, share: float = 0.15) -> list[Label]:
    """Like ``labels_that_agree``, but for some posts in which "sick" is praise."""
    rng = random.Random(seed)
    found = labels_that_agree(n, seed)
    for number in range(n):
        if rng.random() < share:
            answer = Sentiment.POSITIVE if rng.random() < 0.9 else Sentiment.NEGATIVE
            found[number] = label("sick", -2.7, answer, f"post {number}")
    return found
