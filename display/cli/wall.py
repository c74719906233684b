"""``wallflower wall``: list paired screens, and unpair one."""

from __future__ import annotations

import json
from pathlib import Path

import click

from display.cli.dependencies import config_option, load_config, open_config_store
from monitor.clock import Clock
from monitor.errors import PeopleError
from monitor.model.people import PairedWall

ACTOR = "command line"


@click.group()
def wall() -> None:
    """List and unpair the screens that show walls. Screens are paired in the browser, under Walls."""


@wall.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def list_walls(config_path: Path | None, as_json: bool) -> None:
    """List paired screens: what each shows, and when it was last seen."""
    with open_config_store(load_config(config_path)) as store:
        walls = store.people.walls()
    if as_json:
        click.echo(json.dumps([_as_json(one) for one in walls], indent=2))
        return
    for one in walls:
        seen = f"last seen {one.seen_at:%Y-%m-%d %H:%M} UTC" if one.seen_at else "not seen yet"
        details = [f"shows {one.wall}" if one.wall else "", one.size, one.address, f"paired by {one.paired_by}"]
        click.echo(f"{one.name}: {', '.join(filter(None, [seen, *details]))}")
    if not walls:
        click.echo("No screen is paired. Open /wall on a screen, then, on your computer, choose Walls and Pair a wall.")


@wall.command()
@config_option
@click.argument("name")
def revoke(config_path: Path | None, name: str) -> None:
    """Unpair the screen NAME. Within seconds it shows a code again."""
    with open_config_store(load_config(config_path)) as store:
        walls = {one.name.casefold(): one for one in store.people.walls()}
        found = walls.get(name.casefold())
        if found is None:
            known = ", ".join(one.name for one in walls.values()) or "none"
            raise PeopleError(f'There is no paired screen "{name}". Paired: {known}.')
        store.people.remove_wall(found.id, Clock().now(), ACTOR)
    click.echo(f"{found.name} is unpaired.")


def _as_json(one: PairedWall) -> dict[str, object]:
    return {
        "name": one.name,
        "shows": one.wall,
        "paired_by": one.paired_by,
        "paired_at": one.paired_at.isoformat(),
        "seen_at": one.seen_at.isoformat() if one.seen_at else None,
        "address": one.address,
        "size": one.size,
        "version": one.version,
        "browser": one.browser,
    }
