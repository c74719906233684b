"""Decides from all dates of a column whether the day or the month comes first."""

from __future__ import annotations

import re

from monitor.dates.errors import AmbiguousOrder, ContradictoryOrder
from monitor.dates.folding import fold

_NUMERIC = re.compile(r"(?<![\d:./-])(\d{1,2}) ?([./-]) ?(\d{1,2}) ?\2 ?(?:\d{4}|\d{2})(?!\d)")


class DateColumn:
    """Takes the values of a column one by one and decides the order of their dates.

    Evidence is only what cannot be otherwise: a number above 12 is a day. That dates ascend is none.
    """

    def __init__(self) -> None:
        self._day_first: str | None = None
        self._month_first: str | None = None
        self._open: str | None = None
        self._dotted: str | None = None

    def add(self, text: str) -> None:
        """Take the next value, which may be empty or no date at all."""
        if text[4:5] in "-/" and text[:4].isdigit():
            return  # year first, by far the most frequent
        found = _NUMERIC.search(fold(text[:100]))
        if found is None:
            return
        first, second = int(found[1]), int(found[3])
        if first > 12 >= second > 0 and self._day_first is None:
            self._day_first = text
        elif second > 12 >= first > 0 and self._month_first is None:
            self._month_first = text
        elif first != second and 0 < first <= 12 and 0 < second <= 12:
            if found[2] == ".":
                self._dotted = self._dotted or text
            else:
                self._open = self._open or text

    def result(self) -> bool | None:
        """Whether the day comes first, to be given to ``parse_date``; None if no value needs a decision.

        Dotted dates are day-first unless a value says otherwise. Raises AmbiguousOrder if no value decides, and its
        subclass ContradictoryOrder if two values contradict each other.
        """
        if self._day_first is not None and self._month_first is not None:
            raise ContradictoryOrder(self._day_first.strip(), self._month_first.strip())
        if self._day_first is not None:
            return True
        if self._month_first is not None:
            return False
        if self._open is not None:
            raise AmbiguousOrder(self._open.strip())
        return True if self._dotted is not None else None
