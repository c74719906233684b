"""The wall when something goes wrong: the line, the server, its version, its config, the television's clock and age."""

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
from monitor.config.walls import Wall
from monitor.model import MentionFilter
from monitor.store import Store
from tests.browser.conftest import PageErrors
from tests.browser.scripted_wall import ScriptedWall
from tests.fake_site import RunningApp, config, judged
from tests.test_run import TIMEOUT_MS, Running, until
from tests.wall_states.parts import CLOCK, ms

pytestmark = pytest.mark.browser

MINUTE = 60
SETTLED = 60
"""Steps of half a second, of the page's clock, within which a wall has come back."""


def open_wall(page: Page, served: RunningApp, path: str = "/wall") -> None:
    page.goto(f"{served.url}{path}")
    page.locator(".canvas").wait_for()


def run_until(page: Page, reached: str) -> None:
    """Move the page's clock until ``reached``, an expression of its own, is true. The answers it waits for are real."""
    for _ in range(SETTLED):
        page.clock.run_for(500)
        page.evaluate("fetch('/healthz').catch(() => 0)")  # whatever was under way before this has had its turn
        if page.evaluate(reached):
            return
    pytest.fail(f"never: {reached}; the wall says {page.locator('h1').text_content()}")


IS_LIVE = "document.querySelector('.canvas')?.dataset.trust === 'live'"


def is_true_to(page: Page, store: Store) -> None:
    """The wall shows the newest of the store, all of it counted, and nothing twice."""
    expect(page.locator(".canvas")).to_have_attribute("data-last-id", str(store.last_change_id()))
    stored = store.count(MentionFilter()).n
    expect(page.locator("h1")).to_contain_text(f"{stored} mentions in the last hour")
    texts = page.locator(".hero .text, .row .text").all_text_contents()
    assert len(texts) == len(set(texts)) == 3


@dataclass
class Line:
    """What a page and its server are connected by; it can be cut."""

    page: Page
    cut: bool = False
    _sockets: list[WebSocketRoute] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route("**/*", self._pass)
        self.page.route_web_socket("**/socket.io/**", self._connect)

    def lose(self) -> None:
        """From now on nothing gets through, and what was open breaks."""
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
    line = Line(page)
    for n in range(3):
        served.save(judged(f"Acme before {n}.", published_at=served.clock.now()))
    page.clock.install()
    open_wall(page, served)
    page.evaluate("window.same = true")
    is_true_to(page, served.store)
    line.lose()
    page.clock.fast_forward(40_000)
    expect(page.locator(".canvas")).to_have_attribute("data-trust", "reconnecting")
    for n in range(40):
        served.save(judged(f"Acme meanwhile {n}.", published_at=served.clock.now()))
    gone = served.store.page(MentionFilter())[-1]
    served.store.delete_posts("Forum", [gone.post.external_id], served.clock.now())
    page.clock.fast_forward(10 * MINUTE * 1000)
    expect(page.locator("h1")).to_contain_text("Not live. Last update 10 min ago")
    line.cut = False
    run_until(page, IS_LIVE)
    is_true_to(page, served.store)
    assert gone.post.text not in page.content(), "what was deleted meanwhile is gone here, too"
    served.save(judged("Acme after.", published_at=served.clock.now()))
    is_true_to(page, served.store)
    assert page.evaluate("window.same"), "the page was never loaded anew"
    assert page_errors == []


WEBHOOK = """
[wallflower]
data = "data"
[server]
port = {port}
[[brands]]
name = "Acme"
ours = true
rule = 'acme'
[[sources]]
kind = "webhook"
name = "desktop_context"
secret = "DESK_HOOK"
[[walls]]
name = "hall"
night = "off"
"""
KEY = "made up for a test, no secret"


class Hooked(Running):
    """``wallflower run`` with a webhook for its only source."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, feed_port=0)
        self.config.write_text(WEBHOOK.format(port=self.port))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def bring(self, *ids: str) -> None:
        """Deliver posts of these ids; returns when they are stored."""
        body = json.dumps([{"id": id_, "text": f"Acme, says {id_}."} for id_ in ids]).encode()
        signature = "sha256=" + hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
        request = Request(f"{self.url}/in/desktop_context", body, {"X-Hub-Signature-256": signature})
        with urlopen(request, timeout=TIMEOUT_MS) as answer:
            assert answer.status == 202

    def kill(self) -> None:
        """End it as a power cut does: no signal that could be heard, for the parent first, then for its worker."""
        assert self.process
        worker = self.worker()
        self.process.kill()
        self.process.wait(TIMEOUT_MS)
        if worker.is_running():
            worker.kill()
        psutil.wait_procs([worker], TIMEOUT_MS)


@pytest.fixture
def hooked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hooked]:
    monkeypatch.setenv("DESK_HOOK", KEY)
    made = Hooked(tmp_path)
    made.start()
    yield made
    if made.process and made.process.poll() is None:
        os.killpg(made.process.pid, signal.SIGKILL)
        made.process.wait(TIMEOUT_MS)


def test_a_server_that_is_killed_and_started_again(page: Page, hooked: Hooked, page_errors: PageErrors) -> None:
    hooked.bring("one", "two")
    page.goto(f"{hooked.url}/wall")
    expect(page.locator("h1")).to_contain_text("2 mentions in the last hour")
    page.evaluate("window.same = true")
    hooked.kill()
    hooked.start()
    hooked.bring("two", "three", "four")  # as who sends them does when nobody said 202
    expect(page.locator("h1")).to_contain_text("4 mentions in the last hour", timeout=30_000)
    expect(page.locator(".hero .text, .row .text")).to_have_count(3)
    texts = page.locator(".hero .text, .row .text").all_text_contents()
    assert len(set(texts)) == 3
    assert page.evaluate("window.same"), "the page was never loaded anew"
    assert page_errors == []


def test_a_server_that_hangs_is_no_calm_day(page: Page, hooked: Hooked) -> None:
    """Its connections stand and nobody answers: only the silence tells."""
    hooked.bring("one")
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
    hooked.bring("two")
    run_until(page, f"{IS_LIVE} && document.querySelector('h1').textContent.includes('2 mentions')")


def test_a_server_that_is_killed_while_posts_pour_in(page: Page, hooked: Hooked) -> None:
    """What was answered with 202 is on the wall after the restart, once, whatever is sent again."""
    page.goto(f"{hooked.url}/wall")
    for n in range(4):
        hooked.bring(*(f"{n}-{m}" for m in range(25)))
    hooked.kill()
    hooked.start()
    hooked.bring(*(f"3-{m}" for m in range(25)), *(f"4-{m}" for m in range(25)))
    until(lambda: hooked.mentions() == 125, hooked.said)
    expect(page.locator("h1")).to_contain_text("125 mentions in the last hour", timeout=30_000)
    assert page.locator(".hero, .row").count() <= 3


def test_a_flood_is_counted_and_not_drawn_one_by_one(page: Page, served: RunningApp, page_errors: PageErrors) -> None:
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


def held(page: Page, session: CDPSession) -> int:
    """Nodes that the browser holds and that are not in the page."""
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


def test_no_picture_is_held_once_another_is_drawn(scripted_wall: ScriptedWall) -> None:
    """Marks, sentences and scenes come and go; one picture has some 500 nodes."""
    page = scripted_wall.page
    session = page.context.new_cdp_session(page)
    scripted_wall.open("normal")
    scenes = ("incident", "topics", "quiet", "all-unscored", "night", "twelve-brands", "learning", "busy", "normal")
    for n, name in enumerate(2 * scenes):
        scripted_wall.say(name, clock=ms(CLOCK) + n * 20 * MINUTE * 1000)
    page.wait_for_function("document.querySelector('.canvas').dataset.kind === 'normal'")
    assert held(page, session) < 100


def test_a_spike_that_a_webhook_brings_takes_the_wall(page: Page, tmp_path: Path) -> None:
    """All of it is real but the clock, which goes sixty times as fast, and the two weeks before."""
    pick = random.Random(1)
    with spike.served(tmp_path, 60, 60, pick) as service:
        page.goto(f"{service.url}/wall")
        _, state = spike.until_told(service, [*spike.arrivals(6 * 60, timedelta(hours=2), pick)])
        expect(page.locator(".flag")).to_be_visible()
        assert float(state["incident"]["multiple"]) >= 2


# A config, or a version, that changes under the page


def test_a_version_that_is_not_all_there_is_waited_for(page: Page, served: RunningApp) -> None:
    """As in a restart that is followed by another: the page comes, and nobody is there to give its program."""
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


def walled(folder: Path, *names: str) -> Any:
    """A config with walls of these names."""
    walls = tuple(Wall(name=name, night=None) for name in names)
    return replace(config(folder, sources=("Forum", "Reddit")), walls=walls)


def test_a_wall_that_the_config_has_no_more_says_so_and_comes_back(page: Page, tmp_path: Path) -> None:
    served = RunningApp(walled(tmp_path, "ceo", "reception")).start()
    try:
        served.save(judged("Acme is fine.", published_at=served.clock.now()))
        open_wall(page, served, "/wall/reception")
        served.stop()
        served.config = walled(tmp_path, "ceo")
        served.start()
        expect(page.locator("h1")).to_have_text("No wall “reception”. The config has none of this name.")
        assert "Acme is fine" not in page.content(), "whoever took the wall away may have wanted just that"
        served.stop()
        served.config = walled(tmp_path, "ceo", "reception")
        served.start()
        expect(page.locator(".hero .text")).to_have_text("Acme is fine.")
    finally:
        served.stop()


def test_a_wall_without_a_socket_learns_it_by_its_next_question(page: Page, tmp_path: Path) -> None:
    served = RunningApp(walled(tmp_path, "ceo", "reception")).start()
    try:
        page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
        page.clock.install()
        open_wall(page, served, "/wall/reception")
        served.stop()
        served.config = walled(tmp_path, "ceo")
        served.start()
        run_until(page, "document.querySelector('h1')?.textContent.startsWith('No wall')")
    finally:
        served.stop()


def test_a_screen_that_starts_on_no_wall_looks_again(page: Page, tmp_path: Path) -> None:
    served = RunningApp(walled(tmp_path, "ceo")).start()
    try:
        answer = page.goto(f"{served.url}/wall/reception")
        assert answer
        assert (answer.status, answer.headers["refresh"]) == (404, "60")
    finally:
        served.stop()


# The television


@pytest.mark.parametrize("hours", [1, -1, 24 * 400])
def test_ages_go_by_the_server_whatever_the_television_thinks(page: Page, served: RunningApp, hours: int) -> None:
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
    told = page.locator(".label.strong").text_content()
    assert told in {f"{served.clock.now() - back + zone:%H:%M}" for back in (timedelta(), timedelta(minutes=1))}
    layouts = ("A", "B", "A'", "B'")
    slot = int(served.clock.now().timestamp()) // (20 * MINUTE)
    shown = page.locator(".canvas").get_attribute("data-layout")
    assert shown in (layouts[slot % 4], layouts[(slot - 1) % 4])


def test_a_clock_that_is_set_on_the_television_moves_nothing(page: Page, served: RunningApp) -> None:
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
def test_a_browser_that_cannot_draw_it_says_so(page: Page, served: RunningApp, lacks: str) -> None:
    page.add_init_script(f"""
        const supports = CSS.supports;
        CSS.supports = (property, ...value) => property !== {lacks!r} && supports.call(CSS, property, ...value);
    """)
    page.goto(f"{served.url}/wall")
    expect(page.locator(".unstarted")).to_be_visible()
    expect(page.locator(".unstarted")).to_contain_text("This browser is too old for the wall")
    expect(page.locator(".unstarted")).to_contain_text("Chromium or Chrome 117")
    assert page.locator(".unstarted").bounding_box()


def test_a_browser_that_cannot_read_the_program_says_so(page: Page, served: RunningApp) -> None:
    """As one does that finds words in it that it does not know: nothing of it runs."""
    page.route(
        "**/assets/*.js",
        lambda route: route.fulfill(body="class A { #b; static { ?? } }", content_type="text/javascript"),
    )
    page.goto(f"{served.url}/wall")
    page.evaluate("document.getAnimations().forEach((a) => a.finish())")
    expect(page.locator(".unstarted")).to_be_visible()
