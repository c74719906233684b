"""Parts of JSON Schema that all descriptions use."""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "integer"}
TIME: Json = {"type": "string", "format": "date-time"}
FLAG: Json = {"type": "boolean"}
NULL: Json = {"type": "null"}


def reference(name: str) -> Json:
    """A reference to one of ``schemas``."""
    return {"$ref": f"#/components/schemas/{name}"}


def array_of(items: Json) -> Json:
    """An array."""
    return {"type": "array", "items": items}


def nullable(schema: Json) -> Json:
    """``schema``, or null."""
    return {"anyOf": [schema, NULL]}


def object_of(**properties: Json) -> Json:
    """An object that has all of ``properties``."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def without_titles(schema: Any) -> Any:
    """Without the titles that pydantic makes of names. A property that is named "title" is no string."""
    if isinstance(schema, list):
        return [without_titles(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: part for name, part in schema.items() if name != "title" or not isinstance(part, str)}
    return {name: without_titles(part) for name, part in kept.items()}
