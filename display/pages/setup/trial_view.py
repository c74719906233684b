"""What a trial of sources found, as the set-up pages show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from display.formatting import FormattedTime, about, format_time
from display.pages.mentions.text_runs import TextRun, excerpt, text_runs
from display.setup.source_trials import TrialResult
from monitor.model import Count, JudgedPost, Mention, Post
from monitor.query import Query

MAX_OTHER_CHARS = 160


@dataclass(frozen=True, slots=True)
class FoundPost:
    """A post that mentions a brand, and why."""

    runs: Sequence[TextRun]
    where: str
    published: FormattedTime
    reasons: Sequence[tuple[str, str, str]]
    """Brand, its sentiment, the rule that matched; no rule for a topic."""


@dataclass(frozen=True, slots=True)
class ShownTrial:
    """The result of one source."""

    name: str
    summary: str
    failed: bool
    found: Sequence[FoundPost] = ()
    others: Sequence[str] = ()
    """Texts of posts that mention no brand."""


def shown_trials(results: Mapping[str, TrialResult], now: datetime, zone: ZoneInfo) -> list[ShownTrial]:
    """The results, one for each source."""
    return [
        ShownTrial(
            name,
            str(result)[:1].upper() + str(result)[1:],
            bool(result.problem and not result.posts),
            [_found(post, now, zone) for post in result.found],
            [_one_line(post) for post in result.others],
        )
        for name, result in results.items()
    ]


def shown_topic(
    name: str, query: Query, found: Sequence[Mention], counts: tuple[Count, Count], now: datetime, zone: ZoneInfo
) -> ShownTrial:
    """The newest mentions that ``query`` matches. ``counts``: how many in the last 7 days, and of how many in all."""
    matching, total = counts
    if not total.n:
        summary = "There were no mentions in the last 7 days."
    else:
        number = _number(matching) if matching.n else "None"
        summary = f"{number} of {'the ' if total.exact else ''}{_number(total)} mentions of the last 7 days."
    posts = []
    for mention in found:
        body = mention.post.body
        spans = query.spans(body)
        start, end = excerpt(body, spans)
        reasons = [(mention.brand, str(mention.score.sentiment), "")]
        runs = text_runs(body, {"hit": spans}, start, end)
        posts.append(FoundPost(runs, _where(mention.post), format_time(mention.post.published_at, now, zone), reasons))
    return ShownTrial(name, summary, False, posts)


def _number(count: Count) -> str:
    return f"{count.n:,}" if count.exact else about(count.n)


def _where(post: Post) -> str:
    return " · ".join(filter(None, [post.site or post.source, post.author]))


def _found(judged: JudgedPost, now: datetime, zone: ZoneInfo) -> FoundPost:
    post, spans = judged.post, sorted({span for finding in judged.findings for span in finding.match.spans})
    start, end = excerpt(post.body, spans)
    reasons = [
        (finding.match.brand, str(finding.score.sentiment or "unscored"), finding.match.rule)
        for finding in judged.findings
    ]
    runs = text_runs(post.body, {"hit": spans}, start, end)
    return FoundPost(runs, _where(post), format_time(post.published_at, now, zone), reasons)


def _one_line(post: Post) -> str:
    text = " ".join(post.body.split())
    return text if len(text) <= MAX_OTHER_CHARS else f"{text[:MAX_OTHER_CHARS]}…"
