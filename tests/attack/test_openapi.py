"""The program answers as its OpenAPI description says, whatever is sent, and by whom."""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from display.access.cookies import SESSION_COOKIE
from display.access.tokens import new_api_token, new_token, token_hash
from display.api.rate_limit import TokenRates
from display.app import create_app
from display.openapi.document import document
from monitor.collector import ConfiguredSource, Deliveries, Judge, PassContext, PollingPolicy
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.sources.webhook import Options, Source
from monitor.store import Store, open_store
from tests.access_setup import add_people
from tests.fake_server import http_for
from tests.fake_site import ALL_HEALTHY, BRANDS, CHEAP_PASSWORDS, config, judged, working_status
from tests.fakes import FakeClock

KEY = "made up for a test, no secret"
WEBHOOK = "Help desk"
# Searches and dates may match their schema and still mean nothing, so 400 may answer a list of mentions.
CONFIG = """
[generation]
deterministic = true
database = "none"
with-security-parameters = false

[checks.ignored_auth]
enabled = false

[parameters]
"query.brand" = "Acme"
"query.source" = "Forum"
"query.rule" = "Acme@1"

[[operations]]
include-path-regex = "^/mentions"
checks.positive_data_acceptance.expected-statuses = [200, 400, 401]

# its filters are those of /mentions.json
[[operations]]
include-path = "/mentions.csv"
phases.coverage.enabled = false
checks.positive_data_acceptance.expected-statuses = [200, 400, 401]

# their filters too
[[operations]]
include-path-regex = "/api/v1/(mentions.*|counts|facets|histogram|topics|compare|rules/.*)$"
phases.coverage.enabled = false
checks.positive_data_acceptance.expected-statuses = [200, 400, 401, 404]

# off by default
[[operations]]
include-path = "/mcp"
checks.positive_data_acceptance.expected-statuses = [400, 401, 404]

# what is acted on may not exist
[[operations]]
include-path-regex = "/api/v1/(actions|undo|walls/.*|mentions/.*)"
checks.positive_data_acceptance.expected-statuses = [200, 400, 401, 403, 404, 409]

[[operations]]
include-path = "/in/{name}"
parameters."path.name" = "Help desk"
"""


class SigningApp:
    """The app, to which every delivery comes signed."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"].startswith("/in/"):
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            environ["HTTP_X_HUB_SIGNATURE_256"] = "sha256=" + hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
        answer = self._app(environ, start_response)
        try:
            return [b"".join(answer)]
        finally:
            answer.close()  # as a server does; until then an export or a delivery holds its place


@pytest.fixture(scope="module")
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, clock: FakeClock) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('described') / 'wallflower.db'}")
    opened.register_brands(BRANDS, clock.now())
    posts = [judged(f"Acme {n}", external_id=str(n), score=None if n % 3 else -0.5) for n in range(9)]
    opened.save("Forum", posts, now=clock.now(), status=working_status(clock.now()))
    add_people(opened, clock)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(store: Store, clock: FakeClock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    matcher = Matcher(BRANDS)
    context = PassContext(Judge(matcher, Scorer(BRANDS)), store, matcher.terms(), clock.now, lambda: 0.0)
    source = Source(Options(name=WEBHOOK, secret="HELPDESK_HOOK"), http_for())
    helpdesk = ConfiguredSource(WEBHOOK, "webhook", source, PollingPolicy(None, timedelta(minutes=1)))
    accept = Deliveries([helpdesk], context).accept
    folder_config = config(tmp_path_factory.mktemp("app"), sources=("Forum", WEBHOOK))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELPDESK_HOOK", KEY)
        created = create_app(
            folder_config,
            store,
            clock,
            health=lambda: ALL_HEALTHY,
            version="1",
            accept=accept,
            passwords=CHEAP_PASSWORDS,
        )
        created.extensions["token_rates"] = TokenRates(clock, burst=1e9)
        yield created


@pytest.fixture(scope="module")
def credentials(store: Store, clock: FakeClock) -> Mapping[str, dict[str, Any]]:
    """What each visitor sends with every request."""
    people, session, token = store.people, new_token(), new_api_token()
    account = people.account("bo")
    assert account
    hashed, token_hashed = token_hash(session), token_hash(token)
    assert hashed
    assert token_hashed
    people.add_session(account.id, hashed, clock.now(), address="", browser="", method="password")
    until = clock.now() + timedelta(days=30)
    people.add_token(account.id, "script", token[-4:], token_hashed, until, clock.now(), "bo")
    return {
        "viewer": {"cookies": {SESSION_COOKIE: session}},
        "token": {"headers": {"Authorization": f"Bearer {token}"}},
        "stranger": {},
    }


schema = schemathesis.openapi.from_dict(document("1", ""), config=SchemathesisConfig.from_str(CONFIG))


@schema.parametrize()
@settings(max_examples=5, derandomize=True, database=None, suppress_health_check=list(HealthCheck), deadline=None)
def test_every_answer_is_as_described(case: schemathesis.Case, app: Any, credentials: Mapping[str, Any]) -> None:
    statuses = {}
    for visitor, sent in credentials.items():
        statuses[visitor] = case.call_and_validate(app=SigningApp(app), **sent).status_code
    if {"token": []} in case.operation.definition.raw["security"]:
        assert statuses["stranger"] == 401
        assert 401 not in (statuses["viewer"], statuses["token"])
