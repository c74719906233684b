"""From a MentionFilter to a Plan: the same filter twice, over columns and for the search index.

The columns answer it over the cubes, over ``mention_time`` and over rows. The index answers it as an intersection of
sorted lists, together with words, author, site and rule, which no cube has.

No column filter is needed around a person's words: they can match no token, since no text can contain a token's mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from monitor.model import COUNTED_STATES, Choice, Intent, MentionFilter, Order
from monitor.query import field_value, parse_search
from monitor.query.fts import FtsQuery, compile_fts
from monitor.store.sql.connection import Connection
from monitor.store.sql.filter_tokens import (
    EVERYTHING,
    NEVER,
    NOTED,
    SHORT_TOKENS,
    STATE_TOKENS,
    all_of,
    any_of,
    field_token,
    mine,
    token,
)
from monitor.store.sql.ids import brand_names, source_names
from monitor.store.sql.rows import SENTIMENTS, STATES
from monitor.store.sql.signatures import claimant_code
from monitor.store.sql.topic_bits import slots_in_use
from monitor.store.sql.units import month_of, optional_ms

LISTED = frozenset({"unclaimed", "claimed"})
"""The states that a list shows by default."""
COUNTED = frozenset(COUNTED_STATES)
"""The states that a brand's figures count."""
PEOPLES_STATES = frozenset({"mine", "noted"})
"""States that a mention can have besides another one. No cube knows them."""
_LISTED_ROW = "state < 2 AND hidden = 0"
_STATE_CONDITIONS = {
    "unclaimed": "state = 0 AND hidden = 0",
    "claimed": "state = 1 AND hidden = 0",
    "hidden": "state < 2 AND hidden = 1",
    "set_aside": "state < 2 AND hidden = 2",
    "irrelevant": "state = 2",
    "left": "state = 3",
}
_BRAND_DAY_STATES = {
    LISTED: "hidden = 0",
    COUNTED: "true",
    frozenset({"hidden"}): "hidden = 1",
    frozenset({"set_aside"}): "hidden = 2",
    LISTED | {"set_aside"}: "hidden <> 1",
}
"""The sets of states that cube_brand_day, which excludes irrelevant and left mentions, can distinguish."""
_MAX_MONTH_TOKENS = 60


class Condition(NamedTuple):
    """One facet's condition over the columns that mention and the cubes have in common.

    If columns do not suffice, it may need a column that only mention has."""

    facet: str
    sql: str
    params: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A compiled filter."""

    conditions: tuple[Condition, ...]
    match: str | None
    """The FTS5 expression for the search index; None if nothing in the filter would narrow it."""
    columns_suffice: bool
    """Whether ``conditions`` express everything except the time range and the story."""
    brands: tuple[int, ...]
    states: frozenset[str]
    check: FtsQuery | None
    """What has to be checked on each text because the index cannot decide it."""
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
        """The parameters of ``where``."""
        return tuple(p for c in self.conditions for p in c.params)

    @property
    def for_brand_days(self) -> Plan | None:
        """The same plan for cube_brand_day; None if that lacks a column."""
        if not self.by_cube or self.states not in _BRAND_DAY_STATES:
            return None
        if any(c.facet not in {"brand", "sentiment", "state"} for c in self.conditions):
            return None
        kept = tuple(c for c in self.conditions if c.facet != "state")
        return replace(self, conditions=(*kept, Condition("state", _BRAND_DAY_STATES[self.states])))


class _Parts:
    """The parts of a plan: conditions over columns, and FTS5 expressions that must match and must not match."""

    def __init__(self) -> None:
        self.conditions: list[Condition] = []
        self.must: list[str] = []
        self.must_not: list[str] = []
        self.columns_suffice = True

    def add_choice(self, facet: str, letter: str, chosen: Sequence[int]) -> None:
        """Require one of the codes ``chosen`` in the column ``facet``."""
        is_chosen = f"{facet} IN ({', '.join(map(str, chosen))})" if chosen else "false"
        self.conditions.append(Condition(facet, is_chosen))
        self.must.append(any_of(token(letter, n) for n in chosen))

    def add_search(self, must: Iterable[str], must_not: Iterable[str]) -> None:
        """Require what only the search index knows: any of ``must``, if there are any, and none of ``must_not``."""
        included, excluded = list(must), list(must_not)
        if included:
            self.must.append(any_of(included))
        self.must_not += excluded
        if included or excluded:
            self.columns_suffice = False

    @property
    def match(self) -> str | None:
        """The FTS5 expression; None if it would match everything."""
        if not self.must and self.columns_suffice:
            return None
        return all_of(self.must or [EVERYTHING], self.must_not)


def plan(db: Connection, f: MentionFilter) -> Plan:
    """Compile ``f``. Raises QueryError for a ``q`` that is not valid."""
    parts, brands, sources = _Parts(), brand_names(db), source_names(db)
    search = f.text_search
    fts = compile_fts(parse_search(search).tree, partial(field_expression, sources)) if search else None
    if fts is not None:
        parts.add_search([fts.expression or EVERYTHING], [fts.excluded] if fts.excluded else ())
    chosen = _add_names(parts, "brand", "b", f.brand, brands)
    _add_names(parts, "source", "p", f.source, sources)
    _add_sentiment(parts, f.sentiment)
    _add_lang(parts, f.lang)
    _add_intent(parts, f.intent)
    for name, choice in (("author", f.author), ("site", f.site)):
        parts.add_search((field_token(name, v) for v in choice.include), (field_token(name, v) for v in choice.exclude))
    rules = {v: _rule_token(db, v) for v in (*f.rule.include, *f.rule.exclude)}
    parts.add_search((rules[v] for v in f.rule.include), (rules[v] for v in f.rule.exclude))
    _add_named_topics(parts, db, f.named_topic)
    since, until = optional_ms(f.since), optional_ms(f.until)
    parts.must += _month_tokens(db, since, until)
    states = _add_states(parts, f.state, f.person)
    return Plan(
        conditions=tuple(parts.conditions),
        match=parts.match,
        columns_suffice=parts.columns_suffice,
        brands=tuple(chosen),
        states=states,
        check=fts if fts is not None and fts.remainder is not None else None,
        since=since,
        until=until,
        story=f.story,
        order=f.order,
    )


def field_expression(sources: Mapping[int, str], name: str, value: str) -> str:
    """The expression for a field of the query language, so that the index decides it and no text has to be read."""
    if name == "source":
        return f"({any_of(token('p', n) for n, known in sources.items() if field_value(name, known) == value)})"
    return token("l", value) if name == "lang" else field_token(name, value)


def _add_names(parts: _Parts, facet: str, letter: str, choice: Choice, names: Mapping[int, str]) -> Sequence[int]:
    """Add a choice of names; return the ids that remain. An exclusion becomes an inclusion of the rest, which is fast
    in the index."""
    remaining = [n for n, name in names.items() if _is_chosen(choice, name)]
    if choice:
        parts.add_choice(facet, letter, remaining)
    return remaining


def _is_chosen(choice: Choice, value: str) -> bool:
    return (not choice.include or value in choice.include) and value not in choice.exclude


def _add_sentiment(parts: _Parts, choice: Choice) -> None:
    if "corrected" not in (*choice.include, *choice.exclude):
        if choice:
            parts.add_choice("sentiment", "s", [n for n, word in enumerate(SENTIMENTS) if _is_chosen(choice, word)])
        return
    tokens = {"corrected": token("c", 1), **{word: token("s", n) for n, word in enumerate(SENTIMENTS)}}
    included = [tokens[v] for v in choice.include if v in tokens]
    parts.add_search(included, [tokens[v] for v in choice.exclude if v in tokens])


def _add_lang(parts: _Parts, choice: Choice) -> None:
    if choice.include:
        parts.conditions.append(Condition("lang", f"lang IN ({_placeholders(choice.include)})", choice.include))
        parts.must.append(any_of(token("l", v) for v in choice.include))
    if choice.exclude:
        parts.conditions.append(Condition("lang", f"lang NOT IN ({_placeholders(choice.exclude)})", choice.exclude))
        parts.must_not += [token("l", v) for v in choice.exclude]


def _add_intent(parts: _Parts, choice: Choice) -> None:
    include, exclude = _intent_bits(choice.include), _intent_bits(choice.exclude)
    if choice.include:
        parts.conditions.append(Condition("intent", f"intent & {sum(include)} <> 0"))
        parts.must.append(any_of(token("i", bit) for bit in include))
    if exclude:
        parts.conditions.append(Condition("intent", f"intent & {sum(exclude)} = 0"))
        parts.must_not += [token("i", bit) for bit in exclude]


def _intent_bits(words: Iterable[str]) -> list[int]:
    return sorted({int(bit) for bit in Intent if (bit.name or "").lower() in words})


def _add_named_topics(parts: _Parts, db: Connection, choice: Choice) -> None:
    if choice:
        tokens = {name: token("o", slot) for name, slot in slots_in_use(db).items()}
        parts.add_search((tokens.get(v, NEVER) for v in choice.include), (tokens.get(v, NEVER) for v in choice.exclude))


def _add_states(parts: _Parts, choice: Choice, person: int | None) -> frozenset[str]:
    if PEOPLES_STATES.isdisjoint((*choice.include, *choice.exclude)):
        return _add_plain_states(parts, frozenset(choice.include or LISTED) - frozenset(choice.exclude))
    claimant = claimant_code(person)
    tokens = {"mine": mine(claimant), "noted": NOTED}
    conditions = {
        "mine": f"{_LISTED_ROW} AND coalesce(claimant = {claimant}, false)",
        "noted": f"{_LISTED_ROW} AND noted <> 0",
    }
    states = frozenset(choice.include or LISTED) - frozenset(choice.exclude)
    unclaimed = all_of([EVERYTHING], STATE_TOKENS.values())
    parts.add_search(
        (({"unclaimed": unclaimed} | STATE_TOKENS | tokens)[word] for word in sorted(states)),
        (tokens[word] for word in choice.exclude if word in tokens),
    )
    included = " OR ".join(f"({(_STATE_CONDITIONS | conditions)[word]})" for word in sorted(states)) or "false"
    excluded = "".join(f" AND NOT ({conditions[word]})" for word in choice.exclude if word in conditions)
    parts.conditions.append(Condition("state", f"({included}){excluded}"))
    return states


def _add_plain_states(parts: _Parts, states: frozenset[str]) -> frozenset[str]:
    excluded = [word for word in STATES if word not in states]
    if excluded:
        sql = " OR ".join(f"({_STATE_CONDITIONS[word]})" for word in STATES if word in states) or "false"
        sql = "state < 2 AND hidden = 0" if states == LISTED else "state < 2" if states == COUNTED else sql
        parts.conditions.append(Condition("state", sql))
    if "unclaimed" in states:
        # Without those that do not count, what is hidden or set aside needs no second look.
        short = SHORT_TOKENS if {"irrelevant", "left"} <= set(excluded) else {}
        parts.must_not += [short.get(word) or STATE_TOKENS[word] for word in excluded]
    else:
        parts.must.append(any_of(STATE_TOKENS[word] for word in STATES if word in states))
    return states


def _rule_token(db: Connection, value: str) -> str:
    """The token of ``brand@version``; an unknown one matches nothing."""
    brand, _, version = value.rpartition("@")
    select = "SELECT rule.id FROM rule JOIN brand ON brand.id = rule.brand WHERE brand.name = ? AND version = ?"
    found = db.execute(select, (brand, int(version) if version.isdecimal() else 0)).fetchone()
    return token("r", found[0] if found else 0)


def _month_tokens(db: Connection, since: int | None, until: int | None) -> list[str]:
    """An expression for the months of a range that ends before the newest month; rows decide the exact bounds."""
    oldest, newest = db.execute(
        "SELECT (SELECT min(time) FROM cube_month), (SELECT max(time) FROM cube_month)"
    ).fetchone()
    if until is None or newest is None or month_of(until - 1) >= newest:
        return []
    months = range(oldest if since is None else max(oldest, month_of(since)), month_of(until - 1) + 1)
    return [any_of(token("m", month) for month in months)] if len(months) <= _MAX_MONTH_TOKENS else []


def _placeholders(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
