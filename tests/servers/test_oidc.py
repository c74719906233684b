"""Single sign-on with a real OpenID provider: oidc-provider, from the npm registry."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from hatch_build import node_path
from monitor.config.sign_in import Oidc, Roles, SignIn
from monitor.model.people import Role
from tests.access_setup import Site
from tests.fake_site import config
from tests.ports import free_port
from tests.servers import OIDC_FOLDER, running

SECRET = "a secret of sixteen characters"
PROVIDER = Path(__file__).with_name("oidc") / "provider.mjs"
ANSWER = "http://localhost/login/single-sign-on/answer"
FORM = re.compile(r'<form[^>]* action="([^"]+)"')
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def issuer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if not (OIDC_FOLDER / "node_modules").is_dir():
        pytest.skip("oidc-provider is not installed: run python -m tests.servers.setup")
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    program = shutil.copy(PROVIDER, OIDC_FOLDER)
    port = free_port()
    with running([str(node_path()), program, str(port), ANSWER], port, tmp_path / "log", {"OIDC_SECRET": SECRET}):
        yield f"http://127.0.0.1:{port}"


def sign_in_there(url: str, name: str) -> str:
    """Fill in the provider's forms; returns where it sends the browser back to."""
    session = requests.Session()
    page = session.get(url, timeout=10)
    for _ in range(4):
        form = FORM.search(page.text)
        assert form, page.text
        fields = dict(FIELD.findall(page.text)) | {"login": name, "password": "any"}
        answer = session.post(unescape(form[1]), fields, timeout=10, allow_redirects=False)
        while answer.is_redirect:
            target = urljoin(answer.url, answer.headers["Location"])
            if target.startswith(ANSWER):
                return target
            answer = session.get(target, timeout=10, allow_redirects=False)
        page = answer
    raise AssertionError(page.text)


def test_people_sign_in_with_their_groups_and_out_again(tmp_path: Path, issuer: str) -> None:
    oidc = Oidc(issuer, "wallflower", "OIDC_SECRET", scopes=("openid", "profile", "groups"))
    roles = Roles(admin=("it",), member=("comms",))
    site = Site(replace(config(tmp_path), sign_in=SignIn(oidc=oidc, roles=roles)), people=False)
    for name, role in (("ada.it", Role.ADMIN), ("dana.comms", Role.MEMBER), ("ada.it", Role.ADMIN)):
        client = site.client()
        begun = client.get("/login/single-sign-on?next=/sources")
        back = urlsplit(sign_in_there(begun.headers["Location"], name))
        done = client.get(f"{back.path}?{back.query}")
        assert (done.status_code, done.headers["Location"]) == (303, "/sources"), done.text
        assert client.get("/sources").status_code == 200
        account = site.account(name)
        assert (account.full_name, account.role) == (f"Name of {name}", role)
        assert client.get(f"{back.path}?{back.query}").status_code == 403  # a code works once
    out = client.post("/logout", follow_redirects=True)
    found = re.search(r'href="(http://127[^"]+)">Sign out there', out.text)
    assert found
    assert requests.get(unescape(found[1]), timeout=10).status_code == 200
    refused = site.client()
    back = urlsplit(sign_in_there(refused.get("/login/single-sign-on").headers["Location"], "eve.sales"))
    assert "nobody has given you access" in refused.get(f"{back.path}?{back.query}").text
    site.close()
