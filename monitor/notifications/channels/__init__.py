"""Ways to send a message: one module per protocol.

Channel --Vault.open--> address --transport--> Transport.send(Outgoing) --> what the receiver answered, or SendError
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from monitor.http import Http
from monitor.model.notifications import ChannelKind
from monitor.notifications.channels.apprise_channel import AppriseTransport
from monitor.notifications.channels.chats import ChatTransport
from monitor.notifications.channels.mail import MailTransport
from monitor.notifications.channels.pace import PACE_SECONDS
from monitor.notifications.channels.transport import Outgoing, Transport
from monitor.notifications.channels.webhook import WebhookTransport

__all__ = ["PACE_SECONDS", "Outgoing", "Transport", "transport"]


def transport(kind: ChannelKind, address: Mapping[str, Any], http: Http) -> Transport:
    """What sends to ``address``, whose keys depend on the kind."""
    creators: dict[ChannelKind, Callable[[], Transport]] = {
        ChannelKind.MAIL: lambda: MailTransport(address, http),
        ChannelKind.WEBHOOK: lambda: WebhookTransport(address, http),
        ChannelKind.APPRISE: lambda: AppriseTransport(address, http.allowed_hosts),
    }
    create = creators.get(kind, lambda: ChatTransport(kind, address, http))
    return create()
