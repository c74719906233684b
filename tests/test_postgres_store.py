"""The store on PostgreSQL where several processes share a database, and where its server fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import pairwise

import psycopg
import pytest

from monitor.errors import StoreError
from monitor.model import Mention, MentionFilter
from monitor.store import Store, open_store
from monitor.store.postgres.store import PostgresStore
from monitor.store.postgres.writer import WRITE_LOCK
from monitor.text.near_duplicates import signatures
from tests.fake_store import BRANDS, judged
from tests.fakes import NOON, FakeClock
from tests.postgres_cluster import Cluster

LONG = "Acme flight was cancelled again and nobody at the desk could say when the next one would leave or why"
_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()"


@pytest.fixture
def url(postgres: Cluster) -> Iterator[str]:
    url = postgres.new_database()
    yield url
    postgres.drop(url)


@pytest.fixture
def two(url: str) -> Iterator[tuple[Store, Store]]:
    """Two stores over one database, as two processes have them."""
    stores = open_store(url), open_store(url)
    stores[0].register_brands(BRANDS, NOON)
    yield stores
    for store in stores:
        store.close()


def test_ids_become_visible_in_the_order_in_which_they_grow(two: tuple[Store, Store]) -> None:
    """A reader that follows the change log by its last id misses nothing, however many save at the same time."""
    seen: list[int] = []
    done = threading.Event()

    def save(store: Store, name: str) -> None:
        for i in range(15):
            store.save(name, [judged(f"{name} {i} {n}", source=name) for n in range(3)], now=NOON)

    def follow() -> None:
        while not done.is_set() or two[0].changes(seen[-1] if seen else 0):
            seen.extend(change.id for change in two[0].changes(seen[-1] if seen else 0))

    savers = [threading.Thread(target=save, args=(store, name)) for store, name in zip(two, "AB", strict=True)]
    reader = threading.Thread(target=follow)
    for thread in (reader, *savers):
        thread.start()
    for thread in savers:
        thread.join()
    done.set()
    reader.join()
    assert seen == [change.id for change in two[1].changes(0)]
    assert len(seen) == 90
    assert all(a < b for a, b in pairwise(seen))
    assert {m.id for m in two[1].page(MentionFilter(), limit=200)} == set(range(1, 91))


def test_what_another_process_wrote_is_known(two: tuple[Store, Store]) -> None:
    """Ids of brands and rules, and the stories of recent posts, which each process keeps in memory."""
    first, second = two
    first.save("Forum", [_long("1")], now=NOON)
    second.save("Forum", [_long("2")], now=NOON)
    first.save("Forum", [_long("3")], now=NOON)
    mentions: list[Mention] = list(first.export(MentionFilter()))
    assert {mention.story for mention in mentions} == {1}
    assert {mention.rule_version for mention in mentions} == {1}


def _long(id_: str) -> object:
    one = judged(LONG, external_id=id_)
    assert one.signature == signatures([one.post.body])[0]
    return one


def test_a_write_that_waits_for_another_process_has_a_deadline(url: str) -> None:
    store = open_store(url, lock_timeout=0.3)
    with psycopg.connect(url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (WRITE_LOCK,))
        with pytest.raises(StoreError, match="took too long"):
            store.register_brands(BRANDS, NOON)
        fault = store.health().fault
        assert fault is not None
        assert fault.kind == "locked"
    store.register_brands(BRANDS, NOON)
    assert store.health().fault is None
    store.close()


def test_lost_connections_are_opened_again(postgres: Cluster, url: str) -> None:
    store = open_store(url)
    store.register_brands(BRANDS, NOON)
    name = url.partition(":///")[2].partition("?")[0]
    postgres.execute(_OTHERS.format(name))
    with pytest.raises(StoreError, match="cannot be reached"):
        store.save("Forum", [judged("lost")], now=NOON)
    store.save("Forum", [judged("kept")], now=NOON)
    assert [m.post.text for m in store.page(MentionFilter())] == ["kept"]
    store.close()


def test_a_commit_whose_answer_was_lost_counts(url: str) -> None:
    """What was committed is not reported as lost: the collector would save it again."""
    store = PostgresStore.open(url)
    writer = store._writer
    with psycopg.connect(url, autocommit=True) as other:
        (xid,) = other.execute("SELECT CAST(pg_current_xact_id() AS text)").fetchone() or ("",)
    assert writer._was_committed(int(xid))  # type: ignore[attr-defined]
    assert not writer._was_committed(int(xid) + 1_000_000)  # type: ignore[attr-defined]
    store.close()


def test_changes_are_noticed_without_asking(two: tuple[Store, Store]) -> None:
    found: list[int] = []

    def wait() -> None:
        found.extend(change.id for change in two[0].wait_for_changes(0, 10, FakeClock()))

    thread = threading.Thread(target=wait)
    thread.start()
    two[1].save("Forum", [judged("new")], now=NOON)
    thread.join()
    assert found == [1] or two[0].changes(0)[0].id == 1


def test_a_name_with_many_arabic_letters_and_nul_is_stored(two: tuple[Store, Store]) -> None:
    name = "م" * 200 + "\0"
    two[0].save("Forum", [judged("Acme is fine.", author=name)], now=NOON)
    assert [m.post.author for m in two[1].page(MentionFilter())] == [name[:-1]]
