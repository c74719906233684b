"""What the incident screen says about the sample data's incidents, with several seeds: title, voices, start and mood.

    python -m bench.incident_screen [--seeds 10] [--states FOLDER]

Each seed has a day with an incident about our brand, as ``wallflower demo-wall`` shows it. After eight days of history,
posts, incidents, topics and the wall follow minute by minute for an hour. Prints for each seed when the incident was
detected and named after its first post, its title, how many minutes "since" is off, and how many of the voices of 45
screens belong to the incident, which the ids of sample posts tell. The last lines count titles, voices and screens with
a positive voice. FOLDER receives the state of the wall at 20, 40 and 60 minutes of each seed, as the page draws it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from display.cli.demo_wall import CONFIG, write_history
from display.cli.dependencies import create_judge, load_config
from display.wall_state import WallStates
from monitor.analysis.incidents import Detector
from monitor.analysis.jobs import IncidentsJob, TopicsJob
from monitor.clock import Clock
from monitor.collector import PassContext, poll, resume_status
from monitor.collector.scheduler import configured_source
from monitor.http import Http
from monitor.model import Mention
from monitor.sources.sample import seed_with_incident
from monitor.store import Store, open_store

MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC)
HISTORY_DAYS = 8
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MINUTES = 60
FIRST_SCREEN = 15
"""Screens are judged from this minute on."""
STATES_AT = (20, 40, 60)
BRAND = "Acme"


class SteppedClock(Clock):
    """A clock that stands still between steps."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.at = now

    def now(self) -> datetime:
        """The time of the last step."""
        return self.at

    def monotonic(self) -> float:
        """The same in seconds."""
        return self.at.timestamp()


@dataclass
class Screens:
    """What the screens of one seed said."""

    seed: int
    began: datetime
    """The first post of the incident."""
    seen_at: datetime | None = None
    since: datetime | None = None
    named_at: datetime | None = None
    titles: list[str] = field(default_factory=list)
    """Each title once, in order."""
    screens: int = 0
    voices: int = 0
    about_it: int = 0
    positive: int = 0
    """Screens with a positive voice."""
    states: list[dict[str, Any]] = field(default_factory=list)


def replay(seed: int, folder: Path) -> Screens:
    """The hour of the incident of a seed."""
    path = folder / "config.toml"
    path.write_text(CONFIG.format(port=8752, history=HISTORY_DAYS, seed=seed), encoding="utf-8")
    config = load_config(path)
    start = MIDNIGHT + 10 * HOUR
    write_history(config, start)
    store, http, clock = open_store(config.database_url), Http(Clock(), ()), SteppedClock(start)
    try:
        source = configured_source(config.sources[0], http)
        context = PassContext(create_judge(config.brands), store, (), clock.now)
        status, _ = resume_status(source, store.statuses()[0], start)
        names = [brand.name for brand in config.brands]
        jobs = (IncidentsJob(store, names, [config.sources[0].name], Detector(UTC)), TopicsJob(store, config.brands))
        walls = WallStates(config, store, clock, health=dict, version="bench")
        result: Screens | None = None
        while result is None or clock.at < result.began + MINUTES * MINUTE:
            clock.at += MINUTE
            status = poll(source, status, context)
            for job in jobs:
                job.run(clock.at)
            result = result or _begun(seed, store, clock.at)
            if result:
                _look(result, store, walls, clock.at)
        return result
    finally:
        http.close()
        store.close()


def seeds(n: int) -> list[int]:
    """The first seeds whose day has an incident about our brand."""
    found = list[int]()
    for _ in range(n):
        first = found[-1] + 1 if found else 1
        found.append(seed_with_incident(BRAND, MIDNIGHT + 10 * HOUR, MIDNIGHT + 13 * HOUR, first_seed=first))
    return found


def belongs(mention: Mention) -> bool:
    """Whether a sample post was written about an incident, by its id."""
    return "-x" in mention.post.external_id


def _begun(seed: int, store: Store, now: datetime) -> Screens | None:
    """Empty results from the first post of the incident on."""
    texts = store.mention_texts(BRAND, now - 2 * MINUTE, now, 1_000).rows
    mentions = store.mentions([text.mention for text in texts]).values()
    times = [mention.post.published_at for mention in mentions if belongs(mention)]
    return Screens(seed, min(times)) if times else None


def _look(result: Screens, store: Store, walls: WallStates, now: datetime) -> None:
    """Add what is stored and what the wall shows."""
    incident = next((one for one in store.latest_incidents() if one.brand == BRAND and one.until is None), None)
    state = walls.get()
    if incident is None or state["incident"] is None:
        return
    result.seen_at, result.since = incident.seen_at, incident.since
    if incident.topic and incident.topic not in result.titles:
        result.titles.append(incident.topic)
        result.named_at = result.named_at or now
    minute = round((now - result.began) / MINUTE)
    if minute in STATES_AT:
        result.states.append(state)
    if minute < FIRST_SCREEN:
        return
    voices = state["incident"]["voices"]
    shown = store.mentions([voice["id"] for voice in voices]).values()
    result.screens += 1
    result.voices += len(voices)
    result.about_it += sum(map(belongs, shown))
    result.positive += any(voice["sentiment"] == "positive" for voice in voices)


def print_row(one: Screens) -> None:
    """Print what the screens of a seed said."""
    after = ["-" if time is None else f"{(time - one.began) / MINUTE:.0f}" for time in (one.seen_at, one.named_at)]
    off = "-" if one.since is None else f"{(one.since - one.began) / MINUTE:+.0f}"
    print(
        f"seed {one.seed:<6} seen after {after[0]:>3} min, since {off:>3} min, named after {after[1]:>3} min; "
        f"voices about it {one.about_it} of {one.voices}, positive on {one.positive} of {one.screens} screens; "
        f"{', '.join(one.titles)}",
        flush=True,
    )


def main() -> None:
    """Print a row for each seed, and the totals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--states", type=Path, help="where to write states of the wall")
    options = parser.parse_args()
    results = list[Screens]()
    for seed in seeds(options.seeds):
        with tempfile.TemporaryDirectory() as folder:
            results.append(replay(seed, Path(folder)))
        print_row(results[-1])
        for minute, state in zip(STATES_AT, results[-1].states, strict=False):
            if options.states:
                options.states.mkdir(parents=True, exist_ok=True)
                (options.states / f"{seed}-{minute}.json").write_text(json.dumps(state), encoding="utf-8")
    voices, about = sum(one.voices for one in results), sum(one.about_it for one in results)
    print(f"with a title: {sum(bool(one.titles) for one in results)} of {len(results)}")
    print(f"voices about the incident: {about} of {voices} ({100 * about / max(1, voices):.0f} %)")
    print(f"screens with a positive voice: {sum(r.positive for r in results)} of {sum(r.screens for r in results)}")


if __name__ == "__main__":
    main()
