"""One pass over a source: fetch, judge, save. It has no loop, thread or clock of its own.

Source.fetch --> Batch --> Judge.judge --> Store.save        passes.poll
what the pass changes: status and gaps                       outcomes, pure
when to poll next, and what state the source is in           timing, pure
"""

from monitor.collector.context import ConfiguredSource, PassContext
from monitor.collector.deliveries import Deliveries
from monitor.collector.judge import Judge, Judging, prepare_posts
from monitor.collector.passes import poll, record_bug, record_hang, record_pause
from monitor.collector.resuming import cursor_after_rule_change, resume_source, resume_status, rules_digest
from monitor.collector.timing import Pace

__all__ = [
    "ConfiguredSource",
    "Deliveries",
    "Judge",
    "Judging",
    "Pace",
    "PassContext",
    "cursor_after_rule_change",
    "poll",
    "prepare_posts",
    "record_bug",
    "record_hang",
    "record_pause",
    "resume_source",
    "resume_status",
    "rules_digest",
]
