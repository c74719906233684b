"""/views: what people do with saved views. Each form of the Mentions page sends the query string of its list along.

POST /views             save the list as a view        POST /views/<id>/rename, share, filter, move, delete
POST /views/<id>/look   it was seen up to a mention    GET  /views/counts   what is new in each
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from display.access.guard import NOT_ALLOWED, current_account, current_account_id, current_person
from display.access.permissions import refusal, requires
from display.access.tokens import new_token, token_hash
from display.formatting import format_time
from display.pages.caching import always_revalidate
from display.pages.context import PageContext, page_context
from display.pages.errors import error_page, wants_data
from display.pages.health_line import current_health
from display.pages.mentions.filters import MentionsView
from display.pages.mentions.problem_pages import invalid_filter_page
from display.pages.mentions.query_fix import query_error
from display.pages.mentions.requested import requested_view
from display.pages.mentions.saved import ViewList
from monitor.errors import FilterError, SavedViewError
from monitor.model import Choice, Json, MentionFilter
from monitor.model.people import Role
from monitor.model.saved_views import BrandGroup, NewView, SavedView

TASK = "change this view"
STEPS = {"up": -1, "down": 1}
FORMATS = (("Atom", "atom"), ("JSON", "json_feed"), ("CSV", "csv"))

blueprint = Blueprint("saved_views", __name__, url_prefix="/views")
blueprint.after_request(always_revalidate)


@blueprint.post("")
@requires(Role.VIEWER, "save a view")
def add() -> AnyResponse | tuple[str, int]:
    """Save the list that the form names as a view."""
    context, query = page_context(), request.form.get("query", "")
    name, shared = request.form.get("name", ""), "shared" in request.form and may_share()
    try:
        found = listed(context, query)
        kept, range_name, group = definition(context, found)
        if problem := query_error(found):
            raise SavedViewError(f"The search is not valid. {problem}")
        new = NewView(name, kept, range_name, shared, group)
        view = context.store.views.add(new, current_account_id(), context.clock.now())
    except FilterError as error:
        return invalid_filter_page(error)
    except SavedViewError as error:
        return form_page(name, query, str(error), shared=shared), 400
    record_shared(context, view, "shared view")
    if found.upto is not None:
        context.store.views.look(view.id, current_account_id(), found.upto, context.clock.now())
    return to_list(view.id)


@blueprint.get("/new")
def new() -> str | tuple[str, int]:
    """The form that saves the list of the URL as a view."""
    try:
        requested_view(page_context(), page_context().clock.now())
    except FilterError as error:
        return invalid_filter_page(error)
    return form_page("", urlencode(list(request.args.items(multi=True))), "")


@blueprint.get("/counts")
def counts() -> Response:
    """The number of new mentions of each view, by its id: what the rail shows."""
    context = page_context()
    shown = MentionsView()
    found = ViewList(context.config, context.store, current_account(), shown, context.clock.now())
    return jsonify({str(item.view.id): item.count for item in found.items})


@blueprint.post("/<int:view>/look")
@requires(Role.VIEWER, "look at a view")
def look(view: int) -> AnyResponse:
    """Record that the person has seen everything in a view up to a mention."""
    context, shown = page_context(), visible(view)
    mention = min(request.form.get("mention", 0, type=int), context.store.last_mention_id())
    if mention > 0:
        context.store.views.look(shown.id, current_account_id(), mention, context.clock.now())
    return Response(status=204) if wants_data() else to_list(shown.id)


@blueprint.post("/<int:view>/rename")
@requires(Role.VIEWER, TASK)
def rename(view: int) -> AnyResponse | tuple[str, int]:
    """Give a view another name."""
    shown, name = changeable(view), request.form.get("name", "")
    try:
        page_context().store.views.rename(shown.id, name)
    except SavedViewError as error:
        return form_page(name, "", str(error), view=shown), 400
    return to_list(shown.id)


@blueprint.post("/<int:view>/share")
@requires(Role.MEMBER, "share views")
def share(view: int) -> AnyResponse:
    """Share a view with everybody, or no longer."""
    context, shown = page_context(), changeable(view)
    shared = request.form.get("shared") == "1"
    if context.store.views.set_shared(shown.id, shared):
        record(context, shown, "shared view" if shared else "stopped sharing view")
    return to_list(shown.id)


@blueprint.post("/<int:view>/filter")
@requires(Role.VIEWER, TASK)
def update(view: int) -> AnyResponse | tuple[str, int]:
    """Replace what a view finds by the list that the form names."""
    context, shown = page_context(), changeable(view)
    try:
        found = listed(context, request.form.get("query", ""))
    except FilterError as error:
        return invalid_filter_page(error)
    if query_error(found) is None:
        context.store.views.replace_filter(shown.id, *definition(context, found))
        record_shared(context, shown, "changed filters of view")
    return to_list(shown.id)


@blueprint.post("/<int:view>/move")
@requires(Role.VIEWER, "move a view")
def move(view: int) -> AnyResponse:
    """Move a view up or down in the person's own order."""
    store, account = page_context().store, current_account_id()
    ids = [shown.id for shown in store.views.visible(account)]
    step = STEPS.get(request.form.get("to", ""), 0)
    at = ids.index(visible(view).id)
    if 0 <= at + step < len(ids):
        ids[at], ids[at + step] = ids[at + step], ids[at]
        store.views.arrange(account, ids)
    return to_list(view)


@blueprint.post("/<int:view>/delete")
@requires(Role.VIEWER, TASK)
def delete(view: int) -> AnyResponse:
    """Delete a view."""
    context, shown = page_context(), changeable(view)
    context.store.views.delete(shown.id)
    record_shared(context, shown, "deleted view")
    return redirect(url_for("mentions.listing"), 303)


@blueprint.get("/<int:view>/feed")
def feed(view: int) -> str:
    """How to follow a view from another program."""
    return feed_page(visible(view))


@blueprint.post("/<int:view>/feed/make")
@requires(Role.VIEWER, "follow a view")
def make_feed(view: int) -> str:
    """Make the secret address of a feed, or another one, and show it once: it must be neither stored nor in a URL."""
    context, shown, token = page_context(), visible(view), new_token()
    hashed = token_hash(token)
    assert hashed is not None
    context.store.views.set_feed(shown.id, current_account_id(), hashed, context.clock.now())
    record(context, shown, "made feed of view")
    return feed_page(shown, token)


@blueprint.post("/<int:view>/feed/revoke")
@requires(Role.VIEWER, "follow a view")
def revoke_feed(view: int) -> AnyResponse:
    """End a feed: its address answers 404 from now on."""
    context, shown = page_context(), visible(view)
    if context.store.views.revoke_feed(shown.id, current_account_id()):
        record(context, shown, "revoked feed of view")
    return redirect(url_for("saved_views.feed", view=shown.id), 303)


def listed(context: PageContext, query: str) -> MentionsView:
    """The list that a form names by its query string. Raises FilterError."""
    params = MultiDict(parse_qsl(query.removeprefix("?"), keep_blank_values=True))
    return requested_view(context, context.clock.now(), params)


def definition(context: PageContext, found: MentionsView) -> tuple[MentionFilter, str, BrandGroup | None]:
    """What is saved of a list: its filter, its range and the brands that it follows.

    A list that began with a view that follows a group of brands, and has the same brands, still follows it.
    """
    kept = replace(found.filter, since=None, until=None) if found.range else found.filter
    origin = context.store.views.get(found.saved.id, current_account_id()) if found.saved else None
    if origin is None or origin.brand_group is None or found.saved is None:
        return kept, found.range, None
    if found.filter.brand != found.saved.filter.brand:
        return kept, found.range, None
    return replace(kept, brand=Choice()), found.range, origin.brand_group


def visible(number: int) -> SavedView:
    """A view that the person sees, else 404."""
    return page_context().store.views.get(number, current_account_id()) or abort(404)


def changeable(number: int) -> SavedView:
    """A view that the person may change, else 404 or 403."""
    view = visible(number)
    if not view.may_change(current_account()):
        accounts = page_context().store.people.accounts()
        owner = next((one.full_name for one in accounts if one.id == view.owner), "")
        who = f"This view belongs to {owner}. " if owner else ""
        text = who + refusal(Role.ADMIN, "change a view of everybody", accounts)
        abort(Response(error_page(403, NOT_ALLOWED, text)[0], 403))
    return view


def may_share() -> bool:
    """Whether the person may share views."""
    return current_person().role >= Role.MEMBER


def to_list(number: int) -> AnyResponse:
    """To the list of a view."""
    return redirect(url_for("mentions.listing", view=number), 303)


def form_page(name: str, query: str, problem: str, *, view: SavedView | None = None, shared: bool = False) -> str:
    """The form for a name that was refused, with what the person typed."""
    context = page_context()
    return render_template(
        "saved_views/form.html",
        health=current_health(context, context.clock.now()),
        name=name,
        query=query,
        problem=problem,
        view=view,
        shared=shared,
    )


def feed_page(view: SavedView, token: str = "") -> str:
    """The page of a feed; its new ``token`` is shown only here and now."""
    context, now = page_context(), page_context().clock.now()
    found = context.store.views.feed(view.id, current_account_id())
    return render_template(
        "saved_views/feed.html",
        health=current_health(context, now),
        view=view,
        feed=found,
        times={
            name: format_time(at, now, context.config.timezone)
            for name in ("created_at", "used_at")
            if found is not None and (at := getattr(found, name)) is not None
        },
        addresses=[(label, url_for(f"view_feeds.{name}", token=token, _external=True)) for label, name in FORMATS]
        if token
        else [],
    )


def record_shared(context: PageContext, view: SavedView, action: str) -> None:
    """Record what was done to a view in the audit log, if everybody sees it."""
    if view.shared:
        record(context, view, action)


def record(context: PageContext, view: SavedView, action: str, **details: Json) -> None:
    """Record what was done to a view in the audit log."""
    context.store.people.record(current_person().name, action, view.name, details, context.clock.now())
