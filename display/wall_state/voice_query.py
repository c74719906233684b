"""Finds the mentions that a wall may show as voices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from display.wall_state.director import FRESH, MAX_SHOWN
from display.wall_state.display_policy import DisplayPolicy, quiet_fields
from display.wall_state.wall_data import WallData
from monitor.model import Choice, Mention, MentionFilter
from monitor.query import Document

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.config.walls import Wall

MENTIONS_PER_BRAND = 8
"""Newest mentions that are read per brand."""
UNKNOWN_LANGUAGE = "und"
MAX_AHEAD = timedelta(minutes=1)
"""Posts can be dated later than this only if the machine's clock was ahead when they were stored."""
LOOK_BACK = (FRESH, timedelta(hours=24), None)
"""How far back voices are looked for, until there are enough; None: without limit."""


class VoiceQuery:
    """The voices of a wall by its brands, languages, quiet names and display policy. Not thread-safe."""

    def __init__(
        self, config: Config, wall: Wall, brand_names: Sequence[str], data: WallData, policy: DisplayPolicy
    ) -> None:
        self._wall, self._brand_names, self._data, self._policy = wall, brand_names, data, policy
        source_names = {s.name for s in config.sources}
        self._quiet_sources = tuple(name for name in wall.quiet if name in source_names)
        self._quiet_fields = quiet_fields(wall.quiet)

    def may_show(self, mention: Mention) -> bool:
        """Whether the wall may show ``mention`` as a voice. One without a date, or of the future, has no age."""
        if mention.brand not in self._brand_names or not mention.listed or mention.post.undated:
            return False
        if mention.post.published_at > self._data.now + MAX_AHEAD:
            return False
        if self._data.hidden_posts.include(mention):
            return False
        if self._wall.languages and (mention.post.lang or UNKNOWN_LANGUAGE) not in self._wall.languages:
            return False
        is_quiet = bool(self._quiet_fields) and not self._quiet_fields.isdisjoint(Document.of(mention.post).fields)
        return not is_quiet and self._policy.allows_voice(mention)

    def latest(self) -> list[Mention]:
        """The newest mentions of each brand. They may be old: an imported history, a new feed."""
        found: list[Mention] = []
        for back in LOOK_BACK:
            found = self.newest(self._brand_names, back)
            if len(found) >= MAX_SHOWN:
                break
        return found

    def newest(self, brands: Iterable[str], back: timedelta | None) -> list[Mention]:
        """The newest few mentions of each of ``brands``, none older than ``back``."""
        since = None if back is None else self._data.now - back
        return [mention for brand in brands for mention in self.newest_since(brand, since)]

    def newest_since(self, brand: str, since: datetime | None) -> list[Mention]:
        """The newest few mentions of ``brand``, as far as the store can select them; ``may_show`` decides the rest."""
        quiet = Choice(exclude=self._wall.quiet)
        wanted = MentionFilter(
            brand=Choice((brand,)),
            lang=Choice(self._wall.languages),
            source=Choice(exclude=self._quiet_sources),
            author=quiet,
            site=quiet,
            since=since,
        )
        return self._data.newest(wanted, MENTIONS_PER_BRAND)
