"""The view that the URL of a request asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from flask import request
from werkzeug.datastructures import MultiDict

from display.access.guard import current_account_id
from display.pages.context import PageContext
from display.pages.mentions.existing_values import check_existence
from display.pages.mentions.filters import RANGES, MentionsView, parse_view
from display.pages.mentions.query_fix import query_error
from display.pages.mentions.saved import open_view
from display.source_health import known_source_names
from monitor.errors import FilterError
from monitor.model import Mention, MentionFilter
from monitor.model.saved_views import DEFAULT_RANGE


def requested_view(context: PageContext, now: datetime, params: MultiDict[str, str] | None = None) -> MentionsView:
    """The view that the URL of this request asks for. Raises FilterError."""
    sent = (request.args if params is None else params).to_dict(flat=False)
    return view_of(context, sent, current_account_id(), now)


def view_of(context: PageContext, sent: Mapping[str, Sequence[str]], person: int | None, now: datetime) -> MentionsView:
    """The view that ``sent`` asks for, of a page or of the API. ``person``: the id of the account, or None.

    Raises FilterError.
    """
    sources = {source.name for source in context.config.sources}
    if not {value.lstrip("+-") for value in sent.get("source", ())} <= sources:
        sources |= known_source_names(context.config, context.store)
    brands = [brand.name for brand in context.config.brands]
    zone = context.config.timezone
    saved = open_view(lambda id_: context.store.views.get(id_, person), context.config, now)
    view = parse_view(sent, brands=brands, sources=sources, timezone=zone, now=now, open_view=saved, person=person)
    check_existence(context.store, view, sent, now)
    return view


def valid_view(context: PageContext, now: datetime, without: Sequence[str] = ()) -> MentionsView:
    """The view that the URL asks for; the default one if that is not valid, because a mention needs no list.

    ``without``: parameters that are no filter.
    """
    params = MultiDict([pair for pair in request.args.items(multi=True) if pair[0] not in without])
    try:
        view = requested_view(context, now, params)
    except FilterError:
        return MentionsView()
    return MentionsView() if query_error(view) else view


def valid_filter(view: MentionsView) -> MentionFilter:
    """The filter of ``view``. Raises QueryError if its search is invalid."""
    view.search()
    return view.filter


def last_valid_view(view: MentionsView, last_valid: str) -> MentionsView:
    """``view`` with the search ``last_valid`` if that is still valid, else without a search."""
    last = view.changed(q=last_valid)
    return view.changed(q="") if query_error(last) else last


def view_reaching(view: MentionsView, mention: Mention, now: datetime) -> MentionsView:
    """``view``; if ``mention`` is older than the default range, which nobody chose, over the next range that has it."""
    since, published = view.filter.since, mention.post.published_at
    is_default = view.range == DEFAULT_RANGE and view.saved is None and "range" not in request.args
    if not is_default or since is None or published >= since:
        return view
    wider = (view.with_range(name, now) for name in RANGES)
    reaching = next(one for one in wider if one.filter.since is None or one.filter.since <= published)
    return replace(reaching, upto=view.upto)
