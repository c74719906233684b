"""What walls, pages and sources do while nothing can be stored."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from display.server.health_watch import HealthWatch
from display.wall_state.i18n import Locale, catalogue
from display.wall_state.sentences import fault_headline
from monitor.errors import StoreError
from monitor.model import FaultKind, MentionFilter, StoreFault
from monitor.store.options import OpenOptions
from monitor.store.sqlite import SqliteStore
from monitor.store.sqlite.locks import ErasingNow
from tests.fake_site import BRANDS, app_for, config, judged, working_status
from tests.fakes import NOON, FakeClock
from tests.test_wall_sentences import LONDON

MINUTE = timedelta(minutes=1)
NAMES = ("Forum", "Reddit")
WORDS = {
    ("en", FaultKind.DISK_FULL): "Blind. Cannot store since 12:00: the disk is full.",
    ("en", FaultKind.LOCKED): "Blind. Cannot store since 12:00: the database is locked.",
    ("de", FaultKind.DISK_FULL): "Blind. Seit 12:00 nichts gespeichert: die Platte ist voll.",
    ("fr", FaultKind.CORRUPT): "Aveugle. Stockage arrêté depuis 12:00\N{NO-BREAK SPACE}: la base est endommagée.",
}


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[SqliteStore]:
    """A store on a site whose two sources were read a minute ago."""
    path = config(tmp_path).database
    opened = SqliteStore.open(path, OpenOptions(lock_timeout=0.2, clock=clock))
    opened.register_brands(BRANDS, NOON)
    for name in NAMES:
        opened.save_status(working_status(NOON - MINUTE, name, next_check=NOON + MINUTE), NOON)
    opened.save("Forum", [judged(published_at=NOON - MINUTE)], now=NOON - MINUTE)
    yield opened
    opened.close()


@pytest.fixture
def client(tmp_path: Path, store: SqliteStore, clock: FakeClock) -> FlaskClient:
    return app_for(config(tmp_path, sources=NAMES), store, clock).test_client()


def begin_fault(store: SqliteStore, kind: FaultKind = FaultKind.DISK_FULL) -> None:
    store._faults.begin(kind, f"{store.path} cannot be written.")


@pytest.mark.parametrize(("language", "kind"), WORDS)
def test_the_headline_of_a_fault(language: str, kind: FaultKind) -> None:
    headline = fault_headline(StoreFault(kind, NOON, ""), NOON, Locale(LONDON, catalogue()[language]))
    assert headline.sentence == WORDS[language, kind]
    assert headline.text_alone.casefold() == headline.clause.casefold(), "where both do not fit, the cause matters more"


def test_a_wall_that_cannot_store_says_so_and_not_that_all_sources_are_read(
    client: FlaskClient, store: SqliteStore, clock: FakeClock
) -> None:
    def wall() -> tuple[str, str, str]:
        state = client.get("/wall/state.json").get_json()
        headline = state["headline"]
        return state["kind"], " ".join(filter(None, map(headline.get, ("word", "text", "clause")))), str(state["proof"])

    assert "Both sources read" in wall()[2]
    begin_fault(store)
    kind, words, proof = wall()
    assert (kind, words) == ("blind", "Blind. Cannot store since 12:00: the disk is full.")
    assert "No source is being read." in proof
    assert "sources read" not in proof
    clock.advance(600)
    hatches = client.get("/wall/state.json").get_json()["horizon"]["hatches"]
    assert hatches[-1]["end"] == pytest.approx(1, abs=0.02), "the time since then is hatched"
    store._faults.committed()
    assert "Both sources read" in wall()[2]


def test_an_erasure_is_expected_and_no_trouble(client: FlaskClient, store: SqliteStore, clock: FakeClock) -> None:
    store._faults.record(ErasingNow(store.path, NOON + 5 * MINUTE))
    state = client.get("/wall/state.json").get_json()
    assert state["kind"] != "blind"
    assert state["proof"][0]["text"] == "Erasing posts; new ones are stored from about 12:05."
    sources, mentions = client.get("/sources").text, client.get("/mentions").text
    for text in (sources, mentions):
        assert "Erasing posts; storing continues at about 12:05." in text
        assert "Cannot store" not in text
        assert "locked" not in text
    assert "No source is read meanwhile. Storing continues by itself." in sources
    assert "Waiting since 12:00:" in sources
    assert 'class="health unread"' in mentions
    ready = client.get("/readyz").get_json()
    expected = "Posts are being erased since 12:00 UTC; storing continues by itself at about 12:05 UTC."
    assert (ready["ready"], ready["reasons"][0], ready["store"]["erasing"]) == (False, expected, True)
    clock.advance(301)
    assert "Erasing posts; storing continues soon." in client.get("/mentions").text
    assert client.get("/wall/state.json").get_json()["proof"][0]["text"] == "Erasing posts; new ones are stored soon."
    store._faults.committed()
    assert "All 2 sources read" in client.get("/mentions").text


def test_the_log_says_when_an_erasure_begins_and_ends(
    store: SqliteStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "wallflower")
    watch = HealthWatch(store, clock)
    for _ in range(3):
        store._faults.record(ErasingNow(store.path, None))
        watch.step()
    store._faults.committed()
    watch.step()
    assert [record.levelname for record in caplog.records] == ["INFO", "INFO"]
    assert caplog.messages[0] == "Posts are being erased, and nothing is stored meanwhile."
    assert caplog.messages[1].startswith("Storing again; posts were being erased since ")


def test_a_wall_keeps_its_last_picture_while_the_database_cannot_be_read(
    client: FlaskClient, store: SqliteStore, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = client.get("/wall/state.json").get_json()
    begin_fault(store, FaultKind.CORRUPT)

    def damaged(_: object) -> None:
        raise StoreError("damaged", FaultKind.CORRUPT)

    monkeypatch.setattr(store, "_read", damaged)
    clock.advance(60)
    after = client.get("/wall/state.json").get_json()
    assert after["headline"]["text"] == "Cannot store since 12:00:"
    assert after["headline"]["clause"] == "the database is damaged."
    assert (after["kind"], after["voices"], after["horizon"]) == ("blind", before["voices"], before["horizon"])


def test_pages_name_the_fault_and_what_to_do(client: FlaskClient, store: SqliteStore) -> None:
    begin_fault(store)
    sources, mentions = client.get("/sources").text, client.get("/mentions").text
    for text in (sources, mentions):
        assert "Cannot store since 12:00: the disk is full" in text
        assert "sources read" not in text
    assert "No source is read meanwhile. Free some space; storing then continues by itself." in sources
    assert sources.count("It is read again as soon as Wallflower can store.") == 2
    assert "Failing since 12:00:" in sources
    assert 'class="health trouble"' in mentions


def test_a_click_that_cannot_be_stored_says_why(client: FlaskClient, store: SqliteStore) -> None:
    begin_fault(store, FaultKind.CORRUPT)
    (mention,) = store.page(MentionFilter())
    answer = client.post(f"/sources/{mention.post.source}/pause")
    assert answer.status_code == 503
    assert "This could not be stored." in answer.text
    assert "The database is damaged." in answer.text


def test_readiness_is_by_evidence_and_reveals_no_path(client: FlaskClient, store: SqliteStore, tmp_path: Path) -> None:
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["reasons"]) == (200, [])
    assert ready.get_json()["warnings"] == ["There is no backup."]
    begin_fault(store)
    answer = client.get("/readyz")
    document = answer.get_json()
    assert (answer.status_code, document["ready"]) == (503, False)
    assert document["reasons"] == ["Cannot store since 12:00 UTC: the disk is full."]
    assert document["store"]["fault"] == {"kind": "disk_full", "since": "2026-03-04T12:00:00+00:00"}
    assert str(tmp_path) not in answer.text
    assert client.get("/healthz").status_code == 200, "a restart would not help"


def test_the_log_has_the_cause_once_when_it_begins_and_once_when_it_ends(
    store: SqliteStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    watch, replaced = HealthWatch(store, clock), list[str]()
    watch.on_replaced(lambda: replaced.append("stop"))
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            watch.step()
        begin_fault(store)
        for _ in range(3):
            watch.step()
        clock.advance(180)
        store._faults.committed()
        for _ in range(3):
            watch.step()
    begun, ended = caplog.messages
    assert begun.startswith("Nothing can be stored since ")
    assert begun.endswith("cannot be written.")
    assert ended.startswith("The disk was full from ")
    assert ended.endswith("; storing again.")
    assert replaced == []
    begin_fault(store, FaultKind.REPLACED)
    watch.step()
    watch.step()
    assert replaced == ["stop"]


@pytest.mark.parametrize(("seconds", "words"), [(3600, "1 h ahead"), (-400, "6 min back")])
def test_a_jump_of_the_system_clock_is_noticed_and_the_passing_of_time_is_not(
    store: SqliteStore, clock: FakeClock, caplog: pytest.LogCaptureFixture, seconds: float, words: str
) -> None:
    watch = HealthWatch(store, clock)
    clock.advance(86_400)
    watch.step()
    assert watch.clock_jump is None
    clock.time += timedelta(seconds=seconds)
    watch.step()
    assert watch.clock_jump is not None
    assert watch.clock_jump.seconds == seconds
    assert words in caplog.text
