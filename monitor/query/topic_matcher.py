"""Match posts against the topics of the config."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from monitor.model import NO_TOPICS, Post, Topic, TopicFit
from monitor.query.document import Document
from monitor.query.folded_text import FoldedText
from monitor.query.query import parse
from monitor.query.word_index import WordIndex

_VERSION = 1
"""Changes when rules come to match otherwise, so that stored posts are matched again."""


class TopicMatcher:
    """The parsed rules of all topics. Threads may share one."""

    def __init__(self, topics: Sequence[Topic] = ()) -> None:
        """Raises QueryError for the first rule that cannot be parsed."""
        self.topics = tuple(topics)
        self.names = tuple(topic.name for topic in topics)
        self.digest = topics_digest(topics)
        self._queries = [parse(topic.rule) for topic in topics]
        self._index = WordIndex(self._queries)

    def fit(self, post: Post) -> TopicFit:
        """The topics that ``post`` fits, in the order of the config."""
        if not self.names:
            return NO_TOPICS
        text = FoldedText(post.body, post.text_start)
        candidates = self._index.candidates(text)
        if not candidates:
            return TopicFit((), self.digest)
        document = Document.of(post, text)
        found = [self.names[n] for n in candidates if self._queries[n].matches(document)]
        return TopicFit(tuple(found), self.digest)


def topics_digest(topics: Sequence[Topic]) -> str:
    """Differs if other posts may fit; empty without topics. The order of topics does not matter."""
    if not topics:
        return ""
    content = repr((_VERSION, sorted((topic.name, topic.rule) for topic in topics)))
    return hashlib.blake2b(content.encode("utf-8", "replace"), digest_size=16).hexdigest()
