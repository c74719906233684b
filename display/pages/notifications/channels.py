"""The forms of channels, for admins. Saving a channel sends a test; the page says what arrived, or why nothing did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.guard import current_account, current_person
from display.access.permissions import requires
from display.pages.access.forms import never_store
from display.pages.context import page_context
from display.pages.health_line import current_health
from display.pages.notifications.forms import CHANNEL_FIELDS, read_kind
from display.pages.notifications.state import notifications
from display.pages.notifications.views import record
from monitor.errors import NotificationError, SendError
from monitor.model.notifications import Channel, ChannelKind, NewChannel
from monitor.model.people import Role
from monitor.notifications.addresses import KIND_LABELS, TypedAddress, read_address
from monitor.notifications.sender import in_turn

TASK = "manage channels"
MAX_NAME_CHARS = 60

blueprint = Blueprint("channels", __name__, url_prefix="/notifications/channels")
blueprint.after_request(never_store)


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Role.ADMIN, TASK)
def new() -> str | tuple[str, int]:
    """Choose a kind, or the form of a channel of that kind; or add it and send a test."""
    kind = read_kind(request.values.get("kind", ""))
    if kind is None:
        return _page(
            "notifications/kinds.html", kinds=KIND_LABELS, view=request.values.get("view")
        ), 400 if request.method == "POST" else 200
    is_first = not page_context().store.notifications.channels()
    if request.method != "POST":
        typed = {"name": KIND_LABELS[kind], "alerts": "1" if is_first else "", "port": "587", "security": "starttls"}
        return _form(kind, typed)
    read = read_address(kind, request.form.to_dict())
    try:
        channel = page_context().store.notifications.add_channel(_draft(kind, read), page_context().clock.now())
    except NotificationError as error:
        return _form(kind, request.form, read.problems, str(error)), 400
    record("added channel", channel.name, kind=kind.value)
    return _saved(channel, read.new_secret)


@blueprint.route("/<int:id>", methods=["GET", "POST"])
@requires(Role.ADMIN, TASK)
def edit(id: int) -> str | tuple[str, int]:
    """The form of a channel, without its secrets; or change it and send a test."""
    channel = _existing(id)
    before = _address(channel)
    if request.method != "POST":
        return _form(channel.kind, _typed(channel, before), channel=channel)
    read = read_address(channel.kind, request.form.to_dict(), before)
    try:
        page_context().store.notifications.change_channel(id, _draft(channel.kind, read))
    except NotificationError as error:
        return _form(channel.kind, request.form, read.problems, str(error), channel), 400
    record("changed channel", request.form.get("name", channel.name))
    return _saved(_existing(id), read.new_secret)


@blueprint.post("/<int:id>/test")
@requires(Role.ADMIN, TASK)
def test(id: int) -> str:
    """Send a test."""
    return _saved(_existing(id), "")


@blueprint.post("/<int:id>/remove")
@requires(Role.ADMIN, TASK)
def remove(id: int) -> AnyResponse:
    """Remove a channel; what uses it uses the next one."""
    channel, successor = _existing(id), _successor(id)
    page_context().store.notifications.remove_channel(id, successor.id if successor else None)
    record("removed channel", channel.name)
    return redirect(url_for("notifications.page", _anchor="channels"), 303)


def _saved(channel: Channel, new_secret: str) -> str:
    """The page that says what a test did. ``new_secret`` is shown only here and now."""
    answer = failure = ""
    try:
        answer = notifications().send_test(channel, current_person().name if current_account() else "Somebody")
    except SendError as error:
        failure = str(error)
    return _page(
        "notifications/channel.html",
        channel=_existing(channel.id),
        kind=KIND_LABELS[channel.kind],
        answer=answer,
        text=notifications().test_text(channel, current_person().name),
        failure=failure,
        new_secret=new_secret,
        n_users=_n_users(channel),
        view=request.values.get("view", ""),
    )


def _draft(kind: ChannelKind, read: TypedAddress) -> NewChannel:
    """The channel in the form. Raises NotificationError."""
    name = " ".join(request.form.get("name", "").split())
    if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise NotificationError(f"Give the channel a name of at most {MAX_NAME_CHARS} characters.")
    if read.problems:
        raise NotificationError("Some fields are missing or not valid.")
    sealed = notifications().vault.seal(read.address)
    return NewChannel(name, kind, read.shown, sealed, "inside" in request.form, "alerts" in request.form)


def _form(
    kind: ChannelKind,
    typed: Mapping[str, str],
    problems: Mapping[str, str] | None = None,
    problem: str = "",
    channel: Channel | None = None,
) -> str:
    return _page(
        "notifications/channel_form.html",
        kind=kind,
        kind_label=KIND_LABELS[kind],
        fields=CHANNEL_FIELDS[kind],
        typed=typed,
        problems=problems or {},
        problem=problem,
        channel=channel,
        view=request.values.get("view", ""),
        n_users=_n_users(channel) if channel else 0,
        successor=_successor(channel.id) if channel else None,
    )


def _typed(channel: Channel, address: Mapping[str, Any]) -> dict[str, str]:
    """A channel as its form has it, without what is secret."""
    shown = {one.key: address.get(one.key, "") for one in CHANNEL_FIELDS[channel.kind] if not one.is_secret}
    texts = {key: ", ".join(value) if isinstance(value, list) else str(value) for key, value in shown.items()}
    flags = {"inside": "1" if channel.inside else "", "alerts": "1" if channel.alerts else ""}
    return {"name": channel.name, **texts, **flags}


def _address(channel: Channel) -> Mapping[str, Any]:
    try:
        return notifications().vault.open(channel.secret)
    except NotificationError:
        return {}  # all of it has to be entered again


def _n_users(channel: Channel) -> int:
    """How many views and weekly reports are sent through a channel."""
    stored = page_context().store.notifications
    used = [one.channel for one in stored.subscriptions()] + [one.channel for one in stored.report_subscriptions()]
    return used.count(channel.id)


def _successor(id: int) -> Channel | None:
    """The channel that is used once this one is removed; None if it is the only one."""
    channels = {channel.id: channel for channel in page_context().store.notifications.channels()}
    return next((channels[one] for one in in_turn(list(channels), id)), None)


def _existing(id: int) -> Channel:
    found = next((one for one in page_context().store.notifications.channels() if one.id == id), None)
    if found is None:
        abort(404)
    return found


def _page(template: str, **values: object) -> str:
    context = page_context()
    health = current_health(context, context.clock.now())
    return render_template(template, tab="notifications", health=health, **values)
