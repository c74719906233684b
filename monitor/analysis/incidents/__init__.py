"""Incidents: periods in which a brand is mentioned far more than usual, detected from counts alone."""

from __future__ import annotations

from monitor.analysis.incidents.counts import UnreadSpans as UnreadSpans
from monitor.analysis.incidents.detector import Detector as Detector
from monitor.analysis.incidents.tuning import DEFAULT_TUNING as DEFAULT_TUNING
from monitor.analysis.incidents.tuning import Tuning as Tuning
