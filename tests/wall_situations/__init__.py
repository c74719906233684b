"""Made-up situations of an installation, and an independent check of everything that its wall then says.

    by_*.py --registry--> Situation --scene--> a database and the wall's document --oracle--> what is not true

``scene`` writes through the store, as sources and people do. ``oracle`` reads the rows with its own SQL and shares no
code with the wall. ``python -m tests.wall_situations FOLDER`` draws all of them in a real Chromium.
"""

from __future__ import annotations

from tests.wall_situations import by_figures, by_incident, by_sources, by_time, by_voices
from tests.wall_situations.registry import SITUATIONS

__all__ = ["SITUATIONS", "by_figures", "by_incident", "by_sources", "by_time", "by_voices"]
