"""The filters of the Mentions page as OpenAPI parameters, made from what ``parse_view`` checks them with."""

from __future__ import annotations

from typing import Any, TypeAlias

from display.pages.mentions.facets import URL_FACETS, Facet
from display.pages.mentions.filters import POSITION, RANGES
from display.pages.mentions.times import TIME
from monitor.model import Order
from monitor.model.saved_views import DEFAULT_RANGE
from monitor.query.grammar import MAX_QUERY_CHARS

Json: TypeAlias = dict[str, Any]

_TIME = "ISO 8601, to the minute; without an offset it is in the server's time zone."
_ORDER = "By time of publication, or by score. Exports are always by time."
_ANY_NAME = "^[^+-]|^[+-].|^$"
"""A sign alone is no name. An empty value counts as not given, because forms send empty fields."""
_ID_SCHEMA = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}


def filter_parameters(*required: str) -> list[Json]:
    """Every parameter of a list of mentions, in the order of its URL."""
    search = _single("q", "A search in the language of the rules.", {"type": "string", "maxLength": MAX_QUERY_CHARS})
    view = _single("view", "The id of a saved view, which the other parameters change.", _ID_SCHEMA)
    found = [view, search, *map(_facet, URL_FACETS), *_times()]
    found += [
        _single("story", "The id of a story.", _ID_SCHEMA),
        _single("order", _ORDER, {"enum": [order.value for order in Order], "default": Order.NEW.value}),
        _single("upto", "Only mentions up to this id: the list as it was when this id was the newest.", _ID_SCHEMA),
        _single("before", "A page after the first; exports and counts have no pages.", _matching(POSITION.pattern)),
    ]
    return [parameter | {"required": parameter["name"] in required} for parameter in found]


def _times() -> list[Json]:
    named = {"enum": list(RANGES), "default": DEFAULT_RANGE}
    return [
        _single("range", "How far back from now. Not together with `since` or `until`.", named),
        _single("since", f"Published at this time or later. {_TIME}", _matching(TIME.pattern)),
        _single("until", f"Published before this time. {_TIME}", _matching(TIME.pattern)),
    ]


def _facet(facet: Facet) -> Json:
    """A facet: an array, because it may be repeated."""
    if facet.values:
        signed = [f"{sign}{value}" for sign in ("", "+", "-") for value in facet.values]
        items: Json = {"enum": signed}
    else:
        items = {"type": "string", "pattern": f"^(?:[+-]?{facet.pattern.pattern}|)$" if facet.pattern else _ANY_NAME}
    signs = "`-` before a value excludes it; `+` before one that begins with a sign takes it literally."
    description = f"{facet.title}. Repeated: any of them. {signs}"
    schema = {"type": "array", "items": items}
    return _single(facet.name, description, schema) | {"style": "form", "explode": True}


def _matching(pattern: str) -> Json:
    return {"type": "string", "pattern": f"^(?:{pattern}|)$"}


def _single(name: str, description: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": schema}
