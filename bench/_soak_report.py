"""The soak's findings, printed."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench._soak_plan import Outage, Plan, Planned
from bench._soak_verdict import (
    Gap,
    Sample,
    Span,
    Stored,
    came_back,
    compared,
    invented,
    is_covered,
    lateness,
    slope,
    span,
    stays_open,
    tracebacks,
    unread,
)
from bench._soak_watch import Watcher

WARM, WARM_LEAST, WARM_MOST = 0.25, 180.0, 600.0
"""The share of the run after which it is warm; three minutes at least, ten at most."""
MOST_SLOPE = {"beyond SQLite": 12.0, "child_rss": 12.0, "threads": 2.0, "fds": 4.0, "blocks": 100_000.0}
"""What may be added in an hour: MB, MB, threads, files, blocks of Python's memory."""
MOST_WAL = 64.0
"""MB; more than ten checkpoints' worth: a reader that never ends would let it grow for ever."""
TOLD = ("rss", "sqlite", "malloc", "free")
"""Figures without a bar: SQLite keeps pages of a database that grows, up to the sizes of its caches."""
FOLLOWED = ("hackernews", "lemmy", "reddit", "mastodon", "stackexchange", "youtube", "discourse")
FOLLOWED_AFTER = 3_300.0
"""Seconds of a run from which on deletions must have been followed: posts are looked at again after half an hour."""
SHOWN = 8


class Run(NamedTuple):
    """One that is over."""

    folder: Path
    plan: Plan
    samples: Sequence[Sample]
    stopped_after: float
    """Seconds."""
    status: int | None
    """What it ended with; None: it had to be killed."""


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


def report(run: Run, watcher: Watcher, told: Mapping[str, Any]) -> bool:
    """Print everything; True when nothing is wrong."""
    found = Findings()
    print()
    _slopes(run.samples, run.plan, found)
    _life(run, watcher, found)
    _posts(run.plan, watcher, told["sources"], found)
    _gaps(run.plan, watcher, told["sources"], found)
    _recovery(run.plan, watcher, told["sources"], found)
    _lateness(run.plan, told["sources"], found)
    _logs(run.folder, found)
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
    most_wal = max((one.wal for one in samples), default=0.0)
    found.tell(
        f"WAL at most {most_wal:.1f} MB", *([f"the WAL reached {most_wal:.0f} MB"] if most_wal > MOST_WAL else [])
    )
    if warm:
        share = (warm[-1].cpu - warm[0].cpu) / max(1.0, warm[-1].at - warm[0].at)
        print(f"{share:.0%} of a core, pages p50 {statistics.median(one.pages for one in warm):.0f} ms for four")


def _figure(one: Sample, name: str) -> float:
    return one.rss - one.sqlite if name == "beyond SQLite" else float(getattr(one, name))


def _life(run: Run, watcher: Watcher, found: Findings) -> None:
    trouble = [*watcher.unwell]
    if len(watcher.workers) > 1:
        trouble.append(f"the worker was started {len(watcher.workers)} times")
    if run.status != 0:
        trouble.append(f"it ended with {run.status}")
    ended = run.plan.began + run.plan.seconds
    statuses = watcher.statuses()
    for source in run.plan.sources:
        if late := unread(statuses.get(source.name, {}), source, ended):
            trouble.append(f"{source.name} was not read at the end, nor for {late:.0f} s more than it may go unread")
    database = watcher.faults_of_database()
    if database != "ok":
        trouble.append(f"the database: {database}")
    states = Counter(str(status["health"]) for status in statuses.values())
    broken = {name: s["reason"] for name, s in statuses.items() if s["health"] not in ("working", "quiet")}
    trouble += [f"{name} is not working at the end: {reason}" for name, reason in broken.items()]
    found.tell(f"stopped within {run.stopped_after:.1f} s; sources at the end: {dict(states)}", *trouble)


def _posts(plan: Plan, watcher: Watcher, told: Mapping[str, Any], found: Findings) -> None:
    texts = watcher.texts()
    every: dict[str, Stored] = {}
    for kind in dict.fromkeys(source.kind for source in plan.sources):
        each = {
            source.name: _compared(source, watcher, told[source.name], texts.get(source.name, []))
            for source in plan.sources
            if source.kind == kind
        }
        every |= each
        _kind(kind, each, plan, found)
    lost, doubled = (sum(len(getattr(one, what)) for one in every.values()) for what in ("lost", "doubled"))
    mentions, twice = watcher.mentions()
    found.tell(
        f"{'all':13} {_sum(every, 'written'):5} written, {_sum(every, 'stored'):5} stored, {lost} lost,"
        f" {doubled} doubled; {mentions} mentions with those of the sample",
        *([f"{twice} mentions are there twice"] if twice else []),
    )


def _kind(kind: str, each: Mapping[str, Stored], plan: Plan, found: Findings) -> None:
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
    for outage, _, one in _spans(plan, told):
        met += one is not None
        if one is None or not one.needs_gap:
            continue
        needed += 1
        if not is_covered(one, outage, gaps, plan.began, watcher.gaps.looks):
            trouble.append(_uncovered(one, outage, gaps, plan))
    trouble += [f"{g.source}: its gap of {g.since - plan.began:.0f} s is open" for g in gaps if g.kept and not g.until]
    for name, mine in _of_each(plan).items():
        own = [gap for gap in gaps if gap.source == name and invented(gap, mine, plan.began)]
        trouble += [f"{name}: nothing failed in its gap {_seen([gap], plan)}" for gap in own]
    kept = sum(gap.kept for gap in gaps)
    found.tell(
        f"{len(plan.outages)} outages met {met} sources; {needed} had to leave a gap; {len(gaps)} gaps were recorded,"
        f" {len(gaps) - kept} of them caught up with, {kept} stay",
        *trouble,
    )


def _recovery(plan: Plan, watcher: Watcher, told: Mapping[str, Any], found: Findings) -> None:
    """How soon sources were read again, and their gaps closed."""
    waits: list[float] = []
    trouble = []
    for outage, source, one in _spans(plan, told):
        if one is None:
            continue
        next_start = min(
            (o.start for o in plan.outages if o.port == source.port and o.start > outage.start), default=math.inf
        )
        wait, may = came_back(one, source, outage, next_start, plan.began)
        if may:
            waits.append(wait)
        what = f"{source.name}: {outage.fault} until {outage.end:.0f} s"
        if wait > may:
            trouble.append(f"{what}, read again after {wait:.0f} s where {may:.0f} may pass")
        if (open_for := stays_open(one, source, next_start, watcher.gaps.all, plan.began)) > 0:
            trouble.append(f"{what}, its gap stood open {open_for:.0f} s too long")
    if waits:
        middle = statistics.median(waits)
        found.tell(f"read again after an outage within p50 {middle:.0f} s, worst {max(waits):.0f} s", *trouble)


def _spans(plan: Plan, told: Mapping[str, Any]) -> Iterator[tuple[Outage, Planned, Span | None]]:
    for outage in plan.outages:
        for source in plan.sources:
            if source.port == outage.port:
                yield outage, source, span(source, outage, told[source.name]["asked"], plan.began)


def _of_each(plan: Plan) -> dict[str, list[Outage]]:
    return {source.name: [o for o in plan.outages if o.port == source.port] for source in plan.sources}


def _uncovered(one: Span, outage: Outage, gaps: Sequence[Gap], plan: Plan) -> str:
    good = one.first_good and round(one.first_good - plan.began)
    return (
        f"{one.source}: {outage.fault} from {outage.start:.0f} to {outage.end:.0f} s, read again at {good} s:"
        f" no gap covers it, seen {_seen([gap for gap in gaps if gap.source == one.source], plan)}"
    )


def _seen(gaps: Sequence[Gap], plan: Plan) -> list[tuple[float, float, float | None]]:
    """Of each gap since when, until when it was seen open, and until when; seconds of the run."""
    began = plan.began
    return [(round(g.since - began), round(g.last_open - began), g.until and round(g.until - began)) for g in gaps]


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
