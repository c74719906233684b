"""/api: the reference of the interface for programs, made from the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request

from display.openapi.document import document
from display.pages.caching import always_revalidate
from display.pages.context import page_context
from display.pages.health_line import current_health

Json = dict[str, Any]

blueprint = Blueprint("api_reference", __name__)
blueprint.after_request(always_revalidate)


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a property of a document."""

    name: str
    kind: str
    """Its type in words: "text", "array of numbers"."""
    description: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """An address with a method."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Field, ...]
    same_filters: bool
    """Whether it also has the parameters of the list, which the page describes once."""
    body: str
    """The name of the document that is sent; empty: none."""
    answers: tuple[tuple[str, str, str], ...]
    """Status, what it means, and the name of the document."""


@blueprint.get("/api")
def page() -> str:
    """The page."""
    context = page_context()
    described = document(context.version, request.root_path)
    filters = _filters(described)
    names = {field.name for field in filters}
    return render_template(
        "api/reference.html",
        tab="api",
        health=current_health(context, context.clock.now()),
        operations=[_operation(described, names, *found) for found in _operations(described)],
        filters=filters,
        documents={
            name: found for name in described["components"]["schemas"] if (found := list(fields_of(described, name)))
        },
        version=context.version,
        root=request.url_root.rstrip("/"),
    )


def _operations(described: Json) -> Iterator[tuple[str, str, Json]]:
    """Those of /api/v1 first."""
    found = [(path, method, one) for path, methods in described["paths"].items() for method, one in methods.items()]
    return iter(sorted(found, key=lambda one: "tags" not in one[2]))


def _filters(described: Json) -> list[Field]:
    parameters = described["paths"]["/api/v1/counts"]["get"]["parameters"]
    return [_parameter(parameter) for parameter in parameters]


def _operation(described: Json, filters: set[str], path: str, method: str, one: Json) -> Operation:
    parameters = [_parameter(parameter) for parameter in one.get("parameters", ())]
    same_filters = filters <= {parameter.name for parameter in parameters}
    own = tuple(one for one in parameters if not (same_filters and one.name in filters))
    body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    answers = tuple(_answer(described, status, answer) for status, answer in one["responses"].items())
    description = one.get("description", "")
    summary = one["summary"]
    return Operation(
        one["operationId"], method.upper(), path, summary, description, own, same_filters, _name(body), answers
    )


def _parameter(parameter: Json) -> Field:
    kind = kind_of(parameter["schema"])
    return Field(parameter["name"], kind, parameter.get("description", ""), parameter.get("required", False))


def _answer(described: Json, status: str, answer: Json) -> tuple[str, str, str]:
    if "$ref" in answer:
        answer = described["components"]["responses"][_name(answer)]
    schemas = [content.get("schema", {}) for content in answer.get("content", {}).values()]
    return status, answer["description"], next(filter(None, map(_name, schemas)), "")


def fields_of(described: Json, name: str) -> Iterator[Field]:
    """The properties of a document, those of the documents that it extends first."""
    schema = described["components"]["schemas"][name]
    for part in schema.get("allOf", ()):
        if "$ref" in part:
            yield from fields_of(described, _name(part))
        else:
            yield from _properties(part)
    yield from _properties(schema)


def _properties(schema: Json) -> Iterator[Field]:
    required = schema.get("required", ())
    for name, found in schema.get("properties", {}).items():
        yield Field(name, kind_of(found), found.get("description", ""), name in required)


def kind_of(schema: Mapping[str, Any]) -> str:
    """The type of a value in words."""
    if name := _name(schema):
        return name
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(kind_of(option) for option in options))
    if "enum" in schema:
        return "one of " + ", ".join(str(value) or "nothing" for value in schema["enum"][:40])
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "any value")
    if kind == "array":
        return f"array of {kind_of(schema.get('items', {}))}"
    if isinstance(kind, list):
        return " or ".join(kind)
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    found = "time" if schema.get("format") == "date-time" else words.get(kind, kind)
    default = f", by default {schema['default']}" if schema.get("default") else ""
    return found + default


def _name(schema: Mapping[str, Any]) -> str:
    """The name that a reference has; empty for other schemas."""
    return str(schema.get("$ref", "")).rpartition("/")[2]
