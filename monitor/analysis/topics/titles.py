"""The title of a topic, and the rule that finds its mentions."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from monitor.analysis.topics.phrases import ANYWHERE, ARTICLE, INSIDE_ONLY, PREPOSITION, VERB_CUE, Phrase, Token
from monitor.model import Text

MAX_TITLE_GRAPHEMES = 22
MAX_SPELLINGS = 4
"""Spellings in a rule."""
MIN_SPELLING_SHARE = 0.05
"""A rarer spelling is left out of the rule."""
VERB_CUE_DIVISOR = 4
"""If more than one in four occurrences follows a verb cue, the phrase is a verb phrase."""
_TIMES = frozenset(["twice", "thrice"])
"""Say how often something was done. Of phrases that end so, only a participle before it makes sense as a title."""
_ZERO_WIDTH_JOINER = "\u200d"


def is_noun_phrase(occurrences: Sequence[Phrase]) -> bool:
    """Whether a phrase names something, judged by its context: articles, capitals, hashtags.

    Verb phrases do not, and neither do phrases that mostly describe the next word. A single word needs evidence that it
    is a noun.
    """
    first_words = [phrase.tokens[0] for phrase in occurrences]
    is_capitalised = _is_capitalised(occurrences)
    *rest, last = (word.stem for word in occurrences[0].tokens)
    if last in _TIMES and not (rest and rest[-1].endswith("ed")):  # "charged twice", but not "took the money twice"
        return False
    describes_next = sum(phrase.after == ANYWHERE for phrase in occurrences) * 2 > len(occurrences)
    follows_verb_cue = sum(phrase.before == VERB_CUE for phrase in occurrences) * VERB_CUE_DIVISOR > len(occurrences)
    if describes_next or (follows_verb_cue and not is_capitalised):
        return False
    is_hashtag = sum(word.is_hashtag for word in first_words) * 2 > len(first_words)
    if len(occurrences[0].tokens) > 1 or is_capitalised or is_hashtag:
        return True
    return sum(map(_looks_like_noun, occurrences)) * 4 >= len(occurrences)


def _is_capitalised(occurrences: Sequence[Phrase]) -> bool:
    """Whether the first word is mostly capitalised where it does not begin a sentence, as names are."""
    within = [phrase.tokens[0] for phrase in occurrences if not phrase.tokens[0].starts_sentence]
    return sum(word.surface[:1].isupper() for word in within) * 2 > len(within) > 0


def _looks_like_noun(phrase: Phrase) -> bool:
    if phrase.before == PREPOSITION:
        return phrase.after == INSIDE_ONLY and not phrase.tokens[0].stem.endswith(
            "ing"
        )  # "for responding" is not a noun
    return phrase.before == ARTICLE


def title_of(occurrences: Sequence[Phrase], texts: Sequence[Text]) -> str:
    """The phrase as most people write it.

    ``texts`` show whether a word that always begins a sentence here is written in lower case elsewhere.
    """
    most_common, _ = Counter(map(_lower, occurrences)).most_common(1)[0]
    same = [phrase for phrase in occurrences if _lower(phrase) == most_common]
    parts = []
    for position in range(len(same[0].tokens)):
        words = [phrase.tokens[position] for phrase in same]
        parts.append((words[0].joint if position else "") + _usual_case(words, texts))
    if len(parts) > 1 and all(phrase.tokens[0].starts_sentence for phrase in same) and parts[1].strip().islower():
        parts[0] = parts[0].lower()  # the capital only marks the beginning of a sentence
    if name := _product_of(occurrences):
        parts.insert(0, f"{name} ")
    return shortened("".join(parts))


def _product_of(occurrences: Sequence[Phrase]) -> str:
    """The name of the brand, if a single word mostly names a product together with it, as in "Acme Hub"; else empty."""
    names = Counter(phrase.tokens[0].name_before for phrase in occurrences)
    followed = len(occurrences) - names.pop("", 0)
    if len(occurrences[0].tokens) > 1 or followed * 2 <= len(occurrences) or not _is_capitalised(occurrences):
        return ""
    return max(names, key=lambda name: (name[0].isupper(), names[name]))


def rule_of(occurrences: Sequence[Phrase]) -> str:
    """A rule that finds the common spellings, the most common first."""
    spellings = Counter(" ".join(word.surface.lower() for word in phrase.tokens) for phrase in occurrences)
    min_count = MIN_SPELLING_SHARE * len(occurrences)
    kept = [spelling for spelling, n in spellings.most_common(MAX_SPELLINGS) if n >= min_count]
    return " OR ".join(f'"{spelling}"' for spelling in kept or [spellings.most_common(1)[0][0]])


def shortened(name: str, limit: int = MAX_TITLE_GRAPHEMES) -> str:
    """``name`` with at most ``limit`` graphemes, the last one an ellipsis if it was cut."""
    starts = _grapheme_starts(name)
    return name if len(starts) <= limit else name[: starts[limit - 1]].rstrip() + "…"


def fits(phrase: Phrase) -> bool:
    """Whether the phrase can be shown in full. A single word fits, because it may be cut."""
    length = sum(len(word.surface) + 1 for word in phrase.tokens) - 1
    return len(phrase.tokens) == 1 or length <= MAX_TITLE_GRAPHEMES


def _lower(phrase: Phrase) -> str:
    return "".join(word.joint + word.surface.lower() for word in phrase.tokens)


def _usual_case(words: Sequence[Token], texts: Sequence[Text]) -> str:
    """One word of the title in the case in which it is mostly written, ignoring beginnings of sentences."""
    within = [word.surface for word in words if not word.starts_sentence]
    surface = Counter(within or [word.surface for word in words]).most_common(1)[0][0]
    lower = surface.lower()
    is_shouted = surface.isupper() and len(surface) > 4
    if lower != surface and (is_shouted or not within) and any(lower in text.text for text in texts):
        surface = lower
    return f"#{surface}" if sum(word.is_hashtag for word in words) * 2 > len(words) else surface


def _grapheme_starts(name: str) -> list[int]:
    """Where each grapheme begins, approximately: marks, joined emoji, skin tones and flags belong to one."""
    starts: list[int] = []
    for place, char in enumerate(name):
        is_flag = "\U0001f1e6" <= char <= "\U0001f1ff"
        is_skin_tone = "\U0001f3fb" <= char <= "\U0001f3ff"
        continues = unicodedata.category(char)[0] == "M" or char == _ZERO_WIDTH_JOINER or is_skin_tone
        continues = continues or name[place - 1 : place] == _ZERO_WIDTH_JOINER
        if is_flag and starts and starts[-1] == place - 1 and "\U0001f1e6" <= name[place - 1] <= "\U0001f1ff":
            continues = True
        if not continues or not starts:
            starts.append(place)
    return starts
