"""The words of the house as frozen dataclasses. Imports nothing of ours.

Offsets (``Span``) count characters of ``Post.body``. Times are aware, in UTC. Scores lie in -1..1, towards one brand.
"""

from monitor.model.health import PAUSED_REASON, DatabaseStatus, Gap, Health, SourceStatus, Spend, Wish
from monitor.model.mentions import (
    NEUTRAL_BELOW,
    Change,
    ChangeKind,
    Evidence,
    Finding,
    Intent,
    Judged,
    Match,
    Mention,
    Saved,
    Score,
    Sentiment,
    State,
    Word,
)
from monitor.model.posts import Batch, Brand, Delivery, Json, Post, Receipt, Span, Term
from monitor.model.questions import Bin, Choice, Count, FacetValue, MentionFilter, Order, Tally
from monitor.model.texts import Text, Texts
from monitor.model.watching import FoundTopic, Incident, Pulses, Topic, Topics, Trend

__all__ = [
    "NEUTRAL_BELOW",
    "PAUSED_REASON",
    "Batch",
    "Bin",
    "Brand",
    "Change",
    "ChangeKind",
    "Choice",
    "Count",
    "DatabaseStatus",
    "Delivery",
    "Evidence",
    "FacetValue",
    "Finding",
    "FoundTopic",
    "Gap",
    "Health",
    "Incident",
    "Intent",
    "Json",
    "Judged",
    "Match",
    "Mention",
    "MentionFilter",
    "Order",
    "Post",
    "Pulses",
    "Receipt",
    "Saved",
    "Score",
    "Sentiment",
    "SourceStatus",
    "Span",
    "Spend",
    "State",
    "Tally",
    "Term",
    "Text",
    "Texts",
    "Topic",
    "Topics",
    "Trend",
    "Wish",
    "Word",
]
