"""The report of a week in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from display.formatting import day_and_month, format_duration, format_signed, join_with_and, pluralize
from display.pages.mentions.filters import MentionsView, query_string
from display.weekly.week_data import Figures, TopStory, Unread, WeekData, asking, leaving, tally_of
from monitor.model import Choice, Incident, MentionFilter, Sentiment

MAX_TITLE_CHARS = 140
LONG_UNREAD_HOURS = 24
NO_SOURCE_YET = "No source was read yet."
MOODS = {
    Sentiment.POSITIVE: "More praise than complaints.",
    Sentiment.NEGATIVE: "More complaints than praise.",
    Sentiment.NEUTRAL: "Praise and complaints about balance.",
    Sentiment.UNSCORED: "Too few posts to say.",
}


@dataclass(frozen=True, slots=True)
class ReportFigure:
    """One of the six figures."""

    name: str
    value: str
    change: str
    """Against the week before."""
    meaning: str
    path: str
    """Of the page that shows the mentions it counts."""


@dataclass(frozen=True, slots=True)
class ReportStory:
    """A story that mattered."""

    title: str
    text: str
    """Whom it is about and how many posts it has, without a word of them."""
    path: str


@dataclass(frozen=True, slots=True)
class WeeklyReport:
    """The page."""

    title: str
    """"23 to 29 Nov 2026"."""
    sentence: str
    figures: tuple[ReportFigure, ...]
    stories: tuple[ReportStory, ...]
    unread: tuple[str, ...]
    """A sentence for each source that was not read; empty if all were."""
    task: str
    """The one thing to look at; empty if there is nothing."""
    task_path: str = ""


def build_report(data: WeekData, zone: tzinfo) -> WeeklyReport:
    """The words for the figures of a week."""
    task, path = _task(data, zone)
    return WeeklyReport(
        title=week_title(data.week, zone),
        sentence=_sentence(data, zone),
        figures=_report_figures(data, zone),
        stories=tuple(_report_story(one, data.week, zone) for one in data.stories),
        unread=(NO_SOURCE_YET,) if data.is_before_start else tuple(_unread_sentence(one) for one in data.unread),
        task=task,
        task_path=path,
    )


def week_title(week: Figures, zone: tzinfo) -> str:
    """ "23 to 29 Nov 2026", "30 Nov to 6 Dec 2026"."""
    first, last = week.start.astimezone(zone), (week.end - timedelta(hours=1)).astimezone(zone)
    start = str(first.day) if first.month == last.month else f"{first.day} {first:%b}"
    return f"{start} to {last.day} {last:%b %Y}"


def _sentence(data: WeekData, zone: tzinfo) -> str:
    """What a person would say who is asked how the week was."""
    ours, n = data.ours.name, tally_of(data.week, data.ours.name).n
    if data.incidents:
        return _incident_sentence(data.incidents[0], zone)
    if data.is_before_start:
        return "Wallflower was not reading yet in this week."
    if not n:
        unread = " as far as it was read" if data.unread else ""
        return f"Nobody wrote about {ours} this week{unread}."
    mentions = pluralize(n, "mention")
    if data.is_being_judged:
        return f"{mentions} of {ours}. Stored posts are being judged again by newer rules, so weeks are not compared."
    if data.rule_changed:
        day = data.rule_changed.astimezone(zone)
        if data.rule_changed >= data.week.end:
            return f"{mentions} of {ours}. The rules have changed since, so weeks are not compared."
        return f"{mentions} of {ours}. A rule changed on {day:%a} {day.day} {day:%b}, so weeks are not compared."
    if long := [one for one in data.unread if one.hours >= LONG_UNREAD_HOURS]:
        return _unread_week_sentence(n, ours, long)
    if not data.before:
        return f"The first whole week: {pluralize(n, 'mention')} of {ours}."
    if len(data.before) == 1:
        before = tally_of(data.before[0], ours).n
        return f"{pluralize(n, 'mention')} of {ours}, {_change(n, before)}, and {_mood_clause(data)}."
    rises = [name for name in (ours, *_others(data)) if (verdict := _unusual(data, name)) and verdict > 0]
    if rises:
        name, times = rises[0], _times(data, rises[0])
        return f"{name} was mentioned {times}, more than in any of the {_weeks(data)} before."
    if (verdict := _unusual(data, ours)) and verdict < 0:
        return f"A quiet week: {pluralize(n, 'mention')} of {ours}, fewer than in any of the {_weeks(data)} before."
    return f"A usual week: {pluralize(n, 'mention')} of {ours}, and {_mood_clause(data)}."


def _unread_week_sentence(n: int, ours: str, unread: Sequence[Unread]) -> str:
    """A count that is too low must not be called quiet."""
    sources, hours = join_with_and([one.source for one in unread]), round(max(one.hours for one in unread))
    lasted = "was not read for" if len(unread) == 1 else "were not read for up to"
    return f"At least {pluralize(n, 'mention')} of {ours}: {sources} {lasted} {pluralize(hours, 'hour')}."


def _incident_sentence(incident: Incident, zone: tzinfo) -> str:
    day = incident.since.astimezone(zone)
    topic = f", mostly about “{incident.topic}”" if incident.topic else ""
    lasted = f"for {format_duration(incident.until - incident.since)}" if incident.until else "and it goes on"
    return f"{incident.brand} had an incident on {day:%A}, {day:%H:%M}, {lasted}{topic}."


def _others(data: WeekData) -> list[str]:
    return [tally.brand for tally in data.week.tallies if tally.brand != data.ours.name]


def _weeks(data: WeekData) -> str:
    return "week" if len(data.before) == 1 else f"{len(data.before)} weeks"


def _unusual(data: WeekData, brand: str) -> int:
    """1 if a brand has clearly more mentions than in any week before, -1 if clearly fewer, else 0."""
    n, earlier = tally_of(data.week, brand).n, [tally_of(week, brand).n for week in data.before]
    if len(earlier) < 2:
        return 0
    # Poisson noise alone makes every fifth week the largest of five, so a margin of two standard deviations is asked
    if n > max(earlier) + 2 * max(earlier) ** 0.5 + 4:
        return 1
    return -1 if n < min(earlier) - 2 * min(earlier) ** 0.5 else 0


def _times(data: WeekData, brand: str) -> str:
    n, before = tally_of(data.week, brand).n, tally_of(data.before[0], brand).n
    return f"{pluralize(n, 'time')}, {_change(n, before)}"


def _change(n: int, before: int) -> str:
    """ "12 % more than the week before", "3.2 times as many as the week before"."""
    if n == before:
        return "the same as the week before"
    if before < 10:
        return f"{before:,} the week before"
    if n >= 2 * before:
        return f"{n / before:.1f} times as many as the week before"
    percent = max(1, round(100 * abs(n - before) / before))
    return f"{percent} % {'more' if n > before else 'fewer'} than the week before"


def _mood_clause(data: WeekData) -> str:
    verdict = _mood_verdict(data)
    return f"the mood {verdict}" if verdict else "too few were scored to speak of a mood"


def _mood_verdict(data: WeekData) -> str:
    """What the mood did; empty if there is none in one of the two weeks."""
    mood, before = data.mood, data.mood_before
    if mood is None or before is None:
        return ""
    if mood.low > before.high:
        return "is better than the week before"
    return "is worse than the week before" if mood.high < before.low else "did not change"


def _report_figures(data: WeekData, zone: tzinfo) -> tuple[ReportFigure, ...]:
    ours, week = data.ours, data.week
    us = MentionFilter(brand=Choice((ours.name,)), since=week.start, until=week.end)
    negative = replace(us, sentiment=Choice(("negative",)))
    counts = [tally_of(one, ours.name).n for one in _all(data)]
    bad = [tally_of(one, ours.name).negative for one in _all(data)]
    return (
        _count(f"Mentions of {ours.name}", counts, us, zone, f"About {round(counts[0] / 7):,} a day."),
        _mood_figure(data, zone),
        _share_figure(data, zone),
        _count(f"Negative, of {ours.name}", bad, negative, zone, _part_sentence(bad[0], counts[0], ours.name)),
        _count("People leaving a competitor", [one.leaving for one in _all(data)], leaving(ours, week), zone,
               "They write that they leave, or have left."),
        _count(f"Questions to {ours.name}", [one.asking for one in _all(data)], asking(ours, week), zone,
               f"They ask {ours.name} something."),
    )  # fmt: skip


def _all(data: WeekData) -> Sequence[Figures]:
    return (data.week, *data.before)


def _count(
    name: str, counts: Sequence[int], mentions: MentionFilter, zone: tzinfo, without_history: str
) -> ReportFigure:
    """A number of mentions; ``counts``: of this week, and of the weeks before.

    ``without_history``: what it means while there are too few weeks before.
    """
    n, earlier = counts[0], counts[1:]
    change = _change(n, earlier[0]) if earlier else ""
    meaning = _range_sentence(n, earlier) or (without_history if n else "None this week.")
    return ReportFigure(name, f"{n:,}", change, meaning, _path(mentions, zone))


def _part_sentence(n: int, total: int, brand: str) -> str:
    """ "25 % of the mentions of Acme." """
    return f"{round(100 * n / total)} % of the mentions of {brand}." if total else ""


def _range_sentence(n: int, earlier: Sequence[int]) -> str:
    if len(earlier) < 2:
        return ""
    low, high = min(earlier), max(earlier)
    span = f"{low:,} to {high:,}" if low != high else f"{low:,}"
    if low <= n <= high:
        return f"As usual: {span} in the {len(earlier)} weeks before."
    return f"{'More' if n > high else 'Fewer'} than in the {len(earlier)} weeks before: {span}."


def _mood_figure(data: WeekData, zone: tzinfo) -> ReportFigure:
    name, week = f"Mood about {data.ours.name}", data.week
    scored = MentionFilter(
        brand=Choice((data.ours.name,)),
        sentiment=Choice(exclude=("unscored",)),
        since=week.start,
        until=week.end,
    )
    path = _path(scored, zone)
    if data.mood is None:
        return ReportFigure(name, "?", "", MOODS[Sentiment.UNSCORED], path)
    low, high = _points(data.mood.low), _points(data.mood.high)
    change = f"probably between {low} and {high}, on a scale from {_points(-1)} to 100"
    verdict = _mood_verdict(data)
    compared = f" It {verdict}." if verdict else ""
    return ReportFigure(name, _points(data.mood.mean), change, f"{MOODS[data.mood_mark]}{compared}", path)


def _points(value: float) -> str:
    """Of 100: "+12", "7", with a minus sign instead of a hyphen."""
    return format_signed(100 * value, 0)


def _share_figure(data: WeekData, zone: tzinfo) -> ReportFigure:
    shares = [_share(one, data.ours.name) for one in _all(data)]
    everyone = MentionFilter(since=data.week.start, until=data.week.end)
    leader = max(data.week.tallies, key=lambda tally: tally.n)
    leads = (
        "You lead."
        if leader.brand == data.ours.name
        else f"{leader.brand} leads with {_share(data.week, leader.brand)} %."
    )
    meaning = leads if len(data.week.tallies) > 1 else "It is the only brand."
    if not leader.n:
        meaning = "No brand was mentioned."
    change = f"{shares[1]} % the week before" if len(shares) > 1 else ""
    return ReportFigure("Share of all mentions", f"{shares[0]} %", change, meaning, _path(everyone, zone))


def _share(week: Figures, brand: str) -> int:
    total = sum(tally.n for tally in week.tallies)
    return round(100 * tally_of(week, brand).n / total) if total else 0


def _report_story(top: TopStory, week: Figures, zone: tzinfo) -> ReportStory:
    post, story = top.mention.post, top.story
    words = " ".join((post.title or post.text).split())
    title = words if len(words) <= MAX_TITLE_CHARS else f"{words[: MAX_TITLE_CHARS - 1].rstrip()}…"
    sources = f"in {pluralize(story.sources, 'source')}"
    text = f"About {join_with_and(story.brands)}: {pluralize(story.posts, 'post')} {sources}."
    return ReportStory(title, text, f"/mentions?story={story.id}&range=all")


def _unread_sentence(unread: Unread) -> str:
    hours = "less than an hour" if unread.hours < 1 else pluralize(round(unread.hours), "hour")
    still = ", and it still is not" if unread.lasts else ""
    return f"{unread.source} was not read for {hours}{still}."


def _task(data: WeekData, zone: tzinfo) -> tuple[str, str]:
    """The one thing to look at, and its page: what burns first, then what nobody saw, then what is left to do."""
    if ongoing := [one for one in data.incidents if one.until is None]:
        one = ongoing[0]
        about = MentionFilter(brand=Choice((one.brand,)), since=one.since.replace(second=0, microsecond=0))
        return f"The incident of {one.brand} goes on.", _path(about, zone)
    if blind := [one for one in data.unread if one.lasts or one.hours >= LONG_UNREAD_HOURS]:
        return f"{blind[0].source} was not read. The page of sources says what to do.", "/sources"
    for n, what, mentions in (
        (data.unclaimed_leaving, "of people who leave a competitor", leaving(data.ours, data.week)),
        (data.unclaimed_asking, f"with a question to {data.ours.name}", asking(data.ours, data.week)),
    ):
        if n:
            verb = "is" if n == 1 else "are"
            text = f"{pluralize(n, 'mention')} {what} {verb} not claimed by anybody."
            return text, _path(replace(mentions, state=Choice(("unclaimed",))), zone)
    return "", ""


def _path(mentions: MentionFilter, zone: tzinfo) -> str:
    return f"/mentions?{query_string(MentionsView(mentions, ''), zone)}"


def created_line(now: datetime, zone: tzinfo, *, is_sample: bool) -> str:
    """When the report was computed: later mentions and corrections are not in it."""
    local = now.astimezone(zone)
    sample = " Sample data. Nothing here is real." if is_sample else ""
    return f"As of {local:%H:%M}, {day_and_month(local, local)}. Numbers include hidden mentions.{sample}"
