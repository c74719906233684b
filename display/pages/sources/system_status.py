"""The status of the program: its version, its database, the space left on its disk, and whether every part is running.

health, database --> StatusLine: a figure and a text, with what to do if something is wrong
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo
from typing import NamedTuple

from display.formatting import format_duration, join_with_and
from monitor.judging import HOW_TO_INSTALL, OpinionStatus
from monitor.model import DatabaseStatus, StoreFault, StorePause, Trust
from monitor.text.language_codes import language_name

MIN_FREE_BYTES = 1 << 30
MIN_TIME_LEFT = timedelta(days=14)
"""With less free space than either, a person should free some."""
MIN_MENTIONS = 1_000
"""With fewer mentions, the size of the database says nothing about its growth."""
MAX_DAYS_LEFT = 36_500
MAX_COUNTED = 100_000
"""Posts that wait for the language model are counted up to here."""


class Part(NamedTuple):
    """A part of the program."""

    name: str
    """On the page."""
    running: str
    """What it does."""
    stopped: str
    """The consequence if it has stopped."""


PARTS = {
    "writer": Part("Saving", "Stores new mentions", "Nothing new is stored"),
    "scheduler": Part("Reading", "Polls each source on its own schedule", "Some sources are not read"),
    "watch": Part(
        "Watching", "Looks for incidents and topics", "Incidents are not detected and topics are not updated"
    ),
    "web": Part("Screens", "Sends changes to walls and pages", "Walls and pages do not update by themselves"),
    "notifications": Part("Notifying", "Sends messages about views and faults", "Nobody is notified of anything"),
}
"""By their names in /healthz."""


@dataclass(frozen=True, slots=True)
class StatusLine:
    """``name``: ``figure`` ``text``."""

    name: str
    figure: str
    text: str
    trouble: bool = False


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """What the lines are computed from."""

    version: str
    uptime: timedelta
    database: DatabaseStatus
    mentions: int
    """Stored in total."""
    mentions_last_week: int
    waiting_writes: int
    fault: StoreFault | StorePause | None = None
    """Why nothing can be stored."""
    zone: tzinfo = UTC
    opinions: OpinionStatus = field(default_factory=OpinionStatus)
    """What the language model is doing."""
    waiting_posts: int = 0
    """Posts that wait for it."""
    posts_to_rejudge: int = 0
    """Stored posts that are still judged by earlier rules."""
    learning: str = ""
    """What was learnt from people's answers, as a sentence."""
    learns: bool = True
    """Whether that is switched on."""

    @property
    def time_left(self) -> timedelta | None:
        """How long the free space lasts at the rate of the last 7 days; None if that is unknown."""
        free = self.database.free_bytes
        if free is None or self.mentions < MIN_MENTIONS or not self.mentions_last_week:
            return None
        bytes_per_day = self.database.used_bytes / self.mentions * self.mentions_last_week / 7
        return timedelta(days=min(free / bytes_per_day, MAX_DAYS_LEFT))


def concurrent_writes_advice(database: DatabaseStatus) -> str:
    """A warning that follows the name of an engine that two programs must not write to at once; empty if safe."""
    if not database.upgrade_to:
        return ""
    return (
        "can, very rarely, damage a database that two programs write to at the same time "
        f"({database.upgrade_to} cannot). Wallflower's own commands take turns. Do not let any other program write to "
        "its database."
    )


def status_lines(facts: SystemFacts, health: Mapping[str, bool], *, for_admin: bool) -> list[StatusLine]:
    """All lines. ``health``: whether each part is running. Only admins can do something about the engine."""
    is_new = facts.uptime < timedelta(minutes=1)
    up = "has just started" if is_new else f"has been up for {format_duration(facts.uptime)}"
    version = StatusLine("Version", facts.version, up)
    engine = [_engine(facts.database)] if for_admin else []
    languages = _languages(facts, for_admin=for_admin)
    learning = StatusLine("Learning", "On." if facts.learns else "Off.", facts.learning)
    rejudging = [_rejudging(facts.posts_to_rejudge)] if facts.posts_to_rejudge else []
    return [version, _database(facts), *engine, *_parts(health, facts), languages, *rejudging, learning]


def _rejudging(posts: int) -> StatusLine:
    number = "1 post is" if posts == 1 else f"about {posts:,} posts are"
    text = (
        f"The rules for scores or intents changed; {number} left, newest first. Until then, opinions are not compared."
    )
    return StatusLine("Stored mentions", "Being judged again.", text)


def _database(facts: SystemFacts) -> StatusLine:
    size, free, time_left = format_bytes(facts.database.used_bytes), facts.database.free_bytes, facts.time_left
    if free is None:
        return StatusLine("Database", size, "used, free space unknown")
    space = f"used, {format_bytes(free)} free"
    if time_left is not None:
        space += f", enough for {approximate_time(time_left)} at this rate"
    if free >= MIN_FREE_BYTES and (time_left is None or time_left >= MIN_TIME_LEFT):
        return StatusLine("Database", size, space)
    advice = "Free some space, or stop Wallflower, move its folder to a larger disk and set data in [wallflower]."
    return StatusLine("Database", size, f"{space}. {advice}", trouble=True)


def _engine(database: DatabaseStatus) -> StatusLine:
    text = concurrent_writes_advice(database) or "is safe for writes by several programs"
    return StatusLine(database.engine, database.version, text)


def _parts(health: Mapping[str, bool], facts: SystemFacts) -> Iterator[StatusLine]:
    for key, alive in health.items():
        part = PARTS.get(key, Part(key, "", f"The part {key} is missing"))
        if not alive:
            text = f"{part.stopped}. Restart Wallflower; its log says why it stopped."
            yield StatusLine(part.name, "Stopped.", text, trouble=True)
        elif key == "writer" and facts.fault:
            since, cause = facts.fault.since.astimezone(facts.zone), facts.fault.cause
            is_trouble = isinstance(facts.fault, StoreFault)
            state = f"{'Failing' if is_trouble else 'Waiting'} since {since:%H:%M}:"
            yield StatusLine(part.name, state, f"{cause}. {facts.fault.advice}", trouble=is_trouble)
        elif key == "writer" and (waiting_writes := facts.waiting_writes):
            batches = "1 batch is" if waiting_writes == 1 else f"{waiting_writes:,} batches are"
            yield StatusLine(part.name, "Running.", f"{part.running}; {batches} waiting.")
        else:
            yield StatusLine(part.name, "Running.", f"{part.running}.")


def _languages(facts: SystemFacts, *, for_admin: bool) -> StatusLine:
    """Which languages are scored, and how many posts wait for the language model."""
    opinions, name = facts.opinions, "Languages"
    if opinions.problem:
        waiting = f" {facts.waiting_posts:,} posts wait." if facts.waiting_posts else ""
        return StatusLine(name, "English only.", f"{opinions.problem.rstrip('.')}.{waiting}", trouble=True)
    if not opinions.is_used:
        advice = f" To score them, run {HOW_TO_INSTALL} and restart Wallflower." if for_admin else ""
        return StatusLine(name, "English only.", f"Posts in other languages are counted, but not scored.{advice}")
    policy = opinions.policy
    scored = [code for code in policy.languages(Trust.ON) if code != "en"]
    kinds = [("Also", scored), ("Roughly", policy.languages(Trust.ROUGH))]
    kinds.append(("Never measured:", policy.languages(Trust.UNMEASURED)))
    texts = [f"{kind} {join_with_and(sorted(map(language_name, codes)))}." for kind, codes in kinds if codes]
    return StatusLine(name, "English.", " ".join([*texts, *_backlog(facts)]))


def _backlog(facts: SystemFacts) -> Iterator[str]:
    if posts := facts.waiting_posts:
        seconds = facts.opinions.seconds_for(posts)
        duration = f", which takes about {format_duration(timedelta(seconds=max(seconds, 1)))}" if seconds else ""
        number = f"{posts:,} or more posts wait" if posts >= MAX_COUNTED else f"{posts:,} posts wait"
        yield f"{'1 post waits' if posts == 1 else number} for the language model{duration}."


def format_bytes(n: int) -> str:
    """ "1.8 GB", "22 GB", "240 kB": at least two digits."""
    value, units = n / 1000, iter(("kB", "MB", "GB", "TB"))
    unit = next(units)
    while value >= 999.5 and (larger := next(units, "")):
        value, unit = value / 1000, larger
    return f"{value:.1f} {unit}" if value < 9.95 and unit != "kB" else f"{value:,.0f} {unit}"


def approximate_time(span: timedelta) -> str:
    """ "about 14 months", "more than ten years"."""
    days = span.days
    if days >= 3650:
        return "more than ten years"
    for length, unit in ((365, "years"), (30, "months")):
        if days >= 2 * length:
            return f"about {days // length} {unit}"
    return f"about {days} days" if days != 1 else "about a day"
