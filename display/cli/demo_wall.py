"""``wallflower demo-wall``: a made-up day on a wall, in minutes, so that it can be shown before any key exists."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from display.cli.logs import set_up_logs
from display.cli.wiring import VERSION, judge_of, load_config
from display.server.service import run
from display.server.startup_checks import check_port
from monitor.clock import Clock, ReplayClock
from monitor.collector import PassContext, poll, resume_status
from monitor.collector.scheduler import configured_source
from monitor.config import Config
from monitor.http import Http
from monitor.sources.sample import seed_with_incident
from monitor.store import open_store

DAY_MINUTES = 24 * 60
BEGINS = 7
"""The hour at which the day begins; the night is its end."""
INCIDENT = (10, 13)
"""The hours between which something goes wrong."""
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
history = 28
seed = {seed}
"""


@click.command("demo-wall")
@click.option(
    "--minutes", type=click.FloatRange(1, DAY_MINUTES), default=10, show_default=True, help="What a day takes."
)
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8752, show_default=True, help="Where the wall is served."
)
def demo_wall(minutes: float, port: int) -> None:
    """Replay a made-up day on a wall of its own, incident and night included, until Ctrl-C. Nothing of it is kept."""
    begin = datetime.now(UTC).replace(hour=BEGINS, minute=0, second=0, microsecond=0)
    seed = seed_with_incident("Acme", *(begin.replace(hour=hour) for hour in INCIDENT))
    with tempfile.TemporaryDirectory(prefix="wallflower-demo-") as folder:
        path = Path(folder) / "config.toml"
        path.write_text(CONFIG.format(port=port, seed=seed), encoding="utf-8")
        config = load_config(path)
        check_port(config)
        click.echo("Making up four weeks of history first.", err=True)
        write_history(config, begin)
        click.echo(
            f"The day begins at 07:00: open http://127.0.0.1:{port}/wall — a day takes {minutes:g} minutes.", err=True
        )
        set_up_logs(sys.stderr)
        run(config, VERSION, clock=ReplayClock(begin, DAY_MINUTES / minutes))


def write_history(config: Config, begin: datetime) -> None:
    """Store what the sample source has to tell of the time before ``begin``, as passes at that moment would have."""
    store, http = open_store(config.database_url), Http(Clock(), config.allow_hosts)
    try:
        store.register_brands(config.brands, begin - timedelta(days=28))
        judge = judge_of(config.brands)
        desk = PassContext(judge, store, (), lambda: begin)
        watched = configured_source(config.sources[0], http)
        status, _ = resume_status(watched, None, begin)
        while (status := poll(watched, status, desk)).catching_up:
            pass
    finally:
        http.close()
        store.close()
