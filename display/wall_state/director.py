"""Who is heard next: the director chooses among the newest mentions, calmly, and takes back at once what must go.

Pure but for the clock: it is offered what was found, and tells what stands on the wall. The first is large.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TypeAlias

from monitor.clock import Clock
from monitor.model import Mention, State

Key: TypeAlias = tuple[object, ...]
"""What stands once: a story, or a post that is like no other."""

FRESH = timedelta(minutes=30)
"""Who is older has had the chance."""
MOST = 3
SHORTEST, LONGEST = 8.0, 20.0
"""Seconds between two changes at least; and at most until a hero counts as read."""
WORDS_A_SECOND = 3.0
LONG_WORD = 20
"""Characters between two blanks from which on they count as several words: some scripts have no blanks."""
THEIRS = 3
"""Heroes about us after one about a competitor."""
MOST_WAITING = 60
COUNTED_FOR = 300.0
"""Seconds for which it is known how many heroes there were."""
MOST_REFUSED = 1000


class Director:
    """The voices of one wall. Not for several threads at once."""

    def __init__(self, ours: Collection[str], clock: Clock, shows: Callable[[Mention], bool]) -> None:
        """``ours``: the brands that lead; ``shows`` tells whether this wall may show a mention at all."""
        self._ours, self._clock, self._shows = frozenset(ours), clock, shows
        self._screen: list[Mention] = []
        self._waiting: dict[Key, Mention] = {}
        self._seen: dict[Key, float] = {}
        self._refused: set[int] = set()
        self._floor = 0
        self._vacant = True
        self._changed = self._began = self._held_until = float("-inf")
        self._since_theirs = THEIRS
        self._heroes: deque[float] = deque()

    @property
    def screen(self) -> Sequence[Mention]:
        """What stands on the wall: the hero, then the rows."""
        return tuple(self._screen)

    @property
    def read_at(self) -> float:
        """Until when the hero has not been there long enough to be read, by the monotonic clock."""
        return self._began + dwell(self._screen[0]) if self._screen else float("-inf")

    @property
    def next_at(self) -> float:
        """When the next may come: the hero has been read, no change was just now, and the stage is the voices'."""
        if self._vacant or not self._screen:
            return float("-inf")
        return max(self.read_at, self._changed + SHORTEST, self._held_until)

    def hold(self, until: float) -> None:
        """Let nobody come before then, by the monotonic clock: something else has the stage. What leaves still does."""
        self._held_until = until

    def due(self) -> bool:
        """Whether somebody waits and may come now."""
        return self._clock.monotonic() >= self.next_at and self._next() is not None

    def heroes_lately(self) -> int:
        """How many there were in the last COUNTED_FOR seconds."""
        while self._heroes and self._heroes[0] < self._clock.monotonic() - COUNTED_FOR:
            self._heroes.popleft()
        return len(self._heroes)

    def begin(self, latest: Iterable[Mention], floor: int) -> None:
        """Show the newest of ``latest`` and forget who waited: only what has an id above ``floor`` is news from now on.

        The hero is about us while anything of ours is fresh.
        """
        self._waiting.clear()
        self._screen, self._floor, self._since_theirs = [], floor, THEIRS
        newest = sorted(filter(self._shows, latest), key=self._newness, reverse=True)
        hero = next((m for m in newest if m.brand in self._ours and self._is_fresh(m)), None)
        if newest:
            self._raise(hero or newest[0])
        self.fill(newest)

    def fill(self, latest: Iterable[Mention]) -> None:
        """Put the newest of ``latest`` into the places that are free."""
        for mention in sorted(latest, key=self._newness, reverse=True):
            taken = {key(m) for m in self._screen}
            if len(self._screen) == MOST or key(mention) in taken or not self._shows(mention):
                continue
            if not self._screen:
                self._raise(mention)
            else:
                self._screen.append(mention)
                self._note(mention)

    @property
    def is_stale(self) -> bool:
        """Whether nothing on the wall is fresh and nobody waits, so that the latest known should stand there."""
        return bool(self._screen) and not any(map(self._is_fresh, (*self._screen, *self._waiting.values())))

    def catch_up(self, latest: Iterable[Mention]) -> None:
        """Show the newest of ``latest`` where they are newer than what stands there: old ones may be read late."""
        newest = sorted(filter(self._shows, latest), key=self._newness, reverse=True)
        overtaken = newest and self._newness(newest[0]) > max(map(self._newness, self._screen))
        if overtaken and self._clock.monotonic() >= self.next_at:
            self._screen = []
            self.fill(newest)

    def offer(self, found: Iterable[Mention]) -> None:
        """Have those of ``found`` wait that are news. Of one story the newest waits; one that grows gets ahead."""
        for mention in sorted(found, key=lambda m: m.id):
            before = self._waiting.get(key(mention))
            beside_ours = before is not None and before.brand in self._ours and mention.brand not in self._ours
            if not beside_ours and self._is_news(mention):
                self._waiting[key(mention)] = mention
        if len(self._waiting) > MOST_WAITING:
            best = sorted(self._waiting.values(), key=_rank, reverse=True)[:MOST_WAITING]
            self._waiting = {key(m): m for m in best}

    def advance(self, latest: Callable[[], Iterable[Mention]] = tuple) -> None:
        """Let the next one come, if it is time and anybody waits. ``latest`` is asked for when a hero left whom nobody
        of the screen may follow."""
        if self._clock.monotonic() < self.next_at:
            return
        chosen = self._next()
        if chosen is not None:
            del self._waiting[key(chosen)]
            if self._may_lead(chosen):
                self._raise(chosen)
            else:
                self._enter(chosen)
            del self._screen[MOST:]
        elif self._vacant and self._screen:
            self._raise(self._successor(latest))
            del self._screen[MOST:]

    def refresh(self, current: Mapping[int, Mention]) -> bool:
        """Show what stands on the wall as it is in ``current``, by id. What is gone, hidden or not to be shown leaves.

        Tells whether all stayed; if not, ``advance`` gives the place of a hero away at once.
        """
        before = [m.id for m in self._screen]
        self._screen = [current[id_] for id_ in before if id_ in current and self._may_stay(current[id_])]
        for mention in self._screen:
            self._note(mention)
        after = [m.id for m in self._screen]
        if after[:1] != before[:1]:
            self._vacant = True
        return after == before

    def _next(self) -> Mention | None:
        """Who comes next: a competitor's mention leads in its turn; beside a hero of long ago it may be a row."""
        waiting = [m for m in self._waiting.values() if self._is_fresh(m)]
        leading = [m for m in waiting if self._may_lead(m)]
        if leading or not waiting:
            return max(leading, key=_rank, default=None)
        return None if self._is_fresh(self._screen[0]) else max(waiting, key=_rank)

    def _successor(self, latest: Callable[[], Iterable[Mention]]) -> Mention:
        """Who takes the place of a hero that left: a competitor only in its turn, or where we have nothing fresh."""
        found = next(filter(self._may_lead, self._screen), None)
        if found is None:
            fresh = (m for m in latest() if m.brand in self._ours and self._is_fresh(m) and self._shows(m))
            found = max(fresh, key=self._newness, default=self._screen[0])
        return found

    def _may_lead(self, mention: Mention) -> bool:
        return mention.brand in self._ours or self._since_theirs >= THEIRS or not self._screen

    def _raise(self, mention: Mention) -> None:
        """Make ``mention`` the hero."""
        self._screen = [mention, *self._without(mention)]
        self._vacant = False
        self._changed = self._clock.monotonic()
        # Who takes an empty place behind something else is read from when that is over.
        self._began = max(self._changed, self._held_until)
        self._heroes.append(self._changed)
        self._since_theirs = self._since_theirs + 1 if mention.brand in self._ours else 0
        self._note(mention)

    def _enter(self, mention: Mention) -> None:
        """Make ``mention`` the first row."""
        rest = self._without(mention)
        self._screen = [*rest[:1], mention, *rest[1:]]
        self._vacant = False
        self._changed = self._clock.monotonic()
        self._note(mention)

    def _without(self, mention: Mention) -> list[Mention]:
        """The screen but for what is the same: who waits may have filled a free row meanwhile."""
        return [m for m in self._screen if key(m) != key(mention)]

    def _note(self, mention: Mention) -> None:
        """Remember that it is seen: it does not come back while it could still wait."""
        now = self._clock.monotonic()
        if len(self._seen) > MOST_REFUSED:
            long_ago = now - FRESH.total_seconds()
            self._seen = {k: at for k, at in self._seen.items() if at > long_ago}
        self._seen[key(mention)] = now

    def _is_news(self, mention: Mention) -> bool:
        if mention.id <= self._floor or mention.id in self._refused or not self._is_fresh(mention):
            return False
        if self._clock.monotonic() - self._seen.get(key(mention), float("-inf")) < FRESH.total_seconds():
            return False
        if self._shows(mention):
            return True
        if len(self._refused) >= MOST_REFUSED:
            self._refused.clear()
        self._refused.add(mention.id)
        return False

    def _newness(self, mention: Mention) -> tuple[object, ...]:
        """The newest is greatest; of one post about several brands, what is about us."""
        return mention.post.published_at, mention.brand in self._ours, mention.id

    def _is_fresh(self, mention: Mention) -> bool:
        return self._clock.now() - mention.post.published_at <= FRESH

    def _may_stay(self, mention: Mention) -> bool:
        return not mention.hidden and mention.state < State.IRRELEVANT and self._shows(mention)


def key(mention: Mention) -> Key:
    """Equal for what must not stand twice: members of one story, one post about two brands."""
    if mention.story is not None:
        return ("story", mention.story)
    return ("post", mention.post.source, mention.post.external_id)


def dwell(mention: Mention) -> float:
    """Seconds that it takes to read ``mention`` aloud at the pace of a glance."""
    words = sum(max(1, len(word) // LONG_WORD * 5) for word in mention.post.body[:600].split())
    return min(max(words / WORDS_A_SECOND, SHORTEST), LONGEST)


def _rank(mention: Mention) -> tuple[object, ...]:
    return mention.near_duplicates, mention.post.published_at, mention.id
