"""Requests per second and the 95th percentile of the API, beside the JSON of Datasette on the same rows.

    python -m bench.api [MENTIONS] [--requests 200] [--without-datasette]

Builds MENTIONS (50,000 by default) by seed, as ``bench.store`` does. Both answer in this process, without a network:
Wallflower through its WSGI app with an API token, Datasette (``pip install datasette``) through its own client. Each
reads the newest 50 rows of filters without words, because Datasette has no index of them. Figures are of this
machine; the ratio is Datasette's median divided by ours.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from bench.mentions import build, datasette_filters, p
from bench.store import BRANDS, SOURCES
from display.access.tokens import new_api_token, token_hash
from display.api.rate_limit import TokenRates
from display.app import create_app
from monitor.clock import Clock
from monitor.config import Config
from monitor.config.source_tables import SourceConfig
from monitor.config.tables import Server
from monitor.model import MentionFilter
from monitor.model.people import NewAccount, Role
from monitor.sources import SourceOptions
from monitor.store import Store, open_store

SENTIMENTS = ("negative", "neutral", "positive")
PATHS = {
    "page of 50": "mentions?limit=50&{query}",
    "counts": "counts?{query}",
    "facets": "facets?{query}",
    "histogram": "histogram?{query}",
    "compare": "compare?range=30d",
    "one mention": "mentions/1",
}


def queries(n: int) -> list[dict[str, str]]:
    """Random filters by brand, source and sentiment."""
    rng = random.Random(9)
    found = []
    for _ in range(n):
        query = {"brand": rng.choice(BRANDS).name}
        if rng.random() < 0.5:
            query["source"] = rng.choice(SOURCES)
        if rng.random() < 0.5:
            query["sentiment"] = rng.choice(SENTIMENTS)
        found.append(query)
    return found


def client_of(store: Store, folder: Path) -> Callable[[str], Any]:
    """What sends a GET request with an API token."""
    clock = Clock()
    sources = tuple(SourceConfig("feed", name, None, SourceOptions(name=name)) for name in SOURCES)
    config = Config(folder / "config.toml", folder, ZoneInfo("UTC"), Server(), tuple(BRANDS), sources)
    store.register_brands(BRANDS, clock.now())
    app = create_app(config, store, clock, health=lambda: {}, version="bench")
    app.extensions["token_rates"] = TokenRates(clock, burst=1e9)
    account = store.people.add_account(NewAccount("bench", "Bench", Role.ADMIN, "x"), clock.now(), "bench")
    token = new_api_token()
    hashed = token_hash(token)
    assert hashed is not None
    until = clock.now() + timedelta(days=1)
    store.people.add_token(account.id, "bench", token[-4:], hashed, until, clock.now(), "bench")
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}

    def get(path: str) -> Any:
        answer = client.get(f"/api/v1/{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer

    return get


def report(name: str, times: list[float]) -> float:
    """Print a row; return the median in milliseconds."""
    ranked = {str(n): one for n, one in enumerate(times)}
    per_second = 1000 * len(times) / sum(times)
    print(f"{name:<24}{per_second:>10.0f}{p(ranked, 50):>10.1f}{p(ranked, 95):>10.1f}")
    return p(ranked, 50)


def timed(run: Callable[[], object]) -> float:
    """Milliseconds of CPU: other programs of this machine do not count."""
    started = time.process_time()
    run()
    return (time.process_time() - started) * 1000


def measure_api(get: Callable[[str], Any], requests: int) -> float:
    """Print each address; return the median of a page."""
    print(f"{'CPU ms':<24}{'per second':>10}{'p50':>10}{'p95':>10}")
    page = 0.0
    for name, path in PATHS.items():
        n = requests if name != "compare" else max(1, requests // 10)
        paths = [path.format(query=urlencode({**query, "range": "all"})) for query in queries(n)]
        get(paths[0])
        median = report(name, [timed(lambda one=one: get(one)) for one in paths])  # type: ignore[misc]
        page = median if name == "page of 50" else page
    return page


def measure_stream(get: Callable[[str], Any], n: int) -> None:
    """Print how fast all mentions are streamed."""
    milliseconds = timed(lambda: get("mentions.ndjson?range=all").data)
    print(f"{'all, NDJSON':<24}{1000 * n / milliseconds:>10.0f} mentions per second")


def measure_datasette(folder: Path, ours: float) -> None:
    """The same for the JSON of Datasette: 50 rows of a brand, without a count, and without the texts of the posts."""
    try:
        from datasette.app import Datasette  # type: ignore[import-not-found]  # noqa: PLC0415
    except ImportError:
        print("Datasette is not installed, so there is nothing to compare with.")
        return
    service = Datasette([str(folder / "bench.db")], settings={"num_sql_threads": 1})
    times = []

    async def fetch_all() -> None:
        for where in [*datasette_filters().values()] * 10:
            started = time.process_time()
            parameters = [*where, ("_nocount", "1"), ("_nofacet", "1")]
            answer = await service.client.get(f"/bench/mention.json?{urlencode(parameters)}")
            times.append((time.process_time() - started) * 1000)
            assert answer.status_code == 200, answer.text

    asyncio.run(fetch_all())
    median = report("Datasette, page of 50", times)
    print(f"Datasette needs {median / ours:.1f} times as much; the API also sends texts, and what was not read")


def run(mentions: int, folder: Path, requests: int, with_datasette: bool) -> None:
    """Build what is missing, then measure."""
    if not (folder / "bench.db").exists():
        build(folder, mentions)
    store = open_store(f"sqlite:///{folder / 'bench.db'}")
    get = client_of(store, folder)
    page = measure_api(get, requests)
    measure_stream(get, store.count(MentionFilter()).n)
    store.close()
    if with_datasette:
        measure_datasette(folder, page)


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mentions", nargs="?", type=int, default=50_000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="where the database is, or is to be built; it is kept")
    parser.add_argument("--without-datasette", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary) / "api"
        run(options.mentions, folder, options.requests, not options.without_datasette)


if __name__ == "__main__":
    main()
