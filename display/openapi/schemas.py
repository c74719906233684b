"""The documents that programs receive and send, as JSON Schema.

Those of walls and deliveries come from the classes that write and check them. Those of mentions are written here; a
test compares their keys with the columns of the export.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeAlias

from pydantic import TypeAdapter

from display.openapi.api_schemas import api_schemas
from display.openapi.basic import FLAG, NUMBER, TEXT, TIME, array_of, nullable, object_of, reference, without_titles
from display.wall_state.document import WallState
from monitor.model import Answer, Intent, Receipt, Sentiment, State
from monitor.sources.webhook import MAX_POSTS, DeliveredPost

Json: TypeAlias = dict[str, Any]


def schemas() -> Json:
    """The schemas by name."""
    wall, receipt = (_of(kind, mode="serialization") for kind in (WallState, Receipt))
    post = _of(DeliveredPost, mode="validation")
    shared = {name: schema for one in (wall, receipt, post) for name, schema in one.pop("$defs", {}).items()}
    written = {
        "Error": ERROR,
        "Mention": mention(),
        "CheckAnswer": check_answer(),
        "Parts": PARTS,
        "Readiness": READINESS,
        "Delivery": DELIVERY,
    }
    return (
        written | api_schemas() | shared | {"WallState": wall, "Receipt": receipt, "DeliveredPost": _with_rules(post)}
    )


def mention() -> Json:
    """A mention as exports have it."""
    intents = [str(intent.name).lower() for intent in Intent]
    return object_of(
        id=NUMBER | {"description": "Later mentions have larger ids."},
        brand=TEXT,
        sentiment={"enum": [sentiment.value for sentiment in Sentiment]},
        score=nullable({"type": "number", "minimum": -1, "maximum": 1}) | {"description": "Null: it is unscored."},
        corrected=FLAG | {"description": "Whether a person has set the score."},
        published_at=nullable(TIME) | {"description": "Null: the site does not say when."},
        added_at=TIME,
        source=TEXT,
        site=TEXT,
        author=TEXT,
        lang=TEXT | {"description": "ISO 639; `und` if it is unknown."},
        title=TEXT,
        text=TEXT | {"description": "Plain text by a stranger: escape it wherever you show it."},
        url=TEXT | {"description": "http(s), or empty."},
        rule=TEXT | {"description": "The part of the rule that matched."},
        rule_version=NUMBER,
        intent=array_of({"enum": intents}),
        topics=array_of(TEXT) | {"description": "The topics of the config that its post fits."},
        state={"enum": [state.name.lower() for state in State]},
        hidden=FLAG,
        set_aside=FLAG | {"description": "Whether it is probably not about the brand, so that no list shows it."},
        story=nullable(NUMBER) | {"description": "Equal for posts about one article."},
        external_id=TEXT | {"description": "The id that the post has at its source."},
        stars=nullable(NUMBER | {"minimum": 1, "maximum": 5}),
        reply_to=TEXT,
        repost=FLAG,
        claimed_by=nullable(TEXT) | {"description": "The full name of who takes care of it. Null: nobody does."},
        corrected_by=nullable(TEXT)
        | {"description": "The full name. Null: nobody corrected the score, or it is not known."},
    )


def check_answer() -> Json:
    """An answer as exports have it."""
    sentiment = {"enum": [sentiment.value for sentiment in Sentiment]}
    return object_of(
        id=NUMBER,
        at=TIME,
        person=TEXT | {"description": "The name of the account."},
        mention=nullable(NUMBER) | {"description": "Null: it was deleted since."},
        brand=TEXT,
        lang=TEXT | {"description": "ISO 639; `und` if it is unknown."},
        source=TEXT,
        answer={"enum": [answer.value for answer in Answer]},
        sentiment=sentiment | {"description": "What Wallflower said when the answer was given."},
        score=nullable({"type": "number", "minimum": -1, "maximum": 1}),
        has_opinion=FLAG | {"description": "Whether the language model was asked."},
        sentiment_today=nullable(sentiment),
    )


ERROR = object_of(error=TEXT)
PARTS: Json = {"type": "object", "additionalProperties": FLAG}
READINESS = object_of(
    ready=FLAG,
    reasons=array_of(TEXT),
    warnings=array_of(TEXT),
    parts=PARTS,
    store=object_of(
        fault=nullable(object_of(kind=TEXT, since=TIME)),
        last_commit_seconds=nullable({"type": "number"}),
        erasing={"type": "boolean", "description": "Nothing is stored for a while, because posts are being erased."},
        oldest_queued_seconds={"type": "number"},
        waiting=NUMBER,
        checking=FLAG,
        free_bytes=nullable(NUMBER),
    ),
    backup=object_of(age_seconds=nullable(NUMBER)),
    clock=object_of(jumped_seconds={"type": "number"}, doubted_seconds={"type": "number"}),
)
_POSTS = {"type": "array", "items": reference("DeliveredPost"), "maxItems": MAX_POSTS}
_POSTS_BY_NAME = object_of(posts=_POSTS) | {"additionalProperties": False}
DELIVERY: Json = {"oneOf": [reference("DeliveredPost"), _POSTS, _POSTS_BY_NAME]}


_FIRST, _LAST = (at.replace(tzinfo=UTC).timestamp() for at in (datetime.min, datetime.max))
_SECONDS: Json = {"type": "number", "minimum": _FIRST, "exclusiveMaximum": _LAST}
"""Since 1970; the years 1 to 9999."""


def _with_rules(post: Json) -> Json:
    """With what only the code checks: a post has a text or is deleted, and times may be numbers."""
    has_text = {"properties": {"text": {"pattern": r"\S"}}, "required": ["text"]}
    is_deleted = {"properties": {"deleted": {"const": True}}, "required": ["deleted"]}
    post["properties"]["id"]["type"] = ["string", "integer"]
    post["properties"]["published"]["anyOf"].append(_SECONDS)
    return post | {"anyOf": [has_text, is_deleted]}


def _of(kind: type, mode: Any) -> Json:
    found = TypeAdapter(kind).json_schema(mode=mode, ref_template="#/components/schemas/{model}")
    plain: Json = without_titles(found)
    return plain
