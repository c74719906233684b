"""When an incident began: the moment at which the counts left their usual level."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import chain

import numpy as np

from monitor.analysis.incidents.counts import Floats
from monitor.model import Incident, VolumeSeries

REFINED_SPAN = timedelta(minutes=10)
"""How far before the onset that was found in bins of 5 minutes the exact minute may be."""
_MIN_EXPECTED = 0.01
"""Where almost nothing is expected, the logarithm of a rate needs a lower limit."""


def change_point(counts: Floats, expected: Floats) -> int:
    """The index from which on the counts are highest in relation to ``expected``.

    The maximum-likelihood estimate of a change between two Poisson rates. The first rate is at least the expected one,
    so that counts that return to normal are no change.
    """
    if not len(counts):
        return 0
    expected = np.maximum(expected, _MIN_EXPECTED)
    n_before = np.cumsum(counts) - counts
    expected_before = np.cumsum(expected) - expected
    likelihood = _log_likelihood(n_before, expected_before, 1.0)
    likelihood += _log_likelihood(counts.sum() - n_before, expected.sum() - expected_before, 1.0)
    rises = (counts.sum() - n_before) * expected_before >= n_before * (expected.sum() - expected_before)
    return int(np.argmax(np.where(rises, likelihood, -np.inf)))


def refined_onset(incident: Incident, minutes: VolumeSeries) -> datetime:
    """The minute in which a new incident began. ``minutes``: counts in short bins from before its ``since`` on."""
    by_source = (minutes.negative if incident.negative else minutes.n).values()
    bins = max(chain([0], map(len, by_source)))
    counts = np.zeros(bins)
    for of_source in by_source:
        counts += np.asarray(of_source, dtype=np.float64)
    usual = incident.baseline * (minutes.step / incident.window)
    return minutes.start + change_point(counts, np.full(bins, usual)) * minutes.step if bins else incident.since


def _log_likelihood(n: Floats, expected: Floats, min_ratio: float) -> Floats:
    """Of ``n`` counts at the most likely rate, apart from terms that are the same for every rate."""
    ratio = np.maximum(n / np.maximum(expected, _MIN_EXPECTED), min_ratio)
    return np.asarray(n * np.log(ratio) - ratio * expected)
