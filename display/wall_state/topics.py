"""Topics: what the hour is mostly about, and the board of the day."""

from __future__ import annotations

from urllib.parse import urlencode

from display.wall_state.board import mark
from display.wall_state.discretion import Discretion
from display.wall_state.document import TopicBoard, TopicRow
from display.wall_state.speech import Speech
from display.wall_state.words import plain, short
from monitor.model import FoundTopic, Sentiment, Topics

LONGEST = 22
"""Characters as people see them."""
PART, FEWEST, AUTHORS = 0.25, 5, 3
"""Of the hour, mentions and authors, under which strangers' wording does not get onto a big screen."""
FEWEST_TOPICS, MOST_ROWS = 3, 5


def phrase(words: str, discretion: Discretion) -> str:
    """A topic's words as this wall may say them; empty where it may not."""
    return short(plain(discretion.text(words)), LONGEST) if discretion.allows(words) else ""


def of_hour(topics: Topics | None, n: int, discretion: Discretion) -> str:
    """What most of the ``n`` mentions of the last hour are about; empty where nothing stands out."""
    topic = topics.hour if topics else None
    if topic is None or topic.n < max(FEWEST, PART * n) or topic.authors < AUTHORS:
        return ""
    return phrase(topic.name, discretion)


def board(topics: Topics | None, brand: str, discretion: Discretion, speech: Speech) -> TopicBoard | None:
    """The topics of the day, largest first; what is none of them comes last. None where too few stand out."""
    named = [(t, phrase(t.name, discretion)) for t in topics.day] if topics else []
    found = [(t, called) for t, called in named if called]
    if topics is None or len(found) < FEWEST_TOPICS:
        return None
    unsorted = topics.unsorted + sum(t.n for t in topics.day) - sum(t.n for t, _ in found)
    most = MOST_ROWS - (unsorted > 0 or len(found) > MOST_ROWS)
    unsorted += sum(t.n for t, _ in found[most:])
    rows = [_row(topic, called, brand, discretion, speech) for topic, called in found[:most]]
    say, n = speech.phrases, speech.number(unsorted)
    rest = [TopicRow(Sentiment.UNSCORED, say.not_sorted, n, "", "")] if unsorted > 0 else []
    return TopicBoard(say.topics, (*rows, *rest))


def _row(topic: FoundTopic, called: str, brand: str, discretion: Discretion, speech: Speech) -> TopicRow:
    # A rule may hold a handle, and an address is part of what a masked wall must not say.
    address = "" if discretion.masked else link(topic, brand)
    feeling, beside = mark(topic.scored, topic.mean, topic.half_width), against(topic.n, topic.usual, speech)
    return TopicRow(feeling, called, speech.number(topic.n), beside, address)


def link(topic: FoundTopic, brand: str) -> str:
    """Its mentions, on the Mentions page."""
    return f"/mentions?{urlencode({'q': topic.rule, 'brand': brand, 'range': '24h'})}"


def against(n: int, usual: float | None, speech: Speech) -> str:
    """``n`` beside the usual, in words."""
    say = speech.phrases
    if usual is None:
        return ""
    if usual < 1:
        return say.new
    ratio = n / usual
    if ratio >= 2.5:
        return say.several_times.format(n=speech.number(round(ratio)))
    if ratio >= 1.5:
        return say.twice
    if ratio > 2 / 3:
        return say.as_usual
    return say.half if ratio >= 0.4 else say.less_than_half
