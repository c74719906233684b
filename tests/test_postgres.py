"""The PostgreSQL engine below the store: shared SQL, searches, and what is refused before anything is written."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.errors import DatabaseMissing, SchemaError, StoreError
from monitor.query import Document, index_text, parse_search
from monitor.query.fts import compile_fts
from monitor.store import sqlite
from monitor.store.options import OpenOptions
from monitor.store.postgres import schema
from monitor.store.postgres.connections import Connection, Readers, connect
from monitor.store.postgres.location import Location
from monitor.store.postgres.search import LATER, LONG, MORE, tsquery
from monitor.store.postgres.translation import translate
from monitor.store.sqlite.migrations import migrations
from tests import stop_postgres
from tests.fake_store import QUERIES, WORDS, judged, raw_connection
from tests.postgres_cluster import Cluster


@pytest.fixture
def location(postgres: Cluster) -> Iterator[Location]:
    url = postgres.new_database()
    yield Location(url)
    postgres.drop(url)


@pytest.fixture
def db(location: Location) -> Iterator[Connection]:
    with connect(location) as raw:
        yield Connection(raw)


@pytest.mark.parametrize(
    ("shared", "translated"),
    [
        ("SELECT ?, ?", "SELECT $1, $2"),
        ("SELECT ?2, ?1, ?1", "SELECT $2, $1, $1"),
        ("SELECT '?', \"a?\" -- ?\n, ?", "SELECT '?', \"a?\" -- ?\n, $1"),
        ("WHERE a IS ? AND b IS NOT ?2", "WHERE a IS NOT DISTINCT FROM $1 AND b IS DISTINCT FROM $2"),
        ("WHERE a IS NULL", "WHERE a IS NULL"),
        ("FROM mention INDEXED BY mention_time WHERE", "FROM mention WHERE"),
        ("json_each(?) a CROSS JOIN post ON post.id = value", "json_each($1) a JOIN post ON post.id = value"),
        ("WHERE :a = '' OR a = :a AND b = :b", "WHERE $1 = '' OR a = $1 AND b = $2"),
        ("WHERE mention_fts MATCH ? AND x = ?", "WHERE mention_fts.document @@ CAST($1 AS tsquery) AND x = $2"),
    ],
)  # fmt: skip
def test_shared_sql_is_translated(shared: str, translated: str) -> None:
    assert translate(shared).sql == translated


def test_named_parameters_and_searches_are_in_order() -> None:
    assert translate("SELECT :b, :a, :b").values({"a": 1, "b": 2}) == [2, 1]
    assert translate("WHERE a = ? AND mention_fts MATCH ?").values(('"x"', '"x"')) == ['"x"', "'x'"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('"acme" OR "refund" *', "'acme' | 'refund':*"),
        ('"a" NOT ("b" OR "c")', "'a' & ! ( 'b' | 'c' )"),
        (
            '"a b" *',
            "(('a' <-> 'b':*) | '+' & ((('a' | 'a*':*) <-> 'b':*) | (('>a' | '>a*':*) <-> '>b':*)))",
        ),
        ('NEAR("a" "b" *, 0)', "('a' <0> 'b':* | 'b':* <0> 'a' | 'a' <1> 'b':* | 'b':* <1> 'a' | '+' & ('a' & 'b':*))"),
        ('"x" NOT ("y" OR NEAR("a" "b", 0))',
         "'x' & ! ( 'y' | (('a' <0> 'b' | 'b' <0> 'a' | 'a' <1> 'b' | 'b' <1> 'a') & ! '+') )"),
        ('("x" NOT NEAR("a" "b", 0)) AND "c"',
         "( 'x' & ! (('a' <0> 'b' | 'b' <0> 'a' | 'a' <1> 'b' | 'b' <1> 'a') & ! '+') ) & 'c'"),
        ('"x" NOT ("y" NOT NEAR("a b" "b", 0))', "'x' & ! ( 'y' & ! (('a' & 'b') & 'b') )"),
    ],
)  # fmt: skip
def test_searches_are_written_as_tsquery(expression: str, expected: str) -> None:
    written = tsquery(expression).replace(LONG, "+").replace(LATER, ">").replace(MORE, "*")
    assert written == expected
    with pytest.raises(ValueError, match="not a search expression"):
        tsquery(expression + " ; DROP")


def test_a_search_finds_what_the_rule_matches(db: Connection) -> None:
    """Every post that the tree matches, and no other where the expression is exact."""
    picks = random.Random(1)
    texts = [" ".join(picks.choices(WORDS, k=picks.randint(1, 12))) for _ in range(120)]
    posts = [judged(text, title=picks.choice(("", "the delay"))).post for text in texts]
    insert = "INSERT INTO mention_fts SELECT ?, text_words(?, ?)"
    rows = [(n, index_text(post.title), index_text(post.text)) for n, post in enumerate(posts)]
    db.executemany(insert, rows)
    for rule in {q for q in QUERIES if q and ":" not in q} | {
        "the NEAR/0 delay",
        "the NEAR/3 (bad OR great)",
        "新車 OR トヨ*",
    }:
        tree = parse_search(rule).tree
        query = compile_fts(tree)
        expected = {n for n, post in enumerate(posts) if tree.find(Document.of(post)) is not None}
        if query.expression is None:
            continue
        sql = "SELECT rowid FROM mention_fts WHERE mention_fts MATCH ?"
        found = {n for (n,) in db.execute(sql, (query.expression,))}
        assert expected == {n for n in found if query.accepts(Document.of(posts[n]))}, rule
        assert expected <= found


def test_texts_with_more_positions_than_a_tsvector_keeps_are_found_by_their_phrases(db: Connection) -> None:
    """It keeps 256 of each word, and none after the 16,383rd."""
    picks = random.Random(2)
    unspaced, words = "".join(picks.choices("新車的我們在有", k=20_000)), picks.choices(WORDS[:4], k=3_500)
    posts = [
        judged(text, title=title).post
        for text, title in ((unspaced, ""), (unspaced[::-1], "新車"), (" ".join(words), "the delay"), ("the delay", ""))
    ]
    rows = [(n, index_text(post.title), index_text(post.text)) for n, post in enumerate(posts)]
    db.executemany("INSERT INTO mention_fts SELECT ?, text_words(?, ?)", rows)
    starts = (0, 1_000, 9_000, 15_400, 15_690, 15_995, 16_075, 16_378, 19_988)
    phrases = [f'"{unspaced[start : start + size]}"' for start in starts for size in (2, 6, 9, 12)]
    phrases += [f'"{" ".join(words[start : start + 7])}"' for start in (0, 1_500, 3_490)]
    phrases += ['"the del*"', '"refund the ref*"', "refund NEAR/2 delay", "新車 NEAR/3 我們", '"新車 新車 新車 的"']
    for rule in (rule for phrase in phrases for rule in (phrase, f"(新 OR the) -{phrase}")):
        tree = parse_search(rule).tree
        query = compile_fts(tree)
        expected = {n for n, post in enumerate(posts) if tree.find(Document.of(post)) is not None}
        sql = "SELECT rowid FROM mention_fts WHERE mention_fts MATCH ?"
        found = {n for (n,) in db.execute(sql, (query.expression or "",))}
        assert expected == {n for n in found if query.accepts(Document.of(posts[n]))}, rule


def test_after_the_last_position_words_are_found_but_no_phrases(db: Connection) -> None:
    db.execute("INSERT INTO mention_fts SELECT 1, text_words('', ?)", ("again " * 33_000 + "one two",))
    select = "SELECT count(*) FROM mention_fts WHERE mention_fts MATCH ?"
    found = [db.execute(select, (words,)).fetchone() for words in ('"two"', 'NEAR("one" "two", 3)', '"one two"')]
    assert found == [(1,), (1,), (0,)]


def test_both_engines_have_the_same_tables(db: Connection, tmp_path: Path) -> None:
    """A migration of SQLite needs a step in ``schema.STEPS``, or its tables in ``tables.sql`` before a release."""
    newest = max(int(migration.name[1:4]) for migration in migrations.pending(Database(memory=True)))
    assert newest == schema.VERSION
    sqlite.open_sqlite(f"sqlite:///{tmp_path / 'wallflower.db'}", OpenOptions()).close()
    with closing(raw_connection(tmp_path / "wallflower.db")) as other:
        select = """SELECT tables.name, columns.name
            FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
            WHERE tables.type = 'table' AND tables.name NOT LIKE 'mention_fts%' AND tables.name NOT LIKE '%sqlite_%'"""
        expected = set(other.execute(select))
    select = """SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'
        AND table_name NOT IN ('mention_fts', 'mention_fts_sample', 'mention_doc', 'last_id', 'wallflower')"""
    assert set(db.execute(select)) == expected


def test_functions_of_sqlite_exist(db: Connection) -> None:
    assert db.execute("SELECT max(?, 2), min(?, NULL), iif(? = 1, 'a', 'b'), 1 = 1, sum(value) FROM json_each(?)",
                      (1, 5, True, "[1, 2]")).fetchall() == [(2, None, "a", 1, 3)]  # fmt: skip
    assert db.execute("SELECT value FROM json_each(?, '$')", ('["é", "b"]',)).fetchall() == [("é",), ("b",)]


def test_rows_are_inserted_at_once_and_without_nul(db: Connection) -> None:
    db.executemany("INSERT INTO tries VALUES (?, ?, ?)", [(f"a\0{n}", n, 7) for n in range(3)])
    assert db.execute("SELECT key, n FROM tries ORDER BY n").fetchall() == [("a0", 0), ("a1", 1), ("a2", 2)]
    db.executemany("INSERT INTO tries VALUES (?, ?, ?) ON CONFLICT DO NOTHING", [("a0", 9, 9), ("b", 9, 9)])
    assert db.execute("SELECT count(*) FROM tries").fetchone() == (4,)


def test_the_last_id_is_known_even_if_the_row_is_gone(db: Connection) -> None:
    db.executemany("INSERT INTO change (kind, mention, at) VALUES (?, ?, ?)", [("saved", 1, 1), ("saved", 2, 1)])
    db.execute("DELETE FROM change")
    assert db.execute(db.dialect.last_id, ("change",)).fetchone() == (2,)


def test_a_reader_sees_one_moment_and_cannot_write(location: Location, db: Connection) -> None:
    readers = Readers(location)
    with readers.reading() as reader:
        assert reader.execute("SELECT count(*) FROM tries").fetchone() == (0,)
        db.execute("INSERT INTO tries VALUES ('a', 1, 1)")
        assert reader.execute("SELECT count(*) FROM tries").fetchone() == (0,)
    with pytest.raises(StoreError, match="replica or read-only"), readers.reading() as reader:
        reader.execute("DELETE FROM tries")
    readers.close()


def test_what_is_no_database_of_ours_is_refused(postgres: Cluster, location: Location) -> None:
    url = postgres.empty_database()
    other = Location(url)
    with connect(other) as raw, pytest.raises(DatabaseMissing):
        schema.prepare(raw, other, create=False, installation="")
    with connect(other) as raw:
        raw.execute("CREATE TABLE orders (id integer)")
        with pytest.raises(StoreError, match=r"another program \(it has the table orders\)"):
            schema.prepare(raw, other, create=True, installation="")
    postgres.drop(url)
    with connect(location) as raw:
        with pytest.raises(StoreError, match="belongs to another installation"):
            schema.prepare(raw, location, create=True, installation="another")
        raw.execute("UPDATE wallflower SET version = 9999")
        with pytest.raises(SchemaError, match="newer Wallflower"):
            schema.prepare(raw, location, create=True, installation="")


def test_a_server_that_cannot_be_used_says_why(location: Location) -> None:
    for changed, reason in (("host=/nowhere", "cannot be reached"), ("user=nobody_here", "cannot be reached|refuses")):
        name = changed.partition("=")[0]
        parts = [part for part in location.conninfo.split("?")[1].split("&") if not part.startswith(name)]
        url = f"{location.conninfo.split('?')[0]}?{'&'.join([*parts, changed])}"
        with pytest.raises(StoreError, match=reason):
            connect(replace(location, conninfo=url))


def test_the_password_is_not_shown() -> None:
    location = Location("postgresql://ann:secret@db.example.com/wall?sslmode=require")
    assert str(location) == "The database postgresql://ann@db.example.com/wall"
    assert "secret" not in repr(location)


def test_a_killed_test_run_leaves_no_server_behind(tmp_path: Path) -> None:
    users, address, place = tmp_path / "users", tmp_path / "place", tmp_path / "server"
    place.mkdir()
    address.write_text(str(place))
    hold = "import fcntl, sys; users = open(sys.argv[1], 'w'); fcntl.flock(users, fcntl.LOCK_SH); print(); input()"
    run = [sys.executable, "-u", "-c", hold, str(users)]
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as user:
        assert user.stdout is not None
        user.stdout.readline()
        with subprocess.Popen([sys.executable, stop_postgres.__file__, users, address, "true"]) as stopper:
            user.kill()
            assert stopper.wait(timeout=60) == 0
    assert not place.exists()
    assert not address.exists()
