"""The model: frozen dataclasses that every package shares. It imports no other package of this project.

Offsets (``Span``) count characters of ``Post.body``. Times are aware, in UTC. Scores lie in -1..1, towards one brand.
"""

from monitor.model.analysis import FoundTopic, Incident, Topic, Topics, Trend, VolumeSeries
from monitor.model.examination import Examination
from monitor.model.maintenance import Backup, DatabaseContent, Restored
from monitor.model.mentions import (
    NEUTRAL_BELOW,
    Change,
    ChangeKind,
    Evidence,
    Finding,
    Intent,
    JudgedPost,
    Match,
    Mention,
    SaveResult,
    Score,
    Sentiment,
    State,
    WordWeight,
)
from monitor.model.posts import UNDATED, Batch, Brand, Delivery, Json, Post, Receipt, Span, Term
from monitor.model.queries import Bin, Choice, Count, FacetValue, ListPosition, MentionFilter, Order, Position, Tally
from monitor.model.sources import (
    PAUSED_REASON,
    DatabaseStatus,
    Gap,
    Health,
    RateLimit,
    SourceRequest,
    SourceStatus,
    Spend,
)
from monitor.model.store_health import FaultKind, StoreFault, StoreHealth
from monitor.model.texts import Text, Texts

__all__ = [
    "NEUTRAL_BELOW",
    "PAUSED_REASON",
    "UNDATED",
    "Backup",
    "Batch",
    "Bin",
    "Brand",
    "Change",
    "ChangeKind",
    "Choice",
    "Count",
    "DatabaseContent",
    "DatabaseStatus",
    "Delivery",
    "Evidence",
    "Examination",
    "FacetValue",
    "FaultKind",
    "Finding",
    "FoundTopic",
    "Gap",
    "Health",
    "Incident",
    "Intent",
    "Json",
    "JudgedPost",
    "ListPosition",
    "Match",
    "Mention",
    "MentionFilter",
    "Order",
    "Position",
    "Post",
    "RateLimit",
    "Receipt",
    "Restored",
    "SaveResult",
    "Score",
    "Sentiment",
    "SourceRequest",
    "SourceStatus",
    "Span",
    "Spend",
    "State",
    "StoreFault",
    "StoreHealth",
    "Tally",
    "Term",
    "Text",
    "Texts",
    "Topic",
    "Topics",
    "Trend",
    "VolumeSeries",
    "WordWeight",
]
