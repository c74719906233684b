"""The security headers of every route, whatever it answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.routing import IntegerConverter, Rule

from display.server.security import HEADERS
from tests.access_setup import Site, public_config
from tests.fake_site import config


@pytest.fixture(params=["this machine", "strangers", "an admin"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    is_local = request.param == "this machine"
    site = Site(config(tmp_path) if is_local else public_config(tmp_path), people=not is_local)
    site.visitor = site.signed_in("priya") if request.param == "an admin" else site.client()  # type: ignore[attr-defined]
    yield site
    site.close()


def address(rule: Rule) -> str:
    """A path that the rule matches."""
    values = {name: 1 if isinstance(kind, IntegerConverter) else "a" for name, kind in rule._converters.items()}
    built = rule.build(values, append_unknown=False)
    assert built is not None, rule.rule
    return built[1]


def test_every_route_has_the_security_headers(site: Site) -> None:
    rules = list(site.app.url_map.iter_rules())
    assert len(rules) > 30
    for rule in rules:
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = site.visitor.open(address(rule), method=method)  # type: ignore[attr-defined]
            for name, value in HEADERS:
                assert answer.headers.get(name) == value, f"{name} of {method} {rule.rule}"
            assert "werkzeug" not in str(answer.headers).lower()
            answer.close()
