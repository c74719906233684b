"""Refuses filters of a URL that are well written and can never find anything, so that no list is always empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.errors import FilterError
from monitor.model import COUNTED_STATES, UNDATED, Choice, MentionFilter

if TYPE_CHECKING:
    from display.pages.mentions.filters import MentionsView
    from monitor.store import Store

STORED_STATES = (*COUNTED_STATES, "irrelevant", "left")
"""Every mention that is stored has one of these."""


def check_existence(store: Store, view: MentionsView, given: Mapping[str, Sequence[str]], now: datetime) -> None:
    """Raise FilterError for a time, a story, a version of a rule or a topic that no mention can have.

    Only what the URL itself has (``given``) is checked: a saved view says on its page what it no longer finds.
    """
    f = view.filter
    if given.get("since") and f.since is not None and f.since > now:
        raise FilterError("since", given["since"][0], "a time that is not in the future")
    if given.get("until") and f.until is not None and f.until <= UNDATED:
        raise FilterError("until", given["until"][0], "a time after 1970 began")
    if any(given.get("story", ())) and f.story is not None and not _has_mention(store, f.story):
        allowed = "a story that still has a mention, as a link to it has; the posts of this one may have been deleted"
        raise FilterError("story", str(f.story), allowed)
    if any(given.get("named_topic", ())):
        _check_topics(store, f.named_topic)
    if any(given.get("rule", ())):
        _check_rules(store, f.rule, now)


def _has_mention(store: Store, story: int) -> bool:
    return bool(store.page(MentionFilter(story=story, state=Choice(STORED_STATES)), limit=1))


def _check_topics(store: Store, topics: Choice) -> None:
    names = store.named_topics.names()
    for value in (*topics.include, *topics.exclude):
        if value not in names:
            raise FilterError("named_topic", value, ", ".join(names) or "none, because the config has no topic")


def _check_rules(store: Store, rules: Choice, now: datetime) -> None:
    """A brand of the config has its rule in version 1, and each change adds one."""
    newest = {change.brand: change.version for change in store.rule_changes(UNDATED, now + timedelta(days=1))}
    for value in (*rules.include, *rules.exclude):
        brand, _, version = value.rpartition("@")
        last = newest.get(brand, 1)
        if not 1 <= int(version) <= last:
            allowed = f"{brand}@1" if last == 1 else f"{brand}@1 to {brand}@{last}"
            raise FilterError("rule", value, f"{allowed}, the versions of this rule")
