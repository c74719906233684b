"""Incidents: times in which a brand is mentioned far more than usual, detected from counts alone."""

from __future__ import annotations

from monitor.analysis.incidents.counts import Unread as Unread
from monitor.analysis.incidents.detector import Detector as Detector
from monitor.analysis.incidents.tuning import DEFAULT as DEFAULT
from monitor.analysis.incidents.tuning import Tuning as Tuning
