"""Incidents: when a brand is mentioned far more than usual, told from counts alone."""

from __future__ import annotations

from monitor.incidents.counts import Unread as Unread
from monitor.incidents.detector import Detector as Detector
from monitor.incidents.tuning import DEFAULT as DEFAULT
from monitor.incidents.tuning import Tuning as Tuning
