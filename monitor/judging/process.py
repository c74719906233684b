"""Runs the model in a child process, which is started when it is first needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from monitor.encoder import NamedText
from monitor.errors import EncoderError
from monitor.judging.policy import ModelChoice
from monitor.model import Opinion, Span

LOAD_SECONDS = 120.0
JUDGE_SECONDS = 120.0
"""How long a batch may take. It usually takes a third of a second, but the process has the lowest priority."""
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class ModelFailedError(EncoderError):
    """The model did not answer for these texts: it crashed, or took too long."""


class ModelProcess:
    """The model, as a ``Judge``. Threads take turns, except for ``close``."""

    def __init__(
        self, choice: ModelChoice, *, load_seconds: float = LOAD_SECONDS, seconds: float = JUDGE_SECONDS
    ) -> None:
        self.choice = choice
        self._load_seconds, self._seconds = load_seconds, seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._pipe: Connection[Any, Any] | None = None
        self._lock = threading.Lock()

    def judge(self, texts: Sequence[NamedText]) -> list[dict[str, Opinion]]:
        """For each text, brand -> opinion. Raises ModelFailedError, or EncoderError if the model cannot be used."""
        request = [
            {"text": one.text, "names": {brand: list(spans) for brand, spans in one.names.items()}} for one in texts
        ]
        answer = self._answer("opinions", request)
        return [{brand: Opinion(*one) for brand, one in opinions.items()} for opinions in answer["opinions"]]

    def vectors(self, texts: Sequence[str], names: Sequence[Sequence[Span]]) -> list[list[float]]:
        """What each text is about; see ``SentenceJudge.relevance_vectors``. Raises as ``judge`` does."""
        request = [{"text": text, "names": list(spans)} for text, spans in zip(texts, names, strict=True)]
        vectors: list[list[float]] = self._answer("vectors", request)["vectors"]
        return vectors

    def close(self) -> None:
        """End the child process. Another thread that waits for it gets ModelFailedError."""
        child, pipe = self._child, self._pipe
        self._child = self._pipe = None
        if child is not None:
            child.kill()
            child.wait()
        if pipe is not None:
            pipe.close()

    def _start(self) -> None:
        self.close()
        ours, theirs = Pipe()
        with theirs:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "monitor.judging.model_process", str(theirs.fileno()), self.choice.arguments()],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # nothing else of our environment, which may hold secrets
                env={"PYTHONPATH": os.pathsep.join(os.path.abspath(p) for p in sys.path), **_ONE_THREAD},
            )
        self._pipe = ours
        try:
            answer = self._receive(ours, self._load_seconds)
        except ModelFailedError as error:  # no fault of the texts: these wait
            raise EncoderError(f"The language model cannot be started. {error}") from error
        if "error" in answer:
            self.close()
            raise EncoderError(answer["error"])

    def _answer(self, task: str, texts: Sequence[dict[str, Any]]) -> dict[str, Any]:
        with self._lock:
            if self._child is None or self._child.poll() is not None:
                self._start()
            answer = self._ask(json.dumps({"task": task, "texts": texts}).encode(), self._seconds)
        if "failed" in answer:
            raise ModelFailedError(answer["failed"])
        return answer

    def _ask(self, request: bytes, seconds: float) -> dict[str, Any]:
        pipe = self._pipe
        if pipe is None:
            raise ModelFailedError("The language model was stopped.")
        try:
            pipe.send_bytes(request)
        except (OSError, ValueError):
            self.close()
            raise ModelFailedError("The process of the language model crashed.") from None
        return self._receive(pipe, seconds)

    def _receive(self, pipe: Connection[Any, Any], seconds: float) -> dict[str, Any]:
        try:
            if pipe.poll(seconds):
                answer: dict[str, Any] = json.loads(pipe.recv_bytes())
                return answer
            reason = f"The language model did not answer within {seconds:.0f} seconds."
        except (EOFError, OSError):
            reason = "The process of the language model crashed."
        self.close()
        raise ModelFailedError(reason)


class ModelProcesses:
    """One process for each model, whichever threads use it."""

    def __init__(self) -> None:
        self._by_choice: dict[ModelChoice, ModelProcess] = {}

    def load(self, choice: ModelChoice) -> ModelProcess:
        """The process of a model, which starts when it is first used."""
        return self._by_choice.setdefault(choice, ModelProcess(choice))
