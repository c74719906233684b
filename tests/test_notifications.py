"""From a new mention to a delivered message, through the real store."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import time, timedelta

import pytest

from monitor.errors import SendError
from monitor.model import Choice, Incident, MentionFilter
from monitor.model.notifications import (
    Channel,
    ChannelKind,
    Frequency,
    MessageState,
    NewChannel,
    NewMessage,
    QuietHours,
    Schedule,
)
from monitor.notifications.channels import Outgoing
from monitor.notifications.sender import GIVE_UP_AFTER, MAX_APPRISE_THREADS, MAX_DUE, RETRY_AFTER
from monitor.store import Store, open_store
from monitor.store.notifications import NotificationStep
from tests.fake_store import judged
from tests.fakes import NOON, FakeClock
from tests.notification_setup import BASE_URL, Setup
from tests.test_opinion_store import BAD, work_through

US = MentionFilter(brand=Choice(("Acme",)))
EVERYTHING = 1
"""A view that every database has."""
NEGATIVE = MentionFilter(brand=Choice(("Acme",)), sentiment=Choice(("negative",)))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with closing(open_store(store_url)) as store:
        yield store


@pytest.fixture
def setup(store: Store) -> Setup:
    return Setup(store)


def fails(times: int, *, permanent: bool = False, channel: str = ""):  # type: ignore[no-untyped-def]
    """An answer that fails so many times."""
    left = [times]

    def answer(to, outgoing) -> str:  # type: ignore[no-untyped-def]
        if left[0] and (not channel or to.name == channel):
            left[0] -= 1
            raise SendError("hooks.example did not accept the message (500).", permanent=permanent)
        return "ok"

    return answer


# Views


def test_a_new_mention_becomes_one_message_with_a_link_and_no_post(setup: Setup) -> None:
    setup.subscribe(setup.channel())
    setup.save(judged("Acme lost my parcel", score=-0.6, author="bob"))
    setup.run()
    ((channel, outgoing),) = setup.inbox.arrived
    assert (channel, outgoing.text.title) == ("Sales", "Everything about us: 1 new mention")
    assert outgoing.text.lines == ("Acme, negative, on Forum",)
    mention = setup.store.last_mention_id()
    assert outgoing.text.link == f"{BASE_URL}/mentions/{mention}"
    assert "parcel" not in outgoing.text.body
    assert "bob" not in outgoing.text.body
    setup.run()
    assert len(setup.inbox.arrived) == 1
    (message,) = setup.messages()
    assert message.state is MessageState.DELIVERED
    assert message.delivered_at is not None


def test_a_channel_that_is_inside_quotes_what_still_exists(setup: Setup) -> None:
    setup.subscribe(setup.channel(inside=True))
    setup.save(judged("Acme lost my\nparcel, see https://evil.example/x", author="bob", external_id="1"))
    setup.run()
    assert setup.inbox.arrived[0][1].text.quotes == ("bob: Acme lost my parcel, see (link)",)
    setup.save(judged("Acme deleted this", external_id="2"))
    setup.flow.step(setup.clock.now())
    setup.store.delete_posts("Forum", ["2"], setup.clock.now())
    setup.run()
    assert setup.inbox.arrived[1][1].text.quotes == ()


def test_only_what_is_news_and_fits_the_view_notifies(setup: Setup) -> None:
    setup.save(judged("Acme before it was asked for", score=-0.5))
    setup.clock.advance(1)
    setup.subscribe(setup.channel(), view=setup.view(NEGATIVE))
    setup.clock.advance(60)
    now = setup.clock.now()
    setup.save(
        judged("Acme is fine", published_at=now),
        judged("Globex is bad", "Globex", score=-0.5, published_at=now),
        judged("Acme was bad last year", score=-0.5, published_at=now - timedelta(days=300)),
        judged("Acme is bad", score=-0.5, published_at=now),
    )
    setup.store.save("Forum", [judged("Acme is bad, imported", score=-0.5)], now=now, imported=True)
    setup.run()
    assert len(setup.inbox.arrived) == 1


def test_a_mention_that_becomes_negative_notifies_once(setup: Setup) -> None:
    setup.store.opinions.use_model("e5", "1", ["de"])
    setup.subscribe(setup.channel(), view=setup.view(NEGATIVE))
    setup.save(judged("Acme ist so toll", score=0.5, lang="de"))
    setup.run()
    assert setup.inbox.arrived == []
    work_through(setup.store, BAD, -0.6)
    setup.run()
    assert len(setup.inbox.arrived) == 1
    setup.store.opinions.use_model("e6", "1", ["de"])
    work_through(setup.store, BAD, -0.7)
    setup.run()
    assert len(setup.inbox.arrived) == 1


def test_the_user_of_a_view_is_not_told_twice_by_two_matching_changes(setup: Setup) -> None:
    setup.subscribe(setup.channel(), Schedule(Frequency.HOURLY))
    setup.save(judged("Acme once", external_id="1"))
    setup.run()
    setup.save(judged("Acme once, edited", external_id="1"))
    setup.run(3600)
    assert [message.facts["n"] for message in setup.messages()] == [1]


def test_a_deleted_view_and_a_subscription_that_is_off_send_nothing(setup: Setup) -> None:
    channel, view = setup.channel(), setup.view()
    one, two = setup.subscribe(channel, view=view), setup.subscribe(channel, view=EVERYTHING)
    setup.store.views.delete(view)
    setup.store.notifications.change_subscription(two.id, channel.id, two.schedule, False)
    setup.save(judged())
    setup.run()
    assert setup.inbox.arrived == []
    assert {one.id, two.id} == {one.id for one in setup.store.notifications.subscriptions()}
    setup.store.notifications.change_subscription(two.id, channel.id, two.schedule, True)
    setup.run()
    assert setup.inbox.arrived == []


def test_quiet_hours_and_limits_hold_messages_and_say_why(setup: Setup) -> None:
    setup.subscribe(setup.channel(), Schedule(max_per_day=1))
    setup.store.notifications.set_quiet_hours(None, QuietHours(time(20), time(7)))
    setup.save(judged("Acme 1"))
    setup.run()
    setup.save(judged("Acme 2"), judged("Acme 3"))
    setup.run()
    assert len(setup.inbox.arrived) == 1
    setup.run(18 * 3600)
    assert setup.inbox.titles() == ["Everything about us: 1 new mention"]
    setup.run(2 * 3600)
    assert setup.inbox.titles()[1:] == ["Everything about us: 2 new mentions"]
    assert setup.inbox.arrived[1][1].text.lines == ("They waited because of the limit of messages a day.",)
    setup.store.notifications.set_quiet_hours(None, None)
    assert setup.store.notifications.quiet_hours() == {}


def test_an_incident_silences_single_mentions_of_its_brand(setup: Setup) -> None:
    setup.subscribe(setup.channel(alerts=False))
    incident = setup.store.save_incident(Incident("Acme", NOON, NOON, NOON, 50, 5.0, timedelta(minutes=30), 10.0))
    setup.save(judged("Acme burns"), judged("Globex is calm", "Globex"))
    setup.run()
    assert [outgoing.text.lines[0] for _, outgoing in setup.inbox.arrived] == ["Globex, positive, on Forum"]
    now = setup.clock.now()
    setup.store.save_incident(replace(incident, until=now, checked_at=now))
    setup.run()
    assert setup.inbox.titles()[1] == "Everything about us: 1 new mention"


def test_a_digest_with_too_few_is_in_the_log_but_not_sent(setup: Setup) -> None:
    setup.subscribe(setup.channel(), Schedule(Frequency.DAILY, time(8), more_than=5))
    setup.save(judged())
    setup.run(24 * 3600)
    (message,) = setup.messages()
    assert (message.state, message.reason) == (MessageState.HELD, "There were never more than 5 within 1 hour.")
    assert setup.inbox.arrived == []


def test_mentions_below_a_threshold_are_in_the_log_once_a_day(setup: Setup) -> None:
    setup.subscribe(setup.channel(), Schedule(more_than=5))
    setup.save(judged("Acme 1"), judged("Acme 2"))
    setup.run(3 * 3600)
    assert setup.messages() == []
    setup.run(10 * 3600)
    (message,) = setup.messages()
    assert message.facts["title"] == "Everything about us: 2 new mentions"
    assert (message.state, message.reason) == (MessageState.HELD, "There were never more than 5 within 1 hour.")
    setup.run(48 * 3600)
    assert len(setup.messages()) == 1
    assert setup.inbox.arrived == []


# Sending


def test_a_receiver_that_fails_once_gets_the_message_a_minute_later(setup: Setup) -> None:
    setup.subscribe(setup.channel())
    setup.inbox.answer = fails(1)
    setup.save(judged())
    setup.run()
    assert setup.inbox.arrived == []
    (channel,) = setup.store.notifications.channels()
    assert channel.failing_since is not None
    setup.run(RETRY_AFTER[0].total_seconds())
    assert len(setup.inbox.arrived) == 1
    (channel,) = setup.store.notifications.channels()
    assert (channel.failing_since, channel.problem) == (None, "")
    (message,) = setup.messages()
    attempts = setup.store.notifications.attempts([message.id])[message.id]
    assert [attempt.succeeded for attempt in attempts] == [False, True]


def test_after_three_retries_within_ten_minutes_the_next_channel_is_used(setup: Setup) -> None:
    first = setup.channel()
    setup.channel("Backup")
    setup.subscribe(first)
    setup.inbox.answer = fails(1_000, channel="Sales")
    setup.save(judged())
    for _ in range(11):
        setup.run(60)
    assert [name for name, _ in setup.inbox.arrived] == ["Backup"]
    (message,) = setup.messages()
    assert (message.state, message.channel) == (MessageState.DELIVERED, first.id)
    assert len(setup.store.notifications.attempts([message.id])[message.id]) == 5
    sales, backup = setup.store.notifications.channels()
    assert sales.failing_since is not None
    assert backup.failing_since is None


def test_what_cannot_be_sent_is_tried_for_a_day_and_arrives_once_the_channel_works(setup: Setup) -> None:
    channel = setup.channel()
    setup.subscribe(channel)
    setup.inbox.answer = fails(3, permanent=True)
    setup.save(judged())
    setup.run()
    setup.run(3600)
    setup.store.notifications.record_test(channel.id, "", setup.clock.now())
    setup.run()
    assert setup.inbox.arrived == []
    setup.run(3600)
    assert len(setup.inbox.arrived) == 1
    setup.inbox.answer = fails(1_000)
    setup.save(judged("Acme again"))
    for _ in range(30):
        setup.run(3600)
    assert setup.messages()[-1].state is MessageState.FAILED
    assert setup.clock.now() - setup.messages()[-1].created_at > GIVE_UP_AFTER


def test_a_bug_in_a_transport_is_a_failure_like_others(setup: Setup) -> None:
    def broken(to: object, outgoing: object) -> str:
        raise ZeroDivisionError

    setup.subscribe(setup.channel())
    setup.inbox.answer = broken
    setup.save(judged())
    setup.run()
    (channel,) = setup.store.notifications.channels()
    assert channel.problem == "A bug in Wallflower kept it from being sent; the log has the details."


def test_a_channel_with_many_messages_does_not_hide_another(setup: Setup) -> None:
    first, second = setup.channel(), setup.channel("Second")
    now = setup.clock.now()
    many = [NewMessage("view:1", f"mention:{n}", first.id, now, {"title": "Many"}) for n in range(MAX_DUE + 50)]
    one = NewMessage("view:2", "mention:1", second.id, now, {"title": "One"})
    assert setup.store.notifications.save_step(NotificationStep(0, messages=[*many, one, one]), now) == MAX_DUE + 51
    assert setup.store.notifications.due_channels(now) == [first.id, second.id]
    setup.run()
    assert setup.inbox.titles().count("One") == 1
    assert len(setup.inbox.arrived) == MAX_DUE + 51


@pytest.mark.parametrize(
    ("kind", "seconds"), [(ChannelKind.SLACK, 4.0), (ChannelKind.DISCORD, 1.6), (ChannelKind.WEBHOOK, 0.0)]
)
def test_each_service_gets_messages_at_its_own_pace(setup: Setup, kind: ChannelKind, seconds: float) -> None:
    channel = setup.channel(kind=kind)
    now = setup.clock.now()
    many = [NewMessage("view:1", f"mention:{n}", channel.id, now, {"title": "Many"}) for n in range(5)]
    setup.store.notifications.save_step(NotificationStep(0, messages=many), now)
    started = setup.clock.monotonic()
    setup.sender.send_due()
    assert len(setup.inbox.arrived) == 5
    assert setup.clock.monotonic() - started == pytest.approx(seconds)


def test_a_service_that_asks_us_to_wait_gets_no_message_until_then_and_delays_no_other(setup: Setup) -> None:
    busy, other = setup.channel(), setup.channel("Other")
    until = [setup.clock.now() + timedelta(seconds=123)]

    def answer(to: Channel, outgoing: Outgoing) -> str:
        if to.name == "Sales" and setup.clock.now() < until[0]:
            raise SendError("hooks.example did not accept the message (429).", not_before=until[0])
        return "ok"

    setup.inbox.answer = answer
    now = setup.clock.now()
    many = [NewMessage("view:1", f"mention:{n}", busy.id, now, {"title": "Many"}) for n in range(5)]
    one = NewMessage("view:2", "mention:1", other.id, now, {"title": "One"})
    setup.store.notifications.save_step(NotificationStep(0, messages=[*many, one]), now)
    setup.run()
    setup.run(60)
    ids = [message.id for message in setup.messages()]
    assert sum(len(tries) for tries in setup.store.notifications.attempts(ids).values()) == 2
    assert setup.inbox.titles() == ["One"]
    setup.run(60)
    assert len(setup.inbox.arrived) == 6
    until[0] = setup.clock.now() + timedelta(hours=5)
    late = NewMessage("view:1", "mention:9", busy.id, setup.clock.now(), {"title": "Late"})
    setup.store.notifications.save_step(NotificationStep(0, messages=[late]), setup.clock.now())
    setup.run()
    assert setup.inbox.arrived[-1][0] == "Other", "the next channel, because five hours are too long"


def test_channels_that_hang_delay_no_other_and_apprise_runs_a_few_times_at_once(setup: Setup) -> None:
    release, arrived, started = threading.Event(), threading.Event(), list[str]()

    def answer(to: Channel, outgoing: Outgoing) -> str:
        started.append(to.name)
        if to.kind is ChannelKind.APPRISE:
            release.wait(30)
        else:
            arrived.set()
        return "ok"

    setup.inbox.answer = answer
    slow = [setup.channel(f"Slow {n}", ChannelKind.APPRISE) for n in range(MAX_APPRISE_THREADS + 2)]
    channels, now = [*slow, setup.channel("Quick")], setup.clock.now()
    messages = [NewMessage("view:1", "mention:1", channel.id, now, {"title": "One"}) for channel in channels]
    setup.store.notifications.save_step(NotificationStep(0, messages=messages), now)
    setup.sender.dispatch()
    assert arrived.wait(30)
    n_started = sum(name != "Quick" for name in started)
    release.set()
    setup.sender.wait(30)
    assert n_started <= MAX_APPRISE_THREADS


def test_what_a_removed_channel_was_to_send_is_sent_through_the_next_one(setup: Setup) -> None:
    first, second = setup.channel(), setup.channel("Second")
    setup.subscribe(first)
    setup.save(judged("Acme 1"))
    setup.run()
    setup.inbox.answer = fails(1_000, channel="Sales")
    setup.save(judged("Acme 2"))
    alert = NewMessage("wall", "lobby", first.id, setup.clock.now(), {"title": "The wall lobby is dark"})
    setup.store.notifications.save_step(NotificationStep(0, messages=[alert]), setup.clock.now())
    setup.run()
    assert setup.store.notifications.remove_channel(first.id, second.id)
    setup.run(60)
    assert [name for name, _ in setup.inbox.arrived] == ["Sales", "Second"]
    states = {message.facts["title"]: message.state for message in setup.messages()}
    assert states["The wall lobby is dark"] is MessageState.HELD
    assert [one.channel for one in setup.store.notifications.subscriptions()] == [second.id]
    assert len(setup.messages()) == 3


def test_the_only_channel_takes_its_subscriptions_with_it(setup: Setup) -> None:
    channel = setup.channel()
    setup.subscribe(channel)
    assert setup.store.notifications.remove_channel(channel.id)
    assert setup.store.notifications.subscriptions() == []
    setup.save(judged())
    setup.run()
    assert setup.messages() == []


def test_the_log_forgets_old_messages_but_none_that_waits(setup: Setup) -> None:
    setup.subscribe(setup.channel())
    setup.save(judged("Acme 1"))
    setup.run()
    setup.inbox.answer = fails(1_000)
    setup.save(judged("Acme 2"))
    setup.run()
    assert setup.store.notifications.forget(setup.clock.now() + timedelta(days=1)) == 1
    assert [message.state for message in setup.messages()] == [MessageState.WAITING]


# The preview


@pytest.mark.parametrize("seed", range(6))
def test_a_month_replayed_sends_exactly_what_the_preview_says(store: Store, seed: int) -> None:
    """Thirty days pass, in steps of any length. Then the preview computes what was sent, and agrees to the message."""
    chance = random.Random(seed)
    clock = FakeClock()
    setup = Setup(store, clock)
    schedule = Schedule(
        chance.choice(list(Frequency)),
        time(chance.randrange(24), 30),
        chance.randrange(7),
        chance.choice((0, 0, 2)),
        timedelta(hours=chance.choice((1, 6))),
        chance.choice((0, 3)),
    )
    quiet = chance.choice((None, QuietHours(time(21), time(6))))
    setup.subscribe(setup.channel(alerts=False), schedule, setup.view(US))
    setup.store.notifications.set_quiet_hours(None, quiet)
    end, n = clock.now() + timedelta(days=30), 0
    while (left := (end - clock.now()).total_seconds()) > 0:
        for _ in range(chance.choice((0, 1, 1, 4))):
            n += 1
            brand = chance.choice(("Acme", "Acme", "Globex"))
            setup.save(judged(f"{brand} {n}", brand, external_id=str(n), published_at=clock.now()))
        setup.run(min(left, chance.choice((40.0, 900.0, 7_200.0, 40_000.0))))
    preview = setup.flow.preview(US, schedule, quiet, clock.now())
    sent = [message for message in setup.messages() if message.state is MessageState.DELIVERED]
    assert preview.messages == len(sent) == len(setup.inbox.arrived)
    assert preview.mentions == store.count(US).n > 20


def test_a_preview_of_too_many_mentions_names_the_shorter_time(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.notifications.flow.MAX_PREVIEWED", 5)
    for n in range(9):
        setup.save(judged(f"Acme {n}", published_at=setup.clock.now()))
        setup.clock.advance(3600)
    preview = setup.flow.preview(US, Schedule(), None, setup.clock.now())
    assert (preview.messages, preview.mentions) == (5, 5)
    assert preview.span == timedelta(hours=5)


def test_two_channels_cannot_have_one_name(setup: Setup) -> None:
    first = setup.channel()
    with pytest.raises(Exception, match="already a channel called SALES"):
        setup.channel("SALES")
    changed = NewChannel("Ops", ChannelKind.MAIL, "ops@acme.example", b"other", inside=True, alerts=False)
    setup.store.notifications.change_channel(first.id, changed)
    (stored,) = setup.store.notifications.channels()
    assert (stored.name, stored.kind, stored.inside, stored.secret) == ("Ops", ChannelKind.MAIL, True, b"other")
    with pytest.raises(Exception, match="removed meanwhile"):
        setup.store.notifications.change_channel(99, changed)
