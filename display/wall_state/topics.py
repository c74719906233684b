"""Topics: the main one of the last hour for the headline, and the board of the day."""

from __future__ import annotations

from urllib.parse import urlencode

from display.wall_state.board import mood_of
from display.wall_state.display_policy import DisplayPolicy
from display.wall_state.document import TopicBoard, TopicRow
from display.wall_state.i18n import Locale, fill
from display.wall_state.wall_text import one_line, truncate_graphemes
from monitor.model import FoundTopic, Sentiment, SentimentCounts, Topics
from monitor.quality import MoodModel

MAX_TOPIC_GRAPHEMES = 22
MIN_SHARE_OF_HOUR, MIN_MENTIONS, MIN_AUTHORS = 0.25, 5, 3
"""A headline topic needs all three, because it puts other people's words on a big screen."""
MIN_TOPICS, MAX_ROWS = 3, 5


def topic_phrase(words: str, policy: DisplayPolicy) -> str:
    """A topic's words as the wall may show them; empty if it may not."""
    return truncate_graphemes(one_line(policy.masked_text(words)), MAX_TOPIC_GRAPHEMES) if policy.allows(words) else ""


def headline_topic(topics: Topics | None, n: int, policy: DisplayPolicy) -> str:
    """The topic that stands out in the ``n`` mentions of the last hour; empty if none does."""
    topic = topics.hour if topics else None
    if topic is None or topic.n < max(MIN_MENTIONS, MIN_SHARE_OF_HOUR * n) or topic.authors < MIN_AUTHORS:
        return ""
    return topic_phrase(topic.name, policy)


def topic_board(
    topics: Topics | None, brand: str, model: MoodModel, policy: DisplayPolicy, locale: Locale
) -> TopicBoard | None:
    """The topics of the day, largest first, and how many mentions have none. None if too few topics stand out."""
    named = [(t, topic_phrase(t.name, policy)) for t in topics.day] if topics else []
    shown = [(t, name) for t, name in named if name]
    if topics is None or len(shown) < MIN_TOPICS:
        return None
    without_topic = topics.without_topic + sum(t.n for t in topics.day) - sum(t.n for t, _ in shown)
    max_topics = MAX_ROWS - (without_topic > 0 or len(shown) > MAX_ROWS)
    without_topic += sum(t.n for t, _ in shown[max_topics:])
    rows = [_row(topic, name, brand, model, policy, locale) for topic, name in shown[:max_topics]]
    if without_topic > 0:
        rows.append(TopicRow(Sentiment.UNSCORED, locale.phrases.not_sorted, locale.number(without_topic), "", ""))
    return TopicBoard(locale.phrases.topics, tuple(rows))


def compared_with_usual(n: int, usual: float | None, locale: Locale) -> str:
    """``twice the usual``, ``as usual``, ``new``; empty if the usual is unknown."""
    phrases = locale.phrases
    if usual is None:
        return ""
    if usual < 1:
        return phrases.new
    ratio = n / usual
    if ratio >= 2.5:
        return fill(phrases.several_times, n=locale.multiple(ratio))
    if ratio >= 1.5:
        return phrases.twice
    if ratio > 2 / 3:
        return phrases.as_usual
    return phrases.half if ratio >= 0.4 else phrases.less_than_half


def _row(topic: FoundTopic, name: str, brand: str, model: MoodModel, policy: DisplayPolicy, locale: Locale) -> TopicRow:
    # A topic's rule may contain a handle, which a masked wall must not reveal in a link either.
    link = "" if policy.masks_authors else _mentions_path(topic, brand)
    mark, _ = mood_of(SentimentCounts(topic.negative, topic.neutral, topic.positive), model)
    return TopicRow(mark, name, locale.number(topic.n), compared_with_usual(topic.n, topic.baseline, locale), link)


def _mentions_path(topic: FoundTopic, brand: str) -> str:
    """The path of its mentions on the Mentions page."""
    return f"/mentions?{urlencode({'q': topic.rule, 'brand': brand, 'range': '24h'})}"
