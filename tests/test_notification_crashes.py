"""A crash at any step: no message is lost, none is sent twice, except one whose sending was not marked yet."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import SendError
from monitor.model.notifications import Channel, MessageState
from monitor.notifications.channels import Outgoing
from monitor.store import open_store
from tests.fake_store import judged
from tests.fakes import FakeClock
from tests.notification_setup import Inbox, Setup


class CrashError(BaseException):
    """The program dies. Nothing catches it, as nothing catches kill -9."""


class Crashing:
    """A part of the store that dies before or after one of its calls."""

    def __init__(self, part: Any, at: int) -> None:
        self._part, self.left = part, at

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._part, name)

        def call(*args: Any, **options: Any) -> Any:
            self._tick()
            result = method(*args, **options)
            self._tick()
            return result

        return call

    def _tick(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise CrashError


def run_until_crash(setup: Setup, inbox: Inbox, at: int) -> Setup:
    """Run with a crash at the ``at``-th tick; return the program as it is started again."""
    store = setup.store
    real = store.notifications
    store.notifications = Crashing(real, at)
    try:
        setup.run()
    except CrashError:
        pass
    finally:
        store.notifications = real
    again = Setup(store, setup.clock)
    again.inbox.arrived, again.inbox.answer = inbox.arrived, inbox.answer
    return again


@pytest.mark.parametrize("at", range(1, 31))
def test_a_crash_at_any_step_loses_nothing_and_repeats_at_most_one(tmp_path: Path, at: int) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")) as store:
        setup = Setup(store)
        inbox = setup.inbox
        setup.subscribe(setup.channel())
        setup.save(*(judged(f"Acme {n}") for n in range(3)))
        setup = run_until_crash(setup, inbox, at)
        for _ in range(3):
            setup.run()
        arrived = Counter(outgoing.id for _, outgoing in inbox.arrived)
        assert len(arrived) == 3
        assert sum(arrived.values()) <= 4
        assert all(message.state is MessageState.DELIVERED for message in setup.messages())


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("save"), st.integers(1, 4)),
        st.tuples(st.just("run"), st.sampled_from([1, 60, 600])),
        st.tuples(st.just("crash"), st.integers(1, 25)),
        st.tuples(st.just("fail"), st.integers(0, 3)),
    ),
    max_size=15,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_happens_each_mention_arrives_and_no_message_twice_without_a_crash(
    tmp_path: Path, steps: list[tuple[str, int]]
) -> None:
    failures = [0]

    def answer(channel: Channel, outgoing: Outgoing) -> str:
        if failures[0]:
            failures[0] -= 1
            raise SendError("hooks.example did not accept the message (500).")
        return "ok"

    folder = tempfile.mkdtemp(dir=tmp_path)
    with closing(open_store(f"sqlite:///{folder}/wallflower.db")) as store:
        setup = Setup(store, FakeClock())
        setup.channel("Backup")
        setup.subscribe(setup.channel())
        inbox, saved, crashes = setup.inbox, 0, 0
        inbox.answer = answer
        for what, number in steps:
            if what == "save":
                setup.save(*(judged(f"Acme {saved + n}", published_at=setup.clock.now()) for n in range(number)))
                saved += number
            elif what == "run":
                setup.run(number)
            elif what == "fail":
                failures[0] = number
            else:
                setup, crashes = run_until_crash(setup, inbox, number), crashes + 1
        for _ in range(15):
            setup.run(120)
        arrived = Counter(outgoing.id for _, outgoing in inbox.arrived)
        messages = setup.messages()
        assert len(messages) == saved == len({message.key for message in messages})
        assert set(arrived) == {str(message.id) for message in messages}
        assert sum(arrived.values()) - len(arrived) <= crashes
