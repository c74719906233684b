"""The actions on mentions that need nothing but their name, for the selection bar and the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from monitor.model.actions import ActionKind, ActionResult, Actor
from monitor.store.actions import ActionStore

Act: TypeAlias = Callable[[ActionStore, Sequence[int], Actor, datetime], ActionResult]

ACTIONS: Mapping[str, tuple[ActionKind, Act]] = MappingProxyType(
    {
        "claim": (ActionKind.CLAIM, lambda store, ids, actor, now: store.claim(ids, actor, now)),
        "unclaim": (ActionKind.UNCLAIM, lambda store, ids, actor, now: store.unclaim(ids, actor, now)),
        "hide": (ActionKind.HIDE, lambda store, ids, actor, now: store.hide(ids, True, actor, now)),
        "unhide": (ActionKind.UNHIDE, lambda store, ids, actor, now: store.hide(ids, False, actor, now)),
        "irrelevant": (ActionKind.IRRELEVANT, lambda store, ids, actor, now: store.mark(ids, False, actor, now)),
        "relevant": (ActionKind.RELEVANT, lambda store, ids, actor, now: store.mark(ids, True, actor, now)),
    }
)
"""Name -> what it is, and what does it."""
