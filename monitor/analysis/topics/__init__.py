"""What people talk about: topics named in the config, then phrases that are significantly more frequent than usual.

    texts --> phrases --> phrase_index (numbers, voices) --> significance --> titles --> Topics
                                background (28 days) ----------^

A voice is an author. A story that many people repeat has one voice, so neither a crowd of copies nor one busy account
makes a topic. Pure: texts and times in, topics out. What a finder caches only saves it from reading twice.
"""

from monitor.analysis.topics.background import BACKGROUND_SPAN, Background, CommonPhrases, DaySample
from monitor.analysis.topics.finder import TopicFinder

__all__ = ["BACKGROUND_SPAN", "Background", "CommonPhrases", "DaySample", "TopicFinder"]
