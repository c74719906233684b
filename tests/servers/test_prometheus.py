"""The alert rules, the dashboard and /metrics, checked by Prometheus's own promtool."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from monitor.model import Spend
from tests.fake_site import working_status
from tests.fakes import NOON, FakeClock
from tests.servers import command
from tests.test_metrics import Site, exposed

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
ALERTS = DEPLOY / "alerts.yml"
DASHBOARD = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
NAME = re.compile(r"\b(?:wallflower|process)_[a-z0-9_]+")
GRAFANA_VARIABLES = {"$__rate_interval": "5m", "$instance": ".*"}
HOST = 'instance="wall:8750"'
FOREVER = "x600"
"""A series repeats its value each minute for ten hours."""


class Case(NamedTuple):
    """Series in which an alert fires, those of a healthy program, and when to look."""

    firing: Sequence[str]
    healthy: Sequence[str]
    minutes: int = 90


def series(name: str, firing: str, healthy: str, labels: str = "", minutes: int = 90) -> Case:
    """One series of the metric ``name``, with the values of promtool's notation."""
    head = f"{name}{{{','.join(filter(None, (HOST, labels)))}}}"
    return Case([f"{head} {firing}"], [f"{head} {healthy}"], minutes)


def constant(name: str, firing: float, healthy: float, labels: str = "") -> Case:
    return series(name, f"{firing}+0{FOREVER}", f"{healthy}+0{FOREVER}", labels)


def ratio(first: str, second: str, firing: float, healthy: float, labels: str = "") -> Case:
    heads = [f"{name}{{{','.join(filter(None, (HOST, labels)))}}}" for name in (first, second)]
    return Case(
        [f"{heads[0]} {firing}+0{FOREVER}", f"{heads[1]} 100+0{FOREVER}"],
        [f"{heads[0]} {healthy}+0{FOREVER}", f"{heads[1]} 100+0{FOREVER}"],
    )


def buckets(name: str, slow: str, fast: str) -> Case:
    """A histogram in which every duration is ``slow``, or ``fast``: bounds of buckets."""

    def listed(bound: str) -> list[str]:
        bounds = ["0.01", "1", "10", "+Inf"]
        first = bounds.index(bound)
        return [
            f'{name}{{{HOST},le="{le}"}} 0+{60 if place >= first else 0}{FOREVER}' for place, le in enumerate(bounds)
        ]

    return Case(listed(slow), listed(fast))


JOB = 'job="wallflower"'
CASES: Mapping[str, Case] = {
    "WallflowerDown": constant("up", 0, 1, JOB),
    "WallflowerPartStopped": constant("wallflower_part_alive", 0, 1, 'part="writer"'),
    "WallflowerCannotStore": constant("wallflower_store_fault", 1, 0, 'kind="disk_full"'),
    "WallflowerNotReady": constant("wallflower_ready", 0, 1),
    "WallflowerClockJumped": series("wallflower_clock_jump_seconds", "0x80 -3600x600", "-3600x600"),
    "WallflowerWritesWait": constant("wallflower_store_oldest_queued_seconds", 60, 1),
    "WallflowerWritesSlow": buckets("wallflower_store_commit_seconds_bucket", "10", "0.01"),
    "WallflowerDiskNearlyFull": series("wallflower_disk_free_bytes", "1.5e10-1e7x600", "5e10+0x600"),
    "WallflowerBackupOld": constant("wallflower_backup_age_seconds", float("inf"), 3600),
    "WallflowerNoSourceRead": Case(
        [f'wallflower_source_stale{{{HOST},source="{name}"}} 1+0x600' for name in ("Forum", "Blog")],
        [f'wallflower_source_stale{{{HOST},source="{name}"}} {value}+0x600' for name, value in (("A", 0), ("B", 1))],
    ),
    "WallflowerSourceUnread": Case(
        [
            f'wallflower_source_stale{{{HOST},source="Forum"}} 1+0x600',
            f'wallflower_source_health{{{HOST},source="Forum",health="broken"}} 1+0x600',
        ],
        [
            f'wallflower_source_stale{{{HOST},source="Forum"}} 1+0x600',
            f'wallflower_source_health{{{HOST},source="Forum",health="paused"}} 1+0x600',
        ],
    ),
    "WallflowerSourceNeedsKey": constant("wallflower_source_health", 1, 0, 'health="needs key",source="X"'),
    "WallflowerSourceBug": series(
        "wallflower_source_errors_total", "0+1x600", "3+0x600", 'reason="bug",source="Forum"'
    ),
    "WallflowerPollsLate": constant("wallflower_source_lateness_seconds", 900, 20, 'source="Forum"'),
    "WallflowerBudgetNearlySpent": ratio(
        "wallflower_source_spend_dollars", "wallflower_source_budget_dollars", 95, 40, 'source="X"'
    ),
    "WallflowerWallDark": constant("wallflower_wall_dark", 1, 0, 'wall="lobby"'),
    "WallflowerScreenDark": constant("wallflower_screen_dark", 1, 0, 'screen="CEO desk"'),
    "WallflowerUpdatesLate": buckets("wallflower_stored_to_sent_seconds_bucket", "10", "0.01"),
    "WallflowerSocketsNearlyUsedUp": ratio("wallflower_sockets", "wallflower_sockets_limit", 95, 20),
    "WallflowerServerErrors": series("wallflower_http_responses_total", "0+1x600", "9+0x600", 'status="5xx"'),
    "WallflowerRestarts": series("process_start_time_seconds", "0+60x600", "5+0x600", JOB),
    "WallflowerDescriptorsNearlyUsedUp": ratio("process_open_fds", "process_max_fds", 90, 10, JOB),
    "WallflowerChannelFailing": constant("wallflower_notification_channel_failures", 1, 0, 'kind="slack"'),
    "WallflowerMetricsMissing": constant("wallflower_metrics_missing", 1, 0, 'part="sources"'),
}


@pytest.fixture
def site(tmp_path: Path, clock: FakeClock) -> Iterator[Site]:
    site = Site(tmp_path, clock)
    site.store.save_status(working_status(NOON, spend=Spend("2026-03", 12.5, 100.0)), NOON)
    yield site
    site.store.close()


def promtool(*arguments: str, input: str = "") -> str:
    """The output of promtool, which must succeed."""
    done = subprocess.run([command("promtool"), *arguments], input=input, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]


def expressions() -> list[str]:
    """Every query of the dashboard, with Grafana's variables replaced."""
    found = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", ())]
    found += [annotation["expr"] for annotation in DASHBOARD["annotations"]["list"]]
    for variable, value in GRAFANA_VARIABLES.items():
        found = [expression.replace(variable, value) for expression in found]
    assert not [expression for expression in found if "$" in expression]
    return found


def test_promtool_accepts_the_alert_rules() -> None:
    assert f"{len(rules())} rules found" in promtool("check", "rules", str(ALERTS))


def test_every_alert_fires_when_it_should_and_not_otherwise(tmp_path: Path) -> None:
    assert set(CASES) == {rule["alert"] for rule in rules()}
    tests = []
    for name, case in CASES.items():
        for series, fires in ((case.firing, True), (case.healthy, False)):
            tests.append(
                {
                    "name": f"{name} {'fires' if fires else 'is silent'}",
                    "interval": "1m",
                    "input_series": [dict(zip(("series", "values"), _split(one), strict=True)) for one in series],
                    "promql_expr_test": [
                        {
                            "expr": f'count(ALERTS{{alertname="{name}",alertstate="firing"}}) or vector(0)',
                            "eval_time": f"{case.minutes}m",
                            "exp_samples": [{"labels": "{}", "value": int(fires)}],
                        }
                    ],
                }
            )
    file = tmp_path / "test.yml"
    file.write_text(yaml.safe_dump({"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": tests}))
    promtool("test", "rules", str(file))


def _split(series: str) -> tuple[str, str]:
    head, _, values = series.rpartition("} ")
    return f"{head}}}", values


def test_every_alert_says_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in ("critical", "warning"), rule["alert"]
        assert rule["annotations"]["summary"].endswith("."), rule["alert"]
        assert rule["annotations"]["description"].endswith("."), rule["alert"]


def test_promtool_can_read_every_query_of_the_dashboard(tmp_path: Path) -> None:
    recorded = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(expressions())]
    file = tmp_path / "dashboard.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": recorded}]}), encoding="utf-8")
    assert f"{len(recorded)} rules found" in promtool("check", "rules", str(file))


def test_alerts_and_dashboard_use_only_metrics_that_exist(site: Site) -> None:
    exists = set(exposed(site))
    used = {name for text in (*expressions(), *(rule["expr"] for rule in rules())) for name in NAME.findall(text)}
    used = {re.sub(r"_(bucket|sum|count)$", "", name) if name not in exists else name for name in used}
    assert used - exists == set()
    ours = {name for name in exists if name.startswith("wallflower_")}
    shown = {name for text in expressions() for name in NAME.findall(text)}
    unused = {name for name in ours if not any(other.startswith(name) for other in shown)}
    assert unused <= {
        "wallflower_source_interval_seconds",
        "wallflower_source_failures",
        "wallflower_source_last_post_timestamp_seconds",
        "wallflower_source_edited_posts_total",
        "wallflower_source_deleted_posts_total",
        "wallflower_source_skipped_posts_total",
        "wallflower_source_deliveries_total",
        "wallflower_store_last_commit_timestamp_seconds",
        "wallflower_backups",
        "wallflower_store_ready",
        "wallflower_clock_jump_seconds",
        "wallflower_store_erasing",
        "wallflower_language_model_ready",
        "wallflower_opinions_posts_total",
        "wallflower_opinions_queue_depth",
    }


def test_panels_do_not_overlap() -> None:
    cells: dict[tuple[int, int], str] = {}
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in cells, f"{panel['title']} covers {cells[x, y]}"
                cells[x, y] = panel["title"]
                assert x < 24
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_promtool_finds_nothing_to_complain_about_in_the_metrics(site: Site) -> None:
    text = site.app.test_client().get("/metrics").text
    assert promtool("check", "metrics", input=text) == ""
