"""/feeds: the newest mentions of a saved view as Atom, JSON Feed and CSV, for whoever knows the secret address."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from flask import Blueprint, Response, request, url_for

from display.access.tokens import token_hash
from display.pages.context import PageContext, page_context
from display.pages.mentions.export import csv_lines
from display.pages.saved_views.documents import ATOM_TYPE, JSON_TYPE, Document, Entry, atom_document, json_document
from display.server.capacity import FEEDS, limited
from monitor.errors import QueryError, StoreError
from monitor.model import Mention, MentionFilter, Order
from monitor.model.saved_views import SavedView

MAX_ENTRIES, MAX_ROWS = 100, 1_000
"""Mentions of a feed, and of one that a spreadsheet reads."""
USE_RECORDED_EVERY = timedelta(hours=1)
GONE = "There is no such feed. It may have been revoked, or its address was replaced by a new one."

blueprint = Blueprint("view_feeds", __name__, url_prefix="/feeds")


@blueprint.get("/<token>.atom")
@limited(FEEDS)
def atom(token: str) -> Response:
    """As Atom (RFC 4287)."""
    return answer(token, atom_document, ATOM_TYPE)


@blueprint.get("/<token>.json")
@limited(FEEDS)
def json_feed(token: str) -> Response:
    """As a JSON Feed 1.1, in which each item also has the mention as ``/mentions.json`` has it."""
    return answer(token, json_document, JSON_TYPE)


@blueprint.get("/<token>.csv")
@limited(FEEDS)
def csv(token: str) -> Response:
    """As CSV for spreadsheets, which can send no token: as ``/mentions.csv``, but only the newest."""
    return answer(token, csv_document, "text/csv; charset=utf-8", MAX_ROWS)


def csv_document(document: Document) -> str:
    """The mentions as CSV."""
    return "".join(csv_lines(entry.mention for entry in document.entries))


def answer(token: str, write: Callable[[Document], str], content_type: str, limit: int = MAX_ENTRIES) -> Response:
    """The feed of a token, 304 if the reader has it already, or 404 with the reason."""
    context, hashed = page_context(), token_hash(token)
    found = context.store.views.followed(hashed) if hashed else None
    if hashed is None or found is None:
        return _plain(GONE, 404)
    view, account = found
    resolved = view.resolve(context.config.brands, context.clock.now())
    if resolved.filter is None:
        return _plain(resolved.problem, 404)
    _record_use(context, view, account, hashed)
    try:
        mentions = newest(context, replace(resolved.filter, person=account), limit)
    except QueryError as error:
        return _plain(f"Its search is not valid any more. {error}", 404)
    response = Response(write(document(context, view, mentions)), content_type=content_type)
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def newest(context: PageContext, f: MentionFilter, limit: int) -> list[Mention]:
    """The newest mentions, whatever the order of the view."""
    return context.store.page(replace(f, order=Order.NEW), limit=limit)


def document(context: PageContext, view: SavedView, mentions: list[Mention]) -> Document:
    """What a feed contains, in any format. It changes only if a mention or the view does."""
    entries = [Entry(mention, url_for("mentions.mention", number=mention.id, _external=True)) for mention in mentions]
    return Document(
        view=view,
        url=url_for("mentions.listing", view=view.id, _external=True),
        feed_url=request.base_url,
        entries=entries,
    )


def _record_use(context: PageContext, view: SavedView, account: int | None, hashed: bytes) -> None:
    """Store that the feed is read, at most once an hour. A store that cannot write does not keep it from being read."""
    feed, now = context.store.views.feed(view.id, account), context.clock.now()
    if feed is not None and (feed.used_at is None or now - feed.used_at >= USE_RECORDED_EVERY):
        with suppress(StoreError):
            context.store.views.record_feed_use(hashed, now)


def _plain(text: str, status: int) -> Response:
    return Response(text + "\n", status=status, content_type="text/plain; charset=utf-8")
