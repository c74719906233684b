"""What another rule would find, as the editor shows it: a sentence, a chart, and the posts that enter and leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from display.formatting import FormattedTime, day_and_month, format_time, pluralize
from display.pages.context import PageContext
from display.pages.health_line import HealthLine
from display.pages.mentions.chart_range import Period, chart_periods
from display.pages.mentions.filters import RANGES
from display.pages.mentions.histogram import Histogram, bin_edges, build_histogram
from display.pages.mentions.text_runs import TextRun, excerpt, text_runs
from display.pages.rules.breadth import breadth_warning, posts_read, share_of_read
from display.pages.rules.subject import Subject
from display.source_health import unrecorded_gaps
from monitor.model import Bin, Brand, Gap, MentionFilter
from monitor.model.rules import PreviewedPost, PreviewFigures, PreviewSide
from monitor.query import Document, Query, parse
from monitor.rules.reasons import Reason, why_found, why_not_found

MIN_OTHERS = 20
NEARLY_ALL = 0.9
MAX_TOPIC_SHARE = 0.5
"""Of all posts; a topic that more of them fit distinguishes little."""


@dataclass(frozen=True, slots=True)
class ShownPost:
    """A post that enters or leaves, and why."""

    mention: int
    runs: Sequence[TextRun]
    source: str
    published_at: datetime
    published: FormattedTime
    reason: str
    lang: str


@dataclass(frozen=True, slots=True)
class ShownSide:
    """The posts that enter, or those that leave."""

    n: int
    posts: Sequence[ShownPost]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the editor shows below the rule."""

    sentence: str
    detail: str
    found: int
    now: int
    entering: ShownSide
    leaving: ShownSide
    chart: Histogram | None
    exact: bool
    posts: int
    """Stored posts that were checked."""
    since: datetime
    """From when on they were published."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _CurrentCounts:
    """The line of the rule in use, in place of what is usual."""

    counts: dict[datetime, int]
    rule_changed: bool = False

    def of(self, start: datetime, end: datetime) -> float | None:
        """Mentions in the bin that begins at ``start``."""
        return self.counts.get(start)


def preview(
    context: PageContext, health: HealthLine, subject: Subject, text: str, range_name: str, *, shown: int
) -> Preview:
    """What ``text`` would find as the rule of ``subject``, with some posts of each side. Raises QueryError."""
    query, now, zone = parse(text), context.clock.now(), context.config.timezone
    periods = _periods(context, range_name, now)
    edges = sorted({*bin_edges(periods, zone)})
    figures = subject.preview(context.store, text, edges, shown)
    current = subject.counts(context.store, edges, figures)
    found = _found(current, figures)
    gaps = _gaps(context, health, edges[0], now)
    n_now, n_found = sum(current), sum(current) - figures.leaving.n + figures.entering.n
    return Preview(
        sentence=_sentence(
            RANGES[range_name].label, n_now, n_found, exact=figures.exact, is_current=text == subject.rule
        ),
        detail=_detail(figures, edges[0], now, context, is_topic=subject.brand is None),
        found=n_found,
        now=n_now,
        entering=_shown(figures.entering, query, now, context, enters=True),
        leaving=_shown(figures.leaving, query, now, context, enters=False),
        chart=_chart(edges, periods, found, current, gaps, subject, context),
        exact=figures.exact,
        posts=figures.posts,
        since=edges[0],
        warnings=tuple(_warnings(context, subject, figures, n_now, n_found)),
    )


def one_line(text: str) -> str:
    """``text`` as it is saved: a rule may be typed on several lines."""
    return " ".join(text.split())


def _periods(context: PageContext, range_name: str, now: datetime) -> list[Period]:
    end = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    length = RANGES[range_name].length
    if length is not None:
        return [Period(end - length, end)]
    everything = MentionFilter()
    zone, store = context.config.timezone, context.store
    found = chart_periods(None, end, zone, lambda edges: store.histogram(everything, edges))
    return [Period(found[0].start, end)] if found else [Period(end - timedelta(days=7), end)]


def _found(current: Sequence[int], figures: PreviewFigures) -> list[int]:
    rows = zip(current, figures.leaving.bins, figures.entering.bins, strict=True)
    return [max(0, n - leaving + entering) for n, leaving, entering in rows]


def _gaps(context: PageContext, health: HealthLine, since: datetime, now: datetime) -> list[Gap]:
    stored = context.store.gaps(since, now)
    return [*stored, *unrecorded_gaps(health.unread, stored)]


def _chart(
    edges: Sequence[datetime],
    periods: Sequence[Period],
    found: Sequence[int],
    current: Sequence[int],
    gaps: Sequence[Gap],
    subject: Subject,
    context: PageContext,
) -> Histogram | None:
    bins = [Bin(start, end, n, 0) for (start, end), n in zip(pairwise(edges), found, strict=True)]
    line = _CurrentCounts(dict(zip(edges, current, strict=False)))
    now, zone = context.clock.now(), context.config.timezone
    changes = subject.changes(context.store, edges[0], now)
    return build_histogram(bins, periods, gaps, now, zone, line, changes)


def _sentence(label: str, now: int, found: int, *, exact: bool, is_current: bool) -> str:
    about, mentions = "" if exact else "about ", pluralize(found, "mention")
    if is_current and now == found:
        return f"{label}: this rule found {mentions}."
    if found == now:
        same = "the same as now" if exact else "as many as now"
        return f"{label}: this rule would have found {about}{mentions}, {same}."
    compared = f"{about}{abs(found - now):,} {'fewer' if found < now else 'more'} than now"
    return f"{label}: this rule would have found {about}{mentions}, {compared}."


def _detail(figures: PreviewFigures, since: datetime, now: datetime, context: PageContext, *, is_topic: bool) -> str:
    zone = context.config.timezone
    day = day_and_month(since.astimezone(zone), now.astimezone(zone))
    about = "" if figures.exact else "About "
    change = f"{about}{figures.entering.n:,} would enter and {about.lower()}{figures.leaving.n:,} would leave. "
    posts = pluralize(figures.posts, "post")
    checked = f"Checked against the {posts} kept since {day}."
    if not figures.exact:
        checked = f"These are estimates from an even sample of the {posts} kept since {day}."
    rest = "Posts that matched no rule were not kept, so a broader rule may find more than this."
    if is_topic:
        rest = "A topic counts mentions of all brands."
    return f"{change if figures.entering.n or figures.leaving.n else ''}{checked} {rest}"


def _warnings(context: PageContext, subject: Subject, figures: PreviewFigures, now: int, found: int) -> list[str]:
    warnings, share = list[str](), None
    if subject.brand is None and figures.posts >= MIN_OTHERS and found > MAX_TOPIC_SHARE * figures.posts:
        warnings.append("More than half of all mentions fit this rule. As a topic, it distinguishes little.")
    if subject.brand is not None:
        share = _share_of_read(context, subject.brand, figures, now, found)
        if found >= NEARLY_ALL * figures.posts and figures.posts - now >= MIN_OTHERS:
            warnings.append("It would find nearly every stored post, also those about other brands only.")
    warnings += filter(None, [breadth_warning(share, "It would find about" if found != now else "It finds")])
    if not found and now:
        warnings.append("It would have found nothing in this time.")
    return warnings


def _share_of_read(context: PageContext, brand: Brand, figures: PreviewFigures, now: int, found: int) -> float | None:
    """The share of everything that a rule would find, from that of the rule in use, or else of all rules."""
    read = posts_read(context.config)
    share = share_of_read(context, brand, read)
    if share is None or (share and now):
        return share and share * found / now
    shares = [share_of_read(context, one, read) for one in context.config.brands]
    return sum(filter(None, shares)) * found / max(1, figures.posts)


def _shown(side: PreviewSide, query: Query, now: datetime, context: PageContext, *, enters: bool) -> ShownSide:
    return ShownSide(side.n, [_shown_post(one, query, now, context, enters=enters) for one in side.newest])


def _shown_post(one: PreviewedPost, query: Query, now: datetime, context: PageContext, *, enters: bool) -> ShownPost:
    post, document = one.post, Document.of(one.post)
    reason: Reason = (why_found if enters else why_not_found)(query, document)
    start, end = excerpt(post.body, reason.spans)
    return ShownPost(
        one.mention,
        text_runs(post.body, {"hit": reason.spans}, start, end),
        post.source,
        post.published_at,
        format_time(post.published_at, now, context.config.timezone),
        reason.text,
        post.lang or "",
    )
