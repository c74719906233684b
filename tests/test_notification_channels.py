"""Channels send what they should, and say clearly why something did not arrive."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from monitor.errors import NotificationError, SendError
from monitor.http import Http
from monitor.http.addresses import resolve
from monitor.model.notifications import ChannelKind, Message
from monitor.notifications.apprise_process import SocketGuard
from monitor.notifications.channels import Outgoing, transport
from monitor.notifications.channels.pace import NoHostLimit
from monitor.notifications.texts import Text, compose
from monitor.notifications.vault import Vault
from tests.fake_server import Connection, Server, http_for, serving
from tests.fakes import NOON, FakeClock
from tests.mail_server import PASSWORD, USER, MailServer, mail_server

TEXT = Text("Us, negative: 3 new mentions", ("Since the last message.",), "https://wallflower.example/mentions?view=2")
OUTGOING = Outgoing("17", TEXT, "view:4", NOON, {"n": 3})
HOSTILE = Text("<!channel> [x](y)", ("@everyone *b* `c`",), "https://wallflower.example/", ("bob: _hi_ @here <@U1>",))


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


def send(kind: ChannelKind, address: dict[str, Any], http: Http, outgoing: Outgoing = OUTGOING) -> str:
    return transport(kind, address, http).send(outgoing)


def refusal(kind: ChannelKind, address: dict[str, Any], http: Http) -> SendError:
    with pytest.raises(SendError) as caught:
        send(kind, address, http)
    return caught.value


# A program of one's own


def test_a_webhook_is_signed_as_github_signs(server: Server) -> None:
    said = send(ChannelKind.WEBHOOK, {"url": f"{server.url}/hook", "secret": "s3cret"}, http_for(server))
    (request,) = server.requests
    expected = hmac.new(b"s3cret", request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-hub-signature-256"] == f"sha256={expected}"
    assert request.headers["x-wallflower-delivery"] == "17"
    assert request.headers["x-wallflower-event"] == "view"
    assert request.headers["content-type"] == "application/json"
    received = json.loads(request.body)
    assert (received["title"], received["link"], received["facts"]) == (TEXT.title, TEXT.link, {"n": 3})
    assert said == "The receiver answered 200."


@pytest.mark.parametrize(
    ("status", "permanent", "words"),
    [
        (500, False, "did not accept the message (500)"),
        (429, False, "asks us to wait|did not accept"),
        (404, True, "refused the message (404): “no such hook”"),
        (401, True, "refused the message (401)"),
    ],
)
def test_what_a_webhook_answers_is_said(server: Server, status: int, permanent: bool, words: str) -> None:
    server.script = lambda conn: conn.answer(status, b"no such hook")
    error = refusal(ChannelKind.WEBHOOK, {"url": server.url, "secret": "s"}, http_for(server))
    assert any(part in str(error) for part in words.split("|"))
    assert error.permanent is permanent


def test_a_redirect_is_not_followed(server: Server) -> None:
    server.script = lambda conn: conn.answer(302, location="http://169.254.169.254/latest/meta-data")
    error = refusal(ChannelKind.WEBHOOK, {"url": server.url, "secret": "s"}, http_for(server))
    assert "redirects to 169.254.169.254 (302). Messages do not follow redirects" in str(error)
    assert len(server.requests) == 1
    assert error.permanent


@pytest.mark.parametrize("kind", [ChannelKind.WEBHOOK, ChannelKind.SLACK, ChannelKind.TEAMS])
def test_a_private_address_is_refused_unless_allowed(server: Server, kind: ChannelKind) -> None:
    error = refusal(kind, {"url": server.url, "secret": "s"}, http_for())
    assert f"{server.host} is on a private network" in str(error)
    assert "allow_hosts" in str(error)
    assert error.permanent
    assert server.requests == []


PRIVATE = {"intranet.example": "10.0.0.5", "mapped.example": "::ffff:127.0.0.1", "cloud.example": "169.254.169.254"}


@pytest.mark.parametrize(
    "host",
    [*PRIVATE, "localhost", "127.1", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "[::1]",
     "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "0.0.0.0", "169.254.169.254", "[fd00:ec2::254]"],
)  # fmt: skip
def test_no_spelling_of_a_private_address_is_sent_to(host: str) -> None:
    def lookup(name: str, port: int) -> Sequence[str]:
        return [PRIVATE[name]] if name in PRIVATE else resolve(name, port)

    http = Http(FakeClock(), resolve=lookup)
    error = refusal(ChannelKind.WEBHOOK, {"url": f"http://{host}:9/", "secret": "s"}, http)
    assert re.search("private network|not an address|no address", str(error)), error
    mail = {"host": host.strip("[]"), "port": 9, "security": "none", "sender": "w@acme.example", "to": ["a@b.example"]}
    assert re.search("private network|could not be reached", str(refusal(ChannelKind.MAIL, mail, http)))


def test_a_name_that_leads_elsewhere_after_the_check_is_not_looked_up_again(server: Server) -> None:
    """Only the address that was checked is connected to."""
    answers = iter([["10.0.0.5"], ["127.0.0.1"], ["127.0.0.1"]])
    http = Http(FakeClock(), resolve=lambda name, port: next(answers))
    error = refusal(ChannelKind.WEBHOOK, {"url": f"http://rebind.example:{server.port}/", "secret": "s"}, http)
    assert "private network" in str(error)
    assert (list(answers), server.requests) == ([["127.0.0.1"], ["127.0.0.1"]], [])


def test_a_slow_receiver_is_given_up(server: Server) -> None:
    server.script = Connection.hang
    http = http_for(server, read_timeout=0.1, total_timeout=0.2)
    assert "did not" in str(refusal(ChannelKind.WEBHOOK, {"url": server.url, "secret": "s"}, http))


def test_an_address_without_its_parts_is_refused(server: Server) -> None:
    with pytest.raises(NotificationError, match="not complete"):
        transport(ChannelKind.WEBHOOK, {"url": server.url}, http_for(server))


# Chats


def posted(kind: ChannelKind, server: Server, text: Text, **address: str) -> dict[str, Any]:
    send(kind, {"url": f"{server.url}/hook", **address}, http_for(server), Outgoing("1", text))
    document: dict[str, Any] = json.loads(server.requests[-1].body)
    return document


def test_each_chat_gets_its_own_form(server: Server) -> None:
    slack = posted(ChannelKind.SLACK, server, TEXT)
    assert slack["text"] == f"{TEXT.title}\n{TEXT.lines[0]}\n{TEXT.link}"
    assert posted(ChannelKind.MATTERMOST, server, TEXT)["text"].endswith(TEXT.link)
    assert posted(ChannelKind.DISCORD, server, TEXT)["content"].endswith(TEXT.link)
    card = posted(ChannelKind.TEAMS, server, TEXT)["attachments"][0]["content"]
    assert card["body"][0]["inlines"][0]["text"] == TEXT.title
    assert card["body"][-1]["text"] == f"[{TEXT.link}]({TEXT.link})"
    assert "actions" not in card
    telegram = posted(ChannelKind.TELEGRAM, server, TEXT, token="1:abc", chat="-5", api=server.url)
    assert (server.requests[-1].path, telegram["chat_id"]) == ("/bot1:abc/sendMessage", "-5")


def test_no_text_can_mention_anybody_or_format_itself(server: Server) -> None:
    assert "<!channel>" not in posted(ChannelKind.SLACK, server, HOSTILE)["text"]
    mattermost = posted(ChannelKind.MATTERMOST, server, HOSTILE)["text"]
    assert "@everyone" not in mattermost
    assert "@here" not in mattermost
    assert "\\[x\\]" in mattermost
    discord = posted(ChannelKind.DISCORD, server, HOSTILE)
    assert discord["allowed_mentions"] == {"parse": []}
    for block in posted(ChannelKind.TEAMS, server, HOSTILE)["attachments"][0]["content"]["body"][:-1]:
        assert block["type"] == "RichTextBlock"
    assert "parse_mode" not in posted(ChannelKind.TELEGRAM, server, HOSTILE, token="1:a", chat="5", api=server.url)


def test_a_long_text_keeps_its_link(server: Server) -> None:
    long = Text("Title", ("x" * 5_000,), "https://wallflower.example/mentions?view=2")
    content = posted(ChannelKind.DISCORD, server, long)["content"]
    assert len(content) < 2_000
    assert content.endswith(f"…\n{long.link}")


@pytest.mark.parametrize(
    ("kind", "status", "body", "words"),
    [
        (ChannelKind.SLACK, 404, b"channel_not_found", "“channel_not_found”. The webhook or its channel was deleted."),
        (ChannelKind.DISCORD, 404, b'{"message": "Unknown Webhook"}', "The webhook or its channel was deleted."),
        (ChannelKind.TEAMS, 404, b"", "The workflow was deleted or switched off."),
        (ChannelKind.TELEGRAM, 400, b'{"description":"Bad Request: chat not found"}', "The chat was deleted"),
        (ChannelKind.TELEGRAM, 403, b'{"description":"bot was blocked by the user"}', "has blocked the bot"),
        (ChannelKind.TELEGRAM, 404, b'{"description":"Not Found"}', "The bot's token is wrong"),
    ],
)
def test_a_deleted_chat_is_explained(server: Server, kind: ChannelKind, status: int, body: bytes, words: str) -> None:
    server.script = lambda conn: conn.answer(status, body)
    address = {"url": server.url, "token": "123:SECRETTOKEN", "chat": "5", "api": server.url}
    error = refusal(kind, address, http_for(server))
    assert words in str(error)
    assert "SECRETTOKEN" not in str(error)
    assert error.permanent


# Mail


def mail_address(server: MailServer, **changes: Any) -> dict[str, Any]:
    address = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "wall@acme.example"}
    return {**address, "to": ["sales@acme.example", "ceo@acme.example"], **changes}


def mail_http(server: MailServer) -> Http:
    return Http(FakeClock(), {server.host})


def test_a_mail_arrives_at_every_recipient() -> None:
    with mail_server(sign_in=True) as server:
        said = send(ChannelKind.MAIL, mail_address(server, user=USER, password=PASSWORD), mail_http(server))
    (mail,) = server.mails
    assert server.recipients == ["sales@acme.example", "ceo@acme.example"]
    assert (mail["Subject"], mail["From"]) == (TEXT.title, "wall@acme.example")
    assert mail["Message-ID"] == "<wallflower-17@acme.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().splitlines() == TEXT.body.splitlines()
    assert "look for a bounce in the mailbox of wall@acme.example" in said


@pytest.mark.parametrize(
    ("options", "changes", "words", "permanent"),
    [
        ({"answer": "554 5.7.1 Looks like spam"}, {}, "refused the mail: 554 5.7.1 Looks like spam", True),
        ({"answer": "451 4.3.0 Try later"}, {}, "451 4.3.0 Try later", False),
        ({"refused": frozenset({"sales@acme.example", "ceo@acme.example"})}, {}, "refused every recipient", True),
        ({"sign_in": True}, {"user": USER, "password": "wrong"}, "rejects the user or the password", True),
        ({}, {"security": "starttls"}, "offers no STARTTLS", True),
        ({}, {"security": "tls"}, "secure connection (TLS)", False),
    ],
)
def test_a_mail_that_is_refused_says_why(
    options: dict[str, Any], changes: dict[str, Any], words: str, permanent: bool
) -> None:
    with mail_server(**options) as server:
        error = refusal(ChannelKind.MAIL, mail_address(server, **changes), mail_http(server))
    assert words in str(error)
    assert error.permanent is permanent
    assert server.mails == []


def test_a_recipient_without_a_mailbox_is_named_and_the_others_get_the_mail() -> None:
    with mail_server(refused=frozenset({"ceo@acme.example"})) as server:
        said = send(ChannelKind.MAIL, mail_address(server), mail_http(server))
    assert server.recipients == ["sales@acme.example"]
    assert "It refused ceo@acme.example: 550 5.1.1 No such mailbox." in said


def test_a_mail_that_a_server_accepts_later_is_sent_once_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server(deferred=frozenset({"ceo@acme.example"})) as server:
        error = refusal(ChannelKind.MAIL, mail_address(server), mail_http(server))
        assert "asks to try again later. ceo@acme.example: 451 4.7.1 Greylisted" in str(error)
        assert (error.permanent, server.mails) == (False, [])
        last = Outgoing("17", TEXT, "view:4", NOON, is_last_try=True)
        said = send(ChannelKind.MAIL, mail_address(server), mail_http(server), last)
        assert (server.recipients, "It refused ceo@acme.example: 451" in said) == (["sales@acme.example"], True)
        server.deferred = frozenset({"sales@acme.example", "ceo@acme.example"})
        assert not refusal(ChannelKind.MAIL, mail_address(server), mail_http(server)).permanent
        server.deferred = frozenset()
        send(ChannelKind.MAIL, mail_address(server), mail_http(server))
    assert server.recipients[1:] == ["sales@acme.example", "ceo@acme.example"]


def test_a_mail_server_on_a_private_network_is_refused_unless_allowed() -> None:
    with mail_server() as server:
        error = refusal(ChannelKind.MAIL, mail_address(server), Http(FakeClock()))
    assert f"add “{server.host}” to allow_hosts" in str(error)
    assert refusal(ChannelKind.MAIL, mail_address(server), mail_http(server)).permanent is False  # it has stopped


@pytest.mark.parametrize("script", [Connection.hang, lambda conn: conn.drip(b"220-" * 1_000)], ids=["hangs", "drips"])
def test_a_slow_mail_server_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch, script: Any) -> None:
    monkeypatch.setattr("monitor.notifications.channels.mail.READ_SECONDS", 0.3)
    monkeypatch.setattr("monitor.notifications.channels.mail.MAX_SECONDS", 0.4)
    server.reads_requests, server.script = False, script
    address = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "w@acme.example"}
    error = refusal(ChannelKind.MAIL, {**address, "to": ["sales@acme.example"]}, http_for(server))
    assert re.search("broke off|did not answer in time", str(error))
    assert not error.permanent


def test_a_title_cannot_add_headers() -> None:
    message = Message("view:1", "mention:1", 1, NOON, {"title": "Us\r\nBcc: x@evil.example"}, id=3)
    text = compose(message, "https://wallflower.example", [], inside=False)
    with mail_server() as server:
        send(ChannelKind.MAIL, mail_address(server), mail_http(server), Outgoing("3", text))
    assert server.mails[0]["Subject"] == "Us Bcc: x@evil.example"
    assert server.mails[0]["Bcc"] is None


# Apprise


def test_apprise_sends_and_explains(server: Server) -> None:
    url = f"json://{server.host}/hook"
    assert "accepted it" in send(ChannelKind.APPRISE, {"url": url}, http_for(server))
    assert json.loads(server.requests[0].body)["title"] == TEXT.title
    wrong = refusal(ChannelKind.APPRISE, {"url": "nonsense://S3cretKey"}, http_for(server))
    assert str(wrong) == "Apprise does not understand this address, which begins with nonsense://."
    assert wrong.permanent
    private = refusal(ChannelKind.APPRISE, {"url": url}, http_for())
    assert "private network is refused" in str(private)
    assert len(server.requests) == 1


def test_apprise_sends_mail_and_says_no_secret() -> None:
    with mail_server() as server:
        http = mail_http(server)
        url = f"mailto://{server.host}?from=w@acme.example&to=a@acme.example"
        assert "accepted it" in send(ChannelKind.APPRISE, {"url": url}, http)
        assert server.mails[0]["Subject"] == TEXT.title
        secret = f"mailto://wall:S3cretPass@{server.host}?from=w@acme.example&to=a@acme.example"
        error = refusal(ChannelKind.APPRISE, {"url": secret}, http)  # this server offers no sign-in
    assert "did not accept the message" in str(error)
    assert "S3cret" not in str(error)


@pytest.mark.parametrize("address", [("127.0.0.1", 80), ("169.254.169.254", 80), ("::1", 80, 0, 0), "/run/socket"])
def test_apprise_cannot_connect_to_private_addresses(address: Any) -> None:
    guard = SocketGuard(frozenset({"wiki.local"}))
    with pytest.raises(OSError, match="private network"):
        guard.check(address)
    assert guard.blocked
    SocketGuard(frozenset({"127.0.0.1:80"})).check(("127.0.0.1", 80))
    SocketGuard(frozenset()).check(("1.1.1.1", 443))


# Addresses are encrypted


def test_addresses_are_encrypted_with_a_key_that_only_its_owner_reads(tmp_path: Any) -> None:
    vault = Vault(tmp_path / "data" / "channels.key")
    sealed = vault.seal({"url": "https://hooks.example/T0/SECRET"})
    assert b"SECRET" not in sealed
    assert vault.open(sealed) == {"url": "https://hooks.example/T0/SECRET"}
    assert (tmp_path / "data" / "channels.key").stat().st_mode & 0o777 == 0o600
    Vault(tmp_path / "other").seal({})
    for key in ("other", "none"):
        with pytest.raises(NotificationError, match="Enter it again"):
            Vault(tmp_path / key).open(sealed)


@pytest.mark.parametrize(
    ("status", "body", "headers", "seconds"),
    [
        (429, b"", {"retry_after": "120"}, 120),
        (503, b"", {"retry_after": "120"}, 120),
        (429, b'{"message": "You are being rate limited.", "retry_after": 64.57, "global": false}', {}, 65),
        (429, b'{"ok": false, "error_code": 429, "parameters": {"retry_after": 31}}', {}, 31),
        (429, b'{"retry_after": 1e999}', {}, None),
        (429, b"[]", {"retry_after": "soon"}, None),
        (500, b"", {"retry_after": "120"}, None),
    ],
)
def test_a_receiver_says_how_long_to_wait(
    server: Server, status: int, body: bytes, headers: dict[str, str], seconds: int | None
) -> None:
    server.script = lambda conn: conn.answer(status, body, **headers)
    clock = FakeClock()
    http = Http(clock, {server.host}, rate_limiter=NoHostLimit(clock))
    error = refusal(ChannelKind.WEBHOOK, {"url": server.url, "secret": "s"}, http)
    assert error.not_before == (None if seconds is None else NOON + timedelta(seconds=seconds))
    refusal(ChannelKind.WEBHOOK, {"url": f"{server.url}/another", "secret": "s"}, http)
    assert len(server.requests) == 2, "another channel of the same host is not delayed"
