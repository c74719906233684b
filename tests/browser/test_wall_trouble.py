"""The wall when something fails: the connection, the server, its version, its config, the television."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import random
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import psutil
import pytest
from playwright.sync_api import CDPSession, Page, Route, WebSocketRoute, expect

from bench import spike
from monitor.clock import epoch_ms
from monitor.config.walls import Wall
from monitor.model import MentionFilter
from monitor.store import Store
from tests.browser.conftest import PageErrors
from tests.browser.scripted_wall import ScriptedWall
from tests.config_text import config_text, wall, webhook, without_model
from tests.fake_site import RunningApp, config, judged
from tests.run_process import TIMEOUT_SECONDS, Running, until
from tests.wall_states.parts import CLOCK

pytestmark = pytest.mark.browser

MINUTE = 60
MAX_STEPS = 60
"""Steps of half a second within which a wall is live again, by the page's clock."""


def open_wall(page: Page, served: RunningApp, path: str = "/wall") -> None:
    page.goto(f"{served.url}{path}")
    page.locator(".canvas").wait_for()


def run_until(page: Page, reached: str) -> None:
    """Advance the page's clock until the JavaScript expression ``reached`` is true. Its requests are real."""
    for _ in range(MAX_STEPS):
        page.clock.run_for(500)
        page.evaluate("fetch('/healthz').catch(() => 0)")  # requests that were pending before are now done
        if page.evaluate(reached):
            return
    pytest.fail(f"never: {reached}; the wall says {page.locator('h1').text_content()}")


IS_LIVE = "document.querySelector('.canvas')?.dataset.trust === 'live'"


def assert_current(page: Page, store: Store) -> None:
    """Assert that the wall shows the newest mentions, counts all of them, and shows none twice."""
    expect(page.locator(".canvas")).to_have_attribute("data-last-id", str(store.last_change_id()))
    stored = store.count(MentionFilter()).n
    expect(page.locator("h1")).to_contain_text(f"{stored} mentions in the last hour")
    texts = page.locator(".hero .text, .row .text").all_text_contents()
    assert len(texts) == len(set(texts)) == 3


@dataclass
class Connection:
    """The connection between a page and its server, which a test can cut."""

    page: Page
    cut: bool = False
    _sockets: list[WebSocketRoute] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route("**/*", self._pass)
        self.page.route_web_socket("**/socket.io/**", self._connect)

    def lose(self) -> None:
        """Close open sockets and abort every request from now on."""
        self.cut = True
        for socket in self._sockets:
            socket.close()
        self._sockets.clear()

    def _pass(self, route: Route) -> None:
        if self.cut:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    def _connect(self, socket: WebSocketRoute) -> None:
        if self.cut:
            socket.close()
        else:
            socket.connect_to_server()
            self._sockets.append(socket)


def test_offline_for_ten_minutes_and_back(page: Page, served: RunningApp, page_errors: PageErrors) -> None:
    connection = Connection(page)
    for n in range(3):
        served.save(judged(f"Acme before {n}.", published_at=served.clock.now()))
    page.clock.install()
    open_wall(page, served)
    page.evaluate("window.same = true")
    assert_current(page, served.store)
    connection.lose()
    page.clock.fast_forward(40_000)
    expect(page.locator(".canvas")).to_have_attribute("data-trust", "reconnecting")
    for n in range(40):
        served.save(judged(f"Acme meanwhile {n}.", published_at=served.clock.now()))
    gone = served.store.page(MentionFilter())[-1]
    served.store.delete_posts("Forum", [gone.post.external_id], served.clock.now())
    page.clock.fast_forward(10 * MINUTE * 1000)
    expect(page.locator("h1")).to_contain_text("Not live. Last update 10 min ago")
    connection.cut = False
    run_until(page, IS_LIVE)
    assert_current(page, served.store)
    assert gone.post.text not in page.content(), "what was deleted meanwhile is gone from the wall too"
    served.save(judged("Acme after.", published_at=served.clock.now()))
    assert_current(page, served.store)
    assert page.evaluate("window.same"), "the page must not reload"
    assert page_errors == []


KEY = "made up for a test, no secret"


class WebhookService(Running):
    """``wallflower run`` whose only source is a webhook."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, feed_port=0)
        tables = webhook("desk", "DESK_HOOK"), wall("hall", night="off")
        self.config.write_text(config_text(self.port, *tables, without_model()))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def deliver(self, *ids: str) -> None:
        """Deliver posts with these ids; returns when they are stored."""
        body = json.dumps([{"id": id_, "text": f"Acme, says {id_}."} for id_ in ids]).encode()
        signature = "sha256=" + hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
        request = Request(f"{self.url}/in/desk", body, {"X-Hub-Signature-256": signature})
        with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            assert answer.status == 202

    def kill(self) -> None:
        """Kill it without a signal that it could handle, like a power cut: first the parent, then its worker."""
        assert self.process
        worker = self.worker()
        self.process.kill()
        self.process.wait(TIMEOUT_SECONDS)
        if worker.is_running():
            worker.kill()
        psutil.wait_procs([worker], TIMEOUT_SECONDS)


@pytest.fixture
def hooked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebhookService]:
    monkeypatch.setenv("DESK_HOOK", KEY)
    service = WebhookService(tmp_path)
    service.start()
    yield service
    if service.process and service.process.poll() is None:
        os.killpg(service.process.pid, signal.SIGKILL)
        service.process.wait(TIMEOUT_SECONDS)


def test_a_server_that_is_killed_and_restarted(page: Page, hooked: WebhookService, page_errors: PageErrors) -> None:
    hooked.deliver("one", "two")
    page.goto(f"{hooked.url}/wall")
    expect(page.locator("h1")).to_contain_text("2 mentions in the last hour")
    page.evaluate("window.same = true")
    hooked.kill()
    hooked.start()
    hooked.deliver("two", "three", "four")  # a sender that got no 202 sends again
    expect(page.locator("h1")).to_contain_text("4 mentions in the last hour", timeout=30_000)
    expect(page.locator(".hero .text, .row .text")).to_have_count(3)
    texts = page.locator(".hero .text, .row .text").all_text_contents()
    assert len(set(texts)) == 3
    assert page.evaluate("window.same"), "the page must not reload"
    assert page_errors == []


def test_a_server_that_hangs_makes_the_wall_not_live(page: Page, hooked: WebhookService) -> None:
    """Its connections stay open, but it sends nothing."""
    hooked.deliver("one")
    page.clock.install()
    page.goto(f"{hooked.url}/wall")
    expect(page.locator("h1")).to_contain_text("1 mention in the last hour")
    worker = hooked.worker()
    worker.suspend()
    try:
        page.clock.fast_forward(100_000)
        expect(page.locator("h1")).to_contain_text("Not live. Last update 1 min ago")
    finally:
        worker.resume()
    hooked.deliver("two")
    run_until(page, f"{IS_LIVE} && document.querySelector('h1').textContent.includes('2 mentions')")


def test_a_server_that_is_killed_in_a_flood_counts_every_post_once(page: Page, hooked: WebhookService) -> None:
    """Posts that were accepted are counted once after the restart, even if they are sent again."""
    page.goto(f"{hooked.url}/wall")
    for n in range(4):
        hooked.deliver(*(f"{n}-{m}" for m in range(25)))
    hooked.kill()
    hooked.start()
    hooked.deliver(*(f"3-{m}" for m in range(25)), *(f"4-{m}" for m in range(25)))
    until(lambda: hooked.mentions() == 125, hooked.output)
    expect(page.locator("h1")).to_contain_text("125 mentions in the last hour", timeout=30_000)
    assert page.locator(".hero, .row").count() <= 3


def test_a_flood_is_counted_but_not_drawn_one_by_one(page: Page, served: RunningApp, page_errors: PageErrors) -> None:
    served.save(judged("Acme is fine.", published_at=served.clock.now()))
    open_wall(page, served)
    elements = "document.querySelectorAll('*').length"
    before = page.evaluate(elements)
    for n in range(0, 1500, 50):
        at = served.clock.now()
        served.save(*(judged(f"Acme number {n + m} of many.", published_at=at, author=f"a{m}") for m in range(50)))
    expect(page.locator("h1")).to_contain_text("1,501 mentions in the last hour")
    expect(page.locator(".canvas")).to_have_attribute("data-last-id", str(served.store.last_change_id()))
    assert page.locator(".hero, .row").count() <= 3
    assert page.evaluate(elements) < before + 100
    assert page_errors == []


def detached_nodes(page: Page, session: CDPSession) -> int:
    """DOM nodes that the browser keeps in memory but that are not in the page."""
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    nodes = session.send("Memory.getDOMCounters")["nodes"]
    return int(nodes) - int(page.evaluate(NODES))


NODES = """() => {
  const all = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
  let nodes = 1;
  while (all.nextNode()) nodes++;
  return nodes;
}"""


def test_no_earlier_picture_stays_in_memory(scripted_wall: ScriptedWall) -> None:
    """One picture has about 500 nodes."""
    page = scripted_wall.page
    session = page.context.new_cdp_session(page)
    scripted_wall.open("normal")
    scenes = ("incident", "topics", "quiet", "all-unscored", "night", "twelve-brands", "learning", "busy", "normal")
    for n, name in enumerate(2 * scenes):
        scripted_wall.show(name, clock=epoch_ms(CLOCK) + n * 20 * MINUTE * 1000)
    page.wait_for_function("document.querySelector('.canvas').dataset.kind === 'normal'")
    assert detached_nodes(page, session) < 100


def test_a_spike_through_a_webhook_becomes_an_incident_on_the_wall(page: Page, tmp_path: Path) -> None:
    """Everything is real, except the clock, which runs sixty times as fast, and the two weeks before."""
    pick = random.Random(1)
    with spike.served(tmp_path, 60, 60, pick) as service:
        page.goto(f"{service.url}/wall")
        _, state = spike.time_to_incident(service, [*spike.arrivals(6 * 60, timedelta(hours=2), pick)])
        expect(page.locator(".flag")).to_be_visible()
        assert float(state["incident"]["multiple"]) >= 2


# A new config or version


def test_a_page_waits_until_all_files_of_a_new_version_are_there(page: Page, served: RunningApp) -> None:
    """As if a second restart followed: the page loads, but its program does not."""
    page.clock.install()
    open_wall(page, served)
    page.evaluate("window.old = true")
    served.stop()
    served.start(version="2")
    page.clock.run_for(15_000)
    expect(page.locator(".canvas")).to_have_attribute("data-trust", "live")
    page.route("**/assets/*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.clock.fast_forward(20 * MINUTE * 1000)
    assert page.evaluate("window.old") is True
    expect(page.locator(".canvas")).to_be_visible()
    page.unroute("**/assets/*")
    with page.expect_navigation():
        page.clock.fast_forward(20 * MINUTE * 1000)
    expect(page.locator("#wall")).to_have_attribute("data-version", "2")
    page.locator(".canvas").wait_for()


def test_a_state_that_cannot_be_drawn_fails_once_and_the_next_one_is_drawn(
    scripted_wall: ScriptedWall, page: Page, page_errors: PageErrors
) -> None:
    """As if the page's program had another version: it neither draws in a loop nor shows an old picture as current."""
    page.clock.install()
    scripted_wall.open("incident", speed="unknown")
    for _ in range(3):
        scripted_wall.send("incident", speed="unknown")
        expect(page.locator(".canvas")).to_have_attribute("data-screen", "failed")
        page.clock.run_for(5_000)
    expect(page.locator("h1")).to_have_text("Not live. This wall keeps trying.")
    assert len(page_errors) == 1
    scripted_wall.show("normal")
    expect(page.locator("h1")).to_contain_text("Normal.")
    assert len(page_errors) == 1


def config_with_walls(folder: Path, *names: str) -> Any:
    """A config whose walls have these names."""
    walls = tuple(Wall(name=name, night=None) for name in names)
    return replace(config(folder, sources=("Forum", "Reddit")), walls=walls)


def test_a_wall_that_was_removed_from_the_config_says_so_and_can_return(page: Page, tmp_path: Path) -> None:
    served = RunningApp(config_with_walls(tmp_path, "ceo", "reception")).start()
    try:
        served.save(judged("Acme is fine.", published_at=served.clock.now()))
        open_wall(page, served, "/wall/reception")
        served.stop()
        served.config = config_with_walls(tmp_path, "ceo")
        served.start()
        expect(page.locator("h1")).to_have_text("No wall “reception”. The config has no wall with this name.")
        assert "Acme is fine" not in page.content(), "the removal of the wall may have been meant to hide it"
        served.stop()
        served.config = config_with_walls(tmp_path, "ceo", "reception")
        served.start()
        expect(page.locator(".hero .text")).to_have_text("Acme is fine.")
    finally:
        served.stop()


def test_a_wall_without_a_socket_learns_of_its_removal_over_http(page: Page, tmp_path: Path) -> None:
    served = RunningApp(config_with_walls(tmp_path, "ceo", "reception")).start()
    try:
        page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
        page.clock.install()
        open_wall(page, served, "/wall/reception")
        served.stop()
        served.config = config_with_walls(tmp_path, "ceo")
        served.start()
        run_until(page, "document.querySelector('h1')?.textContent.startsWith('No wall')")
    finally:
        served.stop()


def test_a_screen_on_an_unknown_wall_reloads_by_itself(page: Page, tmp_path: Path) -> None:
    served = RunningApp(config_with_walls(tmp_path, "ceo")).start()
    try:
        answer = page.goto(f"{served.url}/wall/reception")
        assert answer
        assert (answer.status, answer.headers["refresh"]) == (404, "60")
    finally:
        served.stop()


# The television


@pytest.mark.parametrize("hours", [1, -1, 24 * 400])
def test_ages_use_the_servers_clock_and_not_the_televisions(page: Page, served: RunningApp, hours: int) -> None:
    now = served.clock.now()
    served.save(
        judged("Acme of five minutes ago.", published_at=now - timedelta(minutes=5, seconds=30)),
        judged("Acme of three hours ago.", published_at=now - timedelta(hours=3, minutes=10)),
    )
    page.clock.install(time=now + timedelta(hours=hours))
    open_wall(page, served)
    expect(page.locator(".hero .byline")).to_contain_text("5 min")
    expect(page.locator(".row")).to_contain_text("3 h")
    state = page.request.get(f"{served.url}/wall/state.json").json()
    zone = timedelta(minutes=state["utc_offset"])
    shown_time = page.locator(".label.strong").text_content()
    assert shown_time in {f"{served.clock.now() - back + zone:%H:%M}" for back in (timedelta(), timedelta(minutes=1))}
    layouts = ("A", "B", "A'", "B'")
    slot = int(served.clock.now().timestamp()) // (20 * MINUTE)
    shown = page.locator(".canvas").get_attribute("data-layout")
    assert shown in (layouts[slot % 4], layouts[(slot - 1) % 4])


def test_setting_the_televisions_clock_changes_nothing(page: Page, served: RunningApp) -> None:
    served.save(judged("Acme is fine.", published_at=served.clock.now() - timedelta(minutes=5, seconds=30)))
    page.clock.install()
    open_wall(page, served)
    expect(page.locator(".hero .byline")).to_contain_text("5 min")
    page.clock.set_system_time(served.clock.now() + timedelta(hours=1))
    page.clock.run_for(3_000)
    expect(page.locator(".hero .byline")).to_contain_text("5 min")
    expect(page.locator(".canvas")).to_have_attribute("data-trust", "live")


OLD = {
    "no subgrid": "grid-template-columns",
    "no translate": "translate",
}


@pytest.mark.parametrize("lacks", OLD.values(), ids=OLD)
def test_a_browser_without_a_needed_feature_says_so(page: Page, served: RunningApp, lacks: str) -> None:
    page.add_init_script(f"""
        const supports = CSS.supports;
        CSS.supports = (property, ...value) => property !== {lacks!r} && supports.call(CSS, property, ...value);
    """)
    page.goto(f"{served.url}/wall")
    expect(page.locator(".unstarted")).to_be_visible()
    expect(page.locator(".unstarted")).to_contain_text("This browser is too old for the wall")
    expect(page.locator(".unstarted")).to_contain_text("Chromium or Chrome 117")
    assert page.locator(".unstarted").bounding_box()


def test_a_browser_that_cannot_parse_the_program_says_so(page: Page, served: RunningApp) -> None:
    """Nothing of a program runs that contains syntax which the browser does not know."""
    page.route(
        "**/assets/*.js",
        lambda route: route.fulfill(body="class A { #b; static { ?? } }", content_type="text/javascript"),
    )
    page.goto(f"{served.url}/wall")
    page.evaluate("document.getAnimations().forEach((a) => a.finish())")
    expect(page.locator(".unstarted")).to_be_visible()
