"""Saved views on the Mentions page: which one the URL opens, their list, and when a person last looked at each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from display.formatting import clock_time
from display.pages.mentions.filters import FindView, MentionsView, OpenView
from display.pages.mentions.query_fix import query_error
from display.pages.mentions.times import whole_minute
from monitor.errors import FilterError
from monitor.model import Choice, Mention, MentionFilter, Order
from monitor.model.saved_views import LastLook, SavedView

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.model.people import Account
    from monitor.store import Store

MAX_NEW = 999
"""New mentions of a view that are counted; more are "999+"."""
_NAMING_BRANDS = ("brand", "rule")
"""The facets whose values name brands of the config."""
GONE = "This view was deleted, or is no longer shared with you."


class ViewError(FilterError):
    """The saved view in a URL cannot be shown."""

    def __init__(self, number: int, problem: str, view: SavedView | None = None, missing_brand: str = "") -> None:
        super().__init__("view", str(number), "a saved view that can be shown")
        self.problem, self.view, self.missing_brand = problem, view, missing_brand

    def __str__(self) -> str:
        return f"view={self.value}: {self.problem}"


@dataclass(frozen=True, slots=True)
class ViewItem:
    """A saved view as the rail lists it."""

    view: SavedView
    n: int
    """How many mentions are new since the person last looked, counted up to MAX_NEW + 1."""
    current: bool
    problem: str = ""
    """Why it finds nothing; ``n`` is then 0."""

    @property
    def count(self) -> str:
        """``n`` as people read it."""
        return "\N{EN DASH}" if self.problem else f"{MAX_NEW}+" if self.n > MAX_NEW else str(self.n)


@dataclass(frozen=True, slots=True)
class LookedLine:
    """The line in the list above which mentions are newer than a person's last look."""

    above: int
    """The id of the mention whose row is the first below it."""
    at: str
    """When the person last looked."""
    newer: int
    """New mentions above the line, counted up to MAX_NEW + 1."""
    further_down: int
    """New ones that were published earlier than the first row below the line."""

    @property
    def text(self) -> str:
        """What the line says."""
        parts = [f"{_up_to_max(self.newer)} newer above"] if self.newer else []
        if self.further_down:
            parts.append(f"{_up_to_max(self.further_down)} {'' if parts else 'newer '}further down")
        return f"You last looked at {self.at}. {', '.join(parts)}"


def open_view(views: Callable[[int], SavedView | None], config: Config, now: datetime) -> FindView:
    """How ``parse_view`` finds a saved view. ``views`` returns the one with an id, if it is visible.

    The function raises ViewError for one that does not exist or finds nothing. It opens one that names a brand that is
    gone if the URL replaces that: "view=7&brand=".
    """

    def opened(number: int, replaced: Collection[str]) -> OpenView:
        """The view ``number``, without the filters that the URL replaces."""
        view = views(number)
        if view is None:
            raise ViewError(number, GONE)
        stored: dict[str, Any] = {name: getattr(view.filter, name) for name in _NAMING_BRANDS if name in replaced}
        cleared: dict[str, Any] = dict.fromkeys(stored, Choice())
        kept = replace(view, filter=replace(view.filter, **cleared))
        resolved = kept.resolve(config.brands, whole_minute(now))
        if resolved.filter is None:
            raise ViewError(number, resolved.problem, view, resolved.missing_brand)
        if view.brand_group is not None:
            stored.pop("brand", None)
        return OpenView(number, replace(resolved.filter, **stored), view.range)

    return opened


class ViewList:
    """The saved views that one person sees beside a list."""

    def __init__(
        self, config: Config, store: Store, account: Account | None, shown: MentionsView, now: datetime
    ) -> None:
        self.config, self.store, self.account, self.shown, self.now = config, store, account, shown, now

    @property
    def account_id(self) -> int | None:
        """The id of the person's account; None while there are no accounts."""
        return None if self.account is None else self.account.id

    @cached_property
    def views(self) -> list[SavedView]:
        """Every visible view, in the person's order."""
        return self.store.views.visible(self.account_id)

    @cached_property
    def looks(self) -> dict[int, LastLook]:
        """When the person last looked at each."""
        return dict(self.store.views.last_looks(self.account_id))

    @cached_property
    def items(self) -> list[ViewItem]:
        """The views with the number of new mentions, all counted in one read."""
        counts = self.store.views.count_new(list(self._new_of_views.values()), MAX_NEW + 1)
        numbers = dict(zip(self._new_of_views, counts, strict=True))
        current = 0 if self.current is None else self.current.id
        problems = {view.id: problem for view, _, problem in self._resolved}
        return [ViewItem(view, numbers.get(view.id, 0), view.id == current, problems[view.id]) for view in self.views]

    @cached_property
    def new_stories(self) -> dict[int, int]:
        """View -> how many stories its new mentions are: a text that many repeat is one."""
        with_new = {item.view.id: self._new_of_views[item.view.id] for item in self.items if item.n}
        found = self.store.views.count_new_stories(list(with_new.values()), MAX_NEW + 1)
        return dict(zip(with_new, found, strict=True))

    @cached_property
    def _resolved(self) -> list[tuple[SavedView, MentionFilter | None, str]]:
        return [(view, *self._filter(view)) for view in self.views]

    @property
    def _new_of_views(self) -> dict[int, tuple[MentionFilter, int]]:
        """View -> its filter, and the mention after which its mentions are new."""
        looked = {id_: look.mention for id_, look in self.looks.items()}
        return {view.id: (f, looked.get(view.id, 0)) for view, f, _ in self._resolved if f is not None}

    @cached_property
    def opened(self) -> SavedView | None:
        """The view in the URL."""
        saved = self.shown.saved
        return None if saved is None else next((view for view in self.views if view.id == saved.id), None)

    @cached_property
    def current(self) -> SavedView | None:
        """The view that the list shows: the one in the URL, else one with exactly these filters."""
        if self.shown.saved is not None:
            return self.opened
        wanted = (self.shown.filter, self.shown.range)
        return next((view for view in self.views if (self._filter(view)[0], view.range) == wanted), None)

    @property
    def may_change(self) -> bool:
        """Whether the person may change the view in the URL."""
        return self.opened is not None and self.opened.may_change(self.account)

    @property
    def looked_at(self) -> SavedView | None:
        """The view that is looked at while this page is open: the current one, on the first page, unchanged."""
        on_first_page = self.shown.before is None and self.shown.upto is None and self.shown.filter.order is Order.NEW
        return self.current if on_first_page and not self.shown.differs_from_saved else None

    def line(self, rows: Sequence[Mention], upto: int) -> LookedLine | None:
        """The line "You last looked", if it belongs into these rows of a list as of the mention ``upto``."""
        look = self.looks.get(self.current.id) if self.current else None
        f = self.shown.filter
        if look is None or not rows or f.order is not Order.NEW:
            return None
        seen = self.store.page(f, upto=min(look.mention, upto), limit=1)
        below = [row for row in rows if seen and _key(row) <= _key(seen[0])]
        if not below or (self.shown.before is not None and below[0] is rows[0] and below[0].id != seen[0].id):
            return None
        newer, earlier = self._count_between(f, look, upto), self._count_below(f, seen[0], look, upto)
        at = clock_time(look.at, self.now, self.config.timezone)
        line = LookedLine(below[0].id, at, newer - earlier, earlier)
        return line if newer else None

    def _count_below(self, f: MentionFilter, seen: Mention, look: LastLook, upto: int) -> int:
        until = seen.post.published_at
        if f.since is not None and until <= f.since:
            return 0
        return self._count_between(_before(f, until), look, upto)

    def _count_between(self, f: MentionFilter, look: LastLook, upto: int) -> int:
        since_look, since_page = self.store.views.count_new([(f, look.mention), (f, upto)], MAX_NEW + 1)
        return max(0, since_look - since_page)

    def _filter(self, view: SavedView) -> tuple[MentionFilter | None, str]:
        """The filter of a view now, or None and why."""
        resolved = view.resolve(self.config.brands, whole_minute(self.now))
        if resolved.filter is None:
            return None, resolved.problem
        error = query_error(MentionsView(resolved.filter, view.range))
        if error is not None:
            return None, f"Its search is not valid any more. {error}"
        return replace(resolved.filter, person=self.account_id), ""


def _before(f: MentionFilter, until: datetime) -> MentionFilter:
    return replace(f, until=until if f.until is None else min(f.until, until))


def _key(mention: Mention) -> tuple[datetime, int]:
    return mention.post.published_at, mention.id


def _up_to_max(n: int) -> str:
    return f"{MAX_NEW}+" if n > MAX_NEW else f"{n:,}"
