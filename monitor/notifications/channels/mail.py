"""Mail, through an SMTP server."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from monitor.errors import BlockedAddress, SendError, SourceError
from monitor.http import Http
from monitor.notifications.channels.transport import MAX_ANSWER_CHARS, Outgoing, checked_key
from monitor.notifications.texts import one_line

MAX_SECONDS = 60.0
"""For a whole conversation with a mail server."""
READ_SECONDS = 20.0
SECURITY = ("starttls", "tls", "none")
_TRANSPORT_ERRORS = (OSError, smtplib.SMTPServerDisconnected, ssl.SSLError)


class MailTransport:
    """Sends to one or more recipients."""

    def __init__(self, address: Mapping[str, Any], http: Http) -> None:
        """``address``: host, port, security (see SECURITY), user, password, sender, to."""
        self._host, self._port = checked_key(address, "host"), int(address.get("port") or 587)
        self._security, self._address, self._http = address.get("security") or "starttls", address, http

    def send(self, outgoing: Outgoing) -> str:
        """Send a message. See ``Transport``."""
        message = self.message(outgoing)
        try:
            with self._session() as smtp:
                smtp.waits_for_all = not outgoing.is_last_try
                refused = smtp.send_message(message, self._address["sender"], list(self._address["to"]))
        except BlockedAddress as error:
            site = f"{self._host}:{self._port}"
            raise SendError(
                f"The mail server {site} is on a private network. If you trust it, add “{site}” to allow_hosts in "
                "[wallflower] of the config.",
                permanent=True,
            ) from error
        except SourceError as error:
            raise SendError(f"The mail server could not be reached: {error}") from error
        except _Deferred as error:
            answers = "; ".join(f"{name}: {_answer(answer)}" for name, answer in error.recipients.items())
            raise SendError(f"The mail server {self._host} asks to try again later. {answers}.") from error
        except smtplib.SMTPException as error:
            raise self._smtp_error(error) from error
        except OSError as error:
            raise SendError(f"The mail server {self._host} did not answer in time, or broke off.") from error
        accepted = f"The mail server {self._host} accepted it. If it does not arrive, look for a bounce in the mailbox "
        lost = [f"It refused {name}: {_answer(answer)}." for name, answer in refused.items()]
        return " ".join([f"{accepted}of {self._address['sender']}.", *lost])

    def message(self, outgoing: Outgoing) -> EmailMessage:
        """The mail. Its id is that of the message, so that a mail that is sent twice can be recognised."""
        message = EmailMessage()
        message["Subject"] = outgoing.text.title
        message["From"] = self._address["sender"]
        message["To"] = ", ".join(self._address["to"])
        if outgoing.created_at:
            message["Date"] = format_datetime(outgoing.created_at)
        domain = str(self._address["sender"]).rpartition("@")[2].strip("> ") or "wallflower"
        message["Message-ID"] = f"<wallflower-{outgoing.id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(f"{outgoing.text.body}\n")
        if outgoing.text.html:
            message.add_alternative(outgoing.text.html, subtype="html")
        return message

    @contextmanager
    def _session(self) -> Iterator[_GuardedSMTP]:
        """A session, signed in. It is cut off after MAX_SECONDS, however slowly the server answers."""
        smtp = _GuardedSMTP(self._http, tls=self._security == "tls")
        timer = threading.Timer(MAX_SECONDS, smtp.cut_off)
        timer.daemon = True
        timer.start()
        try:
            smtp.connect(self._host, self._port)
            if self._security == "starttls":
                smtp.starttls(context=self._http.tls_context)
            if user := self._address.get("user"):
                smtp.login(user, self._address.get("password") or "")
            yield smtp
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
        finally:
            timer.cancel()
            smtp.close()

    def _smtp_error(self, error: smtplib.SMTPException) -> SendError:
        host = self._host
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return SendError(f"The mail server {host} rejects the user or the password.", permanent=True)
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return SendError(f"The mail server {host} offers no STARTTLS, or no sign-in. Choose another security.",
                             permanent=True)  # fmt: skip
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            answers = "; ".join(f"{name}: {_answer(answer)}" for name, answer in error.recipients.items())
            permanent = all(code >= 500 for code, _ in error.recipients.values())
            return SendError(f"The mail server {host} refused every recipient. {answers}.", permanent=permanent)
        if isinstance(error, smtplib.SMTPResponseException):
            answer = _answer((error.smtp_code, error.smtp_error))
            return SendError(f"The mail server {host} refused the mail: {answer}.", permanent=error.smtp_code >= 500)
        return SendError(f"The mail server {host} broke off the conversation.")


class _Deferred(smtplib.SMTPException):
    """The server accepts some recipients, but others only later, as servers with greylisting do."""

    def __init__(self, recipients: Mapping[str, tuple[int, bytes]]) -> None:
        self.recipients = recipients
        super().__init__(recipients)


class _GuardedSMTP(smtplib.SMTP):
    """Connects to checked addresses only."""

    def __init__(self, http: Http, *, tls: bool) -> None:
        self._http, self._tls = http, tls
        self._deferred: dict[str, tuple[int, bytes]] = {}
        self.waits_for_all = True
        """Whether to send nothing while the server accepts a recipient only later: nobody is to get a mail twice."""
        super().__init__(timeout=READ_SECONDS)

    def rcpt(self, recip: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        """Name a recipient."""
        code, answer = super().rcpt(recip, options)
        if 400 <= code < 500:
            self._deferred[recip] = code, answer
        return code, answer

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the mail to those who were accepted. Raises _Deferred."""
        if self._deferred and self.waits_for_all:
            raise _Deferred(self._deferred)
        return super().data(msg)

    def cut_off(self) -> None:
        """End the conversation from another thread."""
        sock: socket.socket | None = getattr(self, "sock", None)
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        self._host = host  # starttls compares it with the certificate
        sock = self._http.open_connection(host, port, tls=self._tls)
        sock.settimeout(timeout)
        return sock


def _answer(answer: tuple[int, bytes | str]) -> str:
    """ "550 no such user" """
    code, text = answer
    decoded = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {one_line(decoded)[:MAX_ANSWER_CHARS]}".rstrip(" .")
