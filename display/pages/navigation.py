"""The links to pages in the head of each page, and at the bottom of a phone."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page."""

    tab: str
    """What a template sets as ``tab``."""
    label: str
    url: str
    on_phone: bool = False
    """Whether the bar at the bottom of a phone has it; the others are behind "More"."""


def page_links(*, is_member: bool) -> list[PageLink]:
    """The pages, in order, for a person who is at least a member or not.

    At most four are ``on_phone``, so that each target there is wide enough.
    """
    return [
        PageLink("mentions", "Mentions", url_for("mentions.listing"), on_phone=True),
        PageLink("compare", "Compare", url_for("compare.page"), on_phone=True),
        PageLink("rules", "Rules", url_for("rules.listing")),
        PageLink("weekly", "Last week", url_for("weekly.page"), on_phone=True),
        PageLink("sources", "Sources", url_for("sources.listing"), on_phone=True),
        PageLink("check", "Check", url_for("check.page" if is_member else "check.results")),
        PageLink("walls", "Walls", url_for("walls.listing")),
    ]
