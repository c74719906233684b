"""Every phrase of the wall's own, in one language. What stands in braces is filled in; each language fills in the same.

The page's own few words are in ``web/wall/words.ts``, in the same languages.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """A phrase about a number."""

    one: str
    many: str
    none: str = ""

    def of(self, n: int) -> str:
        """The form for ``n``."""
        return (self.none if not n and self.none else None) or (self.one if n == 1 else self.many)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """All of them; a language that lacks one cannot be made."""

    # Numbers and times
    thousands: str
    """Between groups of three digits."""
    weekdays: tuple[str, ...]
    """From Monday."""
    months: tuple[str, ...]
    weekday_time: str
    date: str
    first_of_month: str
    midnight: str
    noon: str
    days: Counted
    listed: str
    """The last of several beside the others."""
    # The word of each state
    blind: str
    partly_blind: str
    incident: str
    listening: str
    learning: str
    normal: str
    busy: str
    quiet: str
    not_live: str
    over: str
    # What follows it
    mentions: Counted
    of_brand: str
    in_last_hour: str
    elsewhere: str
    mostly_about: str
    usually: str
    usual_for_night: str
    usual_for_hour: str
    no_topic: str
    times_usual: str
    no_more_than_usual: str
    """Where an incident is calm, and not yet over."""
    since_nothing: str
    """On the first run."""
    being_read: Counted
    in_vain: str
    learning_day: str
    learning_hour: str
    none_read_since: str
    none_readable: str
    not_read_since: str
    never_read: str
    not_read_all_hour: str
    sources_not_read: str
    since_stop: str
    """The end of "Not live since"."""
    then_times: str
    then_no_more: str
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
    some_read: str
    """With ``last_read`` behind it."""
    last_read: str
    """What comes before an age."""
    all_read: Counted
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
    unwatched: str
    sampled: str
    hidden: Counted
    # The screen of an incident
    the_usual: str
    in_time: str
    """Where too little is usual for a multiple."""
    mentions_in: str
    at_most: str
    then_mentions: str
    for_time: str
    since: str
    an_hour: str
    an_hour_short: str
    """Where that has no room."""
    usually_an_hour: str
    usual_share: str
    """In whole per cent."""
    negative_mentions: Counted
    negative_short: str
    less_than_one: str
    rising: str
    steady: str
    falling: str
    unread_since: str
    unread: str
    more_like_this: str
    percent_negative: str
    mostly_unscored_stop: str
    see_it_too: Counted
    busy_too: Counted
    competitors_as_usual: str
    others_count: str
    far_more: str
    new_words: str
    names_not_read: str
    and_more: str
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
    too_few: str
    mostly_unscored: str
    no_mentions: str
    others: str
    brands: str
    # Topics
    topics: str
    not_sorted: str
    new: str
    several_times: str
    twice: str
    as_usual: str
    half: str
    less_than_half: str
    # The first run
    first_read_at: str
    not_read_yet: str
    group: str
    # Whoever is not named
    someone: str
    # A browser that cannot draw the wall
    too_old: str
    needs: str
