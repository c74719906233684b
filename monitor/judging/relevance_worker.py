"""The thread that learns from clicks which mentions are about their brand, and sets the others aside.

It works behind the pipeline, in small steps: new mentions first, then stored ones of the last month. After new clicks
it fits the model of the brand again and judges everything again. The vectors of the language model are stored, so that
only the first time is slow.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from monitor.clock import Clock
from monitor.errors import EncoderError, StoreError
from monitor.judging.names import BrandFinder
from monitor.judging.policy import ModelChoice
from monitor.judging.process import ModelFailedError
from monitor.logs import FaultLog
from monitor.model import Brand, BrandRelevance, ClickedMention, JudgedRelevance, MentionToPlace, RelevanceWork, Span
from monitor.relevance import Example, RelevanceModel, can_learn, fit, threshold
from monitor.store import Store

RELEVANCE_VERSION = 1
"""Changes with ``monitor.relevance``, so that stored mentions are judged again."""
REVIEWED_DAYS = 31
MAX_CLICKS = 500
"""Of each kind, the newest."""
MENTIONS_PER_STEP = 200
VECTORS_PER_STEP = 32
"""Mentions of one step where vectors may have to be computed."""
BATCH_TEXTS = 16
REFIT_SECONDS = 5.0
"""How long nobody must have clicked, so that a series of clicks leads to one new model."""
PAUSE_SECONDS = 0.1
"""Between two steps, so that others can write and think."""
IDLE_SECONDS = 1.0
RETRY_SECONDS = 60.0
_FAULT = "Relevance cannot be judged"

Floats = npt.NDArray[np.float64]
log = logging.getLogger("wallflower.relevance")


class VectorModel(Protocol):
    """The part of ``ModelProcess`` that is needed here."""

    def vectors(self, texts: Sequence[str], names: Sequence[Sequence[Span]]) -> list[list[float]]:
        """One vector for each text."""
        ...

    def close(self) -> None:
        """Stop it. It may be used again, which starts it."""


@dataclass(frozen=True, slots=True)
class RelevanceStatus:
    """How relevance is judged."""

    uses_encoder: bool = False
    """Whether by the language model; otherwise by words alone."""
    problem: str = ""
    """Why it cannot be judged at present."""


class _Settings(NamedTuple):
    """What a step works with; replaced as a whole by a reload."""

    choice: ModelChoice | None
    finder: BrandFinder

    @property
    def encoder(self) -> str:
        """Identifies the vectors; empty without an encoder."""
        return self.choice.digest if self.choice else ""


class _Fitted(NamedTuple):
    """The model of one brand, and what it was made from. No model: there are too few clicks, or it is off."""

    version: int
    encoder: str
    digest: str = ""
    model: RelevanceModel | None = None
    below: float = 0.0
    """Mentions with a lower probability are set aside."""


class RelevanceWorker:
    """Sets mentions aside and brings them back, from ``start`` to ``stop``."""

    def __init__(
        self,
        store: Store,
        choice: ModelChoice | None,
        brands: Sequence[Brand],
        clock: Clock,
        load: Callable[[ModelChoice], VectorModel],
    ) -> None:
        """``choice``: the encoder; None: words alone. ``load`` returns a model that starts when it is first used."""
        self._store, self._clock, self._load = store, clock, load
        self._settings = _Settings(choice, BrandFinder(brands))
        self._fitted: dict[str, _Fitted] = {}
        self._changed_at: dict[str, tuple[int, float]] = {}
        self._clicked: dict[tuple[str, str], dict[tuple[int, str], Floats]] = {}
        self._status = RelevanceStatus()
        self._faults = FaultLog(log, clock.monotonic)
        self._thread = threading.Thread(target=self._loop, name="relevance", daemon=True)

    def replace(self, choice: ModelChoice | None, brands: Sequence[Brand]) -> None:
        """Work with these from the next step on."""
        self._settings = _Settings(choice, BrandFinder(brands))

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, seconds: float = 1.0) -> None:
        """Stop the clock, and wait at most ``seconds`` for the thread. What waits is stored."""
        self._clock.stop()
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def status(self) -> RelevanceStatus:
        """How relevance is judged."""
        return replace(self._status, uses_encoder=self._settings.choice is not None)

    def step(self) -> bool:
        """Fit models to new clicks, and judge some mentions; return whether there were any.

        Raises StoreError, or EncoderError if the language model cannot be used.
        """
        settings = self._settings
        for brand in self._store.relevance.brands():
            self._refit(brand, settings)
        since = self._clock.now() - timedelta(days=REVIEWED_DAYS)
        limit = VECTORS_PER_STEP if settings.encoder else MENTIONS_PER_STEP
        work = self._store.relevance.next_work(settings.encoder, since, limit)
        if work == RelevanceWork():
            return False
        judged = self._judged(work.mentions, settings)
        self._store.relevance.save_judged(work, judged, settings.encoder, self._clock.now())
        return True

    def _loop(self) -> None:
        while not self._clock.stopped:
            found = self._step_safely()
            if not self._clock.stopped:
                self._clock.wait(PAUSE_SECONDS if found else RETRY_SECONDS if self._status.problem else IDLE_SECONDS)

    def _step_safely(self) -> bool:
        """Take a step, whatever happens in it; return whether the next one should follow soon."""
        if not self._store.health().can_store:
            return False
        try:
            found = self.step()
        except StoreError:
            return False  # the store's fault is reported elsewhere
        except EncoderError as error:
            return self._fail(str(error))
        except Exception as error:
            return self._fail(f"a bug in Wallflower: {error!r}", is_bug=True)
        if self._status.problem:
            self._status = RelevanceStatus()
            self._faults.clear(_FAULT, "Relevance is judged again")
        return found

    def _fail(self, problem: str, *, is_bug: bool = False) -> bool:
        if not self._clock.stopped:
            self._status = RelevanceStatus(problem=problem)
            self._faults.report(_FAULT, problem, exc_info=is_bug)
        return False

    # Learning

    def _refit(self, brand: BrandRelevance, settings: _Settings) -> None:
        """Fit the model of a brand if its clicks have changed and nobody is clicking any more."""
        fitted = self._fitted.get(brand.brand)
        is_current = fitted and (fitted.version, fitted.encoder) == (brand.version, settings.encoder)
        if is_current or not self._is_quiet(brand, is_first=fitted is None):
            return
        clicked = []
        if brand.is_on and can_learn(brand.relevant, brand.irrelevant):
            clicked = self._store.relevance.clicked(brand.brand, settings.encoder, MAX_CLICKS)
        fitted = self._fit(brand, clicked, settings)
        if fitted.digest != brand.model:
            self._store.relevance.use_model(brand.brand, fitted.digest, self._clock.now())
        self._fitted[brand.brand] = fitted

    def _is_quiet(self, brand: BrandRelevance, *, is_first: bool) -> bool:
        now = self._clock.monotonic()
        version, since = self._changed_at.get(brand.brand, (-1, now))
        if version != brand.version:
            self._changed_at[brand.brand], since = (brand.version, now), now
        return is_first or now - since >= REFIT_SECONDS

    def _fit(self, brand: BrandRelevance, clicked: Sequence[ClickedMention], settings: _Settings) -> _Fitted:
        if not clicked:
            return _Fitted(brand.version, settings.encoder)
        vectors = self._clicked_vectors(brand.brand, clicked, settings)
        examples = [Example(one.mention, one.relevant, one.body, v) for one, v in zip(clicked, vectors, strict=True)]
        if settings.encoder:
            examples = [example for example in examples if example.vector is not None]
        relevant = sum(example.relevant for example in examples)
        if not can_learn(relevant, len(examples) - relevant):
            return _Fitted(brand.version, settings.encoder)
        seen = repr((RELEVANCE_VERSION, settings.encoder, [(e.mention, e.relevant, e.text) for e in examples]))
        digest = hashlib.sha256(seen.encode("utf-8", "replace")).hexdigest()[:16]
        model = fit(examples, settings.finder.words(brand.brand))
        below = threshold(len(examples), has_vectors=bool(settings.encoder))
        return _Fitted(brand.version, settings.encoder, digest, model, below)

    def _clicked_vectors(
        self, brand: str, clicked: Sequence[ClickedMention], settings: _Settings
    ) -> list[Floats | None]:
        """Remembers them: those of mentions that are not relevant are not stored."""
        known = self._clicked.get((settings.encoder, brand), {})
        missing = [one for one in clicked if (one.mention, one.body) not in known]
        found = self._vectors([(one.mention, brand, one.body, one.spans, one.vector) for one in missing], settings)
        known |= {(m.mention, m.body): v for m, v in zip(missing, found, strict=True) if v is not None}
        kept = {(one.mention, one.body) for one in clicked}
        self._clicked[settings.encoder, brand] = {key: vector for key, vector in known.items() if key in kept}
        return [known.get((one.mention, one.body)) for one in clicked]

    # Judging

    def _judged(self, mentions: Sequence[MentionToPlace], settings: _Settings) -> list[JudgedRelevance]:
        judged: list[JudgedRelevance] = []
        for brand in dict.fromkeys(mention.brand for mention in mentions):
            fitted = self._fitted.get(brand)
            if fitted is not None and fitted.model is not None:
                judged += self._judged_of(fitted, fitted.model, [m for m in mentions if m.brand == brand], settings)
        return judged

    def _judged_of(
        self, fitted: _Fitted, model: RelevanceModel, mentions: Sequence[MentionToPlace], settings: _Settings
    ) -> list[JudgedRelevance]:
        vectors = self._vectors([(m.id, m.brand, m.body, m.spans, m.vector) for m in mentions], settings)
        verdicts = model.judge([mention.body for mention in mentions], vectors)
        return [
            JudgedRelevance(
                mention.id,
                fitted.digest,
                verdict.reason if verdict.probability < fitted.below else None,
                None if vector is None or mention.vector is not None else vector.astype(np.float16).tobytes(),
            )
            for mention, verdict, vector in zip(mentions, verdicts, vectors, strict=True)
        ]

    def _vectors(
        self, texts: Sequence[tuple[int, str, str, Sequence[Span], bytes | None]], settings: _Settings
    ) -> list[Floats | None]:
        """Of texts given as (mention, brand, body, matched, stored vector). None without an encoder, or if it fails."""
        if settings.choice is None:
            return [None] * len(texts)
        found: list[Floats | None] = [None if v is None else _decoded(v) for *_, v in texts]
        missing = sorted((n for n, vector in enumerate(found) if vector is None), key=lambda n: len(texts[n][2]))
        for first in range(0, len(missing), BATCH_TEXTS):
            batch = missing[first : first + BATCH_TEXTS]
            bodies = [texts[n][2] for n in batch]
            names = [settings.finder.spans(texts[n][1], texts[n][2], texts[n][3]) for n in batch]
            for n, vector in zip(batch, self._ask(bodies, names, settings.choice), strict=True):
                found[n] = vector
        return found

    def _ask(self, texts: Sequence[str], names: Sequence[Sequence[Span]], choice: ModelChoice) -> list[Floats | None]:
        """The vectors; None for a text on which the model fails even alone. Raises EncoderError."""
        try:
            return [np.array(vector) for vector in self._load(choice).vectors(texts, names)]
        except ModelFailedError as error:
            if self._clock.stopped:
                raise
            if len(texts) > 1:
                return [v for text, spans in zip(texts, names, strict=True) for v in self._ask([text], [spans], choice)]
            log.warning("The language model failed on a post, which therefore is not set aside: %s", error)
            return [None]


def _decoded(stored: bytes) -> Floats:
    return np.frombuffer(stored, np.float16).astype(np.float64)
