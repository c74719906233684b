"""The child process that runs the model: ``python -m monitor.judging.model_process FD MODEL``.

It has the lowest priority, so that live posts and pages never wait for it, and it may crash or be killed. It first says
whether the model could be loaded, then answers each list of texts with opinions or vectors, until its pipe is closed.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from monitor.encoder import Judge, NamedText, SentenceJudge, load_sentence_judge
from monitor.errors import EncoderError
from monitor.model import Span

LOWEST_PRIORITY = 19
SHARE_WITHOUT_PRIORITY = 0.5
"""Share of the time in which the model runs where the priority cannot be lowered, as under our systemd unit, whose
filter of system calls forbids it."""


def main(arguments: Sequence[str]) -> None:
    """Load the model and answer requests."""
    share = 1.0 if lower_priority() else SHARE_WITHOUT_PRIORITY
    pipe: Connection[Any, Any] = Connection(int(arguments[1]))
    try:
        try:
            model = load_model(json.loads(arguments[2]))
        except EncoderError as error:
            return _send(pipe, {"error": str(error)})
        except Exception as error:
            return _send(pipe, {"error": f"The language model cannot be loaded: {type(error).__name__}: {error}"})
        _send(pipe, {"ready": True})
        while True:
            request = json.loads(pipe.recv_bytes())
            started = time.monotonic()
            _send(pipe, _safe_answer(model, request))
            time.sleep((time.monotonic() - started) * (1 / share - 1))
    except (EOFError, OSError):
        return


def _safe_answer(model: Judge, request: dict[str, Any]) -> dict[str, Any]:
    """The answer, or why there is none for these texts; others may still have one."""
    try:
        return _answer(model, request["task"], request["texts"])
    except Exception as error:
        return {"failed": f"The language model failed on a text: {type(error).__name__}: {error}"}


def _answer(model: Judge, task: str, texts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if task == "vectors" and isinstance(model, SentenceJudge):
        names = [[Span(*span) for span in one["names"]] for one in texts]
        return {"vectors": model.relevance_vectors([one["text"] for one in texts], names).tolist()}
    return {"opinions": model.judge([_named_text(one) for one in texts])}


def lower_priority() -> bool:
    """Give this process the lowest priority; return whether that was allowed."""
    try:
        os.nice(LOWEST_PRIORITY)
    except OSError:
        return False
    return True


def load_model(choice: dict[str, Any]) -> Judge:
    """The model that ``ModelChoice.arguments`` names. Raises EncoderError."""
    if choice["kind"] == "folder":
        return _load_folder(Path(choice["path"]), choice["labels"])
    return load_sentence_judge(Path(choice["path"]) if choice["path"] else None)


def _load_folder(folder: Path, labels: Sequence[int]) -> Judge:
    """The packages of the extra ``models`` are only needed, and imported, here."""
    try:
        module = importlib.import_module("monitor.encoder.folder_model")
    except ImportError as error:
        raise EncoderError(
            f"A model of your own needs more packages ({error.name} is missing): pip install 'wallflower[models]'"
        ) from error
    model: Judge = module.FolderModel(folder, labels)
    return model


def _named_text(one: dict[str, Any]) -> NamedText:
    names = {brand: [Span(start, end) for start, end in spans] for brand, spans in one["names"].items()}
    return NamedText(one["text"], names)


def _send(pipe: Connection[Any, Any], message: object) -> None:
    pipe.send_bytes(json.dumps(message).encode())


if __name__ == "__main__":
    main(sys.argv)
