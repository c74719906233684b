"""What the mentions of a view are about: phrases that are more frequent in them than in comparable mentions.

The topics of the wall are those of a brand's last day, compared with its last four weeks. A view may be any selection,
so it is compared with the first of ``comparisons`` in which anything stands out. A topic is a filter of the view.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from display.pages.mentions.facets import MAX_TOPIC_CHARS, NAMED_TOPIC, TOPIC
from display.pages.mentions.filters import MentionsView
from monitor.analysis.topics import Background, TopicFinder, blocked_words, query_words, story_sentiments
from monitor.model import Choice, FacetValue, FoundTopic, MentionFilter, Order, Sentiment, StoryCount, Texts

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store import Store

MAX_TEXTS, MAX_COMPARED_TEXTS = 1_200, 1_500
"""Texts that are read of a view, and of each comparison: extracting the phrases of one takes about 0.1 ms."""
BEFORE = timedelta(days=28)
MAX_NAMED_TOPICS = 5
MAX_SCORED_TEXTS = 300
"""Of each named topic, for the share that is negative."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Mentions that a view is compared with."""

    filter: MentionFilter
    words: str
    """What they are, in a sentence that begins "More frequent than in"."""


@dataclass(frozen=True, slots=True)
class ViewTopic:
    """A topic of a view."""

    name: str
    search: str
    """A search that finds it: the value of the filter of a found topic."""
    n: int
    """Its mentions in the view: an estimate if the view was sampled."""
    stories: StoryCount
    """What these mentions are: a text that many repeat is one."""
    negative: int | None
    """Per cent of its scored stories; None if none is scored, or the view chooses a sentiment."""
    view: MentionsView
    """The view with only these mentions, or with all again if the topic is chosen."""
    excluding: MentionsView
    """The view without these mentions."""
    chosen: bool
    is_named: bool = False
    """Whether it is a topic of the config. These come first."""


@dataclass(frozen=True, slots=True)
class ViewTopics:
    """What a view is about."""

    topics: tuple[ViewTopic, ...] = ()
    compared_with: str = ""
    """Words of the comparison in which they stand out."""
    total: int = 0
    """Mentions of the view."""
    exact: bool = True
    """Whether all mentions of the view were read."""


def find_view_topics(config: Config, store: Store, view: MentionsView, upto: int | None) -> ViewTopics:
    """The topics of ``view``, whatever topics it chooses, as of the mention ``upto``. Raises QueryError.

    Topics of the config are those that most of its mentions fit; the others stand out in their words.
    """
    view.search()
    f = replace(view.filter, topic=Choice())
    named = _named_topics(config, store, view, upto)
    finder = _finder(config, f)
    texts = store.texts_of(f.counted, MAX_TEXTS, upto)
    if not texts.rows:
        return ViewTopics()
    in_view = {text.mention for text in texts.rows}
    for comparison in comparisons(f):
        compared = store.texts_of(comparison.filter.counted, MAX_COMPARED_TEXTS, upto)
        others = tuple(text for text in compared.rows if text.mention not in in_view)
        end = max(text.published_at for text in (*texts.rows, *others))
        background = Background.of([finder.sample(Texts(len(others), others))], end + timedelta(minutes=1))
        if background.is_large_enough and (found := finder.topics_of(texts, background)):
            words = (one for one in found if not one.is_configured and len(one.rule) <= MAX_TOPIC_CHARS)
            topics = (*named, *(_view_topic(one, view, store, upto) for one in words))
            return ViewTopics(topics, comparison.words, texts.total, texts.total == len(texts.rows))
    return ViewTopics(named, total=texts.total, exact=texts.total == len(texts.rows))


def _named_topics(config: Config, store: Store, view: MentionsView, upto: int | None) -> tuple[ViewTopic, ...]:
    rules = {topic.name: topic.rule for topic in config.topics}
    counted = [one for one in store.named_topics.counts(view.filter.counted, upto) if one.n and one.value in rules]
    return tuple(_named_topic(one, rules[one.value], view, store, upto) for one in counted[:MAX_NAMED_TOPICS])


def _named_topic(found: FacetValue, rule: str, view: MentionsView, store: Store, upto: int | None) -> ViewTopic:
    name, chosen = found.value, found.value in view.filter.named_topic.include
    alone = replace(view.filter, named_topic=Choice((name,)))
    sentiments = story_sentiments(store.texts_of(alone.counted, MAX_SCORED_TEXTS, upto).rows)
    return ViewTopic(
        name,
        rule,
        found.n,
        store.count_stories(alone.counted, upto),
        None if view.filter.sentiment else _percent_negative(sentiments),
        view=view.without_value(NAMED_TOPIC, name) if chosen else view.with_value(NAMED_TOPIC, name),
        excluding=view.with_value(NAMED_TOPIC, name, exclude=True),
        chosen=chosen,
        is_named=True,
    )


def _percent_negative(sentiments: Mapping[Sentiment, int]) -> int | None:
    """Of stories; None if none has a score."""
    scored = sum(sentiments.get(one, 0) for one in (Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE))
    return round(100 * sentiments.get(Sentiment.NEGATIVE, 0) / scored) if scored else None


def comparisons(chosen: MentionFilter) -> Iterator[Comparison]:
    """What a view is compared with, the most similar mentions first."""
    wide = MentionFilter(brand=chosen.brand, since=chosen.since, until=chosen.until)
    if replace(chosen, order=Order.NEW) != wide:
        yield Comparison(wide, "the other mentions of the same time")
    if chosen.since is not None:
        before = replace(wide, since=chosen.since - BEFORE, until=chosen.since)
        yield Comparison(before, "the four weeks before")
    if chosen.brand.include:
        yield Comparison(replace(wide, brand=Choice(exclude=chosen.brand.include)), "mentions of other brands")


def _finder(config: Config, chosen: MentionFilter) -> TopicFinder:
    """A finder that never returns the names of brands, the terms of their rules, or those of the search."""
    first, *others = config.brands
    blocked = query_words(chosen.q).union(*(blocked_words(brand, config.brands) for brand in others))
    return TopicFinder(first, config.brands, config.topics, blocked)


def _view_topic(found: FoundTopic, view: MentionsView, store: Store, upto: int | None) -> ViewTopic:
    chosen = found.rule in view.filter.topic.include
    alone = replace(view.filter, topic=Choice((found.rule,)))
    sentiments = {
        Sentiment.NEGATIVE: found.negative,
        Sentiment.NEUTRAL: found.neutral,
        Sentiment.POSITIVE: found.positive,
    }
    return ViewTopic(
        found.name,
        found.rule,
        found.n,
        store.count_stories(alone.counted, upto),
        None if view.filter.sentiment else _percent_negative(sentiments),
        view=view.without_value(TOPIC, found.rule) if chosen else view.with_value(TOPIC, found.rule),
        excluding=view.with_value(TOPIC, found.rule, exclude=True),
        chosen=chosen,
    )
