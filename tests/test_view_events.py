"""Events: what a program is told of a view, at least once and in order, whatever fails in between."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from display.pages.mentions.export import record
from monitor.errors import SendError
from monitor.http import Http
from monitor.model import Choice, Mention, MentionFilter
from monitor.model.actions import Actor
from monitor.model.notifications import ChannelKind, NewChannel
from monitor.model.saved_views import NewView
from monitor.notifications import view_events
from monitor.notifications.vault import Vault
from monitor.notifications.view_events import ViewEvents
from monitor.store import Store, open_store
from tests.access_setup import Site
from tests.fake_site import config
from tests.fake_store import BRANDS, judged
from tests.fakes import NOON, FakeClock

SECRET = "made up for a test"
DANA = Actor("dana", "Dana Kim", 1)


class Receiver:
    """A program that keeps what it receives, as it believes the view to be."""

    def __init__(self) -> None:
        self.problem: SendError | None = None
        self.bodies: list[bytes] = []
        self.events: list[dict[str, Any]] = []
        self.view: dict[int, dict[str, Any]] = {}

    def post(self, _http: Http, url: str, body: bytes, headers: dict[str, str]) -> Any:
        assert url == "https://program.example/hook"
        expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert headers["X-Hub-Signature-256"] == f"sha256={expected}"
        if self.problem is not None:
            raise self.problem
        self.bodies.append(body)
        for event in json.loads(body)["events"]:
            self.events.append(event)
            if event["event"] == "mention.deleted":
                self.view.pop(event["mention"]["id"], None)
            elif event["event"] != "changes.lost":
                self.view[event["mention"]["id"]] = event["mention"]
        return type("Response", (), {"status": 200})

    def kinds(self) -> list[tuple[str, int]]:
        found = [(event["event"], event["mention"]["id"]) for event in self.events]
        self.events.clear()
        return found


class Setup:
    """A store with a program that is told of the negative mentions of Acme."""

    def __init__(self, folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock, self.receiver = FakeClock(), Receiver()
        self.store: Store = open_store(url)
        self.store.register_brands(BRANDS, NOON)
        vault = Vault(folder / "key")
        sealed = vault.seal({"url": "https://program.example/hook", "secret": SECRET})
        new = NewChannel("Helpdesk", ChannelKind.WEBHOOK, "program.example", sealed, inside=True)
        self.channel = self.store.notifications.add_channel(new, NOON).id
        f = MentionFilter(brand=Choice(("Acme",)), sentiment=Choice(("negative",)))
        self.view = self.store.views.add(NewView("Trouble", f), None, NOON).id
        self.one = self.store.events.add(self.view, self.channel, NOON)
        monkeypatch.setattr(view_events, "post", self.receiver.post)
        self.events = self.started(vault)

    def started(self, vault: Vault) -> ViewEvents:
        """As after a start of the program."""
        events = ViewEvents(self.store, Http(self.clock), vault, self.clock, BRANDS)
        events.describe = record
        self.vault = vault
        return events

    def save(self, name: str, score: float = -0.5, text: str = "Acme again") -> None:
        post = judged(f"{text} {name}", external_id=name, score=score, published_at=self.clock.now())
        self.store.save("Forum", [post], now=self.clock.now())

    def deliver(self) -> list[tuple[str, int]]:
        self.events.deliver_due()
        return self.receiver.kinds()

    def expected(self) -> dict[int, Mention]:
        f = MentionFilter(brand=Choice(("Acme",)), sentiment=Choice(("negative",)))
        return {mention.id: mention for mention in self.store.page(f, limit=1_000)}


@pytest.fixture
def setup(tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Setup]:
    setup = Setup(tmp_path, store_url, monkeypatch)
    yield setup
    setup.store.close()


def test_a_program_is_told_what_is_new_what_changes_and_what_is_gone(setup: Setup) -> None:
    for name, score in (("1", -0.5), ("2", 0.5), ("3", -0.9)):
        setup.save(name, score)
    assert setup.deliver() == [("mention.new", 1), ("mention.new", 3)]
    assert setup.deliver() == []
    setup.store.actions.claim([1, 2], DANA, NOON)
    assert setup.deliver() == [("mention.changed", 1)]
    assert setup.receiver.view[1]["claimed_by"] == "Dana Kim"
    setup.store.actions.correct([2], -0.5, DANA, NOON)
    setup.store.actions.correct([3], 0.5, DANA, NOON)
    assert setup.deliver() == [("mention.new", 2), ("mention.deleted", 3)]
    setup.store.actions.hide([1], True, DANA, NOON)
    setup.store.delete_posts("Forum", ["2"], NOON)
    assert setup.deliver() == [("mention.deleted", 1), ("mention.deleted", 2)]
    assert setup.receiver.view == {}


def test_nothing_is_lost_or_doubled_while_the_program_fails(setup: Setup) -> None:
    setup.receiver.problem = SendError("The receiver answered 500.")
    for n in range(3):
        setup.save(str(n))
        setup.deliver()
    (one,) = setup.store.events.subscriptions()
    assert (one.failures, one.problem, one.cursor) == (1, "The receiver answered 500.", 0)
    waits = []
    for _ in range(6):
        (one,) = setup.store.events.subscriptions()
        assert one.next_try is not None
        waits.append(one.next_try - setup.clock.now())
        setup.clock.advance(waits[-1].total_seconds())
        setup.deliver()
    assert waits == [timedelta(minutes=n) for n in (1, 3, 6, 15, 60, 60)]
    setup.receiver.problem = None
    setup.clock.advance(3600)
    setup.events = setup.started(setup.vault)
    assert setup.deliver() == [("mention.new", 1), ("mention.new", 2), ("mention.new", 3)]
    log = setup.store.events.deliveries(one.id, 100)
    assert [each.succeeded for each in log] == [True, *[False] * 7]
    assert setup.store.events.subscriptions()[0].problem == ""


def test_what_happened_since_a_time_is_sent_again(setup: Setup) -> None:
    setup.save("before")
    setup.clock.advance(60)
    setup.save("kept")
    setup.save("deleted")
    setup.deliver()
    setup.store.delete_posts("Forum", ["deleted"], setup.clock.now())
    setup.deliver()
    view, setup.receiver.view = dict(setup.receiver.view), {}
    setup.receiver.view = {1: view[1], 3: {}}  # what the program has after a restore of its backup
    assert setup.store.events.replay(setup.one.id, setup.clock.now()) == 3
    assert setup.deliver() == [("mention.changed", 2), ("mention.deleted", 3)]
    assert setup.receiver.view == view
    assert setup.deliver() == []


def test_a_program_that_was_away_for_too_long_is_told_to_read_the_view(setup: Setup) -> None:
    for n in range(5):
        setup.save(str(n))
    setup.store.trim_changes(2)
    setup.events.deliver_due()
    lost, *rest = setup.receiver.events
    assert (lost["event"], [event["mention"]["id"] for event in rest]) == ("changes.lost", [4, 5])


def test_idle_views_cost_a_write_only_now_and_then(setup: Setup) -> None:
    for n in range(3):
        setup.save(str(n), score=0.5)
        assert setup.deliver() == []
    assert setup.store.events.subscriptions()[0].cursor == 0
    setup.clock.advance(60)
    setup.save("last", score=0.5)
    setup.deliver()
    assert setup.store.events.subscriptions()[0].cursor == setup.store.last_change_id()


def test_a_channel_that_others_read_gets_no_texts(setup: Setup) -> None:
    new = NewChannel("Public", ChannelKind.WEBHOOK, "program.example",
                     setup.vault.seal({"url": "https://program.example/hook", "secret": SECRET}))  # fmt: skip
    public = setup.store.notifications.add_channel(new, NOON)
    setup.store.events.remove(setup.one.id)
    setup.store.events.add(setup.view, public.id, NOON)
    setup.save("x", text="Acme secret words")
    setup.events.deliver_due()
    (body,) = setup.receiver.bodies
    assert b"secret words" not in body
    assert json.loads(body)["events"][0]["mention"]["sentiment"] == "negative"


def test_after_anything_the_program_believes_what_is_so(setup: Setup) -> None:
    rng = random.Random(5)
    operations: list[Callable[[int], object]] = [
        lambda id_: setup.save(f"new {id_} {rng.random()}", rng.choice((-0.5, 0.5))),
        lambda id_: setup.store.actions.claim([id_], DANA, NOON),
        lambda id_: setup.store.actions.correct([id_], rng.choice((-0.5, 0.5)), DANA, NOON),
        lambda id_: setup.store.actions.hide([id_], rng.random() < 0.5, DANA, NOON),
        lambda id_: setup.store.actions.mark([id_], rng.random() < 0.5, DANA, NOON),
        lambda id_: setup.store.delete_posts("Forum", [str(id_)], NOON),
    ]
    for n in range(20):
        setup.save(str(n))
    for _ in range(200):
        rng.choice(operations)(rng.randint(1, max(1, setup.store.last_mention_id())))
        if rng.random() < 0.2:
            setup.receiver.problem = SendError("away") if rng.random() < 0.3 else None
            setup.clock.advance(7200)
            setup.events.deliver_due()
        if rng.random() < 0.05:
            setup.events = setup.started(setup.vault)
    setup.receiver.problem = None
    setup.clock.advance(7200)
    setup.events.deliver_due()
    # that another post joined its story is no change of a mention
    expected = {id_: record(mention) | {"story": None} for id_, mention in setup.expected().items()}
    assert {id_: mention | {"story": None} for id_, mention in setup.receiver.view.items()} == expected
    assert len(expected) > 5


def test_admins_decide_which_program_is_told(tmp_path: Path) -> None:
    site = Site(config(tmp_path))
    client = site.signed_in("priya")
    assert "First add a channel" in client.get("/events").text
    new = NewChannel("Helpdesk", ChannelKind.WEBHOOK, "program.example", b"sealed")
    channel = site.store.notifications.add_channel(new, NOON).id
    for view in (999, -1, 10**30):
        assert client.post("/events", data={"view": view, "channel": channel}).status_code == 400
    assert client.post("/events", data={"view": 1, "channel": channel}).status_code == 303
    (one,) = site.store.events.subscriptions()
    assert "Everything" in client.get("/events").text
    assert client.post(f"/events/{one.id}/replay", data={"since": "yesterday"}).status_code == 400
    assert client.post(f"/events/{one.id}/replay", data={"since": "2026-03-04T09:00"}).status_code == 303
    assert client.post(f"/events/{one.id}/remove").status_code == 303
    assert site.store.events.subscriptions() == []
    assert client.post(f"/events/{one.id}/remove").status_code == 404
    actions = [entry.action for entry in site.store.people.audit_log(limit=3)]
    assert actions == ["stopped sending events", "sent events again", "began to send events"]
    site.close()
