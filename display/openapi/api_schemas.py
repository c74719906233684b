"""The documents of /api/v1 as JSON Schema."""

from __future__ import annotations

from typing import Any, TypeAlias

from pydantic import TypeAdapter

from display.api.actions import ActionRequest, UndoRequest
from display.openapi.basic import FLAG, NUMBER, TEXT, TIME, array_of, nullable, object_of, reference, without_titles
from monitor.model import CueKind, Health, Intent, Trend

Json: TypeAlias = dict[str, Any]

_FIGURE: Json = {"type": "number"}
_SCORE: Json = {"type": "number", "minimum": -1, "maximum": 1}
_SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}
_COUNT = object_of(n=NUMBER, exact=FLAG | {"description": "If false, `n` is an estimate."})
_INTENTS = [str(intent.name).lower() for intent in Intent]
PROBLEM: Json = object_of(
    type=TEXT | {"description": "Stable: programs can compare it."},
    title=TEXT,
    status=NUMBER,
    detail=TEXT | {"description": "What is wrong, where, and what to do."},
)
GAP = object_of(source=TEXT, since=TIME, until=nullable(TIME) | {"description": "Null: it is not over."}, reason=TEXT)
COVERAGE = object_of(
    complete=FLAG | {"description": "Whether every source was read all that time. If not, there may be more mentions."},
    since=nullable(TIME) | {"description": "Null: from the beginning."},
    until=TIME,
    unread_now=array_of(TEXT) | {"description": "Sources that are not read at this moment."},
    gaps=array_of(reference("Gap")),
    gaps_omitted=NUMBER | {"description": "How many earlier gaps are not listed."},
)
_COUNTED: Json = {
    "as_of": TIME | {"description": "When this was computed."},
    "upto": NUMBER | {"description": "The newest mention that is counted. Send it as `upto` to get the same figures."},
    "coverage": reference("Coverage"),
}
_AS_OF: Json = {"as_of": TIME}
_SIGNATURE = nullable(object_of(name=TEXT, at=TIME))
_PART: Json = {"start": NUMBER, "end": NUMBER, "text": TEXT}
CLAIM = nullable(object_of(name=TEXT, at=TIME, assigned_by=nullable(TEXT)))
_EVIDENCE = object_of(
    body=TEXT | {"description": "Title and text, whose characters `start` and `end` count."},
    rule_found=array_of(object_of(**_PART)),
    judged=array_of(object_of(**_PART)) | {"description": "The clauses that were judged."},
    words=array_of(object_of(**_PART, weight=_FIGURE)),
    cues=array_of(object_of(**_PART, kind={"enum": [kind.value for kind in CueKind]}, meaning=TEXT)),
    intents=array_of(object_of(**_PART, intent={"enum": _INTENTS})),
    opinion=nullable(object_of(negative=_SHARE, neutral=_SHARE, positive=_SHARE)),
    program_score=nullable(_SCORE) | {"description": "Regardless of corrections."},
    learned_adjustment=_FIGURE,
    unscored_because=nullable(TEXT),
)
_NOTE = object_of(id=NUMBER, author=TEXT, text=TEXT, at=TIME, edited_at=nullable(TIME))
_MORE = object_of(
    imported=FLAG,
    evidence=_EVIDENCE,
    claim=CLAIM,
    correction=_SIGNATURE,
    notes=array_of(_NOTE),
    set_aside_because=nullable(TEXT),
    story_mentions=array_of(NUMBER),
)
_SOURCE = object_of(
    name=TEXT,
    kind=TEXT,
    state={"enum": [health.value for health in Health]},
    reason=nullable(TEXT),
    read=FLAG,
    last_read=nullable(TIME),
    last_post=nullable(TIME),
    next_check=nullable(TIME),
    sample=FLAG,
    gaps=array_of(reference("Gap")),
)
_INCIDENT = object_of(
    id=NUMBER,
    brand=TEXT,
    since=TIME,
    until=nullable(TIME) | {"description": "Null: it is not over."},
    checked_at=TIME,
    n=NUMBER,
    usual=_FIGURE,
    window_minutes=NUMBER,
    peak_multiple=_FIGURE,
    trend={"enum": [trend.value for trend in Trend]},
    negative_only=FLAG,
    topic=nullable(TEXT),
    phrases=array_of(TEXT),
    sources=array_of(TEXT),
)
_BIN = object_of(
    start=TIME, end=TIME, n=NUMBER, negative=NUMBER, positive=NUMBER,
    usual=nullable(_FIGURE), unread=FLAG | {"description": "Whether a source was not read for a part of this time."},
)  # fmt: skip
_NAMED = FLAG | {"description": "Whether it is a topic of the config. Its name is a value of `named_topic`."}
_TOPIC = object_of(name=TEXT, n=NUMBER, negative_percent=nullable(NUMBER), topic=TEXT, named=_NAMED)
_RULE = object_of(
    brand=TEXT, ours=FLAG, aliases=array_of(TEXT), rule=TEXT, version=NUMBER, changed_at=nullable(TIME)
)  # fmt: skip
_VIEW = object_of(
    id=NUMBER,
    name=TEXT,
    shared=FLAG,
    range=nullable(TEXT),
    brands=nullable(TEXT) | {"description": "`ours` or `competitors`, whichever brands these are."},
    filter={"type": "object"},
    problem=nullable(TEXT) | {"description": "Why it finds nothing."},
)
_WALL = object_of(name=TEXT, state=reference("WallState"))


_ESTIMATE = nullable(object_of(value=_FIGURE, low=_FIGURE, high=_FIGURE))
_ROWS = array_of(object_of(value=nullable(TEXT) | {"description": "Null: all others."}, n=array_of(NUMBER)))
_SIDE = object_of(
    brand=TEXT,
    since=nullable(TIME),
    until=nullable(TIME),
    mentions=_COUNT,
    stories=_COUNT,
    share=nullable(_SHARE) | {"description": "Of the mentions of all brands."},
    scored_stories=object_of(negative=NUMBER, neutral=NUMBER, positive=NUMBER),
    unscored=NUMBER,
    mood=_ESTIMATE | {"description": "With its 95 % interval. Null: too little is scored."},
    negative_share=_ESTIMATE,
    unread_hours=_FIGURE,
    probably_missing_share=_FIGURE,
)
_WORD = object_of(text=TEXT, n=NUMBER, n_others=NUMBER, times_as_frequent=nullable(_FIGURE))
COMPARISON = object_of(
    sentence=TEXT | {"description": "What the figures allow to say aloud."},
    even=FLAG | {"description": "Whether all sides were read as completely, by the same rules."},
    uneven_because=array_of(TEXT),
    sides=array_of(_SIDE),
    sentiments=_ROWS,
    intents=_ROWS,
    sources=_ROWS,
    languages=_ROWS,
    topics=_ROWS,
    words=array_of(array_of(_WORD)) | {"description": "For each side, what is said more often there."},
    **_COUNTED,
)


_PREVIEW_SIDE = object_of(
    n=NUMBER,
    posts=array_of(object_of(mention=NUMBER, source=TEXT, published_at=TIME, excerpt=TEXT, reason=TEXT))
    | {"description": "Those published last. `mention` is one mention of the post, perhaps of another brand."},
)
RULE_PREVIEW = object_of(
    brand=TEXT,
    rule=TEXT,
    sentence=TEXT,
    detail=TEXT,
    warnings=array_of(TEXT),
    exact=FLAG,
    posts=NUMBER | {"description": "Stored posts that were checked."},
    now=NUMBER | {"description": "What the rule in use found."},
    found=NUMBER | {"description": "What this rule would have found: `now` - `leaving.n` + `entering.n`."},
    entering=_PREVIEW_SIDE,
    leaving=_PREVIEW_SIDE,
    bins=array_of(object_of(start=TIME, end=TIME, n=NUMBER, now=nullable(NUMBER), unread=FLAG)),
    **_COUNTED,
)


def api_schemas() -> Json:
    """The schemas by name."""
    return {
        "Problem": PROBLEM,
        "Gap": GAP,
        "Coverage": COVERAGE,
        "MentionWithEvidence": {"allOf": [reference("Mention"), _MORE]},
        "MentionPage": object_of(
            mentions=array_of(reference("Mention")),
            next=nullable(TEXT) | {"description": "The cursor of the next page. Null: this is the last one."},
            **_COUNTED,
        ),
        "OneMention": object_of(mention=reference("MentionWithEvidence"), **_AS_OF),
        "Counts": object_of(
            mentions=_COUNT,
            stories=object_of(n=NUMBER, exact=FLAG | {"description": "If false, `n` is an estimate."}),
            hidden=NUMBER,
            set_aside=NUMBER,
            **_COUNTED,
        ),
        "Facets": object_of(
            facets={"type": "object", "additionalProperties": array_of(object_of(value=TEXT, n=NUMBER))}, **_COUNTED
        ),
        "Histogram": object_of(unit=nullable(TEXT), bins=array_of(_BIN), **_COUNTED),
        "Topics": object_of(
            topics=array_of(_TOPIC), compared_with=nullable(TEXT), mentions=_COUNT, exact=FLAG, **_COUNTED
        ),
        "Comparison": COMPARISON,
        "Sources": object_of(sources=array_of(_SOURCE), **_COUNTED),
        "Incidents": object_of(incidents=array_of(_INCIDENT), **_COUNTED),
        "Walls": object_of(walls=array_of(_WALL)),
        "Wall": _WALL,
        "Rules": object_of(rules=array_of(_RULE), **_AS_OF),
        "RulePreview": RULE_PREVIEW,
        "Views": object_of(views=array_of(_VIEW), **_AS_OF),
        "Outcome": object_of(
            text=TEXT,
            action=nullable(NUMBER) | {"description": "What `/undo` takes. Null: nothing changed."},
            changed=array_of(NUMBER),
            taken={"type": "object", "additionalProperties": CLAIM},
            missing=array_of(NUMBER),
            uncounted=array_of(NUMBER),
        ),
        "Undone": object_of(text=TEXT, changed=array_of(NUMBER), left=array_of(NUMBER)),
        "Action": _body(ActionRequest),
        "Undo": _body(UndoRequest),
    }


def _body(kind: type) -> Json:
    schema: Json = without_titles(TypeAdapter(kind).json_schema())
    return schema
