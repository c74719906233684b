"""What the set-up pages need besides the config file: trials of sources, and a restart of the program."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from display.setup.source_proposals import SourceProposal
from display.setup.source_trials import Trial, TrialResult
from monitor import sources
from monitor.collector import Judge
from monitor.config.source_tables import OptionsReader
from monitor.errors import WallflowerError
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer

if TYPE_CHECKING:
    from monitor.clock import Clock
    from monitor.http import Http
    from monitor.model import Brand
    from monitor.sources import Source

TRIAL_SECONDS = 15.0
MAX_TRIALS = 2
"""Trials at the same time: each occupies a thread of the web server."""
PAID = "This source charges per post, and a try would not count against its budget. Save it; it is read at once then."


class CannotTry(WallflowerError):
    """The sources cannot be tried now."""


class Trials:
    """Tries sources through the guarded client that also reads the configured ones."""

    def __init__(self, http: Http, clock: Clock, seconds: float = TRIAL_SECONDS) -> None:
        self._http, self._clock, self._seconds = http, clock, seconds
        self._slots = threading.BoundedSemaphore(MAX_TRIALS)

    def source(self, table: Mapping[str, Any]) -> Source:
        """The source of a ``[[sources]]`` table. Raises CannotTry."""
        kind = str(table.get("kind"))
        module = sources.load_or_placeholder(kind)
        if "budget" in module.Options.model_fields:
            raise CannotTry(PAID)
        found = OptionsReader(lambda _: module.Options, ()).read(0, table)
        if found.options is None:
            raise CannotTry(" ".join(problem.sentence for problem in found.problems) or "It has no usable kind.")
        return module.Source(cast("sources.SourceOptions", found.options), self._http)

    def run(self, brands: Sequence[Brand], tried: Mapping[str, Source]) -> dict[str, TrialResult]:
        """Name -> result of each source, after at most the time limit. Raises CannotTry."""
        if not self._slots.acquire(blocking=False):
            raise CannotTry("Others are trying sources at this moment. Try again in some seconds.")
        try:
            judge = Judge(Matcher(brands), Scorer(brands))
            return Trial(judge, Matcher(brands).terms(), self._clock, self._seconds).run(tried)
        finally:
            self._slots.release()

    def proposed(self, brands: Sequence[Brand], proposals: Sequence[SourceProposal]) -> dict[str, TrialResult]:
        """The results of proposed sources. Raises CannotTry."""
        return self.run(brands, {proposal.name: proposal.source(self._http) for proposal in proposals})


@dataclass(frozen=True, slots=True)
class Setup:
    """Built by ``create_app`` or ``Service``; the pages get it from the app's extensions."""

    trials: Trials
    restart: Callable[[], None] | None = None
    """Starts the program again, with the file as it is now; None where nothing can."""
    config_is_given: bool = False
    """Whether the config was named with --config, so that no other file would be used."""
