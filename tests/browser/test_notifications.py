"""Notifications in Chromium, as a new user sets them up: from a view to the first message, and what each page says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PageErrors, desktop_context
from tests.fake_server import Server, serving
from tests.fake_site import RunningApp, config, judged

pytestmark = pytest.mark.browser


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def served(tmp_path: Path, server: Server) -> Iterator[RunningApp]:
    """A site that may send to ``server``, with three mentions."""
    served = RunningApp(replace(config(tmp_path), allow_hosts=frozenset({server.host}))).start()
    served.save(*(judged(f"Acme is late {n}", score=-0.6, published_at=served.clock.now()) for n in range(3)))
    yield served
    served.stop()


@pytest.fixture
def page(browser: Browser, page_errors: PageErrors) -> Iterator[Page]:
    context = desktop_context(browser)
    page = context.new_page()
    page_errors.listen(page)
    yield page
    context.close()


def deliver(served: RunningApp) -> None:
    """Decide and send, as the thread of notifications does, without waiting for it."""
    running = served.app.extensions["notifications"]
    now = served.clock.now()
    while running.flow.step(now):
        pass
    running.sender.send_due()


def test_from_a_view_to_the_first_message(
    page: Page, served: RunningApp, server: Server, page_errors: PageErrors
) -> None:
    page.goto(f"{served.url}/mentions?view=2")
    page.locator(".view-menu > summary").click()
    page.get_by_role("button", name="Notify me").click()
    expect(page.locator("main")).to_contain_text("There is no channel yet.")
    page.get_by_role("link", name="Add one").click()
    page.get_by_role("link", name="Your own program").click()

    server.script = lambda conn: conn.answer(404, b"no such hook")
    page.get_by_label("Address").fill(f"{server.url}/hook")
    page.get_by_role("button", name="Save and send a test").click()
    expect(page.get_by_role("alert")).to_contain_text("The test did not arrive.")
    expect(page.get_by_role("alert")).to_contain_text("“no such hook”. Nothing receives messages at this address")
    expect(page.locator("main")).to_contain_text("This is the signing secret.")
    server.script = lambda conn: conn.answer(200)
    page.get_by_role("button", name="Send another test").click()
    expect(page.get_by_role("status").filter(has_text="The test was sent.")).to_contain_text("answered 200")
    page.get_by_role("link", name="Add a notification").click()

    expect(page.get_by_label("View", exact=True)).to_have_value("2")
    expect(page.locator("#preview")).to_have_text(
        "In the last 30 days this would have sent 3 messages. 3 mentions fit the view."
    )
    page.get_by_label("How often").select_option("daily")
    expect(page.locator("#preview")).to_contain_text(re.compile("would have sent [01] message"))
    page.get_by_label("How often").select_option("each")
    expect(page.locator("#preview")).to_contain_text("would have sent 3 messages")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#subscription-1")).to_contain_text("Each mention, at most 20 a day, through Your own program")

    served.save(judged("Acme is lost", score=-0.6, published_at=served.clock.now()))
    deliver(served)
    message = json.loads(server.requests[-1].body)
    assert message["title"] == "Us, negative: 1 new mention"
    assert "lost" not in server.requests[-1].body.decode()
    page.reload()
    page.locator("#log").get_by_role("link", name="Us, negative: 1 new mention").click()
    expect(page.locator("main")).to_contain_text("Your own program: The receiver answered 200.")
    page.goto(message["link"].replace("http://127.0.0.1:8750", served.url))
    expect(page.locator("main")).to_contain_text("Acme is lost")
    assert page_errors == []
    assert page.evaluate("reports") == []
