"""A second opinion about posts, in many languages: a frozen multilingual encoder and a small head, in numpy alone.

    weights_file     reads the encoder's file, whose SHA-256 the head pins
    pieces           text -> pieces of its vocabulary, with their positions
    model            pieces -> a vector for each
    clauses          which part of a text is about which brand
    head             the mean vector of such a part -> three probabilities
    sentence_judge   all of it: texts and names of brands -> opinions
    installed        finds the weights of the extra ``languages``

The recipe: multilingual-e5-small (MIT) with a logistic regression trained on SemEval-2017 (CC BY 3.0), credited in
THIRD_PARTY_LICENSES.md. ``bench/language_head.py`` makes the head, ``bench/other_languages.py`` measures it.
"""

from monitor.encoder.head import Head, LanguageFigures, load_head
from monitor.encoder.installed import HOW_TO_INSTALL, NOT_INSTALLED, find_weights, load_sentence_judge
from monitor.encoder.sentence_judge import Judge, NamedText, SentenceJudge, in_batches

__all__ = [
    "HOW_TO_INSTALL",
    "NOT_INSTALLED",
    "Head",
    "Judge",
    "LanguageFigures",
    "NamedText",
    "SentenceJudge",
    "find_weights",
    "in_batches",
    "load_head",
    "load_sentence_judge",
]
