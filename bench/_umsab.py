"""Tweets in eight languages with a label each ("UMSAB", cardiffnlp/xlm-t), where the data set exists."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bench._tweets import SHARED_DATA

UMSAB = SHARED_DATA / "umsab"
LANGUAGES = {
    "english": "en",
    "arabic": "ar",
    "french": "fr",
    "german": "de",
    "hindi": "hi",
    "italian": "it",
    "portuguese": "pt",
    "spanish": "es",
}


class Tweets(NamedTuple):
    """Texts and their labels: 0 negative, 1 neutral, 2 positive."""

    texts: list[str]
    labels: npt.NDArray[np.int64]


def tweets(language: str, part: str, folder: Path = UMSAB) -> Tweets:
    """The tweets of one language and part ("train" or "val")."""
    # not splitlines: a tweet may contain other line separators
    texts = (folder / f"{language}_{part}_text.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
    labels = np.array((folder / f"{language}_{part}_labels.txt").read_text(encoding="utf-8").split(), np.int64)
    assert len(texts) == len(labels), f"{language}_{part}: {len(texts)} texts, {len(labels)} labels"
    return Tweets(texts, labels)
