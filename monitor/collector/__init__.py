"""One pass over a source: fetch, judge, save. No loop, no thread and no clock of its own.

Source.fetch --> Batch --> Judge.judge --> Store.save                 passes.poll
what the pass means for the next: when, and how the source is         timing, pure
"""

from monitor.collector.delivery import Deliveries
from monitor.collector.judge import Judge, Judging, prepared
from monitor.collector.passes import (
    ConfiguredSource,
    PassContext,
    cursor_after_rule_change,
    poll,
    record_bug,
    record_hang,
    record_pause,
    resume_source,
    resume_status,
    rules_digest,
)
from monitor.collector.timing import Pace

__all__ = [  # noqa: RUF022
    "PassContext",
    "Deliveries",
    "Judge",
    "Judging",
    "Pace",
    "ConfiguredSource",
    "cursor_after_rule_change",
    "record_bug",
    "record_hang",
    "record_pause",
    "poll",
    "prepared",
    "rules_digest",
    "resume_source",
    "resume_status",
]
