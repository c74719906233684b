"""The director of a wall chooses which of the newest mentions are shown. Changes are slow, removals immediate.

It reads only the clock; its caller offers the mentions. The first mention on the screen is the large hero.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TypeAlias

from monitor.clock import Clock
from monitor.model import Mention

StoryOrPost: TypeAlias = tuple[object, ...]
"""What a mention shows: its story, or its post. Two mentions of the same one must not be on the screen together."""

FRESH = timedelta(minutes=30)
"""An older mention is not news."""
MAX_SHOWN = 3
MIN_DWELL_SECONDS, MAX_DWELL_SECONDS = 8.0, 20.0
"""The shortest time between two changes, and the longest time that a hero is given to be read."""
WORDS_PER_SECOND = 3.0
LONG_WORD_CHARS = 20
"""A word from this length on counts as several: some scripts have no spaces."""
WORDS_PER_LONG_WORD = 5
MAX_READ_CHARS = 600
HEROES_BETWEEN_COMPETITORS = 3
"""How many heroes about us follow one about a competitor."""
MAX_WAITING = 60
HERO_COUNT_SECONDS = 300.0
"""How far back heroes are counted."""
MAX_REMEMBERED = 1000
"""Limit of the remembered mentions that were refused, and of those that were shown."""
NEVER = float("-inf")


class Director:
    """The voices of one wall. Not thread-safe."""

    def __init__(self, ours: Collection[str], clock: Clock, may_show: Callable[[Mention], bool]) -> None:
        """``ours``: the brands that lead. ``may_show``: whether this wall may show a mention at all."""
        self._ours, self._clock, self._may_show = frozenset(ours), clock, may_show
        self._screen: list[Mention] = []
        self._waiting: dict[StoryOrPost, Mention] = {}
        self._seen_at: dict[StoryOrPost, float] = {}
        self._refused: set[int] = set()
        self._last_known_id = 0
        self._hero_left = True
        self._changed_at = self._hero_since = self._held_until = NEVER
        self._heroes_since_competitor = HEROES_BETWEEN_COMPETITORS
        self._hero_times: deque[float] = deque()

    def take_over(self, former: Director) -> None:
        """Go on with the screen of ``former``. What this wall may not show leaves it with the next ``update``."""
        self._screen, self._waiting, self._seen_at = list(former._screen), dict(former._waiting), dict(former._seen_at)
        self._last_known_id, self._hero_left = former._last_known_id, former._hero_left
        self._changed_at, self._hero_since = former._changed_at, former._hero_since
        self._held_until, self._heroes_since_competitor = former._held_until, former._heroes_since_competitor
        self._hero_times = deque(former._hero_times)

    @property
    def screen(self) -> Sequence[Mention]:
        """What is shown: the hero, then the rows."""
        return tuple(self._screen)

    @property
    def read_at(self) -> float:
        """When the hero has been shown long enough to be read, by the monotonic clock."""
        return self._hero_since + dwell_seconds(self._screen[0]) if self._screen else NEVER

    @property
    def next_at(self) -> float:
        """When the next mention may appear: the hero has been read, nothing changed just now, and nothing is held."""
        if self._hero_left or not self._screen:
            return NEVER
        return max(self.read_at, self._changed_at + MIN_DWELL_SECONDS, self._held_until)

    def hold(self, until: float) -> None:
        """Let no mention appear before ``until``, by the monotonic clock: the stage shows topics. Removals continue."""
        self._held_until = until

    def is_due(self) -> bool:
        """Whether a mention is waiting and may appear now."""
        return self._clock.monotonic() >= self.next_at and self._next() is not None

    def recent_heroes(self) -> int:
        """How many heroes there were in the last HERO_COUNT_SECONDS."""
        while self._hero_times and self._hero_times[0] < self._clock.monotonic() - HERO_COUNT_SECONDS:
            self._hero_times.popleft()
        return len(self._hero_times)

    def restart(self, latest: Iterable[Mention], last_id: int) -> None:
        """Show the newest of ``latest`` and drop the queue: only mentions with an id above ``last_id`` are news.

        The hero is about us if anything about us is fresh.
        """
        self._waiting.clear()
        self._screen, self._last_known_id = [], last_id
        self._heroes_since_competitor = HEROES_BETWEEN_COMPETITORS
        newest = sorted(filter(self._may_show, latest), key=self._newness, reverse=True)
        hero = next((m for m in newest if m.brand in self._ours and self._is_fresh(m)), None)
        if newest:
            self._make_hero(hero or newest[0])
        self.fill(newest)

    def fill(self, latest: Iterable[Mention]) -> None:
        """Fill free places with the newest of ``latest``."""
        for mention in sorted(latest, key=self._newness, reverse=True):
            shown = {story_or_post(m) for m in self._screen}
            if len(self._screen) == MAX_SHOWN or story_or_post(mention) in shown or not self._may_show(mention):
                continue
            if not self._screen:
                self._make_hero(mention)
            else:
                self._screen.append(mention)
                self._mark_seen(mention)

    @property
    def is_stale(self) -> bool:
        """Whether nothing shown or waiting is fresh, so that the latest known mentions should be shown."""
        return bool(self._screen) and not any(map(self._is_fresh, (*self._screen, *self._waiting.values())))

    def catch_up(self, latest: Iterable[Mention]) -> None:
        """Show the newest of ``latest`` if they are newer than what is shown: old posts may be read late."""
        newest = sorted(filter(self._may_show, latest), key=self._newness, reverse=True)
        is_newer = newest and self._newness(newest[0]) > max(map(self._newness, self._screen))
        if is_newer and self._clock.monotonic() >= self.next_at:
            self._screen = []
            self.fill(newest)

    def offer(self, mentions: Iterable[Mention]) -> None:
        """Queue those of ``mentions`` that are news. Of a story only the newest waits; larger stories appear first."""
        for mention in sorted(mentions, key=lambda m: m.id):
            waiting = self._waiting.get(story_or_post(mention))
            ours_waits = waiting is not None and waiting.brand in self._ours and mention.brand not in self._ours
            if not ours_waits and self._is_news(mention):
                self._waiting[story_or_post(mention)] = mention
        if len(self._waiting) > MAX_WAITING:
            best = sorted(self._waiting.values(), key=_rank, reverse=True)[:MAX_WAITING]
            self._waiting = {story_or_post(m): m for m in best}

    def advance(self, latest: Callable[[], Iterable[Mention]] = tuple) -> None:
        """Show the next mention if it is time and one is waiting.

        ``latest`` is called if the hero has left and nothing on the screen may take its place.
        """
        if self._clock.monotonic() < self.next_at:
            return
        chosen = self._next()
        if chosen is not None:
            del self._waiting[story_or_post(chosen)]
            if self._may_lead(chosen):
                self._make_hero(chosen)
            else:
                self._insert_row(chosen)
            del self._screen[MAX_SHOWN:]
        elif self._hero_left and self._screen:
            self._make_hero(self._successor(latest))
            del self._screen[MAX_SHOWN:]

    def update(self, current: Mapping[int, Mention]) -> bool:
        """Show the mentions as they are in ``current``, by id; remove those that are gone, hidden or not allowed.

        Returns whether all of them stayed. If the hero left, the next ``advance`` replaces it at once.
        """
        before = [m.id for m in self._screen]
        self._screen = [current[id_] for id_ in before if id_ in current and self._may_stay(current[id_])]
        for mention in self._screen:
            self._mark_seen(mention)
        after = [m.id for m in self._screen]
        if after[:1] != before[:1]:
            self._hero_left = True
        return after == before

    def _next(self) -> Mention | None:
        """The mention that appears next: one that may lead; beside a hero that is not fresh, any, as a row."""
        waiting = [m for m in self._waiting.values() if self._is_fresh(m)]
        leading = [m for m in waiting if self._may_lead(m)]
        if leading or not waiting:
            return max(leading, key=_rank, default=None)
        return None if self._is_fresh(self._screen[0]) else max(waiting, key=_rank)

    def _successor(self, latest: Callable[[], Iterable[Mention]]) -> Mention:
        """The new hero after one that left: about a competitor only if it may lead or nothing about us is fresh."""
        found = next(filter(self._may_lead, self._screen), None)
        if found is None:
            fresh = (m for m in latest() if m.brand in self._ours and self._is_fresh(m) and self._may_show(m))
            found = max(fresh, key=self._newness, default=self._screen[0])
        return found

    def _may_lead(self, mention: Mention) -> bool:
        enough_of_ours = self._heroes_since_competitor >= HEROES_BETWEEN_COMPETITORS
        return mention.brand in self._ours or enough_of_ours or not self._screen

    def _make_hero(self, mention: Mention) -> None:
        self._screen = [mention, *self._screen_without(mention)]
        self._hero_left = False
        self._changed_at = self._clock.monotonic()
        # A hero that appears while topics are shown can only be read after them.
        self._hero_since = max(self._changed_at, self._held_until)
        self._hero_times.append(self._changed_at)
        self._heroes_since_competitor = self._heroes_since_competitor + 1 if mention.brand in self._ours else 0
        self._mark_seen(mention)

    def _insert_row(self, mention: Mention) -> None:
        """Make ``mention`` the first row."""
        rest = self._screen_without(mention)
        self._screen = [*rest[:1], mention, *rest[1:]]
        self._hero_left = False
        self._changed_at = self._clock.monotonic()
        self._mark_seen(mention)

    def _screen_without(self, mention: Mention) -> list[Mention]:
        """The screen without mentions like ``mention``: one that waited may have filled a free row meanwhile."""
        return [m for m in self._screen if story_or_post(m) != story_or_post(mention)]

    def _mark_seen(self, mention: Mention) -> None:
        """Remember that it was shown, so that it is not shown again while it is fresh."""
        now = self._clock.monotonic()
        if len(self._seen_at) > MAX_REMEMBERED:
            outdated = now - FRESH.total_seconds()
            self._seen_at = {k: at for k, at in self._seen_at.items() if at > outdated}
        self._seen_at[story_or_post(mention)] = now

    def _is_news(self, mention: Mention) -> bool:
        if mention.id <= self._last_known_id or mention.id in self._refused or not self._is_fresh(mention):
            return False
        if self._clock.monotonic() - self._seen_at.get(story_or_post(mention), NEVER) < FRESH.total_seconds():
            return False
        if self._may_show(mention):
            return True
        if len(self._refused) >= MAX_REMEMBERED:
            self._refused.clear()
        self._refused.add(mention.id)
        return False

    def _newness(self, mention: Mention) -> tuple[object, ...]:
        """Sorts the newest last; of one post about several brands, the mention of ours."""
        return mention.post.published_at, mention.brand in self._ours, mention.id

    def _is_fresh(self, mention: Mention) -> bool:
        return self._clock.now() - mention.post.published_at <= FRESH

    def _may_stay(self, mention: Mention) -> bool:
        return mention.listed and self._may_show(mention)


def story_or_post(mention: Mention) -> StoryOrPost:
    """The story of a mention, or its post if it has no story: a post about two brands has a mention for each."""
    if mention.story is not None:
        return ("story", mention.story)
    return ("post", mention.post.source, mention.post.external_id)


def dwell_seconds(mention: Mention) -> float:
    """How long a hero is shown at least: the time that it takes to read."""
    words = sum(
        max(1, len(word) // LONG_WORD_CHARS * WORDS_PER_LONG_WORD)
        for word in mention.post.body[:MAX_READ_CHARS].split()
    )
    return min(max(words / WORDS_PER_SECOND, MIN_DWELL_SECONDS), MAX_DWELL_SECONDS)


def _rank(mention: Mention) -> tuple[object, ...]:
    """Sorts the largest story last, then the newest."""
    return mention.near_duplicates, mention.post.published_at, mention.id
