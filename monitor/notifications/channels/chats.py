"""Slack, Microsoft Teams, Mattermost, Discord and Telegram, through the address that each offers for that.

They are written here, although Apprise knows them too: so their requests are guarded, and their answers, such as that a
chat was deleted, become sentences. Nothing in a text can mention people or format itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from monitor.errors import SendError
from monitor.http import Http, site_of
from monitor.model.notifications import ChannelKind
from monitor.notifications.channels.transport import GONE, Outgoing, checked_key, post
from monitor.notifications.texts import Text

TELEGRAM_API = "https://api.telegram.org"
MAX_CHARS = 1_900
"""Discord accepts 2,000 characters, the others more."""
_MARKDOWN = re.compile(r"([\\`*_~\[\]()#>|!-])")
_GONE_HELP: Mapping[ChannelKind, str] = {
    ChannelKind.SLACK: "The webhook or its channel was deleted. Create a new webhook in Slack.",
    ChannelKind.TEAMS: "The workflow was deleted or switched off. Create a new one in Teams.",
    ChannelKind.MATTERMOST: "The webhook or its channel was deleted. Create a new webhook in Mattermost.",
    ChannelKind.DISCORD: "The webhook or its channel was deleted. Create a new webhook in Discord.",
    ChannelKind.TELEGRAM: "The bot's token is wrong or was revoked. Ask @BotFather for the right one.",
}
_TELEGRAM_HELP = (
    ("chat not found", "The chat was deleted, its id is wrong, or nobody has written to the bot yet."),
    ("blocked by the user", "The person has blocked the bot."),
    ("kicked", "The bot was removed from the group."),
    ("upgraded to a supergroup", "The group became a supergroup, which has another id. Enter that."),
)


class ChatTransport:
    """Sends to a chat."""

    def __init__(self, kind: ChannelKind, address: Mapping[str, Any], http: Http) -> None:
        """``address``: url; for Telegram token and chat, and api for a server of one's own."""
        self._kind, self._address, self._http = kind, address, http

    def send(self, outgoing: Outgoing) -> str:
        """Send a message. See ``Transport``."""
        url, document = self._request(outgoing.text)
        try:
            post(self._http, url, json.dumps(document).encode(), {})
        except SendError as error:
            raise self._explained(error) from error
        return f"{site_of(url)} accepted it."

    def _request(self, text: Text) -> tuple[str, Mapping[str, Any]]:
        if self._kind is ChannelKind.TELEGRAM:
            token, api = checked_key(self._address, "token"), self._address.get("api") or TELEGRAM_API
            document = {"chat_id": checked_key(self._address, "chat"), "text": _plain(text)}
            return f"{api}/bot{token}/sendMessage", {**document, "disable_web_page_preview": True}
        return checked_key(self._address, "url"), _DOCUMENTS[self._kind](text)

    def _explained(self, error: SendError) -> SendError:
        """``error`` with what to do about it, where the service says what is wrong."""
        text = str(error)
        if self._kind is ChannelKind.TELEGRAM:
            text = text.replace("“", "").replace("”", "")
            for answer, help_ in _TELEGRAM_HELP:
                if answer in text.lower():
                    return SendError(help_, permanent=True)
        if any(f"({status})" in text for status in GONE):
            return SendError(f"{text} {_GONE_HELP[self._kind]}", permanent=True)
        return error


def _plain(text: Text) -> str:
    return _shortened(f"{text.title}\n{text.body}")


def _shortened(text: str) -> str:
    """At most MAX_CHARS, with the last line, which is the link."""
    if len(text) <= MAX_CHARS:
        return text
    start, _, link = text.rpartition("\n")
    return f"{start[: MAX_CHARS - len(link) - 2]}…\n{link}"


def _escaped(text: Text) -> Text:
    """``text`` for services that read Markdown, and mentions such as @channel."""
    title, *lines = (_MARKDOWN.sub(r"\\\1", line).replace("@", "@\u200b") for line in (text.title, *text.lines))
    quotes = tuple(_MARKDOWN.sub(r"\\\1", quote).replace("@", "@\u200b") for quote in text.quotes)
    return Text(title, tuple(lines), text.link, quotes)


def _slack(text: Text) -> Mapping[str, Any]:
    escaped = _plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": escaped, "mrkdwn": False, "unfurl_links": False}


def _mattermost(text: Text) -> Mapping[str, Any]:
    return {"text": _plain(_escaped(text))}


def _discord(text: Text) -> Mapping[str, Any]:
    return {"content": _plain(_escaped(text)), "allowed_mentions": {"parse": []}, "flags": 4}


def _teams(text: Text) -> Mapping[str, Any]:
    """A card, as the workflow "Post to a channel when a webhook request is received" takes it. Text runs are plain."""
    lines = [*text.lines, *text.quotes]
    runs = [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": line}]} for line in lines]
    title = {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text.title, "weight": "Bolder"}]}
    link = {"type": "TextBlock", "text": f"[{text.link}]({text.link})", "wrap": True}
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [title, *runs, *([link] if text.link else [])],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


_DOCUMENTS: Mapping[ChannelKind, Callable[[Text], Mapping[str, Any]]] = {
    ChannelKind.SLACK: _slack,
    ChannelKind.TEAMS: _teams,
    ChannelKind.MATTERMOST: _mattermost,
    ChannelKind.DISCORD: _discord,
}
