"""Saved views: filters with a name, and when each person last looked at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from monitor.model.people import Account, Role
from monitor.model.posts import Brand
from monitor.model.queries import Choice, MentionFilter

RANGE_LENGTHS: Mapping[str, timedelta | None] = MappingProxyType(
    {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30), "all": None}
)
"""Each time range that a view can have -> how far it goes back from now; None: without limit."""
DEFAULT_RANGE = "7d"
MAX_NAME_LENGTH = 80
MAX_VIEWS_PER_PERSON = 200


class BrandGroup(StrEnum):
    """Brands that a view follows, whatever the config calls them."""

    OURS = "ours"
    COMPETITORS = "competitors"


@dataclass(frozen=True, slots=True)
class SavedView:
    """A filter with a name. ``resolve`` returns the filter to use; ``filter`` is only what was saved."""

    id: int
    owner: int | None
    """The id of an account. None: it belongs to everybody, as all do while there are no accounts."""
    name: str
    filter: MentionFilter
    """As saved: with ``since`` and ``until`` only if ``range`` is empty, with brands only without a ``brand_group``."""
    range: str
    """A key of RANGE_LENGTHS; empty: ``filter`` has fixed times."""
    shared: bool
    created_at: datetime
    brand_group: BrandGroup | None = None
    """The brands that it follows in place of names. The views that exist at the start have one."""
    problem: str = ""
    """Why its filter cannot be read, because a newer version saved it; ``filter`` is then meaningless."""

    def may_change(self, account: Account | None) -> bool:
        """Whether somebody may rename, share, update and delete it. ``account`` is None while there are none."""
        if account is None or self.owner == account.id:
            return True
        return account.role is Role.ADMIN and (self.shared or self.owner is None)

    def resolve(self, brands: Sequence[Brand], now: datetime) -> ResolvedView:
        """The filter at ``now`` with the ``brands`` of the config, or why there is none."""
        if self.problem:
            return ResolvedView(None, self.problem)
        names = [brand.name for brand in brands]
        chosen = (*self.filter.brand.include, *self.filter.brand.exclude)
        chosen += tuple(value.rpartition("@")[0] for value in (*self.filter.rule.include, *self.filter.rule.exclude))
        if missing := [name for name in chosen if name not in names]:
            return ResolvedView(None, f"The config has no brand “{missing[0]}” any more.", missing[0])
        found = self.filter
        if self.brand_group is not None:
            group = _members(self.brand_group, brands)
            if not group:
                return ResolvedView(None, _NO_MEMBERS[self.brand_group])
            found = replace(found, brand=Choice(group))
        length = RANGE_LENGTHS.get(self.range)
        return ResolvedView(found if length is None else replace(found, since=now - length))


@dataclass(frozen=True, slots=True)
class ResolvedView:
    """What a saved view finds at a certain time."""

    filter: MentionFilter | None
    """None: it can find nothing, because of ``problem``."""
    problem: str = ""
    missing_brand: str = ""
    """The brand in its filter that the config no longer has, if that is the problem."""


@dataclass(frozen=True, slots=True)
class NewView:
    """A view to be saved."""

    name: str
    filter: MentionFilter
    range: str = DEFAULT_RANGE
    shared: bool = False
    brand_group: BrandGroup | None = None


@dataclass(frozen=True, slots=True)
class LastLook:
    """When a person last saw the newest mentions of a view."""

    mention: int
    """The newest id of any mention at that time."""
    at: datetime


@dataclass(frozen=True, slots=True)
class ViewFeed:
    """The secret address at which a person follows a view. Only the hash of its token is stored."""

    created_at: datetime
    used_at: datetime | None = None
    """When it was last read, to the hour; None: never."""


def _members(group: BrandGroup, brands: Sequence[Brand]) -> tuple[str, ...]:
    return tuple(sorted(brand.name for brand in brands if brand.ours == (group is BrandGroup.OURS)))


_NO_MEMBERS: Mapping[BrandGroup, str] = MappingProxyType(
    {
        BrandGroup.OURS: "The config marks no brand as yours. Add ours = true to one.",
        BrandGroup.COMPETITORS: "The config has no competitor: every brand is marked as yours.",
    }
)
