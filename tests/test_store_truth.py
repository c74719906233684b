"""After any sequence of operations cubes and index equal the rows, and every question its plain answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import fmean, stdev

import pytest

from monitor.model import Choice, Mention, MentionFilter, State, Tally
from monitor.store import Store, derived
from tests.fake_store import BRANDS, SHOWN, SOURCES, Truth, World, in_order, raw, without_findings

ROWS = MentionFilter(state=Choice(SHOWN))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "wallflower.db")
    yield store
    store.close()


def live(store: Store, world: World, operations: int) -> None:
    """Random operations of every kind."""
    store.register(BRANDS, world.now)
    for _ in range(operations):
        last = store.last_mention()
        one = world.random.randint(1, max(1, last))
        source = world.random.choice(SOURCES)
        now = world.later()
        operation = world.random.choice(("save", "save", "save", "edit", "hide", "unhide", "correct", "unscore",
                                         "undo", "state", "state", "delete", "lost"))  # fmt: skip
        if operation in ("save", "edit"):
            store.save(source, world.batch(source, world.random.randint(1, 12), ids=150), now=now)
        elif operation == "lost":
            store.save(source, [without_findings(j) for j in world.batch(source, 3, ids=150)], now=now)
        elif operation in ("hide", "unhide"):
            store.hide(one, operation == "hide", now)
        elif operation in ("correct", "unscore"):
            store.correct(one, None if operation == "unscore" else world.random.choice((-0.7, 0.0, 0.9)), now)
        elif operation == "undo":
            store.uncorrect(one, now)
        elif operation == "state":
            store.set_state(one, world.random.choice(list(State)), now)
        else:
            store.delete(source, [str(world.random.randrange(150)) for _ in range(3)], now)


def broken(path: Path) -> list[str]:
    """What does not equal the rows of mention."""
    db = raw(path)
    try:
        wrong = derived.differences(db)  # type: ignore[arg-type]
        try:
            db.execute("INSERT INTO mention_fts (mention_fts, rank) VALUES ('integrity-check', 1)")
        except Exception as error:
            wrong.append(f"index: {error}")
        for column, letter in (("brand", "b"), ("bucket", "s"), ("state", "t"), ("hidden", "h"), ("rule", "r")):
            for value, n in db.execute(f"SELECT {column}, count(*) FROM mention GROUP BY 1"):
                match = f'"\ue000{letter}{value}"'
                found = db.execute("SELECT count(*) FROM mention_fts WHERE mention_fts MATCH ?", (match,)).fetchone()[0]
                if found != n and (value or column in ("brand", "bucket", "rule")):
                    wrong.append(f"token {letter}{value}: {found} instead of {n}")
        return wrong
    finally:
        db.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cubes_and_index_equal_the_rows_whatever_happened(store: Store, seed: int) -> None:
    live(store, World(seed), 160)

    assert store.last_mention() > 150
    assert broken(store.path) == []


@pytest.mark.parametrize(
    "sabotage",
    [
        "UPDATE mention SET hidden = 1 - hidden WHERE id = (SELECT max(id) FROM mention)",
        "UPDATE mention SET score = 77 WHERE id = (SELECT max(id) FROM mention WHERE score IS NOT NULL AND state < 2)",
        "UPDATE post SET text = 'other', index_text = NULL WHERE id = (SELECT max(post) FROM mention)",
        "UPDATE cube_line SET squares = squares + 1 WHERE n > 0",
        "DELETE FROM mention WHERE id = (SELECT max(id) FROM mention)",
    ],
)
def test_a_write_past_the_store_is_caught(store: Store, sabotage: str) -> None:
    live(store, World(4), 40)
    db = raw(store.path)
    assert db.execute(sabotage).rowcount > 0
    db.close()

    assert broken(store.path) != []


@pytest.mark.parametrize("seed", [5, 6])
def test_ids_grow_with_the_time_of_adding_and_nothing_is_published_later(store: Store, seed: int) -> None:
    live(store, World(seed), 60)

    mentions = sorted(store.export(ROWS), key=lambda m: m.id)
    assert [m.added_at for m in mentions] == sorted(m.added_at for m in mentions)
    assert all(m.post.published_at <= m.added_at for m in mentions)


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_every_question_has_its_plain_answer(store: Store, seed: int) -> None:
    world = World(seed)
    live(store, world, 120)
    truth = Truth(list(store.export(ROWS)))
    upto = truth.mentions[len(truth.mentions) // 5].id

    for _ in range(50):
        f = world.filter(truth.mentions)
        check_lists(store, truth, f, None)
        check_lists(store, truth, f, upto)
        check_figures(store, truth, f, world.random.choice((None, upto)))


def check_lists(store: Store, truth: Truth, f: MentionFilter, upto: int | None) -> None:
    matching = truth.matching(f, upto)
    assert pages(store, f, upto) == in_order(matching, f.order), f
    count = store.count(f, upto)
    assert (count.n, count.exact) == (len(matching), True), f
    if upto is not None:
        assert store.new_since(f, upto) == len(truth.matching(f)) - len(matching), f


def pages(store: Store, f: MentionFilter, upto: int | None) -> list[int]:
    """The ids of all pages, by key."""
    ids: list[int] = []
    while page := store.page(f, before=ids[-1] if ids else None, upto=upto, limit=17):
        ids += [m.id for m in page]
    return ids


def check_figures(store: Store, truth: Truth, f: MentionFilter, upto: int | None) -> None:
    matching = truth.matching(f, upto)
    end = max((m.post.published_at for m in matching), default=World(0).now)
    for width, n in ((timedelta(hours=1), 5), (timedelta(days=1), 40), (timedelta(days=37, minutes=5), 9)):
        edges = [end + timedelta(minutes=30) - width * i for i in range(n, -1, -1)]
        for found in store.histogram(f, edges, upto):
            words = [m.score.sentiment.value for m in matching if found.start <= m.post.published_at < found.end]
            expected = (len(words), words.count("negative"), words.count("positive"))
            assert (found.n, found.negative, found.positive) == expected, (f, found)
    for facet, values in store.facets(f, upto).items():
        assert {v.value: v.n for v in values if v.n} == truth.facet(f, facet, upto), (f, facet)


@pytest.mark.parametrize("seed", [10, 11])
def test_the_board_has_its_plain_figures(store: Store, seed: int) -> None:
    world = World(seed)
    live(store, world, 120)
    mentions = [m for m in store.export(ROWS) if m.state in (State.UNCLAIMED, State.CLAIMED)]
    for days in (3, 30, 300):
        since = world.now - timedelta(days=days, hours=5)
        for tally in store.tallies(since, world.now):
            mine = [m for m in mentions if m.brand == tally.brand and since <= m.post.published_at < world.now]
            words = [m.score.sentiment.value for m in mine]
            assert tally.n == len(mine)
            assert tally.hidden == sum(m.hidden for m in mine)
            figures = (tally.negative, tally.neutral, tally.positive, tally.unscored)
            assert figures == tuple(words.count(w) for w in ("negative", "neutral", "positive", "unscored"))
            check_mean(tally, mine, by_story=days < 31)


def check_mean(tally: Tally, mine: list[Mention], by_story: bool) -> None:
    grouped: dict[object, list[float]] = {}
    for m in mine:
        if m.score.value is not None:
            grouped.setdefault(m.story if by_story and m.story else f"alone {m.id}", []).append(m.score.value)
    scores = [fmean(values) for values in grouped.values()]
    assert tally.mean == (pytest.approx(fmean(scores), abs=1e-9) if scores else None)
    width = 1.96 * stdev(scores) / len(scores) ** 0.5 if len(scores) > 1 else None
    assert tally.half_width == (None if width is None else pytest.approx(width, abs=1e-7))
