"""Chooses the model: that of the config, or the installed one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from monitor.encoder import find_weights, load_head
from monitor.errors import EncoderError
from monitor.judging.policy import LanguagePolicy, ModelChoice
from monitor.model import OwnModel, Trust


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """The model to use and how far it is trusted."""

    choice: ModelChoice | None = None
    """None: there is none, so only English is scored, by its words."""
    policy: LanguagePolicy = field(default_factory=LanguagePolicy)
    """If there is no model, that of the model that could be installed."""
    problem: str = ""
    """Why the model that the config asks for is missing; empty if it asks for none."""


def choose_model(
    weights: Path | None = None, on: Collection[str] = (), off: Collection[str] = (), own: OwnModel | None = None
) -> LanguageModel:
    """``own``, or the encoder with the installed weights, or those in the file ``weights``.

    ``on``, ``off``: languages that the config switches on and off. Only looks for the files; the child process reads
    and checks them.
    """
    if own is not None:
        return _own_model(own)
    head = load_head()
    policy = LanguagePolicy.of(head.languages, on, off)
    try:
        path = find_weights(weights)
    except EncoderError as error:
        return LanguageModel(policy=policy, problem=str(error) if weights or on else "")
    numbers = head.weights.tobytes() + head.bias.tobytes()
    digest = hashlib.sha256(head.weights_sha256.encode() + numbers).hexdigest()[:16]
    return LanguageModel(ModelChoice("encoder", str(path), digest=digest), policy)


def _own_model(own: OwnModel) -> LanguageModel:
    """English stays trusted, because its words are."""
    trusted = {"en", *own.trusted}
    policy = LanguagePolicy({code: Trust.ON if code in trusted else Trust.UNMEASURED for code in own.languages})
    try:
        files = [file.stat() for file in sorted(own.folder.rglob("*")) if file.suffix in (".json", ".onnx")]
    except OSError as error:
        return LanguageModel(policy=policy, problem=f"The model in {own.folder} cannot be read: {error.strerror}.")
    if not files:
        return LanguageModel(policy=policy, problem=f"There is no model in {own.folder}, which [models] names.")
    seen = [(str(own.folder), own.labels), *((file.st_size, file.st_mtime_ns) for file in files)]
    digest = hashlib.sha256(repr(seen).encode()).hexdigest()[:16]
    return LanguageModel(ModelChoice("folder", str(own.folder), own.labels, digest), policy)
