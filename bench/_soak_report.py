"""The soak's findings, printed."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench._soak_plan import Plan, Planned
from bench._soak_verdict import Sample, Stored, compared, is_covered, lateness, slope, span, tracebacks
from bench._soak_watch import POLL, Watcher

if TYPE_CHECKING:
    from bench.soak import Soak

WARM, WARM_LEAST, WARM_MOST = 0.25, 180.0, 600.0
"""The share of the run after which it is warm; three minutes at least, ten at most."""
MOST_SLOPE = {"beyond SQLite": 12.0, "child_rss": 12.0, "threads": 2.0, "fds": 4.0, "blocks": 100_000.0}
"""What may be added in an hour: MB, MB, threads, files, blocks of Python's memory."""
TOLD = ("rss", "sqlite", "malloc", "free")
"""Figures without a bar: SQLite keeps pages of a database that grows, up to the sizes of its caches."""
FOLLOWED = ("hackernews", "lemmy", "reddit", "mastodon", "stackexchange", "youtube", "discourse")
FOLLOWED_AFTER = 3_300.0
"""Seconds of a run from which on deletions must have been followed: posts are looked at again after half an hour."""
SHOWN = 8


class Findings:
    """What is wrong, and what is told."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def tell(self, line: str, *trouble: str) -> None:
        """Print ``line``, and keep what is wrong with it."""
        print(line)
        for one in trouble[:SHOWN]:
            print(f"    WRONG: {one}")
        if len(trouble) > SHOWN:
            print(f"    and {len(trouble) - SHOWN} more")
        self.wrong += trouble


def report(soak: Soak, watcher: Watcher, told: Mapping[str, Any]) -> bool:
    """Print everything; True when nothing is wrong."""
    found = Findings()
    print()
    _slopes(soak.samples, soak.plan, found)
    _life(soak, watcher, found)
    _posts(soak.plan, watcher, told["sources"], found)
    _gaps(soak.plan, watcher, told["sources"], found)
    _lateness(soak.plan, told["sources"], found)
    _logs(soak.folder, found)
    print(f"the helpdesk was answered: {told['webhook']}")
    print(f"\n{'FLAT AND HONEST' if not found.wrong else f'{len(found.wrong)} FINDINGS'}")
    return not found.wrong


def _slopes(samples: Sequence[Sample], plan: Plan, found: Findings) -> None:
    warm = [one for one in samples if one.at >= min(WARM_MOST, max(WARM_LEAST, WARM * plan.seconds))]
    for name in (*TOLD, *MOST_SLOPE):
        points = [(one.at, _figure(one, name)) for one in warm]
        if len(points) < 3:
            continue
        rise, most = slope(points), MOST_SLOPE.get(name)
        grown = rise * (warm[-1].at - warm[0].at) / 3600
        grows = most is not None and grown > max(most / 2, 1.0) and rise > most
        values = [value for _, value in points]
        found.tell(
            f"{name:13} from {values[0]:.1f} to {values[-1]:.1f}, median {statistics.median(values):.1f}, at most"
            f" {max(values):.1f}, slope {rise:+.2f} an hour",
            *([f"{name} grows by {rise:.1f} an hour"] if grows else []),
        )
    if warm:
        share = (warm[-1].cpu - warm[0].cpu) / max(1.0, warm[-1].at - warm[0].at)
        print(f"{share:.0%} of a core, pages p50 {statistics.median(one.pages for one in warm):.0f} ms for four")


def _figure(one: Sample, name: str) -> float:
    return one.rss - one.sqlite if name == "beyond SQLite" else float(getattr(one, name))


def _life(soak: Soak, watcher: Watcher, found: Findings) -> None:
    trouble = [*watcher.unwell]
    if len(watcher.workers) > 1:
        trouble.append(f"the worker was started {len(watcher.workers)} times")
    if soak.status != 0:
        trouble.append(f"it ended with {soak.status}")
    database = watcher.faults_of_database()
    if database != "ok":
        trouble.append(f"the database: {database}")
    states = Counter(str(status["health"]) for status in watcher.statuses().values())
    broken = {name: s["reason"] for name, s in watcher.statuses().items() if s["health"] not in ("working", "quiet")}
    trouble += [f"{name} is not working at the end: {reason}" for name, reason in broken.items()]
    found.tell(f"stopped within {soak.stopped_after:.1f} s; sources at the end: {dict(states)}", *trouble)


def _posts(plan: Plan, watcher: Watcher, told: Mapping[str, Any], found: Findings) -> None:
    texts = watcher.texts()
    kinds = dict.fromkeys(source.kind for source in plan.sources)
    for kind in kinds:
        each = {
            source.name: _compared(source, watcher, told[source.name], texts.get(source.name, []))
            for source in plan.sources
            if source.kind == kind
        }
        trouble = []
        for name, one in each.items():
            for what in ("doubled", "lost", "strange", "old"):
                if marks := getattr(one, what):
                    trouble.append(f"{name}: {len(marks)} {what}: {', '.join(marks[:4])}")
        left = sum(one.gone_left for one in each.values())
        must = kind in ("bluesky", "webhook") or (kind in FOLLOWED and plan.seconds >= FOLLOWED_AFTER)
        if left and must:
            trouble.append(f"{kind}: {left} deleted posts are still stored")
        gone = _sum(each, "gone")
        deleted = f", {gone - left} of {gone} deletions followed" if gone else ""
        found.tell(
            f"{kind:13} {_sum(each, 'written'):5} written, {_sum(each, 'stored'):5} stored,"
            f" {_sum(each, 'missed'):3} in a gap{deleted}",
            *trouble,
        )


def _compared(source: Planned, watcher: Watcher, told: Mapping[str, Any], texts: Sequence[str]) -> Stored:
    """What a stream, or a feed, no longer listed when it was first looked at need not be there."""
    gaps = [gap for gap in watcher.gaps.all if gap.source == source.name]
    first_tries = [*(at for at, _ in told["asked"]), *(gap.since for gap in gaps)]
    read_from = min(first_tries, default=0.0) if source.kind in ("bluesky", "feed") else 0.0
    return compared(told, texts, gaps, read_from)


def _sum(each: Mapping[str, Stored], what: str) -> int:
    return sum(int(getattr(one, what)) for one in each.values())


def _gaps(plan: Plan, watcher: Watcher, told: Mapping[str, Any], found: Findings) -> None:
    gaps = watcher.gaps.all
    met = needed = 0
    trouble = []
    for outage in plan.outages:
        for source in [source for source in plan.sources if source.port == outage.port]:
            one = span(source, outage, told[source.name]["asked"], plan.began)
            met += one is not None
            if one is None or not one.needs_gap:
                continue
            needed += 1
            if not is_covered(one, outage, gaps, plan.began, POLL):
                seen = [
                    (
                        round(g.since - plan.began),
                        round(g.last_open - plan.began),
                        g.until and round(g.until - plan.began),
                    )
                    for g in gaps
                    if g.source == source.name
                ]
                good = one.first_good and round(one.first_good - plan.began)
                trouble.append(
                    f"{source.name}: {outage.fault} from {outage.start:.0f} to {outage.end:.0f} s, read again at"
                    f" {good} s: no gap covers it, seen {seen}"
                )
    trouble += [f"{g.source}: its gap of {g.since - plan.began:.0f} s is open" for g in gaps if g.kept and not g.until]
    kept = sum(gap.kept for gap in gaps)
    found.tell(
        f"{len(plan.outages)} outages met {met} sources; {needed} had to leave a gap; {len(gaps)} gaps were recorded,"
        f" {len(gaps) - kept} of them caught up with, {kept} stay",
        *trouble,
    )


def _lateness(plan: Plan, told: Mapping[str, Any], found: Findings) -> None:
    failing = {outage.port for outage in plan.outages}
    late = []
    for source in plan.sources:
        if source.kind == "feed" and source.port not in failing:
            late += lateness(told[source.name]["asked"], source.every)
    if len(late) < 2:
        return
    p95 = statistics.quantiles(late, n=20)[-1]
    trouble = (
        [f"half of them late by more than 5 s: {statistics.median(late):.1f}"] if statistics.median(late) > 5 else []
    )
    found.tell(
        f"feeds without a fault: {len(late)} passes, late by p50 {statistics.median(late):.2f} s, p95 {p95:.2f} s,"
        f" worst {max(late):.1f} s",
        *trouble,
    )


def _logs(folder: Path, found: Findings) -> None:
    log = (folder / "log").read_text(errors="replace")
    marks = ("worker had ended", "a fault of Wallflower", "cannot be judged", "has not come to an end", "CRITICAL")
    odd = [line[:200] for line in log.splitlines() if any(mark in line for mark in marks)]
    sites = (folder / "sites.log").read_text(errors="replace")
    found.tell(
        f"log: {len(log.splitlines())} lines",
        *(f"{n} times: {what}" for what, n in tracebacks(log).items()),
        *dict.fromkeys(odd),
        *(f"the sites themselves, {n} times: {what}" for what, n in tracebacks(sites).items()),
    )
