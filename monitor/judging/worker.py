"""The thread that works through the posts that wait for the model: the newest first, in batches of similar length."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from monitor.clock import Clock
from monitor.encoder import Judge, NamedText
from monitor.errors import EncoderError, StoreError
from monitor.judging.choice import LanguageModel
from monitor.judging.names import BrandFinder
from monitor.judging.policy import LanguagePolicy, ModelChoice
from monitor.judging.process import ModelFailedError
from monitor.judging.scoring import adjust_mention, judge_mention
from monitor.logs import FaultLog
from monitor.model import Brand, JudgedMention, Offset, Opinion, OpinionWork, PostToJudge, Trust
from monitor.store import Store

BATCH_POSTS = 16
POSTS_AT_ONCE = 64
"""Posts that are sorted by length before they are divided into batches; newer ones wait until these are done."""
IDLE_SECONDS = 1.0
RETRY_SECONDS = 60.0
"""How long to wait after the model could not be used."""
RATE_SECONDS = 60.0
"""The speed is averaged over about this long."""
_FAULT = "The language model does not work"

log = logging.getLogger("wallflower.judging")


class Model(Judge, Protocol):
    """A judge that can be stopped."""

    def close(self) -> None:
        """Stop it. It may be used again, which starts it."""


@dataclass(frozen=True, slots=True)
class OpinionStatus:
    """What the worker is doing."""

    is_used: bool = False
    """Whether there is a model."""
    policy: LanguagePolicy = field(default_factory=LanguagePolicy)
    """The languages that are scored, or would be with a model."""
    problem: str = ""
    """Why the model cannot be used."""
    posts_per_second: float | None = None
    """None: not known yet."""
    judged: int = 0
    """Posts judged since the start."""

    @property
    def is_working(self) -> bool:
        """Whether there is a model and it can be used."""
        return self.is_used and not self.problem

    def seconds_for(self, posts: int) -> float | None:
        """About how long so many posts take; None: unknown."""
        return posts / self.posts_per_second if self.posts_per_second else None


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a step works with; replaced as a whole by a reload."""

    model: LanguageModel
    brands: BrandFinder

    @property
    def choice(self) -> ModelChoice | None:
        """The model; None if there is none."""
        return self.model.choice

    @property
    def policy(self) -> LanguagePolicy:
        """How far it is trusted."""
        return self.model.policy


class OpinionWorker:
    """Asks the model about stored posts and amends their scores, from ``start`` to ``stop``."""

    def __init__(
        self,
        store: Store,
        model: LanguageModel,
        brands: Sequence[Brand],
        clock: Clock,
        load: Callable[[ModelChoice], Model],
        offset: Callable[[datetime], Offset | None] = lambda _: None,
    ) -> None:
        """``load`` returns a model that starts when it is first used.

        ``offset``: what people's answers taught about scores, at a time.
        """
        self._store, self._clock, self._load, self._offset = store, clock, load, offset
        self._settings = WorkerSettings(model, BrandFinder(brands))
        self._registered: WorkerSettings | None = None
        self._model: Model | None = None
        self._status = OpinionStatus()
        self._faults = FaultLog(log, clock.monotonic)
        self._thread = threading.Thread(target=self._loop, name="opinions", daemon=True)

    def replace(self, model: LanguageModel, brands: Sequence[Brand]) -> None:
        """Work with these from the next step on."""
        self._settings = WorkerSettings(model, BrandFinder(brands))

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, seconds: float = 1.0) -> None:
        """Stop the clock and the model, and wait at most ``seconds`` for the thread. What waits stays in the queue."""
        self._clock.stop()
        if (model := self._model) is not None:
            model.close()
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def status(self) -> OpinionStatus:
        """What it is doing."""
        model = self._settings.model
        problem = self._status.problem or model.problem
        return replace(self._status, is_used=model.choice is not None, policy=model.policy, problem=problem)

    def step(self) -> bool:
        """Judge the newest of the waiting posts; return whether there were any.

        Raises StoreError, or EncoderError if the model cannot be used.
        """
        settings = self._register()
        if settings.choice is None:
            return False
        work = self._store.opinions.next_work(POSTS_AT_ONCE)
        if work == OpinionWork():
            return False
        started = self._clock.monotonic()
        by_length = sorted(work.posts, key=lambda post: len(post.body))
        for first in range(0, len(by_length), BATCH_POSTS):
            if self._clock.stopped:
                return False
            self._judge_batch(by_length[first : first + BATCH_POSTS], settings)
        if work.reviewed_to is not None:
            self._store.opinions.save_opinions(OpinionWork((), work.reviewed_to), (), self._clock.now())
        self._count(len(work.posts), self._clock.monotonic() - started)
        return True

    def _loop(self) -> None:
        while not self._clock.stopped:
            if not self._step_safely() and not self._clock.stopped:
                self._clock.wait(RETRY_SECONDS if self._status.problem else IDLE_SECONDS)

    def _step_safely(self) -> bool:
        """Take a step, whatever happens in it; return whether the next one should follow at once."""
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
            self._status = replace(self._status, problem="")
            self._faults.clear(_FAULT, "The language model works again")
        return found

    def _fail(self, problem: str, *, is_bug: bool = False) -> bool:
        if not self._clock.stopped:
            self._status = replace(self._status, problem=problem)
            self._faults.report(_FAULT, problem, exc_info=is_bug)
        return False

    def _register(self) -> WorkerSettings:
        """The settings. If they changed, replaces the model and informs the store."""
        settings = self._settings
        if settings is not self._registered:
            if self._model is not None:
                self._model.close()
            self._model = self._load(settings.choice) if settings.choice else None
            model, policy = settings.choice.digest if settings.choice else "", settings.policy
            self._store.opinions.use_model(model, policy.digest, policy.languages(), policy.languages(Trust.UNMEASURED))
            self._registered = settings
        return settings

    def _judge_batch(self, posts: Sequence[PostToJudge], settings: WorkerSettings) -> None:
        asked = self._opinions(posts, settings)
        offset = self._offset(self._clock.now())
        judged = [
            adjust_mention(
                judge_mention(mention, post.lang, opinions.get(mention.brand), settings.policy), mention, post, offset
            )
            for post, opinions in zip(posts, asked, strict=True)
            for mention in post.mentions
        ]
        self._save(posts, judged, self._clock.now())

    def _save(self, posts: Sequence[PostToJudge], judged: Sequence[JudgedMention], now: datetime) -> None:
        self._store.opinions.save_opinions(OpinionWork(tuple(posts)), judged, now)

    def _opinions(self, posts: Sequence[PostToJudge], settings: WorkerSettings) -> list[dict[str, Opinion]]:
        """For each post, brand -> opinion: the stored one, or what the model says."""
        opinions = [{m.brand: m.opinion for m in post.mentions if m.opinion is not None} for post in posts]
        asked = [n for n, post in enumerate(posts) if self._needs_model(post, settings)]
        texts = [NamedText(posts[n].body, settings.brands.names(posts[n])) for n in asked]
        for n, found in zip(asked, self._ask(texts), strict=True):
            opinions[n] = found
        return opinions

    @staticmethod
    def _needs_model(post: PostToJudge, settings: WorkerSettings) -> bool:
        is_scored = (post.lang or "") in settings.policy.languages()
        return is_scored and any(mention.opinion is None for mention in post.mentions)

    def _ask(self, texts: Sequence[NamedText]) -> list[dict[str, Opinion]]:
        """What the model says; nothing about a text on which it fails even alone. Raises EncoderError."""
        if not texts:
            return []
        assert self._model is not None
        try:
            return self._model.judge(texts)
        except ModelFailedError as error:
            if self._clock.stopped or len(texts) > 1:
                if self._clock.stopped:
                    raise
                return [opinion for text in texts for opinion in self._ask([text])]
            log.warning("A post was left without an opinion of the language model: %s", error)
            return [{}]

    def _count(self, posts: int, seconds: float) -> None:
        known, rate = self._status.posts_per_second, posts / seconds if seconds > 0 else None
        if known is not None and rate is not None:
            weight = min(1.0, seconds / RATE_SECONDS)
            rate = known + (rate - known) * weight
        judged = self._status.judged + posts
        self._status = replace(self._status, posts_per_second=rate or known, judged=judged)
