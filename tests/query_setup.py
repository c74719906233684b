"""Ways to run a query, and helpers of the tests of monitor/query."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

from monitor.errors import QueryError
from monitor.model import Brand, Post
from monitor.query import TOKENIZER, Document, Query, index_text, parse
from monitor.query.fts import compile_fts
from monitor.query.matcher import Matcher

Engine = Callable[[Query, Post], bool]


def parse_or_error(text: str) -> Query | QueryError:
    try:
        return parse(text)
    except QueryError as error:
        return error


def create_table(db: sqlite3.Connection) -> None:
    """An index like the store's, with columns for text, title and tags."""
    db.execute(f"CREATE VIRTUAL TABLE doc USING fts5(text, title, tags, tokenize='{TOKENIZER}')")


def field_tag(name: str, value: str) -> str:
    """The word in the tags column for a field's value."""
    return "\ue000" + (name + value).encode().hex()


def field_expression(name: str, value: str) -> str:
    return f'tags : "{field_tag(name, value)}"'


def matches_in_batch(query: Query, item: Post) -> bool:
    return bool(Matcher([Brand("B", query.text)]).match([item])[0])


def matches_without_index(query: Query, item: Post) -> bool:
    return query.matches(Document.of(item))


def matches_in_index(query: Query, item: Post, with_fields: bool = False) -> bool:
    document = Document.of(item)
    tags = " ".join(field_tag(*pair) for pair in document.fields)
    fts = compile_fts(query.tree, field_expression if with_fields else None)
    expression = fts.expression if with_fields else fts.expression and f"{{text title}} : ({fts.expression})"
    with closing(sqlite3.connect(":memory:")) as db:
        create_table(db)
        db.execute("INSERT INTO doc VALUES (?, ?, ?)", (index_text(item.text), index_text(item.title), tags))
        found = expression is None or db.execute("SELECT 1 FROM doc WHERE doc MATCH ?", (expression,)).fetchone()
    return bool(found) and fts.accepts(document)


def matches_in_index_with_fields(query: Query, item: Post) -> bool:
    return matches_in_index(query, item, with_fields=True)


ENGINES: list[Engine] = [matches_in_batch, matches_without_index, matches_in_index, matches_in_index_with_fields]
