"""The models of relevance, and the worker that fits them to clicks and sets mentions aside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.encoder import SentenceJudge, find_weights, load_head
from monitor.encoder.weights_file import WeightsFile
from monitor.errors import EncoderError
from monitor.judging import ModelChoice, ModelProcesses, RelevanceWorker, choose_model
from monitor.judging.process import ModelFailedError
from monitor.model import BrandRelevance, Choice, MentionFilter, Span, State
from monitor.relevance import Example, can_learn, fit, propose_exclusions, threshold, word_set
from monitor.relevance.logistic import fit_logistic, probability
from monitor.store import Store, open_store
from tests.encoder_setup import HIDDEN, head_json, write_encoder
from tests.fake_store import BRANDS, judged
from tests.fakes import NOON, FakeClock

HOMONYMS = Path(__file__).parent / "data" / "homonyms" / "birch.tsv"
BANK = ("the app of Acme shows a wrong balance", "Acme raised the fee of my account", "transfer by Acme is late again")
TREE = ("Acme orchard harvest begins", "the harvest in the Acme orchard", "an orchard of Acme in bloom, harvest soon")


def texts(number: int) -> list[tuple[bool, str]]:
    """So many texts, by turns about the bank and about trees."""
    return [(n % 2 == 0, f"{(BANK if n % 2 == 0 else TREE)[n % 3]} {n}") for n in range(number)]


def examples(number: int = 20) -> list[Example]:
    return [Example(n, relevant, text) for n, (relevant, text) in enumerate(texts(number))]


# Models


def test_it_takes_twenty_clicks_of_both_kinds_and_fifty_with_the_language_model_to_be_sure() -> None:
    assert [can_learn(*clicks) for clicks in ((18, 2), (2, 18), (19, 1), (40, 0), (9, 10))] == [True, True] + [
        False
    ] * 3
    assert [threshold(n, has_vectors=True) for n in (20, 49, 50)] == [0.25, 0.25, 0.5]
    assert threshold(500, has_vectors=False) == 0.25


def test_a_model_of_words_gives_the_words_of_rejected_posts_as_its_reason() -> None:
    model = fit(examples(), {"acme"})
    tree, bank, unknown = model.judge(
        ["harvest time in the Acme orchard", "Acme lost my transfer, balance is wrong", "qwertz"], [None] * 3
    )
    assert tree.probability < 0.25 < 0.5 < bank.probability
    assert unknown.probability == pytest.approx(0.5, abs=0.1)
    assert set(tree.reason.words) >= {"orchard", "harvest"}
    assert "acme" not in tree.reason.words
    assert tree.reason.n_similar == 10
    assert unknown.reason.words == ()


def test_a_model_of_vectors_names_the_most_similar_rejected_mentions() -> None:
    random = np.random.default_rng(3)
    centres = {True: random.normal(size=16), False: random.normal(size=16)}
    known = [Example(n, n % 2 == 0, "", centres[n % 2 == 0] + random.normal(size=16) * 0.2) for n in range(20)]
    vectors = [known[7].vector, centres[True], None]
    tree, bank, missing = fit(known).judge(["", "", ""], vectors)
    assert tree.probability < 0.1 < 0.9 < bank.probability
    assert tree.reason.similar[0] == 7
    assert len(tree.reason.similar) == 2
    assert missing.probability == 1


def test_both_classes_weigh_the_same_however_many_examples_they_have() -> None:
    features = np.array([[1.0, 0.0]] * 18 + [[0.0, 1.0]] * 2)
    weights, bias = fit_logistic(features, np.array([True] * 18 + [False] * 2), 1.0)
    one, other, neither = probability(np.array([[1.0, 0], [0, 1], [0.5, 0.5]]) @ weights + bias)
    assert one == pytest.approx(1 - other, abs=1e-3)
    assert neither == pytest.approx(0.5, abs=1e-3)


def test_the_solution_is_that_of_the_penalised_likelihood() -> None:
    random = np.random.default_rng(1)
    features, positive = random.normal(size=(30, 5)), random.random(30) < 0.4
    weights, bias = fit_logistic(features, positive, 2.0)
    costs = 2.0 * np.where(positive, 15 / positive.sum(), 15 / (30 - positive.sum()))
    errors = costs * (probability(features @ weights + bias) - positive)
    assert np.allclose(features.T @ errors + weights, 0, atol=1e-4)


@given(st.lists(st.text(max_size=30), min_size=4, max_size=12), st.text(max_size=40))
def test_any_text_can_be_learned_and_judged(clicked: list[str], text: str) -> None:
    known = [Example(n, n % 2 == 0, one) for n, one in enumerate(clicked)]
    (verdict,) = fit(known).judge([text], [None])
    assert 0 <= verdict.probability <= 1


def test_words_are_compared_without_case_links_and_the_words_of_the_brand() -> None:
    assert word_set("Don't visit https://acme.example/Orchard, ACME's #Harvest_time!", {"acme"}) == {
        "don't", "visit", "acme's", "harvest", "time",
    }  # fmt: skip


# Exclusions


def test_words_of_rejected_mentions_that_no_kept_one_has_are_proposed() -> None:
    rejected = [text for relevant, text in texts(20) if not relevant]
    kept = [text for relevant, text in texts(20) if relevant]
    first, *others = propose_exclusions(rejected, kept, {"acme"})
    assert (first.word, first.rejected, first.of_rejected, first.kept, first.of_kept) == ("harvest", 10, 10, 0, 10)
    assert others == []
    assert propose_exclusions(rejected, kept[:3], {"acme"}) == []
    assert propose_exclusions(rejected, [" ".join(rejected)] * 10, {"acme"}) == []


# The worker


class FakeEncoder:
    """Vectors that say whether a text is about an orchard. Fails on texts with "crash"."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken = False

    def vectors(self, texts: Sequence[str], names: Sequence[Sequence[Span]]) -> list[list[float]]:
        if self.broken:
            raise EncoderError("The weights are missing.")
        if any("crash" in text for text in texts):
            raise ModelFailedError("It crashed.")
        self.asked += texts
        assert all(
            text[span.start : span.end] == "Acme" for text, spans in zip(texts, names, strict=True) for span in spans
        )
        return [[float("orchard" in text), float("orchard" not in text), len(text) / 1000] for text in texts]

    def close(self) -> None: ...


class Setup:
    """A store with clicked and other mentions, and a worker."""

    def __init__(self, store: Store, *, encoder: bool = False, clock: FakeClock | None = None) -> None:
        self.store, self.clock, self.encoder = store, clock or FakeClock(), FakeEncoder()
        choice = ModelChoice("encoder", digest="e5") if encoder else None
        self.worker = RelevanceWorker(store, choice, BRANDS, self.clock, lambda _: self.encoder)

    def save(self, *texts: str, age: timedelta = timedelta(0)) -> list[int]:
        before = self.store.last_mention_id()
        now = self.clock.now()
        self.store.save("Forum", [judged(text, published_at=now - age) for text in texts], now=now)
        return list(range(before + 1, self.store.last_mention_id() + 1))

    def click(self, number: int = 20) -> list[int]:
        """Save and click so many mentions, by turns relevant and not."""
        ids = self.save(*(text for _, text in texts(number)))
        for id_, (relevant, _) in zip(ids, texts(number), strict=True):
            self.store.relevance.click(id_, relevant, "dana", self.clock.now())
        return ids

    def work(self) -> int:
        """Take steps until nothing is left; return how many it were."""
        steps = int(self.worker.step())
        self.clock.advance(10)
        while self.worker.step():
            steps += 1
        return steps

    def aside(self) -> list[int]:
        return sorted(m.id for m in self.store.page(MentionFilter(state=Choice(("set_aside",))), limit=500))

    def acme(self) -> BrandRelevance:
        return self.store.relevance.brands()[0]


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with closing(open_store(store_url)) as store:
        store.register_brands(BRANDS, NOON)
        yield store


@pytest.mark.parametrize("encoder", [False, True], ids=["words", "encoder"])
def test_twenty_clicks_set_aside_what_is_not_about_the_brand_stored_and_new(store: Store, encoder: bool) -> None:
    setup = Setup(store, encoder=encoder)
    old_tree, old_bank = setup.save("harvest in the orchard of Acme, old", "Acme balance and transfer, old")
    clicked = setup.click(19)
    assert setup.work() == 0
    assert setup.aside() == []
    more = setup.save("the orchard harvest of Acme, one more")
    store.relevance.click(more[0], False, "dana", NOON)
    setup.work()
    assert setup.aside() == [old_tree]
    new_tree, new_bank = setup.save("Acme orchard harvest, new", "Acme balance and transfer, new")
    setup.work()
    assert setup.aside() == [old_tree, new_tree]
    reason = store.relevance.reasons([new_tree])[new_tree]
    assert reason.probability < 0.25
    assert set(reason.similar) <= {*clicked, *more} if encoder else set(reason.words) >= {"orchard", "harvest"}
    assert {old_bank, new_bank} <= {m.id for m in store.page(MentionFilter(), limit=500)}


def test_an_undone_click_below_twenty_brings_all_back(store: Store) -> None:
    setup = Setup(store)
    (tree,) = setup.save("harvest in the orchard of Acme")
    clicked = setup.click()
    setup.work()
    assert setup.aside() == [tree]
    store.relevance.undo_click(clicked[0], NOON)
    setup.work()
    assert (setup.aside(), setup.acme().model) == ([], "")


def test_a_series_of_clicks_leads_to_one_new_model(store: Store) -> None:
    setup = Setup(store)
    setup.click()
    setup.work()
    first = setup.acme().model
    ids = setup.save("orchard harvest a", "orchard harvest b")
    for id_ in ids:
        store.relevance.click(id_, False, "dana", NOON)
        setup.clock.advance(3)
        setup.worker.step()
        assert setup.acme().model == first
    setup.clock.advance(6)
    setup.worker.step()
    assert setup.acme().model not in ("", first)


def test_a_restart_judges_nothing_again_and_another_encoder_everything(store: Store) -> None:
    setup = Setup(store, encoder=True)
    setup.save(*(f"Acme orchard {n}" for n in range(40)))
    setup.click()
    setup.work()
    assert len(setup.aside()) == 40
    again = Setup(store, encoder=True, clock=setup.clock)
    assert again.work() == 0
    setup.worker.replace(None, BRANDS)
    assert setup.work() > 0


def test_vectors_are_computed_once_for_each_mention(store: Store) -> None:
    setup = Setup(store, encoder=True)
    setup.save(*(f"Acme orchard {n}" for n in range(40)))
    setup.click()
    setup.work()
    asked = len(setup.encoder.asked)
    (more,) = setup.save("Acme orchard harvest, more")
    store.relevance.click(more, False, "dana", NOON)
    setup.work()
    assert len(setup.encoder.asked) == asked + 1


def test_mentions_older_than_a_month_stay_as_they_are(store: Store) -> None:
    setup = Setup(store)
    setup.save("harvest in the orchard of Acme, ancient", age=timedelta(days=40))
    recent = setup.save("harvest in the orchard of Acme, recent", age=timedelta(days=30))
    setup.click()
    setup.work()
    assert setup.aside() == recent


def test_a_claimed_mention_is_left_alone_and_so_are_other_brands(store: Store) -> None:
    setup = Setup(store)
    claimed, free = setup.save("harvest in the orchard of Acme", "orchard harvest, Acme")
    store.save("Forum", [judged("orchard harvest", "Globex")], now=NOON)
    store.set_state(claimed, State.CLAIMED, NOON)
    setup.click()
    setup.work()
    assert setup.aside() == [free]


def test_the_switch_stops_it_and_starts_it_again(store: Store) -> None:
    setup = Setup(store)
    (tree,) = setup.save("harvest in the orchard of Acme")
    setup.click()
    setup.work()
    store.relevance.switch("Acme", False, NOON)
    setup.work()
    assert setup.aside() == []
    store.relevance.switch("Acme", True, NOON)
    setup.work()
    assert setup.aside() == [tree]


def test_a_post_on_which_the_encoder_fails_stays_in_the_list(store: Store) -> None:
    setup = Setup(store, encoder=True)
    tree, crash = setup.save("Acme orchard", "Acme orchard crash")
    setup.click()
    setup.work()
    assert setup.aside() == [tree]
    assert crash not in setup.aside()


def test_an_encoder_that_cannot_be_used_is_reported_until_it_works_again(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    setup = Setup(store, encoder=True)
    setup.click()
    setup.encoder.broken = True
    assert not setup.worker._step_safely()
    assert setup.worker.status().problem == "The weights are missing."
    assert "The weights are missing." in caplog.text
    setup.encoder.broken = False
    assert setup.worker._step_safely()
    assert setup.worker.status().problem == ""
    assert setup.worker.status().uses_encoder


# The encoder itself


def test_the_vectors_of_a_text_are_of_its_part_around_the_name_and_of_the_name(tmp_path: Path) -> None:
    judge = SentenceJudge(WeightsFile(write_encoder(tmp_path / "tiny.bin")), load_head(head_json()))
    plain, named, far = judge.relevance_vectors(
        ["Acme is good", "Acme is good", "x " * 2_000 + "Acme is good"], [[], [Span(0, 4)], [Span(4_000, 4_004)]]
    )
    assert plain.shape == (2 * HIDDEN,)
    assert np.allclose(plain[:HIDDEN], plain[HIDDEN:])
    assert np.allclose(plain[:HIDDEN], named[:HIDDEN])
    assert not np.allclose(named[:HIDDEN], named[HIDDEN:])
    assert np.linalg.norm(far[HIDDEN:]) == pytest.approx(1)


def test_the_real_encoder_tells_a_bank_from_a_tree() -> None:
    try:
        find_weights()
    except EncoderError as error:
        pytest.skip(str(error))
    choice = choose_model().choice
    assert choice is not None
    process = ModelProcesses().load(choice)
    posts = [(n, *line.split("\t", 1)) for n, line in enumerate(HOMONYMS.read_text(encoding="utf-8").splitlines())]
    names = [[Span(*match.span()) for match in re.finditer("birch", text, re.IGNORECASE)] for *_, text in posts]
    try:
        vectors = [np.array(v) for v in process.vectors([text for *_, text in posts], names)]
    finally:
        process.close()
    known = [Example(n, label == "1", text, vectors[n]) for n, label, text in posts]
    verdicts = fit(known[::2]).judge([e.text for e in known[1::2]], vectors[1::2])
    right = [(v.probability >= 0.5) == e.relevant for v, e in zip(verdicts, known[1::2], strict=True)]
    assert sum(right) >= 34
