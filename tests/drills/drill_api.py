"""30,000 hostile requests to /api/v1: each is answered with 200 or with a problem document that names the parameter."""

from __future__ import annotations

import random
import string
from collections import Counter

from display.api.rate_limit import TokenRates
from display.pages.mentions.filters import PARAMETERS
from display.problems import PROBLEM_TYPE
from tests.access_setup import Site
from tests.fake_site import config, judged, working_status
from tests.fakes import NOON
from tests.test_access import api_token
from tests.test_api import READS

REQUESTS = 30_000
SEEDS = (
    "", "Acme", "-Acme", "+-", "--", "all", "7d", "new", "0", "-1", "1e9", "9" * 40, "2026-03-01", "2026-03-01T25:00",
    "0001-01-01", "9999-12-31T23:59", "1969-12-31", "' OR 1=1 --", "<script>", "../../etc/passwd", "%00", "\0",
    "\ud800", "\u202e",
    "é", "新車", "(", ")", '"', "a AND", "NOT", "NEAR/0", "author:", "site:-", "*", "a*" * 400, "(" * 500,
    "wfl_", "Acme@1", "Acme@0", "null", "[]", "{}", "true", "NaN", "7.1", "7.99999999999999", "und", "xx", "unscored",
    "corrected",
)  # fmt: skip
NAMES = (*PARAMETERS, "limit", "cursor", "days", "bom", "x", "", "q[]", "__class__")


def hostile_value(rng: random.Random) -> str:
    """A seed, perhaps with something added, cut off or repeated, or noise."""
    value = rng.choice(SEEDS)
    kind = rng.randrange(5)
    if kind == 1:
        value += rng.choice(SEEDS)
    elif kind == 2:
        value = "".join(rng.choices(string.printable + "é\u2028\U0001f600", k=rng.randrange(40)))
    elif kind == 3 and value:
        at = rng.randrange(len(value))
        value = value[:at] + chr(rng.randrange(0x20, 0x3000)) + value[at + 1 :]
    return value.encode("utf-8", "surrogatepass").decode("latin-1") if kind == 4 else value.replace("\ud800", "?")


def drill_hostile_parameters(tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    site = Site(config(tmp_path_factory.mktemp("hostile")))
    site.app.extensions["token_rates"] = TokenRates(site.clock, burst=1e9)
    site.store.save("Forum", [judged(f"Acme {n}") for n in range(20)], now=NOON, status=working_status(NOON))
    headers, client = {"Authorization": f"Bearer {api_token(site, 'bo')}"}, site.client()
    rng, seen = random.Random(17), Counter[int]()
    for _ in range(REQUESTS):
        path = rng.choice((*READS, "mentions/1", f"mentions/{rng.randrange(2**64)}", "walls/x", "nothing"))
        query = [(rng.choice(NAMES), hostile_value(rng)) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
        with client.get(f"/api/v1/{path}", query_string=query, headers=headers) as answer:
            seen[answer.status_code] += 1
            assert answer.status_code in (200, 400, 404), (path, query, answer.text)
            if answer.status_code != 200:
                assert answer.content_type == PROBLEM_TYPE, (path, query)
                assert answer.get_json(force=True)["detail"], (path, query)
    print(dict(seen))
    assert set(seen) == {200, 400, 404}
    site.close()
