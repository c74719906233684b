"""Kinds: sarcasm, and thanks that are only polite.

Praise that leads to a failure in the same sentence ("thanks for losing my bag", "love waiting 3 hours") is blame.
Praise that is a whole sentence ("Great.") beside a failure says nothing, and neither do thanks beside a failure or a
question. Cost: honest thanks for help after a failure are missed unless they name the help ("thanks for the help").
"""

from __future__ import annotations

from itertools import pairwise

from monitor.model import CueKind
from monitor.sentiment import token_flags
from monitor.sentiment.lexicon import APPRECIATION, THANKING_WORDS
from monitor.sentiment.lexicon.text import word_set
from monitor.sentiment.rules.hints import MIN_KINDS
from monitor.sentiment.tokenized_text import TokenCue, TokenizedText, TokenValence

TRIGGER = token_flags.APPRECIATION
FAILURE = -0.75
"""Sum of valences from which the rest of the text is about a failure."""
HINT_FAILURE = -0.4
"""For each kind of hint at a complaint."""
LINKS = word_set("for on how when that to by at with losing another yet being waiting because")
"""Words by which praise leads to a failure."""
MAX_WORDS_TO_LINK = 4
DEEDS = word_set("job work move idea way")
"""Beside praise, they lead to what was done: "good job not telling us"."""
SARCASM_FACTOR = -0.6
SHORT_SENTENCE = 3
"""Words of a sentence of praise that may be an exclamation."""
HELP = word_set(
    "help helping helped sorting fixing resolving responding replying response reply quick quickly prompt "
    "assistance finding getting fixed rebooking rebooked replaced replacing replacement refunded refunding sorted "
    "resolved responded replied support info update making staff agent crew service kindness patience "
    "understanding solving saving saved rescuing immediately"
)
"""Near thanks: what is thanked for is real."""
HELP_REACH = 7
"""Words before and after thanks that may name the help."""
INTENSIFIERS = word_set("just so really oh well wow very absolutely simply how that's and yeah yes")


def apply(text: TokenizedText) -> None:
    """Reverse or mute appreciation beside a failure or a question."""
    blame = [one for one in text.valences if one.valence < 0]
    has_question = bool(text.flags & token_flags.QUESTION)
    kinds = len(text.hints)
    if not blame and not has_question and kinds < MIN_KINDS and not text.flags & token_flags.NEGATION:
        return
    failure = sum(one.valence for one in blame) + HINT_FAILURE * (kinds if kinds >= MIN_KINDS else 0)
    for n, one in enumerate(text.valences):
        if one.valence <= 0 or text.entries[one.last].word not in APPRECIATION:
            continue
        kind, factor = _judge(text, one, blame, failure, has_question)
        if kind is not None:
            text.valences[n] = TokenValence(one.first, one.last, one.valence * factor)
            text.cues.append(TokenCue(one.first, one.last, kind))


def _judge(
    text: TokenizedText, praise: TokenValence, blame: list[TokenValence], failure: float, has_question: bool
) -> tuple[CueKind | None, float]:
    """The kind of what is wrong with ``praise`` and the factor of its valence; None if it is honest."""
    first, last = text.sentence_of(praise.last)
    is_thanks = text.entries[praise.last].word in THANKING_WORDS
    is_helped = _names_help(text, praise, is_thanks)
    if not is_helped and (end := _end_of_target(text, praise, first, last)) > praise.last:
        follows = sum(one.valence for one in blame if praise.last < one.first <= end)
        if not follows and _is_for_nothing(text, praise, is_thanks):
            return CueKind.SARCASM, SARCASM_FACTOR
        if follows <= FAILURE:
            return CueKind.SARCASM, SARCASM_FACTOR
    has_failure = failure <= FAILURE and not is_helped
    if is_thanks and (has_failure or (has_question and not is_helped)):
        return CueKind.POLITENESS, 0.0
    if has_failure and _is_exclamation(text, praise, first, last):
        return CueKind.SARCASM, 0.0
    return None, 1.0


def _is_for_nothing(text: TokenizedText, praise: TokenValence, is_thanks: bool) -> bool:
    """ "thanks for not answering", "good job not telling us", "love how they never answer"."""
    following = text.entries[praise.last + 1 : praise.last + 5]
    if _is_about_habit(text, praise):
        return any(entry.negates for entry in following)
    links = ("for", "on") if is_thanks else (*LINKS, *DEEDS)
    return any(one.word in links and after.negates for one, after in pairwise(following))


def _is_about_habit(text: TokenizedText, praise: TokenValence) -> bool:
    """ "love how they never answer"."""
    return text.words[praise.last + 1 : praise.last + 2] in (["how"], ["when"], ["that"])


def _is_exclamation(text: TokenizedText, praise: TokenValence, first: int, last: int) -> bool:
    """Whether the sentence is only praise: "Great.", "Just wonderful!"."""
    return last - first < SHORT_SENTENCE and INTENSIFIERS.issuperset(text.words[first : praise.first])


def _names_help(text: TokenizedText, praise: TokenValence, is_thanks: bool) -> bool:
    before = text.entries[max(0, praise.first - HELP_REACH) : praise.first] if is_thanks else []
    after = text.entries[praise.last + 1 : praise.last + 1 + HELP_REACH]
    return not HELP.isdisjoint(entry.word for entry in (*before, *after))


def _end_of_target(text: TokenizedText, praise: TokenValence, first: int, last: int) -> int:
    """The last token of what is praised: after a link ("thanks for"), or the rest of a sentence that praise opens."""
    words = [entry.word for entry in text.entries[praise.last + 1 : min(last, praise.last + MAX_WORDS_TO_LINK) + 1]]
    if not LINKS.isdisjoint(words):
        return text.statement_end(praise.last)
    is_opening = praise.last - first < SHORT_SENTENCE and not any(
        entry.flags & token_flags.CONTRAST for entry in text.entries[praise.last : last + 1]
    )
    return last if is_opening else praise.last
