"""What ``wallflower fetch`` prints after a pass: the posts, why they matched, and the state of the source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import Console
from rich.text import Text

from display.cli.match_explanation import excerpt, explanation_lines, headline
from display.formatting import pluralize
from display.pages.sources.rows import search_coverages
from monitor.config import Config
from monitor.http import Traffic
from monitor.model import Batch, JudgedPost, SourceStatus

MAX_OTHER_POSTS = 5
"""Posts without a mention that are printed as examples."""
OTHER_POST_CHARS = 120


@dataclass(slots=True)
class FetchResult:
    """What one pass of a source returned, and the status of the source before and after it."""

    before: SourceStatus
    after: SourceStatus
    batch: Batch | None = None
    """None if the fetch failed, or if the running Wallflower made the pass."""
    judged_posts: list[JudgedPost] = field(default_factory=list)
    """All posts; if the running Wallflower made the pass, only those that mention a brand."""
    stored: str = ""
    """What was stored: "3 new, 1 edited mentions"; empty after a dry run."""
    by_running_program: bool = False
    traffic: Traffic = field(default_factory=Traffic)

    @property
    def succeeded(self) -> bool:
        """Whether the source was read."""
        return not self.after.failures and (self.batch is not None or self.by_running_program)

    @property
    def mentions(self) -> list[JudgedPost]:
        """The posts that mention a brand."""
        return [judged_post for judged_post in self.judged_posts if judged_post.findings]


def print_report(console: Console, config: Config, result: FetchResult, *, max_mentions: int) -> None:
    """Print ``result``, with the newest ``max_mentions`` mentions explained."""
    plain = not console.is_terminal
    for line in (_source_line(result.before, config), *_batch_lines(result)):
        console.print(Text(line, style="" if plain else "bold"), soft_wrap=True)
    mentions = result.mentions
    for judged_post in list(reversed(mentions))[:max_mentions]:
        console.print()
        for explanation in explanation_lines(judged_post, config.timezone, plain=plain):
            console.print(explanation, soft_wrap=True)
    console.print()
    lines = (*_other_posts(result, len(mentions) - max_mentions, config), *_state_lines(result, config))
    for line in lines:
        console.print(Text(line), soft_wrap=True)
    console.print(Text(f"Stored: {result.stored}." if result.stored else "Nothing was stored: this was a dry run."))


def _source_line(before: SourceStatus, config: Config) -> str:
    last = local_time(before.last_success, config)
    return f"{before.source} ({before.kind}), " + (f"last read at {last}" if last else "never read before")


def _batch_lines(result: FetchResult) -> Iterator[str]:
    batch = result.batch
    if batch is None:
        return
    mentioning = len(result.mentions)
    verb = "mentions" if mentioning == 1 else "mention"
    yield f"{pluralize(len(batch.posts), 'post')} returned, {mentioning:,} of them {verb} a brand"
    if batch.deleted:
        yield f"{pluralize(len(batch.deleted), 'post')} deleted at the source"


def _other_posts(result: FetchResult, unprinted: int, config: Config) -> Iterator[str]:
    """How many mentions were not printed, and examples of posts without a mention."""
    if unprinted > 0:
        yield f"… and {unprinted:,} older mentions (use --show to print more)"
    others = [judged_post.post for judged_post in result.judged_posts if not judged_post.findings]
    if others:
        yield f"{pluralize(len(others), 'post')} without a mention, such as:"
    for post in others[-MAX_OTHER_POSTS:]:
        text, _ = excerpt(" ".join(post.body.split())[:OTHER_POST_CHARS], ())
        yield f"  {headline(post, config.timezone)}  {text}"


def _state_lines(result: FetchResult, config: Config) -> Iterator[str]:
    """The health of the source, its limits, and when it is read next."""
    batch, after = result.batch, result.after
    yield f"Health: {after.health}." + (f" {after.reason}" if after.reason else "")
    if batch is not None and batch.note and batch.note != after.reason:
        yield f"Note: {batch.note}"
    if note := search_coverages(config)[after.source].summary():
        yield f"Search: {note}"
    if batch is not None and batch.skipped:
        yield f"Skipped: {pluralize(batch.skipped, 'unreadable entry', 'unreadable entries')}."
    yield from _rate_limits(result, config)
    if batch is not None and batch.spend is not None:
        spent, budget = batch.spend.spent, batch.spend.budget
        yield f"Spent: ${spent:,.2f} of ${budget:,.10g} in {batch.spend.month}."
    if batch is not None and batch.not_before is not None:
        yield f"The site asks us to wait until {local_time(batch.not_before, config)}."
    if batch is not None and batch.more:
        yield "There is more to read, so the next pass follows immediately."
    elif after.next_check is not None:
        yield f"Next check: {local_time(after.next_check, config)}."
    else:
        yield "Next check: none until the config is changed and Wallflower is restarted."


def _rate_limits(result: FetchResult, config: Config) -> Iterator[str]:
    """The rate limits that sites reported, or that they reported none."""
    traffic = result.traffic
    if not traffic.requests:
        return
    requests = pluralize(traffic.requests, "request")
    if not traffic.rate_limits:
        yield f"Rate limits: none reported in {requests}."
    for site, limit in traffic.rate_limits.items():
        until = f" until {local_time(limit.resets_at, config)}" if limit.resets_at else ""
        yield f"Rate limits: after {requests}, {site} allows {limit} more{until}."


def local_time(at: datetime | None, config: Config) -> str:
    """ "2026-03-04 12:00" in the config's time zone; empty for None."""
    return at.astimezone(config.timezone).strftime("%Y-%m-%d %H:%M") if at else ""
