"""A real mail server on loopback that a test tells what to answer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.ports import free_port

USER, PASSWORD = "wallflower", "correct horse"


@dataclass
class MailServer:
    """What it received, and what it answers."""

    answer: str = "250 OK"
    """To a mail."""
    refused: frozenset[str] = frozenset()
    """Recipients without a mailbox."""
    deferred: frozenset[str] = frozenset()
    """Recipients that it accepts only later."""
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def host(self) -> str:
        """As in ``allow_hosts``."""
        return f"127.0.0.1:{self.port}"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address in self.refused:
            return "550 5.1.1 No such mailbox"
        if address in self.deferred:
            return "451 4.7.1 Greylisted, try again in 5 minutes"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            parsed: Message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(parsed, EmailMessage)
            self.mails.append(parsed)
            self.recipients += envelope.rcpt_tos
        return self.answer


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


@contextlib.contextmanager
def mail_server(**options: Any) -> Iterator[MailServer]:
    """A mail server that runs until the end of the block; it wants USER and PASSWORD if ``sign_in`` is given."""
    sign_in = options.pop("sign_in", False)
    server = MailServer(port=free_port(), **options)
    more = {"authenticator": _authenticate, "auth_require_tls": False, "auth_required": True} if sign_in else {}
    controller = Controller(server, hostname="127.0.0.1", port=server.port, **more)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
