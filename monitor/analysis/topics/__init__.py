"""What people talk about: topics that the config names, then phrases that stand out of what is usually said.

    texts --> reading (words, phrases) --> heard (numbers, voices) --> finding (what stands out) --> naming --> Topics
                                              background (28 days) ------^

A voice is an author; a story that many repeat has one voice, so neither a crowd of copies nor one busy account makes
a topic. Pure: texts and times come in, the answer goes out. What it remembers only saves it from reading twice.
"""

from monitor.analysis.topics.background import SPAN, Background, Common, Day
from monitor.analysis.topics.finder import Finder

__all__ = ["SPAN", "Background", "Common", "Day", "Finder"]
