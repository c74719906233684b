"""The thread that looks at what was stored: is anything out of the ordinary, and what is it about?

Watch -- every 15 s --> each duty:  Incidents (counts), TopicsDuty (words) --> Store, where walls and pages read it
                                     Memory
"""

from __future__ import annotations

from monitor.analysis.jobs.incidents import Incidents
from monitor.analysis.jobs.loop import Duty, Watch
from monitor.analysis.jobs.memory import Memory, share_arenas
from monitor.analysis.jobs.topics import TopicsDuty

__all__ = ["Duty", "Incidents", "Memory", "TopicsDuty", "Watch", "share_arenas"]
