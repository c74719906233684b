"""One pass over a source: fetch, judge, save. No loop, no thread and no clock of its own.

Source.fetch --> Batch --> Judge.judge --> Store.save                 passes.poll
what the pass means for the next: when, and how the source is         timing, pure
"""

from monitor.collector.delivery import Deliveries
from monitor.collector.judge import Judge, Judging, prepared
from monitor.collector.passes import (
    Desk,
    Watched,
    left_for,
    note_fault,
    note_hang,
    note_pause,
    poll,
    rules_mark,
    take_up,
    taken_up,
)
from monitor.collector.timing import Pace

__all__ = [  # noqa: RUF022
    "Desk",
    "Deliveries",
    "Judge",
    "Judging",
    "Pace",
    "Watched",
    "left_for",
    "note_fault",
    "note_hang",
    "note_pause",
    "poll",
    "prepared",
    "rules_mark",
    "take_up",
    "taken_up",
]
