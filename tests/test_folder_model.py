"""A model of one's own in a folder, proven with a tiny ONNX model and tokenizer that this test makes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.encoder import NamedText
from monitor.errors import EncoderError
from monitor.judging import ModelProcess, choose_model
from monitor.model import OwnModel, Span, Trust

onnx = pytest.importorskip("onnx", reason="needs the package onnx")
pytest.importorskip("onnxruntime", reason="needs the extra models")
tokenizers = pytest.importorskip("tokenizers", reason="needs the extra models")

from monitor.encoder.folder_model import FolderModel, prepare  # noqa: E402

WORDS = ("[PAD]", "[UNK]", "good", "bad", "acme", "globex", "http", "@user")
EVIDENCE = {"good": (-3.0, 0.0, 3.0), "bad": (3.0, 0.0, -3.0)}
"""What each word adds to the outputs negative, neutral, positive."""
LABELS = {"0": "negative", "1": "neutral", "2": "positive"}
NewFolder = Callable[..., Path]


def write_onnx(path: Path, inputs: Sequence[str]) -> None:
    """A model that adds up the evidence of the words that are not padding."""
    table = np.array([EVIDENCE.get(word, (0.0, 0.01, 0.0)) for word in WORDS], np.float32)
    helper, types = onnx.helper, onnx.TensorProto
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["found"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=types.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["wide"]),
        helper.make_node("Mul", ["found", "wide"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "first"], ["logits"], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, types.INT64, ["n", "t"]) for name in inputs],
        [helper.make_tensor_value_info("logits", types.FLOAT, ["n", 3])],
        [
            onnx.numpy_helper.from_array(table, "table"),
            onnx.numpy_helper.from_array(np.array([2]), "last"),
            onnx.numpy_helper.from_array(np.array([1]), "first"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))


@pytest.fixture
def new_folder(tmp_path: Path) -> NewFolder:
    def create(
        config: dict[str, Any] | None = None,
        onnx_file: str = "onnx/model.onnx",
        inputs: Sequence[str] = ("input_ids", "attention_mask"),
    ) -> Path:
        tokenizer = tokenizers.Tokenizer(
            tokenizers.models.WordLevel({word: id_ for id_, word in enumerate(WORDS)}, unk_token="[UNK]")
        )
        tokenizer.normalizer = tokenizers.normalizers.Lowercase()
        tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
        tokenizer.save(str(tmp_path / "tokenizer.json"))
        (tmp_path / "config.json").write_text(json.dumps({"id2label": LABELS, **(config or {})}))
        write_onnx(tmp_path / onnx_file, inputs)
        return tmp_path

    return create


def named(text: str, *brands: str) -> NamedText:
    return NamedText(text, {brand: [Span(text.index(brand), text.index(brand) + len(brand))] for brand in brands})


def test_texts_of_any_length_are_judged_together(new_folder: NewFolder) -> None:
    model = FolderModel(new_folder())
    good, bad = model.judge([named("Acme good", "Acme"), named("Acme is bad " + "x " * 60, "Acme")])

    assert good["Acme"].positive > 0.9
    assert bad["Acme"].negative > 0.4
    assert sum(bad["Acme"]) == pytest.approx(1)
    assert good == model.judge([named("Acme good", "Acme")])[0]


def test_each_brand_of_a_text_is_judged_by_its_part(new_folder: NewFolder) -> None:
    found = FolderModel(new_folder()).judge([named("Acme good , but Globex bad", "Acme", "Globex")])[0]

    assert found["Acme"].balance > 0.9
    assert found["Globex"].balance < -0.9


def test_a_long_text_is_judged_around_the_name(new_folder: NewFolder) -> None:
    text = named("bad " * 400 + "Acme " + "good " * 400, "Acme")

    assert FolderModel(new_folder()).judge([text])[0]["Acme"].positive > 0.9
    small = FolderModel(new_folder({"max_position_embeddings": 42, "model_type": "xlm-roberta"}))
    assert small.judge([text])[0]["Acme"].positive > 0.9


def test_only_the_inputs_that_the_graph_names_are_given(new_folder: NewFolder) -> None:
    model = FolderModel(new_folder(inputs=("input_ids", "attention_mask", "token_type_ids")))

    assert model.judge([named("Acme good", "Acme")])[0]["Acme"].positive > 0.9


def test_outputs_without_meaning_have_to_be_explained(new_folder: NewFolder) -> None:
    folder = new_folder({"id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}})
    with pytest.raises(EncoderError, match=r"LABEL_0, LABEL_1, LABEL_2.*labels = \[-1, 0, 1\]"):
        FolderModel(folder)

    assert FolderModel(folder, [1, 0, -1]).judge([named("Acme good", "Acme")])[0]["Acme"].negative > 0.9
    with pytest.raises(EncoderError, match="3 outputs for 2 labels"):
        FolderModel(folder, [1, -1]).judge([named("Acme good", "Acme")])


def test_a_pointer_of_git_lfs_is_refused(new_folder: NewFolder) -> None:
    folder = new_folder()
    (folder / "onnx" / "model.onnx").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with pytest.raises(EncoderError, match="git lfs pull"):
        FolderModel(folder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "onnx/model.onnx"])
def test_a_missing_or_damaged_file_is_named(new_folder: NewFolder, name: str) -> None:
    folder = new_folder()
    (folder / name).write_bytes(b"\x00")
    with pytest.raises(EncoderError, match=r"cannot be loaded"):
        FolderModel(folder)
    (folder / name).unlink()
    with pytest.raises(EncoderError, match=r"There is no (file|model)"):
        FolderModel(folder)


def test_the_layout_without_a_folder_for_onnx_is_accepted(new_folder: NewFolder) -> None:
    assert FolderModel(new_folder(onnx_file="model.onnx")).judge([named("Acme bad", "Acme")])[0]["Acme"].negative > 0.9


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"id2label": None}, "calls its outputs nothing"),
        ({"id2label": ["negative"]}, "calls its outputs nothing"),
        ({"id2label": {"a": "up", "b": "down"}}, "calls its outputs up, down"),
        ({"id2label": {"0": "neg", "1": "pos"}}, "has 3 outputs for 2 labels"),
        ({"pad_token_id": 9_999}, "belong together"),
    ],
)
def test_a_model_that_does_not_fit_its_configuration_says_so_when_it_is_loaded(
    new_folder: NewFolder, config: dict[str, Any], message: str
) -> None:
    with pytest.raises(EncoderError, match=message):
        FolderModel(new_folder(config))


def test_a_configuration_that_is_no_object_is_refused(new_folder: NewFolder) -> None:
    folder = new_folder()
    (folder / "config.json").write_text("[]")
    with pytest.raises(EncoderError, match=r"config\.json is not the configuration"):
        FolderModel(folder)


@pytest.mark.parametrize("positions", [None, "many", 514, 12])
def test_positions_that_are_missing_or_few_are_allowed_for(new_folder: NewFolder, positions: object) -> None:
    model = FolderModel(new_folder({"model_type": "roberta", "max_position_embeddings": positions}))

    assert model.judge([named("Acme " + "is good " * 300, "Acme")])[0]["Acme"].balance > 0


def test_links_and_handles_are_replaced() -> None:
    assert prepare("@acme see https://acme.example/x?y and a@b.example") == "@user see http and a@b.example"


def test_it_runs_in_the_process_of_the_language_model(new_folder: NewFolder) -> None:
    own = OwnModel(new_folder(), ("en", "ja"), trusted=("ja",))
    model = choose_model(own=own)
    assert model.choice is not None
    with closing(ModelProcess(model.choice)) as process:
        assert process.judge([named("Acme good", "Acme")])[0]["Acme"].positive > 0.9

    assert model.policy.languages(Trust.ON) == ["en", "ja"]
    assert choose_model(own=OwnModel(own.folder, ("de",))).policy.trust_in("de") is Trust.UNMEASURED


def test_a_folder_without_a_model_is_a_problem(tmp_path: Path) -> None:
    assert "no model" in choose_model(own=OwnModel(tmp_path, ("de",))).problem
