"""What people typed into the forms of /notifications, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from types import MappingProxyType

from monitor.errors import NotificationError
from monitor.model.notifications import ChannelKind, Frequency, QuietHours, Schedule

DEFAULT_MAX_PER_DAY = 20
MAX_PER_DAY, MAX_MORE_THAN = 500, 100_000
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WITHIN: Mapping[int, str] = MappingProxyType(
    {10: "10 minutes", 60: "an hour", 360: "6 hours", 1440: "a day", 10080: "a week"}
)
"""Minutes -> in words."""
FREQUENCIES: Mapping[Frequency, str] = MappingProxyType(
    {
        Frequency.EACH: "Each mention",
        Frequency.HOURLY: "Hourly",
        Frequency.DAILY: "Daily",
        Frequency.WEEKLY: "Weekly",
    }
)


@dataclass(frozen=True, slots=True)
class ChannelField:
    """An input of the form of a channel."""

    key: str
    label: str
    hint: str = ""
    type: str = "text"
    is_secret: bool = False
    """It is never shown again."""
    options: Mapping[str, str] = field(default_factory=dict)


_PASTE = "It is stored encrypted and never shown again."
_ADDRESS = ChannelField("url", "Address", _PASTE, is_secret=True)
CHANNEL_FIELDS: Mapping[ChannelKind, tuple[ChannelField, ...]] = MappingProxyType(
    {
        ChannelKind.MAIL: (
            ChannelField("to", "Recipients", "One or more addresses, separated by commas."),
            ChannelField("sender", "Sender", "Such as wallflower@acme.example. Bounces arrive there."),
            ChannelField("host", "Mail server", "Such as smtp.acme.example."),
            ChannelField("port", "Port", "587 with STARTTLS, 465 with TLS."),
            ChannelField(
                "security", "Security", options={"starttls": "STARTTLS", "tls": "TLS", "none": "None, only for a test"}
            ),
            ChannelField("user", "User", "Empty if the server wants no sign-in."),
            ChannelField("password", "Password", _PASTE, "password", is_secret=True),
        ),
        ChannelKind.SLACK: (
            ChannelField("url", "Address", f"Of an incoming webhook: https://hooks.slack.com/services/… {_PASTE}",
                         is_secret=True),
        ),
        ChannelKind.TEAMS: (
            ChannelField("url", "Address", "Of the workflow “Post to a channel when a webhook request is received”. "
                         f"{_PASTE}", is_secret=True),
        ),
        ChannelKind.MATTERMOST: (
            ChannelField("url", "Address", f"Of an incoming webhook: https://…/hooks/… {_PASTE}", is_secret=True),
        ),
        ChannelKind.DISCORD: (
            ChannelField("url", "Address", f"https://discord.com/api/webhooks/… {_PASTE}", is_secret=True),
        ),
        ChannelKind.TELEGRAM: (
            ChannelField("token", "Token of the bot", f"From @BotFather. {_PASTE}", "password", is_secret=True),
            ChannelField("chat", "Chat", "A number such as -1001234567890, or @name of a public channel."),
        ),
        ChannelKind.WEBHOOK: (
            _ADDRESS,
            ChannelField("secret", "Signing secret", "Leave it empty to get a random one, which is shown once.",
                         "password", is_secret=True),
        ),
        ChannelKind.APPRISE: (
            ChannelField("url", "Address of Apprise", f"Such as ntfy://topic or matrix://… {_PASTE}", is_secret=True),
        ),
    }
)  # fmt: skip


def read_kind(value: str) -> ChannelKind | None:
    """The kind of channel that a form names."""
    return next((kind for kind in ChannelKind if kind.value == value), None)


def read_schedule(typed: Mapping[str, str]) -> Schedule:
    """The schedule in a form; what is missing is as for a new one. Raises NotificationError with all problems."""
    problems = list[str]()
    frequency = next((f for f in Frequency if f.value == typed.get("frequency", Frequency.EACH.value)), None)
    if frequency is None:
        problems.append("Choose how often.")
    at = read_time(typed.get("at", "08:00"))
    if at is None:
        problems.append("Enter the time as 08:00.")
    weekday = _number(typed.get("weekday", "0"), 0, 6)
    more_than = _number(typed.get("more_than") or "0", 0, MAX_MORE_THAN)
    within = _number(typed.get("within", "60"), 1, max(WITHIN))
    default = DEFAULT_MAX_PER_DAY if frequency is Frequency.EACH and "max_per_day" not in typed else 0
    max_per_day = _number(typed.get("max_per_day") or str(default), 0, MAX_PER_DAY)
    if weekday is None or within is None:
        problems.append("Choose the day and the time span from the lists.")
    if more_than is None:
        problems.append(f"“More than” is a number up to {MAX_MORE_THAN:,}.")
    if max_per_day is None:
        problems.append(f"“At most a day” is a number up to {MAX_PER_DAY}.")
    if problems or frequency is None or at is None:
        raise NotificationError(" ".join(problems))
    return Schedule(frequency, at, weekday or 0, more_than or 0, timedelta(minutes=within or 60), max_per_day or 0)


def read_quiet_hours(typed: Mapping[str, str]) -> QuietHours | None:
    """The quiet hours in a form; None if both times are empty. Raises NotificationError."""
    if not typed.get("start") and not typed.get("end"):
        return None
    start, end = read_time(typed.get("start", "")), read_time(typed.get("end", ""))
    if start is None or end is None or start == end:
        raise NotificationError("Quiet hours need two different times, such as 20:00 and 07:00, or none.")
    return QuietHours(start, end)


def read_time(text: str) -> time | None:
    """ "08:00" as a time; None if it is none."""
    hours, _, minutes = text.strip().partition(":")
    found = _number(hours, 0, 23), _number(minutes, 0, 59)
    return None if found[0] is None or found[1] is None else time(found[0], found[1])


def _number(text: str, low: int, high: int) -> int | None:
    text = text.strip()
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        return None
    return int(text) if low <= int(text) <= high else None
