"""Behind a proxy that serves Wallflower under a path: signing in, pages, styles, the wall and live updates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from monitor.config import Server
from tests.access_setup import PASSWORD, add_people
from tests.browser.conftest import PageErrors
from tests.fake_site import RunningApp, config, judged
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROOT = "/listening"


class PathProxy:
    """Does what a proxy does that serves an app under ROOT."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(f"{ROOT}/"):
            start_response("410 Gone", [])
            return []
        forwarded = {"HTTP_X_FORWARDED_PREFIX": ROOT, "HTTP_X_FORWARDED_FOR": "203.0.113.9"}
        return self._app({**environ, **forwarded, "PATH_INFO": path.removeprefix(ROOT)}, start_response)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[RunningApp]:
    server = Server(proxies=(ip_network("127.0.0.0/8"),))
    served = RunningApp(replace(config(tmp_path), server=server)).start()
    served.app.wsgi_app = PathProxy(served.app.wsgi_app)  # type: ignore[method-assign]
    add_people(served.store, FakeClock(served.clock.now()))
    yield served
    served.stop()


def test_everything_works_under_a_path(page: Page, served: RunningApp, page_errors: PageErrors) -> None:
    failed: list[str] = []
    page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    paths: list[str] = []
    page.on("request", lambda request: paths.append(urlsplit(request.url).path))
    page.on("websocket", lambda socket: paths.append(urlsplit(socket.url).path))
    now = served.clock.now()
    served.save(judged("Acme is fine.", published_at=now))
    page.goto(f"{served.url}{ROOT}/mentions?q=acme")
    page.get_by_label("Name").fill("priya")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{served.url}{ROOT}/mentions?q=acme")
    served.save(judged("Acme is late.", external_id="second", published_at=now))
    page.locator("#pill", has_text="1 new").click()
    page.get_by_text("is late.").first.click()
    page.get_by_role("link", name="Close").click()
    page.get_by_role("link", name="Walls", exact=True).first.click()
    page.get_by_role("link", name="the wall", exact=True).click()
    expect(page.locator("h1")).to_contain_text("2 mentions")
    served.save(judged("Acme again.", external_id="third", published_at=now))
    expect(page.locator("h1")).to_contain_text("3 mentions")
    page.goto(f"{served.url}{ROOT}/")
    page.get_by_role("link", name="Sources").first.click()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".label", has_text="Paused")).to_be_visible()
    assert failed == []
    assert page_errors == []
    assert f"{ROOT}/socket.io/" in paths
    assert [path for path in paths if not path.startswith(f"{ROOT}/")] == []
    assert page.evaluate("reports") == []
