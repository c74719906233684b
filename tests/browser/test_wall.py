"""The wall in a real Chromium: live, honest about silence, unmoved by what strangers write."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from monitor.model import Brand, Judged
from monitor.store import Store
from tests.browser.conftest import Complaints
from tests.fake_site import ACME, Served, config, judged, read_at

pytestmark = pytest.mark.browser

HOSTILE = [
    "Acme <script>alert(1)</script><img src=x onerror=alert(2)> & <b>bold</b>",
    "Acme \u202e reversed \u202d and \u2066 isolated",
    "Acme " + "Z\u0351\u0352\u0353\u0354\u0355\u0356" * 200,
    "Acme" + "m" * 200,
    "Acme هل توقف الدفع في متجر اليوم مرة أخرى " * 3,
    "Acme לא קיבלתי את החבילה 📦 כבר שבוע 😡😡😡",
    "Acme 新車がとても良いです。" * 40,
    "Acme " + "lorem ipsum dolor sit amet " * 120,
    'Acme "><svg/onload=alert(3)> javascript:alert(4) {{ 7*7 }} ${7*7}',
]
LONG_NAMES = (
    ACME,
    Brand("Vereinigte Donaudampfschifffahrtsgesellschaft mbH und Cie AG", "v"),
    Brand("グローベックス株式会社" * 5, "g"),
    Brand("شركة المظلة العالمية المحدودة للتجارة والتوريدات العامة", "s"),
    Brand("Initech", "i"),
    Brand("W" * 60, "w"),
)
SIZES = [(1366, 768, 14.22), (1920, 1080, 20.0), (3840, 2160, 40.0)]


def now(served: Served, text: str, **changes: object) -> Judged:
    """A mention published this moment."""
    return judged(text, published_at=served.clock.now(), **changes)  # type: ignore[arg-type]


def open_wall(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/wall")
    page.wait_for_selector(".canvas")
    page.evaluate("document.fonts.ready")


def test_a_saved_mention_is_painted(page: Page, served: Served, complaints: Complaints) -> None:
    served.save(now(served, "Acme was here first."))
    open_wall(page, served)
    expect(page.locator(".hero .text")).to_have_text("Acme was here first.")
    served.save(now(served, "Acme did it again.", author="Nora Keller"))
    expect(page.locator(".hero .text")).to_have_text("Acme did it again.")
    expect(page.locator(".rows .text")).to_have_text(["Acme was here first."])
    expect(page.locator("h1")).to_contain_text("2 mentions in the last hour.")
    expect(page.locator(".canvas")).to_have_attribute("data-last-id", str(served.store.last_change()))
    assert complaints == []


def test_a_hidden_and_a_deleted_mention_leave_at_once(page: Page, served: Served) -> None:
    hidden = served.save(now(served, "Acme, hide me."))
    served.save(now(served, "Acme, delete me.", external_id="gone"))
    open_wall(page, served)
    expect(page.locator(".hero .text")).to_have_text("Acme, delete me.")
    served.store.delete("Forum", ["gone"], served.clock.now())
    expect(page.locator(".hero .text")).to_have_text("Acme, hide me.")
    served.store.hide(hidden, True, served.clock.now())
    expect(page.locator(".hero")).to_have_count(0)
    assert "hide me" not in page.content()
    expect(page.locator(".proof")).to_contain_text("1 post hidden, still counted.", timeout=15_000)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[5:17]))
def test_what_strangers_write_stays_text(page: Page, served: Served, complaints: Complaints, text: str) -> None:
    served.save(now(served, text, author="<img src=x onerror=alert(5)>", title="<iframe src=javascript:alert(6)>"))
    open_wall(page, served)
    expect(page.locator(".hero .text")).not_to_be_empty()
    assert page.locator("script, iframe, img, object, embed, a").count() == 1, "only our own script"
    assert page.evaluate("window.reports") == []
    assert complaints == []


def test_nothing_that_strangers_write_moves_a_neighbour(page: Page, tmp_path: Path) -> None:
    served = Served(config(tmp_path, sources=("Forum",), brands=LONG_NAMES)).start()
    served.save(now(served, "Acme is fine."), *(now(served, f"{b.name} x", brand=b.name) for b in LONG_NAMES[1:]))
    open_wall(page, served)
    fixed = ".headline, .horizon, .voices, .board, .board tr, .proof"
    measure = "all => all.map(e => JSON.stringify(e.getBoundingClientRect()))"
    before = page.locator(fixed).evaluate_all(measure)
    try:
        for text in HOSTILE:
            served.save(now(served, text, author=text))
            expect(page.locator(".canvas")).to_have_attribute("data-last-id", str(served.store.last_change()))
            assert page.locator(fixed).evaluate_all(measure) == before
            assert outside_the_safe_area(page) == []
            assert scrolls(page) == [0, 0]
    finally:
        served.stop()


def outside_the_safe_area(page: Page) -> list[str]:
    """Texts, as far as they are painted, that leave the inner 90 % of the canvas."""
    return page.evaluate(  # type: ignore[no-any-return]
        """() => {
          const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
          const c = document.querySelector(".canvas").getBoundingClientRect();
          const safe = { l: c.left + 4.8 * rem, t: c.top + 2.7 * rem, r: c.right - 4.8 * rem, b: c.bottom - 2.7 * rem };
          const out = [];
          const walk = document.createTreeWalker(document.querySelector(".canvas"), NodeFilter.SHOW_TEXT);
          for (let n = walk.nextNode(); n; n = walk.nextNode()) {
            if (!n.data.trim() || n.parentElement.closest(".unseen")) continue;
            const range = document.createRange();
            range.selectNodeContents(n);
            const box = range.getBoundingClientRect();
            let [l, r, t, b] = [box.left, box.right, box.top, box.bottom];
            for (let e = n.parentElement; e && !e.matches(".canvas"); e = e.parentElement) {
              if (getComputedStyle(e).overflow === "visible") continue;
              const clip = e.getBoundingClientRect();
              [l, r] = [Math.max(l, clip.left), Math.min(r, clip.right)];
              [t, b] = [Math.max(t, clip.top), Math.min(b, clip.bottom)];
            }
            const slack = 0.25 * rem;  // the box of a line is taller than its letters
            const leaves = l < safe.l - slack || r > safe.r + slack || t < safe.t - slack || b > safe.b + slack;
            if (r > l && b > t && leaves)
              out.push(`${n.data.slice(0, 40)} ${[l, t, r, b].map((x) => (x / rem).toFixed(2))}`);
          }
          return out;
        }"""
    )


def scrolls(page: Page) -> list[int]:
    """By how many pixels the page could be scrolled."""
    return page.evaluate(  # type: ignore[no-any-return]
        "[document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"
    )


@pytest.mark.parametrize(("width", "height", "rem"), SIZES)
def test_the_canvas_fits_every_television(page: Page, served: Served, width: int, height: int, rem: float) -> None:
    page.set_viewport_size({"width": width, "height": height})
    served.save(now(served, "Acme is fine. " * 30), now(served, "Globex is not.", brand="Globex"))
    open_wall(page, served)
    sizes = page.evaluate(
        """() => {
          const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
          const walk = document.createTreeWalker(document.querySelector(".canvas"), NodeFilter.SHOW_TEXT);
          const sizes = [];
          for (let n = walk.nextNode(); n; n = walk.nextNode())
            if (n.data.trim()) sizes.push(parseFloat(getComputedStyle(n.parentElement).fontSize) / rem);
          const of = (s) => parseFloat(getComputedStyle(document.querySelector(s)).fontSize) / rem;
          return { rem, least: Math.min(...sizes), headline: of("h1"), share: of(".ours .share") };
        }"""
    )
    assert sizes["rem"] == pytest.approx(rem, abs=0.01)
    assert sizes["least"] >= 1.599
    assert (sizes["headline"], sizes["share"]) == pytest.approx((4.8, 4.8), abs=0.001)
    assert scrolls(page) == [0, 0]
    assert outside_the_safe_area(page) == []


def test_the_bright_bars_are_four_and_a_gap_is_hatched(page: Page, served: Served) -> None:
    moment = served.clock.now()
    served.save(*(judged(f"Acme {n}.", published_at=moment - timedelta(minutes=15 * n + 1)) for n in range(8)))
    open_wall(page, served)
    expect(page.locator(".bar.bright")).to_have_count(4)
    expect(page.locator(".bar:not(.bright)")).to_have_count(4)
    expect(page.locator(".hatch")).to_have_count(1)
    expect(page.locator(".horizon")).to_contain_text("not listening before")


@pytest.mark.parametrize("hour_off", [0, 3600, -3600])
def test_silence_is_told_in_steps(page: Page, served: Served, hour_off: int) -> None:
    page.clock.install()
    served.save(now(served, "Acme is fine."))
    open_wall(page, served)
    canvas = page.locator(".canvas")
    expect(canvas).to_have_attribute("data-trust", "live")
    served.live.stop()
    page.context.set_offline(True)
    begun = page.evaluate("Date.now()")
    page.clock.set_system_time(begun + hour_off * 1000)
    page.clock.run_for(28_000)
    expect(canvas).to_have_attribute("data-trust", "live")
    page.clock.run_for(5_000)
    expect(page.locator(".proof")).to_contain_text("Reconnecting, last update 30 s ago.")
    expect(page.locator("h1")).to_contain_text("Learning")
    page.clock.run_for(52_000)
    expect(canvas).to_have_attribute("data-trust", "reconnecting")
    page.clock.run_for(10_000)
    expect(page.locator("h1")).to_contain_text("Not live. Last update 1 min ago")
    expect(page.locator("h1")).to_contain_text("Connection lost.")
    expect(page.locator(".slab")).to_be_visible()
    page.clock.fast_forward(60 * 60_000)
    expect(canvas).to_have_attribute("data-trust", "long gone")
    expect(page.locator(".columns")).to_be_empty()


def test_after_a_restart_the_wall_catches_up_without_doubles(
    page: Page, served: Served, complaints: Complaints
) -> None:
    served.save(now(served, "Acme before."))
    open_wall(page, served)
    expect(page.locator(".hero .text")).to_have_text("Acme before.")
    served.stop()
    store = Store.open(served.config.database)
    store.save("Forum", [now(served, "Acme meanwhile.")], now=served.clock.now())
    store.close()
    served.start()
    expect(page.locator(".hero .text")).to_have_text("Acme meanwhile.")
    expect(page.locator(".rows .text")).to_have_text(["Acme before."])
    served.save(now(served, "Acme after."))
    expect(page.locator(".hero .text")).to_have_text("Acme after.")
    expect(page.locator("h1")).to_contain_text("3 mentions in the last hour.")
    assert complaints == []


def test_a_new_version_reloads_the_page_once(page: Page, served: Served) -> None:
    open_wall(page, served)
    expect(page.locator("#wall")).to_have_attribute("data-version", "1")
    page.evaluate("window.old = true")
    served.stop()
    served.start(version="2")
    expect(page.locator("#wall")).to_have_attribute("data-version", "2")
    assert page.evaluate("window.old") is None


def test_a_wall_without_a_socket_is_kept_current_over_http(page: Page, served: Served) -> None:
    page.clock.install()
    served.live._most_sockets = 0
    open_wall(page, served)
    served.save(now(served, "Acme is fine."))
    page.clock.run_for(15_000)
    expect(page.locator(".hero .text")).to_have_text("Acme is fine.")


def test_the_first_run_lists_the_sources(page: Page, served: Served) -> None:
    served.save()
    open_wall(page, served)
    expect(page.locator("h1")).to_contain_text("nothing yet. 2 sources are being read.")
    expect(page.locator(".departures tbody th")).to_have_text(["Forum", "Reddit"])
    expect(page.locator(".departures tbody tr").first).to_contain_text("none yet")


def test_sample_data_is_called_that(page: Page, served: Served) -> None:
    moment = served.clock.now()
    served.store.save("Forum", [now(served, "Acme")], now=moment, status=read_at(moment, sample=True))
    open_wall(page, served)
    expect(page.locator(".sign")).to_have_text("Sample data. Nothing here is real.")


def test_the_page_can_be_heard(page: Page, served: Served) -> None:
    served.save(now(served, "Acme is fine."), now(served, "Globex is not.", brand="Globex", score=-0.5))
    open_wall(page, served)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Learning what is usual")
    expect(page.get_by_role("status")).to_contain_text("1 mention in the last hour.")
    expect(page.get_by_role("row", name="Acme")).to_be_visible()
    label = page.get_by_role("img").first.get_attribute("aria-label")
    assert "Peak: 1 mention in 15 min" in (label or "")
    assert page.evaluate("document.querySelectorAll('a, button, input, [tabindex]').length") == 0
