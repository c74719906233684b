"""A model that the user supplies: a folder in the layout of Hugging Face, run by onnxruntime and tokenizers.

    config.json                     id2label, model_type, max_position_embeddings
    tokenizer.json
    onnx/model*.onnx, model.onnx    a classifier of texts

Such a model judges a text as a whole. In a text about several brands, it gets only the part that is about each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from monitor.encoder.clauses import brand_parts
from monitor.encoder.sentence_judge import NamedText
from monitor.errors import EncoderError
from monitor.model import Opinion

MAX_PIECES = 128
CHARS_PER_PIECE, CHARS_BEFORE_NAME_PER_PIECE = 5, 1
"""What of a long text is judged, around the first name of the brand, for each piece that the model takes."""
_RESERVED_POSITIONS = {"roberta": 2, "xlm-roberta": 2, "camembert": 2}
"""Positions that these types of model keep for padding."""
_SIGNS = {
    **dict.fromkeys(("negative", "neg", "1 star", "2 stars"), -1),
    **dict.fromkeys(("neutral", "neu", "3 stars"), 0),
    **dict.fromkeys(("positive", "pos", "4 stars", "5 stars"), 1),
}
_LINK, _HANDLE = re.compile(r"https?://\S+|www\.\S+"), re.compile(r"(?<!\w)@\w+")
_LFS = b"version https://git-lfs"


class FolderModel:
    """The model in a folder, as a ``Judge``."""

    def __init__(self, folder: Path, labels: Sequence[int] = ()) -> None:
        """``labels``: -1, 0 or 1 for each output, if their names do not say so. Raises EncoderError."""
        self._folder = folder
        try:
            config = json.loads(_content(folder / "config.json"))
            tokenizer = _content(folder / "tokenizer.json").decode()
            self._tokenizer: Any = Tokenizer.from_str(tokenizer)
            self._session = _open_session(find_onnx(folder))
        except EncoderError:
            raise
        except Exception as error:  # both libraries raise what they like
            raise EncoderError(
                f"The model in {folder} cannot be loaded: {type(error).__name__}: {error}. Export or download it again."
            ) from error
        if not isinstance(config, dict):
            raise EncoderError(f"{folder / 'config.json'} is not the configuration of a model.")
        self._labels = np.array(labels or _labels(config.get("id2label"), folder))
        self._inputs = self._known_inputs()
        self._max_pieces = _max_pieces(config)
        self._tokenizer.enable_truncation(self._max_pieces)
        pad = _whole(config.get("pad_token_id"), 0)
        self._tokenizer.enable_padding(pad_id=pad, pad_token=self._tokenizer.id_to_token(pad) or "[PAD]")
        self._try()

    def _try(self) -> None:
        """Judge texts of different lengths, of which the longest is cut off, so that a model that does not fit says so.

        Raises EncoderError.
        """
        try:
            self._opinions(["good", "good " * MAX_PIECES])
        except EncoderError:
            raise
        except Exception as error:
            raise EncoderError(
                f"The model in {self._folder} cannot judge a text: {type(error).__name__}: {error}. Check that its "
                "config.json, tokenizer.json and model belong together."
            ) from error

    def judge(self, texts: Sequence[NamedText]) -> list[dict[str, Opinion]]:
        """For each text, brand -> opinion. Raises EncoderError if the model has another number of outputs."""
        excerpts = {(n, brand): one for n, text in enumerate(texts) for brand, one in self._excerpts(text)}
        opinions: list[dict[str, Opinion]] = [{} for _ in texts]
        for (n, brand), opinion in zip(excerpts, self._opinions(list(excerpts.values())), strict=True):
            opinions[n][brand] = opinion
        return opinions

    def _excerpts(self, text: NamedText) -> Iterator[tuple[str, str]]:
        """(brand, the part of the text that is about it), as much as the model takes."""
        most, lead = (self._max_pieces * chars for chars in (CHARS_PER_PIECE, CHARS_BEFORE_NAME_PER_PIECE))
        for brand, parts in brand_parts(text.text, text.names).items():
            part = "".join(text.text[start:end] for start, end in parts)
            first = min((span.start for span in text.names[brand]), default=0)
            before = sum(max(0, min(end, first) - start) for start, end in parts)
            start = max(0, before - lead) if len(part) > most else 0
            yield brand, part[start : start + most]

    def _opinions(self, texts: Sequence[str]) -> list[Opinion]:
        if not texts:
            return []
        encoded = self._tokenizer.encode_batch([prepare(text) for text in texts])
        arrays = {
            "input_ids": [one.ids for one in encoded],
            "attention_mask": [one.attention_mask for one in encoded],
            "token_type_ids": [one.type_ids for one in encoded],
        }
        feed = {name: np.array(arrays[name], np.int64) for name in self._inputs}
        logits = np.asarray(self._session.run(None, feed)[0], np.float64)
        if logits.shape != (len(texts), len(self._labels)):
            raise EncoderError(
                f"The model in {self._folder} has {logits.shape[-1]} outputs for {len(self._labels)} labels. "
                "Correct `labels` in [models]."
            )
        shares = np.exp(logits - logits.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        sums = [shares[:, self._labels == sign].sum(1) for sign in (-1, 0, 1)]
        return [Opinion(*map(float, row)) for row in np.column_stack(sums)]

    def _known_inputs(self) -> list[str]:
        names = [one.name for one in self._session.get_inputs()]
        unknown = sorted(set(names) - {"input_ids", "attention_mask", "token_type_ids"})
        if unknown:
            raise EncoderError(f"The model in {self._folder} needs inputs that are not known: {', '.join(unknown)}.")
        return names


def find_onnx(folder: Path) -> Path:
    """The model's file: the plain one if there is, else the first of its variants. Raises EncoderError."""
    files = [folder / "onnx" / "model.onnx", folder / "model.onnx", *sorted((folder / "onnx").glob("model*.onnx"))]
    found = next((file for file in files if file.is_file()), None)
    if found is None:
        raise EncoderError(f"There is no model in {folder}: neither onnx/model.onnx nor model.onnx exists.")
    _refuse_pointer(found)
    return found


def prepare(text: str) -> str:
    """A text as such models saw it in training: without links and handles."""
    return _HANDLE.sub("@user", _LINK.sub("http", text))


def _max_pieces(config: Mapping[str, Any]) -> int:
    positions = _whole(config.get("max_position_embeddings"), MAX_PIECES)
    reserved = _RESERVED_POSITIONS.get(str(config.get("model_type")), 0)
    return max(8, min(MAX_PIECES, positions - reserved))


def _whole(value: object, default: int) -> int:
    return value if isinstance(value, int) else default


def _labels(names: object, folder: Path) -> list[int]:
    ordered = _in_order(names) if isinstance(names, dict) else []
    signs = [_SIGNS.get(name.strip().lower()) for name in ordered]
    if not signs or None in signs:
        listed = ", ".join(ordered) or "nothing"
        raise EncoderError(
            f"The model in {folder} calls its outputs {listed}. Say in [models] what they mean, in their order, with "
            "-1 for negative, 0 for neutral and 1 for positive: labels = [-1, 0, 1]"
        )
    return [sign for sign in signs if sign is not None]


def _in_order(names: Mapping[str, object]) -> list[str]:
    """The names of the outputs, by their numbers."""
    keys = sorted(names, key=int) if all(key.isdecimal() for key in names) else list(names)
    return [str(names[key]) for key in keys]


def _open_session(file: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise EncoderError(f"There is no file {file}, which a model needs.")
    _refuse_pointer(file)
    return file.read_bytes()


def _refuse_pointer(file: Path) -> None:
    with file.open("rb") as opened:
        if opened.read(len(_LFS)) == _LFS:
            raise EncoderError(f"{file} is only a pointer of Git LFS. Fetch the file itself with `git lfs pull`.")
