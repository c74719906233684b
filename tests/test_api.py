"""/api/v1: its figures are those of the pages, and its errors say what is wrong, where, and what to do."""

from __future__ import annotations

import html
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from display.api.cursors import Cursor, CursorError, decode
from display.api.rate_limit import TokenRates
from display.pages.mentions.filters import PARAMETERS, MentionsView, query_string
from display.problems import PROBLEM_TYPE
from monitor.errors import StoreError
from monitor.model import ListPosition
from monitor.model.people import TokenScope
from tests import fake_store
from tests.access_setup import Site
from tests.fake_site import Served, config, judged, working_status
from tests.fakes import NOON
from tests.test_access import api_token

READS = ("mentions", "mentions.ndjson", "counts", "facets", "histogram", "topics", "compare", "sources", "incidents",
         "walls", "rules", "rules/Acme/preview", "views")  # fmt: skip
COUNTS = ("mentions", "counts", "facets", "histogram", "topics", "compare", "sources", "incidents")


class Api:
    """The API for one token."""

    def __init__(self, site: Site, token: str) -> None:
        self.client: FlaskClient = site.client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1/{path}", headers={**self.headers, **headers})

    def read(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(f"/api/v1/{path}", json=body, headers=self.headers)

    def stream(self, query: str = "") -> list[Any]:
        with self.get(f"mentions.ndjson?{query}") as answer:  # until then, it holds its place
            return [json.loads(line) for line in answer.text.splitlines()]


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, fake_store.World]]:
    """An installation after many random operations, with a source that was not read twice."""
    folder = tmp_path_factory.mktemp("busy")
    site = Site(config(folder, brands=fake_store.BRANDS, sources=fake_store.SOURCES))
    world = fake_store.World(17)
    fake_store.run_random_operations(site.store, world, 120)
    now = site.clock.time = max(world.now, NOON)
    for source in fake_store.SOURCES:
        site.store.save_status(working_status(now, source), now)
    site.store.open_gap("Forum", now - timedelta(days=2), "The site did not answer.", now)
    site.store.close_gaps("Forum", now - timedelta(days=1), now)
    site.store.open_gap("Import", now - timedelta(hours=3), "It was paused manually.", now)
    yield site, world
    site.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(config(tmp_path))
    posts = [judged(f"Acme {n}", external_id=str(n), score=-0.5, author=f"user{n}") for n in range(5)]
    site.store.save("Forum", posts, now=NOON, status=working_status(NOON))
    yield site
    site.close()


@pytest.fixture
def api(site: Site) -> Api:
    return Api(site, api_token(site, "dana", scope=TokenScope.ACT))


def numbers(text: str, pattern: str) -> list[str]:
    return [found.replace(",", "") for found in re.findall(pattern, text, re.DOTALL)]


def rail_counts(page: str, title: str) -> dict[str, int]:
    """Label -> count of a section of the rail."""
    ends = r"</section>|<details class=\"facet|<section class=\"facet|</aside>"
    section = re.search(rf"(?:<h2[^>]*>|<span>){title}<.*?(?={ends})", page, re.DOTALL)
    if section is None:
        return {}  # without any value, the rail has no section
    found = re.findall(r'<bdi title="([^"]*)">.*?<span class="n"[^>]*>([\d,]+)<', section[0], re.DOTALL)
    return {html.unescape(label): int(n.replace(",", "")) for label, n in found}


def test_every_figure_of_the_page_is_that_of_the_api_in_50_random_filters(busy: tuple[Site, fake_store.World]) -> None:
    site, world = busy
    client, api = site.signed_in("bo"), Api(site, api_token(site, "bo"))
    site.app.extensions["token_rates"] = TokenRates(site.clock, burst=10_000)
    mentions, compared, found_any = site.store.page(fake_store.ALL, limit=100), 0, 0
    while compared < 50:
        wanted = world.filter(mentions)
        range_name = "" if wanted.since or wanted.until else "all"
        query = query_string(MentionsView(wanted, range_name), site.config.timezone)
        answer = client.get(f"/mentions?{query}", follow_redirects=True)
        if answer.status_code == 400:
            assert api.get(f"counts?{query}").status_code == 400
            continue
        compared += 1
        found_any += same_figures(answer.text, api, query)
    assert found_any > 20


def same_figures(page: str, api: Api, query: str) -> bool:
    """Compare the page with the API; return whether there is anything to see."""
    counts, facets, chart = (api.read(f"{name}?{query}") for name in ("counts", "facets", "histogram"))
    assert numbers(page, r'<span id="count">([\d,]+)</span>') == [str(counts["mentions"]["n"])]
    if counts["mentions"]["n"]:
        assert f"in {counts['stories']['n']} stor" in page
    for name, words in (("hidden", "hidden, still counted"), ("set_aside", "set aside, still counted")):
        shown = numbers(page, rf"<p[^>]*>([\d,]+) {words}")
        assert {int(n) for n in shown} <= {counts[name]}
    for facet, title in (("brand", "Brand"), ("source", "Source"), ("author", "Author"), ("site", "Site")):
        listed = rail_counts(page, title)
        assert {one["value"]: one["n"] for one in facets["facets"][facet] if one["value"] in listed} == {
            label: n for label, n in listed.items() if label in {one["value"] for one in facets["facets"][facet]}
        }
    number = r"<td>(?:<a [^>]*>)?([\d,]+)(?:</a>)?</td>"
    row = rf'<tr><th scope="row">[^<]*</th>{number}{number}(?:<td>[^<]*</td>)?<td>([^<]*)</td></tr>'
    rows = re.findall(row, page)
    bins = [(str(one["n"]), str(one["negative"]), "not fully read" if one["unread"] else "") for one in chart["bins"]]
    assert rows == (bins[::-1] if "Show as a table" in page else [])  # an empty list has no chart
    *lines, end = api.stream(query)
    assert len(lines) == end["end"]["mentions"] == counts["mentions"]["n"]
    assert all(one["coverage"] == counts["coverage"] for one in (facets, chart, end["end"]))
    return bool(lines)


def test_pages_follow_each_other_without_loss_whatever_arrives(site: Site, api: Api) -> None:
    for order in ("new", "old", "negative", "positive"):
        whole = [one["id"] for one in api.read(f"mentions?order={order}&limit=1000")["mentions"]]
        found, path = list[int](), f"mentions?order={order}&limit=2"
        page = api.read(path)
        while True:
            found += [one["id"] for one in page["mentions"]]
            if page["next"] is None:
                break
            site.store.save("Forum", [judged(f"Acme {order} {len(found)}", score=-0.5)], now=site.clock.now())
            site.clock.advance(3600)
            page = api.read(f"{path}&cursor={page['next']}")
        assert found == whole
    api.headers["Accept"] = "application/x-ndjson"
    assert api.get("mentions").content_type.startswith("application/x-ndjson")


def test_a_cursor_of_another_filter_is_refused(api: Api) -> None:
    cursor = api.read("mentions?limit=2")["next"]
    assert api.get(f"mentions?limit=3&cursor={cursor}").status_code == 200
    for query in ("brand=Acme", "range=all", "order=old", "q=acme"):
        answer = api.get(f"mentions?limit=2&{query}&cursor={cursor}")
        assert (answer.status_code, answer.content_type) == (400, PROBLEM_TYPE)
        assert answer.json["parameter"] == "cursor"
        assert "belongs to another filter. Begin again" in answer.json["detail"]


def test_a_cursor_is_what_it_was_or_refused() -> None:
    cursor = Cursor("0123456789abcdef", ListPosition(7, NOON), 9, NOON)
    assert decode(cursor.encode(), NOON) == cursor
    for text in ("", "abc", cursor.encode()[:-3], cursor.encode() + "A" * 40, "é", "=" * 9):
        with pytest.raises(CursorError, match="Begin again"):
            decode(text, NOON)
    with pytest.raises(CursorError, match="from the future"):
        decode(cursor.encode(), NOON - timedelta(seconds=1))


def test_every_answer_that_counts_says_which_sources_were_not_read(busy: tuple[Site, fake_store.World]) -> None:
    site, _ = busy
    api, now = Api(site, api_token(site, "bo")), site.clock.now()
    for path in COUNTS:
        found = api.read(path)
        assert found["as_of"] == now.isoformat()
        assert found["upto"] == site.store.last_mention_id()
        gaps = {(gap["source"], gap["until"] is None) for gap in found["coverage"]["gaps"]}
        assert gaps == {("Forum", False), ("Import", True)}
        assert not found["coverage"]["complete"]
    other = api.read("counts?source=News+feed")["coverage"]
    assert (other["complete"], other["gaps"], other["unread_now"]) == (True, [], [])
    before = api.read(f"counts?until={now - timedelta(days=5):%Y-%m-%dT%H:%M}")["coverage"]
    assert before["complete"]


def test_a_source_that_is_not_read_now_is_named_even_if_it_never_was(site: Site, api: Api) -> None:
    assert api.read("counts")["coverage"]["complete"]
    site.clock.advance(3 * 3600)
    coverage = api.read("counts")["coverage"]
    assert (coverage["complete"], coverage["unread_now"]) == (False, ["Forum"])


def test_the_same_figures_are_not_sent_twice(site: Site, api: Api) -> None:
    for path in ("mentions", "counts", "facets", "sources", "rules", "views", "mentions/1"):
        first = api.get(path)
        site.clock.advance(1)
        again = api.get(path, **{"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.text) == (304, ""), path
    site.store.save("Forum", [judged("Acme again")], now=site.clock.now())
    assert api.get("counts", **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_mention_comes_with_its_evidence(site: Site, api: Api) -> None:
    api.post("actions", {"action": "note", "mentions": [1], "text": "Called them."})
    found = api.read("mentions/1")["mention"]
    assert (found["id"], found["evidence"]["body"], found["evidence"]["program_score"]) == (1, "Acme 0", -0.5)
    assert [(note["author"], note["text"]) for note in found["notes"]] == [("Dana Kim", "Called them.")]
    assert api.get("mentions/99").json["detail"] == "There is no mention 99: it was deleted, or never existed."


def test_a_token_that_sends_too_much_waits_and_others_do_not(site: Site) -> None:
    site.app.extensions["token_rates"] = TokenRates(site.clock, per_second=0.5, burst=3)
    one, other = (Api(site, api_token(site, name)) for name in ("dana", "bo"))
    assert [one.get("rules").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = one.get("rules")
    assert (refused.headers["Retry-After"], refused.content_type) == ("2", PROBLEM_TYPE)
    assert "Wait 2 s" in refused.json["detail"]
    assert other.get("rules").status_code == 200
    site.clock.advance(2)
    assert [one.get("rules").status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nothing", 404),
        ("GET", "mentions/x", 404),
        ("GET", "walls/nowhere", 404),
        ("DELETE", "counts", 405),
        ("POST", "mentions", 405),
        ("POST", "actions", 415),
        ("GET", "counts?brand=Nobody", 400),
        ("GET", "counts?q=(", 400),
        ("GET", "mentions?before=7", 400),
        ("GET", "mentions?limit=0", 400),
        ("GET", "sources?days=9999", 400),
        ("GET", "rules?x=1", 400),
        ("GET", "counts?limit=1", 400),
    ],
)
def test_an_error_is_a_problem_document(api: Api, method: str, path: str, status: int) -> None:
    answer = api.client.open(f"/api/v1/{path}", method=method, headers=api.headers)
    assert (answer.status_code, answer.content_type) == (status, PROBLEM_TYPE)
    problem = json.loads(answer.text)
    assert problem["status"] == status
    assert problem["type"].startswith("urn:wallflower:problem:")
    assert len(problem["detail"]) > 15
    assert ("Allow" in answer.headers) is (status == 405)


def test_errors_from_outside_the_pages_are_problem_documents_too(
    site: Site, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StoreError("disk I/O error")

    def breaks(*_: object) -> None:
        raise RuntimeError("a bug")

    assert site.client().get("/api/v1/counts").json["status"] == 401
    assert api.client.get("/api/v1/counts", headers={"Host": "evil.example"}).json["status"] == 400
    evil = {"Sec-Fetch-Site": "cross-site"}
    assert api.client.post("/api/v1/actions", json={}, headers=api.headers | evil).json["status"] == 403
    large = api.client.post(
        "/api/v1/actions", data=b"x" * (1 << 21), headers=api.headers, content_type="application/json"
    )
    assert large.json["status"] == 413
    monkeypatch.setattr(site.store, "count", fails)
    unavailable = api.get("counts")
    assert (unavailable.json["status"], unavailable.headers["Retry-After"]) == (503, "10")
    monkeypatch.setattr(site.store, "count", breaks)
    assert api.get("counts").json["status"] == 500


def test_a_token_that_is_revoked_ends_the_stream_with_a_problem(site: Site) -> None:
    posts = [judged(f"Acme {n} again", external_id=f"again {n}") for n in range(350)]
    site.store.save("Forum", posts, now=site.clock.now())
    token = api_token(site, "dana")
    headers = {"Authorization": f"Bearer {token}"}
    answer = site.client().get("/api/v1/mentions.ndjson", headers=headers, buffered=False)
    pieces = iter(answer.response)
    first = next(pieces)
    account = site.account("dana")
    site.store.people.revoke_token(site.store.people.tokens(account.id)[0].id, account.id, site.clock.now(), "dana")
    site.clock.advance(1)
    lines = [json.loads(line) for piece in (first, *pieces) for line in piece.splitlines()]
    answer.close()
    assert [line["id"] > 0 for line in lines[:-1]] == [True] * 100
    assert lines[-1]["problem"]["type"] == "urn:wallflower:problem:no-access"
    assert "revoked" in lines[-1]["problem"]["detail"]


def test_members_act_through_the_api_under_their_own_name(site: Site, api: Api) -> None:
    done = api.post("actions", {"action": "claim", "mentions": [1, 2, 99]}).json
    assert (done["changed"], done["missing"]) == ([1, 2], [99])
    assert api.read("mentions/1")["mention"]["claim"]["name"] == "Dana Kim"
    other = Api(site, api_token(site, "priya", scope=TokenScope.ACT))
    taken = other.post("actions", {"action": "claim", "mentions": [1]})
    assert (taken.status_code, taken.content_type) == (409, PROBLEM_TYPE)
    assert "Dana Kim" in taken.json["detail"]
    assert api.post("undo", {"action": done["action"]}).json["changed"] == [1, 2]
    assert api.post("undo", {"action": done["action"]}).status_code == 409
    for body in (
        {"action": "correct", "mentions": [1], "sentiment": "positive"},
        {"action": "restore", "mentions": [1]},
        {"action": "assign", "mentions": [1], "person": "priya"},
        {"action": "hide", "mentions": [2]},
        {"action": "unhide", "mentions": [2]},
        {"action": "irrelevant", "mentions": [3]},
        {"action": "relevant", "mentions": [3]},
        {"action": "unmark", "mentions": [3]},
        {"action": "note", "mentions": [4], "text": "Call."},
        {"action": "edit_note", "mentions": [4], "note": 1, "text": ""},
        {"action": "block", "mentions": [5], "block": "author"},
    ):
        assert (answer := api.post("actions", body)).status_code == 200, (body, answer.text)
    assert (site.store.mention(5).hidden, site.store.mention(1).claim.claimant.name) == (True, "Priya Nair")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({"action": "fly", "mentions": [1]}, "action: "),
        ({"action": "claim"}, "mentions: "),
        ({"action": "claim", "mentions": []}, "mentions: "),
        ({"action": "claim", "mentions": [2**63]}, "mentions.0: "),
        ({"action": "claim", "mentions": ["1"]}, "mentions.0: "),
        ({"action": "claim", "mentions": [1], "extra": 1}, "extra: "),
        ({"action": "correct", "mentions": [1]}, "sentiment: correct needs it"),
        ({"action": "assign", "mentions": [1], "person": "nobody"}, "person: nobody signs in"),
        ({"action": "note", "mentions": [1, 2], "text": "x"}, "mentions: note needs exactly one"),
        ({"action": "block", "mentions": [1], "block": "site"}, "block: the mention 1 has no site"),
        ([1], ""),
    ],
    ids=str,
)
def test_a_body_that_is_not_valid_is_refused_with_the_place(api: Api, body: Any, part: str) -> None:
    answer = api.post("actions", body)
    assert (answer.status_code, answer.content_type) == (400, PROBLEM_TYPE)
    assert part in answer.json["detail"]


def test_what_reads_cannot_act(site: Site) -> None:
    api = Api(site, api_token(site, "dana"))
    answer = api.post("actions", {"action": "hide", "mentions": [1]})
    assert (answer.status_code, answer.json["type"]) == (403, "urn:wallflower:problem:not-allowed")
    assert "“Read and act”" in answer.json["detail"]
    assert not site.store.mention(1).hidden  # type: ignore[union-attr]


values = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["Acme", "-Acme", "all", "2026-03-01", "0", "7.1", "-", "+", "%", "\0", "new"]),
)
pairs = st.lists(st.tuples(st.sampled_from([*PARAMETERS, "limit", "cursor", "days", "text", "x"]), values), max_size=4)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    site = Site(replace(config(tmp_path_factory.mktemp("quiet"))))
    site.app.extensions["token_rates"] = TokenRates(site.clock, burst=1e9)
    site.store.save("Forum", [judged()], now=NOON, status=working_status(NOON))
    yield Api(site, api_token(site, "bo"))
    site.close()


@given(path=st.sampled_from(READS), query=pairs)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_asked_the_answer_is_right_or_a_problem(
    quiet: Api, path: str, query: list[tuple[str, str]]
) -> None:
    answer = quiet.client.get(f"/api/v1/{path}", query_string=query, headers=quiet.headers)
    assert answer.status_code in (200, 400), (path, query, answer.text)
    assert answer.status_code == 200 or answer.content_type == PROBLEM_TYPE
    answer.close()


def test_a_rule_is_previewed_with_what_was_not_read(site: Site, api: Api) -> None:
    at = site.clock.now() - timedelta(hours=1)
    posts = [judged("Globex parcel", brand="Globex", external_id="g", published_at=at)]
    site.store.save("Forum", posts, now=NOON)
    site.store.open_gap("Forum", at, "The site did not answer.", at)
    site.store.close_gaps("Forum", site.clock.now(), site.clock.now())
    rule = {"text": "(acme OR parcel)\nNOT 3"}
    found = api.read(f"rules/Acme/preview?{urlencode(rule)}")
    assert (found["rule"], found["now"], found["found"], found["exact"]) == ("(acme OR parcel) NOT 3", 5, 5, True)
    assert (found["entering"]["n"], found["leaving"]["n"], found["posts"]) == (1, 1, 6)
    [entering], [leaving] = found["entering"]["posts"], found["leaving"]["posts"]
    assert (entering["mention"], entering["excerpt"], entering["reason"]) == (6, "Globex parcel", "parcel")
    assert (leaving["mention"], leaving["excerpt"], entering["published_at"]) == (4, "Acme 3", at.isoformat())
    assert (sum(one["n"] for one in found["bins"]), sum(one["now"] for one in found["bins"])) == (5, 5)
    assert [gap["source"] for gap in found["coverage"]["gaps"]] == ["Forum"]
    assert found["sentence"] in html.unescape(site.signed_in("bo").get("/rules/Acme", query_string=rule).text)
    assert api.read("rules/Acme/preview?limit=1&range=24h")["rule"] == "acme"
    assert site.config.brands[0].rule == "acme"


@pytest.mark.parametrize(
    ("path", "status", "part"),
    [
        ("Acme/preview?text=acme+AND+(", 400, "text: "),
        ("Acme/preview?text=" + "a" * 5000, 400, "text: "),
        ("Acme/preview?text=a&text=b", 400, "text='b' is not valid"),
        ("Acme/preview?range=2y", 400, "Allowed: 24h, 7d, 30d, all"),
        ("Acme/preview?limit=0", 400, "from 1 to 200"),
        ("Acme/preview?q=a", 400, "Allowed: the parameters text, range, limit"),
        ("Nobody/preview", 404, "Brands: Acme, Globex, Initech."),
        ("a/b/preview", 404, "no brand of this name"),
    ],
)
def test_a_preview_that_cannot_be_made_says_why(api: Api, path: str, status: int, part: str) -> None:
    answer = api.get(f"rules/{path}")
    assert (answer.status_code, answer.content_type) == (status, PROBLEM_TYPE)
    assert part in answer.json["detail"]


def test_times_are_in_utc_with_their_zone(api: Api) -> None:
    found = json.dumps([api.read(path) for path in ("mentions", "counts", "histogram", "sources", "rules")])
    times = re.findall(r'"(\d{4}-\d{2}-\d{2}T[^"]*)"', found)
    assert len(times) > 20
    assert {datetime.fromisoformat(text).utcoffset() for text in times} == {timedelta(0)}


def test_the_requests_in_the_documentation_work(site: Site) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    documentation = (Path(__file__).parents[1] / "docs" / "api.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", documentation, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    assert [len(block.splitlines()) for block in blocks] == [3, 10]
    token = api_token(site, "dana", scope=TokenScope.ACT)
    with Served(site.app) as served:
        for line in lines:
            name, *arguments = shlex.split(line.replace("$TOKEN", token).replace("http://127.0.0.1:8750", served.url))
            assert name == "curl"
            run = [curl, "--silent", "--show-error", "--fail-with-body", *arguments]
            ended = subprocess.run(run, capture_output=True, text=True, check=False)
            assert ended.returncode == 0, (line, ended.stdout, ended.stderr)
            answers = ended.stdout.splitlines() if ".ndjson" in line else [ended.stdout]
            assert [json.loads(answer) for answer in answers], line


def test_the_reference_shows_every_address_of_the_api(site: Site) -> None:
    page = site.signed_in("bo").get("/api").text
    for path in ("/api/v1/mentions.ndjson", "/api/v1/actions", "/in/{name}", "/openapi.json"):
        assert f"<code>{path}</code>" in page
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets <= set(re.findall(r'id="([^"]+)"', page))
    assert " style=" not in page
