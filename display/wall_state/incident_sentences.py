"""How large an incident is, and its title, for the headline and for the screen of the incident."""

from __future__ import annotations

from display.wall_state.i18n import Locale, Phrases, fill
from display.wall_state.wall_text import isolated
from monitor.model import Incident


def incident_size(incident: Incident, locale: Locale) -> str:
    """``6 times the usual``; ``12 mentions in 40 mins`` if too little is usual for a multiple.

    An incident lasts for a while after its numbers have fallen, and its posts may be deleted: a multiple of 1 or less
    is ``No more than usual``.
    """
    phrases = locale.phrases
    if incident.has_low_baseline:
        return _mentions_in_window(phrases.mentions_in, incident, locale)
    if round(incident.multiple) <= 1:
        return phrases.no_more_than_usual
    return locale.counted(phrases.times_usual, round(incident.multiple))


def last_known_size(incident: Incident, locale: Locale) -> str:
    """The same, as what was last known before the connection was lost."""
    phrases = locale.phrases
    if incident.has_low_baseline:
        return _mentions_in_window(phrases.last_known_mentions, incident, locale)
    if round(incident.multiple) <= 1:
        return phrases.last_known_usual
    return fill(phrases.last_known_times, n=locale.multiple(incident.multiple))


def incident_title(incident: Incident, topic: str, phrases: Phrases) -> str:
    """``“Checkout down”``, or what rose if there is no ``topic``."""
    if topic:
        # A title begins with a capital, except for a name with a spelling of its own: iPhone.
        capitalised = topic[0].upper() + topic[1:] if topic.split()[0].islower() else topic
        return fill(phrases.quoted, topic=isolated(capitalised))
    return phrases.many_more_negative if incident.negative else phrases.many_more


def _mentions_in_window(phrase: str, incident: Incident, locale: Locale) -> str:
    """``phrase`` with the mentions of the incident's window and its length."""
    phrases = locale.phrases
    mentions = locale.counted(phrases.negative_mentions if incident.negative else phrases.mentions, incident.n)
    return fill(phrase, mentions=mentions, duration=locale.duration(incident.window))
