"""What has a rule that people can change: a brand, or a topic of the config."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from monitor.model import Brand, RuleChange, Topic
from monitor.model.rules import PreviewFigures, RuleVersion
from monitor.store import Store


@dataclass(frozen=True, slots=True)
class Subject:
    """A brand or a topic, with its rule in use."""

    name: str
    """Empty for a topic that is being added."""
    rule: str
    brand: Brand | None = None
    """None: a topic."""

    @classmethod
    def of_brand(cls, brand: Brand) -> Subject:
        """A brand of the config."""
        return cls(brand.name, brand.rule, brand)

    @classmethod
    def of_topic(cls, topic: Topic) -> Subject:
        """A topic of the config."""
        return cls(topic.name, topic.rule)

    @property
    def noun(self) -> str:
        """What it is."""
        return "topic" if self.brand is None else "brand"

    @property
    def section(self) -> str:
        """Its tables in the config."""
        return "topics" if self.brand is None else "brands"

    @property
    def is_new(self) -> bool:
        """Whether it is not in the config yet."""
        return not self.name

    def url(self, action: str = "editor", **values: Any) -> str:
        """The address of its editor, or of what is sent from it: "save", "show_preview", "look" or "progress"."""
        if self.is_new:
            return url_for(f"rules.new_topic_{action}", **values)
        if self.brand is None:
            return url_for(f"rules.topic_{action}", topic=self.name, **values)
        return url_for(f"rules.{action}", brand=self.name, **values)

    def versions(self, store: Store) -> list[RuleVersion]:
        """Every version of its rule, the newest first."""
        return store.named_topics.versions(self.name) if self.brand is None else store.rules.versions(self.name)

    def withdraw(self, store: Store) -> None:
        """Its rule was not changed after all."""
        (store.named_topics if self.brand is None else store.rules).withdraw(self.name)

    def preview(self, store: Store, text: str, edges: Sequence[datetime], shown: int) -> PreviewFigures:
        """What would change with the rule ``text``."""
        rules = store.named_topics if self.brand is None else store.rules
        return rules.preview(self.name, text, edges, shown)

    def counts(self, store: Store, edges: Sequence[datetime], figures: PreviewFigures) -> list[int]:
        """Its mentions between each two edges. ``figures``: of a preview over the same edges."""
        if self.brand is None:
            return list(figures.now)
        return [b.n for b in store.brand_histogram(self.name, edges)]

    def changes(self, store: Store, since: datetime, until: datetime) -> list[RuleChange]:
        """The changes of its rule."""
        if self.brand is None:
            return [one for one in store.named_topics.changes(since, until) if one.topic == self.name]
        return [one for one in store.rule_changes(since, until) if one.brand == self.name]
