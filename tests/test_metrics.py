"""/metrics: what it reports, in any state of the database, and what it costs."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families

from display.app import create_app
from display.metrics.exposition import PARTS
from display.server.screens import Screen
from monitor.activity import Activity, PassResult
from monitor.collector import poll
from monitor.config import Config
from monitor.config.walls import Wall
from monitor.errors import StoreError
from monitor.model import Batch, Health, Spend
from monitor.store import Store, database_files, open_store
from monitor.store.sqlite.connections import Readers
from tests.fake_site import ALL_HEALTHY, app_for, config, judged, working_status
from tests.fakes import NOON, FakeClock, post
from tests.pass_setup import new_status, pass_context, scripted
from tests.test_docs import DOCUMENTS, rows

Values = dict[str, float]


class Site:
    """An app with the source "Forum", its store and its activity."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self.config: Config = config(folder)
        self.clock, self.activity = clock, Activity()
        self.store: Store = open_store(self.config.database_url)
        self.store.register_brands(self.config.brands, clock.now())
        self.app = self.create()

    def create(self, **changes: object) -> Flask:
        return create_app(
            self.config,
            self.store,
            self.clock,
            health=lambda: ALL_HEALTHY,
            version="1.2",
            activity=self.activity,
            **changes,  # type: ignore[arg-type]
        )

    def families(self) -> list[Metric]:
        response = self.app.test_client().get("/metrics")
        assert response.status_code == 200
        return list(text_string_to_metric_families(response.text))

    def values(self) -> Values:
        """``name{label="value"}`` -> value."""
        found = {}
        for family in self.families():
            for sample in family.samples:
                labels = ",".join(f'{key}="{value}"' for key, value in sorted(sample.labels.items()))
                found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
        return found


@pytest.fixture
def site(tmp_path: Path, clock: FakeClock) -> Iterator[Site]:
    site = Site(tmp_path, clock)
    yield site
    site.store.close()


def test_passes_are_counted_with_what_they_brought(site: Site) -> None:
    source, _ = scripted(Batch(posts=(post("Acme is fine."), post("Nothing here.")), skipped=3))
    context = pass_context(site.store, site.clock)
    poll(source, new_status(), context)
    site.activity = context.activity
    site.activity.count_pass("Forum", PassResult.OK, 0.25)
    site.app = site.create()
    values = site.values()
    assert values['wallflower_source_passes_total{result="ok",source="Forum"}'] == 1
    assert values['wallflower_source_posts_total{source="Forum"}'] == 2
    assert values['wallflower_source_mentions_total{source="Forum"}'] == 1
    assert values['wallflower_source_skipped_posts_total{source="Forum"}'] == 3
    assert values['wallflower_source_pass_seconds_sum{source="Forum"}'] == 0.25
    assert values['wallflower_source_last_success_timestamp_seconds{source="Forum"}'] == NOON.timestamp()


def test_lateness_limits_and_spend(site: Site) -> None:
    due = NOON - timedelta(minutes=5)
    late = working_status(NOON, next_check=due, spend=Spend("2026-03", 12.5, 100.0), failures=2)
    site.store.save_status(late, NOON)
    values = site.values()
    assert values['wallflower_source_lateness_seconds{source="Forum"}'] == 300
    assert values['wallflower_source_spend_dollars{source="Forum"}'] == 12.5
    assert values['wallflower_source_budget_dollars{source="Forum"}'] == 100
    assert values['wallflower_source_limit_seconds{source="Forum"}'] == 0
    limited = working_status(NOON, health=Health.LIMITED, next_check=NOON + timedelta(hours=1))
    site.store.save_status(limited, NOON)
    values = site.values()
    assert values['wallflower_source_limit_seconds{source="Forum"}'] == 3600
    assert values['wallflower_source_health{health="limited",source="Forum"}'] == 1
    assert values['wallflower_source_stale{source="Forum"}'] == 1
    site.store.pause_source("Forum", NOON)
    site.clock.advance(86_400)
    assert site.values()['wallflower_source_lateness_seconds{source="Forum"}'] == 0, "a paused source is not late"


def test_commits_and_the_time_until_a_mention_is_sent_are_histograms(site: Site) -> None:
    live = site.app.extensions["live"]
    live.follow()
    before = site.values()["wallflower_store_commit_seconds_count"]
    site.store.save("Forum", [judged()], now=site.clock.now(), status=working_status(NOON))
    assert site.values()["wallflower_change_log_lag"] == 1
    site.clock.advance(0.2)
    live.step(0)
    values = site.values()
    assert values["wallflower_store_commit_seconds_count"] == before + 1
    assert values["wallflower_change_log_lag"] == 0
    assert values["wallflower_stored_to_sent_seconds_sum"] == pytest.approx(0.2)
    buckets = [values[f'wallflower_stored_to_sent_seconds_bucket{{le="{le}"}}'] for le in ("0.1", "0.25", "+Inf")]
    assert buckets == [0, 1, 1]


def test_a_backup_has_an_age_and_without_one_it_is_infinite(site: Site) -> None:
    assert site.values()["wallflower_backup_age_seconds"] == math.inf
    database_files(site.config.database_url).back_up(site.config.backups, NOON, 7)
    site.clock.advance(7200)
    values = site.values()
    assert (values["wallflower_backup_age_seconds"], values["wallflower_backups"]) == (7200, 1)


def test_a_wall_that_no_screen_shows_is_dark(tmp_path: Path, site: Site) -> None:
    site.config = Config(**{**_fields(site.config), "walls": (Wall(name="lobby"), Wall(name="office"))})
    site.app = site.create()
    site.clock.advance(3600)
    live = site.app.extensions["live"]
    live.screens.state_requested({"wall": "office", "headline": {}})
    values = site.values()
    dark = [values[f'wallflower_wall_dark{{wall="{name}"}}'] for name in ("lobby", "office")]
    assert dark == [1, 0]
    assert values['wallflower_wall_screens{wall="office"}'] == 1
    live.screens.connected("sid", {"wall": "lobby"}, Screen("1920 x 1080"))
    assert values["wallflower_sockets"] == 0


def test_a_paired_screen_that_has_gone_is_dark(site: Site) -> None:
    screen = site.store.people.add_wall("CEO desk", "", b"w" * 32, NOON, "priya")
    name = 'wallflower_screen_dark{screen="CEO desk"}'
    assert site.values()[name] == 0, "it was not seen yet"
    site.store.people.record_wall(screen.id, NOON, address="10.0.0.4", size="", version="1")
    site.clock.advance(300)
    assert site.values()[name] == 1
    site.app.extensions["access"].identities.last_uses.used_wall(screen.id, "10.0.0.4")
    assert site.values()[name] == 0, "seen now, which is not stored yet"


def _fields(config: Config) -> dict[str, object]:
    return {name: getattr(config, name) for name in config.__dataclass_fields__}


def test_the_rest_is_reported_while_the_database_cannot_be_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreError("It is damaged.")

    for method in ("statuses", "last_change_id"):
        monkeypatch.setattr(type(site.store), method, fail)
    values = site.values()
    missing = {part for part in PARTS if values[f'wallflower_metrics_missing{{part="{part}"}}']}
    assert missing == {"sources", "change log"}
    assert values['wallflower_part_alive{part="writer"}'] == 1
    assert "wallflower_store_queue_depth" in values


def test_a_scrape_reads_no_table_of_posts(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[str] = []
    acquire = Readers._acquire

    def traced(self: Readers) -> object:
        db = acquire(self)
        db.set_trace_callback(statements.append)
        return db

    site.store.save("Forum", [judged()], now=NOON, status=working_status(NOON))
    monkeypatch.setattr(Readers, "_acquire", traced)
    site.values()
    queries = [one for one in statements if one not in ("BEGIN", "ROLLBACK")]
    assert queries
    assert not [one for one in queries if re.search(r"\b(post|mention|cube|mention_fts)\w*\b", one)], queries
    assert len(queries) < 10


def test_a_scraper_gets_the_format_that_it_asks_for(site: Site) -> None:
    client = site.app.test_client()
    accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    response = client.get("/metrics", headers={"Accept": accept})
    assert response.content_type.startswith("application/openmetrics-text")
    assert {family.name for family in parse_openmetrics(response.text)} >= {"wallflower_sockets"}
    assert response.headers["Cache-Control"] == "no-store"


def test_two_apps_do_not_share_metrics(tmp_path: Path, site: Site) -> None:
    site.activity.count_posts("Forum", posts=5)
    other = app_for(site.config, site.store, site.clock)
    assert 'wallflower_source_posts_total{source="Forum"} 0.0' in other.test_client().get("/metrics").text


def test_responses_are_counted(site: Site) -> None:
    client = site.app.test_client()
    client.get("/nowhere")
    client.get("/healthz")
    values = site.values()
    assert values['wallflower_http_responses_total{status="4xx"}'] == 1
    assert values['wallflower_http_responses_total{status="2xx"}'] == 1


def documented() -> dict[str, tuple[str, str]]:
    """Metric -> its labels and its meaning, from the documentation."""
    table = rows("docs/monitoring.md", "Metrics")
    return {name.strip("`"): (labels.replace("`", ""), meaning) for name, labels, meaning in table}


def exposed(site: Site) -> dict[str, tuple[str, str]]:
    found = {}
    for family in site.families():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = sorted({label for sample in family.samples for label in sample.labels} - {"le"})
        found[name] = (", ".join(labels), family.documentation)
    return found


def test_the_documentation_lists_every_metric(site: Site) -> None:
    site.store.save_status(working_status(NOON, spend=Spend("2026-03", 12.5, 100.0)), NOON)
    site.store.people.add_wall("CEO desk", "", b"w" * 32, NOON, "priya")
    site.app = site.create(rate_limits={"api.example": _Remaining(7)})
    ours = {name: found for name, found in exposed(site).items() if name.startswith("wallflower_")}
    assert documented() == ours
    assert "process_resident_memory_bytes" in DOCUMENTS["docs/monitoring.md"]


class _Remaining:
    def __init__(self, remaining: int) -> None:
        self.remaining = remaining


def test_names_end_with_their_unit(site: Site) -> None:
    units = ("_seconds", "_bytes", "_dollars", "_total", "_info")
    counts = ("_depth", "_lag", "_failures", "_sockets", "_limit", "_screens", "_threads", "_backups", "_remaining")
    states = ("_health", "_stale", "_ready", "_fault", "_alive", "_dark", "_missing", "_erasing")
    names = [name for name in exposed(site) if name.startswith("wallflower_")]
    assert [name for name in names if not name.endswith((*units, *counts, *states))] == []
