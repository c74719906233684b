"""Topics: the main one of the last hour for the headline, and the board of the day."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urlencode

from display.wall_state.board import mood_of
from display.wall_state.display_policy import DisplayPolicy
from display.wall_state.document import TopicBoard, TopicRow
from display.wall_state.i18n import Locale, fill
from display.wall_state.wall_text import isolated, one_line, short_brand_name, truncate_graphemes
from monitor.model import FoundTopic, Sentiment, SentimentCounts, Topics
from monitor.quality import MoodModel

MAX_TOPIC_GRAPHEMES = 22
MIN_SHARE_OF_HOUR, MIN_MENTIONS, MIN_AUTHORS = 0.25, 5, 3
"""A headline topic needs all three, because it puts other people's words on a big screen."""
MIN_TOPICS, MAX_ROWS = 3, 5
NEW_BELOW = 1 / 28
"""Mentions a day of a topic that was mentioned less than once in four weeks."""


def topic_phrase(words: str, policy: DisplayPolicy) -> str:
    """A topic's words as the wall may show them; empty if it may not."""
    return truncate_graphemes(one_line(policy.masked_text(words)), MAX_TOPIC_GRAPHEMES) if policy.allows(words) else ""


def without_usual(found: Topics) -> Topics:
    """The same without comparisons: after a change of a rule, every topic of what it finds since would be new."""
    return replace(found, day=tuple(replace(topic, baseline=None) for topic in found.day))


class HeadlineTopic(NamedTuple):
    """The topic that stands out in the last hour."""

    name: str
    """Empty if none stands out, or if it is not known or may not be shown."""
    of_most: bool = True
    """Whether most mentions of the hour are about it."""
    known: bool = True
    """Whether an empty name means that none stands out."""


NO_TOPIC = HeadlineTopic("")


def headline_topic(topics: Topics | None, n: int, policy: DisplayPolicy) -> HeadlineTopic:
    """The topic that stands out in the ``n`` mentions of the last hour."""
    if topics is None:
        return HeadlineTopic("", known=False)
    topic = topics.hour
    if topic is None or topic.n < max(MIN_MENTIONS, MIN_SHARE_OF_HOUR * n) or topic.authors < MIN_AUTHORS:
        return NO_TOPIC
    name = topic_phrase(topic.name, policy)
    return HeadlineTopic(name, of_most=2 * topic.n > n, known=bool(name))


def topic_board(
    topics: Topics | None,
    brand: str,
    model: MoodModel,
    policy: DisplayPolicy,
    locale: Locale,
    *,
    names_brand: bool = False,
) -> TopicBoard | None:
    """The topics of the day, largest first, and how many other mentions there are. None if too few topics stand out.

    ``names_brand``: the wall has several brands of ours, so that its heading names the one whose topics these are.
    """
    phrases = [(t, topic_phrase(t.name, policy)) for t in topics.day] if topics else []
    shown = [(t, name) for t, name in phrases if name]
    if topics is None or len(shown) < MIN_TOPICS:
        return None
    without_topic = topics.without_topic + sum(t.n for t in topics.day) - sum(t.n for t, _ in shown)
    max_topics = MAX_ROWS - (without_topic > 0 or len(shown) > MAX_ROWS)
    without_topic += sum(t.n for t, _ in shown[max_topics:])
    rows = [_row(topic, name, brand, model, policy, locale) for topic, name in shown[:max_topics]]
    if without_topic > 0:
        rows.append(TopicRow(Sentiment.UNSCORED, locale.phrases.everything_else, locale.number(without_topic), "", ""))
    named = fill(locale.phrases.topics_of, brand=isolated(short_brand_name(brand)))
    return TopicBoard(named if names_brand else locale.phrases.topics, tuple(rows))


def compared_with_usual(n: int, usual: float | None, locale: Locale) -> str:
    """``twice the usual``, ``as usual``, ``new``; empty if the usual is unknown."""
    phrases = locale.phrases
    if usual is None:
        return ""
    if usual < 1:
        return phrases.new if usual < NEW_BELOW else phrases.rare
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
