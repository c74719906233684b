"""Erasing and deleting: no byte is left in database, log, index and later backups, and nothing returns."""

from __future__ import annotations

import json
import random
import string
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import ErasureTarget, JudgedPost, MentionFilter, Refusal
from monitor.store import Store, database_files, open_store
from tests.cli_runner import runner
from tests.fake_server import Server
from tests.fake_store import ALL, World, judged, raw_connection, run_random_operations
from tests.fakes import NOON
from tests.test_store_sqlite_derived import inconsistencies
from tests.test_store_sqlite_kill import BATCHES, SAVER

LONG = "Acme told us that the parcel would be here on Monday, and it never came at all"
LINK = "https://forum.example/t/17"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "wallflower.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


def found_bytes(path: Path, words: list[str]) -> dict[str, list[str]]:
    """File beside ``path`` -> which of the words are in it: their ends, because the index shortens common prefixes."""
    found = {}
    for file in path.parent.rglob("*"):
        if file.is_file():
            content = file.read_bytes().lower()
            found[file.name] = [word for word in words if word[-8:].encode() in content]
    return {name: words for name, words in found.items() if words}


class Writing:
    """Saves posts of random words in random order, as sources do; some have words, ids and authors of their own."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.vocabulary = [self._word(self.random.randint(3, 9)) for _ in range(2_000)]
        self.marked: dict[str, list[str]] = {}
        """External id -> the words that only this post has."""

    def batch(self, size: int, marked: int) -> list[JudgedPost]:
        posts = [judged(self._text(), external_id=self._word(12), author=self._word(6)) for _ in range(size)]
        for _ in range(marked):
            id_, *words = (f"zq{self._word(14)}" for _ in range(4))
            self.marked[id_] = [id_, *words]
            text = f"{self._text()} {words[0]} {self._text()}"
            posts.append(judged(text, external_id=id_, author=words[1], title=words[2], url=f"https://x.example/{id_}"))
        self.random.shuffle(posts)
        return posts

    @property
    def words(self) -> list[str]:
        return [word for words in self.marked.values() for word in words]

    def _word(self, length: int) -> str:
        return "".join(self.random.choices(string.ascii_lowercase, k=length))

    def _text(self) -> str:
        return "Acme " + " ".join(self.random.choices(self.vocabulary, k=self.random.randint(5, 60)))


def test_no_byte_of_erased_posts_is_left_in_database_log_and_later_backups(path: Path, store: Store) -> None:
    writing = Writing(19)  # with SQLite 3.40, an id stays in unused bytes of a page unless the database is rewritten
    for _ in range(25):
        store.save("Forum", writing.batch(40, 2), now=NOON)
    assert len(found_bytes(path, writing.words)["wallflower.db-wal"]) == len(writing.words) == 200
    *authors, last = writing.marked
    for id_ in authors:
        _delete_only(store, ErasureTarget(author=writing.marked[id_][2]))
    erasure = store.maintenance.erase(ErasureTarget(url=f"http://www.x.example/{last}?utm_source=a"), NOON)
    assert (erasure.counts.posts, erasure.remaining) == (1, "")
    files = database_files(f"sqlite:///{path}")
    files.back_up(path.parent, NOON, 1)
    assert found_bytes(path, writing.words) == {}
    assert store.maintenance.deleted_words_since() is None
    assert inconsistencies(path) == []
    assert store.count(ALL).n == 1000


def _delete_only(store: Store, target: ErasureTarget) -> object:
    """Erase without cleaning the files, which the last erasure does: each takes a second."""
    maintenance = store.maintenance
    cleaning = maintenance._remove_all_bytes  # type: ignore[attr-defined]
    maintenance._remove_all_bytes = lambda now, mark: ""  # type: ignore[attr-defined]
    try:
        return maintenance.erase(target, NOON)
    finally:
        maintenance._remove_all_bytes = cleaning  # type: ignore[attr-defined]


@pytest.mark.parametrize("change", ["deleted", "edited"])
def test_words_that_a_source_deleted_or_edited_are_gone_after_cleaning(
    path: Path, store: Store, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.store.sqlite.deleted_words.MERGED_PAGES", 5)
    writing = Writing(2)
    for _ in range(10):
        store.save("Forum", writing.batch(40, 2), now=NOON)
    ids = list(writing.marked)
    if change == "edited":
        store.save("Forum", [judged("Acme, edited", external_id=id_) for id_ in ids], now=NOON)
    else:
        store.delete_posts("Forum", ids, NOON)
    words = [word for words in writing.marked.values() for word in words[1:]]
    assert store.maintenance.deleted_words_since() == NOON
    assert found_bytes(path, words)
    while not store.maintenance.remove_deleted_words(NOON, seconds=0.0):
        pass
    assert found_bytes(path, words) == {}
    assert store.maintenance.deleted_words_since() is None
    assert store.maintenance.remove_deleted_words(NOON)
    assert inconsistencies(path) == []


def test_deletions_during_the_cleaning_are_cleaned_by_the_next(store: Store) -> None:
    store.save("Forum", [judged("Acme one"), judged("Acme two")], now=NOON)
    store.delete_posts("Forum", ["Acme one"], NOON)
    maintenance, write = store.maintenance, store._write  # type: ignore[attr-defined]

    def write_and_delete(job: Callable[..., object]) -> object:
        done = write(job)
        if getattr(job, "__name__", "") == "start_merge":
            store.delete_posts("Forum", ["Acme two"], NOON)
        return done

    maintenance._run_write = write_and_delete  # type: ignore[attr-defined]
    later = NOON + timedelta(hours=2)
    assert maintenance.remove_deleted_words(later)
    assert maintenance.deleted_words_since() == later
    assert maintenance.remove_deleted_words(later)
    assert maintenance.deleted_words_since() is None


def test_an_erased_post_does_not_return_from_its_source_a_file_or_another_source(store: Store) -> None:
    post = judged(LONG, external_id="17", author="@Ana", url=LINK)
    store.save("Forum", [post], now=NOON)
    erasure = store.maintenance.erase(ErasureTarget(mention=1), NOON)
    assert (erasure.counts.posts, erasure.counts.mentions, erasure.counts.by_source) == (1, 1, {"Forum": 1})

    def saved(source: str = "Forum", **changes: object) -> dict[str, Refusal]:
        changed = replace(post, post=replace(post.post, source=source, **changes))  # type: ignore[arg-type]
        return store.save(source, [changed], now=NOON, imported=source == "Old").refused

    for returning in (
        saved(),
        saved(text="Acme, edited", author="", url=""),
        saved("Old", external_id="row 3", url=""),
        saved("Old", external_id="row 3", author="Ana Example", text=LONG.upper() + "!"),
        saved("Old", external_id="row 3", author="", url=""),
        saved("Old", external_id="row 3", text=LONG[:30], published_at=NOON.replace(second=40)),
    ):
        assert list(returning.values()) == [Refusal.ERASED]
    assert store.count(ALL).n == 0
    assert saved(external_id="18", text="Acme wrote another one", url="") == {}
    assert saved("Old", external_id="row 4", author="ben", text="Acme is late") == {}
    assert saved("Old", external_id="row 5", author="ben", url="") == {}, "ben quotes it"
    assert store.count(ALL).n == 3


def test_an_erased_author_is_refused_and_no_longer_named(path: Path, store: Store) -> None:
    store.save("Forum", [judged("Acme is bad", author="Quexanabella"), judged("Acme is good", author="ben")], now=NOON)
    store.save("News", [judged("Acme wrote", "Acme", "Globex", source="News", author="@quexanabella")], now=NOON)
    reply = judged("Acme again", author="ben", reply_to="quexanabella")
    store.save("Forum", [reply], now=NOON)
    target = ErasureTarget(author="@QUEXANABELLA")
    counts = store.maintenance.find_posts(target)
    assert (counts.posts, counts.mentions, counts.by_source) == (2, 3, {"Forum": 1, "News": 1})
    assert store.maintenance.erase(target, NOON).counts == counts
    result = store.save("Forum", [judged("Acme tomorrow", author="quexanabella"), reply], now=NOON)
    assert (result.refused, result.unchanged) == ({"Acme tomorrow": Refusal.ERASED}, 1)
    assert found_bytes(path, ["quexanabella"]) == {}
    assert store.count(MentionFilter()).n == 2

    assert store.maintenance.allow_again(target)
    assert not store.maintenance.allow_again(target)
    posts = [judged("Acme tomorrow", author="quexanabella"), judged("Acme is bad", author="Quexanabella")]
    result = store.save("Forum", posts, now=NOON)
    assert (result.new, result.refused) == (1, {"Acme is bad": Refusal.ERASED})


def test_an_author_may_be_erased_at_one_source_only_or_only_as_stored(store: Store) -> None:
    posts = [judged(f"Acme {n}", author="ana") for n in range(3)]
    for source in ("Forum", "News"):
        store.save(source, posts, now=NOON)
    at_forum = ErasureTarget(author="ana", source="Forum")
    assert store.maintenance.erase(at_forum, NOON).counts.by_source == {"Forum": 3}
    assert store.save("News", [judged("Acme 4", author="ana")], now=NOON).new == 1
    assert store.save("Forum", [judged("Acme 4", author="ana")], now=NOON).new == 0
    stored = ErasureTarget(author="ana", source="News")
    assert store.maintenance.erase(stored, NOON, refuse_later=False).counts.posts == 4
    assert store.save("News", [judged("Acme 5", author="ana")], now=NOON).new == 1


def test_everything_at_an_erased_link_is_refused(store: Store) -> None:
    store.save("Forum", [judged(f"Acme {n}", url=LINK) for n in range(3)], now=NOON)
    target = ErasureTarget(url="http://www.forum.example/t/17/?utm_source=mail")
    assert store.maintenance.erase(target, NOON).counts.posts == 3
    later = [judged("Acme later", url=LINK), judged("Acme there", url=LINK + "8")]
    assert store.save("Forum", later, now=NOON).refused == {"Acme later": Refusal.ERASED}


def test_tombstones_contain_hashes_only(path: Path, store: Store) -> None:
    store.save("Forum", [judged(LONG, external_id="17", author="ana", url=LINK)], now=NOON)
    store.maintenance.erase(ErasureTarget(author="ana"), NOON)
    rows = raw_connection(path).execute("SELECT hash FROM tombstone").fetchall()
    assert len(rows) == 6
    assert all(len(hash_) == 24 and set(hash_) <= set(string.hexdigits) for (hash_,) in rows)
    other = open_store(f"sqlite:///{path.with_name('other.db')}")
    other.maintenance.erase(ErasureTarget(author="ana"), NOON)
    other.close()
    assert not set(rows) & set(raw_connection(path.with_name("other.db")).execute("SELECT hash FROM tombstone"))


def test_a_mention_that_does_not_exist_cannot_be_erased(store: Store) -> None:
    with pytest.raises(StoreError, match="no mention with the id 5"):
        store.maintenance.erase(ErasureTarget(mention=5), NOON)


READER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN")
db.execute("SELECT count(*) FROM post").fetchone()
print("reading", flush=True)
sys.stdin.read()
"""


def test_a_reader_that_keeps_the_log_from_being_emptied_is_reported(
    path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.store.sqlite.maintenance.LOG_ATTEMPTS", 1)
    monkeypatch.setattr("monitor.store.sqlite.deleted_words.CHECKPOINT_TIMEOUT_MS", 10)
    store.save("Forum", [judged("Acme told zqsecret")], now=NOON)
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as reader:
        assert reader.stdout and reader.stdin and reader.stdout.readline() == b"reading\n"  # noqa: PT018
        erasure = store.maintenance.erase(ErasureTarget(mention=1), NOON)
        assert "Another program is reading" in erasure.remaining
        assert store.count(ALL).n == 0
        assert store.maintenance.deleted_words_since() is not None
        reader.stdin.close()
    assert store.maintenance.remove_deleted_words(NOON)
    assert found_bytes(path, ["zqsecret"]) == {}


def test_figures_stay_correct_after_erasing_among_random_operations(path: Path, store: Store) -> None:
    world = World(8)
    run_random_operations(store, world, 60)
    for mention in store.page(ALL, limit=5):
        if store.mention(mention.id):
            store.maintenance.erase(ErasureTarget(mention=mention.id), world.now)
    store.maintenance.erase(ErasureTarget(author="bob"), world.now)
    run_random_operations(store, world, 20)
    assert inconsistencies(path) == []


# The command, and other processes


def test_erasing_beside_a_process_that_writes(path: Path) -> None:
    path.parent.mkdir()
    with subprocess.Popen([sys.executable, "-c", SAVER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(5):
            process.stdout.readline()
        store = open_store(f"sqlite:///{path}")
        erasure = store.maintenance.erase(ErasureTarget(author="Bob"), NOON)
        assert (erasure.counts.posts > 0, erasure.remaining) == (True, "")
        store.close()
        number = process.stdout.readlines()[-1]
        assert process.wait(60) == 0
    assert int(number) == BATCHES
    assert inconsistencies(path) == []
    authors = {author for (author,) in raw_connection(path).execute("SELECT DISTINCT author FROM post")}
    assert "bob" not in {author.casefold() for author in authors}
    assert len(authors) > 2


def test_the_command_asks_erases_and_names_older_copies(tmp_path: Path, path: Path) -> None:
    run = runner(tmp_path, Server())
    store = open_store(f"sqlite:///{path}")
    store.save("Forum", [judged(f"Acme {n}", author="zqquexana") for n in range(3)], now=NOON)
    store.close()
    assert run("backup").exit_code == 0
    dry = run("erase", "--author", "zqquexana", "--dry-run")
    assert dry.output == "Found 3 posts with 3 mentions (Forum 3).\nNothing was changed: this was a dry run.\n"
    typo = run("erase", "--author", "zqquexana", "--source", "Forun", "--dry-run")
    assert (typo.exit_code, 'no source called "Forun". Known:' in typo.stderr) == (1, True)
    asked = run("erase", "--author", "zqquexana", input="n\n")
    assert "This cannot be undone, and later posts by this author will not be stored. Erase from" in asked.output
    assert asked.exit_code == 1
    done = run("erase", "--author", "zqquexana", "--yes")
    assert done.exit_code == 0
    assert "Erased 3 posts with 3 mentions (Forum 3)." in done.output
    assert f"1 backup in {path.parent / 'backups'} may still contain them" in done.output
    assert list(found_bytes(path, ["zqquexana"])) == [next((path.parent / "backups").glob("*.db")).name]
    entries = [json.loads(line) for line in run("audit", "--json").output.splitlines()]
    assert [(one["actor"], one["action"], one["target"]) for one in entries][1:] == [
        ("command line", "erased posts", "of an author")
    ]
    assert entries[1]["details"] == {"posts": 3, "sources": {"Forum": 3}}
    again = run("erase", "--author", "ZqQuexana", "--allow-again")
    assert "stored again" in again.output
    assert "was not refused" in run("erase", "--author", "zqquexana", "--allow-again").output


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--author", "a", "--url", "b"),
        ("--author", ""),
        ("--post", "1", "--source", "Forum"),
        ("--post", "1", "--allow-again"),
    ],
)
def test_the_command_refuses_what_is_unclear(tmp_path: Path, path: Path, arguments: tuple[str, ...]) -> None:
    run = runner(tmp_path, Server())
    store = open_store(f"sqlite:///{path}")
    store.save("Forum", [judged("Acme")], now=NOON)
    store.close()
    assert run("erase", *arguments, "--yes").exit_code == 2
    store = open_store(f"sqlite:///{path}")
    assert store.count(ALL).n == 1
    store.close()
