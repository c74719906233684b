"""Words of change over time: how it was, what ended it, what was repaired."""

from __future__ import annotations

from monitor.sentiment.lexicon.text import word_set

NOT_PAST_BEFORE = word_set("get gets got getting gotten am i'm is are be being been are you're we're it's")
"""Before "used to", which then means a habit: "getting used to"."""

UNTIL = word_set("until till til before")
"""Praise before these is over, and so is blame: "was great until", "awful until the update"."""

ENDED_BY = word_set("update upgrade redesign takeover merger change changes changed you they")
"""After "before", what ended it: "great before the update", unlike "had lunch before the flight"."""

REPAIR_VERBS = word_set(
    "fixed fixes fix resolved resolves solved solves sorted repaired cured rectified addressed remedied"
)
REPAIRED = word_set("fixed resolved solved sorted repaired cured rectified remedied")
"""Repairs that happened, unless negated: the trouble that they name is over."""
REPAIR_VALENCE = 1.3
UNREPAIRED_VALENCE = -1.3
NOT_REPAIRED_BEFORE = word_set(
    "not never be still get please yet isn't wasn't hasn't haven't aren't until if to need needs when"
)
"""Words before a repair that did not happen: "still not fixed", "get it fixed", "until fixed"."""
