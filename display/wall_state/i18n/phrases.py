"""Every phrase of a wall in one language.

Names in braces are placeholders: a translation has the same ones. ``Phrases`` are what the server writes into the
state, ``PagePhrases`` what the page writes by itself. Both fail when they are created without one of their phrases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from string import Formatter

import babel

from display.wall_state.wall_text import END_ISOLATE
from monitor.model import FaultKind

STOPS = ("…", ".")
ALL_NUMBERS = range(201)
"""Every plural category that a language uses for whole numbers below a million occurs among these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plural:
    """A phrase about ``{n}`` things: a form for each plural category of CLDR that its language has."""

    other: str
    zero: str = ""
    one: str = ""
    two: str = ""
    few: str = ""
    many: str = ""
    none: str = ""
    """For zero, if it has a phrase of its own; not a category of CLDR."""

    def form(self, category: str) -> str:
        """The form for a plural category; ``other`` where a language has none of its own."""
        found: str = getattr(self, category)
        return found or self.other


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentiments:
    """A word for each sentiment."""

    positive: str
    negative: str
    neutral: str
    unscored: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePhrases:
    """The phrases of the page: what the browser writes by its own clock, or when the server is silent."""

    # Times
    now: str
    just_now: str
    at: str
    """Before a time of day, within a sentence."""
    board_at: str
    """Heading of the board when its figures are no longer current."""
    # Voices
    sentiments: Sentiments
    on: str
    """Before the place where a post was written."""
    more_like_this: Plural
    someone: str
    """The author who is not named."""
    no_text: str
    voices: str
    # The board
    share: str
    mood: str
    moods: Sentiments
    """A brand's or a topic's mood, for screen readers."""
    usual: str
    """On the line of what is usual."""
    sample: str
    contains_sample: str
    """The same where real posts are stored too."""
    # The connection
    reconnecting: str
    as_of: str
    server_full: str
    """The server accepts no more connections."""
    not_live: str
    last_update: str
    connection_lost: str
    not_live_unfinished: str
    """The same as ``not_live``, as the first words of a sentence that ``not_live_since`` ends."""
    not_live_since: str
    unanswered: str
    keeps_trying: str
    no_wall: str
    not_in_config: str
    # The first run
    source: str
    last_read: str
    posts_an_hour: str
    about: str
    """Before our name."""
    # Pairing
    pair: str
    pairing: tuple[str, ...]
    """Alternately plain and bold."""
    new_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The phrases of one language."""

    locale: str
    """The CLDR locale whose plurals, numbers, dates and units the language uses: ``en_GB``."""
    page: PagePhrases
    # Times
    weekday_time: str
    date: str
    midnight: str
    noon: str
    # Sentences
    continued: str
    """The first part of a headline when a second one follows."""
    sentence: str
    """A phrase as a complete sentence."""
    # The word of each state
    blind: str
    partly_blind: str
    incident: str
    listening: str
    starting: str
    """The state before anything has been read."""
    learning: str
    normal: str
    busy: str
    quiet: str
    over: str
    # What follows it
    mentions: Plural
    of_brand: str
    in_last_hour: str
    elsewhere: str
    mostly_about: str
    often_about: str
    """For a topic of less than half of the mentions."""
    usually: Plural
    usual_for_night: str
    usual_for_hour: str
    no_topic: str
    times_usual: Plural
    no_more_than_usual: str
    """During an incident whose numbers have fallen back and that is not yet over."""
    since_nothing: str
    nothing_read_yet: str
    generating: str
    """On the first run."""
    being_read: Plural
    set_up: Plural
    all_failed: str
    learning_day: str
    learning_rule_day: str
    """Since a brand's rule changed: counts by the rule before are not comparable."""
    learning_hour: str
    none_read_since: str
    none_readable: str
    not_read_since: str
    never_read: str
    not_read_all_hour: str
    sources_not_read: str
    last_known_times: str
    last_known_usual: str
    last_known_mentions: str
    not_storing: str
    because: str
    """The first part of a headline when its cause follows."""
    erasing: str
    """Nothing is stored for a short while, as expected."""
    erasing_until: str
    fault_causes: Mapping[FaultKind, str]
    """Why nothing can be stored, for everybody."""
    nothing_read_since: str
    nothing_is_read: str
    over_named: str
    over_unnamed: str
    peak: str
    quoted: str
    many_more: str
    many_more_negative: str
    # The lines of proof
    no_source: str
    none_read_yet: str
    all_read: Plural
    both_read: str
    some_read: str
    last_read_age: str
    """Ends the sentence that ``all_read`` or ``some_read`` begins: when any source was last read."""
    waits_until: str
    waits: str
    quota_until: str
    quota_spent: str
    credit_spent: str
    refuses_key: str
    needs_key: str
    paused: str
    next_try: str
    last_read_at: str
    not_detecting: str
    sampled: str
    hidden: Plural
    set_aside: Plural
    """Posts that are probably not about the brand."""
    hidden_and_set_aside: str
    # The screen of an incident
    the_usual: str
    in_time: str
    """Below a number of mentions, where too little is usual for a multiple."""
    mentions_in: str
    peak_mentions: str
    for_time: str
    since: str
    an_hour: str
    an_hour_short: str
    """For a narrower place."""
    usually_an_hour: str
    usual_share: str
    usual_share_unknown: str
    """In its place while a changed rule makes shares of former weeks incomparable."""
    negative_mentions: Plural
    flag_mentions: Plural
    """What a number on the flag counts, without the number; each word has a line."""
    flag_negative_mentions: Plural
    negative_short: Plural
    less_than_one: str
    rising: str
    steady: str
    falling: str
    unread_since: str
    unread: str
    percent_negative: str
    percent_negative_wrong: str
    """The same, with how many of the negative ones are not."""
    mostly_unscored_sentence: str
    have_incident_too: Plural
    busy_too: Plural
    competitors_as_usual: str
    competitor_as_usual: str
    """The same where there is only one."""
    others_count: str
    far_more: str
    new_words: str
    names_not_read: str
    and_more: Plural
    no_source_read: str
    # The horizon
    without: str
    not_read: str
    not_listening: str
    last_day: str
    peak_spoken: str
    from_to: str
    # The board
    last_week: str
    last_week_gaps: str
    board_since: str
    wrong_of_checked: str
    """Below the moods: how many of 100 posts that are called negative are not, of so many that people checked."""
    wrong_in_tests: str
    """The same, measured on other posts."""
    too_few: str
    mostly_unscored: str
    no_mentions: str
    others: str
    brands: Plural
    # Topics
    topics: str
    topics_of: str
    """The same where the wall has several brands of ours, and the topics are those of one."""
    everything_else: str
    new: str
    rare: str
    """Mentioned on fewer days than not."""
    several_times: str
    twice: str
    as_usual: str
    half: str
    less_than_half: str
    # The first run
    first_read_at: str
    not_read_yet: str
    none_yet: str
    sources_of_kind: Plural
    # A browser that cannot draw the wall
    too_old: str
    needs: str

    def __post_init__(self) -> None:
        if unnamed := set(FaultKind) - set(self.fault_causes):
            raise ValueError(f"{self.locale}: fault_causes has no phrase for {', '.join(sorted(unnamed))}")
        needed = _categories(self.locale)
        for name, plural in self.plurals():
            if missing := [category for category in needed if not getattr(plural, category)]:
                raise ValueError(f"{self.locale}: {name} has no form for {', '.join(sorted(missing))}")

    def plurals(self) -> Iterator[tuple[str, Plural]]:
        """Each phrase about a number, with its name."""
        for part in (self, self.page):
            for field in fields(part):
                if isinstance(value := getattr(part, field.name), Plural):
                    yield field.name, value


def fill(phrase: str, **parts: object) -> str:
    """``phrase`` with ``parts`` in place of its placeholders.

    The full stop after a part is dropped if the part ends in an ellipsis or in an abbreviation's full stop.
    """
    text, has_stop = "", False
    for literal, name, _, _ in Formatter().parse(phrase):
        text += literal[1:] if has_stop and literal.startswith(".") else literal
        if name is not None:
            part = str(parts[name])
            text += part
            has_stop = part.removesuffix(END_ISOLATE).endswith(STOPS)
    return text


@cache
def _categories(locale: str) -> frozenset[str]:
    """The plural categories that whole numbers take in a locale."""
    rule = babel.Locale.parse(locale).plural_form
    return frozenset(map(rule, ALL_NUMBERS))
