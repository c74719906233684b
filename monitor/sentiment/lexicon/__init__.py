"""What words and phrases mean towards a brand: data only. A new word goes into the module of its kind.

weak          words of VADER's lexicon that say little about a brand
words         evaluations that VADER lacks or misjudges
complaints    complaints in neutral words, and hints of a complaint
duties        what a brand ought to do
indirect      wishes for better service, descriptions of failures, reproaches; more praise in neutral words
outcomes      what turned out badly or as promised
praise        praise in neutral words; slang
senses        phrases whose words mean something else than alone: trades, names, negation, idioms
moods         openers of questions; marks of wishes, plans, conditions, reports and sympathy
changes       how it was before, and what was repaired
money         measures of a business, and their directions
people        who else may be blamed; verbs by which the brand speaks
comparisons   comparatives, switching, choosing, leaving, winning
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple, TypeAlias

from monitor.model import CueKind
from monitor.sentiment import token_flags
from monitor.sentiment.lexicon import (
    changes,
    comparisons,
    complaints,
    duties,
    indirect,
    money,
    moods,
    outcomes,
    people,
    praise,
    senses,
    weak,
    words,
)
from monitor.sentiment.lexicon.text import word_set

CONJUNCTIONS = word_set(
    "but while whereas although though however yet and or because than as unlike vs versus over instead"
)
"""Words that begin a new clause."""
CONTRASTS = word_set("but while whereas although though however yet because")
"""Those of them after which another statement begins, so that a wish or a plan ends before them."""
TIME_UNITS = word_set("hour hours hrs hr minutes mins min days weeks months")
NEGATORS = word_set("zero non nor neither lack lacks lacking lacked failed fails fail barely hardly scarcely")
"""Negations that VADER does not know. Cost: "zero" in prices and sizes ("zero sugar, great taste")."""
BOOSTERS = {
    "super": 0.293,
    "insanely": 0.293,
    "ridiculously": 0.293,
    "wicked": 0.293,
    "bloody": 0.293,
    "proper": 0.2,
    "damn": 0.293,
}
THANKING_WORDS = word_set("thanks thank thx thnx tnx ty thnks thankyou cheers")
APPRECIATION = THANKING_WORDS | word_set(
    "kudos props shoutout bravo congrats congratulations great good nice awesome amazing love loving loved glad "
    "lovely wonderful fantastic brilliant perfect classy excellent job super cool happy impressive impressed "
    "outstanding helpful best appreciate enjoy enjoying stellar pleasure delighted superb genius winner beautiful"
)
"""Words that turn sarcastic beside a failure."""


class Phrase(NamedTuple):
    """A phrase that ends with a word; ``before`` are the words before it."""

    before: tuple[str, ...]
    valence: float
    replaces: bool
    """The words in the phrase lose their own valences, and their negations do not reach beyond it."""
    mark: CueKind | None = None
    hint: str = ""


Phrases: TypeAlias = Mapping[str, Mapping[str, tuple[Phrase, ...]]]
"""Last word of phrases -> the word before it ("" for a phrase of one word) -> the phrases that end with both."""


@dataclass(frozen=True)
class Lexicon:
    """What words mean. Without arguments, that of VADER alone."""

    valences: Mapping[str, float] = field(default_factory=dict)
    """Override VADER's."""
    factors: Mapping[str, float] = field(default_factory=dict)
    """Scale VADER's valence of a word. A key that ends in ``*`` means every word that begins so."""
    boosters: Mapping[str, float] = field(default_factory=dict)
    negators: frozenset[str] = frozenset()
    phrases: Phrases = field(default_factory=dict)
    flags: Mapping[str, int] = field(default_factory=dict)
    """Word -> bits of ``token_flags``, apart from the flags that depend on a valence."""
    hashtags: Mapping[str, float] = field(default_factory=dict)
    """Beginnings and ends of hashtags that are made of several words."""
    reversal: float = 1.0
    """What is left of a negative word that a negation made positive."""
    adjacent_reversal: float = 1.0
    sentence_bound: bool = False
    """Whether a negation ends with its sentence."""


REVERSAL = 0.35
"""A negation of trouble is rarely praise: "not about the delay". What is praise is in ``senses``: "no problems"."""
ADJACENT_REVERSAL = 0.9
"""For a negation right before the word: "isn't slow"."""


@cache
def english_lexicon() -> Lexicon:
    """VADER's lexicon with ours. Putting it together takes a twentieth of a second, the first time only."""
    return Lexicon(
        _valences(),
        _factors(),
        BOOSTERS,
        NEGATORS,
        _phrases(),
        _flags(),
        words.HASHTAGS,
        REVERSAL,
        ADJACENT_REVERSAL,
        True,
    )


def _valences() -> dict[str, float]:
    merged: dict[str, float] = {}
    for sign, groups in ((1.0, words.POSITIVE), (-1.0, words.NEGATIVE)):
        for valence, text in groups.items():
            merged.update(dict.fromkeys(text.split(), sign * valence))
    return merged | dict.fromkeys(weak.EMOJI, 0.0) | weak.STRONGER


def _factors() -> dict[str, float]:
    groups = ((weak.WEAK, weak.WEAK_FACTOR), (weak.FAINT, weak.FAINT_FACTOR), (weak.NEUTRAL, 0.0), (weak.KEPT, 1.0))
    return {word: factor for text, factor in groups for word in text.split()}


def _phrases() -> Phrases:
    """All phrases, each with and without its apostrophes. A later one replaces an equal one."""
    by_last_words: dict[str, dict[str, dict[tuple[object, ...], Phrase]]] = {}
    for text, valence, replaces, mark, hint in _all_phrases():
        for spelling in {text, text.replace("'", "")}:
            *before, last = spelling.split()
            phrase = Phrase(tuple(before), valence, replaces, mark, hint)
            same_end = by_last_words.setdefault(last, {}).setdefault(before[-1] if before else "", {})
            same_end[(phrase.before, mark, hint)] = phrase
    return {
        last: {previous: tuple(phrases.values()) for previous, phrases in by_previous.items()}
        for last, by_previous in by_last_words.items()
    }


def _all_phrases() -> Iterator[tuple[str, float, bool, CueKind | None, str]]:
    for phrase, valence in (complaints.complaints() | praise.PRAISE | indirect.phrases() | outcomes.GONE).items():
        yield phrase, valence, False, None, ""
    for phrase, valence in (
        praise.SLANG | senses.senses() | indirect.INSTEAD | duties.duties() | outcomes.KEPT
    ).items():
        yield phrase, valence, True, None, ""
    for kind, text in moods.MARKS.items():
        for phrase in text.split("|"):
            if phrase:
                yield phrase, 0.0, False, kind, ""
    for phrase, kind_of_hint in complaints.hints().items():
        yield phrase, 0.0, False, None, kind_of_hint


def _flags() -> dict[str, int]:
    verbs = (
        comparisons.SWITCHING_VERBS | comparisons.MOVING_VERBS | comparisons.CHOOSING_VERBS | comparisons.LEAVING_VERBS
        | comparisons.PARTING_VERBS | comparisons.WINNING_VERBS | comparisons.LOSING_VERBS | comparisons.STAYING_VERBS
    )  # fmt: skip
    groups = {
        token_flags.THAN: frozenset(("than",)),
        token_flags.TIME_UNIT: TIME_UNITS,
        token_flags.CONJUNCTION: CONJUNCTIONS,
        token_flags.COMPARISON: (verbs | comparisons.EXTRA_CUES) - {"as"},
        token_flags.MEASURE: money.GOOD_MEASURES | money.BAD_MEASURES,
        token_flags.DIRECTION: money.UP | money.DOWN,
        token_flags.CHANGE: frozenset(("used", "from", "first", "initially", "originally", *changes.UNTIL))
        | changes.REPAIR_VERBS,
        token_flags.OTHERS: people.OTHERS,
        token_flags.PRONOUN: people.PRONOUNS,
        token_flags.REPORTING: people.REPORTING_VERBS,
        token_flags.APPRECIATION: APPRECIATION,
        token_flags.CONTRAST: CONTRASTS,
    }
    flags: dict[str, int] = {}
    for flag, group in groups.items():
        for word in group:
            flags[word] = flags.get(word, 0) | flag
    return flags
