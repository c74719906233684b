"""Ranks posts by how close they are to the middle of a story, and chooses voices in the mood of most posts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from statistics import median

from display.wall_state.director import MAX_SHOWN
from monitor.model import Mention, Sentiment, Text
from monitor.query.folding import WORD, fold

USUAL_FACTOR, NOISE_SHARE = 1.5, 0.02
"""A word belongs to the story if its share of the posts rose by more than this."""
TOPIC_FACTOR = 1.5
"""How much closer a post is to the middle if it contains the topic."""
LENGTH_OFFSET = 6
"""Added to the number of words, so that a post of two words is not the closest of all."""
GROUP_FACTOR = 0.25
"""How much a post gains with each doubling of its near-duplicates."""
HALF_LIFE = timedelta(hours=1)
"""In this time a post loses half of its weight against newer ones that are as close to the middle."""
SHOWN_FACTOR = 1.25
"""How much a post gains that is on the screen: voices that are equally close do not alternate."""
MIN_FIT_SHARE = 0.5
"""A post that is less than this share of the median from the middle is about something else."""
MAX_SAME_WORDS = 0.5
"""Two posts that have a larger share of their words in common say the same."""
CLEAR_MAJORITY = 2 / 3
"""From this share of the scored posts on, all voices have the mood of the majority."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A post, or a group of near-duplicates, that may speak for the incident."""

    mention: int
    words: frozenset[str]
    fit: float
    """How close it is to the middle of the story."""


def speakers(
    texts: Sequence[Text], before: Sequence[Text], topics: Sequence[str], shown: Collection[int] = ()
) -> list[Speaker]:
    """The posts about the story of ``texts``, the closest to its middle first.

    ``before``: texts from before the incident; what they say as often is not its story. ``topics``: its topic, then
    other phrases of it. ``shown``: the mentions on the screen.
    """
    groups = _groups(texts)
    words = {key: _words(group[-1].body) for key, group in groups.items()}
    weights = _weights(list(words.values()), [_words(text.body) for text in before])
    phrases = [_words(topic.removesuffix("…")) for topic in topics if topic]
    found = []
    for key, group in groups.items():
        fit = sum(weights.get(word, 0.0) for word in words[key]) / math.sqrt(len(words[key]) + LENGTH_OFFSET)
        fit *= TOPIC_FACTOR if any(phrase <= words[key] for phrase in phrases) else 1.0
        found.append((fit, group, words[key]))
    least = MIN_FIT_SHARE * median([fit for fit, *_ in found if fit > 0] or [0.0])
    newest = max((text.published_at for text in texts), default=datetime.min)
    ranked = [_speaker(group, of, fit, shown, newest) for fit, group, of in found if fit >= least]
    return sorted(ranked, key=lambda one: (-one.fit, -one.mention))


def chosen(
    ranked: Sequence[tuple[Speaker, Mention]], moods: Mapping[Sentiment, int], limit: int = MAX_SHOWN
) -> list[Mention]:
    """The voices: at most ``limit``, in the moods of most posts, the first in the mood of the most.

    A positive voice is shown only if most posts are positive, and never as the only positive one. Where too few posts
    have the wanted mood, others that are not positive fill the places.
    """
    wanted = _wanted_moods(moods, limit)
    taken = _taken(ranked, wanted, limit)
    if sum(mention.score.sentiment is Sentiment.POSITIVE for _, mention in taken) == 1:
        others = [one for one in ranked if one[1].score.sentiment is not Sentiment.POSITIVE]
        taken = _taken(others, [mood for mood in wanted if mood is not Sentiment.POSITIVE], limit)
    return [mention for _, mention in taken]


def moods_of(texts: Sequence[Text]) -> Counter[Sentiment]:
    """How many of ``texts`` have each sentiment."""
    return Counter(Sentiment.of(text.score) for text in texts)


def _groups(texts: Sequence[Text]) -> dict[tuple[str, int], list[Text]]:
    """The texts that may be shown, by story; a text without a story is a group of its own."""
    groups: dict[tuple[str, int], list[Text]] = {}
    for text in texts:
        if not (text.hidden or text.set_aside):
            key = ("mention", text.mention) if text.story is None else ("story", text.story)
            groups.setdefault(key, []).append(text)
    return groups


def _weights(words: Sequence[frozenset[str]], usual: Sequence[frozenset[str]]) -> dict[str, float]:
    """Word -> by how much its share of the posts has risen; only words that have risen."""
    now, before = Counter(chain.from_iterable(words)), Counter(chain.from_iterable(usual))
    risen = {
        word: n / len(words) - USUAL_FACTOR * before[word] / max(1, len(usual)) - NOISE_SHARE for word, n in now.items()
    }
    return {word: rise for word, rise in risen.items() if rise > 0}


def _speaker(
    group: Sequence[Text], words: frozenset[str], fit: float, shown: Collection[int], newest: datetime
) -> Speaker:
    """The newest post of a group; a post that is shown stays."""
    known = [text.mention for text in group if text.mention in shown]
    fit *= (1 + GROUP_FACTOR * math.log2(len(group))) * (SHOWN_FACTOR if known else 1.0)
    fit *= 0.5 ** ((newest - group[-1].published_at) / HALF_LIFE)
    return Speaker(known[-1] if known else group[-1].mention, words, fit)


def _wanted_moods(moods: Mapping[Sentiment, int], limit: int) -> list[Sentiment]:
    """The mood of each voice. Positive only if most scored posts are."""
    scored = sum(n for mood, n in moods.items() if mood is not Sentiment.UNSCORED)
    possible = [Sentiment.NEGATIVE, Sentiment.NEUTRAL]
    if 2 * moods.get(Sentiment.POSITIVE, 0) > scored:
        possible.append(Sentiment.POSITIVE)
    first, second, *_ = sorted(possible, key=lambda mood: -moods.get(mood, 0))
    if not moods.get(first, 0):
        return []
    if moods[first] >= CLEAR_MAJORITY * scored or not moods.get(second, 0):
        return [first] * limit
    return [first] * (limit - 1) + [second]


def _taken(
    ranked: Sequence[tuple[Speaker, Mention]], wanted: Sequence[Sentiment], limit: int
) -> list[tuple[Speaker, Mention]]:
    """One of ``ranked`` in each of the wanted moods; then of any that is allowed, even if they say the same."""
    taken: list[tuple[Speaker, Mention]] = []
    allowed = {Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.UNSCORED, *wanted}
    passes = [*(({mood}, False) for mood in wanted), *[(allowed, False)] * limit, *[(allowed, True)] * limit]
    for moods, may_repeat in passes:
        if len(taken) == limit:
            break
        one = next(_candidates(ranked, taken, moods, may_repeat=may_repeat), None)
        taken += [one] if one is not None else []
    return taken


def _candidates(
    ranked: Sequence[tuple[Speaker, Mention]],
    taken: Sequence[tuple[Speaker, Mention]],
    moods: Collection[Sentiment],
    *,
    may_repeat: bool,
) -> Iterator[tuple[Speaker, Mention]]:
    """Those of ``ranked`` in one of ``moods`` that are not taken and say something else than those that are."""
    for one in ranked:
        if one[1].score.sentiment not in moods or one in taken:
            continue
        if may_repeat or not any(_says_the_same(one[0].words, other.words) for other, _ in taken):
            yield one


def _says_the_same(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) > MAX_SAME_WORDS * max(1, min(len(one), len(other)))


def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(fold(text)))
