"""From what a person types to the address of a channel, with everything that is wrong with it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from monitor.errors import SourceError
from monitor.http import check_url
from monitor.model.notifications import ChannelKind
from monitor.notifications.channels.mail import SECURITY

MAX_CHARS = 2_000
MAX_RECIPIENTS = 50
KIND_LABELS: Mapping[ChannelKind, str] = MappingProxyType(
    {
        ChannelKind.MAIL: "Mail",
        ChannelKind.SLACK: "Slack",
        ChannelKind.TEAMS: "Microsoft Teams",
        ChannelKind.MATTERMOST: "Mattermost",
        ChannelKind.DISCORD: "Discord",
        ChannelKind.TELEGRAM: "Telegram",
        ChannelKind.WEBHOOK: "Your own program",
        ChannelKind.APPRISE: "Another service",
    }
)
_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+|[^@\s,;<>\"]+@localhost")
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]")
_TELEGRAM_TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{20,}")


@dataclass(frozen=True, slots=True)
class TypedAddress:
    """What was made of the typed values: an address, or problems by field."""

    address: Mapping[str, Any] = field(default_factory=dict, repr=False)
    shown: str = ""
    """What people may see of it."""
    problems: Mapping[str, str] = field(default_factory=dict)
    new_secret: str = field(default="", repr=False)
    """A signing secret that was made up, to be shown once."""


def read_address(kind: ChannelKind, typed: Mapping[str, str], before: Mapping[str, Any] | None = None) -> TypedAddress:
    """The address of a channel. ``before``: the one that it has; what is left empty then stays."""
    values = {key: value.strip() for key, value in typed.items()}
    if any(len(value) > MAX_CHARS for value in values.values()):
        return TypedAddress(problems={"url": f"An address may have at most {MAX_CHARS:,} characters."})
    return _READERS[kind](values, before or {})


def _mail(typed: Mapping[str, str], before: Mapping[str, Any]) -> TypedAddress:
    recipients = [part for part in re.split(r"[\s,;]+", typed.get("to", "")) if part]
    port, security = typed.get("port") or "587", typed.get("security") or SECURITY[0]
    problems = _mail_problems(typed, recipients, port, security)
    server = (typed.get("host", ""), port, typed.get("user", ""))
    is_same = server == (before.get("host", ""), str(before.get("port", "")), before.get("user", ""))
    password = typed.get("password", "")
    if not password and before.get("password"):
        password = before["password"] if is_same else ""
        if not password and server[2]:
            # Otherwise, whoever may change the server could have the password sent to one of theirs.
            problems["password"] = "Enter the password again, because the server or the user is another one."
    if problems:
        return TypedAddress(problems=problems)
    address = {"to": recipients, "sender": typed["sender"], "host": server[0], "port": int(port)}
    address |= {"security": security, "user": server[2], "password": password}
    return TypedAddress(address, ", ".join(recipients[:3]) + (" …" if len(recipients) > 3 else ""))


def _mail_problems(typed: Mapping[str, str], recipients: Sequence[str], port: str, security: str) -> dict[str, str]:
    problems = dict[str, str]()
    if wrong := [part for part in recipients if not _MAIL.fullmatch(part)]:
        problems["to"] = f"{wrong[0]} is not a mail address, such as sales@acme.example."
    elif not recipients or len(recipients) > MAX_RECIPIENTS:
        problems["to"] = f"Enter between 1 and {MAX_RECIPIENTS} recipients."
    if not _MAIL.fullmatch(typed.get("sender", "")):
        problems["sender"] = "Enter the mail address of the sender, such as wallflower@acme.example."
    if not _HOST.fullmatch(typed.get("host", "")):
        problems["host"] = "Enter the name of the mail server, such as smtp.acme.example."
    if not port.isascii() or not port.isdecimal() or not 0 < int(port[:6]) < 65536:
        problems["port"] = "A port is a number from 1 to 65535. Usual ones are 587 and 465."
    if security not in SECURITY:
        problems["security"] = "Choose one of the list."
    return problems


def _hook(needed: str, problem: str) -> Callable[[Mapping[str, str], Mapping[str, Any]], TypedAddress]:
    """A reader of an address that must match ``needed``."""

    def read(typed: Mapping[str, str], before: Mapping[str, Any]) -> TypedAddress:
        url = typed.get("url") or before.get("url", "")
        found = _web_problem(url) or ("" if re.match(needed, url) else problem)
        return TypedAddress(problems={"url": found}) if found else TypedAddress({"url": url}, _shown_host(url))

    return read


def _webhook(typed: Mapping[str, str], before: Mapping[str, Any]) -> TypedAddress:
    url = typed.get("url") or before.get("url", "")
    if problem := _web_problem(url):
        return TypedAddress(problems={"url": problem})
    secret = typed.get("secret") or before.get("secret", "")
    new_secret = "" if secret else secrets.token_urlsafe(32)
    return TypedAddress({"url": url, "secret": secret or new_secret}, _shown_host(url), new_secret=new_secret)


def _telegram(typed: Mapping[str, str], before: Mapping[str, Any]) -> TypedAddress:
    token, chat = typed.get("token") or before.get("token", ""), typed.get("chat") or before.get("chat", "")
    problems = dict[str, str]()
    if not _TELEGRAM_TOKEN.fullmatch(token):
        problems["token"] = "Enter the token of the bot, as @BotFather gave it: 123456789:ABC…"
    if not re.fullmatch(r"-?\d{3,}|@\w{4,}", chat):
        problems["chat"] = "Enter the id of the chat, a number such as -1001234567890, or @name of a public channel."
    return TypedAddress(problems=problems) if problems else TypedAddress({"token": token, "chat": chat}, f"chat {chat}")


def _apprise(typed: Mapping[str, str], before: Mapping[str, Any]) -> TypedAddress:
    url = typed.get("url") or before.get("url", "")
    scheme, separator, rest = url.partition("://")
    if not separator or not rest or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]{0,30}", scheme):
        return TypedAddress(problems={"url": "An address of Apprise begins with the service: ntfy://topic."})
    return TypedAddress({"url": url}, f"{scheme.lower()}://…")


def _web_problem(url: str) -> str:
    if not url:
        return "Paste the address here."
    try:
        check_url(url)
    except SourceError:
        return "This is not an address that messages can be sent to. It begins with https:// and has no spaces."
    return ""


def _shown_host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


_READERS: Mapping[ChannelKind, Callable[[Mapping[str, str], Mapping[str, Any]], TypedAddress]] = MappingProxyType(
    {
        ChannelKind.MAIL: _mail,
        ChannelKind.SLACK: _hook(
            r"https://hooks\.slack[a-z-]*\.com/",
            "The address of an incoming webhook of Slack begins with https://hooks.slack.com/services/.",
        ),
        ChannelKind.TEAMS: _hook(r"https://", "The address of a workflow begins with https://."),
        ChannelKind.MATTERMOST: _hook(r"https?://[^/]+/.*hooks/", "A webhook of Mattermost contains /hooks/."),
        ChannelKind.DISCORD: _hook(
            r"https://[a-z.]*discord(app)?\.com/api/webhooks/",
            "The address of a webhook of Discord begins with https://discord.com/api/webhooks/.",
        ),
        ChannelKind.TELEGRAM: _telegram,
        ChannelKind.WEBHOOK: _webhook,
        ChannelKind.APPRISE: _apprise,
    }
)
