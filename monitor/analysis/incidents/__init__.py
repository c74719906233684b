"""Incidents: periods in which a brand is mentioned far more than usual, detected from counts alone."""

from __future__ import annotations

from monitor.analysis.incidents.counts import UnreadSpans as UnreadSpans
from monitor.analysis.incidents.detector import Detector as Detector
from monitor.analysis.incidents.onset import REFINED_SPAN as REFINED_SPAN
from monitor.analysis.incidents.onset import refined_onset as refined_onset
from monitor.analysis.incidents.tuning import BIN_WIDTH as BIN_WIDTH
from monitor.analysis.incidents.tuning import DEFAULT_TUNING as DEFAULT_TUNING
from monitor.analysis.incidents.tuning import RECENT_BINS as RECENT_BINS
from monitor.analysis.incidents.tuning import Tuning as Tuning
