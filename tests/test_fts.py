"""Compiling queries to FTS5 expressions that SQLite accepts."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.model import Choice, MentionFilter
from monitor.query import index_text, parse, search_of
from monitor.query.fts import compile_fts
from monitor.query.proclitics import with_proclitics
from monitor.query.syntax_errors import ErrorCode
from monitor.query.tree import Node
from tests.query_setup import create_table, field_expression, parse_or_error

HEBREW = "טבע"
HEBREW_FORMS = " OR ".join(f'"{form}"' for form in (HEBREW, *with_proclitics(HEBREW)))


@pytest.mark.parametrize(
    ("rule", "expression"),
    [
        ("acme OR @acme_help", '{acme} OR "\ue001acme\ue003help"'),
        ("acme -jobs", "{acme} NOT {jobs}"),
        ("acme (new OR -jobs)", "{acme} NOT ({jobs} NOT {new})"),
        ("acme -=Jobs", '"acme" OR "\ue004acme"'),
        ("author:bob", None),
        ("acme OR author:bob", None),
        ("acme lang:en", '"acme" OR "\ue004acme"'),
        ("refund*", '"refund" * OR "\ue004refund" *'),
        ('"acme corp"', '"acme corp" OR "\ue004acme \ue004corp" OR "\ue002acmecorp" OR "\ue004acmecorp"'),
        ("e.on", '"e on"'),
        ("a NEAR/3 b", 'NEAR("a" "b", 3) OR ("\ue004a" AND {b}) OR ("\ue004b" AND {a})'),
        ("-(acme NEAR/3 late) x", '{x} NOT NEAR("acme" "late", 3)'),
        (f"a NEAR/3 {HEBREW}", f'{{a}} AND ({HEBREW_FORMS} OR "\ue004{HEBREW}")'),
    ],
)
def test_compiled_expression(rule: str, expression: str | None) -> None:
    """In the expressions, {acme} stands for the word in the text or in a hashtag."""
    words = {word: f'("{word}" OR "\ue004{word}")' for word in ("acme", "jobs", "new", "a", "b", "x")}
    assert compile_fts(parse(rule).tree).expression == (expression and expression.format(**words))


def test_exclusions_alone_compile_to_what_they_exclude() -> None:
    tree = _only_exclusions("-jobs -hiring")
    assert compile_fts(tree) == (None, None, '(("jobs" OR "\ue004jobs") OR ("hiring" OR "\ue004hiring"))')
    assert compile_fts(_only_exclusions("-jobs OR new"))[2] == '(("jobs" OR "\ue004jobs") NOT ("new" OR "\ue004new"))'
    assert compile_fts(_only_exclusions("-=Jobs")).remainder is not None
    assert compile_fts(_only_exclusions("-=Jobs")).excluded is None


def _only_exclusions(text: str) -> Node:
    query = search_of(MentionFilter(text, brand=Choice(("Acme",))))
    assert query is not None
    return query.tree


def test_remainder_is_what_fts5_cannot_express() -> None:
    exact = ["acme", "@acme OR #acme", "refund*", "a (b OR -c)", '"a b"', HEBREW]
    assert [rule for rule in exact if compile_fts(parse(rule).tree).remainder is not None] == []
    bounded = ["=Acme", "AT&T", "e.on", ".NET", "acme lang:en", "@a NEAR/2 b", "a NEAR/2 b", "author:bob"]
    assert [rule for rule in bounded if compile_fts(parse(rule).tree).remainder is None] == []
    tree = parse("@acme (lang:en OR -author:bob)").tree
    with_fields = compile_fts(tree, lambda name, value: f'tags : "{name}{value}"')
    assert with_fields == ('"\ue001acme" NOT (tags : "authorbob" NOT tags : "langen")', None, None)


PIECES = [
    *["\u2013", "\u2014jobs", "|", "||", "&&", ",", ";", "?", "~5", "^2", "[", "]", "{", "}", "<", "/a.*/", "&amp;"],
    *["+a", "!a", "'a b'", "title:x", "from:", "w/5", "e.on", ".NET", "\ufeff", "\u00a0", "\u300c", "\uff08", "%"],
    *["a=b", "lang:en,de", "أرامكو", "טבע", "#AbC_d2", "\u200d", "\uff2f\uff32", "lang:(en OR de)"],
    *["`", "(", ")", '"', "-", "*", "=", "@", "#", ":", "&", "!", "+", "$", "/", "'", "\\", "\x00", "\ud800", "\ue001"],
    *["AND", "OR", "NOT", "NEAR", "NEAR/3", "NEAR/0", "NEAR/999999999", "NEAR/\u0663", "and", "near/2", "{text}", "^"],
    *["acme", "re*", "refund*", '"money back"', "@united", "#tag", "=Apple", "AT&T", "author:bob", "site:", "x:y"],
    *["トヨタ", "ト*", "café", "ß", "\u2122", "\U0001f600", "\u201c", "\u200b", "\u0301", "  ", " ", " ", "\n"],
]  # fmt: skip


def random_rules(count: int) -> Iterator[str]:
    """Random rules of up to 30 pieces, with or without spaces in between; the same in every run."""
    rng = random.Random(20260304)
    for _ in range(count):
        yield rng.choice(["", " ", " "]).join(rng.choices(PIECES, k=rng.randint(1, rng.choice([3, 8, 30]))))


@pytest.fixture(scope="module")
def tables() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:")
    create_table(db)
    db.execute("INSERT INTO doc VALUES (?, ?, ?)", (index_text("@united lost my bag. acme tag トヨタ"), "", ""))
    yield db
    db.close()


def run_if_valid(text: str, db: sqlite3.Connection) -> bool:
    """Whether ``text`` is a valid rule. Runs a valid one in SQLite, with and without fields in the index."""
    query = parse_or_error(text)
    if isinstance(query, QueryError):
        assert 1 <= query.column <= len(text) + 1
        assert query.reason.endswith(".")
        assert query.suggestion
        assert query.code in list(ErrorCode)
        return False
    run = "SELECT rowid FROM doc WHERE doc MATCH ?"
    if (expression := compile_fts(query.tree).expression) is not None:
        db.execute(run, (f'"a" AND ("b" OR ("c" AND ({{text title}} : ({expression}))))',)).fetchall()
    if (expression := compile_fts(query.tree, field_expression).expression) is not None:
        db.execute(run, (expression,)).fetchall()
    query.spans("@united lost my bag. acme tag")
    query.terms()
    return True


def test_random_rules_raise_only_query_errors(tables: sqlite3.Connection) -> None:
    results = [run_if_valid(text, tables) for text in random_rules(30_000)]
    assert 1_000 < sum(results) < 27_000


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=80) | st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40).map(" ".join))
def test_any_string_raises_only_query_errors(text: str) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        create_table(db)
        run_if_valid(text, db)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 4000,
        ")" * 4000,
        "-" * 4000,
        "NOT " * 1000,
        "a OR " * 800,
        "a NEAR/3 " * 400,
        '"' * 4000,
        '"' * 3999,
        "-(" * 2000,
        "a*" * 2000,
        "&" * 4000,
        "a&" * 2000,
        "@" * 4000,
        "ト" * 4000,
        "NEAR/" + "9" * 3990,
        "a NEAR/3 b " * 66,
        " ".join(f'"{"a " * 15}"' for _ in range(110)),
    ],
    ids=lambda text: text[:8],
)
def test_long_repetition_raises_only_query_errors(text: str, tables: sqlite3.Connection) -> None:
    run_if_valid(text, tables)


def test_deepest_rules_run_in_sqlite(tables: sqlite3.Connection) -> None:
    for inner, around in [
        ("a", "x (y OR {})"),
        ("a", "x -(y {})"),
        ("a", "-(-x {})"),
        ("a", "(-x OR -y OR {})"),
        ("(a NEAR/3 (b OR c))", "x (-y OR (z {}))"),
    ]:
        depth = 0
        while run_if_valid(f"w {inner}", tables):
            inner, depth = around.format(inner), depth + 1
        error = parse_or_error(f"w {inner}")
        assert isinstance(error, QueryError)
        assert error.code == ErrorCode.TOO_DEEP
        assert depth >= 4
