"""A real Prometheus scrapes a running Wallflower, evaluates the alerts, and answers every query of the dashboard."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.ports import free_port
from tests.run_process import Running, served_feed
from tests.servers import command, running
from tests.servers.test_prometheus import ALERTS, expressions, rules

CONFIG = """
global:
  scrape_interval: 1s
  evaluation_interval: 1s
rule_files: ["{alerts}"]
scrape_configs:
  - job_name: wallflower
    static_configs:
      - targets: ["127.0.0.1:{port}"]
"""
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Asks the API of a Prometheus that has scraped a Wallflower several times."""
    folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
    program = command("prometheus")
    with served_feed() as feed:
        run = Running(folder, feed.server_port, model=True)
        run.start()
        try:
            config = folder / "prometheus.yml"
            config.write_text(CONFIG.format(alerts=ALERTS, port=run.port))
            options = [f"--config.file={config}", f"--storage.tsdb.path={folder / 'tsdb'}"]
            with running([program, *options, f"--web.listen-address=127.0.0.1:{port}"], port, folder / "log"):

                def ask(path: str, **parameters: str) -> Any:
                    url = f"http://127.0.0.1:{port}/api/v1/{path}?{urlencode(parameters)}"
                    with urlopen(url, timeout=20) as answer:
                        return json.loads(answer.read())["data"]

                _wait(lambda: len(_values(ask, "wallflower_source_passes_total[1m]")) > 5, folder / "log")
                yield ask
        finally:
            run.end()


def _values(ask: Ask, query: str) -> list[Any]:
    found = ask("query", query=query)["result"]
    return found[0].get("values", found) if found else []


def _wait(condition: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)


def test_the_scrape_succeeds(ask: Ask) -> None:
    (target,) = ask("targets")["activeTargets"]
    assert (target["health"], target["lastError"]) == ("up", "")


def test_every_rule_is_evaluated(ask: Ask) -> None:
    found = [rule for group in ask("rules")["groups"] for rule in group["rules"]]
    assert {rule["name"] for rule in found} == {rule["alert"] for rule in rules()}
    assert [(rule["name"], rule["lastError"]) for rule in found if rule["health"] != "ok"] == []


def test_only_the_missing_backup_is_about_to_be_reported(ask: Ask) -> None:
    assert {alert["labels"]["alertname"] for alert in ask("alerts")["alerts"]} == {"WallflowerBackupOld"}


@pytest.mark.parametrize("expression", expressions())
def test_every_query_of_the_dashboard_is_answered(ask: Ask, expression: str) -> None:
    result = ask("query", query=expression)
    assert result["resultType"] in ("vector", "scalar")
    can_be_empty = ("> 0", "== 0", "== 1", "requests_remaining", "dollars", "_bucket", "increase(", "rate(", "changes(")
    assert result["result"] or any(part in expression for part in can_be_empty), "no series"
