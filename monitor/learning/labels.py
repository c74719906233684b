"""People's answers about scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.learning.parts import ScoreParts, score_parts
from monitor.model import Mention, Sentiment, State

KINDS = (Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE)


@dataclass(frozen=True, slots=True)
class Label:
    """A scored mention, and what a person says of it."""

    plain: float
    """Its score without an offset."""
    answer: Sentiment
    parts: ScoreParts | None
    """None: its score is never adjusted."""
    relatives: tuple[str, ...]
    """What it may share with others that are no independent answers: its story, its author, its post."""
    is_random: bool = True
    """Whether the mention was drawn at random. A person corrects what is wrong, so corrections are not."""

    @property
    def is_right(self) -> bool:
        """Whether the plain score agrees."""
        return Sentiment.of(self.plain) is self.answer


def label_of(mention: Mention, answer: Sentiment, *, is_random: bool) -> Label | None:
    """What ``answer`` says about ``mention``; None if it says nothing about a score that counts."""
    counts = mention.state not in (State.IRRELEVANT, State.LEFT)
    if mention.program_score is None or answer not in KINDS or not counts:
        return None
    evidence, post = mention.score.evidence, mention.post
    plain = round(mention.program_score - evidence.adjustment, 3)
    relatives = [f"post {post.source} {post.external_id}"]
    relatives += [f"story {mention.story}"] if mention.story is not None else []
    relatives += [f"author {post.source} {post.author}"] if post.author else []
    parts = score_parts(plain, mention.brand, evidence, post.body, post.lang, mention.opinion)
    return Label(plain, answer, parts, tuple(relatives), is_random)


def label_weights(labels: Sequence[Label]) -> list[float]:
    """How much each label counts, so that corrections do not change how often the program seems wrong.

    For each sentiment that the program gave, the labels that disagree have together the weight that those of the random
    mentions have, and so have those that agree. Corrections thus say which errors there are, but not how many. Where no
    random mention shows an error, or a score that is right, corrections count nothing.
    """
    every, random = Counter[tuple[Sentiment, bool]](), Counter[tuple[Sentiment, bool]]()
    keys = [(Sentiment.of(label.plain), label.is_right) for label in labels]
    for key, label in zip(keys, labels, strict=True):
        every[key] += 1
        random[key] += label.is_random
    return [random[key] / every[key] for key in keys]


def groups(labels: Sequence[Label]) -> list[int]:
    """For each label the number of its group. Labels that share a relative, directly or not, are in one group."""
    parents = list(range(len(labels)))

    def root(n: int) -> int:
        while parents[n] != n:
            parents[n] = n = parents[parents[n]]
        return n

    first_with: dict[str, int] = {}
    for n, label in enumerate(labels):
        for relative in label.relatives:
            parents[root(n)] = root(first_with.setdefault(relative, n))
    return [root(n) for n in range(len(labels))]
