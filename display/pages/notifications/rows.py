"""Rows of /notifications: channels, subscriptions and messages in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from display.formatting import FormattedTime, clock_time, format_duration, format_time, pluralize
from display.pages.notifications.forms import FREQUENCIES, WEEKDAYS
from monitor.model.notifications import (
    Channel,
    DeliveryAttempt,
    Frequency,
    Message,
    MessageState,
    QuietHours,
    Schedule,
    Subscription,
)
from monitor.model.saved_views import SavedView
from monitor.notifications.addresses import KIND_LABELS
from monitor.notifications.deciding import Circumstances, due_at
from monitor.notifications.flow import Preview
from monitor.notifications.waiting import from_json
from monitor.notifications.wording import duration, reasons

DELETED_VIEW = "This view was deleted."


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel and how it does."""

    channel: Channel
    kind: str
    state: str
    trouble: bool


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A view that notifies."""

    subscription: Subscription
    view: str
    """Its name, or that it was deleted."""
    is_deleted: bool
    channel: str
    schedule: str
    waiting: str
    """What waits and why; empty if nothing does."""
    owner: str
    """Whose it is, for others."""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message and what became of it."""

    message: Message
    at: FormattedTime
    title: str
    channel: str
    state: str
    detail: str
    trouble: bool


def channel_row(channel: Channel, now: datetime, zone: tzinfo) -> ChannelRow:
    """A row for a channel."""
    failing = channel.failing_since
    state = f"Fails since {clock_time(failing, now, zone)}. {channel.problem}" if failing else "Works"
    return ChannelRow(channel, KIND_LABELS[channel.kind], state, failing is not None)


def subscription_row(
    one: Subscription,
    views: Mapping[int, SavedView],
    channels: Mapping[int, Channel],
    owners: Mapping[int, str],
    around: Circumstances,
    now: datetime,
) -> SubscriptionRow:
    """A row for a subscription."""
    view, channel = views.get(one.view), channels.get(one.channel)
    return SubscriptionRow(
        one,
        DELETED_VIEW if view is None else view.name,
        view is None,
        channel.name if channel else "",
        describe_schedule(one.schedule),
        _waiting(one, around, now),
        owners.get(one.owner or 0, ""),
    )


def describe_schedule(schedule: Schedule) -> str:
    """ "Daily at 08:00, only if there are more than 5 within 10 minutes, at most 20 a day" """
    words = [FREQUENCIES[schedule.frequency]]
    if schedule.frequency is Frequency.WEEKLY:
        words[0] += f" on {WEEKDAYS[schedule.weekday]}"
    if schedule.frequency in (Frequency.DAILY, Frequency.WEEKLY):
        words[0] += f" at {schedule.at:%H:%M}"
    if schedule.more_than:
        words.append(f"only if there are more than {schedule.more_than} within {duration(schedule.within)}")
    if schedule.max_per_day:
        words.append(f"at most {schedule.max_per_day} a day")
    return ", ".join(words)


def describe_quiet(quiet: QuietHours | None) -> str:
    """ "20:00 to 07:00"; empty without any."""
    return f"{quiet.start:%H:%M} to {quiet.end:%H:%M}" if quiet else ""


def describe_preview(preview: Preview) -> str:
    """ "In the last 30 days this would have sent 41 messages. 120 mentions fit the view."

    "... 41 messages, 3 of them summaries of what had been held. 120 mentions ..."
    """
    is_whole = preview.span >= timedelta(days=30)
    span = "30 days" if is_whole else format_duration(preview.span)
    sent = f"In the last {span} this would have sent {pluralize(preview.messages, 'message')}"
    fits = pluralize(preview.mentions, "mention fits", "mentions fit")
    held = f", {pluralize(preview.summaries, 'of them a summary', 'of them summaries')} of what had been held"
    held = held if preview.summaries else ""
    cut = "" if is_whole else " There are more mentions than a preview reads."
    return f"{sent}{held}. {fits} the view.{cut}"


def message_rows(
    messages: Iterable[Message], channels: Mapping[int, Channel], now: datetime, zone: tzinfo
) -> list[MessageRow]:
    """A row for each message."""
    return [_message_row(message, channels, now, zone) for message in messages]


def attempt_text(attempt: DeliveryAttempt, channels: Mapping[int, Channel]) -> str:
    """ "Sales: The receiver answered 200." """
    channel = channels.get(attempt.channel)
    return f"{channel.name if channel else 'A channel that was removed'}: {attempt.detail or 'Sent.'}"


def _message_row(message: Message, channels: Mapping[int, Channel], now: datetime, zone: tzinfo) -> MessageRow:
    via = channels.get(message.via)
    name = via.name if via else "A channel that was removed"
    if via and message.via != message.channel and (first := channels.get(message.channel)):
        name = f"{via.name} in place of {first.name}"
    state, detail = _state(message, now, zone)
    title = str(message.facts.get("title") or message.rule)
    trouble = message.state is MessageState.FAILED or bool(message.state is MessageState.WAITING and message.reason)
    return MessageRow(message, format_time(message.created_at, now, zone), title, name, state, detail, trouble)


def _state(message: Message, now: datetime, zone: tzinfo) -> tuple[str, str]:
    if message.state is MessageState.DELIVERED:
        at = message.delivered_at
        return ("Sent", f"at {clock_time(at, now, zone)}") if at else ("Sent", "while nothing could be stored")
    if message.state is MessageState.HELD:
        return "Held", message.reason
    if message.state is MessageState.FAILED:
        return "Not delivered", message.reason
    if not message.reason:
        return "Waits", "for the message about its beginning" if message.requires else "to be sent"
    again = clock_time(message.next_try, now, zone) if message.next_try else ""
    return "Waits", f"{message.reason} It is tried again at {again}."


def _waiting(one: Subscription, around: Circumstances, now: datetime) -> str:
    waiting = from_json(one.state)
    if not waiting.n:
        return ""
    due = due_at(one.schedule, waiting, around)
    until = f"until {clock_time(due, now, around.zone)}" if due else "until the incident is over"
    why = f", because of {reasons(waiting.reasons)}" if waiting.reasons else ""
    return f"{pluralize(waiting.n, 'mention')} {'waits' if waiting.n == 1 else 'wait'} {until}{why}"
