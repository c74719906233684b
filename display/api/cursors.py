"""Cursors: where a page of a list ends, for which filter, and as of when, as opaque text.

Not signed: a cursor grants nothing, and somebody who makes one up gets another page of the same list, or an error.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from display.pages.mentions.filters import EPOCH, POSITION, MentionsView, position_text
from display.pages.mentions.times import MILLISECOND
from monitor.errors import WallflowerError
from monitor.model import ListPosition

_CURSOR = re.compile(rf"([0-9a-f]{{16}})~({POSITION.pattern})~([0-9]{{1,18}})~([0-9]{{1,14}})")
START_AGAIN = "Begin again without a cursor."


class CursorError(WallflowerError):
    """A cursor that cannot be used. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The end of a page."""

    fingerprint: str
    """Of the filter."""
    last: ListPosition
    """The last mention of the page."""
    upto: int
    """The newest mention when the first page was read: later ones are on no page."""
    as_of: datetime
    """When the first page was read: from then on, ranges such as "7d" are counted."""

    def encode(self) -> str:
        """The cursor as text."""
        as_of = (self.as_of - EPOCH) // MILLISECOND
        text = f"{self.fingerprint}~{position_text(self.last)}~{self.upto}~{as_of}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(text: str, now: datetime) -> Cursor:
    """The cursor that ``encode`` wrote. Raises CursorError."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (ValueError, binascii.Error):
        plain = ""
    found = _CURSOR.fullmatch(plain)
    if found is None or found[4] is None:
        raise CursorError(f"This cursor was not made by this address. {START_AGAIN}")
    position = ListPosition(int(found[3]), EPOCH + int(found[4]) * MILLISECOND)
    as_of = EPOCH + int(found[6]) * MILLISECOND
    if as_of > now:
        raise CursorError(f"This cursor is from the future. {START_AGAIN}")
    return Cursor(found[1], position, int(found[5]), as_of)


def fingerprint(view: MentionsView) -> str:
    """The fingerprint of the filter of ``view``, equal for equal lists as of the same time."""
    return blake2b(repr((view.filter, view.range)).encode(), digest_size=8).hexdigest()
