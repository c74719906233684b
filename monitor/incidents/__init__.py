"""Incidents: when a brand is mentioned far more than usual, told from counts alone."""

from __future__ import annotations

from monitor.incidents.detector import Detector as Detector
from monitor.incidents.detector import Unread as Unread
