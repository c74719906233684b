"""The mentions that an action is about, and why it leaves some of them out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from monitor.model import State
from monitor.model.actions import MAX_SELECTED, ActionResult, Claim
from monitor.store.sql import claims
from monitor.store.sql.connection import Connection

_STATES = "SELECT mention.id, state FROM json_each(?) wanted CROSS JOIN mention ON mention.id = wanted.value"


class Selection:
    """Some mentions in one transaction. Its methods return those that may be changed, and remember the others."""

    def __init__(self, db: Connection, mentions: Sequence[int]) -> None:
        wanted = list(dict.fromkeys(mentions))[:MAX_SELECTED]
        self._db, self._states = db, dict(db.execute(_STATES, (json.dumps(wanted),)).fetchall())
        self.existing = [mention for mention in wanted if mention in self._states]
        self._missing = tuple(mention for mention in wanted if mention not in self._states)
        self._uncounted: list[int] = []
        self._taken: dict[int, Claim] = {}

    def in_states(self, *states: State) -> list[int]:
        """The mentions in these states."""
        self._uncounted += [mention for mention in self.existing if self._states[mention] not in states]
        return [mention for mention in self.existing if self._states[mention] in states]

    def free(self, mentions: Iterable[int], is_taken: Callable[[Claim], bool]) -> list[int]:
        """Those of ``mentions`` whose claim, if there is one, is not taken."""
        free = list[int]()
        for mention in mentions:
            claim = claims.claim_on(self._db, mention)
            if claim is not None and is_taken(claim):
                self._taken[mention] = claim
            else:
                free.append(mention)
        return free

    def result(self, action: int | None, changed: tuple[int, ...]) -> ActionResult:
        """What the action ``action`` came to."""
        return ActionResult(action, changed, self._taken, self._missing, tuple(self._uncounted))
