"""One pass over a source: fetch, judge, save. Its functions run in the caller's thread; ``scheduler`` has the loop.

Source.fetch --> Batch --> Judge.judge --> Store.save        passes.poll
the status and the gaps after the pass                       outcomes, pure
when to poll next, and the health of the source              timing, pure
the status and the cursor after a restart                    resuming
one thread per source, and a watchdog                        scheduler
"""

from monitor.collector.context import ConfiguredSource, PassContext
from monitor.collector.deliveries import Deliveries
from monitor.collector.judge import Judge, PostJudge, prepare_posts
from monitor.collector.language_priors import StoredUsualLanguages
from monitor.collector.learned_offset import StoredOffset
from monitor.collector.passes import poll, record_bug, record_hang, record_outage, record_pause
from monitor.collector.resuming import cursor_after_rule_change, restore_source, resume_status, rules_digest
from monitor.collector.timing import PollingPolicy

__all__ = [
    "ConfiguredSource",
    "Deliveries",
    "Judge",
    "PassContext",
    "PollingPolicy",
    "PostJudge",
    "StoredOffset",
    "StoredUsualLanguages",
    "cursor_after_rule_change",
    "poll",
    "prepare_posts",
    "record_bug",
    "record_hang",
    "record_outage",
    "record_pause",
    "restore_source",
    "resume_status",
    "rules_digest",
]
