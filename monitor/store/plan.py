"""From a MentionFilter to a Plan: the same question twice, once over columns and once for the search index.

No column is named around a person's words: a token cannot be one of them, since no text can hold its mark.

Columns answer it over the cubes, over ``mention_time`` and over rows; the index answers it as an intersection of
sorted lists, together with words, author, site and rule, which no cube knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

from monitor.model import Choice, Intent, MentionFilter, Order
from monitor.query import field_value, parse
from monitor.query.fts import FtsQuery, compile_fts
from monitor.store.connections import Connection
from monitor.store.names import brand_names, source_names
from monitor.store.rows import BUCKETS, SHOWN
from monitor.store.tags import EVERYTHING, all_of, either, field_token, token
from monitor.store.tags import SHOWN as SHOWN_TOKENS
from monitor.store.times import month_of, to_ms

LISTED = frozenset({"unclaimed", "claimed"})
"""What lists show where nothing else is asked for."""
COUNTED = frozenset({"unclaimed", "claimed", "hidden"})
"""What figures of a brand count: hidden ones are off the lists, still counted."""
_SHOWN_COLUMNS = {
    "unclaimed": "state = 0 AND hidden = 0",
    "claimed": "state = 1 AND hidden = 0",
    "hidden": "state < 2 AND hidden = 1",
    "irrelevant": "state = 2",
    "left": "state = 3",
}
_LINE = {LISTED: "hidden = 0", COUNTED: "true", frozenset({"hidden"}): "hidden = 1"}
"""What cube_line, which leaves out the irrelevant and the left, can tell apart."""
_MONTHS_AT_MOST = 60


class Condition(NamedTuple):
    """One facet's condition over the columns that mention and the cubes have in common."""

    facet: str
    sql: str
    params: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A filter ready to be asked."""

    conditions: tuple[Condition, ...]
    match: str | None
    """For the search index; None: nothing is asked for that would narrow it."""
    columns_suffice: bool
    """The conditions say it all but the time and the story."""
    brands: tuple[int, ...]
    shown: frozenset[str]
    check: FtsQuery | None
    """What must look at each text, because the index cannot tell."""
    since: int | None
    until: int | None
    story: int | None
    order: Order

    @property
    def by_cube(self) -> bool:
        """Whether the cubes can answer."""
        return self.columns_suffice and self.story is None

    @property
    def where(self) -> str:
        """The conditions as SQL."""
        return " AND ".join(f"({c.sql})" for c in self.conditions) or "true"

    @property
    def params(self) -> tuple[str, ...]:
        """Of ``where``."""
        return tuple(p for c in self.conditions for p in c.params)

    @property
    def line(self) -> Plan | None:
        """The same plan for cube_line, None where that knows too little."""
        if not self.by_cube or self.shown not in _LINE:
            return None
        if any(c.facet not in {"brand", "sentiment", "state"} for c in self.conditions):
            return None
        kept = tuple(c for c in self.conditions if c.facet != "state")
        return replace(self, conditions=(*kept, Condition("state", _LINE[self.shown])))


class _Parts:
    """What a plan is put together from: conditions over columns, expressions that must and must not match."""

    def __init__(self) -> None:
        self.conditions: list[Condition] = []
        self.must: list[str] = []
        self.must_not: list[str] = []
        self.columns_suffice = True

    def choose(self, facet: str, column: str, letter: str, chosen: Sequence[int]) -> None:
        """One of the numbers ``chosen``."""
        self.conditions.append(Condition(facet, f"{column} IN ({', '.join(map(str, chosen))})"))
        self.must.append(either(token(letter, n) for n in chosen))

    def search(self, must: Iterable[str], must_not: Iterable[str]) -> None:
        """What only the search index knows: one of ``must`` if there is any, none of ``must_not``."""
        included, excluded = list(must), list(must_not)
        if included:
            self.must.append(either(included))
        self.must_not += excluded
        if included or excluded:
            self.columns_suffice = False


def plan(db: Connection, f: MentionFilter) -> Plan:
    """Work out how to ask ``f``. Raises QueryError for a ``q`` that cannot be read."""
    parts, brands = _Parts(), brand_names(db)
    sources = source_names(db)
    fts = compile_fts(parse(f.q).tree, partial(_field, sources)) if f.q.strip() else None
    if fts is not None:
        parts.search([fts.expression or EVERYTHING], ())
    chosen = _numbers(parts, "brand", "brand", "b", f.brand, brands)
    _numbers(parts, "source", "source", "p", f.source, sources)
    _sentiment(parts, f.sentiment)
    _lang(parts, f.lang)
    _intent(parts, f.intent)
    for field, choice in (("author", f.author), ("site", f.site)):
        parts.search((field_token(field, v) for v in choice.include), (field_token(field, v) for v in choice.exclude))
    rules = {v: _rule_token(db, v) for v in (*f.rule.include, *f.rule.exclude)}
    parts.search((rules[v] for v in f.rule.include), (rules[v] for v in f.rule.exclude))
    since, until = _ms(f.since), _ms(f.until)
    parts.must += _months(db, since, until)
    shown = _shown(parts, f.state)
    return Plan(
        conditions=tuple(parts.conditions),
        match=_match(parts),
        columns_suffice=parts.columns_suffice,
        brands=tuple(chosen),
        shown=shown,
        check=fts if fts is not None and fts.remainder is not None else None,
        since=since,
        until=until,
        story=f.story,
        order=f.order,
    )


def _field(sources: Mapping[int, str], name: str, value: str) -> str:
    """The expression for a field of a rule, so that the index can tell and no text need be looked at."""
    if name == "source":
        return f"({either(token('p', n) for n, known in sources.items() if field_value(name, known) == value)})"
    return token("l", value) if name == "lang" else field_token(name, value)


def _match(parts: _Parts) -> str | None:
    if not parts.must and parts.columns_suffice:
        return None
    return all_of(parts.must or [EVERYTHING], parts.must_not)


def _numbers(
    parts: _Parts, facet: str, column: str, letter: str, choice: Choice, names: Mapping[int, str]
) -> Sequence[int]:
    """The numbers that ``choice`` leaves. What is excluded is asked for as the others, which the index does well."""
    left = [n for n, name in names.items() if _chosen(choice, name)]
    if choice:
        parts.choose(facet, column, letter, left)
    return left


def _chosen(choice: Choice, value: str) -> bool:
    return (not choice.include or value in choice.include) and value not in choice.exclude


def _sentiment(parts: _Parts, choice: Choice) -> None:
    corrected = "corrected" in choice.include or "corrected" in choice.exclude
    buckets = [n for n, word in enumerate(BUCKETS) if _chosen(choice, word)]
    if not corrected:
        if choice:
            parts.choose("sentiment", "bucket", "s", buckets)
        return
    mark = token("c", 1)
    words = [token("s", BUCKETS.index(v)) for v in choice.include if v in BUCKETS]
    must = [*words, *[mark for v in choice.include if v == "corrected"]]
    parts.search(must, [token("s", BUCKETS.index(v)) if v in BUCKETS else mark for v in choice.exclude])


def _lang(parts: _Parts, choice: Choice) -> None:
    if choice.include:
        parts.conditions.append(Condition("lang", f"lang IN ({_marks(choice.include)})", choice.include))
        parts.must.append(either(token("l", v) for v in choice.include))
    if choice.exclude:
        parts.conditions.append(Condition("lang", f"lang NOT IN ({_marks(choice.exclude)})", choice.exclude))
        parts.must_not += [token("l", v) for v in choice.exclude]


def _intent(parts: _Parts, choice: Choice) -> None:
    include, exclude = _bits(choice.include), _bits(choice.exclude)
    if choice.include:
        parts.conditions.append(Condition("intent", f"intent & {sum(include)} <> 0"))
        parts.must.append(either(token("i", bit) for bit in include))
    if exclude:
        parts.conditions.append(Condition("intent", f"intent & {sum(exclude)} = 0"))
        parts.must_not += [token("i", bit) for bit in exclude]


def _bits(words: Iterable[str]) -> list[int]:
    return sorted({int(bit) for bit in Intent if (bit.name or "").lower() in words})


def _shown(parts: _Parts, choice: Choice) -> frozenset[str]:
    shown = frozenset(choice.include or LISTED) - frozenset(choice.exclude)
    left_out = [word for word in SHOWN if word not in shown]
    if left_out:
        sql = " OR ".join(f"({_SHOWN_COLUMNS[word]})" for word in SHOWN if word in shown) or "false"
        sql = "state < 2 AND hidden = 0" if shown == LISTED else "state < 2" if shown == COUNTED else sql
        parts.conditions.append(Condition("state", sql))
    if "unclaimed" in shown:
        parts.must_not += [SHOWN_TOKENS[word] for word in left_out]
    else:
        parts.must.append(either(SHOWN_TOKENS[word] for word in SHOWN if word in shown))
    return shown


def _rule_token(db: Connection, value: str) -> str:
    """Of ``brand@version``; one that never was matches nothing."""
    brand, _, version = value.rpartition("@")
    select = "SELECT rule.id FROM rule JOIN brand ON brand.id = rule.brand WHERE brand.name = ? AND version = ?"
    found = db.execute(select, (brand, int(version) if version.isdecimal() else 0)).fetchone()
    return token("r", found[0] if found else 0)


def _months(db: Connection, since: int | None, until: int | None) -> list[str]:
    """Narrow the index to the months of a time that ended before the newest one; the rows tell the rest."""
    first, newest = db.execute(
        "SELECT (SELECT min(time) FROM cube_month), (SELECT max(time) FROM cube_month)"
    ).fetchone()
    if until is None or newest is None or month_of(until - 1) >= newest:
        return []
    months = range(first if since is None else max(first, month_of(since)), month_of(until - 1) + 1)
    return [either(token("m", month) for month in months)] if len(months) <= _MONTHS_AT_MOST else []


def _ms(at: datetime | None) -> int | None:
    return None if at is None else to_ms(at)


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
