"""The voices of an incident: posts about its story, in the mood of most of its posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from display.wall_state import horizon
from display.wall_state.story_speakers import Speaker, chosen, moods_of, speakers
from display.wall_state.ttl_cache import ttl_cache
from display.wall_state.voice_query import VoiceQuery
from display.wall_state.wall_data import WallData
from monitor.clock import Clock
from monitor.model import Incident, Mention, Sentiment

BEFORE = timedelta(hours=12)
"""What was said before an incident shows which of its words are new."""
MAX_RANKED = 60
"""Posts that are read; a wall may not show some of them."""
RANKING_TTL_SECONDS = 8.0


class IncidentVoices:
    """Chooses the voices of incidents for one wall, and keeps those that fit as well as others. Not thread-safe."""

    def __init__(self, data: WallData, query: VoiceQuery, clock: Clock) -> None:
        self._data, self._query = data, query
        self._rankings = ttl_cache(clock, RANKING_TTL_SECONDS, 1)
        self._shown: frozenset[int] = frozenset()

    def take_over(self, former: IncidentVoices) -> None:
        """Keep what ``former`` shows."""
        self._shown = former._shown

    def of(self, incident: Incident) -> Sequence[Mention]:
        """The voices, the closest to the middle of the story first. Hidden ones disappear at once."""
        key = (incident.id, incident.topic, incident.phrases)
        if key not in self._rankings:
            self._rankings[key] = self._ranking(incident)
        ranked, moods = self._rankings[key]
        mentions = self._data.mentions([speaker.mention for speaker in ranked])
        found = [(s, m) for s in ranked if (m := mentions.get(s.mention)) is not None and self._query.may_show(m)]
        voices = chosen(found, moods)
        self._shown = frozenset(mention.id for mention in voices)
        return voices

    def _ranking(self, incident: Incident) -> tuple[Sequence[Speaker], Mapping[Sentiment, int]]:
        texts = self._data.texts(incident.brand, incident.since, horizon.end_of_last_bar(self._data.now))
        before = self._data.texts(incident.brand, incident.since - BEFORE, incident.since)
        ranked = speakers(texts, before, (incident.topic, *incident.phrases), self._shown)
        return ranked[:MAX_RANKED], moods_of(texts)
