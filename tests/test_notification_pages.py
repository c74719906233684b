"""/notifications as people use it: from a channel to the first message, and what each form says about bad input."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from monitor.config import Config
from monitor.model.notifications import MessageState, NewMessage
from monitor.model.people import Role
from monitor.notifications.service import Notifications
from monitor.store.notifications import NotificationStep
from tests.access_setup import Site
from tests.fake_server import Server, serving
from tests.fake_site import config, judged
from tests.mail_server import mail_server

HOOK = {"kind": "webhook", "name": "CRM", "alerts": "1"}
MAIL = {"kind": "mail", "name": "Sales", "to": "sales@acme.example", "sender": "wall@acme.example", "host": "127.0.0.1"}


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, server: Server) -> Iterator[Site]:
    with closing(Site(allowing(config(tmp_path), server.host))) as site:
        yield site


def allowing(settings: Config, *hosts: str) -> Config:
    return replace(settings, allow_hosts=frozenset(hosts))


def parts(site: Site) -> Notifications:
    found: Notifications = site.app.extensions["notifications"]
    return found


def run(site: Site, seconds: float = 3.0) -> None:
    """Let time pass, decide, and send."""
    site.clock.advance(seconds)
    while parts(site).flow.step(site.clock.now()):
        pass
    while parts(site).sender.send_due():
        pass


def add_channel(site: Site, server: Server, **changes: str) -> str:
    """Add a webhook as an admin; return the page that says what the test did."""
    client = site.signed_in("priya")
    form = {**HOOK, "url": f"{server.url}/hook", **changes}
    answer = client.post("/notifications/channels/new", data=form)
    assert answer.status_code == 200, answer.text
    return answer.text


def received(server: Server) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in server.requests]


def shown(text: str, id_: str) -> str:
    """The text of the element with this id."""
    found = re.search(rf'id="{id_}"[^>]*>(.*?)</p>', text, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]) if found else ""


def test_from_nothing_to_the_first_message(site: Site, server: Server) -> None:
    priya, dana = site.signed_in("priya"), site.signed_in("dana")
    assert "Add the first one" in priya.get("/notifications").text
    assert "An admin can add one." in dana.get("/notifications").text
    assert "Ask an admin" in dana.get("/notifications/new?view=1").text

    said = add_channel(site, server)
    assert "The test was sent." in said
    assert "The receiver answered 200." in said
    assert received(server)[0]["title"] == "A test from Wallflower"
    (secret,) = re.findall(r"<code>([\w-]{40,})</code>", said)
    pages = [priya.get(path).text for path in ("/notifications", "/notifications/channels/1", "/sources")]
    assert not any(secret in page or f"{server.url}/hook" in page for page in pages)
    assert "random one" not in pages[1], "it has one, which is kept"

    site.store.save("Forum", [judged("Acme is late", published_at=site.clock.now())], now=site.clock.now())
    site.clock.advance(60)
    form = dana.get("/notifications/new?view=1").text
    assert shown(form, "preview") == "In the last 30 days this would have sent 1 message. 1 mention fits the view."
    assert shown(dana.get("/notifications/new").text, "preview") == shown(form, "preview")
    saved = dana.post("/notifications/new", data={"view": "1", "channel": "1", "frequency": "each"})
    assert (saved.status_code, saved.headers["Location"]) == (303, "/notifications#subscription-1")
    site.store.save("Forum", [judged("Acme is lost", published_at=site.clock.now())], now=site.clock.now())
    run(site)
    message = received(server)[1]
    assert message["title"] == "Everything: 1 new mention"
    assert re.fullmatch(r"http://127\.0\.0\.1:8750/mentions/\d+", message["link"])
    assert "lost" not in json.dumps(message)
    log = dana.get("/notifications").text
    assert "Everything: 1 new mention" in log
    assert "Each mention, at most 20 a day, through <bdi>CRM</bdi>" in log
    assert "CRM: The receiver answered 200." in dana.get("/notifications/messages/1").text


def test_a_message_of_somebody_else_is_private_but_admins_see_it(site: Site, server: Server) -> None:
    add_channel(site, server)
    site.signed_in("priya").post("/notifications/new", data={"view": "1", "channel": "1"})
    site.store.save("Forum", [judged("Acme is lost", published_at=site.clock.now())], now=site.clock.now())
    run(site)
    dana, priya = site.signed_in("dana"), site.signed_in("priya")
    assert "Everything: 1 new mention" not in dana.get("/notifications").text
    assert dana.get("/notifications/messages/1").status_code == 404
    assert dana.get("/notifications/1").status_code == 404
    assert dana.post("/notifications/1/remove").status_code == 404
    assert priya.get("/notifications/messages/1").status_code == 200
    assert priya.post("/notifications/1/remove").status_code == 303
    assert site.store.notifications.subscriptions() == []


def test_a_test_that_does_not_arrive_says_why_and_the_channel_is_red_on_sources(site: Site, server: Server) -> None:
    server.script = lambda conn: conn.answer(404, b"no such hook")
    said = add_channel(site, server)
    assert "The test did not arrive." in said
    assert "refused the message (404): “no such hook”" in said
    sources = site.signed_in("bo").get("/sources").text
    assert "fails since" in sources
    assert "no such hook" in sources
    server.script = lambda conn: conn.answer(204)
    assert "The test was sent." in site.signed_in("priya").post("/notifications/channels/1/test").text
    assert "without a failure" in site.signed_in("bo").get("/sources").text


def test_the_log_can_be_narrowed_to_what_was_not_sent_and_goes_back(site: Site, server: Server) -> None:
    def titles(path: str) -> list[str]:
        return re.findall(r'messages/\d+"><bdi>([^<]*)', site.signed_in("priya").get(path).text)

    add_channel(site, server)
    now = site.clock.now()
    held = NewMessage("view:1", "dropped:1", 1, now, {"title": "Too few"}, MessageState.HELD, "Too few.")
    sent = [NewMessage("view:1", f"mention:{n}", 1, now, {"title": f"Number {n}"}) for n in range(60)]
    site.store.notifications.save_step(NotificationStep(0, messages=[held, *sent]), now)
    run(site)
    assert titles("/notifications")[0] == "Number 59"
    assert len(titles("/notifications")) == 50
    (older,) = re.findall(
        r'href="(/notifications\?before=\d+)#log">Older', site.signed_in("priya").get("/notifications").text
    )
    assert titles(older)[-2:] == ["Number 0", "Too few"]
    assert titles("/notifications?log=unsent") == ["Too few"]
    for bad in ("before=-1", "before=x", "before=99999999999999999999999", "log=?"):
        assert titles(f"/notifications?{bad}")[0] == "Number 59"


def test_metrics_count_what_was_sent_failed_is_held_and_waits(site: Site, server: Server) -> None:
    def values() -> list[str]:
        text = site.signed_in("priya").get("/metrics").text
        found = re.findall(r'^wallflower_notification_(\w+)\{kind="webhook"(?:,result="(\w+)")?\} (\d+)', text, re.M)
        return [f"{result or name.rpartition('_')[2]} {value}" for name, result, value in found]

    add_channel(site, server)
    dana = site.signed_in("dana")
    dana.post("/notifications/new", data={"view": "1", "channel": "1"})
    dana.post("/notifications/new", data={"view": "1", "channel": "1", "frequency": "hourly", "more_than": "9"})
    assert values() == ["sent 0", "failed 0", "held 0", "depth 0", "failures 0"]
    site.store.save("Forum", [judged("Acme is lost", published_at=site.clock.now())], now=site.clock.now())
    run(site)
    server.script = lambda conn: conn.answer(500)
    site.store.save("Forum", [judged("Acme is found", published_at=site.clock.now())], now=site.clock.now())
    run(site)
    assert values() == ["sent 1", "failed 1", "held 0", "depth 1", "failures 1"]
    server.script = lambda conn: conn.answer(200)
    run(site, 3600)
    assert values() == ["sent 2", "failed 1", "held 1", "depth 0", "failures 0"]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (
            {"kind": "webhook", "url": "http://10.0.0.7/hook"},
            "10.0.0.7 is on a private network, to which nothing is sent",
        ),
        ({"kind": "webhook", "url": "http://169.254.169.254/"}, "on a private network"),
        ({"kind": "apprise", "url": "nonsense://x"}, "Apprise does not understand this address"),
    ],
)
def test_an_address_that_cannot_work_is_saved_but_the_test_says_so(
    site: Site, form: dict[str, str], words: str
) -> None:
    answer = site.signed_in("priya").post("/notifications/channels/new", data={**HOOK, **form})
    assert answer.status_code == 200
    assert "The test did not arrive." in answer.text
    assert words in answer.text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"url": ""}, "Paste the address here."),
        ({"url": "javascript:alert(1)"}, "This is not an address that messages can be sent to."),
        ({"name": " "}, "Give the channel a name"),
        ({"kind": "slack", "url": "https://example.org/"}, "begins with https://hooks.slack.com/services/"),
        ({"kind": "discord", "url": "https://example.org/"}, "begins with https://discord.com/api/webhooks/"),
        ({"kind": "telegram", "token": "x", "chat": "?"}, "as @BotFather gave it"),
        ({"kind": "apprise", "url": "ntfy"}, "An address of Apprise begins with the service"),
        ({**MAIL, "to": "sales"}, "sales is not a mail address"),
        ({**MAIL, "port": "99999999"}, "A port is a number from 1 to 65535"),
        ({**MAIL, "host": "a b"}, "Enter the name of the mail server"),
        ({"url": f"https://{'x' * 3_000}"}, "An address may have at most 2,000 characters."),
    ],
)
def test_a_form_says_what_is_wrong_and_keeps_what_was_typed(site: Site, form: dict[str, str], words: str) -> None:
    typed = {**HOOK, "url": "https://hooks.example/x", **form}
    answer = site.signed_in("priya").post("/notifications/channels/new", data=typed)
    assert answer.status_code == 400
    assert words in answer.text
    assert f'value="{typed["name"]}"' in answer.text
    assert site.store.notifications.channels() == []


def test_mail_keeps_its_password_only_for_the_same_server(tmp_path: Path) -> None:
    with mail_server() as server, closing(Site(allowing(config(tmp_path), server.host))) as site:
        client = site.signed_in("priya")
        form = {**MAIL, "port": str(server.port), "security": "none"}
        assert "The test was sent." in client.post("/notifications/channels/new", data=form).text
        (channel,) = site.store.notifications.channels()
        vault = parts(site).vault
        known = {**vault.open(channel.secret), "user": "wall", "password": "correct horse"}
        site.store.notifications.change_channel(channel.id, replace_secret(channel, vault.seal(known)))
        page = client.get(f"/notifications/channels/{channel.id}").text
        assert "correct horse" not in page
        assert 'value="sales@acme.example"' in page
        other = client.post(
            f"/notifications/channels/{channel.id}", data={**form, "user": "wall", "host": "evil.example"}
        )
        assert other.status_code == 400
        assert "Enter the password again" in other.text
        client.post(f"/notifications/channels/{channel.id}", data={**form, "user": "wall", "name": "Ops"})
        (channel,) = site.store.notifications.channels()
        assert (channel.name, vault.open(channel.secret)["password"]) == ("Ops", "correct horse")


def replace_secret(channel: Any, secret: bytes) -> Any:
    return replace(channel, secret=secret)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"view": "99", "channel": "1"}, "This view was deleted"),
        ({"view": "x" * 5_000, "channel": "1"}, "This view was deleted"),
        ({"view": "1", "channel": "77"}, "Choose a channel."),
        ({"view": "1", "channel": "1", "frequency": "yearly"}, "Choose how often."),
        ({"view": "1", "channel": "1", "at": "25:00"}, "Enter the time as 08:00."),
        ({"view": "1", "channel": "1", "max_per_day": "-1"}, "is a number up to 500"),
        ({"view": "1", "channel": "1", "more_than": "many"}, "is a number up to 100,000"),
        ({"view": "1", "channel": "1", "weekday": "9"}, "from the lists"),
    ],
)
def test_a_choice_that_is_not_possible_is_explained(
    site: Site, server: Server, form: dict[str, str], words: str
) -> None:
    add_channel(site, server)
    answer = site.signed_in("dana").post("/notifications/new", data=form)
    assert answer.status_code == 400
    assert words in answer.text
    assert site.store.notifications.subscriptions() == []


def test_a_choice_can_be_changed_and_switched_off(site: Site, server: Server) -> None:
    add_channel(site, server)
    dana = site.signed_in("dana")
    dana.post("/notifications/new", data={"view": "1", "channel": "1"})
    form = {"channel": "1", "frequency": "weekly", "at": "07:30", "weekday": "4", "more_than": "5", "within": "1440"}
    preview = dana.get("/notifications/1", query_string=form)
    assert "would have sent 0 messages" in preview.text
    assert dana.post("/notifications/1", data=form).status_code == 303
    (one,) = site.store.notifications.subscriptions()
    assert not one.is_on
    page = dana.get("/notifications").text
    assert "Weekly on Friday at 07:30, only if there are more than 5 within 1 day" in page
    site.store.views.delete(1)
    assert "This view was deleted." in dana.get("/notifications").text


def test_quiet_hours_are_ones_own(site: Site) -> None:
    dana, priya = site.signed_in("dana"), site.signed_in("priya")
    assert dana.post("/notifications/quiet-hours", data={"start": "20:00", "end": "07:00"}).status_code == 303
    assert 'value="20:00"' in dana.get("/notifications").text
    assert 'value="20:00"' not in priya.get("/notifications").text
    refused = dana.post("/notifications/quiet-hours", data={"start": "20:00", "end": ""})
    assert (refused.status_code, "two different times" in refused.text) == (400, True)
    dana.post("/notifications/quiet-hours", data={"start": "", "end": ""})
    assert site.store.notifications.quiet_hours() == {}


def test_built_in_alerts_are_on_and_can_be_switched_off(site: Site) -> None:
    client: FlaskClient = site.signed_in("priya")
    assert client.get("/notifications").text.count('name="alert" value="') == 6
    client.post("/notifications/alerts", data={"alert": ["incident", "bogus"]})
    assert site.store.notifications.muted_alerts() == {"source", "storage", "backup", "wall", "budget"}
    assert site.signed_in("dana").post("/notifications/alerts").status_code == 403
    assert site.account("dana").role is Role.MEMBER


def test_removing_a_channel_and_what_the_audit_log_says(site: Site, server: Server) -> None:
    add_channel(site, server)
    client = site.signed_in("priya")
    assert client.post("/notifications/channels/1/remove").status_code == 303
    assert site.store.notifications.channels() == []
    actions = [entry.action for entry in site.store.people.audit_log(limit=10)]
    assert {"added channel", "removed channel"} <= set(actions)
    assert client.post("/notifications/channels/1/test").status_code == 404


def test_no_secret_reaches_the_database_the_log_or_a_page(
    site: Site, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    server.script = lambda conn: conn.answer(500, b"broken")
    url = f"{server.url}/services/T0/CANARY-of-the-address"
    said = add_channel(site, server, url=url, secret="CANARY-of-the-signature")
    site.signed_in("dana").post("/notifications/new", data={"view": "1", "channel": "1"})
    site.store.save("Forum", [judged("Acme is lost", published_at=site.clock.now())], now=site.clock.now())
    run(site)
    priya = site.signed_in("priya")
    paths = ("/notifications", "/notifications/channels/1", "/notifications/messages/1", "/sources", "/people/audit")
    seen = [said, caplog.text, *(priya.get(path).text for path in paths)]
    files = [file.read_bytes() for file in site.config.data.iterdir() if file.suffix != ".key" and file.is_file()]
    assert len(files) >= 2
    assert not any("CANARY" in text for text in seen)
    assert not any(b"CANARY" in content for content in files)
