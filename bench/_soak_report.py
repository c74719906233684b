"""Prints the findings of a soak."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench._soak_checks import (
    Gap,
    Sample,
    StoredPosts,
    UnreadSpan,
    compare_posts,
    is_covered,
    is_unfounded,
    lateness,
    open_too_long,
    overdue,
    recovery_time,
    slope,
    tracebacks,
    unread_span,
)
from bench._soak_config import ARCHIVE
from bench._soak_observer import Observer
from bench._soak_organisation import Organisation
from bench._soak_plan import Outage, Plan, PlannedSource

WARM_UP_SHARE, MIN_WARM_UP, MAX_WARM_UP = 0.25, 180.0, 600.0
"""The share of the run for which slopes are not judged; between three and ten minutes."""
MAX_SLOPES = {
    "beyond SQLite": 12.0,
    "child_rss": 12.0,
    "threads": 2.0,
    "fds": 4.0,
    "blocks": 100_000.0,
    "parent_rss": 4.0,
    "parent_fds": 1.0,
    "connections": 1.0,
    "half_closed": 1.0,
    "sockets": 1.0,
    "sessions": 2.0,
    "lag": 5.0,
    "queue": 5.0,
    "log": 2.0,
}
"""The growth allowed per hour: megabytes of memory and of the log, memory blocks of Python, else counts."""
MAX_LAG, MAX_LAG_SHARE = 50.0, 0.05
"""More changes than that may be stored and not sent in no more than this share of the samples."""
MAX_WAL_MB = 64.0
"""More than ten checkpoints. A reader that never ends would let the WAL grow without limit."""
UNLIMITED = ("rss", "sqlite", "malloc", "free")
"""Figures without a limit: SQLite caches pages of a growing database, up to the size of its caches."""
RECHECKED_KINDS = ("hackernews", "lemmy", "reddit", "mastodon", "stackexchange", "youtube", "discourse")
MIN_SECONDS_FOR_RECHECKS = 3_300.0
"""In a shorter run deletions may go unnoticed, because posts are rechecked after half an hour."""
MAX_PRINTED = 8


class Run(NamedTuple):
    """A finished run."""

    folder: Path
    plan: Plan
    samples: Sequence[Sample]
    stopped_after: float
    """Seconds."""
    status: int | None
    """Its exit status; None if it had to be killed."""


class Findings:
    """Prints lines and collects the problems among them."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def add(self, line: str, *problems: str) -> None:
        """Print ``line`` and the problems it has."""
        print(line)
        for one in problems[:MAX_PRINTED]:
            print(f"    PROBLEM: {one}")
        if len(problems) > MAX_PRINTED:
            print(f"    and {len(problems) - MAX_PRINTED} more")
        self.problems += problems


def print_findings(run: Run, observer: Observer, organisation: Organisation, report: Mapping[str, Any]) -> bool:
    """Print all findings. Returns whether there are no problems."""
    findings = Findings()
    print()
    report_slopes(run.samples, run.plan, findings)
    _report_health(run, observer, findings)
    _report_posts(run.plan, observer, report["sources"], findings)
    _report_gaps(run.plan, observer, report["sources"], findings)
    _report_recovery(run.plan, observer, report["sources"], findings)
    _report_lateness(run.plan, report["sources"], findings)
    _report_logs(run.folder, findings)
    for line in organisation.lines():
        print(line)
    archived = observer.texts().get(ARCHIVE, [])
    findings.add("the organisation:", *organisation.problems, *organisation.archive_problems(archived))
    print(f"answers of the webhook: {report['webhook']}")
    print(f"\n{len(findings.problems) or 'no'} problems")
    return not findings.problems


def report_slopes(samples: Sequence[Sample], plan: Plan, findings: Findings) -> None:
    """Report how each figure developed."""
    warm = [one for one in samples if one.at >= min(MAX_WARM_UP, max(MIN_WARM_UP, WARM_UP_SHARE * plan.seconds))]
    for name in (*UNLIMITED, *MAX_SLOPES):
        points = [(one.at, _figure(one, name)) for one in warm]
        if len(points) < 3:
            continue
        rise, limit = slope(points), MAX_SLOPES.get(name)
        growth = rise * (warm[-1].at - warm[0].at) / 3600
        grows = limit is not None and growth > max(limit / 2, 1.0) and rise > limit
        values = [value for _, value in points]
        findings.add(
            f"{name:13} from {values[0]:.1f} to {values[-1]:.1f}, median {statistics.median(values):.1f}, at most"
            f" {max(values):.1f}, slope {rise:+.2f} per hour",
            *([f"{name} grows by {rise:.1f} per hour"] if grows else []),
        )
    behind = sum(one.lag > MAX_LAG for one in samples) / max(1, len(samples))
    if behind > MAX_LAG_SHARE:
        findings.add("", f"in {behind:.0%} of the samples more than {MAX_LAG:.0f} changes were not sent yet")
    max_wal = max((one.wal for one in samples), default=0.0)
    findings.add(
        f"WAL at most {max_wal:.1f} MB", *([f"the WAL reached {max_wal:.0f} MB"] if max_wal > MAX_WAL_MB else [])
    )
    if warm:
        share = (warm[-1].cpu - warm[0].cpu) / max(1.0, warm[-1].at - warm[0].at)
        print(f"{share:.0%} of a core; four pages take {statistics.median(one.pages for one in warm):.0f} ms (median)")


def _figure(one: Sample, name: str) -> float:
    return one.rss - one.sqlite if name == "beyond SQLite" else float(getattr(one, name))


def _report_health(run: Run, observer: Observer, findings: Findings) -> None:
    problems = [*observer.problems]
    if len(observer.workers) > 1:
        problems.append(f"the worker was started {len(observer.workers)} times")
    if run.status != 0:
        problems.append(f"the exit status was {run.status}")
    ended = run.plan.began + run.plan.seconds
    statuses = observer.statuses()
    for source in run.plan.sources:
        if late := overdue(statuses.get(source.name, {}), source, ended):
            problems.append(f"{source.name} was not read at the end; its last pass is overdue by {late:.0f} s")
    if (integrity := observer.integrity()) != "ok":
        problems.append(f"the database is damaged: {integrity}")
    missing: dict[str, object] = {"health": "missing", "reason": ""}
    statuses = {source.name: statuses.get(source.name, missing) for source in run.plan.sources}
    states = Counter(str(status["health"]) for status in statuses.values())
    broken = {name: s["reason"] for name, s in statuses.items() if s["health"] not in ("working", "quiet")}
    problems += [f"{name} is not working at the end: {reason}" for name, reason in broken.items()]
    findings.add(f"stopped within {run.stopped_after:.1f} s; health at the end: {dict(states)}", *problems)


def _report_posts(plan: Plan, observer: Observer, reports: Mapping[str, Any], findings: Findings) -> None:
    texts = observer.texts()
    every: dict[str, StoredPosts] = {}
    for kind in dict.fromkeys(source.kind for source in plan.sources):
        each = {
            source.name: _compared(source, observer, reports[source.name], texts.get(source.name, []))
            for source in plan.sources
            if source.kind == kind
        }
        every |= each
        _report_kind(kind, each, plan, findings)
    lost, duplicates = (sum(len(getattr(one, what)) for one in every.values()) for what in ("lost", "duplicates"))
    mentions, duplicate_mentions = observer.mentions()
    findings.add(
        f"{'all':13} {_sum(every, 'published'):5} published, {_sum(every, 'stored'):5} stored, {lost} lost,"
        f" {duplicates} duplicates; {mentions} mentions",
        *([f"{duplicate_mentions} mentions are duplicates"] if duplicate_mentions else []),
    )


def _report_kind(kind: str, each: Mapping[str, StoredPosts], plan: Plan, findings: Findings) -> None:
    problems = []
    for name, one in each.items():
        for what in ("duplicates", "lost", "unexpected", "outdated"):
            if marks := getattr(one, what):
                problems.append(f"{name}: {len(marks)} {what}: {', '.join(marks[:4])}")
    left = sum(one.deleted_but_stored for one in each.values())
    rechecked = kind in RECHECKED_KINDS and plan.seconds >= MIN_SECONDS_FOR_RECHECKS
    if left and (rechecked or kind in ("bluesky", "webhook")):
        problems.append(f"{kind}: {left} deleted posts are still stored")
    deleted = _sum(each, "deleted")
    deletions = f", {deleted - left} of {deleted} deletions applied" if deleted else ""
    findings.add(
        f"{kind:13} {_sum(each, 'published'):5} published, {_sum(each, 'stored'):5} stored,"
        f" {_sum(each, 'in_gap'):3} in a gap{deletions}",
        *problems,
    )


def _compared(
    source: PlannedSource, observer: Observer, report: Mapping[str, Any], texts: Sequence[str]
) -> StoredPosts:
    """The posts of a source. Posts that a stream or a feed no longer listed at the first pass may be missing."""
    gaps = [gap for gap in observer.gaps.all if gap.source == source.name]
    first_tries = [*(at for at, _ in report["requests"]), *(gap.since for gap in gaps)]
    read_from = min(first_tries, default=0.0) if source.kind in ("bluesky", "feed") else 0.0
    return compare_posts(report, texts, gaps, read_from)


def _sum(each: Mapping[str, StoredPosts], what: str) -> int:
    return sum(int(getattr(one, what)) for one in each.values())


def _report_gaps(plan: Plan, observer: Observer, reports: Mapping[str, Any], findings: Findings) -> None:
    gaps = observer.gaps.all
    affected = needed = 0
    problems = []
    for outage, _, one in _spans(plan, reports):
        affected += one is not None
        if one is None or not one.needs_gap:
            continue
        needed += 1
        if not is_covered(one, outage, gaps, plan.began, observer.gaps.polls):
            problems.append(_uncovered(one, outage, gaps, plan))
    problems += [
        f"{g.source}: its gap since {g.since - plan.began:.0f} s is still open" for g in gaps if g.kept and not g.until
    ]
    for name, outages in _outages_by_source(plan).items():
        unfounded = [gap for gap in gaps if gap.source == name and is_unfounded(gap, outages, plan.began)]
        problems += [f"{name}: nothing failed during its gap {_times([gap], plan)}" for gap in unfounded]
    kept = sum(gap.kept for gap in gaps)
    findings.add(
        f"{len(plan.outages)} outages affected sources {affected} times and required {needed} gaps;"
        f" of {len(gaps)} recorded gaps {len(gaps) - kept} were filled, {kept} remain",
        *problems,
    )


def _report_recovery(plan: Plan, observer: Observer, reports: Mapping[str, Any], findings: Findings) -> None:
    """Report how soon sources were read again and their gaps closed."""
    waits: list[float] = []
    problems = []
    for outage, source, one in _spans(plan, reports):
        if one is None:
            continue
        next_start = min(
            (o.start for o in plan.outages if o.port == source.port and o.start > outage.start), default=math.inf
        )
        wait, limit = recovery_time(one, source, outage, next_start, plan.began)
        if limit:
            waits.append(wait)
        subject = f"{source.name}: {outage.fault} until {outage.end:.0f} s"
        if wait > limit:
            problems.append(f"{subject}, read again after {wait:.0f} s; the limit is {limit:.0f} s")
        if (excess := open_too_long(one, source, next_start, observer.gaps.all, plan.began)) > 0:
            problems.append(f"{subject}, its gap stayed open {excess:.0f} s too long")
    if waits:
        median = statistics.median(waits)
        findings.add(f"read again after an outage: p50 {median:.0f} s, worst {max(waits):.0f} s", *problems)


def _spans(plan: Plan, reports: Mapping[str, Any]) -> Iterator[tuple[Outage, PlannedSource, UnreadSpan | None]]:
    for outage in plan.outages:
        for source in plan.sources:
            if source.port == outage.port:
                yield outage, source, unread_span(source, outage, reports[source.name]["requests"], plan.began)


def _outages_by_source(plan: Plan) -> dict[str, list[Outage]]:
    return {source.name: [o for o in plan.outages if o.port == source.port] for source in plan.sources}


def _uncovered(one: UnreadSpan, outage: Outage, gaps: Sequence[Gap], plan: Plan) -> str:
    good = one.first_good and round(one.first_good - plan.began)
    return (
        f"{one.source}: {outage.fault} from {outage.start:.0f} to {outage.end:.0f} s, read again at {good} s:"
        f" no gap covers it; gaps: {_times([gap for gap in gaps if gap.source == one.source], plan)}"
    )


def _times(gaps: Sequence[Gap], plan: Plan) -> list[tuple[float, float, float | None]]:
    """The start of each gap, when it was last seen open, and its end, in seconds of the run."""
    began = plan.began
    return [(round(g.since - began), round(g.last_open - began), g.until and round(g.until - began)) for g in gaps]


def _report_lateness(plan: Plan, reports: Mapping[str, Any], findings: Findings) -> None:
    failing = {outage.port for outage in plan.outages}
    late = []
    for source in plan.sources:
        if source.kind == "feed" and source.port not in failing:
            late += lateness(reports[source.name]["requests"], source.interval)
    if len(late) < 2:
        return
    p95 = statistics.quantiles(late, n=20)[-1]
    problems = [f"the median is more than 5 s: {statistics.median(late):.1f} s"] if statistics.median(late) > 5 else []
    findings.add(
        f"lateness of {len(late)} passes over feeds without a fault:"
        f" p50 {statistics.median(late):.2f} s, p95 {p95:.2f} s, worst {max(late):.1f} s",
        *problems,
    )


def _report_logs(folder: Path, findings: Findings) -> None:
    log = (folder / "log").read_text(errors="replace")
    errors = [line[:200] for line in log.splitlines() if line.startswith(("ERROR", "CRITICAL"))]
    sites = (folder / "sites.log").read_text(errors="replace")
    findings.add(
        f"log: {len(log.splitlines())} lines",
        *(f"{n} times: {what}" for what, n in tracebacks(log).items()),
        *dict.fromkeys(errors),
        *(f"in the sites, {n} times: {what}" for what, n in tracebacks(sites).items()),
    )
