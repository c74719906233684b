"""Every route, as a stranger, a viewer, a member and an admin: whoever is not allowed gets nothing and changes nothing.

A new view that is public, writes, or needs more than a viewer fails here until it is in these tables.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient

from display.access.permissions import PUBLIC
from display.access.tokens import new_api_token
from monitor.model.people import Role, TokenScope
from tests.access_setup import Site
from tests.fake_site import config, judged
from tests.test_access import api_token, wall_client

PUBLIC_ENDPOINTS = {
    "static", "favicon", "healthz", "readyz", "webhook.deliver",
    "access.sign_in", "access.first_admin", "pairing.screen", "pairing.state",
    "single_sign_on.begin", "single_sign_on.finish", "view_feeds.atom", "view_feeds.json_feed", "view_feeds.csv",
}  # fmt: skip
NEEDED = {
    ("GET", "wall.wall"): Role.WALL,
    ("GET", "wall.state"): Role.WALL,
    ("GET", "metrics.metrics"): Role.ADMIN,
    ("POST", "access.sign_out"): Role.VIEWER,
    ("POST", "account.password"): Role.VIEWER,
    ("POST", "account.end_session"): Role.VIEWER,
    ("POST", "account.end_other_sessions"): Role.VIEWER,
    ("POST", "account.add_token"): Role.VIEWER,
    ("POST", "account.revoke_token"): Role.VIEWER,
    ("GET", "walls.pair"): Role.ADMIN,
    ("POST", "walls.pair"): Role.ADMIN,
    ("POST", "walls.rename"): Role.ADMIN,
    ("POST", "walls.unpair"): Role.ADMIN,
    ("POST", "access.set_theme"): Role.VIEWER,
    ("GET", "people.page"): Role.ADMIN,
    ("GET", "people.add"): Role.ADMIN,
    ("POST", "people.add"): Role.ADMIN,
    ("GET", "people.person"): Role.ADMIN,
    ("POST", "people.end_session"): Role.ADMIN,
    ("POST", "people.revoke_token"): Role.ADMIN,
    ("POST", "people.set_role"): Role.ADMIN,
    ("POST", "people.new_password"): Role.ADMIN,
    ("POST", "people.sign_out"): Role.ADMIN,
    ("POST", "people.remove"): Role.ADMIN,
    ("GET", "audit.page"): Role.ADMIN,
    ("GET", "audit.export_csv"): Role.ADMIN,
    ("GET", "setup.overview"): Role.ADMIN,
    ("GET", "setup.kinds"): Role.ADMIN,
    ("GET", "setup.begin"): Role.ADMIN,
    ("POST", "setup.begin"): Role.ADMIN,
    ("POST", "setup.sample"): Role.ADMIN,
    ("GET", "setup.edit"): Role.ADMIN,
    ("POST", "setup.edit"): Role.ADMIN,
    ("POST", "setup.remove"): Role.ADMIN,
    ("POST", "setup.restart"): Role.ADMIN,
    ("GET", "check.page"): Role.MEMBER,
    ("POST", "check.draw"): Role.MEMBER,
    ("POST", "check.save"): Role.MEMBER,
    ("POST", "check.undo"): Role.MEMBER,
    ("POST", "actions.claim"): Role.MEMBER,
    ("POST", "actions.unclaim"): Role.MEMBER,
    ("POST", "actions.assign"): Role.MEMBER,
    ("POST", "actions.correct"): Role.MEMBER,
    ("POST", "actions.hide"): Role.MEMBER,
    ("POST", "actions.unhide"): Role.MEMBER,
    ("POST", "actions.add_note"): Role.MEMBER,
    ("POST", "actions.edit_note"): Role.MEMBER,
    ("POST", "actions.undo"): Role.MEMBER,
    ("POST", "actions.undo_last"): Role.MEMBER,
    ("POST", "actions.act_on_selected"): Role.MEMBER,
    ("POST", "blocks.block"): Role.MEMBER,
    ("GET", "blocks.preview"): Role.MEMBER,
    ("GET", "blocks.page"): Role.ADMIN,
    ("POST", "blocks.unblock"): Role.ADMIN,
    ("POST", "rules.save"): Role.ADMIN,
    ("POST", "rules.show_preview"): Role.VIEWER,
    ("POST", "rules.look"): Role.MEMBER,
    ("GET", "rules.new_topic_editor"): Role.ADMIN,
    ("POST", "rules.new_topic_save"): Role.ADMIN,
    ("POST", "rules.new_topic_show_preview"): Role.ADMIN,
    ("POST", "rules.topic_save"): Role.ADMIN,
    ("POST", "rules.topic_show_preview"): Role.VIEWER,
    ("POST", "relevance.mark_irrelevant"): Role.MEMBER,
    ("POST", "relevance.mark_relevant"): Role.MEMBER,
    ("POST", "relevance.undo"): Role.MEMBER,
    ("POST", "relevance.bring_back"): Role.MEMBER,
    ("POST", "relevance.judge_again"): Role.MEMBER,
    ("POST", "relevance.switch"): Role.MEMBER,
    ("POST", "saved_views.add"): Role.VIEWER,
    ("POST", "saved_views.look"): Role.VIEWER,
    ("POST", "saved_views.rename"): Role.VIEWER,
    ("POST", "saved_views.share"): Role.MEMBER,
    ("POST", "saved_views.update"): Role.VIEWER,
    ("POST", "saved_views.move"): Role.VIEWER,
    ("POST", "saved_views.delete"): Role.VIEWER,
    ("GET", "notifications.page"): Role.MEMBER,
    ("GET", "notifications.new"): Role.MEMBER,
    ("POST", "notifications.new"): Role.MEMBER,
    ("GET", "notifications.edit"): Role.MEMBER,
    ("POST", "notifications.edit"): Role.MEMBER,
    ("POST", "notifications.remove"): Role.MEMBER,
    ("POST", "notifications.set_quiet_hours"): Role.MEMBER,
    ("POST", "notifications.set_alerts"): Role.ADMIN,
    ("POST", "weekly.subscribe"): Role.MEMBER,
    ("POST", "weekly.unsubscribe"): Role.MEMBER,
    ("GET", "notifications.message"): Role.MEMBER,
    ("GET", "events.page"): Role.ADMIN,
    ("POST", "events.add"): Role.ADMIN,
    ("POST", "events.replay"): Role.ADMIN,
    ("POST", "events.remove"): Role.ADMIN,
    ("GET", "channels.new"): Role.ADMIN,
    ("POST", "channels.new"): Role.ADMIN,
    ("GET", "channels.edit"): Role.ADMIN,
    ("POST", "channels.edit"): Role.ADMIN,
    ("POST", "channels.test"): Role.ADMIN,
    ("POST", "channels.remove"): Role.ADMIN,
    ("POST", "saved_views.make_feed"): Role.VIEWER,
    ("POST", "saved_views.revoke_feed"): Role.VIEWER,
    ("POST", "mcp.endpoint"): Role.VIEWER,
    ("POST", "api_actions.act"): Role.MEMBER,
    ("POST", "api_actions.undo"): Role.MEMBER,
    ("POST", "sources.back_up"): Role.ADMIN,
    ("POST", "sources.pause"): Role.ADMIN,
    ("POST", "sources.resume"): Role.ADMIN,
    ("POST", "sources.check_now"): Role.ADMIN,
}
"""What needs another role than a viewer, and everything that writes."""
FOR_TOKENS = {
    "mentions.export_csv", "mentions.export_json", "mentions.new_count", "wall.state", "metrics.metrics",
    "openapi.description", "check.export_csv", "check.export_json",
    "api.mentions", "api.all_mentions", "api.mention", "api.counts", "api.facets", "api.histogram", "api.topics",
    "api.compare",
    "api.sources", "api.incidents", "api.walls", "api.wall", "api.rules", "api.rule_preview",
    "api.views",
}  # fmt: skip
"""What API tokens read."""
FOR_ACTING_TOKENS = {"api_actions.act", "api_actions.undo"}
"""What those with the scope "act" can do."""
VALUES = {
    "after": 1,
    "note": 1,
    "name": "Forum",
    "number": 1,
    "id": 1,
    "session": 1,
    "token": 1,
    "section": "brands",
    "brand": "Acme",
    "topic": "Delivery",
    "view": 999,
}
"""What stands in paths. Who may change which view is tested in ``tests/test_saved_views.py``."""
VISITORS = {None: None, "bo": Role.VIEWER, "dana": Role.MEMBER, "priya": Role.ADMIN}


class Route(NamedTuple):
    """A way to use a view."""

    method: str
    endpoint: str
    path: str


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(config(tmp_path))
    site.store.save("Forum", [judged("Acme is late.")], now=site.clock.now())
    yield site
    site.close()


def routes(site: Site) -> list[Route]:
    """Every route except the public ones."""
    found = []
    adapter = site.app.url_map.bind("localhost")
    for rule in site.app.url_map.iter_rules():
        if rule.endpoint in PUBLIC_ENDPOINTS:
            continue
        values: dict[str, Any] = {name: VALUES[name] for name in rule.arguments - set(rule.defaults or ())}
        path = adapter.build(rule.endpoint, values | dict(rule.defaults or {}))
        found += [Route(method, rule.endpoint, path) for method in sorted((rule.methods or set()) - {"OPTIONS"})]
    return found


def needed_role(route: Route) -> Role | None:
    """The lowest role that may use a route; None if the table has to be completed."""
    is_read = route.method in ("GET", "HEAD")
    return NEEDED.get(("GET" if is_read else route.method, route.endpoint), Role.VIEWER if is_read else None)


def answer_to(client: FlaskClient, route: Route, **headers: str) -> Any:
    return client.open(route.path, method=route.method, headers=headers)


def rows(site: Site) -> dict[str, list[Any]]:
    """Every row of the database, except when somebody was last seen."""
    with sqlite3.connect(site.config.database) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: db.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}
    return {name: sorted(table, key=repr) for name, table in found.items()}


def test_the_public_routes_are_these(site: Site) -> None:
    assert PUBLIC <= PUBLIC_ENDPOINTS
    assert {route.endpoint for route in routes(site)}.isdisjoint(PUBLIC_ENDPOINTS)


def test_every_view_that_writes_is_in_the_table(site: Site) -> None:
    assert [route for route in routes(site) if needed_role(route) is None] == []


@pytest.mark.parametrize("name", VISITORS, ids=lambda name: name or "stranger")
def test_each_role_gets_what_it_may_and_nothing_else(site: Site, name: str | None) -> None:
    role = VISITORS[name]
    before = rows(site)
    for route in routes(site):
        client = site.signed_in(name) if name else site.client()
        needed = needed_role(route)
        assert needed is not None
        answer = answer_to(client, route)
        if role is None:
            assert answer.status_code in (303, 401), route
            leads_in = "/wall/pairing" if needed is Role.WALL else "/login"
            assert answer.status_code == 401 or answer.headers["Location"].startswith(leads_in), route
        elif role < needed:
            assert answer.status_code == 403, route
        else:
            assert answer.status_code not in (401, 403), route
    if name is None:
        assert rows(site) == before


def test_a_wall_gets_walls_and_nothing_else(site: Site) -> None:
    client, _ = wall_client(site)
    before = rows(site)
    for route in routes(site):
        status = answer_to(client, route).status_code
        is_shown = needed_role(route) is Role.WALL
        assert (status not in (401, 403)) if is_shown else (status == 403), (route, status)
    assert rows(site) == before


@pytest.mark.parametrize(
    ("name", "scope"), [("priya", TokenScope.READ), ("priya", TokenScope.ACT), ("bo", TokenScope.ACT)], ids=str
)
def test_an_api_token_opens_what_its_scope_and_its_person_allow(site: Site, name: str, scope: TokenScope) -> None:
    token = api_token(site, name, scope=scope)
    before, opened = rows(site), set()
    for route in routes(site):
        status = answer_to(site.client(), route, Authorization=f"Bearer {token}").status_code
        if status not in (401, 403):
            opened.add((route.endpoint, route.method))
    read = {(endpoint, method) for endpoint in FOR_TOKENS for method in ("GET", "HEAD")}
    read.add(("mcp.endpoint", "POST"))
    may_act = scope is TokenScope.ACT and name != "bo"
    assert opened == read | ({(endpoint, "POST") for endpoint in FOR_ACTING_TOKENS} if may_act else set())
    assert rows(site) == before


@pytest.mark.parametrize("ended", ["revoked", "expired", "removed", "made up"])
def test_an_api_token_that_has_ended_opens_nothing(site: Site, ended: str) -> None:
    token = api_token(site, "dana", days=30, scope=TokenScope.ACT)
    people, account, now = site.store.people, site.account("dana"), site.clock.now()
    if ended == "revoked":
        people.revoke_token(people.tokens(account.id)[0].id, account.id, now, "dana")
    elif ended == "expired":
        site.clock.advance(30 * 86_400)
    elif ended == "removed":
        people.remove_account(account.id, now, "priya")
    else:
        token = new_api_token()
    before = rows(site)
    for route in routes(site):
        assert answer_to(site.client(), route, Authorization=f"Bearer {token}").status_code == 401, route
    assert rows(site) == before


def test_a_viewer_changes_nothing_but_its_own_session(site: Site) -> None:
    client = site.signed_in("bo")
    before = rows(site)
    for route in routes(site):
        if (needed_role(route) or Role.ADMIN) > Role.VIEWER:
            answer_to(client, route)
    assert rows(site) == before


def test_no_get_changes_a_row(site: Site) -> None:
    client = site.signed_in("priya")
    before = rows(site)
    for route in routes(site):
        if route.method in ("GET", "HEAD"):
            answer_to(client, route)
    assert rows(site) == before


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
    ids=str,
)
def test_no_other_site_can_act_for_a_person(site: Site, headers: dict[str, str]) -> None:
    client = site.signed_in("priya")
    before = rows(site)
    writes = [route for route in routes(site) if route.method not in ("GET", "HEAD")]
    assert len(writes) >= 4
    for route in [*writes, Route("POST", "", "/login"), Route("POST", "", "/first-admin")]:
        assert answer_to(client, route, **headers).status_code == 403, route
    assert rows(site) == before


@pytest.mark.parametrize("number", [str(2**63), "1" * 40, "1" * 5000], ids=["2^63", "40 digits", "5,000 digits"])
def test_an_id_that_no_row_can_have_leads_nowhere(site: Site, number: str) -> None:
    client = site.signed_in("priya")
    tried = 0
    for rule in site.app.url_map.iter_rules():
        path = re.sub(r"<int:\w+>", number, rule.rule)
        for method in (rule.methods or set()) - {"OPTIONS"} if path != rule.rule else ():
            assert client.open(path, method=method).status_code == 404, (method, rule.rule)
            tried += 1
    assert tried > 10
