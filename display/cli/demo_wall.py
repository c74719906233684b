"""``wallflower demo-wall``: a generated day on a wall, replayed in minutes. Needs no config and no key."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from display.cli.dependencies import create_judge, load_config
from display.cli.logs import set_up_logs
from display.cli.version import VERSION
from display.server.gunicorn_server import run
from display.server.startup_checks import check_port
from monitor.clock import Clock, ReplayClock
from monitor.collector import PassContext, poll, resume_status
from monitor.collector.scheduler import configured_source
from monitor.config import Config
from monitor.http import Http
from monitor.sources.sample import seed_with_incident
from monitor.store import open_store

DAY_MINUTES = 24 * 60
START_HOUR = 7
"""The replay starts at this hour (UTC), so the night comes last."""
INCIDENT_HOURS = (10, 13)
"""The incident happens between these hours (UTC)."""
HISTORY_DAYS = 28
CONFIG = """
[wallflower]
data = "data"

[server]
port = {port}

[[brands]]
name = "Acme"
ours = true
rule = 'acme OR @acmehelp'
aliases = ["acmehelp"]

[[brands]]
name = "Globex"
rule = 'globex OR @globexcare'
aliases = ["globexcare"]

[[brands]]
name = "Initech"
rule = 'initech'

[[sources]]
kind = "sample"
name = "Sample"
every = "1s"
history = {history}
seed = {seed}
"""


@click.command("demo-wall")
@click.option(
    "--minutes",
    type=click.FloatRange(1, DAY_MINUTES),
    default=10,
    show_default=True,
    help="How many minutes the day takes.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8752, show_default=True, help="Port of the wall.")
def demo_wall(minutes: float, port: int) -> None:
    """Replay a generated day on a wall.

    The day has an incident and a night, and repeats until Ctrl-C. The posts are generated and kept in a temporary
    folder, which is deleted when you stop the demo.
    """
    start = datetime.now(UTC).replace(hour=START_HOUR, minute=0, second=0, microsecond=0)
    seed = seed_with_incident("Acme", *(start.replace(hour=hour) for hour in INCIDENT_HOURS))
    with tempfile.TemporaryDirectory(prefix="wallflower-demo-") as folder:
        path = Path(folder) / "config.toml"
        path.write_text(CONFIG.format(port=port, history=HISTORY_DAYS, seed=seed), encoding="utf-8")
        config = load_config(path)
        check_port(config)
        click.echo("Generating four weeks of history …", err=True)
        write_history(config, start)
        address = f"http://127.0.0.1:{port}/wall"
        click.echo(f"Open {address} — the day starts at {START_HOUR:02}:00 and takes {minutes:g} minutes.", err=True)
        set_up_logs(sys.stderr)
        run(config, VERSION, clock=ReplayClock(start, DAY_MINUTES / minutes))


def write_history(config: Config, start: datetime) -> None:
    """Store the sample source's posts from before ``start``, as passes at that time would have."""
    store, http = open_store(config.database_url), Http(Clock(), config.allow_hosts)
    try:
        store.register_brands(config.brands, start - timedelta(days=HISTORY_DAYS))
        judge = create_judge(config.brands, intents=config.intents, topics=config.topics)
        context = PassContext(judge, store, (), lambda: start)
        source = configured_source(config.sources[0], http)
        status, _ = resume_status(source, None, start)
        while (status := poll(source, status, context)).catching_up_since:
            pass
    finally:
        http.close()
        store.close()
