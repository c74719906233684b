"""The part of the Store protocol about relevance: clicks, and mentions that the program sets aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from monitor.model import BrandRelevance, ClickedMention, JudgedRelevance, RelevanceClick, RelevanceWork, SetAside


class RelevanceStore(Protocol):
    """``Store.relevance``. Errors and times are those of ``Store``.

    A mention that is set aside leaves lists; figures still count it. One that a person claimed, hid, corrected, clicked
    or brought back is never set aside.
    """

    # What people do

    def click(self, mention: int, relevant: bool, person: str, now: datetime) -> bool:
        """Mark a mention as relevant or not; return whether that changed anything.

        One that is not relevant gets the state IRRELEVANT. A relevant one loses that state, and is brought back. A
        mention with the state LEFT cannot be marked.
        """

    def undo_click(self, mention: int, now: datetime) -> bool:
        """Forget the click on a mention, and restore the state that it had before; return whether there was one."""

    def click_on(self, mention: int) -> RelevanceClick | None:
        """The click on a mention."""

    def bring_back(self, brand: str, now: datetime) -> int:
        """Bring back all mentions of a brand that are set aside; return how many. They are not set aside again."""

    def judge_again(self, brand: str) -> int:
        """Let the program decide again about all mentions that ``bring_back`` brought back; return how many."""

    def switch(self, brand: str, on: bool, now: datetime) -> int:
        """Let the program set mentions of a brand aside, or not, which brings all back; return how many came back."""

    # What is known

    def brands(self) -> list[BrandRelevance]:
        """Each brand of the config, in its order."""

    def reasons(self, mentions: Sequence[int]) -> dict[int, SetAside]:
        """Mention -> why it is set aside, for those of ``mentions`` that are."""

    # The worker

    def clicked(self, brand: str, encoder: str, limit: int) -> list[ClickedMention]:
        """The newest ``limit`` clicks on a brand's mentions of each kind. ``encoder``: whose vectors are wanted."""

    def use_model(self, brand: str, model: str, now: datetime) -> None:
        """From now on, new mentions of a brand wait for ``model``. If it differs from before, stored ones wait too.

        With an empty ``model`` nothing waits, and what was set aside is brought back.
        """

    def next_work(self, encoder: str, since: datetime, limit: int) -> RelevanceWork:
        """The newest mentions that wait; if there are none, stored ones to be reviewed, back to ``since``.

        After these follow older ones that another model set aside.
        """

    def save_judged(self, work: RelevanceWork, judged: Sequence[JudgedRelevance], encoder: str, now: datetime) -> int:
        """Save what was decided about the mentions of ``work``, in one transaction; return how many moved.

        What was decided by a model that is no longer in use, or about a mention that was edited, deleted or touched by
        a person meanwhile, is left out.
        """
