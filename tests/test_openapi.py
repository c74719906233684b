"""The OpenAPI description: what it contains is what the program has, and who may read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from display.access.permissions import PUBLIC, token_may_act, token_may_read
from display.openapi.document import document, operations
from display.openapi.parameters import filter_parameters
from display.openapi.schemas import check_answer, mention, schemas
from display.pages.check import export as check_export
from display.pages.mentions.export import COLUMNS
from display.pages.mentions.filters import PARAMETERS, parse_view
from monitor.errors import FilterError
from monitor.sources.webhook import DeliveredPost
from tests.access_setup import Site, public_config
from tests.fakes import NOON

FOR_MACHINES = {"healthz", "readyz", "webhook.deliver", "view_feeds.atom", "view_feeds.json_feed",
                "view_feeds.csv"}  # fmt: skip
"""Public endpoints that programs use."""
NAMES = {"brands": ["Acme"], "sources": ["Forum"], "timezone": UTC, "now": NOON}
SCHEMAS = {parameter["name"]: parameter["schema"] for parameter in filter_parameters()}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(public_config(tmp_path))
    yield site
    site.close()


def is_accepted(name: str, value: str) -> bool:
    try:
        parse_view({name: [value]}, **NAMES)  # type: ignore[arg-type]
    except FilterError:
        return False
    return True


def matches(name: str, value: str) -> bool:
    """Whether the description allows a value of a parameter that is text."""
    schema = SCHEMAS[name].get("items", SCHEMAS[name])
    return re.search(schema["pattern"], value) is not None if "pattern" in schema else value in schema["enum"]


def test_it_is_an_openapi_document() -> None:
    assert [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(document("1", ""))] == []


def test_every_operation_is_a_route(site: Site) -> None:
    adapter = site.app.url_map.bind("localhost")
    for path, methods in operations().items():
        for method in methods:
            assert adapter.match(path.replace("{name}", "office").replace("{number}", "7"), method=method.upper())


def test_every_route_for_programs_is_described(site: Site) -> None:
    described = {re.sub(r"\{(\w+)\}", r"<\1>", path) for path in operations()}
    for rule in site.app.url_map.iter_rules():
        is_read = token_may_read(site.app.view_functions[rule.endpoint], rule.rule, "GET")
        acts = token_may_act(site.app.view_functions[rule.endpoint])
        if (is_read and rule.endpoint not in PUBLIC) or acts or rule.endpoint in FOR_MACHINES:
            assert re.sub(r"<\w+:", "<", rule.rule) in described


def test_the_filters_are_those_of_the_page() -> None:
    assert tuple(SCHEMAS) == PARAMETERS


@pytest.mark.parametrize("name", [name for name in PARAMETERS if "enum" in str(SCHEMAS[name])])
def test_every_listed_value_is_accepted(name: str) -> None:
    listed = SCHEMAS[name].get("items", SCHEMAS[name])["enum"]
    assert [value for value in listed if not is_accepted(name, value)] == []
    assert not is_accepted(name, "nonsense")


CLOCK_TIME = r"[0-9]{2}(:[0-9]{2}){0,2}(\.0{1,3})?"
signed = st.sampled_from(["", "+", "-", "--", "+-"])
written = st.one_of(
    st.text(max_size=6),
    st.from_regex(r"[a-zA-Z]{1,4}|und|[0-9]{1,19}(\.[0-9]{1,15})?|(Acme|Acm)@[0-9]{0,19}", fullmatch=True),
    st.datetimes().map(lambda at: at.isoformat(timespec="minutes")),
    st.from_regex(
        r"2026-0?[0-9]-[0-9]{2}([T ][0-9]{2}(:[0-9]{2}){0,2}(\.0{1,3})?(Z|[+-][0-9]{2}:?[0-9]{2})?)?", fullmatch=True
    ),
)


@pytest.mark.parametrize("name", [name for name in PARAMETERS if "pattern" in str(SCHEMAS[name])])
@given(sign=signed, value=written)
def test_nothing_is_accepted_that_the_description_excludes(name: str, sign: str, value: str) -> None:
    if is_accepted(name, sign + value):
        assert matches(name, sign + value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lang", "-und"),
        ("author", "--bob"),
        ("rule", "+Acme@1"),
        ("before", "7.1"),
        ("since", "2026-03-01T08:00:00.000Z"),
    ],
)
def test_what_the_description_allows_is_accepted(name: str, value: str) -> None:
    assert matches(name, value)
    assert is_accepted(name, value)


def test_a_mention_has_the_columns_of_the_export() -> None:
    assert list(mention()["properties"]) == list(COLUMNS)


def test_an_answer_has_the_columns_of_the_export() -> None:
    assert list(check_answer()["properties"]) == list(check_export.COLUMNS)


def test_a_delivered_post_has_the_keys_that_are_checked() -> None:
    described: dict[str, Any] = schemas()["DeliveredPost"]["properties"]
    assert list(described) == list(DeliveredPost.model_fields)
    assert described["id"]["description"]


def test_every_reference_leads_somewhere() -> None:
    whole = document("1", "")
    for target in set(re.findall(r"'#/components/(\w+/\w+)'", str(whole))):
        kind, name = target.split("/")
        assert name in whole["components"][kind]


def test_people_who_sign_in_may_read_it_and_strangers_may_not(site: Site) -> None:
    assert site.client().get("/openapi.json").status_code == 401
    served = site.signed_in("bo").get("/openapi.json")
    assert served.json == document("1", "")
    assert served.json["servers"] == [{"url": "/"}]


def test_its_server_is_the_path_of_the_proxy(site: Site) -> None:
    answer = site.signed_in("bo").get("/openapi.json", environ_overrides={"SCRIPT_NAME": "/wallflower"})
    assert answer.json["servers"] == [{"url": "/wallflower"}]
