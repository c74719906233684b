"""The part of the Store protocol for saved views: filters with a name, and when each person last looked at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from monitor.model import MentionFilter
from monitor.model.saved_views import BrandGroup, LastLook, NewView, SavedView, ViewFeed


class ViewStore(Protocol):
    """``Store.views``. Errors and times: as for ``Store``.

    ``account`` is the id of who acts, None while there are no accounts. A view is visible to its owner, and to
    everybody if it is shared or belongs to nobody. A view without an owner is always shared. Whether somebody may
    change a view is decided by ``SavedView.may_change``, before any of these methods is called.

    A new database has five views that belong to nobody. When an account is removed, its shared views remain and belong
    to nobody; the private ones are deleted.
    """

    def visible(self, account: int | None) -> list[SavedView]:
        """The views that somebody sees, in the order that this person gave them, new ones last."""

    def get(self, id: int, account: int | None) -> SavedView | None:
        """One view, or None if it does not exist or is not visible."""

    def everyones(self) -> list[SavedView]:
        """The views of all people, for what is done on their behalf."""

    def add(self, new: NewView, account: int | None, now: datetime) -> SavedView:
        """Save a view. Raises SavedViewError for a name that is empty, too long or taken, and above the limit."""

    def rename(self, id: int, name: str) -> bool:
        """Rename a view; return whether it exists. Raises SavedViewError as ``add`` does."""

    def replace_filter(self, id: int, f: MentionFilter, range: str, brand_group: BrandGroup | None = None) -> bool:
        """Replace what a view finds; return whether it exists."""

    def set_shared(self, id: int, shared: bool) -> bool:
        """Share a view with everybody, or no longer; return whether that changed anything."""

    def delete(self, id: int) -> bool:
        """Delete a view with everything that belongs to it; return whether it existed."""

    def arrange(self, account: int | None, ids: Sequence[int]) -> None:
        """Make ``ids`` the order in which one person sees the views. Others follow in their order."""

    def last_looks(self, account: int | None) -> Mapping[int, LastLook]:
        """View -> when this person last looked; views that the person never looked at are missing."""

    def look(self, id: int, account: int | None, mention: int, now: datetime) -> bool:
        """Record that a person has seen everything up to ``mention``; return whether that is new.

        Never goes back, so that an old tab does not undo what a newer one recorded.
        """

    def count_new(self, filters: Sequence[tuple[MentionFilter, int]], limit: int = 1_000) -> list[int]:
        """For each filter and mention id: how many mentions with a higher id match, counted up to ``limit``."""

    def count_new_stories(self, filters: Sequence[tuple[MentionFilter, int]], limit: int = 1_000) -> list[int]:
        """The same in stories: those of the mentions that ``count_new`` counts."""

    # Feeds: each person has at most one of a view. ``token_hash`` is the SHA-256 of the secret in its address.

    def feed(self, id: int, account: int | None) -> ViewFeed | None:
        """The feed that a person has of a view."""

    def set_feed(self, id: int, account: int | None, token_hash: bytes, now: datetime) -> bool:
        """Make a feed, or replace its token; return whether the view exists."""

    def revoke_feed(self, id: int, account: int | None) -> bool:
        """End a feed; return whether there was one."""

    def followed(self, token_hash: bytes) -> tuple[SavedView, int | None] | None:
        """The view and the account of a feed, while the view is visible to this account.

        A feed that was made before there were accounts ends with the first one.
        """

    def record_feed_use(self, token_hash: bytes, now: datetime) -> None:
        """Store when a feed was read."""
