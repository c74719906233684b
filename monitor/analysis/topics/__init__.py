"""What people talk about: topics named in the config, then phrases that are significantly more frequent than usual.

    texts --> phrases --> phrase_index (numbers, voices) --> significance --> titles --> Topics
                                background (28 days) ----------^

A voice is an author, and a story that many people repeat counts as one voice, so neither many copies nor one busy
account make a topic. The package is pure; a finder caches only what it would otherwise compute again.
"""

from monitor.analysis.topics.background import BACKGROUND_SPAN, Background, CommonPhrases, DaySample
from monitor.analysis.topics.finder import TopicFinder, blocked_words, query_words, story_sentiments

__all__ = [
    "BACKGROUND_SPAN",
    "Background",
    "CommonPhrases",
    "DaySample",
    "TopicFinder",
    "blocked_words",
    "query_words",
    "story_sentiments",
]
