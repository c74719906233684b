"""/audit: what admins read, filter and export."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from monitor.model.people import Role
from tests.access_setup import Site
from tests.fake_site import config


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(config(tmp_path))
    yield site
    site.close()


@pytest.fixture
def admin(site: Site) -> FlaskClient:
    return site.signed_in("priya")


def rows(page: str) -> list[str]:
    """The rows of the table, as text."""
    found = re.findall(r'<tr role="row">\n(.*?)</tr>', page, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in found]


def test_it_says_who_did_what_to_whom_and_when(site: Site, admin: FlaskClient) -> None:
    site.store.people.set_role(site.account("bo").id, Role.MEMBER, site.clock.now(), "priya")
    found = rows(admin.get("/audit").text)
    assert found[0] == "12:00 Priya Nair Changed role Bo Lund from viewer, to member"
    assert re.match(r"12:00 Priya Nair Signed in .*method password", found[1])
    assert "12:00 Command line Added person Dana Kim role member" in found


def test_it_is_filtered_by_person_and_action(site: Site, admin: FlaskClient) -> None:
    site.signed_in("dana")
    page = admin.get("/audit?who=dana").text
    assert [row.partition(" ")[2][:18] for row in rows(page)] == ["Dana Kim Signed in"]
    assert '<option value="dana" selected>Dana Kim</option>' in page
    found = rows(admin.get("/audit?who=command+line&what=added+person").text)
    assert len(found) == 3
    assert "No entry matches." in admin.get("/audit?who=nobody").text
    assert rows(admin.get("/audit?who=DROP'--&what=%3Cscript%3E").text) == []


def test_older_entries_are_on_the_next_pages(site: Site, admin: FlaskClient) -> None:
    for number in range(250):
        site.store.people.record("dana", "hid mention", f"number {number}", {}, site.clock.now())
    seen, address = list[str](), "/audit?who=dana&what=hid+mention"
    while address:
        page = admin.get(address).text
        seen += re.findall(r"number \d+", page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = unescape(older[1]) if older else ""
        assert ("Newest" in page) is (len(seen) > 100)
    assert seen == [f"number {number}" for number in reversed(range(250))]
    assert admin.get("/audit?before=0x7").status_code == 400


def test_the_export_has_every_entry_of_the_filter_and_no_formula(site: Site, admin: FlaskClient) -> None:
    for number in range(1_200):
        site.store.people.record("dana", "hid mention", f"=cmd|{number}", {"n": number}, site.clock.now())
    answer = admin.get("/audit.csv?who=dana")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit-2026-03-04.csv"'
    exported = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(exported) == 1_200
    newest = exported[0]
    assert (newest["actor"], newest["action"], newest["target"]) == ("dana", "hid mention", "'=cmd|1199")
    assert json.loads(newest["details"]) == {"n": 1199}
    assert newest["at"] == site.clock.now().isoformat()
    assert len(list(csv.reader(io.StringIO(admin.get("/audit.csv").text)))) > 1_201
    assert 'href="/audit.csv?who=dana"' in admin.get("/audit?who=dana").text


def test_others_are_told_who_can_see_it(site: Site) -> None:
    assert "Only admins can see the audit log. Priya is an admin." in site.signed_in("dana").get("/audit").text
    assert "/audit" not in site.signed_in("dana").get("/account").text
