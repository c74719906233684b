"""What a single pass needs: two brands, a source called "Forum" and a context without jitter."""

from __future__ import annotations

from datetime import timedelta

from monitor.collector import ConfiguredSource, Judge, PassContext, PollingPolicy, timing
from monitor.model import Batch, Brand, SourceStatus
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import Store
from tests.fake_sources import ScriptedSource
from tests.fakes import FakeClock

BRANDS = (Brand("Acme", "acme", ours=True), Brand("Globex", "globex"))
POLLING = PollingPolicy(None, timedelta(minutes=10))


def pass_context(store: Store, clock: FakeClock) -> PassContext:
    matcher = Matcher(BRANDS)
    return PassContext(Judge(matcher, Scorer(BRANDS)), store, matcher.terms(), clock.now, lambda: 0.0)


def scripted(*passes: Batch | Exception, polling: PollingPolicy = POLLING) -> tuple[ConfiguredSource, ScriptedSource]:
    """The source "Forum", with these passes."""
    source = ScriptedSource(*passes)
    return ConfiguredSource("Forum", "feed", source, polling), source


def new_status(polling: PollingPolicy = POLLING) -> SourceStatus:
    """The status of "Forum" before its first pass."""
    return timing.initial_status("Forum", "feed", polling, sample=False)
