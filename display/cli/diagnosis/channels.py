"""The channels of notifications. Nothing is sent to them, unless that is asked for."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC
from typing import Any
from urllib.parse import urlsplit

from display.cli.dependencies import open_http
from display.cli.diagnosis.configuration import look_up
from display.cli.diagnosis.findings import DoctorContext, Finding, Level
from display.formatting import pluralize
from monitor.errors import NotificationError, SendError
from monitor.http.addresses import is_allowed, is_public, resolve
from monitor.model.notifications import Channel, ChannelKind
from monitor.notifications.channels import Outgoing, transport
from monitor.notifications.texts import Text
from monitor.notifications.vault import KEY_FILE, Vault

_ENTER_AGAIN = "An admin enters the address again on /notifications."
_CORRECT = "An admin corrects it on /notifications, which sends a test."
_TEST = Text("A test from Wallflower", ("`wallflower doctor --send-test` sent this to check the channel.",))


def channels(context: DoctorContext) -> Iterator[Finding]:
    """Whether messages can be sent: the key of the addresses, their hosts, and what came of the last message."""
    found = context.examination.channels
    if not found:
        return
    key = context.data / KEY_FILE
    if key.exists() and not os.access(key, os.R_OK):
        text = f"{key} cannot be read by this user, so the addresses of channels cannot be checked."
        yield Finding("channels", Level.UNKNOWN, text, "Run this as the user of the service, or as root.")
        return
    if key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        text = f"Other users of this machine can read {key}, which decrypts the addresses of channels."
        yield Finding("channels", Level.WARNING, text, f"Run `chmod 600 {key}`.")
    if not any(channel.alerts for channel in found):
        text = "No channel gets the built-in alerts, such as the one for a full disk."
        yield Finding("channels", Level.WARNING, text, "An admin chooses one on /notifications.")
    results = [one for channel in found for one in _channel(context, channel)]
    yield from results
    if all(one.level is Level.OK for one in results):
        sent = "got a test" if context.send_test else "can be used, as far as is known without sending anything"
        yield Finding("channels", Level.OK, f"{pluralize(len(found), 'channel')} {sent}.")


def _channel(context: DoctorContext, channel: Channel) -> Iterator[Finding]:
    """What is wrong with a channel."""
    name = f"The channel {channel.name}"
    try:
        address = Vault(context.data / KEY_FILE).open(channel.secret)
    except NotificationError as error:
        yield Finding("channels", Level.PROBLEM, f"{name}: {error}", _ENTER_AGAIN)
        return
    if problem := _host_problem(context, channel, address):
        yield Finding("channels", Level.PROBLEM, f"{name}: {problem[0]}", problem[1])
    elif context.send_test:
        yield _sent(context, channel, address)
    elif since := channel.failing_since:
        text = f"{name} has failed since {since.astimezone(UTC):%d %b %Y, %H:%M} UTC. {channel.problem}"
        yield Finding("channels", Level.WARNING, text, _CORRECT)


def _host_problem(context: DoctorContext, channel: Channel, address: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is wrong with the host of an address, and what to do about it."""
    if channel.kind in (ChannelKind.TELEGRAM, ChannelKind.APPRISE):
        return None  # a service of its own, whose host the address does not name
    parts = urlsplit(str(address.get("url", "")))
    host, port = str(address.get("host") or parts.hostname or ""), int(address.get("port") or parts.port or 443)
    exists = look_up([host]).get(host)
    if not exists:
        answer = "has no address" if exists is False else "could not be looked up in time"
        return f"{host} {answer}.", "Check the name, and the name server: `resolvectl status`, /etc/resolv.conf."
    allowed = context.config.allow_hosts if context.config else frozenset[str]()
    if all(is_public(one) for one in resolve(host, port)) or is_allowed(host, port, frozenset(allowed)):
        return None
    return (
        f"{host} is on a private network, to which nothing is sent.",
        f"If you trust it, add “{host}:{port}” to `allow_hosts` in [wallflower].",
    )


def _sent(context: DoctorContext, channel: Channel, address: Mapping[str, Any]) -> Finding:
    """The result of a test."""
    outgoing = Outgoing(f"test-{secrets.token_hex(4)}", _TEST, created_at=context.now)
    with closing(open_http(context.config)) as http:
        try:
            answer = transport(channel.kind, address, http).send(outgoing)
        except (SendError, NotificationError) as error:
            return Finding("channels", Level.PROBLEM, f"The channel {channel.name}: {error}", _CORRECT)
    return Finding("channels", Level.OK, f"The channel {channel.name}: {answer}")
