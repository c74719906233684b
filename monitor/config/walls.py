"""``[[walls]]``: what can differ from one wall to another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, StrictBool

from monitor.config.values import Muted, Name, Phrase, PostLanguage, Text, Unique, WallName, Zone

_CLOCK_TIME = r"((?:[01][0-9]|2[0-3]):[0-5][0-9])"
_HOURS = re.compile(f"{_CLOCK_TIME}-{_CLOCK_TIME}")


@dataclass(frozen=True, slots=True)
class Night:
    """The hours during which a wall is dimmed, in its own time zone."""

    start: time
    end: time

    def contains(self, local: datetime) -> bool:
        """Whether it is night at ``local``, a time in the wall's zone."""
        now = local.time()
        if self.start < self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


DEFAULT_NIGHT = Night(time(22), time(6, 30))


def parse_night(value: object) -> Night | None:
    """``"22:00-06:30"`` as a Night; None for ``"off"``. Raises ValueError that says what is expected."""
    if value == "off":
        return None
    found = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if found is None or found[1] == found[2]:
        raise ValueError('two different times such as "22:00-06:30", or "off"')
    return Night(time.fromisoformat(found[1]), time.fromisoformat(found[2]))


@dataclass(frozen=True, slots=True)
class Wall:
    """One wall. The default one shows everything; it is the only wall if none is configured."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: WallName = ""
    """Required in ``[[walls]]``."""
    brands: Unique[Name] = ()
    """Empty: all."""
    languages: Unique[PostLanguage] = ()
    """Languages of the posts shown; "und" means unknown. Empty: all."""
    timezone: Zone | None = None
    """None: the time zone of the pages."""
    mask_authors: StrictBool = False
    never_show: Unique[Phrase] = ()
    """Posts that contain one of these are counted, but not shown."""
    quiet: Unique[Muted] = ()
    """Posts from these authors, sites and sources are counted, but not shown."""
    night: Annotated[Night | None, BeforeValidator(parse_night)] = DEFAULT_NIGHT
    """None: never."""
    rotation: StrictBool = True
    """Whether zones change places, to protect plasma screens, and topics alternate with posts."""
    language: Text = "en"
    """The language of the wall's interface; posts are not translated."""
    clock: Literal["24h", "12h"] = "24h"
